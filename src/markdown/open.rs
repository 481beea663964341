//! The open block: what of it is parsed for the next update, and what of it stays.
//!
//! In: the text behind the last committed block. Out: blocks set and committed in [`Markdown`]. `docs/open-block.md` has a picture.
//!
//! Where a line has ended, the whole lines are parsed as they are (`lines`): what stands before the last block in them is committed,
//! and what of that one stays is cut off. What follows is parsed mended, for showing alone. So the whole lines decide where the open
//! block begins, and not the pieces in which they came. A block that has many parts is cut, so that the next parse begins behind those that
//! stay: a list at its last item, a table behind its last row, a paragraph at its last word; the lines of a fence are code without the
//! parser. What cannot be cut and is long is parsed only when it has grown by a sixteenth; until then new text is shown as it is.

mod code;
mod lines;
mod words;

use std::borrow::Cow;

use super::mend::{mend, mend_row};
use super::node::{Node, Tag, push_text};
use super::parse::Top;
use super::source::clean;
use super::{Block, Markdown};
use crate::text;
use code::Code;
use words::Words;

/// Bytes beyond which an open block is parsed anew only when it has grown by a sixteenth; until then new text is shown as it is.
const LONG: usize = 2 * 1024;

#[derive(Debug, Clone, Default)]
pub(super) struct Open {
    /// The beginning of the open block.
    start: usize,
    /// The part of the block that stays, and the beginning of the next parse.
    cut: Cut,
    /// The whole lines before this place have been taken in.
    lines: usize,
    /// The end of the text at the last parse.
    parsed: usize,
    /// The end of what is shown; behind it is nothing but what is hidden for now, and what came since.
    reach: usize,
    /// A blank line came since the last parse.
    blank: bool,
}

#[derive(Debug, Clone, Default)]
enum Cut {
    /// No part of the block stays: it is parsed from its start.
    #[default]
    None,
    /// The items before this place.
    Items(usize),
    /// The rows before `from`; head and rule end at `rows`.
    Rows { rows: usize, from: usize },
    /// The lines of a fence.
    Code(Code),
    /// The part before a word of a paragraph.
    Words(Words),
}

impl Open {
    pub(super) fn at(start: usize) -> Self {
        Open {
            start,
            cut: Cut::None,
            lines: start,
            parsed: start,
            reach: start,
            blank: false,
        }
    }

    /// The beginning of the next parse.
    fn from(&self) -> usize {
        match &self.cut {
            Cut::None => self.start,
            Cut::Items(from) | Cut::Rows { from, .. } => *from,
            Cut::Code(code) => code.line,
            Cut::Words(words) => words.from,
        }
    }
}

impl Markdown {
    pub(super) fn take_in(&mut self) {
        loop {
            if let Cut::Code(_) = self.open.cut {
                if !self.extend_code() {
                    break;
                }
                // The fence is closed.
            } else if let Cut::Words(_) = self.open.cut {
                if self.extend_words() {
                    break;
                }
                self.open.cut = Cut::None;
            }
            if self.too_soon() {
                self.show_raw();
                break;
            }
            self.take_lines();
            if !matches!(self.open.cut, Cut::Code(_)) && self.show_open() {
                break;
            }
        }
        self.seen = self.text.len();
    }

    /// The last parse: nothing is mended, everything is committed.
    pub(super) fn finish_open(&mut self) {
        if let Cut::Code(_) | Cut::Words(_) = self.open.cut {
            self.open.cut = Cut::None;
        }
        let rest = text::from(&self.text, self.open.from()).to_owned();
        let Some(tops) = self.parse_open(&rest, true, true) else {
            return self.finish_open();
        };
        let count = self.lay(tops);
        self.truncate(count);
        self.committed = count;
    }

    /// The text that the blocks show after a first update.
    pub(super) fn meant(&self) -> String {
        let from = match self.open.cut {
            Cut::Words(_) => self.open.start,
            _ => self.open.from(),
        };
        let before = text::up_to(&self.text, from);
        // As it was shown, without what may be half a line end.
        let end = self.text.strip_suffix('\r').unwrap_or(&self.text).len();
        let open = clean(text::part(&self.text, from..end));
        match &self.open.cut {
            Cut::Code(code) => text::up_to(&self.text, code.shown).to_owned(),
            Cut::Rows { .. } => [before, &mend_row(&open).text].concat(),
            _ => [before, &mend(&open).text].concat(),
        }
    }

    /// Tells whether to wait until there is more to parse.
    fn too_soon(&mut self) -> bool {
        let fresh = self.text.as_bytes().get(self.seen.saturating_sub(1)..);
        self.open.blank |=
            fresh.is_some_and(|fresh| memchr::memmem::find(fresh, b"\n\n").is_some());
        let length = self.text.len().saturating_sub(self.open.from());
        let grown = self.text.len().saturating_sub(self.open.parsed);
        let parsed = self.open.parsed > self.open.from();
        parsed && length > LONG && grown < length / if self.open.blank { 128 } else { 16 }
    }

    /// Shows what is not shown yet, hidden marks and all: nobody shall wait for words until the next parse.
    fn show_raw(&mut self) {
        if self.blocks.len() == self.committed {
            self.set(self.committed, Node::leaf(Tag::Paragraph));
        }
        let piece = text::from(&self.text, self.open.reach).to_owned();
        if let Some(block) = self.blocks.last_mut() {
            push_raw(&mut block.node, block.frozen, &piece);
        }
        self.open.reach = self.text.len();
        self.touch(self.blocks.len().saturating_sub(1));
    }

    /// Parses the open part and shows it; `false` where what stays turned out not to, and is open again.
    fn show_open(&mut self) -> bool {
        // A carriage return at the very end may yet be half of a line end.
        let end = self.text.strip_suffix('\r').unwrap_or(&self.text).len();
        let from = self.open.from();
        let rest = clean(text::part(&self.text, from..end)).into_owned();
        let mended = match self.open.cut {
            Cut::Rows { .. } => mend_row(&rest),
            _ => mend(&rest),
        };
        let lines = self.open.lines;
        let Some(tops) = self.parse_open(&mended.text, mended.known, false) else {
            // Nothing of it stays before another line is whole.
            self.open.lines = lines;
            return false;
        };
        self.open.parsed = end;
        self.open.reach = from + mended.reach;
        self.open.blank = false;
        // What the last line is, it stays.
        let stays = |top: &&Top| mended.known && top.start == self.open.start;
        let item = tops.first().filter(stays).filter(|_| tops.len() == 1);
        let item = item.map(|list| (list.last_item, tells_tightness(&list.node, &mended.text)));
        let count = self.lay(tops);
        self.truncate(count);
        if let Some((last_item, tells)) = item {
            if last_item >= self.open.lines {
                self.cut_items(last_item, tells);
            }
            if mended.settled {
                self.begin_words();
            }
        }
        true
    }

    /// Commits the first `count` blocks.
    fn commit(&mut self, count: usize) {
        let open = self.blocks.iter_mut().take(count).skip(self.committed);
        open.for_each(|block| block.frozen = block.node.children().len());
        self.committed = count;
    }

    /// The parse of the open part, in places of the whole text; `None` where what stays turned out not to, and is open again.
    fn parse_open(&mut self, shown: &str, known: bool, last: bool) -> Option<Vec<Top>> {
        let from = self.open.from();
        let head = match self.open.cut {
            Cut::Rows { rows, .. } => clean(text::part(&self.text, self.open.start..rows)),
            _ => Cow::Borrowed(""),
        };
        let head = head.into_owned();
        let mut tops = if head.is_empty() {
            self.parse(shown, 0)
        } else {
            self.parse(&[&head, shown].concat(), head.len())
        };
        let first = tops.first().map(|top| &top.node);
        let fits = match (&self.open.cut, first.and_then(Node::tag)) {
            (Cut::Items(_), Some(&Tag::List { tight, .. })) => {
                let stays = known && (last || tops.len() > 1);
                let tells = || first.is_some_and(|list| tells_tightness(list, shown));
                !self.is_tight() || tight && (!stays || tells())
            }
            (Cut::Rows { .. }, Some(Tag::Table { .. })) => true,
            // All of it is hidden for now.
            (Cut::Items(_), None) => !last,
            (Cut::Items(_) | Cut::Rows { .. }, _) => false,
            _ => true,
        };
        if !fits {
            self.open = Open::at(self.open.start);
            // All of it is drawn anew.
            if let Some(block) = self.blocks.get_mut(self.committed) {
                block.frozen = 0;
                block.id = self.next_id;
                self.next_id += 1;
                self.touch(self.committed);
            }
            return None;
        }
        for top in &mut tops {
            let start = self.open.start;
            let place = |at: usize| at.checked_sub(head.len()).map_or(start, |at| at + from);
            top.start = place(top.start);
            top.last_item = place(top.last_item);
        }
        if let (Cut::Items(_), Some(list)) = (&self.open.cut, tops.first_mut()) {
            list.start = self.open.start;
        }
        Some(tops)
    }

    /// Puts the parse of the open part behind what is committed and what stays; gives the number of blocks there are then.
    fn lay(&mut self, tops: Vec<Top>) -> usize {
        let mut index = self.committed;
        let mut tops = tops.into_iter();
        if let Cut::Items(_) | Cut::Rows { .. } = self.open.cut {
            self.lay_children(tops.next().map(|top| top.node));
            index += 1;
        }
        for top in tops {
            self.set(index, top.node);
            index += 1;
        }
        index
    }

    /// Puts these children of the open block behind those that stay.
    fn lay_children(&mut self, node: Option<Node>) {
        let (index, loose) = (self.committed, !self.is_tight());
        let Some(Block {
            node: Node::Element { children, .. },
            frozen,
            ..
        }) = self.blocks.get_mut(index)
        else {
            return;
        };
        let mut fresh = match node {
            Some(Node::Element { tag, mut children }) => {
                match tag {
                    Tag::List { tight: true, .. } if loose => {
                        children.iter_mut().for_each(Node::loosen)
                    }
                    // The head comes first in every parse of a part of a table.
                    Tag::Table { .. } => drop(children.drain(..children.len().min(1))),
                    _ => {}
                }
                children
            }
            _ => Vec::new(),
        };
        if children.get(*frozen..) != Some(fresh.as_slice()) {
            children.truncate(*frozen);
            children.append(&mut fresh);
            self.touch(index);
        }
    }

    fn is_tight(&self) -> bool {
        let tag = self
            .blocks
            .get(self.committed)
            .and_then(|block| block.node.tag());
        matches!(tag, Some(Tag::List { tight: true, .. }))
    }

    /// Cuts a list before its last item.
    fn cut_items(&mut self, last_item: usize, tells: bool) {
        let Some(block) = self.blocks.get_mut(self.committed) else {
            return;
        };
        let items = block.node.children().len();
        if let Some(Tag::List { .. }) = block.node.tag()
            && tells
            && items > 1
        {
            block.frozen = items.saturating_sub(1);
            self.open.cut = Cut::Items(last_item);
        }
    }
}

/// Puts letters at the end of the last text of a block, behind its parts that stay.
fn push_raw(node: &mut Node, frozen: usize, piece: &str) {
    let Node::Element { children, .. } = node else {
        return;
    };
    if children.len() <= frozen {
        return children.push(Node::Text(piece.to_owned()));
    }
    match children.last_mut() {
        Some(last) if !last.is_inline() && last.tag() != Some(&Tag::Rule) => {
            push_raw(last, 0, piece);
        }
        _ => push_text(children, piece),
    }
}

/// Tells whether a list shows that it is tight or loose, or can only be tight so far. A blank line between two items makes the
/// whole list loose, but shows only in items that hold text of their own. Where there is none to tell, nothing may stay.
fn tells_tightness(list: &Node, source: &str) -> bool {
    let tells = |part: &Node| part.is_inline() || part.tag() == Some(&Tag::Paragraph);
    list.children()
        .iter()
        .any(|item| item.children().iter().any(tells))
        || !source
            .split(['\n', '\r'])
            .any(|line| line.trim_ascii().is_empty())
}
