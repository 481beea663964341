//! The line above the composer that says that what is said is not kept, and what a person can do about it.
//!
//! In: what is wrong with keeping. Out: a sentence, and the conversation as a file.

use leptos::prelude::*;

use super::file::save_conversation;
use super::kit::{Button, For, Show};
use crate::history::{Fault, Trouble};
use crate::page::app::Chat;
use crate::page::history;
use crate::page::sentences::young;
use crate::page::words::say;

/// The line on what is wrong with keeping; nothing where all is well, or where there is nothing to be kept.
#[component]
pub fn Notice(chat: Chat) -> impl IntoView {
    let trouble = history::of(chat).map(|history| RwSignal::from(history.trouble.clone()));
    let trouble = move || trouble.and_then(|trouble| trouble.get());
    // Where the browser keeps nothing at all, the list says so to those who look for it.
    let is_news =
        move || trouble().is_some_and(|trouble| trouble != Trouble::Unwritten(Fault::Absent));
    let sentence = move || trouble().map_or_else(String::new, |trouble| words(chat, trouble));
    view! {
        <div class="notice">
            <Others chat />
            <Show when=is_news>
                <p class="trouble">
                    <span role="alert">{sentence}</span>
                    {(!young(chat))
                        .then(|| {
                            view! {
                                " "
                                <SaveButton chat />
                            }
                        })}
                </p>
            </Show>
        </div>
    }
}

/// The lines on what other tabs do: one writes the conversation, or has deleted it.
#[component]
fn Others(chat: Chat) -> impl IntoView {
    let history = StoredValue::new_local(history::of(chat));
    let tabs = move || history.with_value(|history| Some(history.as_ref()?.clone()));
    let follows = tabs().map(|history| RwSignal::from(history.tabs.follows.clone()));
    let gone = tabs().map(|history| RwSignal::from(history.tabs.gone.clone()));
    let follows = move || follows.is_some_and(|follows| follows.get());
    // Who has begun something else finds it in the list, or lets it go.
    let is_empty = move || chat.tree.with(|tree| tree.is_empty());
    let title = move || {
        gone?.with(|gone| {
            gone.as_ref()
                .filter(|_| is_empty())
                .map(|gone| gone.title())
        })
    };
    let take_over = move || {
        if let Some(history) = tabs() {
            history.continue_here();
        }
    };
    let undo = move || {
        if let Some(history) = tabs() {
            chat.spawn(async move { history.undo().await });
        }
    };
    view! {
        <Show when=follows>
            <p class="other">
                <span role="status">{move || say!(chat, tab_follows)}</span>
                " "
                <Button class="inline" on_click=take_over>
                    {move || say!(chat, tab_take)}
                </Button>
            </p>
        </Show>
        <For each=title key=Clone::clone let:title>
            <p class="other">
                <span role="status" dir="auto">
                    {move || {
                        let title = match title.is_empty() {
                            true => say!(chat, conversation_untitled),
                            false => title.clone(),
                        };
                        say!(chat, tab_deleted, title = title)
                    }}
                </span>
                " "
                <Button class="inline" on_click=undo>
                    {move || say!(chat, undo)}
                </Button>
            </p>
        </For>
    }
}

/// A button that saves the conversation as a file.
#[component]
fn SaveButton(chat: Chat) -> impl IntoView {
    view! {
        <Button class="inline" on_click=move || save_conversation(chat)>
            {move || say!(chat, file_save)}
        </Button>
    }
}

/// Words on what is wrong, and on what can be done.
pub fn words(chat: Chat, trouble: Trouble) -> String {
    match trouble {
        Trouble::Unread => say!(chat, kept_unread),
        Trouble::Damaged => say!(chat, kept_damaged),
        Trouble::Unwritten(Fault::Absent) => say!(chat, kept_absent),
        Trouble::Unwritten(Fault::Newer) => say!(chat, kept_newer),
        Trouble::Unwritten(_) if young(chat) => say!(chat, kept_young),
        Trouble::Unwritten(Fault::Full) => say!(chat, kept_full),
        Trouble::Unwritten(Fault::Late) => say!(chat, kept_late),
        Trouble::Unwritten(Fault::Closed | Fault::Failed) => say!(chat, kept_failed),
    }
}
