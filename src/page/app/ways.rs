//! The ladder of ways to a server: which rung is in use, which one the person wants, and where the next reply begins.
//!
//! In: the server of now, what worked there, what the person chose. Out: a rung. It must not know what a rung sends.

use leptos::prelude::*;

use super::{Chat, second_half};
use crate::dialect::Dialect;
use crate::page::ways::Way;

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
    pub(super) fn use_way(self, name: Option<String>) {
        if name.is_none() {
            let base = untrack(|| self.base());
            self.shared().store.keep_rung(&base, None);
        }
        self.wish(|wishes| wishes.way = name);
        self.show_way();
    }

    /// Shows which rung the next reply takes.
    pub fn show_way(self) {
        if let Some(half) = second_half::ready() {
            (half.show_way)(self);
        }
    }
}

/// Shows which rung the next reply of a chat takes.
pub fn show_way(chat: Chat) {
    let way = untrack(|| chat.kind()).and_then(|kind| {
        let dialect = kind.dialect();
        Way::at(&*dialect, chat.rung(&*dialect).0)
    });
    chat.takes_way(way);
}
