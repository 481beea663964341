//! The transports to a server: which one is in use, which one the person wants, and their words.

use leptos::prelude::*;

use super::app::Chat;
use super::later;
use super::words::say;
use crate::dialect::{Carrier, Dialect, Transport};

/// A transport, as the page holds it.
pub type Way = &'static Transport;

/// What carries a transport's replies, in a few words.
pub fn words(transport: &Transport, chat: Chat) -> String {
    match transport.via {
        Carrier::Stream => say!(chat, way_stream),
        Carrier::Events => say!(chat, way_events),
        Carrier::Socket => say!(chat, way_socket),
        Carrier::Poll => say!(chat, way_poll),
        Carrier::Watch => say!(chat, way_watch),
        Carrier::Whole => say!(chat, way_whole),
    }
}

/// The same with its path.
pub fn title(transport: &Transport, chat: Chat) -> String {
    format!("{} · {}", words(transport, chat), transport.name)
}

impl Chat {
    /// All transports of the server of now; empty for the demo. Tracked.
    pub fn ways(self) -> &'static [Transport] {
        self.kind().map_or(&[], |kind| kind.dialect().transports())
    }

    /// Where the next reply begins: the transport that the person chose (and then no other), else the one that worked.
    pub fn transport(self, dialect: &dyn Dialect) -> (&'static Transport, bool) {
        let wished = self.wishes.with_untracked(|wishes| {
            let way = wishes.way.as_deref()?;
            let mut all = dialect.transports().iter();
            all.find(|transport| transport.name == way)
        });
        match wished {
            Some(transport) => (transport, true),
            None => {
                let base = untrack(|| self.base());
                let known = self.shared().store.transport(&base, dialect.transports());
                (known.unwrap_or_else(|| dialect.transport(None)), false)
            }
        }
    }

    /// The person chooses a transport; `None` begins to find out anew.
    pub fn use_way(self, name: Option<String>) {
        if name.is_none() {
            let base = untrack(|| self.base());
            self.shared().store.keep_transport(&base, None);
        }
        self.wish(|wishes| wishes.way = name);
        self.show_way();
    }

    /// Shows which transport the next reply takes.
    pub fn show_way(self) {
        if let Some(later) = later::ready() {
            (later.show_way)(self);
        }
    }
}

/// Shows which transport the next reply of a chat takes.
pub fn show_way(chat: Chat) {
    let kind = untrack(|| chat.kind());
    chat.way
        .set(kind.map(|kind| chat.transport(kind.dialect()).0));
}
