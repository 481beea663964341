//! Where a person writes: a field that grows, the one button that is Send or Stop, and the meter.

use std::sync::Arc;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{
    ClipboardEvent, DataTransfer, DragEvent, Event, FileList, HtmlInputElement, KeyboardEvent,
};

use super::coming;
use super::part::{Part, button, el, icon};
use crate::chat::request::Image;
use crate::page::app::{Chat, Command, Refused};
use crate::page::clock::media_matches;
use crate::page::later;
use crate::page::numbers;
use crate::page::words::{say, young};

/// The composer.
pub fn composer(part: Part, chat: Chat) -> Part {
    let running = move || chat.live.with(Option::is_some);
    let empty =
        move || chat.draft.with(|draft| draft.trim().is_empty()) && chat.images.with(Vec::is_empty);
    let stops = move || running() && empty();
    let send = move || {
        let text = chat.draft.get_untracked();
        chat.run(Command::Send(text));
    };
    let placeholder = move || {
        let own = chat.options.with(|options| options.placeholder.clone());
        own.unwrap_or_else(|| {
            if young(chat) {
                say!(chat, placeholder_young)
            } else {
                say!(chat, placeholder)
            }
        })
    };
    let field = el("textarea")
        .set("rows", "1")
        .set("dir", "auto")
        .attr("aria-label", move || say!(chat, message))
        .attr("placeholder", placeholder)
        .value(move || chat.draft.get())
        // Whoever does something here is about to write: what answers is fetched meanwhile. The focus alone says nothing: a page
        // of its own has it from the beginning.
        .on("pointerdown", move |_| chat.fetch_rest())
        .on("input", move |event| {
            chat.fetch_rest();
            let text = event_target_value(event);
            chat.shared().store.keep_draft(&text);
            chat.draft.set(text);
        })
        .on_key(move |event| {
            chat.fetch_rest();
            if sends(event) {
                event.prevent_default();
                send();
            } else if event.key() == "Escape" && running() {
                chat.run(Command::Stop);
            }
        });
    let field = enter_key(field);
    let typed_in = field.element();
    let press = move || {
        if stops() {
            chat.run(Command::Stop);
        } else {
            send();
        }
        let _ = typed_in.focus();
    };
    let go = button("go", press)
        .class("stops", stops)
        .flag("disabled", move || empty() && !running())
        .each(
            move || vec![stops()],
            |stops| {
                icon(if *stops {
                    icondata_lu::LuSquare
                } else {
                    icondata_lu::LuArrowUp
                })
            },
        )
        .child(el("span").says(move || {
            if stops() {
                say!(chat, stop)
            } else {
                say!(chat, send)
            }
        }));
    // The hidden twin holds the same text and gives the field its height: no script measures anything.
    let twin = el("div")
        .set("class", "field")
        .attr("data-text", move || chat.draft.get())
        .child(field);
    part.when(
        move || !chat.takes().fields.is_empty(),
        move || coming(later::ready().map(|later| later.fields), chat),
    )
    .child(previews(chat))
    .child(
        el("div")
            .set("class", "composer")
            .when(
                move || !young(chat) && chat.takes().images,
                move || picker(chat),
            )
            .child(twin)
            .child(go),
    )
    .when(move || !young(chat), move || meter(chat))
}

/// Whether the keys are a picture of keys under a finger: there is no Shift to hold, and Enter is all there is for a new line.
fn has_touch_keys() -> bool {
    media_matches("(pointer: coarse) and (hover: none)")
}

/// Whether a key sends what is written.
pub fn sends(event: &KeyboardEvent) -> bool {
    event.key() == "Enter"
        && !event.shift_key()
        && (event.ctrl_key() || event.meta_key() || !has_touch_keys())
}

/// Labels the Enter key of a keyboard on screen for a field in which it [`sends`] or not.
pub fn enter_key(field: Part) -> Part {
    let does = if has_touch_keys() { "enter" } else { "send" };
    field.set("enterkeyhint", does)
}

/// Chooses pictures on this device.
fn picker(chat: Chat) -> Part {
    let input = el("input")
        .set("type", "file")
        .set("accept", "image/png,image/jpeg,image/gif,image/webp")
        .set("multiple", "")
        .set("class", "none")
        .set("tabindex", "-1")
        .set("aria-hidden", "true");
    let field: HtmlInputElement = input.element().unchecked_into();
    let input = input.on("change", move |event| {
        let target = event.target();
        let field = target.and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        if let Some(field) = field {
            if let Some(files) = field.files() {
                pictures(chat, &files);
            }
            // The same file may be chosen again.
            field.set_value("");
        }
    });
    el("span").set("class", "picker").child(input).child(
        button("round", move || match chat.blind() {
            Some(name) => chat.refused.set(Some(Refused::Blind(name))),
            None => field.click(),
        })
        .attr("aria-label", move || say!(chat, add_image))
        .attr("title", move || say!(chat, add_image))
        .child(icon(icondata_lu::LuImagePlus)),
    )
}

/// The pictures that will be sent, and why one was not taken.
fn previews(chat: Chat) -> Part {
    let why = move || match chat.refused.get() {
        Some(Refused::Blind(name)) => say!(chat, image_blind, name = name),
        Some(Refused::NoPicture(name)) => say!(chat, image_none, name = name),
        Some(Refused::TooBig(name)) => say!(chat, image_big, name = name),
        None => String::new(),
    };
    let preview = move |image: &Arc<Image>| {
        let gone = image.clone();
        let remove = move || {
            // Of two that are the same, one goes.
            chat.images.update(|images| {
                if let Some(at) = images.iter().position(|image| *image == gone) {
                    images.remove(at);
                }
            });
        };
        el("li")
            .child(
                el("img")
                    .set("src", &image.url())
                    .attr("alt", move || say!(chat, image)),
            )
            .child(
                button("round", remove)
                    .attr("aria-label", move || say!(chat, remove_image))
                    .child(icon(icondata_lu::LuX)),
            )
    };
    el("div")
        .set("class", "previews")
        .child(el("ul").each(move || chat.images.get(), preview))
        .child(
            el("p")
                .set("class", "trouble")
                .set("role", "alert")
                .class("none", move || chat.refused.with(Option::is_none))
                .says(why),
        )
}

/// Pictures that are dropped or pasted anywhere on the page.
pub fn catch_files(part: Part, chat: Chat) -> Part {
    let take = move |event: &Event, data: Option<DataTransfer>, has_words: bool| {
        let files = data.and_then(|data| data.files());
        if let Some(files) = files.filter(|files| files.length() > 0)
            && !untrack(|| young(chat))
            && !has_words
        {
            event.prevent_default();
            pictures(chat, &files);
        }
    };
    part.on("paste", move |event| {
        let paste = event.dyn_ref::<ClipboardEvent>();
        let data = paste.and_then(ClipboardEvent::clipboard_data);
        let has_words = data.as_ref().is_some_and(has_words);
        take(event, data, has_words);
    })
    .on("drop", move |event| {
        let drop = event.dyn_ref::<DragEvent>();
        take(event, drop.and_then(DragEvent::data_transfer), false);
    })
    // Without this the browser would leave the page for the file.
    .on("dragover", move |event| {
        let drag = event.dyn_ref::<DragEvent>();
        let types = drag.and_then(DragEvent::data_transfer);
        if types.is_some_and(|data| data.types().includes(&"Files".into(), 0)) {
            event.prevent_default();
        }
    })
}

/// Whether what is pasted is text, whatever else it brings: cells and paragraphs come with a picture of themselves. What is copied
/// as a file comes with its name.
fn has_words(data: &DataTransfer) -> bool {
    let text = data.get_data("text/plain").unwrap_or_default();
    let files = data.files();
    let names = |line: &str| {
        let files = files.iter();
        let mut files = files.flat_map(|files| (0..files.length()).filter_map(|at| files.get(at)));
        files.any(|file| line.ends_with(&file.name()))
    };
    !text.trim().lines().all(names)
}

fn meter(chat: Chat) -> Part {
    let words = move || {
        let Some(meter) = chat.meter.get() else {
            return String::new();
        };
        let group = |number: u32| numbers::decimal(chat.lang.get(), f64::from(number), 0);
        match (meter.exact, chat.context()) {
            (true, Some(context)) => say!(
                chat,
                tokens_used_of,
                used = group(meter.used),
                context = group(context)
            ),
            (true, None) => say!(chat, tokens_used, used = group(meter.used)),
            (false, Some(context)) => say!(
                chat,
                tokens_about_of,
                used = group(meter.used),
                context = group(context)
            ),
            (false, None) => say!(chat, tokens_about, used = group(meter.used)),
        }
    };
    let full = move || match (chat.meter.get(), chat.context()) {
        (Some(meter), Some(context)) => f64::from(meter.used) > 0.9 * f64::from(context),
        _ => false,
    };
    el("p")
        .set("class", "meter")
        .class("full", full)
        .attr("title", move || say!(chat, tokens_hint))
        .says(words)
}

/// Takes files for pictures, as soon as the part of the page is here that can.
fn pictures(chat: Chat, files: &FileList) {
    // A list that a drop brings is empty once the drop is over.
    let files = (0..files.length()).filter_map(|at| files.get(at)).collect();
    chat.spawn(async move {
        if let Some(later) = chat.later().await {
            (later.pictures)(chat, files);
        }
    });
}
