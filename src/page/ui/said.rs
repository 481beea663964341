//! What a person said: words and pictures, which can be copied and put in other words.

use leptos::html;
use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::actions::{Action, Branches, CopyButton};
use super::composer::{enter_key, sends};
use super::kit::{Button, Show, keys};
use super::more::More;
use crate::chat::request::Image;
use crate::chat::tree::TurnId;
use crate::page::app::{Chat, Command};
use crate::page::words::say;

/// The turn of a person: what was said, and what can be done with it.
#[component]
pub fn Said(chat: Chat, id: TurnId) -> impl IntoView {
    let text = move || chat.with_turn(id, |turn| turn.text.clone());
    let editing = RwSignal::new(false);
    // What is being typed in place of it.
    let typed = RwSignal::new(String::new());
    let save = move || {
        editing.set(false);
        chat.run(Command::Edit(id, typed.get_untracked()));
    };
    let edit = move || {
        typed.set(text());
        editing.set(true);
    };
    view! {
        <article
            class="turn user"
            part="turn user"
            data-role="user"
            aria-label=move || say!(chat, you)
        >
            <Show when=move || !editing.get()>
                <div class="said" dir="auto">
                    <Pictures chat id />
                    {text()}
                </div>
                <div class="actions">
                    <Branches chat id />
                    <CopyButton chat name=move || say!(chat, copy) text=text />
                    <Action
                        shape=icondata_lu::LuPencil
                        words=move || say!(chat, edit)
                        on_click=edit
                    />
                    <More chat id />
                </div>
            </Show>
            <Show when=editing>
                <Editor chat typed editing save />
                <div class="actions shown">
                    <Button on_click=save>{move || say!(chat, save_edit)}</Button>
                    <Button on_click=move || {
                        editing.set(false)
                    }>{move || say!(chat, cancel)}</Button>
                </div>
            </Show>
        </article>
    }
}

/// Pictures that a person showed.
#[component]
fn Pictures(chat: Chat, id: TurnId) -> impl IntoView {
    let urls: Vec<String> = chat.tree.with_untracked(|tree| {
        let images = tree.turn(id).map_or(&[][..], |turn| &turn.images);
        images.iter().map(Image::url).collect()
    });
    let picture = |url| view! { <img src=url alt=move || say!(chat, image) /> };
    (!urls.is_empty()).then(|| {
        view! { <div class="pictures">{urls.into_iter().map(picture).collect_view()}</div> }
    })
}

/// The field in which a turn is put in other words.
#[component]
pub fn Editor(
    chat: Chat,
    typed: RwSignal<String>,
    editing: RwSignal<bool>,
    #[prop(into)] save: Callback<()>,
) -> impl IntoView {
    let field = NodeRef::<html::Textarea>::new();
    field.on_load(|field| {
        let _ = field.focus();
    });
    let on_key = keys(move |event: &KeyboardEvent| {
        if sends(event) {
            event.prevent_default();
            save.run(());
        } else if event.key() == "Escape" {
            event.prevent_default();
            editing.set(false);
        }
    });
    view! {
        <textarea
            class="edit"
            dir="auto"
            enterkeyhint=enter_key()
            aria-label=move || say!(chat, edit)
            node_ref=field
            prop:value=typed
            on:input:target=move |event| typed.set(event.target().value())
            on:keydown=on_key
        ></textarea>
    }
}
