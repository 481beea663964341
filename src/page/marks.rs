//! Marks in the text of the page: ranges that the browser paints (CSS Custom Highlight API), where it knows such.
//!
//! In: elements, and places in their text. Out: the text, ranges of it, and their paint. It changes nothing of the text.

use std::ops::Range;

use leptos::prelude::document;
use wasm_bindgen::prelude::*;
use web_sys::{Element, Node, Text};

use crate::text;

#[wasm_bindgen]
extern "C" {
    /// Ranges that the browser paints.
    type Highlight;
    #[wasm_bindgen(constructor, catch)]
    fn new() -> Result<Highlight, JsValue>;
    #[wasm_bindgen(method)]
    fn add(this: &Highlight, range: &web_sys::Range);
    #[wasm_bindgen(js_namespace = ["CSS", "highlights"], js_name = set, catch)]
    fn set(name: &str, ranges: &Highlight) -> Result<JsValue, JsValue>;
}

/// Paints these ranges, in the place of those that have the name in style sheets; `false` where the browser knows no such thing.
pub fn paint(name: &str, ranges: &[web_sys::Range]) -> bool {
    let painted = Highlight::new().and_then(|highlight| {
        ranges.iter().for_each(|range| highlight.add(range));
        set(name, &highlight)
    });
    painted.is_ok()
}

/// The text of a part of the page, and the nodes that it stands in.
#[derive(Default)]
pub struct Drawn {
    /// The text.
    pub whole: String,
    pieces: Vec<Piece>,
}

/// A text on the page, and its beginning in the whole.
struct Piece {
    start: usize,
    words: String,
    node: Text,
}

impl Drawn {
    /// Adds the texts below a node, but for those of buttons and of what is hidden from those who listen.
    pub fn gather(&mut self, node: &Node) {
        if let Some(node) = node.dyn_ref::<Text>() {
            let words = node.data();
            let start = self.whole.len();
            self.whole.push_str(&words);
            let node = node.clone();
            return self.pieces.push(Piece { start, words, node });
        }
        let is_no_text = |element: &Element| {
            element
                .matches("button, [aria-hidden=true]")
                .unwrap_or_default()
        };
        if node.dyn_ref().is_some_and(is_no_text) {
            return;
        }
        let mut next = node.first_child();
        while let Some(child) = next {
            self.gather(&child);
            next = child.next_sibling();
        }
        // Between two blocks a word ends.
        let is_block = |element: &Element| {
            element
                .matches("p, li, td, th, pre, h1, h2, h3, h4, h5, h6, div")
                .unwrap_or_default()
        };
        if node.dyn_ref().is_some_and(is_block) {
            self.whole.push('\n');
        }
    }

    /// The range of the page that is a place in the whole text.
    pub fn range(&self, place: &Range<usize>) -> Option<web_sys::Range> {
        let (start, from) = self.spot(place.start, false)?;
        let (end, to) = self.spot(place.end, true)?;
        let range = document().create_range().ok()?;
        range.set_start(start, from).ok()?;
        range.set_end(end, to).ok()?;
        Some(range)
    }

    /// The node in which a byte of the text is, and its place there in UTF-16 units. An end belongs to what is before it.
    fn spot(&self, at: usize, is_end: bool) -> Option<(&Text, u32)> {
        let after = self.pieces.partition_point(|piece| match is_end {
            true => piece.start < at,
            false => piece.start <= at,
        });
        let piece = self.pieces.get(after.checked_sub(1)?)?;
        let before = text::up_to(&piece.words, at.checked_sub(piece.start)?);
        Some((&piece.node, before.encode_utf16().count() as u32))
    }
}
