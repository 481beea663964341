//! The line above the composer that says that what is said is not kept, and what a person can do about it.
//!
//! In: what is wrong with keeping. Out: a sentence, and the conversation as a file.

use leptos::prelude::*;

use super::conversations::save;
use super::part::{Part, button, el};
use crate::history::{Fault, Trouble};
use crate::page::app::Chat;
use crate::page::history;
use crate::page::words::{say, young};

/// The line; nothing where all is well, or where there is nothing to be kept.
pub fn notice(chat: Chat) -> Part {
    let part = el("div").set("class", "notice");
    let Some(history) = history::of(chat) else {
        return part;
    };
    let trouble = history.trouble.clone();
    // Where the browser keeps nothing at all, the list says so to those who look for it.
    let is_news = move || {
        let trouble = trouble.get();
        trouble.is_some() && trouble != Some(Trouble::Unwritten(Fault::Absent))
    };
    part.when(is_news, move || {
        let trouble = history.trouble.clone();
        let line = el("p")
            .set("class", "trouble")
            .child(el("span").set("role", "alert").says(move || {
                let trouble = trouble.get();
                trouble.map_or_else(String::new, |trouble| words(chat, trouble))
            }));
        if untrack(|| young(chat)) {
            return line;
        }
        line.text(" ")
            .child(button("inline", move || save(chat)).says(move || say!(chat, file_save)))
    })
}

/// What is wrong, and what can be done.
pub fn words(chat: Chat, trouble: Trouble) -> String {
    match trouble {
        Trouble::Unread => say!(chat, kept_unread),
        Trouble::Unwritten(Fault::Absent) => say!(chat, kept_absent),
        Trouble::Unwritten(Fault::Newer) => say!(chat, kept_newer),
        Trouble::Unwritten(_) if young(chat) => say!(chat, kept_young),
        Trouble::Unwritten(Fault::Full) => say!(chat, kept_full),
        Trouble::Unwritten(Fault::Closed | Fault::Late | Fault::Failed) => say!(chat, kept_failed),
    }
}
