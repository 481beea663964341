//! The size of the house: no file of the product is longer than 450 lines, and no function than 80. What is longer today stands in a
//! list that can only become shorter: what has grown fails, and so does what has become short and still stands there.

#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::Path;

/// The most lines of a file, its own tests among them.
const FILE: usize = 450;
/// The most lines of a function, from its name to its last bracket.
const FUNCTION: usize = 80;

/// Files that are longer today, and their lines.
const LONG_FILES: &[(&str, usize)] = &[
    ("src/json.rs", 454),
    ("src/trace/protocol.rs", 602),
    ("src/trace/redact.rs", 559),
    ("src/wire/framer.rs", 513),
];

/// Functions that are longer today, and their lines.
const LONG_FUNCTIONS: &[(&str, usize)] = &[
    ("src/page/reply/ask.rs: run", 102),
    ("src/page/ui/doctor/words.rs: evidence_words", 117),
    ("src/trace/export.rs: fact", 92),
];

#[test]
fn no_file_is_longer_than_a_reader_can_keep_in_mind() {
    let sizes = sources().into_iter();
    let sizes = sizes.map(|(name, text)| (name, text.lines().count()));
    hold("file", FILE, LONG_FILES, sizes.collect());
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
    hold("function", FUNCTION, LONG_FUNCTIONS, sizes);
}

#[test]
fn functions_are_measured_with_their_brackets_and_without_those_of_tests() {
    let text = "pub fn one() {}\n\nimpl A {\n    async fn two(\n        a: A,\n    ) {\n        three()\n    }\n}\n\n\
                #[cfg(test)]\nmod tests {\n    fn four() {\n    }\n}\n";
    assert_eq!(functions(text), [("one", 1), ("two", 5)]);
}

#[test]
fn what_grows_and_what_need_not_be_listed_any_more_is_found() {
    let found = |listed: &[(&str, usize)], lines: usize| {
        complaints(10, listed, &BTreeMap::from([("a".to_owned(), lines)]))
    };
    assert!(found(&[], 10).is_empty());
    assert!(found(&[("a", 12)], 12).is_empty() && found(&[("a", 12)], 11).is_empty());
    for (listed, lines) in [
        (&[][..], 11),
        (&[("a", 12)][..], 13),
        (&[("a", 12)][..], 10),
        (&[("b", 12)][..], 5),
    ] {
        assert_eq!(found(listed, lines).len(), 1, "{listed:?} {lines}");
    }
}

fn hold(what: &str, most: usize, listed: &[(&str, usize)], sizes: BTreeMap<String, usize>) {
    let complaints = complaints(most, listed, &sizes);
    assert!(
        complaints.is_empty(),
        "a {what} has at most {most} lines:\n{}",
        complaints.join("\n")
    );
}

fn complaints(
    most: usize,
    listed: &[(&str, usize)],
    sizes: &BTreeMap<String, usize>,
) -> Vec<String> {
    let listed: BTreeMap<&str, usize> = listed.iter().copied().collect();
    let too_long = sizes.iter().filter_map(|(name, lines)| {
        let most = listed.get(name.as_str()).copied().unwrap_or(most);
        (*lines > most).then(|| format!("(\"{name}\", {lines}), longer than {most}"))
    });
    let short_enough = listed.keys().filter_map(|name| {
        let lines = sizes.get(*name).copied().unwrap_or(0);
        (lines <= most).then(|| format!("{name} has {lines}: it need not be listed any more"))
    });
    too_long.chain(short_enough).collect()
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
