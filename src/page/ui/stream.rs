//! The conversation: its turns in one scrolling column that follows the newest text while the reader is at its end.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::coming::coming;
use super::part::{Part, button, el, icon};
use super::welcome;
use crate::page::app::{Chat, Command, second_half};
use crate::page::words::say;

/// How near to the end, in pixels, still counts as at the end.
const NEAR: i32 = 40;

/// The conversation.
pub fn stream(part: Part, chat: Chat) -> Part {
    let empty = move || chat.tree.with(|tree| tree.is_empty());
    // Another conversation is drawn anew, whatever it has in common with the one before.
    let conversation = move || {
        let is_there = chat.loaded.get() && !empty();
        is_there
            .then(|| chat.conversation.get())
            .into_iter()
            .collect()
    };
    let column = el("div")
        .set("class", "column")
        .class("empty", empty)
        .when(
            move || empty() && !chat.returning.get(),
            move || welcome::welcome(chat),
        )
        .each(conversation, move |_| {
            coming(second_half::ready().map(|half| half.turns), chat)
        });
    let main = el("main")
        .set("class", "stream")
        .set("tabindex", "-1")
        .on("click", move |event| {
            let target = event.target();
            let target = target.and_then(|target| target.dyn_into().ok());
            if let (Some(target), Some(half)) = (target, second_half::ready()) {
                (half.clicked)(chat, &target);
            }
        })
        .child(column);
    let scroller = main.element();
    chat.scrolls_in(scroller.clone());
    // The reader's own scrolling decides; growth of the text does not. What the page scrolls itself only goes down.
    let mut last_top = 0;
    let main = main.on("scroll", move |_| {
        let top = scroller.scroll_top();
        // So it goes while text comes and is followed; where the end is matters only to those who are not there.
        if top >= last_top && chat.pinned.get_untracked() {
            last_top = top;
            return;
        }
        let below = scroller.scroll_height() - scroller.client_height() - top;
        if below <= NEAR {
            chat.scrolled(true);
        } else if top < last_top {
            chat.scrolled(false);
        }
        last_top = top;
    });
    let to_end = el("div").set("class", "to-end").when(
        move || !chat.pinned.get(),
        move || {
            button("round", move || chat.run(Command::ToEnd))
                .attr("aria-label", move || say!(chat, to_newest))
                .child(icon(icondata_lu::LuArrowDown))
        },
    );
    part.child(main).child(to_end)
}
