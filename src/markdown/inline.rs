//! The parts of a paragraph, cell or item as they came from the parser, with what only our marks tell: formulas, bare addresses, and
//! the few tags that are taken as such.
//!
//! In: parts whose letters hold the marks of [`source`]. Out: the same parts without them. A tag without its end goes to
//! the end of its part, as in a browser; an end without a beginning is nothing.

use super::node::{Node, Tag, push_text};
use super::safe;
use super::source::{self, CLOSE, OPEN, TAG, address, formula, tags};
use crate::text;

/// The parts, which stand in a link or in none, with room for so many elements in each other.
pub(super) fn resolve(parts: Vec<Node>, in_link: bool, room: usize) -> Vec<Node> {
    let marked = |part: &Node| matches!(part, Node::Text(text) if source::is_marked(text));
    if !parts.iter().any(marked) {
        return parts;
    }
    let mut out = Parts {
        open: Vec::new(),
        done: Vec::new(),
        in_link,
        room,
    };
    for part in parts {
        match part {
            Node::Text(raw) => out.read(&raw),
            part => {
                if !part.is_inline() {
                    out.close(0);
                }
                out.push(part);
            }
        }
    }
    out.close(0);
    out.done
}

/// Tells whether letters end in the tag of a line break.
pub(super) fn ends_in_break(raw: &str) -> bool {
    let tag = raw.trim_end().rsplit_once('<');
    let inside = tag.and_then(|(_, inside)| inside.strip_prefix(TAG));
    inside.is_some_and(|inside| matches!(tags::tag_behind(inside), Some((tags::Kind::Break, _))))
}

struct Parts {
    /// Tags that are open, each with what came before it.
    open: Vec<(Tag, Vec<Node>)>,
    /// Nodes that came since the last of the open tags.
    done: Vec<Node>,
    in_link: bool,
    room: usize,
}

impl Parts {
    fn read(&mut self, mut raw: &str) {
        while let Some(at) = raw.find([TAG, OPEN]) {
            let (before, rest) = (text::up_to(raw, at), text::from(raw, at));
            raw = if let Some(rest) = rest.strip_prefix(OPEN) {
                self.letters(before);
                match rest.split_once(CLOSE) {
                    Some((inside, behind)) => {
                        self.marked(inside);
                        behind
                    }
                    None => rest,
                }
            } else {
                let rest = rest.strip_prefix(TAG).unwrap_or(rest);
                match (before.strip_suffix('<'), tags::tag_behind(rest)) {
                    (Some(before), Some((kind, length))) => {
                        self.letters(before);
                        self.tag(kind);
                        text::from(rest, length)
                    }
                    _ => {
                        self.letters(before);
                        rest
                    }
                }
            };
        }
        self.letters(raw);
    }

    fn letters(&mut self, raw: &str) {
        push_text(&mut self.done, &source::restore(raw));
    }

    /// A formula or an address.
    fn marked(&mut self, raw: &str) {
        let inside = source::restore_formula(raw);
        if inside.starts_with(['$', '\\']) {
            let (tex, display) = formula::inside(&inside);
            return self.push(Node::holding(Tag::Math { display }, tex.to_owned()));
        }
        let href = safe::link(&address::target(&inside)).filter(|_| !self.in_link);
        match href {
            Some(href) => {
                let title = String::new();
                self.push(Node::holding(
                    Tag::Link { href, title },
                    inside.into_owned(),
                ));
            }
            None => push_text(&mut self.done, &inside),
        }
    }

    fn tag(&mut self, kind: tags::Kind) {
        match kind {
            tags::Kind::Break => self.done.push(Node::leaf(Tag::LineBreak)),
            tags::Kind::Open(tag) => self.open.push((tag, std::mem::take(&mut self.done))),
            tags::Kind::Close(tag) => {
                match self.open.iter().rposition(|(open, _)| *open == tag) {
                    Some(at) => self.close(at),
                    // Nothing to see, but its paragraph is not without parts.
                    None => self.done.push(Node::leaf(tag)),
                }
            }
        }
    }

    /// A formula on its own stands on lines of its own already.
    fn push(&mut self, part: Node) {
        let display =
            |node: Option<&Node>| node.and_then(Node::tag) == Some(&Tag::Math { display: true });
        let is_break = |node: Option<&Node>| node.and_then(Node::tag) == Some(&Tag::LineBreak);
        if is_break(Some(&part)) && display(self.done.last()) {
            return;
        }
        if display(Some(&part)) && is_break(self.done.last()) {
            self.done.pop();
        }
        self.done.push(part);
    }

    /// Closes all open tags but so many.
    fn close(&mut self, but: usize) {
        while self.open.len() > but
            && let Some((tag, before)) = self.open.pop()
        {
            let mut inside = std::mem::replace(&mut self.done, before);
            let depth = inside.iter().map(depth).max().unwrap_or(0);
            if self.open.len() + depth + 1 > self.room {
                self.done.append(&mut inside);
            } else {
                self.done.push(Node::Element {
                    tag,
                    children: inside,
                });
            }
        }
    }
}

fn depth(node: &Node) -> usize {
    1 + node.children().iter().map(depth).max().unwrap_or(0)
}
