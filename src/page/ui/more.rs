//! What else can be done with a turn: sending it always, taking it away, moving on from it into another conversation; and a map of the
//! branches.

use leptos::prelude::*;

use super::actions::Action;
use super::kit::{For, Icon, Show};
use crate::chat::request::Role;
use crate::chat::tree::TurnId;
use crate::chat::tree::branches::Version;
use crate::chat::turn::{Gone, Turn};
use crate::page::app::{Chat, Command};
use crate::page::sentences::young;
use crate::page::words::say;
use crate::text;

/// Number of branches from which on there is a map of them.
const MANY: usize = 4;
/// The deepest place that is still set in.
const DEEPEST: usize = 6;
/// The most bytes of a turn that name its branch.
const NAME: usize = 120;

/// A button that shows what else can be done with a turn, beside it.
#[component]
pub fn More(chat: Chat, id: TurnId) -> impl IntoView {
    let open = RwSignal::new(false);
    let pinned = RwSignal::new(chat.with_turn(id, Turn::is_pinned));
    // The young have one thing to do at a time.
    let is_young = untrack(|| young(chat));
    let more = move || {
        view! {
            <button
                type="button"
                class="more"
                class:pinned=pinned
                aria-label=move || say!(chat, more)
                title=move || say!(chat, more)
                aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                <Icon shape=icondata_lu::LuEllipsis />
            </button>
            <Show when=open>
                <Deeds chat id pinned />
            </Show>
        }
    };
    (!is_young).then(more)
}

#[component]
fn Deeds(chat: Chat, id: TurnId, pinned: RwSignal<bool>) -> impl IntoView {
    let (is_last, branches) = chat
        .tree
        .with_untracked(|tree| (tree.after(Some(id)).is_empty(), tree.branches()));
    let pin = move |_| {
        pinned.update(|pinned| *pinned = !*pinned);
        chat.run(Command::Pin(id, pinned.get_untracked()));
    };
    let shows_map = RwSignal::new(false);
    let from_here = move || {
        view! {
            <Action
                shape=icondata_lu::LuListX
                words=move || say!(chat, delete_from_here)
                on_click=move || chat.run(Command::TakeAway(id, Gone::Branch))
            />
        }
    };
    let map = move || {
        view! {
            <button
                type="button"
                aria-expanded=move || shows_map.get().to_string()
                on:click=move |_| shows_map.update(|shows| *shows = !*shows)
            >
                <Icon shape=icondata_lu::LuListTree />
                <span>{move || say!(chat, all_branches, count = branches)}</span>
            </button>
            <Show when=shows_map>
                <Map chat />
            </Show>
        }
    };
    view! {
        <button
            type="button"
            aria-pressed=move || pinned.get().to_string()
            title=move || say!(chat, always_send_hint)
            on:click=pin
        >
            <Icon shape=icondata_lu::LuPin />
            <span>{move || say!(chat, always_send)}</span>
        </button>
        <Action
            shape=icondata_lu::LuMessageSquarePlus
            words=move || say!(chat, move_on)
            on_click=move || chat.run(Command::MoveOn(id))
        />
        <Action
            shape=icondata_lu::LuTrash2
            words=move || say!(chat, delete_turn)
            on_click=move || chat.run(Command::TakeAway(id, Gone::Turn))
        />
        {(!is_last).then(from_here)}
        {(branches >= MANY).then(map)}
    }
}

/// All branches of the conversation, each under the one that it leaves.
#[component]
fn Map(chat: Chat) -> impl IntoView {
    let versions = move || chat.tree.with(|tree| tree.versions());
    view! {
        <ul class="map" aria-label=move || say!(chat, branches)>
            <For
                each=versions
                key=|version| (version.id, version.depth, version.is_shown)
                let:version
            >
                <Place chat version />
            </For>
        </ul>
    }
}

/// A branch on the map: the beginning of its first turn, which shows it.
#[component]
fn Place(chat: Chat, version: Version) -> impl IntoView {
    let Version {
        id,
        depth,
        is_shown,
    } = version;
    let (role, words) = chat.with_turn(id, |turn| {
        let words = text::up_to(&turn.text, NAME).split_whitespace();
        (turn.role, words.collect::<Vec<_>>().join(" "))
    });
    let who = move || match role {
        Role::Assistant => say!(chat, assistant),
        Role::User | Role::System => say!(chat, you),
    };
    view! {
        <li data-depth=depth.min(DEEPEST).to_string()>
            <button
                type="button"
                aria-current=is_shown.then_some("true")
                on:click=move |_| chat.run(Command::Reveal(id))
            >
                <span class="who">{who}</span>
                <span class="words" dir="auto">
                    {words}
                </span>
            </button>
        </li>
    }
}
