//! The sheet of shortcuts: every key that the page hears, by the place where it does.

use leptos::prelude::*;

use crate::page::app::Chat;
use crate::page::panel::Panel;
use crate::page::sentences::young;
use crate::page::ui::kit::{Hint, Titled};
use crate::page::ui::sheet::adopt_style;
use crate::page::words::say;
use crate::reading::Appearance;
use crate::shortcuts::{Held, Keys, Place, Shortcut};

/// The sheet of shortcuts.
#[component]
pub fn Shortcuts(chat: Chat) -> impl IntoView {
    adopt_style(&chat.shared().root);
    let places = Place::ALL
        .iter()
        .filter(move |place| is_here(chat, **place));
    let places = places.map(move |&place| view! { <PlaceRows chat place /> });
    let hint = move || match chat.appearance.with(Appearance::single_keys) {
        true => say!(chat, shortcuts_on_hint),
        false => say!(chat, shortcuts_off_hint),
    };
    view! {
        <Titled chat panel=Panel::Shortcuts>
            {places.collect_view()}
            <Hint words=hint />
        </Titled>
    }
}

/// Young readers have no tokens, no queue and no other names for conversations.
fn is_here(chat: Chat, place: Place) -> bool {
    let is_young = untrack(|| young(chat));
    !is_young
        || matches!(
            place,
            Place::Page | Place::Message | Place::Reply | Place::Panel
        )
}

/// The keys of one place.
#[component]
fn PlaceRows(chat: Chat, place: Place) -> impl IntoView {
    let is_young = untrack(|| young(chat));
    let is_shown = move |shortcut: &Shortcut| !is_young || *shortcut != Shortcut::Queue;
    let rows = place.shortcuts().filter(is_shown);
    let rows = rows.map(move |shortcut| view! { <Row chat shortcut /> });
    view! {
        <section>
            <h3>{move || place_words(chat, place)}</h3>
            <dl class="keys">{rows.collect_view()}</dl>
        </section>
    }
}

/// What keys do, and which.
#[component]
fn Row(chat: Chat, shortcut: Shortcut) -> impl IntoView {
    let keys = shortcut.keys().iter().map(move |&keys| {
        view! {
            <dd>
                {keys
                    .held
                    .map(move |held| view! { <kbd>{move || held_words(chat, held)}</kbd> " + " })}
                <kbd>{move || key_words(chat, keys)}</kbd>
            </dd>
        }
    });
    view! {
        <div data-shortcut=format!("{shortcut:?}")>
            <dt>{move || words(chat, shortcut)}</dt>
            {keys.collect_view()}
        </div>
    }
}

fn place_words(chat: Chat, place: Place) -> String {
    match place {
        Place::Page => say!(chat, shortcuts_anywhere),
        Place::Message => say!(chat, message),
        Place::Reply => say!(chat, assistant),
        Place::Editor => say!(chat, shortcuts_editing),
        Place::List => say!(chat, conversations),
        Place::Search => say!(chat, search_title),
        Place::Tokens => say!(chat, tokens_title),
        Place::Panel => say!(chat, shortcuts_panels),
    }
}

fn words(chat: Chat, shortcut: Shortcut) -> String {
    match shortcut {
        Shortcut::Search => say!(chat, search_title),
        Shortcut::Sheet => say!(chat, shortcut_sheet),
        Shortcut::Ruler => say!(chat, reading_ruler),
        Shortcut::Send => say!(chat, send),
        Shortcut::Line => say!(chat, shortcut_line),
        Shortcut::Queue => say!(chat, queue_add),
        Shortcut::Stop => say!(chat, shortcut_stop),
        Shortcut::Hurry => say!(chat, shortcut_hurry),
        Shortcut::ReadOn => say!(chat, read_on),
        Shortcut::Save => say!(chat, save),
        Shortcut::Cancel => say!(chat, cancel),
        Shortcut::Rows => say!(chat, shortcut_rows),
        Shortcut::Buttons => say!(chat, shortcut_buttons),
        Shortcut::Rename => say!(chat, list_rename),
        Shortcut::Delete => say!(chat, shortcut_delete),
        Shortcut::Hits => say!(chat, shortcut_hits),
        Shortcut::Open => say!(chat, shortcut_open),
        Shortcut::Tokens => say!(chat, shortcut_tokens),
        Shortcut::Confirm => say!(chat, shortcut_confirm),
        Shortcut::Close => say!(chat, close),
    }
}

fn held_words(chat: Chat, held: Held) -> String {
    match held {
        Held::Control if is_apple() => "⌘".to_owned(),
        Held::Control => say!(chat, key_control),
        Held::Shift => say!(chat, key_shift),
        Held::Alt if is_apple() => "⌥".to_owned(),
        Held::Alt => say!(chat, key_alt),
    }
}

/// The name that stands on a key; a letter is its own.
fn key_words(chat: Chat, keys: Keys) -> String {
    match keys.key {
        "Enter" => say!(chat, key_enter),
        "Escape" => say!(chat, key_escape),
        "Delete" => say!(chat, key_delete),
        " " => say!(chat, key_space),
        "Home" => say!(chat, key_home),
        "End" => say!(chat, key_end),
        "ArrowUp" => say!(chat, key_up),
        "ArrowDown" => say!(chat, key_down),
        "ArrowLeft" => say!(chat, key_left),
        "ArrowRight" => say!(chat, key_right),
        other => other.to_uppercase(),
    }
}

/// Tells whether the keys are named as Apple does.
fn is_apple() -> bool {
    let platform = window().navigator().platform().unwrap_or_default();
    ["Mac", "iPhone", "iPad"]
        .iter()
        .any(|name| platform.starts_with(name))
}
