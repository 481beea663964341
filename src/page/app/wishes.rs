//! What the person wishes of replies: changed here, kept under the server that it is for.

use leptos::prelude::*;

use super::{Chat, second_half};
use crate::chat::wishes::Wishes;
use crate::dialect::Takes;

impl Chat {
    /// What the server of now understands beside words; nothing before the second half of the page is here, which a known server
    /// brings along. Tracked.
    pub fn takes(self) -> Takes {
        let kind = self.kind();
        let half = self.loaded.get().then(second_half::ready).flatten();
        half.zip(kind)
            .map(|(half, kind)| (half.takes)(kind))
            .unwrap_or_default()
    }

    /// Who cannot see pictures, the server or the model of now; `None` where somebody may. Tracked.
    pub fn blind(self) -> Option<String> {
        let takes = self.takes();
        self.link.with(|link| {
            let Some(server) = link.server() else {
                return Some("Rill".to_owned());
            };
            let sees = server.known_model().and_then(|model| model.sees);
            if !takes.images {
                Some(server.kind.name().to_owned())
            } else {
                (sees == Some(false)).then(|| server.model_name())
            }
        })
    }

    /// Changes the wishes for the server of now. (No [`Command`](super::Command): the first view knows of no settings.)
    pub fn wish(self, change: impl FnOnce(&mut Wishes)) {
        let mut wishes = self.wishes.get_untracked();
        change(&mut wishes);
        let base = untrack(|| self.base());
        self.shared().store.keep_wishes(&base, &wishes);
        self.write(|signals| signals.wishes.set(wishes));
    }
}
