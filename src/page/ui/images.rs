//! Files become pictures for the next message.
//!
//! In: what was chosen, pasted or dropped. Out: [`Image`]s in the chat, or why there is none. [`take`] is the only way in, called
//! when there are files.

use futures_channel::oneshot;
use gloo_events::EventListener;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::{Blob, File, FileReader};

use crate::chat::request::Image;
use crate::page::app::{Chat, Refused};

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

/// The file's bytes in base64.
async fn read(file: &File) -> Option<String> {
    let url = contents(file, FileReader::read_as_data_url).await?;
    let (_, base64) = url.split_once("base64,")?;
    Some(base64.to_owned())
}

/// What is in a file, in the form that `begin` asks for.
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
