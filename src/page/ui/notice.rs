//! The line above the composer that says that what is said is not kept, and what a person can do about it.
//!
//! In: what is wrong with keeping. Out: a sentence, and the conversation as a file.

use leptos::prelude::*;

use super::file::save_conversation;
use super::kit::{Button, Show};
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
        Trouble::Unwritten(Fault::Absent) => say!(chat, kept_absent),
        Trouble::Unwritten(Fault::Newer) => say!(chat, kept_newer),
        Trouble::Unwritten(_) if young(chat) => say!(chat, kept_young),
        Trouble::Unwritten(Fault::Full) => say!(chat, kept_full),
        Trouble::Unwritten(Fault::Closed | Fault::Late | Fault::Failed) => say!(chat, kept_failed),
    }
}
