//! The documents say what is there: links lead to files and headings, sections that the code cites exist, and so do the tests that are
//! named as proof; every attribute has its row.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files with that ending below these folders.
fn files(folders: &[&str], ending: &str) -> Vec<PathBuf> {
    let mut left: Vec<PathBuf> = folders.iter().map(|name| root().join(name)).collect();
    let mut found = Vec::new();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).unwrap();
            left.extend(entries.map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|found| found == ending) {
            found.push(path);
        }
    }
    assert!(!found.is_empty(), "{folders:?}");
    found
}

fn documents() -> Vec<PathBuf> {
    let names = [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "docs",
        "examples",
    ];
    files(&names, "md")
}

/// The parts of a text between `open` and the next `close`.
fn between<'t>(text: &'t str, open: &'t str, close: &'t str) -> impl Iterator<Item = &'t str> {
    let parts = text.split(open).skip(1);
    parts.filter_map(move |part| Some(part.split_once(close)?.0))
}

/// The names by which the headings of a document can be linked to.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let name = |line: &str| {
        let words = line.trim_start_matches('#').trim().to_lowercase();
        let kept = words
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.collect::<String>().replace(' ', "-")
    };
    headings.map(name).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut dangling = Vec::new();
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        for link in between(&text, "](", ")").filter(|link| !link.starts_with("http")) {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = match path {
                "" => document.clone(),
                path => document.parent().unwrap().join(path),
            };
            let is_there = target.exists()
                && (anchor.is_empty()
                    || anchors(&fs::read_to_string(&target).unwrap()).contains(anchor));
            if !is_there {
                dangling.push(format!("{}: {link}", document.display()));
            }
        }
    }
    assert!(dangling.is_empty(), "{dangling:#?}");
}

#[test]
fn every_section_that_the_code_cites_is_there() {
    let text = fs::read_to_string(root().join("docs/protocols.md")).unwrap();
    let headings = text.lines().filter(|line| line.starts_with("##"));
    let numbers: BTreeSet<&str> = headings
        .filter_map(|line| line.split(' ').nth(1))
        .map(|number| number.trim_end_matches('.'))
        .collect();
    let mut cited = 0;
    for file in files(&["src", "annex/src", "tests/lab/src"], "rs") {
        let code = fs::read_to_string(&file).unwrap();
        for place in between(&code, "(protocols, ", ")") {
            for number in place
                .split([',', ' '])
                .filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))
            {
                cited += 1;
                assert!(numbers.contains(number), "{}: {number}", file.display());
            }
        }
    }
    assert!(cited > 5, "{cited}");
}

#[test]
fn every_test_that_is_named_as_proof_is_there() {
    let code: Vec<String> = files(&["src", "tests"], "rs")
        .iter()
        .map(|file| fs::read_to_string(file).unwrap())
        .collect();
    let tests: BTreeSet<&str> = code
        .iter()
        .flat_map(|text| text.split("fn ").skip(1))
        .filter_map(|part| Some(part.split_once('(')?.0))
        .collect();
    let mut named = 0;
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        for name in text
            .split('`')
            .filter_map(|word| Some(word.split_once("::")?.1))
        {
            let is_sentence = name.matches('_').count() > 2 && !name.contains(' ');
            if is_sentence {
                named += 1;
                assert!(tests.contains(name), "{}: {name}", document.display());
            }
        }
    }
    assert!(named > 40, "{named}");
}

#[test]
fn the_script_of_the_frame_knows_what_this_version_knows() {
    let script = fs::read_to_string(root().join("src/page/frame/embed.js")).unwrap();
    let version = format!("const VERSION = \"{}\";", env!("CARGO_PKG_VERSION"));
    assert!(script.contains(&version), "{version}");
    let list = between(&script, "const FREE = [", "]").next().unwrap();
    let listed: BTreeSet<&str> = list.split('"').skip(1).step_by(2).collect();
    let free: BTreeSet<&str> = rill::options::names()
        .filter(|name| rill::options::is_free(name))
        .collect();
    assert_eq!(listed, free);
    let list = between(&script, "const EVENTS = {\n", "};").next().unwrap();
    let listed: BTreeSet<String> = list.lines().map(|line| line.trim().to_owned()).collect();
    let row = |event: &rill::surface::Event| {
        let fields = event.detail.iter().filter(|field| !field.is_answer);
        let fields: Vec<String> = fields.map(|field| format!("\"{}\"", field.name)).collect();
        format!("\"{}\": [{}],", event.name, fields.join(", "))
    };
    let known: BTreeSet<String> = rill::surface::EVENTS.iter().map(row).collect();
    assert_eq!(listed, known);
}

#[test]
fn every_attribute_has_its_row() {
    let text = fs::read_to_string(root().join("docs/embedding.md")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| "));
    let cells: Vec<&str> = rows
        .filter_map(|row| Some(row.split_once(" | ")?.0))
        .collect();
    for name in rill::options::names() {
        let name = format!("`{name}`");
        assert!(cells.iter().any(|cell| cell.contains(&name)), "{name}");
    }
}
