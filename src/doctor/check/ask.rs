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
    /// A `no-cors` GET of this URL, a simple request: it tells whether anything answers at all, readable or not.
    Opaque(String),
    /// A small request, within 5 s.
    Small {
        /// The request.
        call: Call,
        /// The Content-Type of the request's body.
        media: Media,
        /// Set where the key goes along; without it a GET is a simple request.
        key: bool,
    },
    /// A reply, run as any other, with its own trace.
    Reply {
        /// The transport to begin with.
        transport: &'static Transport,
        /// The Content-Type with which the request is tried first.
        media: Media,
        /// The conversation to be answered, and its settings.
        request: Box<ChatRequest>,
        /// Number of events with text after which the person's Stop is pressed; `None`: never.
        stop_after: Option<usize>,
    },
}

/// The outcome of a question whose answer cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Something answered.
    Came,
    /// The browser said no at once.
    Failed,
    /// Silence for 3 s.
    TimedOut,
}

/// The outcome of a question.
#[derive(Debug, Clone)]
pub enum Response {
    /// Outcome of [`Ask::Opaque`].
    Opaque(Reach),
    /// Outcome of [`Ask::Small`]; `None`: no answer that this page may read.
    Small(Option<Answer>),
    /// Outcome of [`Ask::Reply`]: the trace of what happened, the end, and the time of it in milliseconds, on the trace's clock.
    Reply(Box<Trace>, End, f64),
}

/// Facts that the browser tells without being asked to send anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Browser {
    /// Set where this page came over https (or is otherwise a secure context that may not load http).
    pub page_is_secure: bool,
    /// Set where the permission for the local network is denied.
    pub local_network_denied: bool,
}
