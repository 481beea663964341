//! The open block: how far it is settled, and what to parse for the next token.
//!
//! In: the text behind the last committed block. Out: blocks set and committed in [`Markdown`].
//! Every shortcut here shows or keeps what the parser would have made of the same text, or is taken back by the next parse.

mod code;
mod leaf;
mod lines;
mod tail;

use std::borrow::Cow;

use super::mend::mend;
use super::node::{Node, Tag};
use super::parse::{Top, loosen};
use super::{Block, Markdown};
use code::opening_fence;
use leaf::{is_known, leaf_end};
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
    /// To the end of the last text of the last block, which has the text up to here.
    Text(usize),
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
        let before = self.open.lines;
        let unlaid = if self.open.alone && self.text.len() - self.open.from >= LONG {
            None
        } else {
            self.commit_lines()
        };
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

    /// What the whole lines are is what there is to show: nothing follows them, or nothing that is decided.
    fn shows_whole_lines(&self) -> bool {
        let source = &self.text[self.open.from..];
        match self.open.kind {
            Kind::Table(_) => source.trim_ascii().is_empty(),
            _ => match mend(source).text {
                Cow::Borrowed(shown) => shown.len() == self.open.lines - self.open.from,
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
            if is_closed(&tops, &self.text[self.open.from..end]) {
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
        for block in &mut self.blocks[self.committed..count] {
            block.frozen = block.node.children().len();
        }
        self.committed = count;
    }

    /// The parse of the open part up to `end`, in places of the whole text; `None` where the frozen part turned out to be unsettled
    /// and is open again.
    fn parse_open(&mut self, end: usize, purpose: Parse) -> Option<Vec<Top>> {
        let from = self.open.from;
        let text = std::mem::take(&mut self.text);
        let (head, rows) = match self.open.kind {
            Kind::Table(rows) => (&text[self.open.start..rows], true),
            _ => ("", false),
        };
        let source = if rows {
            Cow::Owned([head, &text[from..end]].concat())
        } else {
            Cow::Borrowed(&text[from..end])
        };
        let (mut whole, mut swallows, mut is_rule, mut settled) = (true, false, false, false);
        let source = if purpose == Parse::Show {
            let mended = mend(&source);
            whole = !mended.cut;
            (swallows, is_rule, settled) = (mended.swallows, mended.is_rule, mended.settled);
            // Unless it was made anew, it is a beginning of the source.
            match mended.text {
                Cow::Owned(text) => Cow::Owned(text),
                Cow::Borrowed(text) if text.len() < source.len() => Cow::Owned(text.to_owned()),
                Cow::Borrowed(_) => source,
            }
        } else {
            source
        };
        let mut tops = self.parse(&source);
        let frozen = self.frozen();
        let fits = match (&self.open.kind, tops.first().and_then(|top| top.node.tag())) {
            // Mending may have hidden all that there is, and nothing is kept of what it shows.
            _ if purpose == Parse::Show => true,
            (Kind::List, Some(&Tag::List { tight, .. })) => {
                let settled = purpose == Parse::Commit && tops.len() == 1;
                !self.is_tight() || tight && (settled || tells_tightness(&tops[0].node, &source))
            }
            (Kind::Table(_), Some(Tag::Table { .. })) | (Kind::Any | Kind::Fence(_), _) => true,
            _ => false,
        };
        for top in &mut tops {
            let place = |at: usize| {
                if at < head.len() {
                    self.open.start
                } else {
                    at - head.len() + from
                }
            };
            top.start = place(top.start);
            top.last_item = place(top.last_item);
        }
        self.open.leaf = match leaf_end(&tops, &text[..end]) {
            _ if is_rule => Leaf::Rule,
            _ if swallows => Leaf::Hidden,
            Some(end) if whole => Leaf::Text(end),
            _ => Leaf::Parse,
        };
        self.open.alone = purpose == Parse::Show && is_alone(&tops, &source);
        self.open.tail = if settled && is_known(&text[..end]) {
            Tail::of(&tops, &text[..end], &self.open.kind)
        } else {
            None
        };
        self.text = text;
        self.open.parsed = end;
        if !fits {
            self.open = Open {
                lines: self.open.lines,
                ..Open::at(self.open.start)
            };
            // All of it is drawn anew.
            if frozen > 0 {
                let index = self.committed;
                self.blocks[index].frozen = 0;
                self.blocks[index].id = self.next_id;
                self.next_id += 1;
                self.touch(index);
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
        if children[frozen..] != fresh[..] {
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
                    && tells_tightness(&only.node, &self.text[self.open.from..end]) =>
            {
                self.lay_or_set(only.node, continued);
                self.open.kind = Kind::List;
                self.open.from = only.last_item;
                self.blocks[index].frozen =
                    self.blocks[index].node.children().len().saturating_sub(1);
            }
            Some(Tag::Table { .. }) => {
                let fresh = only.node.children().len().saturating_sub(1);
                let (rows, from) = match self.open.kind {
                    Kind::Table(rows) => (rows, self.open.from),
                    _ => {
                        self.open.start = only.start;
                        let head = skip_lines(&self.text[..end], only.start, 2);
                        (head, head)
                    }
                };
                self.lay_or_set(only.node, continued);
                self.open.kind = Kind::Table(rows);
                self.open.from = skip_lines(&self.text[..end], from, fresh);
                self.blocks[index].frozen = self.blocks[index].node.children().len();
            }
            Some(Tag::CodeBlock { .. }) => {
                let Some((fence, length)) = opening_fence(&self.text[only.start..end]) else {
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
