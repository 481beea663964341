//! What can be done with a turn: copying it, going to another version of it, and other buttons.

use leptos::prelude::*;

use super::kit::{Button, Icon};
use crate::chat::tree::TurnId;
use crate::page::app::{Chat, Command};
use crate::page::clipboard;
use crate::page::words::say;

/// A button with an icon and a word.
#[component]
pub fn Action(
    #[prop(optional)] class: &'static str,
    shape: icondata_core::Icon,
    #[prop(into)] words: Signal<String>,
    #[prop(into)] on_click: Callback<()>,
) -> impl IntoView {
    view! {
        <Button class on_click>
            <Icon shape />
            <span>{words}</span>
        </Button>
    }
}

/// A mark of which of several versions is shown, and the way to the others. Another version is another turn: nothing here
/// changes.
#[component]
pub fn Branches(chat: Chat, id: TurnId) -> impl IntoView {
    let (at, count) = chat.tree.with_untracked(|tree| tree.branch(id));
    let branches = move || {
        view! {
            <span class="branches">
                <Button
                    label=move || say!(chat, earlier_version)
                    disabled={at == 0}
                    on_click=move || chat.run(Command::Switch(id, -1))
                >
                    <Icon shape=icondata_lu::LuChevronLeft />
                </Button>
                <span>{move || say!(chat, version, at = at + 1, count = count)}</span>
                <Button
                    label=move || say!(chat, later_version)
                    disabled={at + 1 == count}
                    on_click=move || chat.run(Command::Switch(id, 1))
                >
                    <Icon shape=icondata_lu::LuChevronRight />
                </Button>
            </span>
        }
    };
    (count > 1).then(branches)
}

/// A button that puts a text on the clipboard, and says whether it did.
#[component]
pub fn CopyButton(
    chat: Chat,
    #[prop(optional)] class: &'static str,
    #[prop(into)] name: Signal<String>,
    /// Gives the text to be copied.
    #[prop(into)]
    text: Callback<(), String>,
) -> impl IntoView {
    // Whether it went well, once that is known.
    let copied = RwSignal::new(None);
    let press = move |_| {
        clipboard::put(chat, text.run(()), None, move |went| {
            let _ = copied.try_set(Some(went));
        });
    };
    let word = move |copied| match copied {
        Some(true) => say!(chat, copied),
        Some(false) => say!(chat, not_copied),
        None => name.get(),
    };
    let shape = move || match copied.get() {
        Some(true) => icondata_lu::LuCheck,
        Some(false) => icondata_lu::LuX,
        None => icondata_lu::LuCopy,
    };
    // What loses the focus because it goes has no word to take back.
    let forget = move |_| {
        let _ = copied.try_set(None);
    };
    // Both words keep their room: what stands beside the button is not moved away from under a finger.
    let other = move || word(copied.get().is_none().then_some(true));
    view! {
        <button
            type="button"
            class=(!class.is_empty()).then_some(class)
            on:click=press
            on:blur=forget
        >
            {move || view! { <Icon shape=shape() /> }}
            <span class="swap" data-other=other>
                {move || word(copied.get())}
            </span>
        </button>
    }
}
