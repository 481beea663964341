//! Files that a person opens here, or takes along.

use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Blob, BlobPropertyBag, FileReader, HtmlInputElement, Url};

use super::dom::el;
use super::images::contents;
use crate::history::records::title;
use crate::page::app::Chat;
use crate::page::history;

/// Hands a JSON file to the browser, which puts it where the person keeps such.
pub fn save(name: &str, text: &str) {
    save_as(name, "application/json", &Array::of1(&text.into()));
}

/// Hands a file to the browser: its media type, and its parts, texts or bytes.
pub fn save_as(name: &str, media_type: &str, parts: &Array) {
    let kind = BlobPropertyBag::new();
    kind.set_type(media_type);
    let blob = Blob::new_with_str_sequence_and_options(parts, &kind);
    let Some(url) = blob
        .ok()
        .and_then(|blob| Url::create_object_url_with_blob(&blob).ok())
    else {
        return;
    };
    el("a", &[("href", url.as_str()), ("download", name)]).click();
    let _ = Url::revoke_object_url(&url);
}

/// Saves the conversation as a file.
pub fn save_conversation(chat: Chat) {
    let name = chat.tree.with_untracked(title);
    let name: String = name.chars().take(40).collect();
    let name = if name.is_empty() { "rill" } else { &name };
    save(&format!("{name}.json"), &history::file(chat));
}

/// A field that opens a JSON file.
#[component]
pub fn OpenFile(
    chat: Chat,
    #[prop(into)] words: Signal<String>,
    /// Hears the file's name and its text.
    #[prop(into)]
    on_open: Callback<(String, String)>,
) -> impl IntoView {
    let read = move |event: web_sys::Event| {
        let input: Option<HtmlInputElement> =
            event.target().and_then(|target| target.dyn_into().ok());
        let file = input.as_ref().and_then(|input| input.files()?.get(0));
        let Some(file) = file else { return };
        chat.spawn(async move {
            let text = contents(&file, FileReader::read_as_text).await;
            // What asked for it may be gone by now.
            on_open.try_run((file.name(), text.unwrap_or_default()));
        });
        // The same file may be chosen again.
        if let Some(input) = input {
            input.set_value("");
        }
    };
    view! {
        <label class="file">
            <span>{words}</span>
            <input type="file" accept="application/json,.json" on:change=read />
        </label>
    }
}
