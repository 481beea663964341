//! None of the examples is forgotten: each is opened by a test, stands in the table of the documents and in the list that is served, and
//! names Rill by the one address that nobody has.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Where examples and documents say that Rill is.
const RILL: &str = "https://your.host/rill/rill.js";
/// The one that has Rill in a folder of its own.
const OWN: &str = "github-pages";

fn text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The folders of `examples/`.
fn folders() -> BTreeSet<String> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let entries = fs::read_dir(examples).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.path().is_dir());
    folders
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

/// The words between `open` and the next `close`.
fn between(text: &str, open: &str, close: char) -> BTreeSet<String> {
    let parts = text.split(open).skip(1);
    let words = parts.filter_map(|part| Some(part.split_once(close)?.0.to_owned()));
    words.collect()
}

#[test]
fn every_example_is_opened_by_a_test() {
    let tests = ["page/examples.rs", "examples/main.rs"];
    let tests = tests.map(|file| text(&format!("tests/e2e/tests/{file}")));
    let opened = between(&tests.concat(), "Example::named(\"", '"');
    assert!(!opened.is_empty());
    assert_eq!(opened, folders());
}

#[test]
fn every_example_has_its_row_and_its_link() {
    let rows = between(&text("docs/examples.md"), "](../examples/", '/');
    assert_eq!(but_readme(rows), folders(), "docs/examples.md");
    let links = between(&text("examples/index.html"), "<a href=\"", '/');
    assert_eq!(links, folders(), "examples/index.html");
}

/// The link to the readme is no folder; what stands behind it up to the next bar is.
fn but_readme(words: BTreeSet<String>) -> BTreeSet<String> {
    let is_folder = |word: &String| !word.contains("README.md");
    words.into_iter().filter(is_folder).collect()
}

#[test]
fn every_example_names_rill_by_the_address_that_nobody_has() {
    for folder in folders().iter().filter(|folder| *folder != OWN) {
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
        let files = support::files(&place.join(folder)).unwrap();
        let texts = files
            .iter()
            .filter_map(|file| fs::read_to_string(file).ok());
        let names: Vec<String> = texts.filter(|text| text.contains("rill.js")).collect();
        assert!(!names.is_empty(), "{folder}");
        for text in names {
            let left = text.replace(RILL, "");
            assert!(!left.contains("/rill.js"), "{folder}: {text}");
        }
    }
}
