//! A finished piece of markdown to our own tree.
//!
//! In: text that begins where a block begins. Out: its blocks, and where each begins. It must not know what came before, nor that more
//! may come. Where the tree (`tree`) tells that a formula or a fence ends elsewhere than it was read, the text is read once more.

mod tree;

use super::node::Node;
use super::source::fence::inner_ends;
use super::source::{But, clean};
use tree::parse_but;

/// Elements nested deeper than this are left out and their parts shown in the one above. The tree is walked by recursion, on a
/// stack of 1 MB in a browser.
pub const MAX_DEPTH: usize = 100;

/// A top-level block.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Top {
    pub(super) node: Node,
    /// The beginning of the block's first line.
    pub(super) start: usize,
    /// The beginning of the first line of the last item, for a list.
    pub(super) last_item: usize,
}

/// The blocks of a whole text.
pub fn blocks_of(text: &str) -> Vec<Node> {
    parse(text).into_iter().map(|top| top.node).collect()
}

/// The most times that a text is read otherwise because of what its parse told.
const MOST_PARSES: usize = 100;

pub(super) fn parse(text: &str) -> Vec<Top> {
    parse_all(text).0
}

/// Tells whether the formula at this place, which has its end, ends in the block that it begins in.
pub(super) fn is_formula(text: &str, at: usize) -> bool {
    !parse_all(text).1.marks.contains(&at)
}

fn parse_all(text: &str) -> (Vec<Top>, But) {
    let text = clean(text);
    let mut but = But::default();
    for _ in 0..MOST_PARSES {
        let (tops, told) = parse_but(&text, &but);
        let known = but.marks.len() + but.fences.len();
        but.marks.extend(told.marks);
        // What is behind a fence whose end is another is not known yet.
        let ends = told.fences.into_iter().find_map(|start| {
            let mut ends = inner_ends(&text, start);
            ends.retain(|end| !but.fences.contains(end));
            (!ends.is_empty()).then_some(ends)
        });
        but.fences.extend(ends.unwrap_or_default());
        if but.marks.len() + but.fences.len() == known {
            return (tops, but);
        }
    }
    (parse_but(&text, &but).0, but)
}
