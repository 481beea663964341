//! What is there as soon as the second half is, beside the conversation: the list of conversations, and the folder that one
//! is in.
//!
//! The list stands before all else of the page, where readers and keys look for it. The first view knows of no such place: it is put
//! there by hand.

use std::rc::Rc;

use super::beside::{fold, stands};
use super::dialogs::conversations::Below;
use super::dom::Placed;
use super::kit::{Button, Icon, Show};
use super::list::{List, ListView};
use super::sheet::adopt_style;
use crate::page::app::Chat;
use crate::page::history::{self, History};
use crate::page::words::say;
use leptos::prelude::*;

/// The list beside the conversation, and the folder of the conversation.
#[component]
pub fn Beside(chat: Chat) -> impl IntoView {
    let Some(history) = history::of(chat) else {
        return ().into_any();
    };
    history::folder::begin(&history);
    place(chat, &history);
    let project = StoredValue::new_local(history);
    let folder = move || project.with_value(|history| history.project());
    let words = move || match folder() {
        Some(folder) => say!(chat, folder_here, name = folder.name),
        None => String::new(),
    };
    let in_folder = Memo::new(move |_| folder().is_some());
    view! {
        <Show when=in_folder>
            <p class="in-folder">
                <Icon shape=icondata_lu::LuFolder />
                <span dir="auto">{words}</span>
            </p>
        </Show>
    }
    .into_any()
}

/// Puts the list before all else of the page, while it is wished and there is room.
fn place(chat: Chat, history: &Rc<History>) {
    let Some(root) = chat.shared().root.query_selector(".rill").ok().flatten() else {
        return;
    };
    adopt_style(&chat.shared().root);
    let stands = stands(chat, history);
    let marked = root.clone();
    Effect::new(move || {
        let _ = match stands.get() {
            true => marked.set_attribute("data-list", ""),
            false => marked.remove_attribute("data-list"),
        };
    });
    let side = view! {
        <Show when=stands>
            <Side chat />
        </Show>
    };
    let first = root.first_child();
    // It ends with the owner.
    StoredValue::new_local(Placed::before(side.into_any(), &root, first.as_ref()));
}

/// The list of conversations, beside one.
#[component]
fn Side(chat: Chat) -> impl IntoView {
    let list = List::new(chat);
    view! {
        <nav class="panel side" aria-label=move || say!(chat, conversations)>
            <div class="panel-head">
                <h2>{move || say!(chat, conversations)}</h2>
                <Button
                    class="round"
                    label=move || say!(chat, list_close)
                    on_click=move || fold(chat)
                >
                    <Icon shape=icondata_lu::LuPanelLeftClose />
                </Button>
            </div>
            <ListView list />
            <details>
                <summary>{move || say!(chat, files)}</summary>
                <Below list />
            </details>
        </nav>
    }
}
