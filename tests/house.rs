//! The size of the house: no file of the product is longer than 450 lines, and no function than 80. And that style sheets are whole.

#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::Path;

/// The most lines of a file, its own tests among them.
const FILE: usize = 450;
/// The most lines of a function, from its name to its last bracket.
const FUNCTION: usize = 80;

#[test]
fn no_file_is_longer_than_a_reader_can_keep_in_mind() {
    let sizes = sources().into_iter();
    let sizes = sizes.map(|(name, text)| (name, text.lines().count()));
    hold("file", FILE, &sizes.collect());
}

#[test]
fn no_function_is_longer_than_a_screen() {
    let mut sizes = BTreeMap::new();
    for (name, text) in sources() {
        for (function, lines) in functions(&text) {
            let longest = sizes.entry(format!("{name}: {function}")).or_insert(0);
            *longest = lines.max(*longest);
        }
    }
    hold("function", FUNCTION, &sizes);
}

#[test]
fn functions_are_measured_with_their_brackets_and_without_those_of_tests() {
    let text = "pub fn one() {}\n\nimpl A {\n    async fn two(\n        a: A,\n    ) {\n        three()\n    }\n}\n\n\
                #[cfg(test)]\nmod tests {\n    fn four() {\n    }\n}\n";
    assert_eq!(functions(text), [("one", 1), ("two", 5)]);
}

#[test]
fn every_block_of_a_style_sheet_is_closed() {
    let styles = Path::new(env!("CARGO_MANIFEST_DIR")).join("style");
    for file in support::files(&styles).unwrap() {
        if file.extension().is_some_and(|ending| ending == "css") {
            let text = std::fs::read_to_string(&file).unwrap();
            let count = |bracket| text.matches(bracket).count();
            assert_eq!(count('{'), count('}'), "{}", file.display());
        }
    }
}

fn hold(what: &str, most: usize, sizes: &BTreeMap<String, usize>) {
    let too_long: Vec<String> = sizes
        .iter()
        .filter(|(_, lines)| **lines > most)
        .map(|(name, lines)| format!("{name} has {lines}"))
        .collect();
    assert!(
        too_long.is_empty(),
        "a {what} has at most {most} lines:\n{}",
        too_long.join("\n")
    );
}

/// The product's files by their paths in the repository; files of tests are not of the product.
fn sources() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = BTreeMap::new();
    for file in support::files(&root.join("src")).unwrap() {
        let name = file.strip_prefix(root).unwrap().to_str().unwrap();
        let name = name.replace('\\', "/");
        if name.ends_with(".rs")
            && !name.contains("/tests/")
            && !name.ends_with("/tests.rs")
            && !name.ends_with("_tests.rs")
        {
            sources.insert(name, std::fs::read_to_string(&file).unwrap());
        }
    }
    assert!(sources.len() > 100, "{}", sources.len());
    sources
}

/// The functions of a formatted file and their lines: the last bracket stands as far in as the first word.
fn functions(text: &str) -> Vec<(&str, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let tests = lines.iter().position(|line| *line == "mod tests {");
    let lines = &lines[..tests.unwrap_or(lines.len())];
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let bare = line.trim_start();
        let Some(name) = function_name(bare) else {
            continue;
        };
        let indent = &line[..line.len() - bare.len()];
        let ends = |line: &str| {
            let end = line.strip_prefix(indent).unwrap_or_default();
            // A function of a trait that has no body ends with its arguments.
            end == "}" || (end.starts_with(')') && end.ends_with(';'))
        };
        let is_whole = line.ends_with('}') || line.ends_with(';');
        let more = match is_whole {
            true => 0,
            false => lines[at + 1..]
                .iter()
                .position(|line| ends(line))
                .map_or(0, |more| more + 1),
        };
        found.push((name, more + 1));
    }
    found
}

/// The name of the function that a line begins.
fn function_name(line: &str) -> Option<&str> {
    let mut rest = line;
    for word in ["pub", "(crate)", "(super)", "const", "async"] {
        rest = rest.strip_prefix(word).unwrap_or(rest).trim_start();
    }
    let rest = rest.strip_prefix("fn ")?;
    rest.split(['(', '<']).next()
}
