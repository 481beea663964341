//! How the person likes to read, and what the page's owner asks for: pace, theme, language.

use leptos::prelude::*;

use super::Chat;
use crate::options::{Complaint, Options, Theme};
use crate::pacer::Pace;
use crate::page::live::Order;
use crate::page::store::Look;
use crate::page::words::{self, Locale};

impl Chat {
    /// The pace that is in force: the person's, else the owner's, else the profile's. Tracked.
    pub fn current_pace(self) -> Pace {
        let own = || self.options.with(Options::pace);
        self.pace.get().unwrap_or_else(own)
    }

    pub(super) fn set_pace(self, pace: Option<Pace>) {
        self.write(|signals| signals.pace.set(pace));
        self.order(Order::Pace(untrack(|| self.current_pace())));
        self.keep_look();
    }

    pub(super) fn set_theme(self, theme: Theme) {
        self.write(|signals| signals.theme.set(theme));
        self.keep_look();
    }

    pub(super) fn set_language(self, locale: Locale) {
        self.write(|signals| signals.lang.set(locale));
        self.keep_look();
    }

    /// The attributes changed.
    pub fn reconfigure(self, options: Options, complaints: Vec<Complaint>) {
        let before = self.options.get_untracked();
        let moved = options.server != before.server || options.kind != before.kind;
        let model = options.model.clone();
        let model = model.filter(|_| options.model != before.model);
        self.write(|signals| {
            if let Some(theme) = options.theme {
                signals.theme.set(theme);
            }
            if options.lang != before.lang {
                signals.lang.set(language(&options, None));
            }
            signals.options.set(options);
            signals.complaints.set(complaints);
        });
        if moved {
            self.start(false);
        } else if let Some(model) = model {
            self.use_model(model);
        }
    }

    fn keep_look(self) {
        self.shared().store.keep_look(&Look {
            theme: Some(self.theme.get_untracked()),
            pace: self.pace.get_untracked(),
            lang: Some(words::tag(self.lang.get_untracked()).to_owned()),
        });
    }
}

/// The language: what the owner asks for, else what the person chose, else what the browser wishes.
pub(super) fn language(options: &Options, chosen: Option<&str>) -> Locale {
    let browser = web_sys::window()
        .map(|window| window.navigator().languages())
        .unwrap_or_default();
    let browser: Vec<String> = browser.iter().filter_map(|tag| tag.as_string()).collect();
    let wished = options
        .lang
        .as_deref()
        .into_iter()
        .chain(chosen)
        .chain(browser.iter().map(String::as_str));
    words::locale_for(wished)
}
