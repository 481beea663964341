//! Preferences of the person for replies: changed here, kept under the server that it is for.

use leptos::prelude::*;

use super::{Chat, LinkState, second_half};
use crate::chat::preferences::Preferences;
use crate::dialect::Takes;

impl Chat {
    /// Returns what the server of now understands beside words; nothing before the second half of the page is here, which a known
    /// server brings along. Tracked.
    pub fn takes(self) -> Takes {
        let kind = self.kind();
        let half = self.loaded.get().then(second_half::ready).flatten();
        half.zip(kind)
            .map(|(half, kind)| (half.takes)(kind))
            .unwrap_or_default()
    }

    /// Returns the name of who cannot see pictures, the server or the model of now; `None` where somebody may. Tracked.
    pub fn blind(self) -> Option<String> {
        let takes = self.takes();
        self.link.with(|link| {
            let Some(server) = link.server() else {
                return Some(match link {
                    LinkState::Site(name) => name.clone(),
                    _ => "Rill".to_owned(),
                });
            };
            let sees = server.known_model().and_then(|model| model.sees);
            if !takes.images {
                Some(server.kind.name().to_owned())
            } else {
                (sees == Some(false)).then(|| server.model_name())
            }
        })
    }

    /// Returns the system prompt: the person's own for the server of now, else that of the page's owner. Tracked.
    pub fn system(self) -> Option<String> {
        let own = self
            .preferences
            .with(|preferences| preferences.system.clone());
        let own = Some(own).filter(|system| !system.trim().is_empty());
        own.or_else(|| self.options.with(|options| options.system.clone()))
    }

    /// Takes the preferences for the server of now as they are remembered: another tab may have changed them.
    pub fn follow_preferences(self) {
        let base = untrack(|| self.base());
        let preferences = self.shared().store.preferences(&base);
        self.write(|signals| signals.preferences.set(preferences));
    }

    /// Changes the preferences for the server of now. (No [`Command`](super::Command): the first view knows of no settings.)
    pub fn set_preferences(self, change: impl FnOnce(&mut Preferences)) {
        let mut preferences = self.preferences.get_untracked();
        change(&mut preferences);
        let base = untrack(|| self.base());
        self.shared().store.keep_preferences(&base, &preferences);
        self.write(|signals| signals.preferences.set(preferences));
    }
}
