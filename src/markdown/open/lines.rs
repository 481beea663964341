//! The whole lines of the open block: what stands before the last block in them is committed, and what of that one stays is cut off.
//!
//! In: the lines that have ended since the last update. Out: committed blocks, and the open block with another start or [`Cut`]. It must
//! not know the line that is still being written, nor what is shown of it.

use std::borrow::Cow;

use super::code::Code;
use super::{Cut, Open, tells_tightness};
use crate::markdown::Markdown;
use crate::markdown::mend::close_formula;
use crate::markdown::node::{Node, Tag};
use crate::markdown::parse::Top;
use crate::markdown::source::clean;
use crate::text;

impl Markdown {
    /// Commits what the whole lines settle, and cuts the block that they leave open.
    pub(super) fn take_lines(&mut self) {
        let end = whole_lines(&self.text);
        if end <= self.open.lines {
            return;
        }
        while self.open.from() < end && !matches!(self.open.cut, Cut::Code(_)) {
            let from = self.open.from();
            let lines = clean(text::part(&self.text, from..end)).into_owned();
            let lines = match self.open.cut {
                // No row goes on in the next line.
                Cut::Rows { .. } => Cow::Borrowed(lines.as_str()),
                _ => close_formula(&lines),
            };
            // Otherwise what stayed is open again, and is parsed with the rest.
            if let Some(tops) = self.parse_open(&lines, true, false)
                && self.settle_lines(tops, &lines)
            {
                break;
            }
        }
        self.open.lines = end;
    }

    /// Settles the blocks of these lines; `false` where the last of them is to be looked at by itself.
    fn settle_lines(&mut self, mut tops: Vec<Top>, lines: &str) -> bool {
        if is_closed(&tops, lines) {
            let end = self.open.from() + lines.len();
            let count = self.lay(tops);
            self.commit(count);
            self.open = Open::at(end);
            return true;
        }
        let Some(last) = tops.pop() else {
            return true;
        };
        if let Some(before) = tops.last() {
            // Two of them on one line are definitions, which the end will read anew.
            if last.start <= before.start {
                return true;
            }
            let alone = matches!(self.open.cut, Cut::Rows { .. });
            let count = self.lay(tops);
            self.commit(count);
            self.open = Open::at(last.start);
            if alone {
                return false;
            }
        }
        let last_item = last.last_item;
        let tells = tells_tightness(&last.node, lines);
        self.open.start = last.start;
        self.lay(vec![last]);
        self.cut(last_item, tells);
        true
    }

    /// Cuts the open block behind what of it stays, whatever follows its whole lines.
    fn cut(&mut self, last_item: usize, tells: bool) {
        self.cut_items(last_item, tells);
        let start = self.open.start;
        let Some(block) = self.blocks.get_mut(self.committed) else {
            return;
        };
        let Node::Element { tag, children } = &mut block.node else {
            return;
        };
        match tag {
            Tag::Table { .. } => {
                let (rows, from) = match self.open.cut {
                    Cut::Rows { rows, from } => (rows, from),
                    _ => {
                        let rows = skip_lines(&self.text, start, 2);
                        (rows, rows)
                    }
                };
                let fresh = children.len().saturating_sub(block.frozen.max(1));
                block.frozen = children.len();
                let from = skip_lines(&self.text, from, fresh);
                self.open.cut = Cut::Rows { rows, from };
            }
            Tag::CodeBlock { .. } => {
                if let Some(code) = Code::begin(&self.text, start) {
                    // The code itself comes line by line, from its first line on.
                    children.clear();
                    self.open.cut = Cut::Code(code);
                }
            }
            _ => {}
        }
    }
}

/// Tells whether no later line can change the last block: it is one line by nature, or a blank line ends it.
fn is_closed(tops: &[Top], lines: &str) -> bool {
    match tops.last().and_then(|top| top.node.tag()) {
        Some(Tag::Heading(_) | Tag::Rule) => lines.ends_with(['\n', '\r']),
        Some(Tag::Paragraph | Tag::Quote | Tag::Table { .. }) => ends_blank(lines),
        _ => false,
    }
}

/// Tells whether the last of these whole lines is blank.
fn ends_blank(lines: &str) -> bool {
    let Some(last) = lines.strip_suffix('\n') else {
        return false;
    };
    let last = last.strip_suffix('\r').unwrap_or(last);
    let before = last.trim_end_matches([' ', '\t']);
    before.is_empty() || before.ends_with(['\n', '\r'])
}

/// The end of the last whole line.
fn whole_lines(text: &str) -> usize {
    let text = text.strip_suffix('\r').unwrap_or(text);
    memchr::memrchr2(b'\n', b'\r', text.as_bytes()).map_or(0, |at| at + 1)
}

/// The place behind so many lines that begin at `from`.
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
