//! Folders: which there are, how many conversations are in each, and the fields of one.

use leptos::html;
use leptos::prelude::*;

use super::List;
use crate::history::list::Part;
use crate::history::{Change, Folder, Marks};
use crate::page::app::LinkState;
use crate::page::history;
use crate::page::ui::kit::{
    Button, Choice, Field, For, Hint, Icon, Select, Show, TextArea, TextField,
};
use crate::page::words::say;

/// The folders, where there are some and all is shown.
#[component]
pub(super) fn Folders(list: List) -> impl IntoView {
    let chat = list.chat;
    let are_shown =
        move || list.part.get() == Part::All && list.folders.with(|folders| !folders.is_empty());
    view! {
        <Show when=are_shown>
            <h3>{move || say!(chat, list_folders)}</h3>
            <ul class="folders">
                <For each=move || list.folders.get() key=Clone::clone let:folder>
                    <FolderRow list folder />
                </For>
            </ul>
        </Show>
    }
}

#[component]
fn FolderRow(list: List, folder: Folder) -> impl IntoView {
    let id = StoredValue::new(folder.id);
    let count = move || {
        let id = id.get_value();
        list.heads.with(|heads| {
            let heads = heads.iter().flatten();
            let is_in = |marks: &Marks| !marks.is_archived && marks.folder.as_ref() == Some(&id);
            heads.filter(|head| is_in(&head.marks)).count()
        })
    };
    let open = move || list.show(Part::Folder(id.get_value()));
    view! {
        <li>
            <Button class="quiet" on_click=open>
                <Icon shape=icondata_lu::LuFolder />
                <span class="title" dir="auto">
                    {folder.name}
                </span>
                <span class="hint">{count}</span>
            </Button>
        </li>
    }
}

/// The fields of a folder that is made or changed.
#[component]
pub(super) fn FolderFields(list: List, folder: Folder) -> impl IntoView {
    let chat = list.chat;
    let first = NodeRef::<html::Input>::new();
    first.on_load(|field| {
        let _ = field.focus();
    });
    let draft = StoredValue::new(folder.clone());
    let before = StoredValue::new(list.folders.with_untracked(|folders| {
        let mut folders = folders.iter();
        folders.find(|known| known.id == folder.id).cloned()
    }));
    let save = move || {
        let mut after = draft.get_value();
        after.name = after.name.split_whitespace().collect::<Vec<_>>().join(" ");
        if after.name.is_empty() {
            after.name = untrack(|| say!(chat, list_folder));
        }
        let words = untrack(|| say!(chat, done_folder_saved, name = after.name.clone()));
        list.editing.set(None);
        let change = before.with_value(|before| Change::set_folder(before.as_ref(), after));
        list.apply(change, words, None);
    };
    let delete = move || {
        let Some(folder) = before.get_value() else {
            return;
        };
        let words = untrack(|| say!(chat, done_folder_deleted, name = folder.name.clone()));
        list.editing.set(None);
        list.show(Part::All);
        let heads = list.heads.get_untracked().unwrap_or_default();
        list.apply(Change::remove_folder(&folder, &heads), words, None);
    };
    let is_known = before.with_value(Option::is_some);
    view! {
        <section class="fields" aria-label=move || say!(chat, list_folder)>
            <Field name=move || say!(chat, list_name)>
                <TextField
                    value=folder.name
                    node_ref=first
                    on_input=move |name| draft.update_value(|folder| folder.name = name)
                    on_enter=save
                />
            </Field>
            <Field name=move || say!(chat, settings_system)>
                <TextArea
                    rows="3"
                    value=folder.system.unwrap_or_default()
                    on_input=move |text: String| {
                        draft.update_value(|folder| folder.system = some(text));
                    }
                />
            </Field>
            <ModelField list value=folder.model.unwrap_or_default() draft />
            <Hint words=move || say!(chat, folder_hint) />
            <div class="ways">
                <Button class="strong" on_click=save>
                    {move || say!(chat, list_save)}
                </Button>
                <Button class="plain" on_click=move || list.editing.set(None)>
                    {move || say!(chat, cancel)}
                </Button>
                {is_known
                    .then(|| {
                        view! {
                            <Button class="plain" on_click=delete>
                                {move || say!(chat, folder_delete)}
                            </Button>
                        }
                    })}
            </div>
        </section>
    }
}

/// The choice of a folder's model, among those of the server of now and the one that it has.
#[component]
fn ModelField(list: List, value: String, draft: StoredValue<Folder>) -> impl IntoView {
    let chat = list.chat;
    let own = value.clone();
    let models = move || {
        let mut models = chat.link.with(|link| match link {
            LinkState::Connected(server) => {
                server.models.iter().map(|model| model.id.clone()).collect()
            }
            _ => Vec::new(),
        });
        if !own.is_empty() && !models.contains(&own) {
            models.push(own.clone());
        }
        models
    };
    view! {
        <Field name=move || say!(chat, server_model)>
            <Select
                value
                on_change=move |id: String| draft.update_value(|folder| folder.model = some(id))
            >
                <Choice value="" words=move || say!(chat, folder_model_own) />
                <For each=models key=Clone::clone let:model>
                    <option value=model.clone()>{model.clone()}</option>
                </For>
            </Select>
        </Field>
    }
}

/// Begins a new conversation in a folder.
pub(super) fn begin(list: List, folder: Option<Folder>) {
    if let (Some(history), Some(folder)) = (history::of(list.chat), folder) {
        history.begin_in(&folder.id);
        list.close();
    }
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.trim().is_empty())
}
