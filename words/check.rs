//! The languages as they lie in `locales/`, held against English: the same words in the same order with the same places, and of each
//! plural the forms that Unicode's rules have for the language.
//!
//! Sources: plural rules are those of CLDR, through `icu_plurals`; tags are BCP 47's, through `icu_locale_core`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules, PluralRulesOptions};
use serde_json::{Map, Value};

/// The language that the others are held against, and that is taken where a person's is not here.
pub const ENGLISH: &str = "en";

/// The languages among ours that are written from right to left.
const FROM_RIGHT: [&str; 2] = ["ar", "he"];

/// One word, as it stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A text.
    Text(String),
    /// The forms of a plural, by their categories.
    Plural(BTreeMap<String, String>),
}

impl Entry {
    fn read(value: Value) -> Option<Entry> {
        match value {
            Value::String(text) => Some(Entry::Text(text)),
            Value::Object(forms) => {
                let form =
                    |(category, form): (String, Value)| Some((category, form.as_str()?.to_owned()));
                let forms: Option<BTreeMap<String, String>> = forms.into_iter().map(form).collect();
                Some(Entry::Plural(forms?))
            }
            _ => None,
        }
    }

    /// The text; nothing of a plural.
    pub fn text(&self) -> Option<&str> {
        match self {
            Entry::Text(text) => Some(text),
            Entry::Plural(_) => None,
        }
    }

    /// The forms for one and for several of an English plural; nothing of a text.
    pub fn counted(&self) -> Option<(&str, &str)> {
        match self {
            Entry::Text(_) => None,
            Entry::Plural(forms) => Some((forms.get("one")?, forms.get("other")?)),
        }
    }

    /// The names of the places for values.
    pub fn places(&self) -> BTreeSet<String> {
        match self {
            Entry::Text(text) => places(text),
            Entry::Plural(_) => BTreeSet::from(["count".to_owned()]),
        }
    }

    fn complaints(&self, english: &Entry, categories: &BTreeSet<&str>) -> Vec<String> {
        match (self, english) {
            (Entry::Text(text), Entry::Text(_)) if text.trim().is_empty() => {
                vec!["is empty".to_owned()]
            }
            (Entry::Text(_), Entry::Text(_)) if self.places() == english.places() => Vec::new(),
            (Entry::Text(_), Entry::Text(_)) => vec![format!(
                "has the places {:?} and should have {:?}",
                self.places(),
                english.places()
            )],
            (Entry::Plural(forms), Entry::Plural(_)) => {
                let has: BTreeSet<&str> = forms.keys().map(String::as_str).collect();
                let mut complaints = Vec::new();
                if has != *categories {
                    complaints.push(format!(
                        "has the forms {has:?} and should have {categories:?}"
                    ));
                }
                for (category, form) in forms {
                    // "One conversation" says its number without a figure.
                    let may_do_without = ["zero", "one", "two"].contains(&category.as_str());
                    let fits = match places(form) {
                        none if none.is_empty() => may_do_without,
                        some => some == english.places(),
                    };
                    if !fits {
                        complaints.push(format!("has other places in its form {category:?}"));
                    }
                }
                complaints
            }
            (Entry::Plural(_), Entry::Text(_)) => vec!["is no plural in English".to_owned()],
            (Entry::Text(_), Entry::Plural(_)) => vec!["is a plural in English".to_owned()],
        }
    }
}

fn places(text: &str) -> BTreeSet<String> {
    let opened = text.split("{{").skip(1);
    let names = opened.map(|part| part.split("}}").next().unwrap_or_default().trim());
    names.map(str::to_owned).collect()
}

/// All words of a language.
#[derive(Debug)]
pub struct Sheet {
    /// Tag of the language.
    pub tag: String,
    /// The words by their names, in the order of the file.
    pub words: Vec<(String, Entry)>,
}

impl Sheet {
    /// Reads the words of a language from JSON.
    pub fn parse(tag: &str, text: &str) -> Result<Sheet, String> {
        let words: Map<String, Value> =
            serde_json::from_str(text).map_err(|error| format!("{tag}.json: {error}"))?;
        let entry = |(name, value): (String, Value)| {
            let entry = Entry::read(value).ok_or_else(|| format!("{tag}.json: {name} is no word"));
            Ok((name, entry?))
        };
        let words: Result<Vec<(String, Entry)>, String> = words.into_iter().map(entry).collect();
        let tag = tag.to_owned();
        words.map(|words| Sheet { tag, words })
    }

    /// A word by its name.
    pub fn get(&self, name: &str) -> Option<&Entry> {
        let mut found = self.words.iter().filter(|(known, _)| known == name);
        found.next().map(|(_, entry)| entry)
    }

    /// A text by its name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.text()
    }
}

/// Reads all languages of a folder, English first and the others in order. Each must have a text for the demo as well.
pub fn read(folder: &Path) -> Result<Vec<Sheet>, String> {
    let mut tags = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| error.to_string())? {
        let name = entry.map_err(|error| error.to_string())?.file_name();
        if let Some(tag) = name.to_string_lossy().strip_suffix(".json") {
            tags.push(tag.to_owned());
        }
    }
    tags.sort_by_key(|tag| (tag != ENGLISH, tag.clone()));
    let sheet = |tag: String| {
        let file = |name: String| {
            fs::read_to_string(folder.join(&name)).map_err(|error| format!("{name}: {error}"))
        };
        file(format!("demo.{tag}.md"))?;
        Sheet::parse(&tag, &file(format!("{tag}.json"))?)
    };
    tags.into_iter().map(sheet).collect()
}

/// Says what does not fit together; nothing where all is well.
pub fn complaints(sheets: &[Sheet]) -> Result<Vec<String>, String> {
    let english = sheets.first().ok_or("no language is there")?;
    let mut complaints = Vec::new();
    for sheet in sheets {
        let tag = &sheet.tag;
        let categories = categories(tag)?;
        for (name, entry) in &sheet.words {
            let Some(model) = english.get(name) else {
                complaints.push(format!("{tag}: {name} is no word of English"));
                continue;
            };
            let found = entry.complaints(model, &categories);
            complaints.extend(found.iter().map(|words| format!("{tag}: {name} {words}")));
        }
        let names = |sheet: &Sheet| -> Vec<String> {
            sheet.words.iter().map(|(name, _)| name.clone()).collect()
        };
        let missing = names(english)
            .into_iter()
            .filter(|name| sheet.get(name).is_none());
        let mut missing: Vec<String> = missing
            .map(|name| format!("{tag}: {name} is missing"))
            .collect();
        if missing.is_empty() && names(sheet) != names(english) {
            missing.push(format!(
                "{tag}: the order is not that of English, by which words are found"
            ));
        }
        complaints.append(&mut missing);
    }
    Ok(complaints)
}

/// The categories that a language's plurals have.
fn categories(tag: &str) -> Result<BTreeSet<&'static str>, String> {
    let locale: Locale = tag
        .parse()
        .map_err(|error| format!("{tag} is no tag: {error}"))?;
    let rules = PluralRules::try_new(locale.into(), PluralRulesOptions::default())
        .map_err(|error| format!("{tag} has no plural rules: {error}"))?;
    let name = |category| match category {
        PluralCategory::Zero => "zero",
        PluralCategory::One => "one",
        PluralCategory::Two => "two",
        PluralCategory::Few => "few",
        PluralCategory::Many => "many",
        PluralCategory::Other => "other",
    };
    Ok(rules.categories().map(name).collect())
}

/// Whether a language is written from right to left.
pub fn is_from_right(tag: &str) -> bool {
    FROM_RIGHT.contains(&tag)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const EN: &str = r#"{ "language_name": "English", "send": "Send", "to": "To {{ host }}", "list": { "one": "{{ count }} turn", "other": "{{ count }} turns" } }"#;

    fn against(tag: &str, text: &str) -> Vec<String> {
        let sheets = [
            Sheet::parse("en", EN).unwrap(),
            Sheet::parse(tag, text).unwrap(),
        ];
        complaints(&sheets).unwrap()
    }

    #[test]
    fn what_fits_is_no_complaint() {
        let polish = r#"{ "language_name": "polski", "send": "Wyślij", "to": "Do {{ host }}", "list": { "one": "tura", "few": "{{ count }} tury", "many": "{{ count }} tur", "other": "{{ count }} tury" } }"#;
        assert_eq!(against("pl", polish), Vec::<String>::new());
    }

    #[test]
    fn each_mistake_has_its_sentence() {
        let odd = r#"{ "send": "", "to": "Do {{ server }}", "list": { "one": "tura", "other": "tur" }, "more": "" }"#;
        let expect = [
            "pl: send is empty",
            "pl: to has the places {\"server\"} and should have {\"host\"}",
            "pl: list has the forms {\"one\", \"other\"} and should have {\"few\", \"many\", \"one\", \"other\"}",
            "pl: list has other places in its form \"other\"",
            "pl: more is no word of English",
            "pl: language_name is missing",
        ];
        assert_eq!(against("pl", odd), expect);
        let swapped = r#"{ "send": "发送", "language_name": "中文", "to": { "other": "" }, "list": "{{ count }}" }"#;
        let found = against("zh", swapped);
        assert_eq!(
            found,
            [
                "zh: to is no plural in English",
                "zh: list is a plural in English",
                "zh: the order is not that of English, by which words are found",
            ]
        );
    }

    #[test]
    fn a_tag_that_is_none_and_a_file_that_is_no_json_are_refused() {
        let sheets = [
            Sheet::parse("en", EN).unwrap(),
            Sheet::parse("x_", EN).unwrap(),
        ];
        assert!(complaints(&sheets).is_err());
        assert!(Sheet::parse("de", "{").is_err());
        assert!(Sheet::parse("de", r#"{ "send": 4 }"#).is_err());
    }
}
