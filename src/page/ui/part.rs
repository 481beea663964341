//! What the views are made of: elements whose text, attributes and children follow signals.
//!
//! In: closures that read signals. Out: DOM nodes. A closure runs at once, and again whenever what it read has changed;
//! it ends with the owner under which it was made, as every listener here does. It must not know what a chat is.
//!
//! These are plain functions over boxed closures instead of a template's types: a view's type would be compiled anew for
//! every element of the page, which made up a third of what a reader downloads before the first word.

use gloo_events::{EventListener, EventListenerOptions};
use icondata_core::Icon;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, HtmlElement, HtmlInputElement, KeyboardEvent, Node};

pub use crate::page::follow::{after, follow};

/// An element that is being made. Copies are the same element.
#[derive(Clone)]
pub struct Part {
    element: HtmlElement,
}

/// An element with this tag.
pub fn el(tag: &str) -> Part {
    named(document().create_element(tag))
}

/// A button that does something.
pub fn button(class: &str, press: impl FnMut() + 'static) -> Part {
    let mut press = press;
    let button = el("button").set("type", "button");
    let button = if class.is_empty() {
        button
    } else {
        button.set("class", class)
    };
    button.on("click", move |_| press())
}

/// An element of a picture.
pub fn svg(tag: &str) -> Part {
    named(document().create_element_ns(Some("http://www.w3.org/2000/svg"), tag))
}

/// An icon: one stroke set (Lucide), inline SVG. Always beside a word, or inside a button that has a name.
pub fn icon(icon: Icon) -> Part {
    let svg = svg("svg")
        .set("class", "icon")
        .set("viewBox", "0 0 24 24")
        .set("fill", "none")
        .set("stroke", "currentColor")
        .set("stroke-width", "2")
        .set("stroke-linecap", "round")
        .set("stroke-linejoin", "round")
        .set("aria-hidden", "true");
    svg.element.set_inner_html(icon.data);
    svg
}

/// Whether a key belongs to an input method: it chooses or takes back letters there, and means nothing to the page. Safari tells so
/// by the key's number alone, for it ends the composition before the key that did it.
pub fn is_composing(event: &KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == 229
}

fn named(element: Result<Element, JsValue>) -> Part {
    Part {
        // The tags are our own and valid; createElement fails on no other account. And what is asked of an element
        // here, an SVG's can do as well.
        element: element
            .unwrap_or_else(JsCast::unchecked_into)
            .unchecked_into(),
    }
}

impl Part {
    /// The element itself.
    pub fn element(&self) -> HtmlElement {
        self.element.clone()
    }

    /// A fixed attribute.
    pub fn set(self, name: &str, value: &str) -> Part {
        // It fails only on names that are no names.
        let _ = self.element.set_attribute(name, value);
        self
    }

    /// An attribute that follows what `value` reads.
    pub fn attr(self, name: &'static str, value: impl Fn() -> String + 'static) -> Part {
        self.attr_if(name, move || Some(value()))
    }

    /// An attribute that follows, and is absent with `None`.
    pub fn attr_if(self, name: &'static str, value: impl Fn() -> Option<String> + 'static) -> Part {
        fn boxed(element: Element, name: &'static str, value: Box<dyn Fn() -> Option<String>>) {
            follow(move || match value() {
                Some(value) => {
                    if element.get_attribute(name).as_deref() != Some(&value) {
                        let _ = element.set_attribute(name, &value);
                    }
                }
                None => {
                    let _ = element.remove_attribute(name);
                }
            });
        }
        boxed(self.element.clone().into(), name, Box::new(value));
        self
    }

    /// An attribute that is there, empty, while `on` says so.
    pub fn flag(self, name: &'static str, on: impl Fn() -> bool + 'static) -> Part {
        self.attr_if(name, move || on().then(String::new))
    }

    /// A class that is there while `on` says so.
    pub fn class(self, name: &'static str, on: impl Fn() -> bool + 'static) -> Part {
        fn boxed(element: Element, name: &'static str, on: Box<dyn Fn() -> bool>) {
            follow(move || {
                let _ = element.class_list().toggle_with_force(name, on());
            });
        }
        boxed(self.element.clone().into(), name, Box::new(on));
        self
    }

    /// What stands in a field, or is chosen in a `<select>`, follows; what the person writes stays until then.
    /// A select's options come before it.
    pub fn value(self, value: impl Fn() -> String + 'static) -> Part {
        // Every field has this property; the cast only names it.
        let field: HtmlInputElement = self.element.clone().unchecked_into();
        let value: Box<dyn Fn() -> String> = Box::new(value);
        let mut set = None;
        follow(move || {
            let value = Some(value());
            if set != value {
                field.set_value(value.as_deref().unwrap_or_default());
                set = value;
            }
        });
        self
    }

    /// Hears an event.
    pub fn on(self, name: &'static str, hear: impl FnMut(&Event) + 'static) -> Part {
        fn boxed(element: &Element, name: &'static str, mut hear: Box<dyn FnMut(&Event)>) {
            // Handlers here may keep the browser from doing what it does by itself.
            let options = EventListenerOptions::enable_prevent_default();
            let heard = EventListener::new_with_options(element, name, options, move |event| {
                // What a handler reads it reads once: nothing follows from here.
                untrack(|| hear(event));
            });
            StoredValue::new_local(heard);
        }
        boxed(&self.element, name, Box::new(hear));
        self
    }

    /// Hears the keys; those of an input method are its own.
    pub fn on_key(self, hear: impl FnMut(&KeyboardEvent) + 'static) -> Part {
        let mut hear = hear;
        self.on("keydown", move |event| {
            // Browsers fill fields with events of this name that are no keys.
            if let Some(event) = event.dyn_ref()
                && !is_composing(event)
            {
                hear(event);
            }
        })
    }

    /// Text that follows what `words` reads.
    pub fn says(self, words: impl Fn() -> String + 'static) -> Part {
        fn boxed(parent: Element, words: Box<dyn Fn() -> String>) {
            let shown = document().create_text_node("");
            let _ = parent.append_child(&shown);
            follow(move || {
                let words = words();
                // Text that is as it was is left alone, and with it a selection inside it.
                if shown.data() != words {
                    // A browser that translates the page puts elements of its own in the place of text.
                    if shown.parent_node().is_none()
                        && let Ok(Some(theirs)) = parent.query_selector(":scope > font")
                    {
                        let _ = theirs.replace_with_with_node_1(&shown);
                    }
                    shown.set_data(&words);
                }
            });
        }
        boxed(self.element.clone().into(), Box::new(words));
        self
    }

    /// Fixed text.
    pub fn text(self, words: &str) -> Part {
        self.child(document().create_text_node(words))
    }

    /// A node inside.
    pub fn child(self, node: impl Into<Node>) -> Part {
        let _ = self.element.append_child(&node.into());
        self
    }

    /// Nodes inside.
    pub fn children(self, nodes: impl IntoIterator<Item = Part>) -> Part {
        nodes.into_iter().fold(self, Part::child)
    }

    /// What a part of a view adds to this one.
    #[allow(clippy::should_implement_trait)]
    pub fn add(self, more: impl FnOnce(Part) -> Part) -> Part {
        more(self)
    }

    /// Room for an element that is there while `on` says so.
    pub fn when(self, on: impl Fn() -> bool + 'static, view: impl Fn() -> Part + 'static) -> Part {
        fn boxed(part: Part, on: Box<dyn Fn() -> bool>, view: Box<dyn Fn() -> Part>) -> Part {
            part.each(
                move || if on() { vec![()] } else { Vec::new() },
                move |()| view(),
            )
        }
        boxed(self, Box::new(on), Box::new(view))
    }

    /// Room for one element for each item. An item that stays keeps its element, and moves it only where it must.
    pub fn each<T: PartialEq + 'static>(
        self,
        items: impl Fn() -> Vec<T> + 'static,
        view: impl Fn(&T) -> Part + 'static,
    ) -> Part {
        self.rows(Box::new(items), Box::new(view));
        self
    }

    fn rows<T: PartialEq + 'static>(
        &self,
        items: Box<dyn Fn() -> Vec<T>>,
        view: Box<dyn Fn(&T) -> Part>,
    ) {
        let mut shown = Shown::new(&self.element);
        let mut before: Vec<T> = Vec::new();
        follow(move || {
            let items = items();
            let had = shown.find(items.len(), before.len(), &|new, old| {
                items.get(new) == before.get(old)
            });
            // For each item there is a place in `had`.
            shown.update(&had, &|at| items.get(at).map(&view));
            before = items;
        });
    }
}

impl From<Part> for Node {
    fn from(part: Part) -> Node {
        part.element.into()
    }
}

/// The rows of an `each` that are on the page, before their mark.
struct Shown {
    mark: Node,
    owner: Owner,
    rows: Vec<Option<Row>>,
}

struct Row {
    node: Node,
    /// Owns what follows and listens inside the row.
    owner: Owner,
}

impl Shown {
    fn new(parent: &Element) -> Shown {
        let mark: Node = document().create_comment("").into();
        let _ = parent.append_child(&mark);
        Shown {
            mark,
            owner: Owner::current().unwrap_or_default(),
            rows: Vec::new(),
        }
    }

    /// For each new item the row that it had; a row is given away once.
    fn find(
        &self,
        new: usize,
        old: usize,
        same: &dyn Fn(usize, usize) -> bool,
    ) -> Vec<Option<usize>> {
        let mut free = vec![true; old];
        let find = |item: usize| {
            // Mostly it is where it was.
            let mut places = std::iter::once(item).chain(0..old);
            let at = places.find(|at| free.get(*at) == Some(&true) && same(item, *at))?;
            if let Some(free) = free.get_mut(at) {
                *free = false;
            }
            Some(at)
        };
        (0..new).map(find).collect()
    }

    /// For each row that is to be there: which one it was before, if any.
    fn update(&mut self, had: &[Option<usize>], make: &dyn Fn(usize) -> Option<Part>) {
        let Some(parent) = self.mark.parent_node() else {
            return;
        };
        let mut old = std::mem::take(&mut self.rows);
        let kept: Vec<Option<Row>> = had.iter().map(|at| old.get_mut((*at)?)?.take()).collect();
        for gone in old.into_iter().flatten() {
            gone.owner.cleanup();
            let _ = parent.remove_child(&gone.node);
        }
        for (at, kept) in kept.into_iter().enumerate() {
            self.rows.push(kept.or_else(|| {
                let owner = self.owner.child();
                // What a view reads while it is made does not make it anew.
                let part = owner.with(|| untrack(|| make(at)))?;
                let node = part.into();
                Some(Row { node, owner })
            }));
        }
        // From the last to the first: each stands before the next, and is moved only where it does not yet.
        let mut next = self.mark.clone();
        for row in self.rows.iter().flatten().rev() {
            if row.node.next_sibling().as_ref() != Some(&next) {
                let _ = parent.insert_before(&row.node, Some(&next));
            }
            next = row.node.clone();
        }
    }
}
