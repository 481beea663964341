//! The folder on this device, in which every conversation stands as a file: choosing it, its state, and the end of it.
//!
//! In: the state of the folder. Out: sentences and buttons. What is done with the folder is decided in [`crate::folder`].

use leptos::prelude::*;

use super::kit::{Button, For, Hint, Show, Trouble};
use crate::folder::{self, Unreadable};
use crate::page::app::Chat;
use crate::page::history;
use crate::page::history::folder::{Stands, State};
use crate::page::numbers::date_time;
use crate::page::sentences::young;
use crate::page::words::say;

/// The folder among what can be done with all conversations.
#[component]
pub fn FolderOnDisk(chat: Chat) -> impl IntoView {
    let Some(history) = history::of(chat) else {
        return ().into_any();
    };
    let state = RwSignal::from(history.folder.state.clone());
    let is_able = move || state.with(|state| state.stands != Stands::Unable);
    let is_chosen = Memo::new(move |_| state.with(|state| state.name.is_some()));
    let is_free = move || is_able() && !is_chosen.get();
    let here = move || {
        state.with(|state| match (state.stands, &state.name) {
            (Stands::Kept, Some(name)) => say!(chat, disk_here, name = name),
            _ => String::new(),
        })
    };
    let at = move || state.with(|state| state.at);
    let last = move || at().map_or_else(String::new, |at| date_time(chat.lang.get(), at));
    let is_well = move || state.with(|state| state.stands == Stands::Kept);
    view! {
        <section aria-label=move || say!(chat, disk)>
            <h3>{move || say!(chat, disk)}</h3>
            <Show when=move || !is_able()>
                <Hint words=move || say!(chat, disk_unable) />
            </Show>
            <Show when=is_free>
                <Hint words=move || say!(chat, disk_why) />
            </Show>
            <Wrong chat state />
            <Show when=is_free>
                <div class="ways">
                    <Button class="plain" on_click=move || act(chat, Act::Choose)>
                        {move || say!(chat, disk_choose)}
                    </Button>
                </div>
            </Show>
            <Show when=is_chosen>
                <Show when=is_well>
                    <Hint role="status" words=here />
                    <Show when=move || at().is_some()>
                        <Hint words=move || say!(chat, disk_last, time = last()) />
                    </Show>
                </Show>
                <Bad chat state />
                <div class="ways">
                    <Button class="plain" on_click=move || act(chat, Act::Stop)>
                        {move || say!(chat, disk_stop)}
                    </Button>
                </div>
            </Show>
        </section>
    }
    .into_any()
}

/// The line above the composer on a folder that is not written, and what a person can do about it.
#[component]
pub fn FolderNotice(chat: Chat) -> impl IntoView {
    let Some(history) = history::of(chat) else {
        return ().into_any();
    };
    let state = RwSignal::from(history.folder.state.clone());
    view! {
        <Show when=move || !young(chat)>
            <div class="notice">
                <Wrong chat state />
            </div>
        </Show>
    }
    .into_any()
}

/// The sentence on what is wrong with the folder, and the button that helps.
#[component]
fn Wrong(chat: Chat, state: RwSignal<State>) -> impl IntoView {
    let wrong = move || {
        state.with(|state| match state.stands {
            Stands::Troubled(trouble) => Some((trouble, state.name.clone())),
            Stands::Unable | Stands::Off | Stands::Kept => None,
        })
    };
    view! {
        <For each=wrong key=Clone::clone let:wrong>
            <WrongLine chat trouble=wrong.0 name=wrong.1 />
        </For>
    }
}

#[component]
fn WrongLine(chat: Chat, trouble: folder::Trouble, name: Option<String>) -> impl IntoView {
    let is_chosen = name.is_some();
    let helps = match trouble {
        folder::Trouble::Gone => Act::Choose,
        _ => Act::Allow,
    };
    let label = move || match trouble {
        folder::Trouble::Gone => say!(chat, disk_choose),
        folder::Trouble::Denied => say!(chat, disk_allow),
        folder::Trouble::Full | folder::Trouble::Failed => say!(chat, disk_again),
    };
    view! {
        <div>
            <Trouble words=move || wrong_words(chat, trouble, name.as_deref()) />
            <Show when=move || is_chosen>
                <div class="ways">
                    <Button class="plain" on_click=move || act(chat, helps)>
                        {label}
                    </Button>
                </div>
            </Show>
        </div>
    }
}

/// The files that cannot be read, each with the reason.
#[component]
fn Bad(chat: Chat, state: RwSignal<State>) -> impl IntoView {
    let bad = move || state.with(|state| state.bad.clone());
    view! {
        <For each=bad key=Clone::clone let:bad>
            <Hint role="status" words=move || bad_words(chat, &bad.0, bad.1) />
        </For>
    }
}

/// The thing that a person does with the folder.
#[derive(Clone, Copy)]
enum Act {
    Choose,
    Allow,
    Stop,
}

fn act(chat: Chat, act: Act) {
    let Some(history) = history::of(chat) else {
        return;
    };
    match act {
        Act::Choose => history.choose_folder(),
        Act::Allow => history.allow_folder(),
        Act::Stop => history.stop_folder(),
    }
}

fn wrong_words(chat: Chat, trouble: folder::Trouble, name: Option<&str>) -> String {
    use folder::Trouble;
    let Some(name) = name else {
        return say!(chat, disk_refused);
    };
    match trouble {
        Trouble::Denied => say!(chat, disk_denied, name = name),
        Trouble::Full => say!(chat, disk_full, name = name),
        Trouble::Gone => say!(chat, disk_gone, name = name),
        Trouble::Failed => say!(chat, disk_failed, name = name),
    }
}

fn bad_words(chat: Chat, name: &str, why: Unreadable) -> String {
    match why {
        Unreadable::NotJson => say!(chat, disk_not_json, name = name),
        Unreadable::NotAConversation => say!(chat, disk_no_conversation, name = name),
        Unreadable::Newer => say!(chat, disk_newer, name = name),
        Unreadable::Damaged(count) => say!(chat, disk_damaged, name = name, count = count),
        Unreadable::TooBig => say!(chat, disk_too_big, name = name),
    }
}
