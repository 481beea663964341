//! Every word on screen. English is in the page; every other language is a file of `locales/`, fetched when it is spoken.
//!
//! In: a word's name, a language. Out: the word. It must not know what is said with it: states in words are
//! [`sentences`](super::sentences).

use std::borrow::Cow;

use rill_words::{Counted, ENGLISH, LANGUAGES, Word};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/page/languages.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = learn)]
    async fn js_learn(tag: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = knows)]
    fn js_knows(tag: &str) -> bool;
    #[wasm_bindgen(js_name = wordAt)]
    fn js_word_at(tag: &str, at: u32, count: f64) -> Option<String>;
    #[wasm_bindgen(catch, js_name = demo)]
    async fn js_demo(tag: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = listed)]
    fn js_listed(tag: &str, things: Vec<String>) -> String;
    #[wasm_bindgen(js_name = figures)]
    fn js_figures(tag: &str, number: f64) -> String;
}

/// A word in a language: `word!(locale, send)`. That each place of the word is given a value, and nothing else, the compiler sees.
macro_rules! word {
    ($locale:expr, $word:ident $(,)?) => {{
        let _ = rill_words::word::$word::Places {};
        $crate::page::words::plain($locale, rill_words::word::$word::WORD)
    }};
    ($locale:expr, $word:ident, $($place:ident = $value:expr),+ $(,)?) => {{
        use $crate::page::words::{Said as _, Value as _};
        let _ = rill_words::word::$word::Places { $($place: ()),+ };
        let locale = $locale;
        rill_words::word::$word::WORD.said(locale, &[$((stringify!($place), (&$value).words(locale))),+])
    }};
}
pub(crate) use word;

/// A word in the chat's language: `say!(chat, send)`, `say!(chat, load_image, host = "…")`.
macro_rules! say {
    ($chat:expr, $($word:tt)+) => {
        $crate::page::words::word!(leptos::prelude::Get::get(&$chat.lang), $($word)+)
    };
}
pub(crate) use say;

/// A language of the page, by its place among [`LANGUAGES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Locale(u8);

impl Locale {
    fn language(self) -> &'static rill_words::Language {
        LANGUAGES.get(usize::from(self.0)).unwrap_or(&ENGLISH)
    }

    fn is_english(self) -> bool {
        self == Locale::default()
    }
}

/// Returns the locale for language tags, the most wished first; English where none of them is here.
pub fn locale_for<'a>(wished: impl IntoIterator<Item = &'a str>) -> Locale {
    let of = |wish: &str| {
        let language = wish.split(['-', '_']).next().unwrap_or_default();
        locales().find(|locale| tag(*locale).eq_ignore_ascii_case(language))
    };
    wished.into_iter().find_map(of).unwrap_or_default()
}

/// Lists all locales, English first.
pub fn locales() -> impl Iterator<Item = Locale> {
    (0..LANGUAGES.len()).filter_map(|at| u8::try_from(at).ok().map(Locale))
}

/// Returns the language tag of a locale (BCP 47).
pub fn tag(locale: Locale) -> &'static str {
    locale.language().tag
}

/// Returns the name that a language has for itself.
pub fn own_name(locale: Locale) -> &'static str {
    locale.language().name
}

/// Returns the direction in which a language is written, as HTML says it.
pub fn direction(locale: Locale) -> &'static str {
    if locale.language().from_right {
        "rtl"
    } else {
        "ltr"
    }
}

/// Tells whether the words of a language are here.
pub fn knows(locale: Locale) -> bool {
    locale.is_english() || js_knows(tag(locale))
}

/// Fetches the words of a language; `false` where they cannot be had.
pub async fn learn(locale: Locale) -> bool {
    knows(locale) || js_learn(tag(locale)).await.is_ok()
}

/// Fetches what the demo says in a language; `None` where it cannot be had.
pub async fn demo_script(locale: Locale) -> Option<String> {
    js_demo(tag(locale)).await.ok()?.as_string()
}

/// Returns a word without places.
pub fn plain(locale: Locale, word: Word) -> String {
    template(locale, word.at, 0.0, word.english).into_owned()
}

/// Returns a word whose name begins with `reading_`; `None` where there is none.
pub fn reading_word(locale: Locale, name: &str) -> Option<String> {
    Some(plain(locale, rill_words::reading(name)?))
}

/// Writes a number as a language does.
pub fn figures(locale: Locale, number: f64) -> String {
    js_figures(tag(locale), number)
}

/// Puts several things in a row, as a language says them: `one, two, and three`.
pub fn listed(locale: Locale, things: Vec<String>) -> String {
    js_listed(tag(locale), things)
}

/// Finds the word of a language; English where that has none, which the build does not let pass.
fn template(locale: Locale, at: u32, count: f64, english: &'static str) -> Cow<'static, str> {
    let found = (!locale.is_english()).then(|| js_word_at(tag(locale), at, count));
    found.flatten().map_or(Cow::Borrowed(english), Cow::Owned)
}

/// A word with places.
pub trait Said {
    /// Returns it with these values in its places.
    fn said(self, locale: Locale, values: &[(&str, Words)]) -> String;
}

/// What stands in a place of a word.
pub struct Words {
    text: String,
    /// The number that it says; none of a text.
    number: Option<f64>,
}

impl Said for Word {
    fn said(self, locale: Locale, values: &[(&str, Words)]) -> String {
        fill(&template(locale, self.at, 0.0, self.english), values)
    }
}

impl Said for Counted {
    fn said(self, locale: Locale, values: &[(&str, Words)]) -> String {
        let count = values.iter().find_map(|(_, words)| words.number);
        let count = count.unwrap_or_default();
        let english = if count == 1.0 { self.one } else { self.other };
        fill(&template(locale, self.at, count, english), values)
    }
}

fn fill(template: &str, values: &[(&str, Words)]) -> String {
    let texts = values.iter().map(|(place, words)| (*place, &*words.text));
    rill_words::fill(template, &texts.collect::<Vec<_>>())
}

/// What can be put into a place of a word.
pub trait Value {
    /// Returns it in the words of a language.
    fn words(&self, locale: Locale) -> Words;
}

impl Value for str {
    fn words(&self, locale: Locale) -> Words {
        // A name in another direction must not turn the sentence around it (Unicode's isolates, UAX 9, 2.4).
        let text = match locale.language().from_right {
            true => format!("\u{2068}{self}\u{2069}"),
            false => self.to_owned(),
        };
        Words { text, number: None }
    }
}

impl Value for String {
    fn words(&self, locale: Locale) -> Words {
        self.as_str().words(locale)
    }
}

impl Value for Cow<'_, str> {
    fn words(&self, locale: Locale) -> Words {
        str::words(self, locale)
    }
}

impl<T: Value + ?Sized> Value for &T {
    fn words(&self, locale: Locale) -> Words {
        T::words(self, locale)
    }
}

macro_rules! numbers {
    ($($number:ty),+) => {
        $(impl Value for $number {
            fn words(&self, locale: Locale) -> Words {
                let number = *self as f64;
                Words { text: figures(locale, number), number: Some(number) }
            }
        })+
    };
}
numbers!(u8, u16, u32, u64, usize, i32, f64);
