//! The first screen: who answers here, and three ways to begin.

use leptos::prelude::*;

use super::part::{Part, button, el};
use crate::page::app::{Chat, Command, LinkState, Panel};
use crate::page::sentences::{trouble_words, young};
use crate::page::words::say;

/// The first screen.
pub fn welcome(chat: Chat) -> Part {
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
    };
    el("section")
        .set("class", "welcome")
        .child(el("h1").says(greeting))
        .child(
            el("p")
                .set("class", "who")
                .class("trouble", failed)
                .set("role", "status")
                .says(who),
        )
        .when(
            move || demo() && !young(chat),
            move || {
                el("p")
                    .set("class", "how")
                    .says(move || say!(chat, welcome_demo_how))
            },
        )
        .when(
            move || failed() && !chat.options.with(|options| options.lock),
            move || {
                el("p")
                    .set("class", "ways")
                    .child(
                        button("plain", move || chat.run(Command::Open(Panel::Server)))
                            .says(move || say!(chat, server)),
                    )
                    .child(
                        button("plain", move || chat.run(Command::UseDemo))
                            .says(move || say!(chat, server_demo)),
                    )
            },
        )
        .child(
            el("ul")
                .set("class", "examples")
                .each(examples, move |example| {
                    let text = example.clone();
                    let send = move || chat.run(Command::Send(text.clone()));
                    el("li").child(button("plain", send).text(example))
                }),
        )
        .each(
            move || chat.complaints.get(),
            move |complaint| {
                let (value, name) = (complaint.value.clone(), complaint.name);
                el("p")
                    .set("class", "trouble")
                    .says(move || say!(chat, bad_option, value = value.clone(), name = name))
            },
        )
}
