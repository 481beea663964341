//! What can be done with one conversation of the list, or with several at once.

use leptos::prelude::*;

use super::List;
use crate::history::{Change, Head};
use crate::page::ui::kit::{Button, Choice, Field, For, Icon, Select, Show};
use crate::page::words::say;

/// The commands for conversations.
#[component]
pub(super) fn Commands(
    list: List,
    /// The conversations; several, or one.
    #[prop(into)]
    heads: Signal<Vec<Head>>,
    /// Runs where the one conversation is to be renamed.
    #[prop(optional, into)]
    on_rename: Option<Callback<()>>,
) -> impl IntoView {
    let chat = list.chat;
    let all = move |is: fn(&Head) -> bool| heads.with(|heads| heads.iter().all(is));
    let is_pinned = move || all(|head| head.marks.is_pinned);
    let is_archived = move || all(|head| head.marks.is_archived);
    let pin = move || {
        let to = !untrack(is_pinned);
        apply(
            list,
            heads,
            |heads| Change::pin(heads, to),
            move |title| match to {
                true => say!(chat, done_pinned, title = title),
                false => say!(chat, done_unpinned, title = title),
            },
        );
    };
    let archive = move || {
        let to = !untrack(is_archived);
        apply(
            list,
            heads,
            |heads| Change::archive(heads, to),
            move |title| match to {
                true => say!(chat, done_archived, title = title),
                false => say!(chat, done_restored, title = title),
            },
        );
    };
    let delete = move || {
        apply(
            list,
            heads,
            |heads| Change::delete(heads),
            move |title| say!(chat, conversation_deleted, title = title),
        );
    };
    let rename = on_rename.map(|on_rename| {
        view! {
            <Button class="quiet" on_click=on_rename>
                <Icon shape=icondata_lu::LuPencil />
                <span>{move || say!(chat, list_rename)}</span>
            </Button>
        }
    });
    let pin_words = move || match is_pinned() {
        true => say!(chat, list_unpin),
        false => say!(chat, list_pin),
    };
    let archive_words = move || match is_archived() {
        true => say!(chat, list_restore),
        false => say!(chat, list_archive),
    };
    view! {
        <div class="commands" role="group" aria-label=move || list.names(&heads.get())>
            {rename} <Button class="quiet" on_click=pin>
                <Icon shape=icondata_lu::LuPin />
                <span>{pin_words}</span>
            </Button> <Button class="quiet" on_click=archive>
                <Icon shape=icondata_lu::LuArchive />
                <span>{archive_words}</span>
            </Button> <Button class="quiet" on_click=delete>
                <Icon shape=icondata_lu::LuTrash2 />
                <span>{move || say!(chat, list_delete)}</span>
            </Button> <Show when=move || list.folders.with(|folders| !folders.is_empty())>
                <FolderChoice list heads />
            </Show>
        </div>
    }
}

/// The choice of a folder for conversations.
#[component]
fn FolderChoice(list: List, heads: Signal<Vec<Head>>) -> impl IntoView {
    let chat = list.chat;
    let value = move || {
        heads.with(|heads| {
            let mut folders = heads.iter().map(|head| head.marks.folder.clone());
            let first = folders.next().flatten();
            first.filter(|first| folders.all(|other| other.as_ref() == Some(first)))
        })
    };
    let choose = move |id: String| {
        let folder = Some(id.as_str()).filter(|id| !id.is_empty());
        apply(
            list,
            heads,
            |heads| Change::put_into(heads, folder),
            move |title| say!(chat, done_moved, title = title),
        );
    };
    view! {
        <Field name=move || say!(chat, list_folder)>
            <Select value=move || value().unwrap_or_default() on_change=choose>
                <Choice value="" words=move || say!(chat, list_no_folder) />
                <For each=move || list.folders.get() key=Clone::clone let:folder>
                    <Choice value=folder.id words=move || folder.name.clone() />
                </For>
            </Select>
        </Field>
    }
}

/// Makes a change of these conversations, and lets go of the selection.
fn apply(
    list: List,
    heads: Signal<Vec<Head>>,
    change: impl FnOnce(&[Head]) -> Change,
    words: impl FnOnce(String) -> String,
) {
    let heads = heads.get_untracked();
    let at = match heads.as_slice() {
        [head] => Some(head.id.clone()),
        _ => None,
    };
    let change = change(&heads);
    let words = untrack(|| words(list.names(&heads)));
    if !change.is_empty() {
        list.stop_selecting();
    }
    list.apply(change, words, at);
}
