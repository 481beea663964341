//! How the person reads, and what the page's owner asks for. Which settings there are is told by [`crate::reading`].

use leptos::prelude::*;

use super::Chat;
use crate::options::{Complaint, Options};
use crate::pacer::Pace;
use crate::page::live::Order;
use crate::page::words::{self, Locale};
use crate::reading::{Look, Setting};

impl Chat {
    /// The pace that is in force: the person's, else the owner's, else the profile's. Tracked.
    pub fn current_pace(self) -> Pace {
        let own = || self.options.with(Options::pace);
        self.look.with(Look::pace).unwrap_or_else(own)
    }

    /// The person chooses the value of a setting; an empty one leaves it to the page's owner. What was not chosen is not remembered
    /// either. (No [`Command`](super::Command): the first view changes no settings.)
    pub fn set(self, setting: Setting, value: &str) {
        let store = &self.shared().store;
        let mut chosen = store.look();
        chosen.set(setting, value);
        store.keep_look(&chosen);
        let before = untrack(|| self.current_pace());
        let mut look = self.look.get_untracked();
        look.set(setting, value);
        self.show_look(look);
        let now = untrack(|| self.current_pace());
        if now != before {
            self.order(Order::Pace(now));
        }
    }

    /// The attributes changed.
    pub fn reconfigure(self, options: Options, complaints: Vec<Complaint>) {
        let before = self.options.get_untracked();
        let moved = options.server != before.server || options.kind != before.kind;
        let model = options.model.clone();
        let model = model.filter(|_| options.model != before.model);
        let mut look = self.look.get_untracked();
        look.follow(&before.look, &options.look);
        self.show_look(look);
        self.write(|signals| {
            signals.options.set(options);
            signals.complaints.set(complaints);
        });
        if moved {
            self.start(false);
        } else if let Some(model) = model {
            self.use_model(model);
        }
    }

    fn show_look(self, look: Look) {
        let lang = look.get(Setting::Lang);
        let is_new = self
            .look
            .with_untracked(|before| before.get(Setting::Lang) != lang);
        let lang = is_new.then(|| language(&[lang]));
        self.write(|signals| {
            if let Some(lang) = lang {
                signals.lang.set(lang);
            }
            signals.look.set(look);
        });
    }
}

/// The language: what is wished, the most wished first, else what the browser wishes.
pub(super) fn language(wished: &[Option<&str>]) -> Locale {
    let browser = web_sys::window()
        .map(|window| window.navigator().languages())
        .unwrap_or_default();
    let browser: Vec<String> = browser.iter().filter_map(|tag| tag.as_string()).collect();
    let wished = wished.iter().copied().flatten();
    words::locale_for(wished.chain(browser.iter().map(String::as_str)))
}
