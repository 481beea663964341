//! The reply that runs, as the rest of the page sees it: what can be asked of it, and what of it is seen beside its text.
//!
//! The reply itself stands in a part of the page that comes later (`app::second_half`); only this face of it is known before.

use std::rc::Rc;

use leptos::prelude::*;
use web_sys::{Element, Text};

use crate::chat::tree::TurnId;
use crate::chat::turn::Turn;
use crate::dialect::Transport;
use crate::event::End;
use crate::pacer::Pace;
pub use crate::reply::Status;

/// What can be asked of the reply that runs.
#[derive(Debug, Clone)]
pub enum Order {
    /// End, so; what arrived stays.
    Stop(End),
    /// End now, whatever is still on the way: a newer send takes its place.
    Conclude,
    /// Show all that is here at once.
    Skip,
    /// Show text at this pace from now on.
    Pace(Pace),
    /// Wait on past a deadline.
    WaitOn,
    /// The page closes: tell the server to stop.
    Leave,
    /// The page has made room: the answer's element, and the thinking's text.
    Attach(Element, Text),
}

/// A reply that runs, as the rest of the page sees it.
pub trait Live {
    /// Its turn.
    fn id(&self) -> TurnId;
    /// What it is by now.
    fn turn(&self) -> Turn;
    /// What of it is seen.
    fn seen(&self) -> Seen;
    /// Does what is asked.
    fn order(self: Rc<Self>, order: Order);
}

/// What is seen of a reply beside its text.
#[derive(Clone, Copy)]
pub struct Seen {
    /// What it is doing.
    pub status: ReadSignal<Status>,
    /// How it ended, once the last letter is shown.
    pub end: ReadSignal<Option<End>>,
    /// Whether there is thinking to show.
    pub thinks: ReadSignal<bool>,
    /// Whether arrived text waits to be shown.
    pub behind: ReadSignal<bool>,
    /// The way that it takes.
    pub way: ReadSignal<Option<&'static Transport>>,
    /// The way that the next reply takes, where this one's held everything back.
    pub next_way: ReadSignal<Option<&'static Transport>>,
}
