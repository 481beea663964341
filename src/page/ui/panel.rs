//! What all panels are made of: a dialog with a head that closes it, fields with names, quiet sentences.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_render::request_animation_frame;
use leptos::prelude::{SetValue, StoredValue};
use wasm_bindgen::JsCast;
use web_sys::{CssStyleSheet, Event, HtmlDialogElement, KeyboardEvent, ShadowRoot};

use super::part::{Part, after, button, el, icon, is_composing};
use crate::event::Millis;
use crate::page::app::Chat;
use crate::page::browser::{adopt, sheet};
use crate::page::clock::now;
use crate::page::words::say;

/// A panel that is open while `open` says so, with its title and its way out.
pub fn panel(
    chat: Chat,
    open: impl Fn() -> bool + 'static,
    close: impl Fn() + 'static,
    title: impl Fn() -> String + Copy + 'static,
) -> Part {
    let part = dialog("panel", open);
    // The browser gives the focus back to what opened it; then it may go.
    let element: HtmlDialogElement = part.element().unchecked_into();
    let head = el("div")
        .set("class", "panel-head")
        .child(el("h2").says(title))
        .child(
            button("round", move || element.close())
                .attr("aria-label", move || say!(chat, close))
                .child(icon(icondata_lu::LuX)),
        );
    part.attr("aria-label", title)
        .on("close", move |_| close())
        .child(head)
}

/// Opens and closes a `<dialog>` with what `open` reads. The browser keeps focus inside and closes it on Escape.
pub fn dialog(class: &str, open: impl Fn() -> bool + 'static) -> Part {
    let part = el("dialog").set("class", class);
    let dialog: HtmlDialogElement = part.element().unchecked_into();
    // An input method's Escape takes back letters in a field, and closes nothing around it.
    let part = part.on("keydown", |event| {
        if event.dyn_ref().is_some_and(is_composing) {
            event.prevent_default();
        }
    });
    after(move || {
        let open = open();
        if open && !dialog.open() {
            let _ = dialog.show_modal();
        } else if !open && dialog.open() {
            dialog.close();
        }
    });
    part
}

/// So long nobody must have typed since a dialog is seen before it hears a key, in milliseconds.
const READ: Millis = 500.0;

/// A dialog that opened by itself, and hears no key that was meant for something else: none that was typed before a person can
/// have read it, none that was held already, none of those who type on.
pub fn deaf(part: Part, open: impl Fn() -> bool + 'static) -> Part {
    // Since when it could be read and nobody typed; `None` before it is seen.
    let quiet: Rc<Cell<Option<Millis>>> = Rc::default();
    let pressed: Rc<RefCell<Option<String>>> = Rc::default();
    let (seen, frame) = (quiet.clone(), StoredValue::new_local(None));
    after(move || {
        seen.set(None);
        if open() {
            let seen = seen.clone();
            // A page that nobody can see has no frames.
            let next = request_animation_frame(move |_| seen.set(Some(now())));
            frame.set_value(Some(next));
        }
    });
    let key = |event: &Event| event.dyn_ref::<KeyboardEvent>().map(KeyboardEvent::key);
    let heard = pressed.clone();
    part.on("keydown", move |event| {
        let repeats = event
            .dyn_ref()
            .is_some_and(|event: &KeyboardEvent| event.repeat());
        let is_read = quiet
            .get()
            .is_some_and(|quiet| event.time_stamp() - quiet >= READ);
        if is_read && !repeats {
            heard.replace(key(event));
        } else {
            quiet.set(quiet.get().map(|quiet| quiet.max(event.time_stamp())));
            heard.take();
            event.prevent_default();
        }
    })
    .on("keyup", move |event| {
        // A button is pressed when its key is let go.
        if key(event).is_none() || *pressed.borrow() != key(event) {
            event.prevent_default();
        }
    })
}

/// A field with its name.
pub fn field(name: impl Fn() -> String + 'static, field: Part) -> Part {
    el("label").child(el("span").says(name)).child(field)
}

/// One of the values of a `<select>`.
pub fn choice(value: &str, words: impl Fn() -> String + 'static) -> Part {
    el("option").set("value", value).says(words)
}

/// A quiet sentence.
pub fn hint(words: impl Fn() -> String + 'static) -> Part {
    el("p").set("class", "hint").says(words)
}

thread_local! {
    static SHEET: Option<CssStyleSheet> = sheet(concat!(
        include_str!("../../../style/doctor.css"),
        include_str!("../../../style/conversations.css"),
    ));
}

/// Gives the chat the styles that the first view does without, once.
pub fn adopt_style(root: &ShadowRoot) {
    adopt(root, &SHEET);
}
