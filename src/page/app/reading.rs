//! How the person reads, and what the page's owner asks for. Which settings there are is told by [`crate::reading`].

use leptos::prelude::*;

use super::Chat;
use crate::options::{Complaint, Options};
use crate::pacer::Manner;
use crate::page::live::Order;
use crate::page::words::{self, Locale};
use crate::reading::{Appearance, Setting};

impl Chat {
    /// Returns the manner in which text is shown: as the person wishes, else the owner, else the profile. Tracked.
    pub fn current_manner(self) -> Manner {
        let person = self.appearance.get();
        self.options.with(|options| options.manner(&person))
    }

    /// Sets the value of a setting, as the person chooses it; an empty one leaves it to the page's owner. What was not chosen is
    /// not remembered either. (No [`Command`](super::Command): the first view changes no settings.)
    pub fn set(self, setting: Setting, value: &str) {
        let store = &self.shared().store;
        let mut chosen = store.appearance();
        chosen.set(setting, value);
        store.keep_appearance(&chosen);
        let mut appearance = self.appearance.get_untracked();
        appearance.set(setting, value);
        self.read_so(appearance);
    }

    /// Takes the settings as they are remembered: another tab may have changed them.
    pub fn follow_settings(self) {
        let chosen = self.shared().store.appearance();
        let own = |options: &Options| Appearance::begin(&options.appearance, &chosen);
        self.read_so(self.options.with_untracked(own));
    }

    /// Reads by these settings from now on, what is being shown as well.
    fn read_so(self, appearance: Appearance) {
        self.pace_anew(move || self.show_appearance(appearance));
    }

    /// Changes something by which people read, and has the reply that runs keep to it.
    fn pace_anew(self, change: impl FnOnce()) {
        let before = untrack(|| self.current_manner());
        change();
        let now = untrack(|| self.current_manner());
        if now != before {
            self.order(Order::Pace(now));
        }
        if !self.appearance.with_untracked(Appearance::pages) {
            self.order(Order::ReadOn);
        }
    }

    /// Takes the settings of the page's owner anew, after attributes have changed; connects anew where the server is another.
    pub fn reconfigure(self, options: Options, complaints: Vec<Complaint>) {
        let before = self.options.get_untracked();
        let moved = options.server != before.server || options.kind != before.kind;
        let model = options.model.clone();
        let model = model.filter(|_| options.model != before.model);
        let mut appearance = self.appearance.get_untracked();
        appearance.follow(&before.appearance, &options.appearance);
        self.pace_anew(move || {
            self.show_appearance(appearance);
            self.write(|signals| {
                signals.options.set(options);
                signals.complaints.set(complaints);
            });
        });
        if moved {
            self.start();
        } else if let Some(model) = model {
            self.use_model(model);
        }
    }

    fn show_appearance(self, appearance: Appearance) {
        let lang = appearance.get(Setting::Lang);
        let is_new = self
            .appearance
            .with_untracked(|before| before.get(Setting::Lang) != lang);
        let lang = is_new.then(|| language(&[lang]));
        self.write(|signals| signals.appearance.set(appearance));
        if let Some(lang) = lang {
            self.speak(lang);
        }
    }

    /// Has the page speak a language, as soon as its words are here; until then, and where they cannot be had, it speaks the one of before.
    pub(super) fn speak(self, locale: Locale) {
        if words::knows(locale) {
            self.write(|signals| signals.lang.set(locale));
            return;
        }
        self.spawn(async move {
            let is_here = words::learn(locale).await;
            // Meanwhile another may be wished.
            if is_here && self.wished_language() == locale {
                self.write(|signals| signals.lang.set(locale));
            }
        });
    }

    /// Has the page speak the language that is wished, where its words were not here when the chat began.
    pub fn speak_as_wished(self) {
        let wished = self.wished_language();
        if wished != self.lang.get_untracked() {
            self.speak(wished);
        }
    }

    fn wished_language(self) -> Locale {
        let lang = |appearance: &Appearance| language(&[appearance.get(Setting::Lang)]);
        self.appearance.with_untracked(lang)
    }
}

/// Chooses the language of a chat with these settings of its owner and of the person.
pub fn language_of(options: &Options, chosen: &Appearance) -> Locale {
    language(&[&options.appearance, chosen].map(|appearance| appearance.get(Setting::Lang)))
}

/// Chooses the language: of those that are wished, the most wished first, else what the browser prefers.
fn language(wished: &[Option<&str>]) -> Locale {
    let browser = web_sys::window()
        .map(|window| window.navigator().languages())
        .unwrap_or_default();
    let browser: Vec<String> = browser.iter().filter_map(|tag| tag.as_string()).collect();
    let wished = wished.iter().copied().flatten();
    words::locale_for(wished.chain(browser.iter().map(String::as_str)))
}
