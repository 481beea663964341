//! What all panels are made of: a dialog with a head that closes it, fields with names, quiet sentences.

use wasm_bindgen::JsCast;
use web_sys::{CssStyleSheet, HtmlDialogElement, ShadowRoot};

use super::part::{Part, after, button, el, icon};
use crate::page::app::Chat;
use crate::page::embed;
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
    static SHEET: Option<CssStyleSheet> = embed::sheet(concat!(
        include_str!("../../../style/doctor.css"),
        include_str!("../../../style/conversations.css"),
    ));
}

/// Gives the chat the styles that the first view does without, once.
pub fn adopt_style(root: &ShadowRoot) {
    SHEET.with(|sheet| {
        let sheets = root.adopted_style_sheets();
        if let Some(sheet) = sheet
            && !sheets.includes(sheet, 0)
        {
            root.set_adopted_style_sheets(&sheets.concat(&js_sys::Array::of1(sheet)));
        }
    });
}
