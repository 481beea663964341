//! What the browser tells of its room, and the wish that it keeps what it has.
//!
//! In: nothing. Out: [`Room`]. A browser may have none of it, or refuse.

use js_sys::Promise;
use leptos::prelude::window;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::History;
use crate::history::Room;
use crate::page::browser::{call, field};

/// Asks the browser how much room there is; `None` where it does not say.
pub async fn room() -> Option<Room> {
    let estimate = ask("estimate").await?;
    let lasts = ask("persisted").await.and_then(|lasts| lasts.as_bool());
    let size = |name: &str| field(&estimate, name).and_then(|size| size.as_f64());
    Room::read(size("usage"), size("quota"), lasts)
}

impl History {
    /// Asks the browser to delete nothing without the person's word: once, when the first conversation is kept. Some ask the person.
    pub(super) fn ask_to_last(&self) {
        let store = &self.chat.shared().store;
        if store.has_asked_to_last() {
            return;
        }
        store.keep_asked_to_last();
        self.chat.spawn(async {
            // Whatever it answers, the room says what holds.
            let _ = ask("persist").await;
        });
    }
}

/// Asks the browser's storage something; `None` where it has no such question, or does not answer.
async fn ask(question: &str) -> Option<JsValue> {
    let storage = field(&window().navigator(), "storage")?;
    let promise: Promise = call(&storage, question, &[]).ok()?.unchecked_into();
    JsFuture::from(promise).await.ok()
}
