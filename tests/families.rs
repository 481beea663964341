//! A server family is known in its own file, and its name in the list: the source is read, and nothing else may name one.

#![allow(missing_docs, clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use rill::dialect::Kind;

/// Every file of the product, but those that hold nothing but tests.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            sources(&path, found);
        } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

/// The lines of a file that are built into the product: without comments, and without the tests at its end.
fn code(source: &str) -> impl Iterator<Item = (usize, &str)> {
    let source = source
        .split("#[cfg(test)]\nmod ")
        .next()
        .unwrap_or_default();
    let lines = source
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default());
    lines.enumerate().map(|(at, line)| (at + 1, line))
}

/// The first family that a line names: as a variant; by several at once; or by the word of the attribute, where the line is about kinds
/// (some of these words are also those of wires and paths).
fn named(line: &str) -> Option<String> {
    if !line.contains("Kind::") && !line.contains("kind") {
        return None;
    }
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let is_there = |name: &str| {
        let mut places = line.match_indices(name);
        places.any(|(at, _)| {
            let (before, after) = (&line[..at], &line[at + name.len()..]);
            let goes_on = name.ends_with(part) && after.starts_with(part);
            !before.ends_with(part) && !goes_on
        })
    };
    let variants = Kind::ALL.map(|kind| format!("Kind::{kind:?}"));
    let several = ["Kind::*", "Kind::{"].map(str::to_owned);
    let words = Kind::ALL.map(|kind| format!("\"{}\"", kind.as_str()));
    let words = words.into_iter().filter(|_| line.contains("kind"));
    let names = variants.into_iter().chain(several).chain(words);
    names.into_iter().find(|name| is_there(name))
}

/// Lines that name a family, in files that may not.
fn offences(is_free: impl Fn(&Path) -> bool) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 100, "the sources are not where they were");
    let mut found = Vec::new();
    for file in files {
        let path = file.strip_prefix(&root).unwrap();
        // The markup of documents has kinds of its own.
        if is_free(path) || path.starts_with("markdown") {
            continue;
        }
        let source = fs::read_to_string(&file).unwrap();
        for (at, line) in code(&source) {
            if let Some(name) = named(line) {
                found.push(format!("{}:{at} names {name}", path.display()));
            }
        }
    }
    found
}

#[test]
fn no_family_is_named_outside_of_its_own_file_and_the_list() {
    let families = ["static FAMILY: Family", "families! {"];
    let is_free = |path: &Path| {
        let source =
            || fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(path));
        let has_own = |source: String| families.iter().any(|sign| source.contains(sign));
        path.starts_with("dialect") && source().is_ok_and(has_own)
    };
    let found = offences(is_free);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_search_finds_what_it_looks_for() {
    assert_eq!(
        named("if kind == Kind::Ollama {").as_deref(),
        Some("Kind::Ollama")
    );
    assert_eq!(
        named("use super::Kind::{Ollama, Vllm};").as_deref(),
        Some("Kind::{")
    );
    assert_eq!(
        named("kind.as_str() == \"vllm\"").as_deref(),
        Some("\"vllm\"")
    );
    assert_eq!(named("Kind::OpenAir, FinishKind::Halo"), None);
    assert_eq!(named("kind.unwrap_or_default()"), None);
    let source = "a\n// b\n#[cfg(test)]\nmod tests { Kind::Ollama }";
    assert!(code(source).all(|(_, line)| named(line).is_none()));
    // A family that is a variant of another one names it, and the list names the usual one.
    let there = offences(|_| false);
    assert_eq!(there.len(), 2, "{}", there.join("\n"));
}
