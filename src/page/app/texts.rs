//! The text with which a link, or what a person shares from another program, begins the next message.
//!
//! In: the page's address. Out: the draft with that text, and the address without it: a reload must not bring it once more. What the
//! parameters are called, and how text and draft go together, is decided in [`crate::options`].

use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::Url;

use super::{Chat, Command};
use crate::options::{TEXTS, draft_with_texts};

/// Puts the text of the page's address, if there is one, into the field for the message. Only on a page of its own: the address of another
/// page is none of ours.
pub fn take_texts(chat: Chat) {
    if !chat.stands_alone() {
        return;
    }
    let address = window().location().href();
    let Some(url) = address.ok().and_then(|address| Url::new(&address).ok()) else {
        return;
    };
    let parameters = url.search_params();
    let draft = chat
        .draft
        .with_untracked(|draft| draft_with_texts(draft, |name| parameters.get(name)));
    let Some(draft) = draft else { return };
    chat.run(Command::Draft(draft));
    TEXTS.iter().for_each(|name| parameters.delete(name));
    if let Ok(history) = window().history() {
        let state = history.state().unwrap_or(JsValue::NULL);
        // Where a browser refuses, what is there already is not added again.
        let _ = history.replace_state_with_url(&state, "", Some(&url.href()));
    }
}
