//! What reads aloud: a button on each answer, the way to stop, and replies that are read as they arrive.

use gloo_events::EventListener;
use leptos::html;
use leptos::prelude::*;

use super::kit::{Button, Icon, Show, Trouble};
use super::sheet::adopt_style;
use crate::chat::tree::TurnId;
use crate::event::End;
use crate::page::aloud::{self, Aloud};
use crate::page::app::Chat;
use crate::page::browser::field;
use crate::page::history;
use crate::page::words::say;
use crate::reading::Setting;

/// Tells the voice where an answer stands, as soon as it is read.
pub fn stands_here(chat: Chat, id: TurnId, answer: NodeRef<html::Div>) {
    let aloud = chat.state::<Aloud>();
    Effect::new(move || {
        if aloud.turn.get() == Some(id)
            && let Some(answer) = answer.get()
        {
            aloud.stands(answer.into());
        }
    });
}

/// A button that reads an answer aloud, and stops it.
#[component]
pub fn ReadAloud(chat: Chat, id: TurnId) -> impl IntoView {
    let turn = chat.state::<Aloud>().turn.clone();
    let reads = Memo::new(move |_| turn.get() == Some(id));
    let press = move || match reads.get_untracked() {
        true => aloud::stop(chat),
        false => aloud::start(chat, id),
    };
    let button = move || {
        view! {
            // Pressed, it keeps its word: what stands beside it does not move, and "Stop reading" stands below the answers.
            <button
                type="button"
                class="read-aloud"
                aria-pressed=move || reads.get().to_string()
                on:click=move |_| press()
            >
                {move || {
                    let shape = match reads.get() {
                        true => icondata_lu::LuSquare,
                        false => icondata_lu::LuVolume2,
                    };
                    view! { <Icon shape /> }
                }}
                <span>{move || say!(chat, aloud)}</span>
            </button>
        }
    };
    aloud::is_there().then(button)
}

/// The way to stop what is read, wherever the reader looks; and why it was not read.
#[component]
pub fn Speaking(chat: Chat) -> impl IntoView {
    adopt_style(&chat.shared().root);
    let state = chat.state::<Aloud>();
    let (turn, failed) = (state.turn.clone(), state.failed.clone());
    listen(chat);
    view! {
        <Show when=move || turn.get().is_some()>
            <div class="speaking">
                <Button class="plain" on_click=move || aloud::stop(chat)>
                    <Icon shape=icondata_lu::LuSquare />
                    <span>{move || say!(chat, aloud_stop)}</span>
                </Button>
            </div>
        </Show>
        <Show when=move || failed.get()>
            <div class="speaking">
                <Trouble words=move || say!(chat, aloud_failed) />
            </div>
        </Show>
    }
}

/// Reads what the person wants to have read as it comes; and is quiet when it is stopped, or the conversation is another, or the page
/// is left.
fn listen(chat: Chat) {
    Effect::new(move || {
        if let Some(live) = chat.live.get() {
            let id = live.id();
            untrack(|| {
                if wants(chat) {
                    aloud::start(chat, id);
                }
            });
        }
    });
    // A reply that is stopped is silent, too.
    let read = chat.state::<Aloud>().turn.clone();
    Effect::new(move |before: Option<Option<TurnId>>| {
        let now = chat.live.with(|live| live.as_ref().map(|live| live.id()));
        if let Some(Some(before)) = before
            && now.is_none()
            && read.get_untracked() == Some(before)
            && chat.tree.with_untracked(|tree| {
                let end = tree.turn(before).and_then(|turn| turn.end.as_ref());
                matches!(end, None | Some(End::Stopped))
            })
        {
            aloud::stop(chat);
        }
        now
    });
    Effect::new(move |before: Option<u32>| {
        let now = chat.conversation.get();
        if before.is_some_and(|before| before != now) {
            aloud::stop(chat);
        }
        now
    });
    let leaves = EventListener::new(&window(), "pagehide", move |_| aloud::stop(chat));
    let leaves = StoredValue::new_local(leaves);
    on_cleanup(move || {
        leaves.try_update_value(|_| ());
        if chat.is_mounted() {
            aloud::stop(chat);
        }
    });
}

/// Tells whether the reply that begins is to be read: the person wants it, has done something on this page, and the reply is this tab's.
fn wants(chat: Chat) -> bool {
    let history = history::of(chat);
    let follows = history.is_some_and(|history| history.tabs.follows.get_untracked());
    let has_acted = field(&window().navigator(), "userActivation")
        .and_then(|activation| field(&activation, "hasBeenActive"))
        .is_some_and(|acted| acted.is_truthy());
    let wants = chat
        .appearance
        .with_untracked(|appearance| appearance.is_on(Setting::Aloud));
    wants && has_acted && !follows && aloud::is_there()
}
