//! The conversation: its turns in one scrolling column that follows the newest text while the reader is at its end.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::icon::Icon;
use super::turn::TurnView;
use super::welcome::Welcome;
use crate::chat::tree::TurnId;
use crate::page::app::Chat;
use crate::page::painter;
use crate::page::words::say;

/// How near to the end, in pixels, still counts as at the end.
const NEAR: f64 = 40.0;

/// The conversation.
#[component]
pub fn Stream(chat: Chat) -> impl IntoView {
    let scroller = NodeRef::<html::Main>::new();
    let path = Memo::new(move |_| {
        let starts = chat.starts.get();
        let path = chat.tree.with(|tree| tree.path());
        // A reply that goes on is drawn anew, so its number of starts is part of its key.
        path.into_iter()
            .map(|id| (id, starts.get(&id).copied().unwrap_or(0)))
            .collect::<Vec<(TurnId, u32)>>()
    });
    let empty = move || path.with(|path| path.is_empty());
    chat.scroller.set_value(Some(scroller));
    // The reader's own scrolling decides; growth of the text does not. What the page scrolls itself only goes down.
    let last_top = StoredValue::new(0.0);
    let scrolled = move |_| {
        let Some(element) = scroller.get_untracked() else {
            return;
        };
        let top = f64::from(element.scroll_top());
        let below = f64::from(element.scroll_height() - element.client_height()) - top;
        if below <= NEAR {
            chat.pinned.set(true);
        } else if top < last_top.get_value() {
            chat.pinned.set(false);
        }
        last_top.set_value(top);
    };
    let clicked = move |event: web_sys::MouseEvent| {
        if let Some(target) = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        {
            painter::clicked(chat, &target);
        }
    };
    view! {
        <main class="stream" node_ref=scroller on:scroll=scrolled on:click=clicked tabindex="-1">
            <div class="column">
                <Show when=empty>
                    <Welcome chat=chat/>
                </Show>
                <For each=move || path.get() key=|entry| *entry let:entry>
                    <TurnView chat=chat id=entry.0/>
                </For>
            </div>
        </main>
        <div class="to-end">
            <Show when=move || !chat.pinned.get()>
                <button type="button" class="round" aria-label=move || say!(chat, to_newest) on:click=move |_| chat.to_end()>
                    <Icon icon=icondata_lu::LuArrowDown/>
                </button>
            </Show>
        </div>
    }
}
