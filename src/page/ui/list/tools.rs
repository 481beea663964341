//! What can be done with the whole list, where in it one is, and what is selected.

use leptos::prelude::*;

use super::List;
use super::commands::Commands;
use super::folder::begin;
use crate::history::Folder;
use crate::history::list::Part;
use crate::page::app::Command;
use crate::page::browser::made_up;
use crate::page::panel::Panel;
use crate::page::ui::kit::{Button, Icon, Show};
use crate::page::words::say;

/// Buttons for the whole list.
#[component]
pub(super) fn Tools(list: List) -> impl IntoView {
    let chat = list.chat;
    let new_folder = move || {
        list.editing.set(Some(Folder {
            id: made_up(),
            ..Folder::default()
        }));
    };
    let select = move || match list.selecting.get_untracked() {
        true => list.stop_selecting(),
        false => list.selecting.set(true),
    };
    view! {
        <div class="tools">
            <Button class="plain search" on_click=move || chat.run(Command::Open(Panel::Search))>
                <Icon shape=icondata_lu::LuSearch />
                <span>{move || say!(chat, search)}</span>
            </Button>
            <Button class="round" label=move || say!(chat, folder_new) on_click=new_folder>
                <Icon shape=icondata_lu::LuFolderPlus />
            </Button>
            <Button class="round" label=move || say!(chat, list_select) on_click=select>
                <Icon shape=icondata_lu::LuListChecks />
            </Button>
            <Button
                class="round"
                label=move || say!(chat, list_archive_show)
                on_click=move || list.show(Part::Archive)
            >
                <Icon shape=icondata_lu::LuArchive />
            </Button>
        </div>
    }
}

/// The part of the list that is shown, where that is not all of it, and the way back.
#[component]
pub(super) fn Where(list: List) -> impl IntoView {
    let chat = list.chat;
    let folder = Memo::new(move |_| match list.part.get() {
        Part::Folder(id) => list.folders.with(|folders| {
            let mut folders = folders.iter();
            folders.find(|folder| folder.id == id).cloned()
        }),
        _ => None,
    });
    let name = move || match list.part.get() {
        Part::Archive => say!(chat, list_archived),
        _ => folder.get().map(|folder| folder.name).unwrap_or_default(),
    };
    view! {
        <Show when=move || list.part.get() != Part::All>
            <div class="where">
                <Button
                    class="round"
                    label=move || say!(chat, list_all)
                    on_click=move || list.show(Part::All)
                >
                    <Icon shape=icondata_lu::LuArrowLeft />
                </Button>
                <h3 dir="auto">{name}</h3>
                <Show when=move || folder.get().is_some()>
                    <Button
                        class="round"
                        label=move || say!(chat, folder_edit)
                        on_click=move || list.editing.set(folder.get_untracked())
                    >
                        <Icon shape=icondata_lu::LuPencil />
                    </Button>
                    <Button
                        class="round"
                        label=move || say!(chat, folder_begin)
                        on_click=move || begin(list, folder.get_untracked())
                    >
                        <Icon shape=icondata_lu::LuPlus />
                    </Button>
                </Show>
            </div>
        </Show>
    }
}

/// The commands for what is selected.
#[component]
pub(super) fn Selected(list: List) -> impl IntoView {
    let chat = list.chat;
    let heads = Memo::new(move |_| list.selected());
    let count = move || say!(chat, list_selected, count = heads.with(Vec::len));
    let all = move || {
        let shown = list.shown();
        list.selection
            .update(|selection| selection.all(&shown.iter().collect::<Vec<_>>()));
    };
    view! {
        <div class="selected">
            <p class="hint" role="status">
                {count}
            </p>
            <Button class="inline" on_click=all>
                {move || say!(chat, list_select_all)}
            </Button>
            <Button class="inline" on_click=move || list.stop_selecting()>
                {move || say!(chat, list_done)}
            </Button>
            <Show when=move || heads.with(|heads| !heads.is_empty())>
                <Commands list heads />
            </Show>
        </div>
    }
}
