//! Keys that work wherever the focus is on the page.
//!
//! In: keys. Out: commands. They are heard from the first moment on: what they open may still be on its way. Each stands on the sheet
//! that `?` opens (`crate::shortcuts`).

use gloo_events::EventListener;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use crate::page::app::{Chat, Command};
use crate::page::panel::Panel;
use crate::reading::Appearance;

/// Fields: a sign that is typed there is text. A dialog in front has keys of its own.
const DEAF: &str = "input, textarea, select, [contenteditable], dialog *";

/// Opens dialogs when their keys are pressed: in this chat, or where nothing has the focus and this is the first on the page.
pub fn listen(chat: Chat) {
    let listener = EventListener::new_with_options(
        &window(),
        "keydown",
        gloo_events::EventListenerOptions::enable_prevent_default(),
        move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
                return;
            };
            if let Some(panel) = meant(chat, event)
                && chat.is_mounted()
                && is_meant(chat)
            {
                event.prevent_default();
                chat.run(Command::Open(panel));
            }
        },
    );
    StoredValue::new_local(listener);
}

/// The dialog that a key opens.
fn meant(chat: Chat, event: &KeyboardEvent) -> Option<Panel> {
    let with_control = event.ctrl_key() || event.meta_key();
    if event.alt_key() || event.is_composing() {
        return None;
    }
    let key = event.key();
    if with_control {
        let is_search = key.eq_ignore_ascii_case("k") && !event.shift_key();
        if is_search && chat.shared().store.lasts() {
            return Some(Panel::Search);
        }
        return (key == "/").then_some(Panel::Shortcuts);
    }
    let is_heard = key == "?" && chat.appearance.with_untracked(Appearance::single_keys);
    let focused = chat.shared().root.active_element();
    let is_typed = focused.is_some_and(|focused| focused.matches(DEAF).unwrap_or(true));
    (is_heard && !is_typed).then_some(Panel::Shortcuts)
}

/// Tells whether a key is meant for this chat: the focus is in it, or nowhere and it is the first on the page.
pub(super) fn is_meant(chat: Chat) -> bool {
    let host: Element = chat.shared().host.clone().into();
    let page = document();
    let focused = page.active_element();
    if focused.as_ref() == Some(&host) {
        return true;
    }
    let body: Option<Element> = page.body().map(Into::into);
    let first = page.query_selector("rill-chat").ok().flatten();
    (focused.is_none() || focused == body) && first == Some(host)
}
