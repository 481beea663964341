//! Elements that are made by hand, because something else than a view decides when: text that grows with every frame, turns that
//! are made as there is time for them, tokens that are appended.
//!
//! In: tags, attributes, closures that read signals. Out: elements. All else on the page is a view.

use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyViewState;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node};

/// An element with this tag and these attributes.
pub fn el(tag: &str, attributes: &[(&str, &str)]) -> HtmlElement {
    // The tags are our own and valid; createElement fails on no other account.
    let element = document().create_element(tag);
    let element = element.unwrap_or_else(JsCast::unchecked_into);
    for (name, value) in attributes {
        // It fails only on names that are no names.
        let _ = element.set_attribute(name, value);
    }
    element.unchecked_into()
}

/// A view that stands in an element made by hand. What follows signals in it ends with this, or with `end`.
pub struct Placed(AnyViewState);

impl Placed {
    /// Makes a view now, at the end of an element. What the view reads while it is made does not make it anew.
    pub fn at_end(view: AnyView, of: &Element) -> Placed {
        Placed::before(view, of, None)
    }

    /// Makes a view now, in an element, before one of its nodes.
    pub fn before(view: AnyView, of: &Element, next: Option<&Node>) -> Placed {
        let mut state = untrack(|| view.build());
        state.mount(of, next);
        Placed(state)
    }

    /// The first element of the view; `None` where it has none.
    pub fn element(&self) -> Option<Element> {
        self.0.elements().into_iter().next()
    }

    /// Takes the view away, and ends what follows signals in it.
    pub fn end(mut self) {
        self.0.unmount();
    }
}
