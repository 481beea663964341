//! Text to committed blocks and one open tail.
//!
//! In: the pieces of a reply as they come. Out: a list of [`Block`]s in our own markup, of which all but the last few never change
//! again. It must not know who draws them, nor anything of a browser.
//!
//! - Only whole lines commit: of a parse of the whole lines, every top-level block but the last is committed. What follows is parsed
//!   from the start of the open block, never from the start of the text.
//! - The open block is shown with its half-written marks mended (`mend`); what is mended is never committed.
//! - A long open block is not parsed anew for each token either (`open`): code is appended line by line, finished items and rows are
//!   kept, and of a line only its end is parsed, from where no mark is open; plain letters there are put at the end of the last text.
//! - At the end the blocks equal [`blocks_of`] the whole text. A definition of a link or a footnote may change blocks far above it,
//!   so a text that holds one is parsed once more as a whole, and only blocks that differ change.

mod mend;
mod node;
mod open;
mod parse;
pub mod safe;
mod tex;

pub use node::{Align, Node, Tag};
pub use parse::{MAX_DEPTH, blocks_of};

use open::Open;

/// A top-level block.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Stays with the block while it changes; unique in its [`Markdown`].
    pub id: u64,
    /// Grows whenever `node` changes: same id and same version, same block.
    pub version: u64,
    /// What is in it.
    pub node: Node,
    /// The first so many children of `node` will not change while the id is the same: the items of a list, the rows of a table.
    pub frozen: usize,
}

/// What it took, for tests and for the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Bytes given to the parser, each as often as it was given.
    pub parsed_bytes: u64,
    /// Top-level blocks that came out of it.
    pub parsed_blocks: u64,
    /// Calls of [`Markdown::update`].
    pub updates: u64,
}

/// A text that grows, and its blocks.
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
    counters: Counters,
}

/// The beginning of a text, of about `most` bytes, to the end of a line where there is one.
pub fn piece_of(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end += 1;
    }
    match text[..end].rfind('\n') {
        Some(line) if end < text.len() => &text[..=line],
        _ => &text[..end],
    }
}

impl Markdown {
    /// An empty text.
    pub fn new() -> Self {
        Self::default()
    }

    /// More text came. Cheap: nothing is parsed before [`Markdown::update`].
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

    /// The whole text is now this one. Blocks that stay the same keep their ids and versions.
    pub fn replace(&mut self, text: &str) {
        if let Some(more) = text.strip_prefix(self.text.as_str()) {
            return self.append(more);
        }
        self.restart();
        self.text = text.to_owned();
        if text.is_empty() {
            self.truncate(0);
        }
        self.definitions = memchr::memmem::find(text.as_bytes(), b"]:").is_some();
    }

    /// No more will come: the blocks become those of the finished text, and all are committed.
    pub fn finish(&mut self) {
        if self.finished {
            return;
        }
        if self.definitions {
            let text = std::mem::take(&mut self.text);
            let tops = self.parse(&text);
            self.text = text;
            let count = tops.len();
            for (index, top) in tops.into_iter().enumerate() {
                self.set(index, top.node);
            }
            self.truncate(count);
            self.committed = count;
            self.seen = self.text.len();
            self.open = Open::at(self.seen);
        } else {
            self.finish_open();
        }
        self.blocks
            .iter_mut()
            .for_each(|block| block.frozen = block.node.children().len());
        self.finished = true;
    }

    /// Takes in what came since the last call; call it once a frame at most. The index of the first block that may have changed since
    /// then, or the number of blocks where none has.
    pub fn update(&mut self) -> usize {
        self.counters.updates += 1;
        if self.seen < self.text.len() {
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

    /// So many first blocks never change again, but by [`Markdown::replace`], and by [`Markdown::finish`] where there are definitions.
    pub fn committed(&self) -> usize {
        self.committed
    }

    /// All that came.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it took so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Everything is to be taken in anew; the blocks stay, to be compared.
    fn restart(&mut self) {
        self.committed = 0;
        self.seen = 0;
        self.open = Open::at(0);
        self.finished = false;
        self.blocks.iter_mut().for_each(|block| block.frozen = 0);
    }

    fn parse(&mut self, source: &str) -> Vec<parse::Top> {
        let tops = parse::parse(source);
        self.counters.parsed_bytes += source.len() as u64;
        self.counters.parsed_blocks += tops.len() as u64;
        tops
    }

    /// Makes this the block at `index`, which is at most one behind the last.
    fn set(&mut self, index: usize, node: Node) {
        match self.blocks.get_mut(index) {
            Some(block) if block.node == node => {}
            Some(block) => {
                let kept = block.node.children().get(..block.frozen);
                if block.frozen > 0 && kept != node.children().get(..block.frozen) {
                    block.id = self.next_id;
                    block.frozen = 0;
                    self.next_id += 1;
                }
                block.node = node;
                self.touch(index);
            }
            None => {
                self.blocks.push(Block {
                    id: self.next_id,
                    version: 0,
                    node,
                    frozen: 0,
                });
                self.next_id += 1;
                self.changed = self.changed.min(index);
            }
        }
    }

    fn touch(&mut self, index: usize) {
        self.blocks[index].version += 1;
        self.changed = self.changed.min(index);
    }

    fn truncate(&mut self, count: usize) {
        if count < self.blocks.len() {
            self.blocks.truncate(count);
            self.changed = self.changed.min(count);
        }
    }
}
