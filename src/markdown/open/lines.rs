//! What whole lines settle.
//!
//! In: the blocks of whole lines, and the lines. Out: what of them no later line can change.

use crate::markdown::node::{Node, Tag};
use crate::markdown::parse::{Top, is_inline};

/// Whether no later line can change the last block: it is one line by nature, or a blank line ends it.
pub(super) fn is_closed(tops: &[Top], lines: &str) -> bool {
    match tops.last().and_then(|top| top.node.tag()) {
        Some(Tag::Heading(_) | Tag::Rule) => true,
        Some(Tag::Paragraph | Tag::Quote | Tag::Table { .. }) => ends_blank(lines),
        _ => false,
    }
}

/// Whether these are one block of which nothing can be committed or frozen.
pub(super) fn is_alone(tops: &[Top], lines: &str) -> bool {
    let [only] = tops else {
        return false;
    };
    match only.node.tag() {
        Some(Tag::List { .. }) => only.node.children().len() == 1,
        Some(Tag::Quote | Tag::Paragraph) => !ends_blank(lines),
        _ => false,
    }
}

/// The end of the last whole line behind `from`. A carriage return at the very end may yet become half of a line end.
pub(super) fn last_line_end(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let whole = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    let from = from.min(whole.len());
    memchr::memrchr2(b'\n', b'\r', whole.get(from..)?).map(|at| from + at + 1)
}

/// Whether the last of these whole lines is blank.
fn ends_blank(lines: &str) -> bool {
    let last = lines.strip_suffix('\n').unwrap_or(lines);
    let last = last.strip_suffix('\r').unwrap_or(last);
    let before = last.trim_end_matches([' ', '\t']);
    before.is_empty() || before.ends_with(['\n', '\r'])
}

pub(super) fn skip_lines(text: &str, from: usize, count: usize) -> usize {
    let mut at = from;
    for _ in 0..count {
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        at += match memchr::memchr2(b'\n', b'\r', rest) {
            Some(end) => match rest.get(end..) {
                Some([b'\r', b'\n', ..]) => end + 2,
                _ => end + 1,
            },
            None => rest.len(),
        };
    }
    at
}

/// A blank line between two items makes the whole list loose, but shows only in items that hold text of their own. Where there is none
/// to tell, nothing may be frozen.
pub(super) fn tells_tightness(list: &Node, source: &str) -> bool {
    let tells = |part: &Node| is_inline(part) || part.tag() == Some(&Tag::Paragraph);
    list.children()
        .iter()
        .any(|item| item.children().iter().any(tells))
        || !source
            .split(['\n', '\r'])
            .any(|line| line.trim_ascii().is_empty())
}
