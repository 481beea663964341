//! The launcher stands apart from the page: what both know is the same.

#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rill::chat::archive;
use rill::options;
use serde_json::Value;

const LAUNCHER: &str = include_str!("../src/page/rill.js");

/// What follows a text in the launcher, up to another.
fn between(open: &str, close: &str) -> &'static str {
    let (_, rest) = LAUNCHER.split_once(open).unwrap();
    rest.split_once(close).unwrap().0
}

#[test]
fn its_attributes_are_those_of_the_page_and_three_of_its_own() {
    let names: Vec<&str> = between("const NAMES =\n  \"", "\"").split(' ').collect();
    let all: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(all.len(), names.len(), "one stands twice");
    let own = ["loading", "label", "open"];
    let expect: BTreeSet<&str> = options::names().chain(own).collect();
    assert_eq!(all, expect);
}

#[test]
fn its_words_are_those_of_the_languages() {
    let table = between("const WORDS = {\n", "};");
    let words: BTreeMap<&str, [String; 2]> = table
        .lines()
        .map(|line| {
            let (tag, words) = line.trim().trim_end_matches(',').split_once(": ").unwrap();
            (tag, serde_json::from_str(words).unwrap())
        })
        .collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales");
    let files = support::files(&folder).unwrap();
    let languages = files
        .iter()
        .filter(|file| file.extension().unwrap() == "json");
    let mut seen = 0;
    for file in languages {
        let tag = file.file_stem().unwrap().to_str().unwrap();
        let locale: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        let expect = ["chat_open", "close"].map(|name| locale[name].as_str().unwrap().to_owned());
        assert_eq!(words[tag], expect, "{tag}");
        seen += 1;
    }
    assert_eq!(seen, words.len());
    let english = std::fs::read_to_string(folder.join("en.json")).unwrap();
    let english: Value = serde_json::from_str(&english).unwrap();
    let failed = between("words.chat_failed ?? \"", "\"");
    assert_eq!(english["chat_failed"], failed);
}

#[test]
fn a_conversation_of_which_nothing_is_said_is_the_same_without_the_wasm() {
    let nothing = between("const NOTHING = '", "'");
    assert_eq!(nothing.replace("\\n", "\n"), archive::NOTHING);
}
