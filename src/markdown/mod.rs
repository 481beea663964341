//! Text to committed blocks and one open tail.
//!
//! In: the pieces of a reply as they come. Out: a list of [`Block`]s in our own markup, of which all but the last few never change
//! again. It must not know who draws them, nor anything of a browser.
//!
//! - What the parser is given is not quite the text (`source`): formulas, bare addresses, emphasis beside CJK characters and a few tags
//!   are what people of a chat expect, and the parser knows CommonMark.
//! - What follows the committed blocks is parsed from the start of the open block, never from the start of the text. It is shown with
//!   its half-written marks mended (`mend`). Every top-level block but the last is committed, where the last line is known for what it
//!   is.
//! - A long open block is not parsed anew for each token either (`open`): it is cut at its last item, row, line of code or word.
//! - A block keeps its id only while nothing that was said to stay has changed; [`draw`] shows what that saves.
//! - At the end the blocks equal [`blocks_of`] the whole text. A definition of a link or a footnote may change blocks far above it,
//!   so a text that holds one is parsed once more as a whole, and only blocks that differ change.

pub mod draw;
mod inline;
mod mend;
mod node;
mod open;
mod parse;
pub mod safe;
mod source;

pub use node::{Align, Node, Tag};
pub use parse::{MAX_DEPTH, blocks_of};

use crate::text;
use open::Open;

/// A top-level block.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Stays with the block while it grows; unique in its [`Markdown`]. Where a block that was committed, or one of its frozen
    /// children, turns out to be another, the block has another id: what was drawn under the old one is of no use.
    pub id: u64,
    /// Grows whenever `node` changes: same id and same version, same block.
    pub version: u64,
    /// The block's content.
    pub node: Node,
    /// The first so many children of `node` will not change while the id is the same: the items of a list, the rows of a table.
    pub frozen: usize,
}

/// The work that a text took, for tests and for the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Bytes of the text given to the parser, each as often as it was given.
    pub parsed_bytes: u64,
    /// Top-level blocks that came out of it.
    pub parsed_blocks: u64,
    /// Bytes looked through for a blank or a bar, beside the parser, to find how little of a line is enough to parse.
    pub scanned_bytes: u64,
    /// Calls of [`Markdown::update`].
    pub updates: u64,
}

/// A text that grows, and its blocks.
///
/// ```
/// use rill::markdown::{Markdown, blocks_of};
///
/// let mut reply = Markdown::new();
/// reply.append("# Rivers\n\nThey run **down");
/// reply.update();
/// // The heading is committed; the paragraph is open, and its half-written mark is shown as it is meant.
/// assert_eq!(reply.committed(), 1);
/// let words = |reply: &Markdown| reply.blocks().iter().map(|block| block.node.plain_text()).collect::<Vec<_>>();
/// assert_eq!(words(&reply), ["Rivers", "They run down"]);
///
/// reply.append("hill**.");
/// reply.finish();
/// reply.update();
/// assert!(reply.blocks().iter().map(|block| &block.node).eq(&blocks_of(reply.text())));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Markdown {
    text: String,
    blocks: Vec<Block>,
    committed: usize,
    /// Bytes of the text that the blocks show.
    seen: usize,
    open: Open,
    /// Index of the first block that changed since the last update.
    changed: usize,
    next_id: u64,
    /// The text may hold the definition of a link or a footnote.
    definitions: bool,
    finished: bool,
    /// The blocks are still those of the text before; with the next update they are compared with those of this one.
    replaced: bool,
    counters: Counters,
}

/// The blocks of a text that another one takes the place of.
struct Before {
    blocks: Vec<Block>,
    committed: usize,
    changed: usize,
}

/// The beginning of a text, of about `most` bytes, to the end of a line where there is one.
pub fn piece_of(text: &str, most: usize) -> &str {
    let piece = text::up_to(text, text.ceil_char_boundary(most));
    match piece.rfind('\n') {
        Some(line) if piece.len() < text.len() => text::up_to(piece, line + 1),
        _ => piece,
    }
}

/// A text with its open marks closed and the last marks that are nothing yet left out: what is shown of it while more may come is
/// what [`blocks_of`] makes of this. For tests; nobody else needs it as text.
pub fn as_meant(text: &str) -> String {
    let mut markdown = Markdown::new();
    markdown.append(text);
    markdown.update();
    markdown.meant()
}

impl Markdown {
    /// An empty text.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in more text. Cheap: nothing is parsed before [`Markdown::update`].
    pub fn append(&mut self, piece: &str) {
        if piece.is_empty() {
            return;
        }
        if self.finished {
            self.restart();
        }
        self.definitions |= (self.text.ends_with(']') && piece.starts_with(':'))
            || memchr::memmem::find(piece.as_bytes(), b"]:").is_some();
        self.text.push_str(piece);
    }

    /// The whole text is now this one. Blocks that stay the same, and are as settled as they were, keep their ids and versions.
    pub fn replace(&mut self, text: &str) {
        if let Some(more) = text.strip_prefix(self.text.as_str()) {
            return self.append(more);
        }
        self.restart();
        self.text = text.to_owned();
        self.definitions = memchr::memmem::find(text.as_bytes(), b"]:").is_some();
    }

    /// Says that no more will come: the blocks become those of the finished text, and all are committed.
    pub fn finish(&mut self) {
        if self.finished {
            return;
        }
        if self.definitions {
            let before = self.begin_anew();
            let text = std::mem::take(&mut self.text);
            for top in self.parse(&text, 0) {
                self.set(self.blocks.len(), top.node);
            }
            self.text = text;
            self.seal();
            self.keep(before);
        } else if self.replaced {
            let before = self.begin_anew();
            self.finish_open();
            self.seal();
            self.keep(before);
        } else {
            self.finish_open();
            self.seal();
        }
        self.finished = true;
    }

    /// Takes in what came since the last call; call it once a frame at most. The index of the first block that may have changed
    /// since then, or the number of blocks where none has.
    pub fn update(&mut self) -> usize {
        self.counters.updates += 1;
        if self.replaced {
            let before = self.begin_anew();
            if !self.text.is_empty() {
                self.take_in();
            }
            self.keep(before);
        } else if self.seen < self.text.len() {
            self.take_in();
        }
        let first = self.changed.min(self.blocks.len());
        self.changed = usize::MAX;
        first
    }

    /// The blocks as of the last update.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Number of first blocks that never change again while their ids are the same. Only [`Markdown::replace`], letters behind
    /// [`Markdown::finish`], and that where there are definitions, give them others.
    pub fn committed(&self) -> usize {
        self.committed
    }

    /// Returns all text that came.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The work that the text took so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Sets everything to be taken in anew; the blocks stay until then.
    fn restart(&mut self) {
        self.seen = 0;
        self.open = Open::at(0);
        self.finished = false;
        self.replaced = true;
    }

    /// Takes out all that there was so far; from here on there are no blocks.
    fn begin_anew(&mut self) -> Before {
        self.replaced = false;
        Before {
            blocks: std::mem::take(&mut self.blocks),
            committed: std::mem::take(&mut self.committed),
            changed: self.changed,
        }
    }

    /// Commits every block; together they stand for the whole text.
    fn seal(&mut self) {
        self.committed = self.blocks.len();
        self.seen = self.text.len();
        self.open = Open::at(self.seen);
        self.blocks
            .iter_mut()
            .for_each(|block| block.frozen = block.node.children().len());
    }

    /// Gives their old ids to the blocks that are as they were.
    fn keep(&mut self, before: Before) {
        let (was, is) = (before.blocks.len(), self.blocks.len());
        let mut first = if was == is { usize::MAX } else { was.min(is) };
        for (at, (old, new)) in before.blocks.iter().zip(&mut self.blocks).enumerate() {
            let whole = at < before.committed;
            // What was said to stay must still be said of it, or nobody would look at it when it changes.
            let holds = old.frozen <= new.frozen && (!whole || at < self.committed);
            if holds && old.node == new.node {
                (new.id, new.version) = (old.id, old.version);
                continue;
            }
            if holds && !whole && old.keeps(&new.node) {
                (new.id, new.version) = (old.id, old.version + 1);
            }
            first = first.min(at);
        }
        self.changed = before.changed.min(first);
    }

    /// Parses a text whose first so many bytes only lead it.
    fn parse(&mut self, source: &str, lead: usize) -> Vec<parse::Top> {
        let tops = parse::parse(source);
        self.counters.parsed_bytes += source.len().saturating_sub(lead) as u64;
        self.counters.parsed_blocks += tops.len() as u64;
        tops
    }

    /// Makes this the block at `index`, which is at most one behind the last.
    fn set(&mut self, index: usize, node: Node) {
        match self.blocks.get_mut(index) {
            Some(block) if block.node == node => {}
            Some(block) => {
                if !block.keeps(&node) {
                    block.id = self.next_id;
                    block.frozen = 0;
                    self.next_id += 1;
                }
                block.node = node;
                self.touch(index);
            }
            None => {
                self.changed = self.changed.min(self.blocks.len());
                self.blocks.push(Block {
                    id: self.next_id,
                    version: 0,
                    node,
                    frozen: 0,
                });
                self.next_id += 1;
            }
        }
    }

    /// Notes that the block at `index` has changed behind its frozen children.
    fn touch(&mut self, index: usize) {
        if let Some(block) = self.blocks.get_mut(index) {
            block.version += 1;
            self.changed = self.changed.min(index);
        }
    }

    fn truncate(&mut self, count: usize) {
        if count < self.blocks.len() {
            self.blocks.truncate(count);
            self.changed = self.changed.min(count);
        }
    }
}

impl Block {
    /// Tells whether the block's frozen children are the first ones of this node, too.
    fn keeps(&self, node: &Node) -> bool {
        self.frozen == 0
            || self.node.children().get(..self.frozen) == node.children().get(..self.frozen)
    }
}
