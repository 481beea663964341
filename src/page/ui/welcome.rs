//! The first screen: who answers here, and three ways to begin.

use leptos::prelude::*;

use crate::page::app::{Chat, Command, LinkState};
use crate::page::words::{say, trouble_words, young};

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
    let who = move || {
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
    };
    let demo = move || chat.link.with(|link| *link == LinkState::Demo);
    let failed = move || {
        chat.link
            .with(|link| matches!(link, LinkState::Failed { .. }))
    };
    let examples = move || {
        if young(chat) {
            [
                say!(chat, example_young_1),
                say!(chat, example_young_2),
                say!(chat, example_young_3),
            ]
        } else {
            [
                say!(chat, example_1),
                say!(chat, example_2),
                say!(chat, example_3),
            ]
        }
    };
    view! {
        <section class="welcome">
            <h1>{greeting}</h1>
            <p class="who" class:trouble=failed role="status">{who}</p>
            <Show when=move || demo() && !young(chat)>
                <p class="how">{move || say!(chat, welcome_demo_how)}</p>
            </Show>
            <Show when=move || failed() && !chat.options.with(|options| options.lock)>
                <p class="ways">
                    <button type="button" class="plain" on:click=move |_| chat.panel.set(true)>
                        {move || say!(chat, server)}
                    </button>
                    <button type="button" class="plain" on:click=move |_| chat.run(Command::UseDemo)>
                        {move || say!(chat, server_demo)}
                    </button>
                </p>
            </Show>
            <ul class="examples">
                <For each=move || examples() key=|example| example.clone() let:example>
                    <li>
                        <button
                            type="button"
                            class="plain"
                            on:click={let text = example.clone(); move |_| chat.run(Command::Send(text.clone()))}
                        >
                            {example.clone()}
                        </button>
                    </li>
                </For>
            </ul>
            <For
                each=move || chat.complaints.get()
                key=|complaint| complaint.name
                let:complaint
            >
                <p class="trouble">
                    {move || say!(chat, bad_option, value = complaint.value.clone(), name = complaint.name)}
                </p>
            </For>
        </section>
    }
}
