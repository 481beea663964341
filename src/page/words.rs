//! Every word on screen, from `locales/*.json`. A word that one language lacks fails the build.
//!
//! In: a word's name, a language. Out: the word. It must not know what is said with it: states in words are
//! [`sentences`](super::sentences).

pub use rill_locales::i18n::Locale;

/// A word in the chat's language: `say!(chat, send)`, `say!(chat, load_image, host = "…")`.
macro_rules! say {
    ($chat:expr, $($word:tt)+) => {
        leptos_i18n::td_string!(leptos::prelude::Get::get(&$chat.lang), $($word)+).to_string()
    };
}
pub(crate) use say;

/// The locale for a language tag: the first of the wished ones that there is.
pub fn locale_for<'a>(wished: impl IntoIterator<Item = &'a str>) -> Locale {
    wished
        .into_iter()
        .find_map(|tag| {
            match tag
                .split(['-', '_'])
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase()
                .as_str()
            {
                "en" => Some(Locale::en),
                "de" => Some(Locale::de),
                _ => None,
            }
        })
        .unwrap_or(Locale::en)
}

/// The language tag of a locale.
pub fn tag(locale: Locale) -> &'static str {
    match locale {
        Locale::en => "en",
        Locale::de => "de",
    }
}

/// What a language calls itself.
pub fn own_name(locale: Locale) -> &'static str {
    match locale {
        Locale::en => "English",
        Locale::de => "Deutsch",
    }
}

/// The demo's script.
pub fn demo_script(locale: Locale) -> &'static str {
    match locale {
        Locale::en => include_str!("../../locales/demo.en.md"),
        Locale::de => include_str!("../../locales/demo.de.md"),
    }
}
