//! The ladder of ways to a server: which rung is in use, which one the person wants, and when the next one is tried.

use leptos::prelude::*;

use super::app::Chat;
use super::later;
use super::words::say;
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

    /// What carries it, in a few words.
    pub fn words(self, chat: Chat) -> String {
        match self.sort {
            Sort::Stream => say!(chat, way_stream),
            Sort::Events => say!(chat, way_events),
            Sort::Socket => say!(chat, way_socket),
            Sort::Poll => say!(chat, way_poll),
            Sort::Watch => say!(chat, way_watch),
            Sort::Whole => say!(chat, way_whole),
        }
    }

    /// The same with its path.
    pub fn title(self, chat: Chat) -> String {
        format!("{} · {}", self.words(chat), self.name)
    }
}

impl Chat {
    /// All rungs of the server of now; empty for the demo. Tracked.
    pub fn ways(self) -> Vec<Way> {
        let Some(kind) = self.kind() else {
            return Vec::new();
        };
        let dialect = kind.dialect();
        (0..dialect.rungs().len())
            .filter_map(|rung| Way::at(&*dialect, rung))
            .collect()
    }

    /// Where the next reply begins: the rung that the person chose (and then no other), else the one that worked.
    pub fn rung(self, dialect: &dyn Dialect) -> (usize, bool) {
        let wished = self.wishes.with_untracked(|wishes| {
            let way = wishes.way.as_deref()?;
            dialect.rungs().iter().position(|name| *name == way)
        });
        match wished {
            Some(rung) => (rung, true),
            None => {
                let base = untrack(|| self.base());
                (self.shared().store.rung(&base, dialect.rungs()), false)
            }
        }
    }

    /// The person chooses a rung; `None` begins to find out anew.
    pub fn use_way(self, name: Option<String>) {
        if name.is_none() {
            let base = untrack(|| self.base());
            self.shared().store.keep_rung(&base, None);
        }
        self.wish(|wishes| wishes.way = name);
        self.show_way();
    }

    /// Shows which rung the next reply takes.
    pub fn show_way(self) {
        if let Some(later) = later::ready() {
            (later.show_way)(self);
        }
    }
}

/// Shows which rung the next reply of a chat takes.
pub fn show_way(chat: Chat) {
    let way = untrack(|| chat.kind()).and_then(|kind| {
        let dialect = kind.dialect();
        Way::at(&*dialect, chat.rung(&*dialect).0)
    });
    chat.way.set(way);
}
