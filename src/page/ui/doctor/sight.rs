//! What the Doctor's panel sees of the chat's patient.
//!
//! In: a chat. Out: its patient, for as long as somebody looks. It must not know how it is shown.

use leptos::prelude::*;

use crate::doctor::{Figures, Finding};
use crate::page::app::Chat;
use crate::page::doctor::Case;

/// What is shown of a reply by now.
#[derive(Clone, PartialEq)]
pub struct Seen {
    /// What the Doctor says.
    pub finding: Finding,
    /// The picture's figures.
    pub figures: Figures,
}

/// What is shown; `None` before there is anything. A handle: copies are the same.
pub type Sight = Memo<Option<Seen>>;

/// Shows the chat's patient to `see`, unless there is none, or it is just being changed.
pub fn look(chat: Chat, see: &mut dyn FnMut(&Case<'_>)) {
    if let Some(patient) = chat.patient() {
        patient.look(see);
    }
}
