//! The conversation: its turns in one scrolling column that follows the newest text while the reader is at its end.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::MouseEvent;

use super::coming::Coming;
use super::kit::{Button, Icon, Show};
use super::welcome::Welcome;
use crate::page::app::{Chat, Command, second_half};
use crate::page::words::say;

/// The distance from the end, in pixels, that still counts as at the end.
const NEAR: i32 = 40;

/// The conversation in its scrolling column.
#[component]
pub fn Stream(chat: Chat) -> impl IntoView {
    let empty = move || chat.tree.with(|tree| tree.is_empty());
    let click = move |event: MouseEvent| {
        let target = event.target();
        let target = target.and_then(|target| target.dyn_into().ok());
        if let (Some(target), Some(half)) = (target, second_half::ready()) {
            (half.clicked)(chat, &target);
        }
    };
    // The reader's own scrolling decides; growth of the text does not. What the page scrolls itself only goes down.
    let last_top = StoredValue::new(0);
    let scroll = move |_| {
        let Some(scroller) = chat.scroller().get_untracked() else {
            return;
        };
        let top = scroller.scroll_top();
        let before = last_top.get_value();
        last_top.set_value(top);
        // So it goes while text comes and is followed; where the end is matters only to those who are not there.
        if top >= before && chat.pinned.get_untracked() {
            return;
        }
        let below = scroller.scroll_height() - scroller.client_height() - top;
        if below <= NEAR {
            chat.scrolled(true);
        } else if top < before {
            chat.scrolled(false);
        }
    };
    view! {
        <main
            class="stream"
            part="talk"
            tabindex="-1"
            node_ref=chat.scroller()
            on:click=click
            on:scroll=scroll
        >
            <div class="column" class:empty=empty>
                <Show when=move || empty() && !chat.returning.get()>
                    <Welcome chat />
                </Show>
                <Coming chat when=move || !empty() view=|half| half.turns />
            </div>
        </main>
        <div class="to-end">
            <Show when=move || !chat.pinned.get()>
                <Button
                    class="round"
                    label=move || say!(chat, to_newest)
                    on_click=move || chat.run(Command::ToEnd)
                >
                    <Icon shape=icondata_lu::LuArrowDown />
                </Button>
            </Show>
        </div>
    }
}
