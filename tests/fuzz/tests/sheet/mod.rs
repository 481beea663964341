//! The painter's model: a page of plain values, drawn by the same decisions as the browser's.
//!
//! In: what [`Drawing`](rill::markdown::draw::Drawing) asks for. Out: what a reader would see.

use std::cell::RefCell;
use std::rc::Rc;

use rill::markdown::draw::Page;
use rill::markdown::{Node, Tag};

/// A page without a browser.
#[derive(Default)]
pub struct Sheet {
    blocks: Vec<Part>,
}

impl Sheet {
    /// What stands on it.
    pub fn shown(&self) -> Vec<Node> {
        self.blocks.iter().map(Part::node).collect()
    }
}

/// A text, or an element and its parts.
#[derive(Clone)]
pub struct Part(Rc<RefCell<Node>>, Rc<RefCell<Vec<Part>>>);

impl AsRef<Part> for Part {
    fn as_ref(&self) -> &Part {
        self
    }
}

impl Part {
    fn new(node: Node) -> Part {
        Part(Rc::new(RefCell::new(node)), Rc::default())
    }

    fn is(&self, other: &Part) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    fn place_of(&self, child: &Part) -> usize {
        let at = self.1.borrow().iter().position(|part| part.is(child));
        at.expect("a part stands where it was put")
    }

    fn node(&self) -> Node {
        match &*self.0.borrow() {
            Node::Text(text) => Node::Text(text.clone()),
            Node::Element { tag, .. } => Node::Element {
                tag: tag.clone(),
                children: self.1.borrow().iter().map(Part::node).collect(),
            },
        }
    }

    fn set_text(&self, new: &str) {
        *self.0.borrow_mut() = Node::Text(new.to_owned());
    }
}

impl Page for Sheet {
    type Part = Part;
    type Text = Part;
    type Element = Part;

    fn text(&mut self, text: &str) -> Part {
        Part::new(Node::Text(text.to_owned()))
    }

    fn element(&mut self, tag: &Tag) -> (Part, Part) {
        let element = Part::new(Node::Element {
            tag: tag.clone(),
            children: Vec::new(),
        });
        (element.clone(), element)
    }

    fn extend(&mut self, text: &Part, more: &str) {
        if let Node::Text(text) = &mut *text.0.borrow_mut() {
            text.push_str(more);
        }
    }

    fn rewrite(&mut self, text: &Part, old: &str, new: &str) {
        assert_eq!(text.node().plain_text(), old);
        text.set_text(new);
    }

    fn retag(&mut self, outer: &Part, new: &Tag) {
        *outer.0.borrow_mut() = Node::Element {
            tag: new.clone(),
            children: Vec::new(),
        };
    }

    fn append(&mut self, inner: &Part, part: &Part) {
        inner.1.borrow_mut().push(part.clone());
    }

    fn replace(&mut self, inner: &Part, new: &Part, old: &Part) {
        let at = inner.place_of(old);
        inner.1.borrow_mut()[at] = new.clone();
    }

    fn remove(&mut self, inner: &Part, part: &Part) {
        let at = inner.place_of(part);
        inner.1.borrow_mut().remove(at);
    }

    fn place(&mut self, at: usize, new: &Part, old: Option<&Part>) {
        match old {
            Some(old) => {
                assert!(self.blocks[at].is(old));
                self.blocks[at] = new.clone();
            }
            None => {
                assert_eq!(at, self.blocks.len());
                self.blocks.push(new.clone());
            }
        }
    }

    fn take_away(&mut self, at: usize, block: &Part) {
        assert!(at + 1 == self.blocks.len() && self.blocks[at].is(block));
        self.blocks.pop();
    }

    fn settled(&mut self, _: &Part) {}
}
