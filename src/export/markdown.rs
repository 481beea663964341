//! A conversation as markdown: every text as it was written, under a heading that says who wrote it.
//!
//! In: turns. Out: markdown. It must not know any other form. A text that leaves a mark open would take the next heading into it, so
//! what is open is closed behind it.

use std::collections::BTreeSet;

use super::{Document, Words, calls, is_unfinished, speaker};
use crate::chat::turn::Turn;
use crate::markdown::{Tag, blocks_of};

/// Ends of what may be left open, by how often they are the right one.
const ENDS: [&str; 9] = [
    "", "\n```", "\n~~~", "\n$$", "\n\\]", "\n-->", "\n</pre>", "\n?>", "\n]]>",
];
/// The most marks of a text that are tried.
const MOST: usize = 12;

pub(super) fn write(document: &Document, words: &Words) -> String {
    let mut parts = vec![format!("# {}", escaped(&document.title(words)))];
    for turn in document.turns() {
        parts.push(format!("## {}", escaped(&speaker(turn, words))));
        write_turn(turn, words, &mut parts);
    }
    parts.join("\n\n") + "\n"
}

fn write_turn(turn: &Turn, words: &Words, parts: &mut Vec<String>) {
    if !turn.reasoning.trim().is_empty() {
        // A quotation ends where its mark does, whatever is open in it.
        let heading = format!("> **{}**\n>", escaped(&words.thinking));
        let lines = turn.reasoning.trim().split(['\n', '\r']);
        let lines = lines.map(|line| format!("\n> {line}"));
        parts.push(std::iter::once(heading).chain(lines).collect());
    }
    for image in &turn.images {
        let name = escaped(&words.picture);
        parts.push(format!("![{name}]({})", image.url()));
    }
    if !turn.text.trim().is_empty() {
        parts.push(closed(&turn.text));
    }
    parts.extend(calls(turn).map(|call| fenced(&call)));
    if is_unfinished(turn) {
        parts.push(format!("*{}*", escaped(&words.unfinished)));
    }
}

/// A text on one line that is nothing but letters: every mark of ASCII has a backslash before it (CommonMark 0.31.2, section 2.4).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The text, with what closes a block that it leaves open; in a fence, where nothing does.
fn closed(text: &str) -> String {
    let fences = fences(text);
    let own = fences
        .iter()
        .rev()
        .take(MOST)
        .map(|fence| format!("\n{fence}"));
    let ends = ENDS.iter().map(|end| (*end).to_owned());
    for end in ends.chain(own) {
        let whole = format!("{text}{end}");
        if is_closed(&whole) {
            return whole;
        }
    }
    fenced(text)
}

/// Tells whether a heading behind the text is one.
fn is_closed(text: &str) -> bool {
    let blocks = blocks_of(&format!("{text}\n\n## x"));
    let last = blocks.last();
    last.is_some_and(|last| last.tag() == Some(&Tag::Heading(2)) && last.plain_text() == "x")
}

/// The marks of fences in a text, each once.
fn fences(text: &str) -> BTreeSet<&str> {
    let mark = |line: &'_ str| {
        let first = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let rest = line.trim_start_matches(first);
        Some(line.len().saturating_sub(rest.len())).filter(|length| *length > 2)
    };
    let lines = text.lines().map(str::trim_start);
    lines.filter_map(|line| line.get(..mark(line)?)).collect()
}

/// The text in a fence that is longer than any in it.
fn fenced(text: &str) -> String {
    let mut fence = String::from("```");
    while text.contains(&fence) {
        fence.push('`');
    }
    format!("{fence}text\n{text}\n{fence}")
}
