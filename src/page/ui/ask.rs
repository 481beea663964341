//! The question whether a server may be spoken to that a link or the page's owner names.
//!
//! In: the server. Out: the person's leave. Whoever follows a link may be typing at that moment: a key that was meant for
//! something else must not answer.

use leptos::prelude::*;

use super::kit::{Button, Dialog};
use crate::address::Address;
use crate::page::app::{Chat, Command, LinkState};
use crate::page::sentences::young;
use crate::page::words::say;

thread_local! {
    /// The number of times that leave was given, on any chat of the page.
    static ANSWERS: ArcRwSignal<u32> = ArcRwSignal::new(0);
}

/// The question before a server is spoken to that the person has not chosen.
#[component]
pub fn AskFirst(chat: Chat) -> impl IntoView {
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
        let server = server.unwrap_or_default();
        match young(chat) {
            true => say!(chat, ask_text_young, server = server),
            false => say!(chat, ask_text, server = server),
        }
    };
    let refuse = move || chat.run(Command::Allow(false));
    let answers = ANSWERS.with(Clone::clone);
    let given = answers.clone();
    let allow = move || {
        chat.run(Command::Allow(true));
        given.update(|count| *count += 1);
    };
    // Another chat of the page may have asked the same.
    Effect::new(move || {
        answers.track();
        let allows = |address: Address| chat.shared().store.allows(&address.origin());
        if address().is_some_and(allows) {
            untrack(|| chat.run(Command::Allow(true)));
        }
    });
    view! {
        <Dialog
            class="panel ask"
            open=move || address().is_some()
            on_close=refuse
            label=title
            muted=true
        >
            <h2>{title}</h2>
            <p>{text}</p>
            <div class="ways">
                <Button class="strong" on_click=allow>
                    {move || say!(chat, ask_connect)}
                </Button>
                // The browser gives it the focus: who presses a key without reading has given no leave.
                <button type="button" class="plain" data-first="" on:click=move |_| refuse()>
                    {move || say!(chat, cancel)}
                </button>
            </div>
        </Dialog>
    }
}
