//! Text that is shown without a parse: letters that change nothing else, and what an open block that is very long gains between two
//! parses. The next parse of the block takes it all back and makes it anew.

use super::tail::leaf_mut;
use super::{LONG, Leaf};
use crate::markdown::Markdown;
use crate::markdown::node::{Node, Tag, push_text};
use crate::markdown::parse::{Top, line_start};
use crate::text;

impl Markdown {
    /// Letters in the middle of a line, far from any mark, go straight to the end of the last text.
    pub(super) fn extend_leaf(&mut self) -> bool {
        let piece = text::from(&self.text, self.seen);
        match self.open.leaf {
            Leaf::Parse => return false,
            Leaf::Rule if piece.bytes().all(|byte| b"|-: ".contains(&byte)) => {}
            Leaf::Rule => return false,
            _ if !piece.bytes().all(is_plain) => return false,
            Leaf::Hidden if piece.contains(['(', ')', ' ']) => return false,
            Leaf::Hidden => {}
            Leaf::Words if piece.contains(')') => return false,
            Leaf::Text | Leaf::Words => {
                let end = self.seen + piece.trim_end_matches(' ').len();
                if end > self.open.reach {
                    let cell = self.open.tail.and_then(|tail| tail.cell);
                    let Some(last) = leaf_mut(&mut self.blocks, cell)
                        .and_then(|parts| parts.last_mut())
                        .and_then(last_text)
                    else {
                        return false;
                    };
                    last.push_str(text::part(&self.text, self.open.reach..end));
                    self.open.reach = end;
                    self.touch_last();
                }
            }
        }
        self.seen = self.text.len();
        true
    }

    pub(super) fn too_soon(&mut self) -> bool {
        let fresh = self.text.as_bytes().get(self.seen.saturating_sub(1)..);
        self.open.blank |=
            fresh.is_some_and(|fresh| memchr::memmem::find(fresh, b"\n\n").is_some());
        let open = self.open_length();
        if open < LONG || self.open.parsed <= self.open.from {
            return false;
        }
        let grown = self.text.len().saturating_sub(self.open.parsed);
        grown < open / if self.open.blank { 128 } else { 16 }
    }

    /// Shows what is not shown yet, hidden marks and all: nobody shall wait for words until the next parse.
    pub(super) fn show_raw(&mut self) {
        if self.blocks.len() == self.committed {
            self.set(self.committed, Node::leaf(Tag::Paragraph));
        }
        let piece = text::from(&self.text, self.open.reach);
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
        self.open.reach = self.seen;
        self.open.tail = None;
        self.touch_last();
    }
}

/// Where a text ends but for the blanks behind it, which the parser drops.
pub(super) fn end_of_letters(text: &str) -> usize {
    text.trim_ascii_end().len()
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

/// Whether letters may be appended: the parse ends in a text that ends like the source, on a line that is already known for what it
/// is.
pub(super) fn takes_letters(tops: &[Top], text: &str) -> bool {
    is_known(text) && ends_in_letters(tops.last().map(|top| &top.node), text)
}

/// The last line will stay what it is, whatever follows on it.
pub(super) fn is_known(text: &str) -> bool {
    let line = text::from(text, line_start(text, text.len()));
    let known = line.starts_with(char::is_alphabetic)
        || line.trim_start_matches(|c: char| !c.is_alphabetic()).len() > 1;
    known && memchr::memmem::find(line.as_bytes(), b"]:").is_none()
}

/// The same for these parts of a line that is known.
pub(super) fn ends_in_letters(last: Option<&Node>, text: &str) -> bool {
    /// So many letters that are the same are no accident.
    const ENOUGH: usize = 11;
    if !text.bytes().next_back().is_some_and(is_plain) {
        return false;
    }
    let mut node = last;
    loop {
        match node {
            Some(Node::Text(last)) => {
                let from = last.char_indices().nth_back(ENOUGH);
                let tail = text::from(last, from.map_or(0, |(at, _)| at));
                return !tail.is_empty() && text.trim_end_matches(' ').ends_with(tail);
            }
            Some(Node::Element { tag, children }) => match tag {
                Tag::CodeBlock { .. } | Tag::Math { .. } => return false,
                _ => node = children.last(),
            },
            None => return false,
        }
    }
}
