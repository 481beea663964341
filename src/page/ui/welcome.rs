//! The first screen: who answers here, and three ways to begin.

use leptos::prelude::*;

use super::kit::{Button, Show, own_heading};
use crate::options::Complaint;
use crate::page::app::{Chat, Command, LinkState};
use crate::page::panel::Panel;
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
    // Few, and seldom: they need no keys, which the first view does without.
    let complaints = move || {
        let complaints = chat.complaints.get().into_iter();
        let view = |complaint| view! { <BadOption chat complaint /> }.into_any();
        complaints.map(view).collect::<Vec<AnyView>>()
    };
    view! {
        <section class="welcome">
            <slot name="empty">
                <h1 use:own_heading=chat>{greeting}</h1>
            </slot>
            <p class="who" class:trouble=failed role="status">
                {move || who(chat)}
            </p>
            <Show when=move || demo() && !young(chat)>
                <p class="how">{move || say!(chat, welcome_demo_how)}</p>
            </Show>
            <Show when=move || failed() && young(chat)>
                <Button class="strong" on_click=move || chat.run(Command::TryAgain)>
                    {move || say!(chat, try_again_young)}
                </Button>
            </Show>
            <Show when=move || {
                failed() && !young(chat) && !chat.options.with(|options| options.lock)
            }>
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
                <Example
                    chat
                    words=move || match young(chat) {
                        true => say!(chat, example_young_1),
                        false => say!(chat, example_1),
                    }
                />
                <Example
                    chat
                    words=move || match young(chat) {
                        true => say!(chat, example_young_2),
                        false => say!(chat, example_2),
                    }
                />
                <Example
                    chat
                    words=move || match young(chat) {
                        true => say!(chat, example_young_3),
                        false => say!(chat, example_3),
                    }
                />
            </ul>
            {complaints}
        </section>
    }
}

/// Words on who answers here.
fn who(chat: Chat) -> String {
    chat.link.with(|link| match link {
        LinkState::Looking | LinkState::Connecting(_) if young(chat) => say!(chat, looking_young),
        LinkState::Demo if young(chat) => say!(chat, welcome_demo_young),
        LinkState::Connected(_) | LinkState::Site(_) if young(chat) => {
            say!(chat, welcome_server_young)
        }
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
        LinkState::Site(name) => say!(chat, welcome_server, model = name.clone()),
        LinkState::Failed { trouble, .. } => trouble_words(chat, trouble),
        LinkState::Asking(_) | LinkState::Nothing => String::new(),
    })
}

/// A question that one can begin with.
#[component]
fn Example(chat: Chat, #[prop(into)] words: Signal<String>) -> impl IntoView {
    let send = move || chat.run(Command::Send(words.get_untracked()));
    view! {
        <li>
            <Button class="plain" on_click=send>
                {words}
            </Button>
        </li>
    }
}

/// Words on what the page's owner asked for and cannot have.
#[component]
fn BadOption(chat: Chat, complaint: Complaint) -> impl IntoView {
    let Complaint { name, value } = complaint;
    view! {
        <p class="trouble">{move || say!(chat, bad_option, value = value.clone(), name = name)}</p>
    }
}
