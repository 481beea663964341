//! Every word on screen, from `locales/*.json`. A word that one language lacks fails the build.
//!
//! In: a word's name, a language. Out: the word. It must not know what is said with it: states in words are
//! [`sentences`](super::sentences).

use leptos_i18n::Locale as _;

pub use rill_locales::{demo_script, i18n::Locale, reading_word};

/// A word in a language: `word!(locale, send)`.
macro_rules! word {
    ($locale:expr, $($word:tt)+) => {
        leptos_i18n::td_string!($locale, $($word)+).to_string()
    };
}
pub(crate) use word;

/// A word in the chat's language: `say!(chat, send)`, `say!(chat, load_image, host = "…")`.
macro_rules! say {
    ($chat:expr, $($word:tt)+) => {
        $crate::page::words::word!(leptos::prelude::Get::get(&$chat.lang), $($word)+)
    };
}
pub(crate) use say;

/// Returns the locale for language tags, the most wished first; English where none of them is here.
pub fn locale_for<'a>(wished: impl IntoIterator<Item = &'a str>) -> Locale {
    // The library's own search reads tags as Unicode's rules have it, for 5 KB of the first view; the language alone decides here.
    let of = |tag: &str| {
        let language = tag.split(['-', '_']).next().unwrap_or_default();
        let mut all = locales().iter().copied();
        all.find(|locale| self::tag(*locale).eq_ignore_ascii_case(language))
    };
    wished.into_iter().find_map(of).unwrap_or_default()
}

/// Lists all locales, English first.
pub fn locales() -> &'static [Locale] {
    Locale::get_all()
}

/// Returns the language tag of a locale (BCP 47).
pub fn tag(locale: Locale) -> &'static str {
    locale.as_str()
}

/// Returns the name that a language has for itself.
pub fn own_name(locale: Locale) -> String {
    word!(locale, language_name)
}
