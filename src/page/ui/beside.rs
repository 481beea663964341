//! The room beside the conversation, and the list in it: whether there is room, whether the list stands there, and that the browser
//! remembers it.
//!
//! In: the width of the element, a person's wish. Out: an attribute of the page's root, which its style follows. It must not know what
//! stands there.

use std::rc::Rc;

use gloo_events::EventListener;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::page::app::Chat;
use crate::page::clock::sleep;
use crate::page::history::{self, History};
use crate::page::sentences::young;

/// The least width of the element in which a list has room beside the conversation, in pixels.
const WIDE: i32 = 1024;

/// The room beside the conversation of a chat.
#[derive(Clone)]
pub struct Room {
    chat: Chat,
    history: Rc<History>,
}

impl Room {
    /// The room of a chat; `None` where there is none: the element is narrow, nothing may be kept, or the reader is to do one
    /// thing at a time.
    pub fn of(chat: Chat) -> Option<Room> {
        let history = history::of(chat)?;
        let is_wide = chat.shared().host.client_width() >= WIDE;
        (is_wide && !untrack(|| young(chat))).then_some(Room { chat, history })
    }
}

/// Opens the list beside the conversation, or folds it away. The focus goes along.
pub fn toggle(room: &Room) {
    let chat = room.chat;
    let beside = &room.history.shelf.beside;
    let is_open = !beside.get_untracked();
    beside.set(is_open);
    chat.shared().store.keep_list(is_open);
    if !is_open {
        return;
    }
    chat.spawn(async move {
        // Once it is drawn.
        sleep(0.0).await;
        let first = chat
            .shared()
            .root
            .query_selector(".side button")
            .ok()
            .flatten();
        if let Some(first) = first.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
            let _ = first.focus();
        }
    });
}

/// Folds the list away that stands beside the conversation; the focus goes back to what opens it.
pub fn fold(chat: Chat) {
    if let Some(history) = history::of(chat) {
        history.shelf.beside.set(false);
    }
    chat.shared().store.keep_list(false);
    let opener = chat.shared().root.query_selector(".head > button");
    if let Some(opener) = opener
        .ok()
        .flatten()
        .and_then(|one| one.dyn_into::<HtmlElement>().ok())
    {
        let _ = opener.focus();
    }
}

/// Tells whether the list stands beside the conversation: it is wished, and there is room. Call it under an owner.
pub fn stands(chat: Chat, history: &Rc<History>) -> Signal<bool> {
    let has_room = RwSignal::new(Room::of(chat).is_some());
    let listener = EventListener::new(&window(), "resize", move |_| {
        let has = chat.is_mounted() && Room::of(chat).is_some();
        // The views may be gone by now.
        if has_room.try_get_untracked() == Some(!has) {
            has_room.set(has);
        }
    });
    StoredValue::new_local(listener);
    let wished = RwSignal::from(history.shelf.beside.clone());
    wished.set(chat.shared().store.list());
    Signal::derive(move || has_room.get() && wished.get())
}
