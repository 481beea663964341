//! What of a page is kept, patched or made anew, so that it shows the blocks as they are now.
//!
//! In: a [`Markdown`] after an update, and what was drawn before. Out: calls to a [`Page`], as few as do it. It must not know what a
//! page is made of: a browser's document is one, a model of it in a test another.
//!
//! It trusts what a block says of itself, and looks at nothing else: same id and version, same block; same id, same frozen children;
//! same id and committed before, same block. What is committed is forgotten but for its place.

use super::{Block, Markdown, Node, Tag};

/// A place on which blocks are drawn.
pub trait Page {
    /// Anything that stands in an element.
    type Part: Clone;
    /// Letters.
    type Text: AsRef<Self::Part>;
    /// An element.
    type Element: AsRef<Self::Part>;

    /// New letters.
    fn text(&mut self, text: &str) -> Self::Text;
    /// A new element for this tag, and the one inside it that takes the children.
    fn element(&mut self, tag: &Tag) -> (Self::Element, Self::Element);
    /// Puts more letters behind a text.
    fn extend(&mut self, text: &Self::Text, more: &str);
    /// Changes the letters of a text.
    fn rewrite(&mut self, text: &Self::Text, old: &str, new: &str);
    /// Makes a list, an item, a link or a table another one of its kind; `outer` is an outer element of [`Page::element`].
    fn retag(&mut self, outer: &Self::Element, new: &Tag);
    /// Puts a new last part into an element.
    fn append(&mut self, inner: &Self::Element, part: &Self::Part);
    /// Puts a new part in the place of another.
    fn replace(&mut self, inner: &Self::Element, new: &Self::Part, old: &Self::Part);
    /// Takes a part out of an element.
    fn remove(&mut self, inner: &Self::Element, part: &Self::Part);
    /// Puts a block at `at`, in the place of another, or behind the last.
    fn place(&mut self, at: usize, new: &Self::Part, old: Option<&Self::Part>);
    /// Takes away the last block, at `at`.
    fn take_away(&mut self, at: usize, block: &Self::Part);
    /// Notes that a block, or a child of one, is drawn as it stays.
    fn settled(&mut self, part: &Self::Part);
}

/// The drawing of a text, as far as it has come.
pub struct Drawing<P: Page> {
    blocks: Vec<Painted<P>>,
    /// Number of first blocks that are drawn as they stay.
    settled: usize,
}

struct Painted<P: Page> {
    id: u64,
    version: u64,
    outer: P::Part,
    /// The first so many children are drawn as they stay.
    frozen: usize,
    /// The drawing that may still change.
    open: Option<Drawn<P>>,
}

/// The drawing of one [`Node`].
enum Drawn<P: Page> {
    Text {
        part: P::Text,
        text: String,
    },
    Element {
        tag: Tag,
        outer: P::Element,
        inner: P::Element,
        children: Vec<Drawn<P>>,
    },
}

impl<P: Page> Drawn<P> {
    fn outer(&self) -> &P::Part {
        match self {
            Drawn::Text { part, .. } => part.as_ref(),
            Drawn::Element { outer, .. } => outer.as_ref(),
        }
    }

    fn children(&self) -> &[Drawn<P>] {
        match self {
            Drawn::Text { .. } => &[],
            Drawn::Element { children, .. } => children,
        }
    }
}

impl<P: Page> Default for Drawing<P> {
    fn default() -> Self {
        Drawing {
            blocks: Vec::new(),
            settled: 0,
        }
    }
}

impl<P: Page> Drawing<P> {
    /// Draws what is new since the last time.
    pub fn draw(&mut self, markdown: &mut Markdown, page: &mut P) {
        // A drawing that was just begun has everything to draw.
        let from = markdown.update().min(self.blocks.len());
        let blocks = markdown.blocks();
        for (at, block) in blocks.iter().enumerate().skip(from) {
            self.draw_block(at, block, page);
        }
        for (at, gone) in self.blocks.iter().enumerate().skip(blocks.len()).rev() {
            page.take_away(at, &gone.outer);
        }
        self.blocks.truncate(blocks.len());
        let whole = self.blocks.iter_mut().take(markdown.committed());
        for block in whole.skip(self.settled) {
            if block.open.take().is_some() {
                page.settled(&block.outer);
            }
        }
        self.settled = markdown.committed();
    }

    fn draw_block(&mut self, at: usize, block: &Block, page: &mut P) {
        let old = self.blocks.get_mut(at);
        if let Some(painted) = old.filter(|painted| painted.id == block.id) {
            let kept = match &mut painted.open {
                // What is frozen by now may have changed for the last time since it was drawn.
                Some(open) if painted.version != block.version => {
                    patch(open, &block.node, painted.frozen, page)
                }
                _ => painted.version == block.version,
            };
            if kept {
                let open = painted.open.as_ref().map_or(&[][..], Drawn::children);
                let still = open.iter().take(block.frozen).skip(painted.frozen);
                still.for_each(|child| page.settled(child.outer()));
                (painted.version, painted.frozen) = (block.version, block.frozen);
                return;
            }
        }
        self.settled = self.settled.min(at);
        let fresh = create(&block.node, page);
        let painted = Painted {
            id: block.id,
            version: block.version,
            frozen: block.frozen,
            outer: fresh.outer().clone(),
            open: Some(fresh),
        };
        match self.blocks.get_mut(at) {
            Some(old) => {
                page.place(at, &painted.outer, Some(&old.outer));
                *old = painted;
            }
            None => {
                page.place(at, &painted.outer, None);
                self.blocks.push(painted);
            }
        }
    }
}

/// Brings what is drawn up to date; `false` where it must be drawn anew. The first `frozen` children are as they were.
fn patch<P: Page>(drawn: &mut Drawn<P>, node: &Node, frozen: usize, page: &mut P) -> bool {
    match (drawn, node) {
        (Drawn::Text { part, text }, Node::Text(new)) => {
            if let Some(more) = new.strip_prefix(text.as_str()) {
                if !more.is_empty() {
                    page.extend(part, more);
                    text.push_str(more);
                }
            } else {
                page.rewrite(part, text, new);
                text.clone_from(new);
            }
            true
        }
        (
            Drawn::Element {
                tag,
                outer,
                inner,
                children,
            },
            Node::Element {
                tag: new,
                children: nodes,
            },
        ) => {
            if tag != new {
                if !is_alike(tag, new) {
                    return false;
                }
                page.retag(outer, new);
                tag.clone_from(new);
            }
            for (at, node) in nodes.iter().enumerate().skip(frozen.min(children.len())) {
                match children.get_mut(at) {
                    Some(child) => {
                        if !patch(child, node, 0, page) {
                            let fresh = create(node, page);
                            page.replace(inner, fresh.outer(), child.outer());
                            *child = fresh;
                        }
                    }
                    None => {
                        let fresh = create(node, page);
                        page.append(inner, fresh.outer());
                        children.push(fresh);
                    }
                }
            }
            for surplus in children.drain(nodes.len().min(children.len())..) {
                page.remove(inner, surplus.outer());
            }
            true
        }
        _ => false,
    }
}

/// Tells whether the element of one tag can become that of the other while its block grows.
fn is_alike(old: &Tag, new: &Tag) -> bool {
    match (old, new) {
        (Tag::List { start: a, .. }, Tag::List { start: b, .. }) => a.is_some() == b.is_some(),
        (Tag::Item { checked: a, .. }, Tag::Item { checked: b, .. }) => a == b,
        // A bare address grows.
        (Tag::Link { title: a, .. }, Tag::Link { title: b, .. }) => a == b,
        (Tag::Table { .. }, Tag::Table { .. }) => true,
        _ => false,
    }
}

fn create<P: Page>(node: &Node, page: &mut P) -> Drawn<P> {
    match node {
        Node::Text(text) => Drawn::Text {
            part: page.text(text),
            text: text.clone(),
        },
        Node::Element { tag, children } => {
            let (outer, inner) = page.element(tag);
            let children: Vec<Drawn<P>> =
                children.iter().map(|child| create(child, page)).collect();
            for child in &children {
                page.append(&inner, child.outer());
            }
            Drawn::Element {
                tag: tag.clone(),
                outer,
                inner,
                children,
            }
        }
    }
}
