//! The end of a line, from the last place before which no mark is open: for the next token only this part of a long paragraph, item or
//! cell is parsed. The parse that commits the block makes anew what is shown here.
//!
//! In: the tree of the last parse, and the text behind it. Out: the last parts of the last paragraph, heading, item or cell.

use super::leaf::{end_of_letters, ends_in_letters, is_plain};
use super::{Kind, Leaf};
use crate::markdown::Markdown;
use crate::markdown::mend::mend_tail;
use crate::markdown::node::{Node, Tag, push_text};
use crate::markdown::parse::{Top, is_inline};
use crate::text;

/// A tail that is longer is parsed anew only when it has grown by a sixteenth.
const LONG: usize = 1024;

/// A word that is longer is none that a tail could begin with.
const WORD: usize = 512;

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
    /// There is no bar in it before this byte.
    bars: usize,
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
            bars: from,
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
            bars: from,
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
            bars: row + 1,
            quiet: false,
            flows: false,
        }
    }

    /// Whether what came behind `seen` belongs to the line of the tail, or to the paragraph that it is in.
    fn goes_on(&self, text: &str, seen: usize) -> bool {
        let bytes = text.as_bytes();
        let is = |at: Option<usize>, byte| at.and_then(|at| bytes.get(at)) == Some(&byte);
        // A line end that came last time is judged by what follows it now.
        let from = match seen.checked_sub(1) {
            Some(last) if is(Some(last), b'\n') => last,
            _ => seen,
        };
        let fresh = bytes.get(from..).unwrap_or_default();
        memchr::memchr2_iter(b'\n', b'\r', fresh).all(|at| {
            let at = from + at;
            let next = bytes.get(at + 1);
            self.flows
                && is(Some(at), b'\n')
                && !is(at.checked_sub(1), b'\n')
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
        self.touch_last();
        if tail.quiet {
            self.settle(&mut tail);
        }
        let length = end.saturating_sub(tail.from);
        if length > LONG && end.saturating_sub(tail.parsed) < length / 16 {
            let Some(parts) = leaf_mut(&mut self.blocks, tail.cell) else {
                return false;
            };
            push_text(parts, text::from(&self.text, self.open.reach));
            // Nobody knows what is open in there.
            tail.quiet = false;
            self.open.leaf = Leaf::Parse;
            self.open.reach = end;
        } else {
            while let Some(cell) = tail.cell
                && let Some(bar) = self.bar_behind(&mut tail)
            {
                if !self.parse_tail(&mut tail, bar) {
                    return false;
                }
                (tail.from, tail.bars) = (bar + 1, bar + 1);
                (tail.keep, tail.cell) = ((0, 0), Some(cell + 1));
                tail.quiet = false;
            }
            if !self.parse_tail(&mut tail, end) {
                return false;
            }
        }
        self.open.tail = Some(tail);
        self.seen = end;
        true
    }

    /// A line of letters that begins a block begins a paragraph. `false` where it may be something else.
    pub(super) fn begin_paragraph(&mut self) -> bool {
        let (from, end) = (self.open.from, self.text.len());
        let line = text::from(&self.text, from);
        let begins = from == self.open.lines
            && self.blocks.len() == self.committed
            && matches!(self.open.kind, Kind::Any)
            && line.starts_with(char::is_alphabetic)
            && line.bytes().all(is_plain);
        if begins {
            let text = line.trim_end_matches(' ').to_owned();
            self.open.leaf = Leaf::Text;
            self.open.reach = from + text.len();
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
        let mut from = tail.from;
        let mut source = text::part(&self.text, from..end);
        if tail.cell.is_some() {
            let bare = source.trim_start_matches([' ', '\t']);
            from += source.len().saturating_sub(bare.len());
            source = bare.trim_end_matches([' ', '\t']);
        }
        self.open.reach = from + end_of_letters(source);
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
            self.open.reach = from + mended.reach;
            let Some(fresh) = behind_lead(self.parse(&mended.text)) else {
                return false;
            };
            (fresh, Some(mended))
        };
        let Some(parts) = leaf_mut(&mut self.blocks, tail.cell) else {
            return false;
        };
        tail.put(parts, fresh);
        let takes_letters = ends_in_letters(parts.last(), text::up_to(&self.text, end));
        tail.quiet = mended.as_ref().is_none_or(|mended| mended.settled);
        self.open.leaf = match &mended {
            Some(mended) if mended.swallows => Leaf::Hidden,
            Some(mended) if mended.cut => Leaf::Parse,
            _ if takes_letters => Leaf::behind(tail.quiet),
            _ => Leaf::Parse,
        };
        true
    }

    /// Moves the tail to the last word of what is shown.
    fn settle(&mut self, tail: &mut Tail) {
        let Some(parts) = leaf_mut(&mut self.blocks, tail.cell) else {
            return;
        };
        self.counters.scanned_bytes += WORD.min(self.seen.saturating_sub(tail.from)) as u64;
        let Some((from, keep)) = settled(parts, text::up_to(&self.text, self.seen)) else {
            return;
        };
        (tail.from, tail.keep) = (from, keep);
        if tail.flows
            && let Some(block) = self.blocks.last_mut()
        {
            block.frozen = block.frozen.max(keep.0.saturating_sub(1));
        }
    }

    /// The first bar of the row that the tail is in.
    fn bar_behind(&mut self, tail: &mut Tail) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let fresh = bytes.get(tail.bars..)?;
        let escaped = |at: usize| at.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&b'\\');
        let bar = memchr::memchr_iter(b'|', fresh)
            .map(|at| tail.bars + at)
            .find(|&at| !escaped(at));
        let end = bar.unwrap_or(bytes.len());
        self.counters.scanned_bytes += end.saturating_sub(tail.bars) as u64;
        tail.bars = end;
        bar
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
    let near = text::from(last, last.len().saturating_sub(WORD));
    let word = match memchr::memrchr2(b' ', b'\n', near.as_bytes()) {
        Some(blank) => text::from(near, blank + 1),
        None if near.len() == last.len() => near,
        None => return None,
    };
    let length = last.len().saturating_sub(word.len());
    let before = bare.strip_suffix(word)?;
    let begins = before.is_empty() || before.ends_with([' ', '\n']);
    let fits = begins && !word.is_empty() && (length > 0 || parts.len() == 1);
    // A text of which nothing is kept may be no text the next time.
    let kept = if length > 0 { parts.len() } else { 0 };
    fits.then_some((before.len(), (kept, length)))
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
