//! The end of a line, from the last place before which no mark is open: for the next token only this part of a long paragraph, item or
//! cell is parsed. The parse that commits the block makes anew what is shown here.
//!
//! In: the tree of the last parse, and the text behind it. Out: the last parts of the last paragraph, heading, item or cell.

use super::leaf::{is_plain, leaf_end_in};
use super::{Kind, Leaf};
use crate::markdown::Markdown;
use crate::markdown::mend::mend_tail;
use crate::markdown::node::{Node, Tag, push_text};
use crate::markdown::parse::{Top, is_inline};

/// A tail that is longer is parsed anew only when it has grown by a sixteenth.
const LONG: usize = 1024;

/// Stands before the tail, so that nothing in it is taken for the beginning of a block.
const LEAD: &str = "x ";

#[derive(Debug, Clone, Copy)]
pub(super) struct Tail {
    /// Where it begins, behind a blank.
    from: usize,
    /// How far its last parse went.
    parsed: usize,
    /// So many parts stand before it; where the last of them is a text, so many bytes of it.
    keep: (usize, usize),
    /// In an open row: the cell that it is in.
    pub(super) cell: Option<usize>,
    /// No mark is open in it.
    quiet: bool,
    /// It is in a paragraph at the top, which plain lines only continue.
    flows: bool,
}

impl Tail {
    /// After a parse that left no mark open: where the next one may begin.
    pub(super) fn of(tops: &[Top], text: &str, kind: &Kind) -> Option<Tail> {
        let top = &tops.last()?.node;
        let leaf = leaf_of(top);
        let flows = std::ptr::eq(leaf, top);
        if !matches!(
            leaf.tag(),
            Some(Tag::Paragraph | Tag::Heading(_) | Tag::Item { .. })
        ) {
            return None;
        }
        let (from, keep) = settled(leaf.children(), text)?;
        Some(Tail {
            from,
            parsed: text.len(),
            keep,
            cell: None,
            quiet: true,
            flows: flows
                && leaf.tag() == Some(&Tag::Paragraph)
                && tops.len() == 1
                && matches!(kind, Kind::Any),
        })
    }

    /// All of a paragraph that is one text.
    fn of_text(from: usize, parsed: usize) -> Tail {
        Tail {
            from,
            parsed,
            keep: (0, 0),
            cell: None,
            quiet: true,
            flows: true,
        }
    }

    /// The first cell of the row that begins at `row`, of which nothing is shown yet.
    fn of_row(row: usize) -> Tail {
        Tail {
            from: row + 1,
            parsed: row,
            keep: (0, 0),
            cell: Some(0),
            quiet: false,
            flows: false,
        }
    }

    /// Whether what came behind `seen` belongs to the line of the tail, or to the paragraph that it is in.
    fn goes_on(&self, text: &str, seen: usize) -> bool {
        let bytes = text.as_bytes();
        // A line end that came last time is judged by what follows it now.
        let from = seen - usize::from(bytes[seen - 1] == b'\n');
        memchr::memchr2_iter(b'\n', b'\r', &bytes[from..]).all(|at| {
            let at = from + at;
            let next = bytes.get(at + 1);
            self.flows
                && bytes[at] == b'\n'
                && bytes[at - 1] != b'\n'
                && next.is_none_or(|next| next.is_ascii_alphabetic() || *next >= 0x80)
        })
    }

    /// Puts these parts behind those that are kept.
    fn put(&self, parts: &mut Vec<Node>, fresh: Vec<Node>) {
        let (count, length) = self.keep;
        parts.truncate(count);
        match parts.last_mut() {
            Some(Node::Text(last)) => {
                last.truncate(length);
                if last.is_empty() {
                    parts.pop();
                }
            }
            // The blank behind it shows only once something follows.
            Some(_) if !fresh.is_empty() => parts.push(Node::Text(" ".to_owned())),
            _ => {}
        }
        for part in fresh {
            match part {
                Node::Text(text) => push_text(parts, &text),
                part => parts.push(part),
            }
        }
    }
}

impl Markdown {
    /// Shows what came by a parse of the tail alone; `false` where it needs the whole open block.
    pub(super) fn extend_tail(&mut self) -> bool {
        let end = self.text.len();
        let tail = match self.open.tail {
            Some(tail) => Some(tail).filter(|tail| tail.goes_on(&self.text, self.seen)),
            None => self.begin_row(),
        };
        let Some(mut tail) = tail else {
            return false;
        };
        self.touch(self.blocks.len() - 1);
        if tail.quiet {
            self.settle(&mut tail, self.seen);
        }
        let length = end - tail.from;
        if length > LONG && end - tail.parsed < length / 16 {
            let piece = &self.text[self.seen..];
            match leaf_mut(&mut self.blocks, tail.cell) {
                Some(parts) => push_text(parts, piece),
                None => return false,
            }
        } else {
            while let (Some(cell), Some(bar)) = (tail.cell, bar_behind(&self.text, tail.from)) {
                if !self.parse_tail(&mut tail, bar) {
                    return false;
                }
                (tail.from, tail.keep, tail.cell) = (bar + 1, (0, 0), Some(cell + 1));
                tail.quiet = false;
            }
            if !self.parse_tail(&mut tail, end) {
                return false;
            }
            self.open.tail = Some(tail);
        }
        self.seen = end;
        true
    }

    /// A line of letters that begins a block begins a paragraph. `false` where it may be something else.
    pub(super) fn begin_paragraph(&mut self) -> bool {
        let (from, end) = (self.open.from, self.text.len());
        let line = &self.text[from..];
        let begins = from == self.open.lines
            && self.blocks.len() == self.committed
            && matches!(self.open.kind, Kind::Any)
            && line.starts_with(char::is_alphabetic)
            && line.bytes().all(is_plain);
        if begins {
            let text = line.trim_end_matches(' ').to_owned();
            self.open.leaf = Leaf::Text(from + text.len());
            self.open.tail = Some(Tail::of_text(from, end));
            self.set(
                self.committed,
                Node::Element {
                    tag: Tag::Paragraph,
                    children: vec![Node::Text(text)],
                },
            );
            self.seen = end;
        }
        begins
    }

    /// A row that begins with a bar, behind the rows that are frozen: its cells are there from the beginning.
    fn begin_row(&mut self) -> Option<Tail> {
        let row = self.open.from;
        let line = self.text.get(row..)?;
        let begins =
            self.open.lines == row && line.starts_with('|') && !line.contains(['\n', '\r']);
        if !begins || !matches!(self.open.kind, Kind::Table(_)) {
            return None;
        }
        let block = self.blocks.get_mut(self.committed)?;
        let Node::Element {
            tag: Tag::Table { align },
            children,
        } = &mut block.node
        else {
            return None;
        };
        let cells = align
            .iter()
            .map(|&align| Node::leaf(Tag::TableCell { align }));
        let row_of_cells = Node::Element {
            tag: Tag::TableRow,
            children: cells.collect(),
        };
        children.truncate(block.frozen);
        children.push(row_of_cells);
        self.truncate(self.committed + 1);
        Some(Tail::of_row(row))
    }

    /// Parses the tail up to `end`, and puts it in its place.
    fn parse_tail(&mut self, tail: &mut Tail, end: usize) -> bool {
        tail.parsed = end;
        self.open.leaf = Leaf::Parse;
        let source = &self.text[tail.from..end];
        let source = match tail.cell {
            Some(_) => source.trim_matches([' ', '\t']),
            None => source,
        };
        if source.is_empty() {
            return true;
        }
        // What a bracket is called may be told in the block itself.
        if self.definitions && source.contains('[') {
            return false;
        }
        let (fresh, mended) = if source.bytes().all(is_plain) {
            (vec![Node::Text(source.trim_end().to_owned())], None)
        } else {
            let mended = mend_tail(LEAD, source);
            let Some(fresh) = behind_lead(self.parse(&mended.text)) else {
                return false;
            };
            (fresh, Some(mended))
        };
        let Some(parts) = leaf_mut(&mut self.blocks, tail.cell) else {
            return false;
        };
        tail.put(parts, fresh);
        let text = &self.text[..end];
        self.open.leaf = match leaf_end_in(parts.last(), text) {
            _ if mended.as_ref().is_some_and(|mended| mended.swallows) => Leaf::Hidden,
            Some(end) if mended.as_ref().is_none_or(|mended| !mended.cut) => Leaf::Text(end),
            _ => Leaf::Parse,
        };
        tail.quiet = mended.is_none_or(|mended| mended.settled);
        true
    }

    /// Moves the tail to the last word before `seen`.
    fn settle(&mut self, tail: &mut Tail, seen: usize) {
        let Some(parts) = leaf_mut(&mut self.blocks, tail.cell) else {
            return;
        };
        let Some((from, keep)) = settled(parts, &self.text[..seen]) else {
            return;
        };
        (tail.from, tail.keep) = (from, keep);
        if tail.flows
            && let Some(block) = self.blocks.last_mut()
        {
            block.frozen = block.frozen.max(keep.0 - 1);
        }
    }
}

/// The parts of a paragraph that begins with [`LEAD`], without that.
fn behind_lead(tops: Vec<Top>) -> Option<Vec<Node>> {
    let mut tops = tops.into_iter().map(|top| top.node);
    let (
        Some(Node::Element {
            tag: Tag::Paragraph,
            children: mut parts,
        }),
        None,
    ) = (tops.next(), tops.next())
    else {
        return None;
    };
    match parts.first_mut() {
        Some(Node::Text(first)) if first.starts_with(LEAD) => drop(first.drain(..LEAD.len())),
        // The blank is gone where nothing follows it.
        Some(Node::Text(first)) if *first == LEAD.trim_end() => first.clear(),
        _ => return None,
    }
    parts.retain(|part| !matches!(part, Node::Text(text) if text.is_empty()));
    Some(parts)
}

/// Where the last word of these parts begins in the text that they end, or what follows them behind a blank; and what stands before it.
fn settled(parts: &[Node], text: &str) -> Option<(usize, (usize, usize))> {
    let bare = text.trim_end_matches(' ');
    let Node::Text(last) = parts.last()? else {
        return (bare.len() < text.len()).then_some((text.len(), (parts.len(), 0)));
    };
    let length = last.rfind([' ', '\n']).map_or(0, |at| at + 1);
    let word = &last[length..];
    let from = bare.strip_suffix(word)?.len();
    let begins = from == 0 || matches!(text.as_bytes()[from - 1], b' ' | b'\n');
    let fits = begins && !word.is_empty() && (length > 0 || parts.len() == 1);
    fits.then_some((from, (parts.len(), length)))
}

fn bar_behind(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'|', &bytes[from..])
        .map(|at| from + at)
        .find(|&at| bytes[at - 1] != b'\\')
}

fn leaf_of(mut node: &Node) -> &Node {
    while let Some(last) = node.children().last().filter(|last| !is_inline(last)) {
        node = last;
    }
    node
}

/// The parts of the last paragraph, heading or item, or of this cell of the last row.
pub(super) fn leaf_mut(blocks: &mut [super::Block], cell: Option<usize>) -> Option<&mut Vec<Node>> {
    fn inside(node: &mut Node) -> Option<&mut Vec<Node>> {
        let Node::Element { children, .. } = node else {
            return None;
        };
        if children.last().is_some_and(|last| !is_inline(last)) {
            return inside(children.last_mut()?);
        }
        Some(children)
    }
    let mut node = &mut blocks.last_mut()?.node;
    if let Some(cell) = cell {
        for at in [None, Some(cell)] {
            let Node::Element { children, .. } = node else {
                return None;
            };
            node = match at {
                None => children.last_mut()?,
                Some(cell) => children.get_mut(cell)?,
            };
        }
    }
    inside(node)
}
