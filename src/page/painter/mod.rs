//! Blocks of markup become elements of the page. The only place where a model's words turn into a document.
//!
//! In: [`Markdown`]. Out: DOM nodes, made with `createElement` and text nodes alone, never from HTML text.
//! The open tail grows in place: text is appended to text nodes, so that a selection inside it survives.
//! Committed blocks are not touched again, and may be translated by the browser; what still grows may not, and where it was all the
//! same, so that its text stands on no page any more, the answer is drawn anew. The blocks stand in stretches of a few: a stretch whose blocks are all committed is
//! left out of layout and painting while it is out of view (style/answer.css).

mod click;
mod element;

use std::cell::Cell;

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, Node as DomNode, Text};

use self::element::{name_tasks, set, set_block, untranslated};
use super::annex;
use super::app::Chat;
use crate::markdown::draw::{Drawing, Page};
use crate::markdown::{Markdown, Tag};
use crate::text;

pub use click::clicked;

/// Number of blocks in one stretch: few enough that what is in view is little, enough that watching them costs little.
const STRETCH: usize = 8;

/// Number of stretches from which an answer is long; a shorter one needs no watching.
const MANY: usize = 3;

/// Painter of one answer: draws its blocks into its element.
pub struct Painter {
    drawing: Drawing<Paper>,
    paper: Paper,
    /// Number of first stretches that stay as they are.
    still: usize,
}

/// Element of an answer, with what is needed to draw into it.
struct Paper {
    root: Element,
    document: Document,
    chat: Chat,
    stretches: Vec<Element>,
    touched: u64,
    /// Set while cells are those of a table's head.
    in_head: Cell<bool>,
    /// Set where somebody else, such as a browser that translates, has put something in the place of what is to change.
    torn: bool,
}

impl Painter {
    /// Makes a painter for an element, which is emptied.
    pub fn new(root: Element, chat: Chat) -> Painter {
        // An element has a document unless it is one.
        let document = root
            .owner_document()
            .unwrap_or_else(leptos::prelude::document);
        root.set_text_content(None);
        Painter {
            drawing: Drawing::default(),
            paper: Paper {
                root,
                document,
                chat,
                stretches: Vec::new(),
                touched: 0,
                in_head: Cell::default(),
                torn: false,
            },
            still: 0,
        }
    }

    /// Counts the DOM nodes that were made or changed so far; for tests and the bench.
    pub fn touched(&self) -> u64 {
        self.paper.touched
    }

    /// Draws what is new since the last time; all of it anew, where somebody else has changed the page meanwhile.
    pub fn paint(&mut self, markdown: &mut Markdown) {
        self.drawing.draw(markdown, &mut self.paper);
        if std::mem::take(&mut self.paper.torn) {
            self.paper.root.set_text_content(None);
            self.paper.stretches.clear();
            (self.drawing, self.still) = (Drawing::default(), 0);
            self.drawing.draw(markdown, &mut self.paper);
            self.paper.torn = false;
        }
        annex::painted();
        let still = markdown.committed() / STRETCH;
        self.settle(if still < MANY { 0 } else { still });
    }

    /// Returns the block of this number as it stands on the page; `None` where there is none.
    pub fn block(&self, at: usize) -> Option<Element> {
        let stretch = self.paper.stretches.get(at / STRETCH)?;
        stretch.children().item((at % STRETCH) as u32)
    }

    /// Marks the first `still` stretches as done: they stay as they are, and are left out of layout while out of view.
    fn settle(&mut self, still: usize) {
        let (from, to) = (self.still.min(still), self.still.max(still));
        let stretches = self.paper.stretches.iter().enumerate();
        for (at, stretch) in stretches.take(to).skip(from) {
            let class = if at < still {
                "stretch still"
            } else {
                "stretch"
            };
            set(stretch, "class", class);
        }
        self.still = still;
    }
}

impl Page for Paper {
    type Part = DomNode;
    type Text = Text;
    type Element = Element;

    fn text(&mut self, text: &str) -> Text {
        self.touched += 1;
        self.document.create_text_node(text)
    }

    fn element(&mut self, tag: &Tag) -> (Element, Element) {
        self.touched += 1;
        let (outer, inner) = self.element_of(tag);
        if matches!(tag, Tag::Code | Tag::CodeBlock { .. } | Tag::Math { .. }) {
            untranslated(&inner);
        }
        (outer, inner)
    }

    fn extend(&mut self, text: &Text, more: &str) {
        self.touched += 1;
        self.torn |= text.parent_node().is_none();
        let _ = text.append_data(more);
    }

    fn rewrite(&mut self, text: &Text, old: &str, new: &str) {
        self.touched += 1;
        self.torn |= text.parent_node().is_none();
        rewrite(text, old, new);
    }

    fn retag(&mut self, outer: &Element, new: &Tag) {
        set_block(outer, new);
    }

    fn append(&mut self, inner: &Element, part: &DomNode) {
        let _ = inner.append_child(part);
    }

    fn replace(&mut self, inner: &Element, new: &DomNode, old: &DomNode) {
        self.torn |= inner.replace_child(new, old).is_err();
    }

    fn remove(&mut self, inner: &Element, part: &DomNode) {
        self.torn |= inner.remove_child(part).is_err();
    }

    fn place(&mut self, at: usize, new: &DomNode, old: Option<&DomNode>) {
        if at / STRETCH == self.stretches.len() {
            let stretch = self.make("div");
            set(&stretch, "class", "stretch");
            let _ = self.root.append_child(&stretch);
            self.touched += 1;
            self.stretches.push(stretch);
        }
        let Some(stretch) = self.stretches.get(at / STRETCH) else {
            return;
        };
        if let Some(block) = new.dyn_ref() {
            untranslated(block);
        }
        let _ = match old {
            Some(old) => stretch.replace_child(new, old),
            None => stretch.append_child(new),
        };
    }

    fn take_away(&mut self, at: usize, block: &DomNode) {
        if let Some(stretch) = self.stretches.get(at / STRETCH) {
            let _ = stretch.remove_child(block);
        }
        if at.is_multiple_of(STRETCH)
            && let Some(empty) = self.stretches.pop()
        {
            let _ = self.root.remove_child(&empty);
        }
    }

    fn settled(&mut self, part: &DomNode) {
        // Code that settles by itself, within a paragraph, stays code.
        if let Some(part) = part
            .dyn_ref::<Element>()
            .filter(|part| part.local_name() != "code")
        {
            let _ = part.remove_attribute("translate");
            if matches!(
                part.local_name().as_str(),
                "ul" | "ol" | "li" | "blockquote"
            ) {
                name_tasks(part);
            }
        }
        annex::settled(self.chat, part);
    }
}

/// Rewrites the text of a node from `old` to `new`, changing no more than the end that differs. The node may hold only the end of
/// `old`, where the rest is coloured.
fn rewrite(node: &Text, old: &str, new: &str) {
    let units = |text: &str| text.encode_utf16().count() as u32;
    let same = old
        .chars()
        .zip(new.chars())
        .take_while(|(old, new)| old == new)
        .map(|(same, _)| same.len_utf8())
        .sum();
    let gone = units(text::from(old, same));
    match node.length().checked_sub(gone) {
        Some(kept) => {
            let _ = node.replace_data(kept, gone, text::from(new, same));
        }
        None => {
            annex::forget(node);
            node.set_data(new);
        }
    }
}
