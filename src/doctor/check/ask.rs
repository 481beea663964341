//! Questions to a server, to be put by the page, and what came of them.
//!
//! One at a time: no more than one connection is ever held by them.

use crate::chat::request::ChatRequest;
use crate::dialect::{Call, Transport};
use crate::event::End;
use crate::session::{Answer, Media};
use crate::trace::Trace;

/// A question.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// A `no-cors` GET of this URL: whether anything answers at all, readable or not. It takes a simple request.
    Opaque(String),
    /// A small request, within 5 s.
    Small {
        /// The request.
        call: Call,
        /// What its body is called.
        media: Media,
        /// Whether the key goes along; without it a GET is a simple request.
        key: bool,
    },
    /// A reply, run as any other, with its own trace.
    Reply {
        /// The transport to begin with.
        transport: &'static Transport,
        /// What the body is called at first.
        media: Media,
        /// What is asked.
        request: Box<ChatRequest>,
        /// The person's stop is pressed after so many events with text.
        stop_after: Option<usize>,
    },
}

/// How an unreadable question went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Something answered.
    Came,
    /// The browser said no at once.
    Failed,
    /// Nothing came within 3 s.
    TimedOut,
}

/// What came of a question.
#[derive(Debug, Clone)]
pub enum Response {
    /// Of [`Ask::Opaque`].
    Opaque(Reach),
    /// Of [`Ask::Small`]; `None`: no answer that this page may read.
    Small(Option<Answer>),
    /// Of [`Ask::Reply`]: what happened, how it ended, when that was.
    Reply(Box<Trace>, End, f64),
}

/// What the browser tells without being asked to send anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Browser {
    /// This page came over https (or is otherwise a secure context that may not load http).
    pub page_is_secure: bool,
    /// The permission for the local network is denied.
    pub local_network_denied: bool,
}
