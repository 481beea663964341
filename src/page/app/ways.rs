//! The ways to a server: which transport is in use, which one the person wants, and where the next reply begins.
//!
//! In: the server of now, what worked there, what the person chose. Out: a transport. It must not know what a transport sends.

use leptos::prelude::*;

use super::{Chat, second_half};
use crate::dialect::{Dialect, Transport};

impl Chat {
    /// Lists all transports of the server of now; empty for the demo. Tracked.
    pub fn ways(self) -> &'static [Transport] {
        self.kind().map_or(&[], |kind| kind.dialect().transports())
    }

    /// Returns the transport with which the next reply begins: the one that the person chose, else the one that worked. `true`
    /// beside it where it was chosen, and then no other is tried.
    pub fn transport(self, dialect: &dyn Dialect) -> (&'static Transport, bool) {
        let wished = self.preferences.with_untracked(|preferences| {
            let way = preferences.way.as_deref()?;
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

    /// Sets the transport that the person chooses; `None` begins to find out anew.
    pub(super) fn use_way(self, name: Option<String>) {
        if name.is_none() {
            let base = untrack(|| self.base());
            self.shared().store.keep_transport(&base, None);
        }
        self.set_preferences(|preferences| preferences.way = name);
        self.show_way();
    }

    /// Shows which transport the next reply takes.
    pub fn show_way(self) {
        if let Some(half) = second_half::ready() {
            (half.show_way)(self);
        }
    }
}

/// Shows which transport the next reply of a chat takes.
pub fn show_way(chat: Chat) {
    let kind = untrack(|| chat.kind());
    chat.takes_way(kind.map(|kind| chat.transport(kind.dialect()).0));
}
