//! One conversation of the list.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent, MouseEvent};

use super::List;
use super::commands::Commands;
use crate::history::{Change, Head};
use crate::page::clock::sleep;
use crate::page::numbers::date_time;
use crate::page::sentences::young;
use crate::page::ui::kit::{Button, Icon, Show, keys};
use crate::page::words::say;

/// One conversation: a button that opens it, and what else can be done with it.
#[component]
pub(super) fn Row(list: List, head: Head) -> impl IntoView {
    let chat = list.chat;
    let head = StoredValue::new(head);
    let id = move || head.with_value(|head| head.id.clone());
    let name = Signal::derive(move || head.with_value(|head| list.name(head)));
    let is_here = Signal::derive(move || {
        chat.conversation.track();
        chat.names().0 == id() && chat.tree.with_untracked(|tree| !tree.is_empty())
    });
    let about = move || {
        let (at, turns) = head.with_value(|head| (head.at, head.turns));
        let when = date_time(chat.lang.get(), at);
        let turns = say!(chat, conversation_turns, count = turns);
        match is_here.get() {
            true => format!("{} · {when} · {turns}", say!(chat, conversation_here)),
            false => format!("{when} · {turns}"),
        }
    };
    let press = move |event: MouseEvent| {
        let adds = event.ctrl_key() || event.meta_key();
        if event.shift_key() || adds || list.selecting.get_untracked() {
            list.pick(&id(), event.shift_key());
        } else if is_here.get_untracked() {
            list.close();
        } else {
            list.open(id());
        }
    };
    let is_renamed = move || list.renaming.with(|of| of.as_ref() == Some(&id()));
    let is_opened = move || list.opened.with(|of| of.as_ref() == Some(&id()));
    let is_picked = move || list.selection.with(|selection| selection.holds(&id()));
    let commands = move || {
        let heads = Signal::derive(move || vec![head.get_value()]);
        let rename = move || head.with_value(|head| list.rename(head));
        view! { <Commands list heads on_rename=rename /> }
    };
    view! {
        <li class:picked=is_picked class:renamed=is_renamed>
            <Show when=list.selecting>
                <input
                    type="checkbox"
                    class="pick"
                    aria-label=name
                    prop:checked=is_picked
                    on:click=move |event: MouseEvent| list.pick(&id(), event.shift_key())
                />
            </Show>
            <button
                type="button"
                class="row"
                data-id=id()
                title=name
                aria-current=move || is_here.get().then_some("true")
                on:click=press
            >
                <span class="title" dir="auto">
                    {name}
                </span>
                <span class="hint">{about}</span>
            </button>
            <Show when=is_renamed>
                <NameField list head />
            </Show>
            {(!young(chat)).then(|| view! { <RowButtons list head name /> })}
            <Show when=is_opened>{commands()}</Show>
        </li>
    }
}

/// The buttons beside a conversation.
#[component]
fn RowButtons(list: List, head: StoredValue<Head>, name: Signal<String>) -> impl IntoView {
    let chat = list.chat;
    let toggle = move || {
        let id = head.with_value(|head| head.id.clone());
        list.opened.update(|opened| {
            *opened = Some(id).filter(|id| opened.as_ref() != Some(id));
        });
    };
    view! {
        <Button
            class="round"
            on_click=toggle
            label=move || say!(chat, list_more, title = name.get())
        >
            <Icon shape=icondata_lu::LuEllipsis />
        </Button>
        <Button
            class="round delete"
            on_click=move || head.with_value(|head| list.delete(head))
            label=move || say!(chat, conversation_delete, title = name.get())
        >
            <Icon shape=icondata_lu::LuTrash2 />
        </Button>
    }
}

/// The field in which a conversation is given a name, in the place of the button that opens it.
#[component]
fn NameField(list: List, head: StoredValue<Head>) -> impl IntoView {
    let chat = list.chat;
    let field = NodeRef::<html::Input>::new();
    field.on_load(|field| {
        let _ = field.focus();
        field.select();
    });
    let end = move |keep: bool| {
        // The field that goes is left as well.
        if list.renaming.get_untracked().is_none() {
            return;
        }
        list.renaming.set(None);
        let head = head.get_value();
        let typed = field.get_untracked().map(|field| field.value());
        let change = typed
            .filter(|_| keep)
            .map(|name| Change::rename(&head, &name));
        match change.filter(|change| !change.is_empty()) {
            Some(change) => {
                let title = untrack(|| list.name(&head));
                let words = untrack(|| say!(chat, done_renamed, title = title));
                list.apply(change, words, Some(head.id));
            }
            None => focus_soon(list, head.id),
        }
    };
    let on_key = keys(move |event: &KeyboardEvent| {
        let key = event.key();
        if key == "Enter" || key == "Escape" {
            event.prevent_default();
            end(key == "Enter");
        }
        // Keys of the list mean nothing here.
        event.stop_propagation();
    });
    view! {
        <input
            class="name"
            dir="auto"
            aria-label=move || say!(chat, list_name)
            value=head.with_value(|head| head.name().to_owned())
            node_ref=field
            on:keydown=on_key
            on:blur=move |_| end(true)
        />
    }
}

impl List {
    /// Lets a person give a conversation a name.
    pub(super) fn rename(self, head: &Head) {
        self.opened.set(None);
        self.renaming.set(Some(head.id.clone()));
    }

    /// Deletes a conversation.
    pub(super) fn delete(self, head: &Head) {
        let chat = self.chat;
        let title = untrack(|| self.name(head));
        let words = untrack(|| say!(chat, conversation_deleted, title = title));
        self.apply(Change::delete([head]), words, None);
    }

    /// Selects a conversation, or lets it go; with `range`, all from the one that was selected last.
    fn pick(self, id: &str, range: bool) {
        self.selecting.set(true);
        let shown = untrack(|| self.shown());
        self.selection.update(|selection| match range {
            true => selection.extend(id, &shown.iter().collect::<Vec<_>>()),
            false => selection.toggle(id),
        });
    }
}

/// Puts the focus onto the row of a conversation; `false` where it is not shown.
pub(super) fn focus(list: List, id: &str) -> bool {
    let row = format!(".kept [data-id=\"{id}\"]");
    // A name that is no name of ours finds nothing.
    let row = list.chat.shared().root.query_selector(&row).ok().flatten();
    let row = row.and_then(|row| row.dyn_into::<HtmlElement>().ok());
    row.is_some_and(|row| row.focus().is_ok())
}

/// Puts the focus onto the row of a conversation, once what has just changed is drawn.
pub(super) fn focus_soon(list: List, id: String) {
    list.chat.spawn(async move {
        sleep(0.0).await;
        focus(list, &id);
    });
}
