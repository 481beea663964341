//! What is copied: a text, and with it the same as HTML where it has a form of its own.
//!
//! In: what to put on the clipboard. Out: whether it is there; nobody says "Copied" without knowing. The old way, an event that
//! copies, works on plain http, where `navigator.clipboard` is missing, and in frames that may not use that; and it takes several forms.

use std::cell::Cell;
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions, EventListenerPhase};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ClipboardEvent, Event};

use super::app::Chat;

#[wasm_bindgen]
extern "C" {
    /// Document with the method `execCommand`, which its binding does not know.
    type Commands;
    #[wasm_bindgen(method, catch, js_name = execCommand)]
    fn exec_command(this: &Commands, name: &str) -> Result<bool, JsValue>;
}

/// Puts a text on the clipboard, and with it `html` where there is some; tells whether that went well. Call it where a person has
/// just clicked.
pub fn put(chat: Chat, text: String, html: Option<String>, told: impl FnOnce(bool) + 'static) {
    let Some(window) = web_sys::window() else {
        return told(false);
    };
    let has_clipboard = js_sys::Reflect::get(&window.navigator(), &"clipboard".into())
        .is_ok_and(|clipboard| clipboard.is_truthy());
    if html.is_some() || !has_clipboard {
        let went = by_event(&window, &text, html);
        if went || !has_clipboard {
            return told(went);
        }
    }
    let written = window.navigator().clipboard().write_text(&text);
    chat.spawn(async move {
        let went = JsFuture::from(written).await.is_ok();
        told(went || by_event(&window, &text, None));
    });
}

/// Asks the browser to copy, and gives it other things than what is selected; `true` where it took them.
fn by_event(window: &web_sys::Window, text: &str, html: Option<String>) -> bool {
    let Some(document) = window.document() else {
        return false;
    };
    let options = EventListenerOptions {
        phase: EventListenerPhase::Capture,
        passive: false,
    };
    // Where nothing is selected, Safari copies only if somebody says that there is something to copy.
    let _offer = EventListener::new_with_options(window, "beforecopy", options, |event| {
        event.prevent_default();
    });
    let (taken, text) = (Rc::new(Cell::new(false)), text.to_owned());
    let takes = taken.clone();
    let hear = move |event: &Event| {
        let event: Option<&ClipboardEvent> = event.dyn_ref();
        let Some(data) = event.and_then(ClipboardEvent::clipboard_data) else {
            return;
        };
        let mut went = data.set_data("text/plain", &text).is_ok();
        if let Some(html) = &html {
            went &= data.set_data("text/html", html).is_ok();
        }
        if went && let Some(event) = event {
            event.prevent_default();
            takes.set(true);
        }
    };
    let _copy = EventListener::new_with_options(window, "copy", options, hear);
    let asked = document.unchecked_ref::<Commands>().exec_command("copy");
    asked.unwrap_or_default() && taken.get()
}
