//! Files that a person opens here, or takes along.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Blob, BlobPropertyBag, FileReader, HtmlInputElement, Url};

use super::images::contents;
use super::part::{Part, el};
use crate::page::app::Chat;
use crate::page::kept::{self, title};

/// Hands a JSON file to the browser, which puts it where the person keeps such.
pub fn save(name: &str, text: &str) {
    let kind = BlobPropertyBag::new();
    kind.set_type("application/json");
    let parts = js_sys::Array::of1(&text.into());
    let blob = Blob::new_with_str_sequence_and_options(&parts, &kind);
    let Some(url) = blob
        .ok()
        .and_then(|blob| Url::create_object_url_with_blob(&blob).ok())
    else {
        return;
    };
    el("a")
        .set("href", &url)
        .set("download", name)
        .element()
        .click();
    let _ = Url::revoke_object_url(&url);
}

/// Saves the conversation as a JSON file, named by its title.
pub fn save_conversation(chat: Chat) {
    let name = chat.tree.with_untracked(title);
    let name: String = name.chars().take(40).collect();
    let name = if name.is_empty() { "rill" } else { &name };
    save(&format!("{name}.json"), &kept::file(chat));
}

/// A field that opens a JSON file: its name and its text are handed on.
pub fn open(
    chat: Chat,
    words: impl Fn() -> String + 'static,
    take: impl Fn(String, String) + 'static,
) -> Part {
    let take = StoredValue::new_local(take);
    let input = el("input")
        .set("type", "file")
        .set("accept", "application/json,.json")
        .on("change", move |event| {
            let input: Option<HtmlInputElement> =
                event.target().and_then(|target| target.dyn_into().ok());
            let file = input.as_ref().and_then(|input| input.files()?.get(0));
            let Some(file) = file else { return };
            chat.spawn(async move {
                let text = contents(&file, FileReader::read_as_text).await;
                let text = text.unwrap_or_default();
                take.try_with_value(|take| take(file.name(), text));
            });
            // The same file may be chosen again.
            if let Some(input) = input {
                input.set_value("");
            }
        });
    el("label")
        .set("class", "file")
        .child(el("span").says(words))
        .child(input)
}
