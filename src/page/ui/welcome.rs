//! The first screen: who answers here, and three ways to begin.

use leptos::prelude::*;

use super::kit::{Button, For, Show};
use crate::page::app::{Chat, Command, LinkState, Panel};
use crate::page::sentences::{trouble_words, young};
use crate::page::words::say;

/// The first screen.
#[component]
pub fn Welcome(chat: Chat) -> impl IntoView {
    let greeting = move || {
        let own = chat.options.with(|options| options.greeting.clone());
        own.unwrap_or_else(|| {
            if young(chat) {
                say!(chat, welcome_young)
            } else {
                say!(chat, welcome)
            }
        })
    };
    let demo = move || chat.link.with(|link| *link == LinkState::Demo);
    let failed = move || {
        chat.link
            .with(|link| matches!(link, LinkState::Failed { .. }))
    };
    view! {
        <section class="welcome">
            <h1>{greeting}</h1>
            <p class="who" class:trouble=failed role="status">
                {move || who(chat)}
            </p>
            <Show when=move || demo() && !young(chat)>
                <p class="how">{move || say!(chat, welcome_demo_how)}</p>
            </Show>
            <Show when=move || failed() && !chat.options.with(|options| options.lock)>
                <p class="ways">
                    <Button class="plain" on_click=move || chat.run(Command::Open(Panel::Server))>
                        {move || say!(chat, server)}
                    </Button>
                    <Button class="plain" on_click=move || chat.run(Command::UseDemo)>
                        {move || say!(chat, server_demo)}
                    </Button>
                </p>
            </Show>
            <ul class="examples">
                <For each=move || examples(chat) key=Clone::clone let:example>
                    <Example chat example />
                </For>
            </ul>
            <For each=move || chat.complaints.get() key=Clone::clone let:complaint>
                <p class="trouble">
                    {move || {
                        let value = complaint.value.clone();
                        say!(chat, bad_option, value = value, name = complaint.name)
                    }}
                </p>
            </For>
        </section>
    }
}

/// Who answers here.
fn who(chat: Chat) -> String {
    chat.link.with(|link| match link {
        LinkState::Looking => say!(chat, server_looking),
        LinkState::Connecting(address) => say!(chat, connecting_to, host = address.host()),
        LinkState::Demo => say!(chat, welcome_demo),
        LinkState::Connected(server) => {
            let model = server.model_name();
            say!(
                chat,
                welcome_server,
                model = if model.is_empty() {
                    server.name()
                } else {
                    format!("{model} ({})", server.name())
                }
            )
        }
        LinkState::Failed { trouble, .. } => trouble_words(chat, trouble),
        LinkState::Asking(_) | LinkState::Nothing => String::new(),
    })
}

/// Questions that one can begin with.
fn examples(chat: Chat) -> Vec<String> {
    if young(chat) {
        vec![
            say!(chat, example_young_1),
            say!(chat, example_young_2),
            say!(chat, example_young_3),
        ]
    } else {
        vec![
            say!(chat, example_1),
            say!(chat, example_2),
            say!(chat, example_3),
        ]
    }
}

/// A question that one can begin with.
#[component]
fn Example(chat: Chat, example: String) -> impl IntoView {
    let text = example.clone();
    view! {
        <li>
            <Button class="plain" on_click=move || chat.run(Command::Send(text.clone()))>
                {example}
            </Button>
        </li>
    }
}
