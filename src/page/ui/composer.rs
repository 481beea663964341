//! Where a person writes: a field that grows, the one button that is Send or Stop, and the meter.

use leptos::html;
use leptos::prelude::*;
use web_sys::{ClipboardEvent, DataTransfer, DragEvent, Event, File, FileList, KeyboardEvent};

use super::coming::Coming;
use super::kit::{Icon, Show, keys};
use crate::page::app::{Chat, Command};
use crate::page::clock::media_matches;
use crate::page::numbers;
use crate::page::sentences::young;
use crate::page::words::{self, say};

/// The place where a person writes: the fields beside the prompt, the message, Send or Stop, and the meter.
#[component]
pub fn Composer(chat: Chat) -> impl IntoView {
    let running = move || chat.live.with(Option::is_some);
    let empty =
        move || chat.draft.with(|draft| draft.trim().is_empty()) && chat.images.with(Vec::is_empty);
    // When the time is over nothing more is sent; a reply that runs can still be stopped.
    let stops = move || running() && (empty() || chat.rests.get());
    let field = NodeRef::<html::Textarea>::new();
    let send = move || {
        let text = chat.draft.get_untracked();
        chat.run(Command::Send(text));
    };
    let press = move |_| {
        if stops() {
            chat.run(Command::Stop);
        } else {
            send();
        }
        if let Some(field) = field.get_untracked() {
            let _ = field.focus();
        }
    };
    view! {
        <Coming chat when=move || !chat.takes().fields.is_empty() view=|half| half.fields />
        <Coming chat when=true view=|half| half.previews />
        <div class="composer" part="composer">
            <Coming
                chat
                when=move || !young(chat) && chat.takes().images
                view=|half| half.picker
            />
            <Message chat field send />
            <Coming chat when=true view=|half| half.dictation />
            <button
                type="button"
                class="go"
                part="send"
                class:stops=stops
                disabled=move || !stops() && (empty() || chat.rests.get())
                on:click=press
            >
                {move || {
                    let shape = if stops() {
                        icondata_lu::LuSquare
                    } else {
                        icondata_lu::LuArrowUp
                    };
                    view! { <Icon shape /> }
                }}
                <span>{move || if stops() { say!(chat, stop) } else { say!(chat, send) }}</span>
            </button>
        </div>
        <Show when=move || !young(chat)>
            <MeterLine chat />
        </Show>
    }
}

/// The field for the message, which grows. A hidden twin holds the same text and gives it its height: no script measures
/// anything.
#[component]
fn Message(
    chat: Chat,
    field: NodeRef<html::Textarea>,
    #[prop(into)] send: Callback<()>,
) -> impl IntoView {
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
    // Whoever does something here is about to write: what answers is fetched meanwhile. The focus alone says nothing: a page
    // of its own has it from the beginning.
    let write = move |text: String| {
        chat.load_second_half();
        chat.run(Command::Draft(text));
    };
    let on_key = keys(move |event: &KeyboardEvent| {
        chat.load_second_half();
        if sends(event) {
            event.prevent_default();
            send.run(());
        } else if event.key() == "Escape" && chat.live.with(Option::is_some) {
            // A panel around the chat stays open.
            event.prevent_default();
            chat.run(Command::Stop);
        }
    });
    view! {
        <div class="field" part="field" data-text=move || chat.draft.get()>
            <textarea
                rows="1"
                // Where nothing stands yet, the browser would take it for left to right.
                dir=move || match chat.draft.with(String::is_empty) {
                    true => words::direction(chat.lang.get()),
                    false => "auto",
                }
                enterkeyhint=enter_key()
                aria-label=move || say!(chat, message)
                placeholder=placeholder
                disabled=chat.rests
                node_ref=field
                prop:value=move || chat.draft.get()
                on:pointerdown=move |_| chat.load_second_half()
                on:input:target=move |event| write(event.target().value())
                on:keydown=on_key
            ></textarea>
        </div>
    }
}

/// Tells whether the keys are a picture of keys under a finger: there is no Shift to hold, and Enter is all there is for a new
/// line.
fn has_touch_keys() -> bool {
    media_matches("(pointer: coarse) and (hover: none)")
}

/// Tells whether a key sends what is written: Enter without Shift; with keys under a finger only together with Ctrl or Meta.
pub fn sends(event: &KeyboardEvent) -> bool {
    event.key() == "Enter"
        && !event.shift_key()
        && (event.ctrl_key() || event.meta_key() || !has_touch_keys())
}

/// Label for the Enter key of a keyboard on screen, in a field in which that key [`sends`] or not.
pub fn enter_key() -> &'static str {
    if has_touch_keys() { "enter" } else { "send" }
}

/// A catcher of pictures that are dropped or pasted anywhere on the page.
#[derive(Clone, Copy)]
pub struct FileCatcher {
    /// The chat that takes the pictures.
    pub chat: Chat,
}

impl FileCatcher {
    /// Takes the pictures that were pasted, unless text came with them.
    pub fn pasted(self, event: &ClipboardEvent) {
        let data = event.clipboard_data();
        let has_words = data.as_ref().is_some_and(has_words);
        self.take(event, data, has_words);
    }

    /// Takes the pictures that were dropped.
    pub fn dropped(self, event: &DragEvent) {
        self.take(event, event.data_transfer(), false);
    }

    /// Allows files that are dragged over the page to be dropped. Without this the browser would leave the page for a file.
    pub fn dragged(self, event: &DragEvent) {
        let data = event.data_transfer();
        if data.is_some_and(|data| data.types().includes(&"Files".into(), 0)) {
            event.prevent_default();
        }
    }

    fn take(self, event: &Event, data: Option<DataTransfer>, has_words: bool) {
        let files = data.and_then(|data| data.files());
        if let Some(files) = files.filter(|files| files.length() > 0)
            && !has_words
        {
            // Young readers have nothing to do with files; the browser would leave the page for one.
            event.prevent_default();
            if !young(self.chat) {
                pictures(self.chat, &files);
            }
        }
    }
}

/// Tells whether what is pasted is text, whatever else it brings: cells and paragraphs come with a picture of themselves. What is
/// copied as a file comes with its name.
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

/// The part of the context that the conversation takes, in tokens.
#[component]
fn MeterLine(chat: Chat) -> impl IntoView {
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
    view! {
        <p class="meter" class:full=full title=move || say!(chat, tokens_hint)>
            {words}
        </p>
    }
}

/// Adds those of the files that are pictures to the next message.
fn pictures(chat: Chat, files: &FileList) {
    // A list that a drop brings is empty once the drop is over.
    chat.run(Command::AddPictures(all_of(files)));
}

/// The files of a list.
pub fn all_of(files: &FileList) -> Vec<File> {
    (0..files.length()).filter_map(|at| files.get(at)).collect()
}
