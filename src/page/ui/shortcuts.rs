//! Keys that work wherever the focus is on the page.
//!
//! In: keys. Out: commands. They are heard from the first moment on: what they open may still be on its way.

use gloo_events::EventListener;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use crate::page::app::{Chat, Command};
use crate::page::panel::Panel;

/// Opens the search of what is kept when its keys are pressed: in this chat, or where nothing has the focus and this is the first on the page.
pub fn listen(chat: Chat) {
    if !chat.shared().store.lasts() {
        return;
    }
    let listener = EventListener::new_with_options(
        &window(),
        "keydown",
        gloo_events::EventListenerOptions::enable_prevent_default(),
        move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
                return;
            };
            let is_it = (event.ctrl_key() || event.meta_key())
                && !event.alt_key()
                && !event.shift_key()
                && event.key().eq_ignore_ascii_case("k");
            if is_it && chat.is_mounted() && is_meant(chat) {
                event.prevent_default();
                chat.run(Command::Open(Panel::Search));
            }
        },
    );
    StoredValue::new_local(listener);
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
