//! The open block: how far it is settled, and what to parse for the next token.
//!
//! In: the text behind the last committed block. Out: blocks set and committed in [`Markdown`].
//! Every shortcut here shows or keeps what the parser would have made of the same text, or is taken back by the next parse.

mod code;
mod leaf;
mod lines;
mod tail;

use std::borrow::Cow;

use super::mend::{mend, mend_row};
use super::node::{Node, Tag};
use super::parse::{Top, loosen};
use super::tex::line_feeds;
use super::{Block, Markdown};
use crate::text;
use code::opening_fence;
use leaf::{end_of_letters, is_known, takes_letters};
use lines::{is_alone, is_closed, last_line_end, skip_lines, tells_tightness};
use tail::Tail;

/// An open block that is longer is parsed anew only when it has grown by a sixteenth; until then new text is shown as it is.
const LONG: usize = 4 * 1024;

#[derive(Debug, Clone, Default)]
pub(super) struct Open {
    /// Where the open block begins.
    start: usize,
    /// Where the next parse begins: `start`, or behind what is frozen.
    from: usize,
    /// Whole lines up to here were looked at for commits.
    lines: usize,
    /// How far the last parse went.
    parsed: usize,
    /// What is shown ends here; behind it is nothing but what is hidden for now, and what came since.
    reach: usize,
    /// A blank line came since the last parse.
    blank: bool,
    kind: Kind,
    /// No shortcuts: parse the whole open block each time.
    slow: bool,
    /// Where letters go that change nothing else.
    leaf: Leaf,
    /// The last parse for showing found nothing that whole lines could settle.
    alone: bool,
    /// What of the last line is parsed for the next token.
    tail: Option<Tail>,
}

#[derive(Debug, Clone, Copy, Default)]
enum Leaf {
    /// To the parser.
    #[default]
    Parse,
    /// To the end of the last text of the last block.
    Text,
    /// There too, but for a bracket, which may close an open link.
    Words,
    /// They are not shown for now.
    Hidden,
    /// Those of the rule below the head of a table are not shown.
    Rule,
}

#[derive(Debug, Clone, Default)]
enum Kind {
    #[default]
    Any,
    /// Items before `from` are frozen.
    List,
    /// Rows before `from` are frozen; head and delimiters end here.
    Table(usize),
    Fence(Fence),
}

impl Leaf {
    /// To the end of a text behind which no mark is open, or one is.
    fn behind(settled: bool) -> Leaf {
        if settled { Leaf::Text } else { Leaf::Words }
    }
}

/// What a parse is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parse {
    /// To show the open block, mended.
    Show,
    /// To commit what whole lines settle.
    Commit,
    /// To commit all there is.
    Finish,
}

#[derive(Debug, Clone)]
struct Fence {
    mark: u8,
    length: usize,
    /// The line at which the code is.
    line: usize,
    /// Code up to here is in the block.
    shown: usize,
}

impl Open {
    pub(super) fn at(start: usize) -> Self {
        Open {
            start,
            from: start,
            lines: start,
            parsed: start,
            reach: start,
            blank: false,
            kind: Kind::Any,
            slow: false,
            leaf: Leaf::Parse,
            alone: false,
            tail: None,
        }
    }
}

impl Markdown {
    pub(super) fn take_in(&mut self) {
        if self.extend_leaf() {
            return;
        }
        if let Kind::Fence(_) = self.open.kind
            && !self.extend_code()
        {
            return;
        }
        if self.extend_tail() {
            return;
        }
        self.open.leaf = Leaf::Parse;
        if self.too_soon() {
            self.show_raw();
            return;
        }
        // In a long block that is one piece, the parse to show it tells whether there is something to commit.
        if self.open.alone && self.open_length() >= LONG {
            self.show_open();
            if self.open.alone {
                return;
            }
        }
        let before = self.open.lines;
        let unlaid = self.commit_lines();
        match self.open.kind {
            Kind::Fence(_) => {
                self.extend_code();
                self.seen = self.text.len();
            }
            _ if self.open.lines > before && self.shows_whole_lines() => {
                let mut count = self.committed;
                if let Some(node) = unlaid {
                    self.set(count, node);
                    count += 1;
                } else if !matches!(self.open.kind, Kind::Any) {
                    count += 1;
                }
                self.truncate(count);
                self.seen = self.text.len();
                self.open.leaf = Leaf::Parse;
                self.open.reach = end_of_letters(text::up_to(&self.text, self.open.lines));
            }
            _ => {
                let row = matches!(self.open.kind, Kind::Table(_)) && self.extend_tail();
                if !row && !self.begin_paragraph() {
                    self.show_open();
                }
            }
        }
    }

    /// The last parse: nothing is mended, everything is committed.
    pub(super) fn finish_open(&mut self) {
        if let Kind::Fence(_) = self.open.kind {
            self.open = Open::at(self.open.start);
        }
        let end = self.text.len();
        let Some(tops) = self.parse_open(end, Parse::Finish) else {
            return self.finish_open();
        };
        let count = self.lay(tops);
        self.truncate(count);
        self.committed = count;
        self.open = Open::at(end);
        self.seen = end;
    }

    /// Bytes of the open part.
    fn open_length(&self) -> usize {
        self.text.len().saturating_sub(self.open.from)
    }

    /// What the blocks show, as a text, after a first update.
    pub(super) fn meant(&self) -> String {
        let before = text::up_to(&self.text, self.open.from);
        let open = line_feeds(text::from(&self.text, self.open.from));
        match &self.open.kind {
            Kind::Fence(fence) => text::up_to(&self.text, fence.shown).to_owned(),
            Kind::Table(_) => [before, &mend_row(&open).text].concat(),
            _ => [before, &mend(&open).text].concat(),
        }
    }

    /// What the whole lines are is what there is to show: nothing follows them, or nothing that is decided.
    fn shows_whole_lines(&self) -> bool {
        let source = text::from(&self.text, self.open.from);
        match self.open.kind {
            Kind::Table(_) => source.trim_ascii().is_empty(),
            _ => match mend(&line_feeds(source)).text {
                Cow::Borrowed(shown) => self.open.from + shown.len() == self.open.lines,
                Cow::Owned(_) => false,
            },
        }
    }

    /// Commits what the whole lines settle, and freezes what they settle in the open block; what it did not lay of that.
    fn commit_lines(&mut self) -> Option<Node> {
        let mut unlaid = None;
        loop {
            let Some(end) = last_line_end(&self.text, self.open.lines) else {
                return unlaid;
            };
            let Some(mut tops) = self.parse_open(end, Parse::Commit) else {
                continue;
            };
            self.open.lines = end;
            if is_closed(&tops, text::part(&self.text, self.open.from..end)) {
                let count = self.lay(tops);
                self.freeze_all(count);
                self.open = Open::at(end);
            } else if tops.len() > 1 {
                let last = tops.pop();
                let count = self.lay(tops);
                self.freeze_all(count);
                let last = last?;
                self.open = Open::at(last.start);
                self.open.lines = end;
                unlaid = self.freeze(last, end);
            } else {
                unlaid = tops.pop().and_then(|only| self.freeze(only, end));
            }
            if let Kind::Fence(_) = self.open.kind
                && self.extend_code()
            {
                // The block ended within these lines; there may be more to commit behind it.
                self.open.lines = self.open.start;
                unlaid = None;
                continue;
            }
            return unlaid;
        }
    }

    /// The first `count` blocks are committed.
    fn freeze_all(&mut self, count: usize) {
        let open = self.blocks.iter_mut().take(count).skip(self.committed);
        open.for_each(|block| block.frozen = block.node.children().len());
        self.committed = count;
    }

    /// The parse of the open part up to `end`, in places of the whole text; `None` where the frozen part turned out to be unsettled
    /// and is open again.
    fn parse_open(&mut self, end: usize, purpose: Parse) -> Option<Vec<Top>> {
        let from = self.open.from;
        let text = std::mem::take(&mut self.text);
        let head = match self.open.kind {
            Kind::Table(rows) => text::part(&text, self.open.start..rows),
            _ => "",
        };
        let rest = line_feeds(text::part(&text, from..end));
        let rest = rest.as_ref();
        let mended = match (purpose, &self.open.kind) {
            (Parse::Show, Kind::Table(_)) => Some(mend_row(rest)),
            (Parse::Show, _) => Some(mend(rest)),
            _ => None,
        };
        let shown = mended.as_ref().map_or(rest, |mended| &mended.text);
        let source = if head.is_empty() {
            Cow::Borrowed(shown)
        } else {
            Cow::Owned([head, shown].concat())
        };
        let mut tops = self.parse(&source);
        let frozen = self.frozen();
        let fits = match (&self.open.kind, tops.first().map(|top| &top.node)) {
            // Mending may have hidden all that there is, and nothing is kept of what it shows.
            _ if purpose == Parse::Show => true,
            (Kind::List, Some(list)) => match list.tag() {
                Some(&Tag::List { tight, .. }) => {
                    let settled = purpose == Parse::Commit && tops.len() == 1;
                    !self.is_tight() || tight && (settled || tells_tightness(list, &source))
                }
                _ => false,
            },
            (Kind::Table(_), Some(node)) => matches!(node.tag(), Some(Tag::Table { .. })),
            (Kind::Any | Kind::Fence(_), _) => true,
            _ => false,
        };
        for top in &mut tops {
            let place = |at: usize| match at.checked_sub(head.len()) {
                Some(at) => at + from,
                None => self.open.start,
            };
            top.start = place(top.start);
            top.last_item = place(top.last_item);
        }
        let before = text::up_to(&text, end);
        self.open.leaf = match &mended {
            Some(mended) if mended.is_rule => Leaf::Rule,
            Some(mended) if mended.swallows => Leaf::Hidden,
            // The letters at the end of a row may be in a cell that its table does not have.
            Some(mended) if mended.cut || !head.is_empty() => Leaf::Parse,
            Some(mended) if takes_letters(&tops, before) => Leaf::behind(mended.settled),
            _ => Leaf::Parse,
        };
        self.open.reach = match &mended {
            Some(mended) => from + mended.reach,
            None => end_of_letters(before),
        };
        self.open.alone = purpose == Parse::Show && is_alone(&tops, &source);
        self.open.tail = match &mended {
            Some(mended) if mended.settled && is_known(before) => {
                Tail::of(&tops, before, &self.open.kind)
            }
            _ => None,
        };
        drop(source);
        drop(mended);
        self.text = text;
        self.open.parsed = end;
        self.open.blank = false;
        if !fits {
            self.open = Open {
                lines: self.open.lines,
                ..Open::at(self.open.start)
            };
            // All of it is drawn anew.
            if let Some(block) = self.blocks.get_mut(self.committed).filter(|_| frozen > 0) {
                block.frozen = 0;
                block.id = self.next_id;
                self.next_id += 1;
                self.touch(self.committed);
            }
            return None;
        }
        Some(tops)
    }

    /// Puts the parse of the open part behind what is committed and frozen; how many blocks there are then.
    fn lay(&mut self, tops: Vec<Top>) -> usize {
        let mut index = self.committed;
        let mut tops = tops.into_iter();
        if let Kind::List | Kind::Table(_) = self.open.kind {
            let same = |top: &Top| match self.open.kind {
                Kind::List => matches!(top.node.tag(), Some(Tag::List { .. })),
                _ => matches!(top.node.tag(), Some(Tag::Table { .. })),
            };
            let first = if tops.as_slice().first().is_some_and(same) {
                tops.next()
            } else {
                None
            };
            self.lay_children(first.map(|top| top.node));
            index += 1;
        }
        for top in tops {
            self.set(index, top.node);
            index += 1;
        }
        index
    }

    /// The open block keeps its frozen children, and these follow.
    fn lay_children(&mut self, node: Option<Node>) {
        let (index, frozen, loose) = (self.committed, self.frozen(), !self.is_tight());
        let Some(Block {
            node: Node::Element { children, .. },
            ..
        }) = self.blocks.get_mut(index)
        else {
            return;
        };
        let mut fresh = match node {
            Some(Node::Element { tag, mut children }) => {
                match tag {
                    Tag::List { tight: true, .. } if loose => children.iter_mut().for_each(loosen),
                    // The head comes first in every parse of a part of a table.
                    Tag::Table { .. } => drop(children.drain(..children.len().min(1))),
                    _ => {}
                }
                children
            }
            _ => Vec::new(),
        };
        if children.get(frozen..) != Some(fresh.as_slice()) {
            children.truncate(frozen);
            children.append(&mut fresh);
            self.touch(index);
        }
    }

    fn frozen(&self) -> usize {
        match self.open.kind {
            Kind::List | Kind::Table(_) => self
                .blocks
                .get(self.committed)
                .map_or(0, |block| block.frozen),
            _ => 0,
        }
    }

    fn is_tight(&self) -> bool {
        let tag = self
            .blocks
            .get(self.committed)
            .and_then(|block| block.node.tag());
        matches!(tag, Some(Tag::List { tight: true, .. }))
    }

    /// `only` is the open block as the whole lines up to `end` have it: what of it is settled? Comes back if nothing is.
    fn freeze(&mut self, only: Top, end: usize) -> Option<Node> {
        let index = self.committed;
        if self.open.slow {
            return Some(only.node);
        }
        let continued = matches!(self.open.kind, Kind::List | Kind::Table(_));
        match only.node.tag() {
            Some(Tag::List { .. })
                if only.node.children().len() > 1
                    && tells_tightness(&only.node, text::part(&self.text, self.open.from..end)) =>
            {
                self.lay_or_set(only.node, continued);
                self.open.kind = Kind::List;
                self.open.from = only.last_item;
                self.freeze_children(1);
            }
            Some(Tag::Table { .. }) => {
                let fresh = only.node.children().len().saturating_sub(1);
                let (rows, from) = match self.open.kind {
                    Kind::Table(rows) => (rows, self.open.from),
                    _ => {
                        self.open.start = only.start;
                        let head = skip_lines(text::up_to(&self.text, end), only.start, 2);
                        (head, head)
                    }
                };
                self.lay_or_set(only.node, continued);
                self.open.kind = Kind::Table(rows);
                self.open.from = skip_lines(text::up_to(&self.text, end), from, fresh);
                self.freeze_children(0);
            }
            Some(Tag::CodeBlock { .. }) => {
                let Some((fence, length)) = opening_fence(text::part(&self.text, only.start..end))
                else {
                    return Some(only.node);
                };
                let Node::Element { tag, .. } = only.node else {
                    return None;
                };
                let line = only.start + length;
                // The code itself comes line by line, from its first line on.
                self.set(index, Node::leaf(tag));
                self.open.start = only.start;
                self.open.kind = Kind::Fence(Fence {
                    line,
                    shown: line,
                    ..fence
                });
            }
            _ if continued => self.lay_or_set(only.node, true),
            _ => return Some(only.node),
        }
        None
    }

    /// All children of the open block but so many last ones stay.
    fn freeze_children(&mut self, but: usize) {
        if let Some(block) = self.blocks.get_mut(self.committed) {
            block.frozen = block.node.children().len().saturating_sub(but);
        }
    }

    fn lay_or_set(&mut self, node: Node, continued: bool) {
        if continued {
            self.lay_children(Some(node));
        } else {
            self.set(self.committed, node);
        }
    }

    fn show_open(&mut self) {
        let end = self.text.len();
        if let Some(tops) = self.parse_open(end, Parse::Show) {
            let count = self.lay(tops);
            self.truncate(count);
        }
        self.seen = end;
    }
}
