//! Attributes, and the properties that reflect them.
//!
//! In: settings of how to read and kinds of servers, which have their values already. Out: every attribute in the order of the table.

use std::borrow::Cow;

use super::union;
use crate::dialect::Kind;
use crate::reading::{Appearance, Setting};

/// An attribute of the element.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Its name. On the standalone page it is a parameter of the URL too.
    pub name: &'static str,
    /// Values that it takes.
    pub takes: Takes,
    /// Markdown for what holds where it is absent; empty where that is nothing.
    pub default: Cow<'static, str>,
    /// What it is for.
    pub words: &'static str,
}

/// Values of an attribute.
#[derive(Debug, Clone)]
pub enum Takes {
    /// It is present or absent.
    Flag,
    /// Any text.
    Text,
    /// One of these words.
    Words(Vec<&'static str>),
    /// Text of a form: its type in TypeScript, and markdown that says it.
    Form(String, String),
}

/// The languages of the page's own words, English first, then by their tags.
const LANGUAGES: [&str; 16] = [
    "en", "ar", "de", "es", "fr", "he", "hi", "it", "ja", "ko", "nl", "pl", "pt", "tr", "uk", "zh",
];

impl Attribute {
    /// The name of its property: `textSize` of `text-size`.
    pub fn property(&self) -> String {
        let mut name = String::with_capacity(self.name.len());
        for part in self.name.split('-') {
            let mut letters = part.chars();
            match letters.next() {
                Some(first) if !name.is_empty() => name.push(first.to_ascii_uppercase()),
                Some(first) => name.push(first),
                None => {}
            }
            name.push_str(letters.as_str());
        }
        name
    }

    /// The type of its value in TypeScript, where it is present.
    pub fn value_type(&self) -> String {
        match &self.takes {
            Takes::Flag => "boolean".to_owned(),
            Takes::Text => "string".to_owned(),
            Takes::Words(_) if self.name == "kind" => "\"auto\" | RillKind".to_owned(),
            Takes::Words(words) => union(words),
            Takes::Form(form, _) => form.clone(),
        }
    }

    /// The type of its property: an absent attribute is an empty text.
    pub fn property_type(&self) -> String {
        match self.value_type() {
            simple if simple == "boolean" || simple == "string" => simple,
            words => format!("{words} | \"\""),
        }
    }
}

fn words(words: &[&'static str]) -> Takes {
    Takes::Words(words.to_vec())
}

fn form(form: &str, words: &str) -> Takes {
    Takes::Form(form.to_owned(), words.to_owned())
}

/// An attribute that is no setting of how to read: name, values, default, what it is for.
type Row = (&'static str, fn() -> Takes, &'static str, &'static str);

/// The attributes beside the settings of how to read.
const OWN: [Row; 20] = [
    (
        "server",
        || Takes::Text,
        "what was used last, else what is found",
        "base URL, with or without `/v1`; a path on the page's own host; `demo`. One that is elsewhere [asks first](#servers-that-are-elsewhere)",
    ),
    ("kind", kinds, "`auto`", "[which server](servers.md) it is"),
    (
        "model",
        || Takes::Text,
        "the server's first",
        "a model's id",
    ),
    (
        "profile",
        || words(&["standard", "young"]),
        "`standard`",
        "`young` is for 8 to 17: bigger, calmer, one thing at a time, no thinking, no raw data",
    ),
    (
        "age",
        age,
        "11 to 13",
        "the pace of the young profile, 155 words a minute to 10, 190 to 13, 225 to 17, 250 for adults",
    ),
    ("system", || Takes::Text, "", "the system prompt"),
    ("greeting", || Takes::Text, "", "the first screen's heading"),
    (
        "placeholder",
        || Takes::Text,
        "",
        "what stands in the empty field for the message",
    ),
    (
        "loading",
        || words(&["lazy", "eager"]),
        "`lazy`",
        "`lazy`: once it comes near the window, is opened or is asked for something; `eager`: at once",
    ),
    (
        "layout",
        || words(&["inline", "floating", "full"]),
        "`inline`",
        "[layouts](#layouts); the standalone page is always full",
    ),
    (
        "label",
        || Takes::Text,
        "none: a picture",
        "the word on the button of `layout=\"floating\"`",
    ),
    (
        "open",
        || Takes::Flag,
        "absent",
        "the panel of `layout=\"floating\"` is open",
    ),
    (
        "storage",
        || words(&["local", "none"]),
        "`local`",
        "`none`: nothing is written",
    ),
    (
        "lock",
        || Takes::Flag,
        "absent",
        "the visitor cannot change server, model or key; with `profile=\"young\"` nothing at all ([below](#a-page-that-stays-as-it-is))",
    ),
    (
        "refused-words",
        || Takes::Text,
        "none",
        "words that are not sent, parted by commas, semicolons or lines ([below](#what-is-sent))",
    ),
    (
        "note",
        || Takes::Text,
        "none",
        "a text that stands quietly above the composer",
    ),
    (
        "time-limit",
        || form("`${number}`", "whole minutes"),
        "none",
        "so long may a session take ([below](#the-time-of-a-session))",
    ),
    (
        "lens",
        || Takes::Flag,
        "absent",
        "each answer offers *Why this word?* ([for teachers](teachers.md))",
    ),
    (
        "deadlines",
        || form("string", "`connect:30,first-token:300,silence:60,total:0`"),
        "as shown",
        "seconds; 0 is none ([which is which](ends.md#deadlines))",
    ),
    (
        "grace",
        || form("`${number}`", "seconds"),
        "`20`",
        "so long a passed deadline asks first",
    ),
];

/// Returns every attribute.
pub fn attributes() -> Vec<Attribute> {
    let own = OWN.iter().map(|&(name, takes, default, words)| Attribute {
        name,
        takes: takes(),
        default: default.into(),
        words,
    });
    let settings = Setting::ALL.iter().copied().map(how_to_read);
    own.chain(settings).collect()
}

fn kinds() -> Takes {
    let words = Kind::ALL.iter().map(|kind| kind.as_str());
    Takes::Words(words.collect())
}

fn age() -> Takes {
    let years: Vec<String> = (8..=17).map(|years| format!("\"{years}\"")).collect();
    Takes::Form(
        format!("{} | \"adult\"", years.join(" | ")),
        "8 to 17, or `adult`".to_owned(),
    )
}

/// A setting: its values and its default are those of the panel, unless its owner may say more than a person can choose.
fn how_to_read(setting: Setting) -> Attribute {
    let choices = setting.choices().iter().copied();
    let takes = match setting {
        Setting::Pace => form(
            "\"live\" | \"instant\" | `${number}` | `${number}wpm`",
            "`live`, `instant`, milliseconds per character (`30`), or words a minute (`160wpm`)",
        ),
        Setting::Lang => form("string", &listed(&LANGUAGES)),
        Setting::Voice => form("string", "`auto`, or the browser's name for a voice"),
        _ => Takes::Words(choices.filter(|choice| !choice.is_empty()).collect()),
    };
    let default: Cow<'static, str> = match setting {
        Setting::Pace => "`live`; by `age` in the young profile; `30` with `kind=ai4artsed`".into(),
        Setting::Steps => {
            "`words` in the young profile with a pace in words, else `letters`".into()
        }
        Setting::Lang => "the browser's".into(),
        Setting::Dictation => "`on`; `off` in the young profile".into(),
        _ => format!("`{}`", Appearance::default().value(setting)).into(),
    };
    Attribute {
        name: setting.name(),
        takes,
        default,
        words: sentence(setting),
    }
}

/// Markdown for a list of words.
pub(super) fn listed(words: &[&str]) -> String {
    let marked: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    marked.join(", ")
}

fn sentence(setting: Setting) -> &'static str {
    match setting {
        Setting::Pace => "[how text is shown](#how-text-is-shown)",
        Setting::Steps => "whether a word appears whole, where the pace is fixed",
        Setting::Pages => "`on`: text waits at the end of each page for the reader to go on",
        Setting::Theme => "light or dark; `auto` as the system has it",
        Setting::Contrast => {
            "`high`: text 7:1, lines 4.5:1, in light and dark; `auto` as the system asks"
        }
        Setting::Lang => "the language of the page's words",
        Setting::Shortcuts => {
            "`off`: no key alone does anything (`?` opens the list of [shortcuts](using.md#keys))"
        }
        Setting::TextSize => "per cent of the profile's own",
        Setting::Font => {
            "`legible` is Atkinson Hyperlegible, Lexend or Verdana: what the system has; `open-dyslexic` where it is installed; no font is sent"
        }
        Setting::LineWidth => "the longest line",
        Setting::LineSpacing => {
            "room between lines; `double` with twice the letters' size between paragraphs"
        }
        Setting::LetterSpacing => "`wide`: 0.12 em, 0.16 em between words (WCAG 2.2, 1.4.12)",
        Setting::Ruler => {
            "a band that follows the pointer, and with Alt and the arrows goes a line up or down"
        }
        Setting::Aloud => {
            "`on`: replies are read aloud as they arrive, from the first message on that the person sends"
        }
        Setting::Voice => "the voice that reads aloud; `auto` by the language of the text",
        Setting::SpeechRate => "per cent of the voice's own speed",
        Setting::Dictation => {
            "a microphone beside the field, where the browser has speech recognition; it may send what is said to its maker, and says so first; with the young only this attribute turns it on; `off` is not for the visitor to change"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    #[test]
    fn a_property_is_named_as_scripts_name_it() {
        let of = |name| {
            let attribute = Attribute {
                name,
                takes: Takes::Text,
                default: "".into(),
                words: "",
            };
            attribute.property()
        };
        assert_eq!(
            [of("lock"), of("text-size"), of("a-b-c")],
            ["lock", "textSize", "aBC"]
        );
    }

    #[test]
    fn every_word_of_the_table_can_be_used() {
        for attribute in attributes() {
            let Takes::Words(words) = &attribute.takes else {
                continue;
            };
            for word in words {
                let read = |name: &str| (name == attribute.name).then(|| (*word).to_owned());
                let (_, complaints) = Options::read(read);
                assert_eq!(complaints, [], "{}", attribute.name);
            }
        }
    }
}
