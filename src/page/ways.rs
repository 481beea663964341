//! The rungs of the ladder to a server, for people.
//!
//! In: a dialect's rungs. Out: each one's name, and what carries it. It must not know which of them is in use.

use crate::chat::request::ChatRequest;
use crate::dialect::{Call, Dialect, Method, Via};

/// A rung, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// Its name in [`Dialect::rungs`]: a path.
    pub name: &'static str,
    /// What carries it.
    pub sort: Sort,
}

/// What carries replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// A stream that answers a POST.
    Stream,
    /// A stream of events that answers a GET.
    Events,
    /// A WebSocket.
    Socket,
    /// Asking again and again.
    Poll,
    /// An answer at once, and a socket to watch.
    Watch,
    /// The answer in one piece.
    Whole,
}

impl Way {
    /// The rung of that name whose request is this.
    pub fn of(name: &'static str, call: &Call) -> Way {
        let sort = match (&call.via, call.method) {
            (Via::Socket, _) => Sort::Socket,
            (Via::Poll { .. }, _) => Sort::Poll,
            (Via::Watch { .. }, _) => Sort::Watch,
            (Via::Whole, _) => Sort::Whole,
            (Via::Http, Method::Get) => Sort::Events,
            (Via::Http, _) => Sort::Stream,
        };
        Way { name, sort }
    }

    /// The rung at this place.
    pub fn at(dialect: &dyn Dialect, rung: usize) -> Option<Way> {
        let name = dialect.rungs().get(rung)?;
        Some(Way::of(name, &dialect.chat(&ChatRequest::default(), rung)))
    }
}
