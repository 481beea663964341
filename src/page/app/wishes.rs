//! What the person wishes of replies: changed here, kept under the server that it is for.

use leptos::prelude::*;

use super::{Chat, LinkState, second_half};
use crate::chat::wishes::Wishes;
use crate::dialect::{Kind, Takes};

impl Chat {
    /// The address under which wishes and what was learned are kept; empty for the demo. Tracked.
    pub fn base(self) -> String {
        self.link.with(|link| match link {
            LinkState::Connected(server)
            | LinkState::Failed {
                server: Some(server),
                ..
            } => server.address.to_string(),
            LinkState::Connecting(address) => address.to_string(),
            _ => String::new(),
        })
    }

    /// The kind of the server of now; `None` for the demo and for nobody. Tracked.
    pub fn kind(self) -> Option<Kind> {
        self.link.with(|link| match link {
            LinkState::Connected(server)
            | LinkState::Failed {
                server: Some(server),
                ..
            } => Some(server.kind),
            _ => None,
        })
    }

    /// What the server of now understands beside words; nothing before the rest of the page is here, which a known server
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
        self.link.with(|link| match link {
            LinkState::Connected(server)
            | LinkState::Failed {
                server: Some(server),
                ..
            } => {
                let id = server.model_id();
                let model = server
                    .models
                    .iter()
                    .find(|model| Some(&model.id) == id.as_ref());
                if !takes.images {
                    Some(server.kind.name().to_owned())
                } else if model.is_some_and(|model| model.sees == Some(false)) {
                    Some(server.model_name())
                } else {
                    None
                }
            }
            _ => Some("Rill".to_owned()),
        })
    }

    /// Changes the wishes for the server of now.
    pub fn wish(self, change: impl FnOnce(&mut Wishes)) {
        self.wishes.update(change);
        let base = untrack(|| self.base());
        let shared = self.shared();
        self.wishes
            .with_untracked(|wishes| shared.store.keep_wishes(&base, wishes));
    }
}
