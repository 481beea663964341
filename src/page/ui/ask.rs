//! What a link may open: the question whether its server may be spoken to, and the check of a server.
//!
//! In: where a link leads to. Out: the person's leave. Whoever follows a link may be typing at that moment: a key that was meant for
//! something else must not answer.

use leptos::prelude::*;

use super::kit::{Button, Dialog};
use crate::page::app::{Chat, Command, LinkState};
use crate::page::words::say;

/// The question before a link's server is spoken to.
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
        say!(chat, ask_text, server = server.unwrap_or_default())
    };
    let refuse = move || chat.run(Command::Allow(false));
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
                <Button class="strong" on_click=move || chat.run(Command::Allow(true))>
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
