//! The name of a file, of a title in any script.
//!
//! In: titles. Out: names that every system takes, no two of them the same. It must not know where the files go.

use std::collections::BTreeSet;

use unicode_segmentation::UnicodeSegmentation;

use crate::text;

/// The most letters of a name, and the most bytes; systems take 255 bytes, with the ending and a number.
const LONGEST: (usize, usize) = (80, 200);

/// Names that Windows keeps for itself, whatever stands behind a dot (Naming Files, Paths, and Namespaces).
const KEPT: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// Names that are given, so that none is given twice.
#[derive(Default)]
pub(super) struct Names {
    given: BTreeSet<String>,
}

impl Names {
    /// Gives a name for a title, with this ending behind a dot; `untitled` is that of a title of which nothing is left.
    pub(super) fn add(&mut self, title: &str, untitled: &str, ending: &str) -> String {
        let safe = stem(title, untitled);
        let mut name = format!("{safe}.{ending}");
        let mut number = 1_u64;
        // Some systems take two names for the same that differ in case.
        while !self.given.insert(name.to_lowercase()) {
            number = number.saturating_add(1);
            name = format!("{safe} ({number}).{ending}");
        }
        name
    }
}

/// The name of a title that every system takes, without an ending; `untitled` is that of a title of which nothing is left.
pub fn stem(title: &str, untitled: &str) -> String {
    let mut names = [title, untitled, "conversation"].into_iter().map(safe);
    names.find(|name| !name.is_empty()).unwrap_or_default()
}

/// A title without what a system does not take in a name; empty where nothing is left.
fn safe(title: &str) -> String {
    let title: String = title.chars().filter_map(kept).collect();
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let trimmed = title.trim_matches(is_edge);
    let mut end = 0;
    for (at, letter) in trimmed.grapheme_indices(true).take(LONGEST.0) {
        let next = at + letter.len();
        if next > LONGEST.1 {
            break;
        }
        end = next;
    }
    let mut name = text::up_to(trimmed, end)
        .trim_end_matches(is_edge)
        .to_owned();
    let stem = name.split('.').next().unwrap_or_default();
    if is_kept(stem.trim_end()) {
        name.insert(0, '_');
    }
    name
}

/// The character that stands for one in a name; `None` for those that nobody sees.
fn kept(c: char) -> Option<char> {
    match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => Some('-'),
        // They would turn the ending round, or hide what the name is.
        '\u{ad}'
        | '\u{61c}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' => None,
        c if c.is_whitespace() => Some(' '),
        c if c.is_control() => None,
        c => Some(c),
    }
}

/// Tells whether a name may not begin or end with a character: files that begin with a dot are hidden, and what begins with `-` or `~`
/// means something to a shell.
fn is_edge(c: char) -> bool {
    matches!(c, '.' | ' ' | '-' | '~')
}

/// Tells whether Windows keeps a name for itself.
fn is_kept(stem: &str) -> bool {
    let stem = stem.to_lowercase();
    let port = ["com", "lpt"]
        .iter()
        .find_map(|port| stem.strip_prefix(port));
    let is_port = port.is_some_and(|number| {
        let mut digits = number.chars();
        matches!(digits.next(), Some('0'..='9' | '¹' | '²' | '³')) && digits.next().is_none()
    });
    is_port || KEPT.contains(&stem.as_str())
}
