//! Files become pictures for the next message, and are shown until it goes out.
//!
//! In: what was chosen, pasted or dropped. Out: [`Image`]s in the chat, or why there is none.

use std::sync::Arc;

use futures_channel::oneshot;
use gloo_events::EventListener;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::{Blob, File, FileReader};

use super::composer::all_of;
use super::kit::{Button, For, Icon};
use crate::chat::request::Image;
use crate::page::app::{Chat, Command, Refused};
use crate::page::words::say;

/// The most bytes that a picture may have: servers take no more, and their words for it are worse.
const MOST: f64 = 10e6;

/// Reads files, and adds the pictures among them to the next message.
pub fn take(chat: Chat, files: Vec<File>) {
    chat.refuse(None);
    if let Some(name) = untrack(|| chat.blind()) {
        return chat.refuse(Some(Refused::Blind(name)));
    }
    for file in files {
        if file.size() > MOST {
            chat.refuse(Some(Refused::TooBig(file.name())));
            continue;
        }
        chat.spawn(async move {
            let image = read(&file).await.and_then(Image::of);
            match image {
                Some(image) => chat.add_picture(image),
                None => chat.refuse(Some(Refused::NoPicture(file.name()))),
            }
        });
    }
}

/// The file's bytes in base64; `None` where they cannot be read.
async fn read(file: &File) -> Option<String> {
    let url = contents(file, FileReader::read_as_data_url).await?;
    let (_, base64) = url.split_once("base64,")?;
    Some(base64.to_owned())
}

/// Reads what is in a file, in the form that `begin` asks for; `None` where it cannot be read.
pub async fn contents(
    file: &File,
    begin: fn(&FileReader, &Blob) -> Result<(), JsValue>,
) -> Option<String> {
    let reader = FileReader::new().ok()?;
    let (done, read) = oneshot::channel();
    let _heard = EventListener::once(&reader, "loadend", move |_| {
        let _ = done.send(());
    });
    begin(&reader, file).ok()?;
    read.await.ok()?;
    reader.result().ok()?.as_string()
}

/// A button to choose pictures on this device.
#[component]
pub fn Picker(chat: Chat) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let chosen = move |_| {
        if let Some(field) = field.get_untracked() {
            if let Some(files) = field.files() {
                take(chat, all_of(&files));
            }
            // The same file may be chosen again.
            field.set_value("");
        }
    };
    let choose = move || match (chat.blind(), field.get_untracked()) {
        (Some(name), _) => chat.refuse(Some(Refused::Blind(name))),
        (None, Some(field)) => field.click(),
        (None, None) => {}
    };
    view! {
        <span class="picker">
            <input
                type="file"
                accept="image/png,image/jpeg,image/gif,image/webp"
                multiple
                class="none"
                tabindex="-1"
                aria-hidden="true"
                node_ref=field
                on:change=chosen
            />
            <Button
                class="round"
                label=move || say!(chat, add_image)
                title=move || say!(chat, add_image)
                on_click=choose
            >
                <Icon shape=icondata_lu::LuImagePlus />
            </Button>
        </span>
    }
}

/// The pictures that will be sent, and why one was not taken.
#[component]
pub fn Previews(chat: Chat) -> impl IntoView {
    let why = move || match chat.refused.get() {
        Some(Refused::Blind(name)) => say!(chat, image_blind, name = name),
        Some(Refused::NoPicture(name)) => say!(chat, image_none, name = name),
        Some(Refused::TooBig(name)) => say!(chat, image_big, name = name),
        None => String::new(),
    };
    view! {
        <div class="previews">
            <ul>
                <For each=move || chat.images.get() key=Clone::clone let:image>
                    <Preview chat image />
                </For>
            </ul>
            <p class="trouble" class:none=move || chat.refused.with(Option::is_none) role="alert">
                {why}
            </p>
        </div>
    }
}

/// A picture that will be sent.
#[component]
fn Preview(chat: Chat, image: Arc<Image>) -> impl IntoView {
    let url = image.url();
    let remove = move || chat.run(Command::RemovePicture(image.clone()));
    view! {
        <li>
            <img src=url alt=move || say!(chat, image) />
            <Button class="round" label=move || say!(chat, remove_image) on_click=remove>
                <Icon shape=icondata_lu::LuX />
            </Button>
        </li>
    }
}
