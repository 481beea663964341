//! The open block: how far it is settled, and what to parse for the next token.
//!
//! In: the text behind the last committed block. Out: blocks set and committed in [`Markdown`].
//! Every shortcut here shows or keeps what the parser would have made of the same text, or is taken back by the next parse.

use std::borrow::Cow;

use super::mend::mend;
use super::node::{Node, Tag, push_text};
use super::parse::{Top, is_inline, loosen};
use super::{Block, Markdown};

/// An open block that is longer is parsed anew only when it has grown by a sixteenth; until then new text is shown as it is.
const LONG: usize = 6 * 1024;

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
    /// Up to here the text is in the last text of the last block; letters may be put there.
    leaf: Option<usize>,
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
            leaf: None,
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
        self.open.leaf = None;
        if self.too_soon() {
            self.show_raw();
            return;
        }
        self.commit_lines();
        match self.open.kind {
            Kind::Fence(_) => {
                self.extend_code();
                self.seen = self.text.len();
            }
            _ => self.show_open(),
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

    /// Commits what the whole lines settle, and freezes what they settle in the open block.
    fn commit_lines(&mut self) {
        loop {
            let Some(end) = last_line_end(&self.text, self.open.lines) else {
                return;
            };
            let Some(mut tops) = self.parse_open(end, Parse::Commit) else {
                continue;
            };
            self.open.lines = end;
            if tops.len() > 1 {
                let last = tops.pop();
                let count = self.lay(tops);
                self.committed = count;
                for block in &mut self.blocks[..count] {
                    block.frozen = block.node.children().len();
                }
                let Some(last) = last else { return };
                self.open = Open::at(last.start);
                self.open.lines = end;
                self.freeze(last, end);
            } else if let Some(only) = tops.pop() {
                self.freeze(only, end);
            }
            if let Kind::Fence(_) = self.open.kind
                && self.extend_code()
            {
                // The block ended within these lines; there may be more to commit behind it.
                self.open.lines = self.open.start;
                continue;
            }
            return;
        }
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
        let mut whole = true;
        let source = if purpose == Parse::Show {
            let mended = mend(&source);
            whole = !mended.cut;
            match mended.text {
                Cow::Borrowed(_) => source,
                Cow::Owned(text) => Cow::Owned(text),
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
        self.open.leaf = whole
            .then_some(())
            .and_then(|()| leaf_end(&tops, &source, &text[..end]));
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

    /// `only` is the open block as the whole lines up to `end` have it: what of it is settled?
    fn freeze(&mut self, only: Top, end: usize) {
        let index = self.committed;
        if self.open.slow {
            return;
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
                    return;
                };
                let Node::Element { tag, .. } = only.node else {
                    return;
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
            _ => {}
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

    /// Code goes straight into its block. `true` when the block was closed and committed, or cannot go on like this: the rest is for
    /// the parser.
    fn extend_code(&mut self) -> bool {
        let index = self.committed;
        let Kind::Fence(fence) = &mut self.open.kind else {
            return true;
        };
        if has_bare_return(&self.text.as_bytes()[fence.shown.min(self.seen)..]) {
            self.open = Open {
                slow: true,
                ..Open::at(self.open.start)
            };
            return true;
        }
        if self.blocks.len() > index + 1 {
            self.blocks.truncate(index + 1);
            self.changed = self.changed.min(index + 1);
        }
        let Some(Block {
            node: Node::Element { children, .. },
            ..
        }) = self.blocks.get_mut(index)
        else {
            return true;
        };
        let bytes = self.text.as_bytes();
        let mut grown = false;
        let mut closed = None;
        while closed.is_none() {
            let search = fence.shown.max(fence.line);
            let Some(end) = memchr::memchr(b'\n', &bytes[search..]).map(|at| search + at) else {
                break;
            };
            let line = &self.text[fence.line..end];
            if closes(line.trim_end_matches('\r'), fence, true) {
                closed = Some(end + 1);
            } else {
                push_code(children, &self.text[search..end], true);
                fence.line = end + 1;
                fence.shown = end + 1;
                grown = true;
            }
        }
        let rest = &self.text[fence.line..];
        if closed.is_none() && !closes(rest.trim_end_matches('\r'), fence, false) {
            // A carriage return at the end may belong to a line end that is not here yet.
            let end = fence.line + rest.trim_end_matches('\r').len();
            if end > fence.shown {
                push_code(children, &self.text[fence.shown..end], false);
                fence.shown = end;
                grown = true;
            }
        }
        if grown {
            self.touch(index);
        }
        self.seen = self.text.len();
        let Some(end) = closed else {
            self.open.leaf = None;
            return false;
        };
        self.committed += 1;
        self.open = Open::at(end);
        true
    }

    /// Letters in the middle of a line, far from any mark, go straight to the end of the last text.
    fn extend_leaf(&mut self) -> bool {
        let Some(leaf) = self.open.leaf else {
            return false;
        };
        let piece = &self.text[self.seen..];
        if !piece.bytes().all(is_plain) {
            return false;
        }
        let end = self.seen + piece.trim_end_matches(' ').len();
        if end > leaf {
            let Some(text) = self
                .blocks
                .last_mut()
                .and_then(|block| last_text(&mut block.node))
            else {
                return false;
            };
            text.push_str(&self.text[leaf..end]);
            self.open.leaf = Some(end);
            self.touch(self.blocks.len() - 1);
        }
        self.seen = self.text.len();
        true
    }

    fn too_soon(&self) -> bool {
        let open = self.text.len() - self.open.from;
        if open < LONG || self.open.parsed <= self.open.from {
            return false;
        }
        let grown = self.text.len() - self.open.parsed;
        let blank = self.text[self.open.parsed.saturating_sub(1)..].contains("\n\n");
        grown < open / if blank { 128 } else { 16 }
    }

    fn show_raw(&mut self) {
        if self.blocks.len() == self.committed {
            self.set(self.committed, Node::leaf(Tag::Paragraph));
        }
        let piece = &self.text[self.seen..];
        if let Some(block) = self.blocks.last_mut() {
            let whole = block.frozen > 0 && block.frozen >= block.node.children().len();
            match (&mut block.node, whole) {
                (Node::Element { children, .. }, true) => {
                    children.push(Node::Text(piece.to_owned()))
                }
                (node, _) => match (last_text(node).is_some(), node) {
                    (false, Node::Element { children, .. }) => push_text(children, piece),
                    (_, node) => {
                        if let Some(text) = last_text(node) {
                            text.push_str(piece);
                        }
                    }
                },
            }
        }
        self.seen = self.text.len();
        self.touch(self.blocks.len() - 1);
    }
}

fn last_text(node: &mut Node) -> Option<&mut String> {
    match node {
        Node::Text(text) => Some(text),
        Node::Element { children, .. } => children.last_mut().and_then(last_text),
    }
}

/// Bytes that change nothing in how the line around them is read, in the middle of a line.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || byte >= 0x80
        || matches!(
            byte,
            b' ' | b',' | b'.' | b'\'' | b'"' | b'?' | b'/' | b'(' | b'-' | b'%'
        )
}

/// Where letters may be appended: the parse ends in a text that ends like the source, on a line that is already known for what it is.
fn leaf_end(tops: &[Top], source: &str, text: &str) -> Option<usize> {
    let line = &text[super::parse::line_start(text, text.len())..];
    let known = line.starts_with(char::is_alphabetic)
        || line.trim_start_matches(|c: char| !c.is_alphabetic()).len() > 1;
    if !known || line.contains("]:") || !line.bytes().next_back().is_some_and(is_plain) {
        return None;
    }
    let mut node = &tops.last()?.node;
    loop {
        match node {
            Node::Text(last) => {
                let end = text.trim_end_matches(' ').len();
                let tail = last.get(last.floor_char_boundary(last.len().saturating_sub(12))..)?;
                let fits =
                    text[..end].ends_with(tail) && !tail.is_empty() && source.len() >= tail.len();
                return fits.then_some(end);
            }
            Node::Element {
                tag: Tag::Code | Tag::CodeBlock { .. } | Tag::Math { .. },
                ..
            } => return None,
            Node::Element { children, .. } => node = children.last()?,
        }
    }
}

/// The end of the last whole line behind `from`. A carriage return at the very end may yet become half of a line end.
fn last_line_end(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let whole = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    let from = from.min(whole.len());
    memchr::memrchr2(b'\n', b'\r', &whole[from..]).map(|at| from + at + 1)
}

fn skip_lines(text: &str, from: usize, count: usize) -> usize {
    let mut at = from;
    for _ in 0..count {
        let bytes = &text.as_bytes()[at..];
        at += match memchr::memchr2(b'\n', b'\r', bytes) {
            Some(end) if bytes[end..].starts_with(b"\r\n") => end + 2,
            Some(end) => end + 1,
            None => bytes.len(),
        };
    }
    at
}

/// A fence at the very start of its line, and the length of that line with its end. Other fences are left to the parser, and so are
/// texts with bare carriage returns.
fn opening_fence(text: &str) -> Option<(Fence, usize)> {
    let mark = *text.as_bytes().first()?;
    let length = text.bytes().take_while(|&b| b == mark).count();
    let end = text.find('\n')? + 1;
    let fits = matches!(mark, b'`' | b'~') && length >= 3 && !has_bare_return(text.as_bytes());
    fits.then_some((
        Fence {
            mark,
            length,
            line: 0,
            shown: 0,
        },
        end,
    ))
}

/// A carriage return that ends a line by itself, but at the very end, where a line feed may follow.
fn has_bare_return(bytes: &[u8]) -> bool {
    memchr::memchr_iter(b'\r', bytes).any(|at| bytes.get(at + 1).is_some_and(|&next| next != b'\n'))
}

/// A blank line between two items makes the whole list loose, but shows only in items that hold text of their own. Where there is none
/// to tell, nothing may be frozen.
fn tells_tightness(list: &Node, source: &str) -> bool {
    let tells = |part: &Node| is_inline(part) || part.tag() == Some(&Tag::Paragraph);
    list.children()
        .iter()
        .any(|item| item.children().iter().any(tells))
        || !source
            .split(['\n', '\r'])
            .any(|line| line.trim_ascii().is_empty())
}

/// Whether a line closes the code; of a line that is not whole, whether it still may.
fn closes(line: &str, fence: &Fence, whole: bool) -> bool {
    let inner = line.trim_start_matches(' ');
    let indent = line.len() - inner.len();
    let run = inner.bytes().take_while(|&b| b == fence.mark).count();
    let blank = inner[run..].bytes().all(|b| b == b' ' || b == b'\t');
    indent < 4
        && blank
        && if whole {
            run >= fence.length
        } else {
            run == inner.len() || run >= fence.length
        }
}

fn push_code(children: &mut Vec<Node>, code: &str, whole: bool) {
    if whole {
        push_text(children, code.trim_end_matches('\r'));
        push_text(children, "\n");
    } else {
        push_text(children, code);
    }
}
