//! Files and folders that are dropped anywhere on the page.
//!
//! In: drops. Out: pictures, and files that are none. Pictures alone are left to the page, which takes them.

use gloo_events::{EventListener, EventListenerOptions, EventListenerPhase};
use js_sys::{Array, Function, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, DragEvent, File};

use crate::page::app::Chat;
use crate::page::sentences::young;

/// The most files that are taken out of folders at once: nobody means more.
const MOST: usize = 10_000;

/// Takes pictures, and files that are none.
type Take = fn(Chat, Vec<File>, Vec<File>);

/// Hears what is dropped, before the page takes it for pictures, and hands it to `take` where anything of it is none. Call it under an
/// owner: it ends with it.
pub fn watch(chat: Chat, take: Take) {
    // The page's own ears hear it only where this lets it through.
    let options = EventListenerOptions {
        phase: EventListenerPhase::Capture,
        passive: false,
    };
    let root = chat.shared().root.clone();
    let drops = EventListener::new_with_options(&root, "drop", options, move |event| {
        if let Some(event) = event.dyn_ref::<DragEvent>() {
            dropped(chat, event, take);
        }
    });
    StoredValue::new_local(drops);
}

fn dropped(chat: Chat, event: &DragEvent, take: Take) {
    let Some(data) = event.data_transfer().filter(|_| !untrack(|| young(chat))) else {
        return;
    };
    // Once the drop is over, the browser gives no entries any more.
    let (pictures, others) = entries(&data);
    if others.is_empty() {
        return;
    }
    event.prevent_default();
    event.stop_propagation();
    chat.spawn(async move {
        let files = files(others).await;
        take(chat, pictures, files);
    });
}

/// Pictures among what is dropped, and the entries of all others.
fn entries(data: &DataTransfer) -> (Vec<File>, Vec<JsValue>) {
    let (mut pictures, mut others) = (Vec::new(), Vec::new());
    let items = Reflect::get(data, &"items".into()).ok();
    let items = items.filter(JsValue::is_object);
    for item in items.iter().flat_map(|items| Array::from(items).to_vec()) {
        let kind = Reflect::get(&item, &"type".into()).unwrap_or_default();
        let is_picture = kind
            .as_string()
            .is_some_and(|kind| kind.starts_with("image/"));
        let file = || call(&item, "getAsFile").filter(JsValue::is_object);
        let entry = || call(&item, "webkitGetAsEntry").filter(JsValue::is_object);
        match is_picture {
            true => pictures.extend(file().and_then(|file| file.dyn_into::<File>().ok())),
            // What is no file of this device has no entry.
            false => others.extend(entry().or_else(file)),
        }
    }
    (pictures, others)
}

/// The files among entries, and in all folders among them, in the order of their names.
async fn files(entries: Vec<JsValue>) -> Vec<File> {
    let mut files = Vec::new();
    let mut open = entries;
    while let Some(entry) = open.pop()
        && files.len() < MOST
    {
        if let Some(file) = entry.dyn_ref::<File>() {
            files.push(file.clone());
        } else if let Some(reader) = call(&entry, "createReader") {
            // A few at a time, until there are none.
            while let Some(list) = asked(&reader, "readEntries").await {
                let list = Array::from(&list);
                if list.length() == 0 {
                    break;
                }
                open.extend(list.iter());
            }
        } else if let Some(file) = asked(&entry, "file").await {
            files.extend(file.dyn_into::<File>());
        }
    }
    files.sort_by_key(File::name);
    files
}

/// Calls a method without arguments; `None` where there is no such method, or it fails.
fn call(of: &JsValue, method: &str) -> Option<JsValue> {
    method_of(of, method)?.call0(of).ok()
}

/// Calls a method that tells what comes of it to the first of its arguments, and a failure to the second.
async fn asked(of: &JsValue, method: &str) -> Option<JsValue> {
    let method = method_of(of, method)?;
    let promise = Promise::new(&mut |done: Function, failed: Function| {
        let _ = method.call2(of, &done, &failed);
    });
    JsFuture::from(promise).await.ok()
}

fn method_of(of: &JsValue, name: &str) -> Option<Function> {
    Reflect::get(of, &name.into()).ok()?.dyn_into().ok()
}
