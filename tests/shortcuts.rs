//! The sheet of shortcuts says every key that the page hears: a key in the code that is not on the sheet fails here, and so does one on
//! the sheet that no code hears; and so does a file that listens to keys and stands in no place.
//!
//! In: every file of `src/page`, as text. Out: keys by place, held against [`rill::shortcuts`].
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rill::shortcuts::{Place, Shortcut};

/// Files that hear keys, and the place where they do. What a file hears on behalf of others (an input method's keys, those of a
/// dialog that opened by itself) has no place.
const FILES: [(&str, Option<Place>); 12] = [
    ("ui/shortcuts.rs", Some(Place::Page)),
    ("ui/ruler.rs", Some(Place::Page)),
    ("ui/composer.rs", Some(Place::Message)),
    ("ui/queue.rs", Some(Place::Message)),
    ("ui/hurry.rs", Some(Place::Reply)),
    ("ui/said.rs", Some(Place::Editor)),
    ("ui/list/row.rs", Some(Place::Editor)),
    ("ui/list/rows.rs", Some(Place::List)),
    ("ui/dialogs/search.rs", Some(Place::Search)),
    ("ui/tokens.rs", Some(Place::Tokens)),
    ("ui/doctor/exam.rs", Some(Place::Panel)),
    ("ui/kit/field.rs", Some(Place::Panel)),
];
/// Files that look at keys and do nothing by any one of them.
const BYSTANDERS: [&str; 1] = ["ui/kit/panel.rs"];
/// Names of keys in `KeyboardEvent.key` that are longer than a letter and that a page may hear.
const NAMED: [&str; 27] = [
    "Enter",
    "Escape",
    "Tab",
    "Backspace",
    "Delete",
    "Insert",
    "Home",
    "End",
    "PageUp",
    "PageDown",
    "ArrowUp",
    "ArrowDown",
    "ArrowLeft",
    "ArrowRight",
    "ContextMenu",
    "F1",
    "F2",
    "F3",
    "F4",
    "F5",
    "F6",
    "F7",
    "F8",
    "F9",
    "F10",
    "F11",
    "F12",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/page")
}

/// The code of a file, without comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().map(|line| line.split("//").next().unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

fn listens(code: &str) -> bool {
    [
        "keydown",
        "keyup",
        "keypress",
        ".key()",
        ".code()",
        ".key_code()",
    ]
    .iter()
    .any(|sign| code.contains(sign))
}

/// The keys that a file names: texts that are names of keys, and single letters that are compared with a key.
fn keys_in(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut parts = code.split('"');
    let mut before = parts.next().unwrap_or_default();
    while let (Some(text), Some(after)) = (parts.next(), parts.next()) {
        let is_compared = ["== ", "case(", "| ", "matches!(key, "]
            .iter()
            .any(|sign| before.ends_with(sign))
            || after.trim_start().starts_with("=>")
            || after.trim_start().starts_with('|')
            || after.trim_start().starts_with("if ");
        let is_letter = text.chars().count() == 1 && is_compared;
        if NAMED.contains(&text) || is_letter {
            found.insert(text.to_owned());
        }
        before = after;
    }
    found
}

#[test]
fn every_file_that_hears_keys_has_its_place() {
    let mut unknown = Vec::new();
    let mut heard = 0;
    for file in support::files(&folder()).unwrap() {
        let name = file.strip_prefix(folder()).unwrap().to_str().unwrap();
        let name = name.replace('\\', "/");
        if !name.ends_with(".rs") || !listens(&code(&file)) {
            continue;
        }
        heard += 1;
        let is_known = FILES.iter().any(|(known, _)| *known == name);
        if !is_known && !BYSTANDERS.contains(&name.as_str()) {
            unknown.push(name);
        }
    }
    assert!(
        unknown.is_empty(),
        "these hear keys; give them a place above, and their keys a line in src/shortcuts.rs: {unknown:?}"
    );
    assert_eq!(heard, FILES.len() + BYSTANDERS.len());
}

#[test]
fn the_sheet_says_every_key_that_the_code_hears_and_no_other() {
    for &place in Place::ALL {
        let mut heard: BTreeSet<String> = FILES
            .iter()
            .filter(|(_, of)| *of == Some(place))
            .flat_map(|(name, _)| keys_in(&code(&folder().join(name))))
            .collect();
        let mut said = BTreeSet::new();
        for shortcut in place.shortcuts() {
            said.extend(shortcut.keys().iter().map(|keys| keys.key.to_owned()));
        }
        // A field takes a new line by itself, and a dialog is closed by the browser.
        if place == Place::Panel {
            heard.insert("Escape".to_owned());
        }
        assert_eq!(heard, said, "{place:?}");
    }
}

#[test]
fn keys_are_found_in_comparisons_and_in_arms() {
    let text = "if event.key() == \"Enter\" || event.key().eq_ignore_ascii_case(\"k\") { say(\"a\", \"F2\") }\nmatch key { \"?\" | \"End\" => {} }";
    let found: Vec<String> = keys_in(text).into_iter().collect();
    assert_eq!(found, ["?", "End", "Enter", "F2", "k"]);
    assert!(keys_in("el(\"p\", \"x\")").is_empty());
}

#[test]
fn what_is_heard_alone_can_be_switched_off() {
    let single = Shortcut::ALL
        .iter()
        .flat_map(|shortcut| shortcut.keys())
        .filter(|keys| keys.is_single());
    let code = code(&folder().join("ui/shortcuts.rs"));
    for keys in single {
        assert!(keys_in(&code).contains(keys.key), "{keys:?}");
        assert!(code.contains("single_keys"), "{keys:?} asks for no leave");
    }
}
