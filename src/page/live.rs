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
use crate::pacer::Manner;
pub use crate::reply::{Left, Status};
use crate::session::Report;

/// Orders to the reply that runs.
#[derive(Debug, Clone)]
pub enum Order {
    /// End the reply, with this end; what arrived stays.
    Stop(End),
    /// End now, whatever is still on the way: a newer send takes its place.
    Conclude,
    /// Show all that is here at once.
    Skip,
    /// Show text in this manner from now on.
    Pace(Manner),
    /// Show text twice as fast while set.
    Hurry(bool),
    /// Go on where text waits at the end of a page.
    ReadOn,
    /// Wait on past a deadline.
    WaitOn,
    /// Tell the server to stop, since the page closes.
    Leave,
    /// Paint into the room that the page has made: the answer's element, and the thinking's text.
    Attach(Element, Text),
}

/// Reply that runs, as the rest of the page sees it.
pub trait Live {
    /// Returns the id of the reply's turn.
    fn id(&self) -> TurnId;
    /// Returns the turn as it is by now.
    fn turn(&self) -> Turn;
    /// Returns the text that is shown by now.
    fn shown(&self) -> String;
    /// Returns what is seen of the reply beside its text.
    fn seen(&self) -> Seen;
    /// Does what is asked of the reply.
    fn order(self: Rc<Self>, order: Order);
    /// Takes what the tab that makes the reply says of it, where another one does.
    fn hear(self: Rc<Self>, report: Report);
}

/// State of a reply that is seen beside its text.
#[derive(Clone, Copy)]
pub struct Seen {
    /// Status of the reply: what it is doing.
    pub status: ReadSignal<Status>,
    /// End of the reply, once the last letter is shown.
    pub end: ReadSignal<Option<End>>,
    /// `true` once there is thinking to show.
    pub thinks: ReadSignal<bool>,
    /// `true` while arrived text waits to be shown.
    pub behind: ReadSignal<bool>,
    /// `true` while text waits at the end of a page for the reader to go on.
    pub held: ReadSignal<bool>,
    /// Time that a fixed pace still takes to show what is here, where that is worth telling.
    pub left: ReadSignal<Option<Left>>,
    /// Transport that the reply takes; `None` before the request is sent.
    pub way: ReadSignal<Option<&'static Transport>>,
    /// Transport that the next reply takes, where this one's held everything back.
    pub next_way: ReadSignal<Option<&'static Transport>>,
}
