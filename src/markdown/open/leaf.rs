//! Text that is shown without a parse: letters that change nothing else, and what an open block that is very long gains between two
//! parses. The next parse of the block takes it all back and makes it anew.

use super::tail::leaf_mut;
use super::{LONG, Leaf};
use crate::markdown::Markdown;
use crate::markdown::node::{Node, Tag, push_text};
use crate::markdown::parse::{Top, line_start};

impl Markdown {
    /// Letters in the middle of a line, far from any mark, go straight to the end of the last text.
    pub(super) fn extend_leaf(&mut self) -> bool {
        let piece = &self.text[self.seen..];
        let leaf = match self.open.leaf {
            Leaf::Parse => return false,
            Leaf::Rule if piece.bytes().all(|byte| b"|-: ".contains(&byte)) => {
                self.seen = self.text.len();
                return true;
            }
            Leaf::Rule => return false,
            _ if !piece.bytes().all(is_plain) => return false,
            Leaf::Hidden if piece.contains(['(', ')', ' ']) => return false,
            Leaf::Hidden => self.text.len(),
            Leaf::Text(leaf) => leaf,
        };
        let end = self.seen + piece.trim_end_matches(' ').len();
        if end > leaf {
            let cell = self.open.tail.and_then(|tail| tail.cell);
            let Some(text) = leaf_mut(&mut self.blocks, cell)
                .and_then(|parts| parts.last_mut())
                .and_then(last_text)
            else {
                return false;
            };
            text.push_str(&self.text[leaf..end]);
            self.open.leaf = Leaf::Text(end);
            self.touch(self.blocks.len() - 1);
        }
        self.seen = self.text.len();
        true
    }

    pub(super) fn too_soon(&self) -> bool {
        let open = self.text.len() - self.open.from;
        if open < LONG || self.open.parsed <= self.open.from {
            return false;
        }
        let grown = self.text.len() - self.open.parsed;
        let blank = self.text[self.open.parsed.saturating_sub(1)..].contains("\n\n");
        grown < open / if blank { 128 } else { 16 }
    }

    pub(super) fn show_raw(&mut self) {
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
pub(super) fn is_plain(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | 0x80..)
        || matches!(
            byte,
            b' ' | b',' | b'.' | b'\'' | b'"' | b'?' | b'!' | b'/' | b'(' | b')' | b'-' | b'+'
        )
        || matches!(
            byte,
            b'=' | b':' | b'#' | b'@' | b'%' | b'{' | b'}' | b'&' | b'^'
        )
}

/// Where letters may be appended: the parse ends in a text that ends like the source, on a line that is already known for what it is.
pub(super) fn leaf_end(tops: &[Top], text: &str) -> Option<usize> {
    if !is_known(text) {
        return None;
    }
    leaf_end_in(tops.last().map(|top| &top.node), text)
}

/// The last line will stay what it is, whatever follows on it.
pub(super) fn is_known(text: &str) -> bool {
    let line = &text[line_start(text, text.len())..];
    let known = line.starts_with(char::is_alphabetic)
        || line.trim_start_matches(|c: char| !c.is_alphabetic()).len() > 1;
    known && !line.contains("]:")
}

/// The same for these parts of a line that is known.
pub(super) fn leaf_end_in(last: Option<&Node>, text: &str) -> Option<usize> {
    if !text.bytes().next_back().is_some_and(is_plain) {
        return None;
    }
    let mut node = last?;
    loop {
        match node {
            Node::Text(last) => {
                let end = text.trim_end_matches(' ').len();
                let tail = &last[last.char_indices().nth_back(11).map_or(0, |(at, _)| at)..];
                let fits = text[..end].ends_with(tail) && !tail.is_empty();
                return fits.then_some(end);
            }
            Node::Element {
                tag: Tag::CodeBlock { .. } | Tag::Math { .. },
                ..
            } => return None,
            Node::Element { children, .. } => node = children.last()?,
        }
    }
}
