//! The conversations that are kept, in a dialog: a list to live in where there is no room for it beside the conversation; and the way
//! of a conversation into a file and back, wherever the list stands.

use leptos::prelude::*;

use crate::import::{self, Reason};
use crate::page::app::{Chat, Command};
use crate::page::panel::Panel;
use crate::page::sentences::young;
use crate::page::ui::beside::{self, Room};
use crate::page::ui::dialogs::export::Export;
use crate::page::ui::file::{OpenFile, save_conversation};
use crate::page::ui::folder::FolderOnDisk;
use crate::page::ui::import::ImportButtons;
use crate::page::ui::kit::{Button, Hint, Show, Titled, Trouble};
use crate::page::ui::list::{List, ListView};
use crate::page::ui::room::{RoomLine, TabsLine};
use crate::page::ui::sheet::adopt_style;
use crate::page::words::say;

/// The conversations that are kept: beside the conversation where there is room, else in a dialog.
#[component]
pub fn Conversations(chat: Chat) -> impl IntoView {
    adopt_style(&chat.shared().root);
    if let Some(room) = Room::of(chat) {
        // Once this view is made, so that it can go.
        Effect::new(move || {
            chat.run(Command::Close(Panel::Conversations));
            beside::toggle(&room);
        });
        return ().into_any();
    }
    view! { <Sheet chat /> }.into_any()
}

#[component]
fn Sheet(chat: Chat) -> impl IntoView {
    let list = List::new(chat);
    view! {
        <Titled chat panel=Panel::Conversations node_ref=list.dialog>
            <ListView list />
            <Show when=move || !young(chat)>
                <Below list />
            </Show>
        </Titled>
    }
}

/// Buttons for all conversations at once and for files, with what is said about them.
#[component]
pub fn Below(list: List) -> impl IntoView {
    let chat = list.chat;
    let count = move || list.heads.with(|heads| heads.as_ref().map_or(0, Vec::len));
    let open = move |(name, text): (String, String)| match import::first(&name, text.as_bytes()) {
        Ok((conversation, left)) => {
            chat.run(Command::Import(conversation.tree));
            list.bad.set(None);
            list.left.set((left > 0).then_some((name, left)));
            if left == 0 {
                list.close();
            }
        }
        Err(refusal) => {
            list.left.set(None);
            list.bad.set(Some((name, refusal.reason)));
        }
    };
    let left = move || {
        let (name, count) = list.left.get().unwrap_or_default();
        say!(chat, file_left, name = name, count = count)
    };
    view! {
        <section>
            <div class="ways">
                <OpenFile chat words=move || say!(chat, file_open) on_open=open />
                <ImportButtons chat />
                <Button
                    class="plain"
                    on_click=move || save_conversation(chat)
                    disabled=move || chat.tree.with(|tree| tree.is_empty())
                >
                    {move || say!(chat, file_save)}
                </Button>
                <Show when={move || count() > 1 && !list.asking.get()}>
                    <Button class="plain" on_click=move || list.asking.set(true)>
                        {move || say!(chat, conversations_delete_all)}
                    </Button>
                </Show>
            </div>
            <Show when=move || list.bad.with(Option::is_some)>
                <Trouble words=move || bad_words(list) />
            </Show>
            <Show when=move || list.left.with(Option::is_some)>
                <Hint role="status" words=left />
            </Show>
            <Show when=list.asking>
                <Sure list count=count() />
            </Show>
        </section>
        <Export chat chosen=Signal::derive(move || list.chosen()) />
        <FolderOnDisk chat />
        <RoomLine chat />
        <TabsLine chat />
    }
}

/// The question whether all conversations are to be deleted.
#[component]
fn Sure(list: List, count: usize) -> impl IntoView {
    let chat = list.chat;
    let keep = NodeRef::new();
    keep.on_load(focus);
    let delete = move || {
        list.asking.set(false);
        list.forget();
        chat.run(Command::Clear);
        list.work(async |history| history.clear().await);
    };
    view! {
        <div role="alertdialog" aria-label=move || say!(chat, conversations_delete_all)>
            <Hint words=move || say!(chat, conversations_sure, count = count) />
            <div class="ways">
                <Button class="plain" node_ref=keep on_click=move || list.asking.set(false)>
                    {move || say!(chat, cancel)}
                </Button>
                <Button class="strong" on_click=delete>
                    {move || say!(chat, conversations_delete_all)}
                </Button>
            </div>
        </div>
    }
}

fn focus(button: web_sys::HtmlButtonElement) {
    let _ = button.focus();
}

fn bad_words(list: List) -> String {
    let chat = list.chat;
    match list.bad.get() {
        Some((name, Reason::NotJson | Reason::Empty)) => say!(chat, file_not_json, name = name),
        Some((name, Reason::Newer)) => say!(chat, file_newer, name = name),
        Some((name, _)) => say!(chat, file_no_conversation, name = name),
        None => String::new(),
    }
}
