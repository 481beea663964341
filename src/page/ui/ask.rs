//! What a link may open: the question whether its server may be spoken to, and the check of a server.
//!
//! In: where a link leads to. Out: the person's leave. Whoever follows a link may be typing at that moment: a key that was meant for
//! something else must not answer.

use leptos::prelude::*;

use super::doctor;
use super::panel::{deaf, dialog};
use super::part::{Part, button, el};
use crate::page::app::{Chat, Command, LinkState, Panel};
use crate::page::words::say;

/// The question before a link's server is spoken to.
pub fn ask_first(chat: Chat) -> Part {
    let address = move || {
        chat.link.with(|link| match link {
            LinkState::Asking(address) => Some(address.clone()),
            _ => None,
        })
    };
    let title = move || {
        let host = address().map(|address| address.host()).unwrap_or_default();
        say!(chat, ask_title, host = host)
    };
    let text = move || {
        let server = address().map(|address| address.to_string());
        say!(chat, ask_text, server = server.unwrap_or_default())
    };
    let ways = el("div")
        .set("class", "ways")
        .child(
            button("strong", move || chat.run(Command::Allow(true)))
                .says(move || say!(chat, ask_connect)),
        )
        .child(
            // The browser gives it the focus: who presses a key without reading has given no leave.
            button("plain", move || chat.run(Command::Allow(false)))
                .set("autofocus", "")
                .says(move || say!(chat, cancel)),
        );
    let is_open = move || address().is_some();
    let part = dialog("panel ask", is_open)
        .attr("aria-label", title)
        .on("close", move |_| chat.run(Command::Allow(false)))
        .child(el("h2").says(title))
        .child(el("p").says(text))
        .child(ways);
    deaf(part, is_open)
}

/// The panel that checks a server.
pub fn check(chat: Chat) -> Part {
    let panel = doctor::check::check(chat);
    if chat.to_check().by_link {
        deaf(panel, move || chat.shows(Panel::Check))
    } else {
        panel
    }
}
