//! What stands above the field: messages that wait for the reply that runs, and the way back from what was taken away.

use gloo_events::{EventListener, EventListenerOptions, EventListenerPhase};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use super::kit::{Button, For, Icon, Show};
use super::said::Editor;
use crate::page::app::queue::Queued;
use crate::page::app::turns::Change;
use crate::page::app::{Chat, Command};
use crate::page::sentences::young;
use crate::page::words::say;

/// The way back from the last change of the conversation; nothing where none can be undone.
#[component]
pub fn Undo(chat: Chat) -> impl IntoView {
    // What is said next goes on from the change.
    Effect::new(move || {
        if chat.live.with(Option::is_some) {
            chat.forget_changes();
        }
    });
    let words = move |change: &Change| match change {
        Change::TakenAway(..) => say!(chat, turn_deleted),
        Change::SummedUp(..) => say!(chat, summary_changed),
    };
    view! {
        <For each=move || chat.last_change() key=Clone::clone let:last>
            <Undone chat words=move || words(&last.0) />
        </For>
    }
}

#[component]
fn Undone(chat: Chat, #[prop(into)] words: Signal<String>) -> impl IntoView {
    let button = NodeRef::<html::Button>::new();
    // What had the focus is gone.
    button.on_load(|button| {
        let _ = button.focus();
    });
    view! {
        <div class="undo">
            <span role="status">{words}</span>
            <Button class="inline" node_ref=button on_click=move || chat.run(Command::Undo)>
                {move || say!(chat, undo)}
            </Button>
        </div>
    }
}

/// Messages that wait, and while a reply runs the offer to let what is written wait too.
#[component]
pub fn Waiting(chat: Chat) -> impl IntoView {
    listen(chat);
    let can_queue = move || {
        let is_written = chat.draft.with(|draft| !draft.trim().is_empty())
            || chat.images.with(|images| !images.is_empty());
        chat.live.with(Option::is_some) && is_written && !young(chat)
    };
    let is_any = move || !chat.queued().is_empty();
    view! {
        <Show when=is_any>
            <section class="queue" aria-label=move || say!(chat, queue)>
                <Show when=move || chat.queue_asks()>
                    <p class="asks">
                        <span role="status">{move || say!(chat, queue_asks)}</span>
                        <Button class="inline" on_click=move || chat.run(Command::SendQueued)>
                            {move || say!(chat, queue_send)}
                        </Button>
                    </p>
                </Show>
                <ol>
                    <For each=move || chat.queued() key=|queued| (queued.number, queued.text.clone()) let:queued>
                        <Row chat queued />
                    </For>
                </ol>
            </section>
        </Show>
        <Show when=can_queue>
            <div class="offer">
                <Button
                    class="inline"
                    title=move || say!(chat, queue_hint)
                    on_click=move || chat.run(Command::Queue)
                >
                    <Icon shape=icondata_lu::LuListEnd />
                    {move || say!(chat, queue_add)}
                </Button>
            </div>
        </Show>
    }
}

/// A message that waits.
#[component]
fn Row(chat: Chat, queued: Queued) -> impl IntoView {
    let Queued {
        number,
        text,
        images,
    } = queued;
    let words = match text.is_empty() {
        true => format!("({})", images.len()),
        false => text.clone(),
    };
    let editing = RwSignal::new(false);
    let typed = RwSignal::new(text);
    let save = move || {
        editing.set(false);
        chat.run(Command::EditQueued(number, typed.get_untracked()));
    };
    let words = StoredValue::new(words);
    view! {
        <li>
            <Show when=move || !editing.get()>
                <span class="words" dir="auto">
                    {words.get_value()}
                </span>
                <Button
                    class="round"
                    label=move || say!(chat, queue_edit)
                    on_click=move || editing.set(true)
                >
                    <Icon shape=icondata_lu::LuPencil />
                </Button>
                <Button
                    class="round"
                    label=move || say!(chat, queue_drop)
                    on_click=move || chat.run(Command::DropQueued(number))
                >
                    <Icon shape=icondata_lu::LuX />
                </Button>
            </Show>
            <Show when=editing>
                <div class="editor">
                    <Editor chat typed editing save />
                    <Button class="inline" on_click=save>
                        {move || say!(chat, save)}
                    </Button>
                </div>
            </Show>
        </li>
    }
}

/// Hears Alt+Enter in the field before the field does, to which every Enter sends.
fn listen(chat: Chat) {
    let options = EventListenerOptions {
        phase: EventListenerPhase::Capture,
        passive: false,
    };
    let root = chat.shared().root.clone();
    let heard = EventListener::new_with_options(&root, "keydown", options, move |event| {
        let is_field = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .is_some_and(|target| target.matches(".composer textarea").unwrap_or(false));
        let queues = event
            .dyn_ref::<KeyboardEvent>()
            .is_some_and(|key| key.key() == "Enter" && key.alt_key() && !key.is_composing());
        if is_field && queues && chat.live.with_untracked(Option::is_some) {
            event.prevent_default();
            event.stop_propagation();
            chat.run(Command::Queue);
        }
    });
    StoredValue::new_local(heard);
}
