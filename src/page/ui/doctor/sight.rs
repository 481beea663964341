//! What the Doctor's panel sees of the reply that the chat inspects.
//!
//! In: a chat. Out: the reply that is inspected, for as long as somebody looks. It must not know how it is shown.

use leptos::prelude::*;

use crate::doctor::{Figures, Finding};
use crate::page::app::Chat;
use crate::page::doctor::Snapshot;

/// A reply as it is shown by now.
#[derive(Clone, PartialEq)]
pub struct Seen {
    /// The Doctor's findings.
    pub finding: Finding,
    /// The picture's figures.
    pub figures: Figures,
}

/// The reply that is shown; `None` before there is anything. A handle: copies are the same.
pub type Sight = Memo<Option<Seen>>;

/// Shows the reply that the chat inspects to `see`, unless there is none, or it is just being changed.
pub fn inspect(chat: Chat, see: &mut dyn FnMut(&Snapshot<'_>)) {
    if let Some(inspected) = chat.inspected() {
        inspected.inspect(see);
    }
}
