//! The settings: which server, which model, how to read. And the question that a link to a foreign server raises first.

use leptos::html;
use leptos::prelude::*;

use super::icon::Icon;
use crate::dialect::Kind;
use crate::options::Theme;
use crate::pacer::Pace;
use crate::page::app::{Chat, Command, LinkState};
use crate::page::words::{self, Locale, say, trouble_words};

/// Opens and closes a `<dialog>` with a signal. The browser keeps focus inside and closes it on Escape.
fn follow(dialog: NodeRef<html::Dialog>, open: impl Fn() -> bool + 'static) {
    Effect::new(move |_| {
        let open = open();
        let Some(dialog) = dialog.get() else { return };
        if open && !dialog.open() {
            let _ = dialog.show_modal();
        } else if !open && dialog.open() {
            dialog.close();
        }
    });
}

/// The settings.
#[component]
pub fn ServerPanel(chat: Chat) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    follow(dialog, move || chat.panel.get());
    let locked = move || chat.options.with(|options| options.lock);
    view! {
        <dialog
            class="panel"
            node_ref=dialog
            aria-label=move || say!(chat, server_title)
            on:close=move |_| chat.panel.set(false)
        >
            <div class="panel-head">
                <h2>{move || say!(chat, server_title)}</h2>
                <button type="button" class="round" aria-label=move || say!(chat, close) on:click=move |_| chat.panel.set(false)>
                    <Icon icon=icondata_lu::LuX/>
                </button>
            </div>
            <p class="now" role="status">{move || now(chat)}</p>
            <Show when=move || !locked() fallback=move || view! { <p class="hint">{move || say!(chat, server_locked)}</p> }>
                <Found chat=chat/>
                <ByHand chat=chat/>
                <Models chat=chat/>
            </Show>
            <Reading chat=chat/>
        </dialog>
    }
}

fn now(chat: Chat) -> String {
    chat.link.with(|link| match link {
        LinkState::Connected(server) => say!(chat, server_connected, name = server.name()),
        LinkState::Demo => format!("{}. {}", say!(chat, demo), say!(chat, demo_hint)),
        LinkState::Failed { trouble, .. } => trouble_words(chat, trouble),
        _ => words::link_words(chat),
    })
}

#[component]
fn Found(chat: Chat) -> impl IntoView {
    let none = move || {
        chat.found
            .with(|found| found.as_ref().is_some_and(Vec::is_empty))
    };
    let looking = RwSignal::new(false);
    Effect::new(move |_| {
        if chat.found.with(Option::is_some) {
            looking.set(false);
        }
    });
    view! {
        <section>
            <h3>{move || say!(chat, server_found)}</h3>
            <ul class="found">
                <For
                    each=move || chat.found.get().unwrap_or_default()
                    key=|found| found.address.to_string()
                    let:found
                >
                    {
                        let name = format!("{} · {}", found.found.kind.name(), found.address.origin().trim_start_matches("http://"));
                        let model = found.found.model.clone().unwrap_or_default();
                        let label = name.clone();
                        let pick = Command::Connect {
                            address: found.address.to_string(),
                            kind: Some(found.found.kind),
                            key: None,
                        };
                        view! {
                            <li>
                                <button
                                    type="button"
                                    class="row"
                                    aria-label=move || say!(chat, server_use, name = label.clone())
                                    on:click=move |_| chat.run(pick.clone())
                                >
                                    <span>{name}</span>
                                    <span class="hint">{model}</span>
                                </button>
                            </li>
                        }
                    }
                </For>
            </ul>
            <Show when=none>
                <p class="hint">{move || say!(chat, server_none_found)}</p>
            </Show>
            <div class="ways">
                <button
                    type="button"
                    class="plain"
                    disabled=move || looking.get()
                    on:click=move |_| {
                        looking.set(true);
                        chat.run(Command::Look);
                    }
                >
                    {move || if looking.get() {
                        say!(chat, server_looking)
                    } else if chat.found.with(Option::is_some) {
                        say!(chat, server_look_again)
                    } else {
                        say!(chat, server_look)
                    }}
                </button>
                <button type="button" class="plain" on:click=move |_| chat.run(Command::UseDemo)>
                    {move || say!(chat, server_demo)}
                </button>
            </div>
        </section>
    }
}

#[component]
fn ByHand(chat: Chat) -> impl IntoView {
    let address = NodeRef::<html::Input>::new();
    let key = NodeRef::<html::Input>::new();
    let kind = RwSignal::new(String::new());
    let known = move || {
        chat.link.with(|link| match link {
            LinkState::Connected(server)
            | LinkState::Failed {
                server: Some(server),
                ..
            } => Some(server.address.clone()),
            LinkState::Connecting(address) => Some(address.clone()),
            _ => None,
        })
    };
    let known_key = move || {
        known()
            .and_then(|address| chat.shared().store.key(&address.origin()))
            .unwrap_or_default()
    };
    let connect = move || {
        let (Some(address), Some(key)) = (address.get_untracked(), key.get_untracked()) else {
            return;
        };
        chat.run(Command::Connect {
            address: address.value(),
            kind: kind.get_untracked().parse().ok(),
            key: Some(key.value()),
        });
    };
    let on_enter = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            connect();
        }
    };
    view! {
        <section class="by-hand">
            <label>
                <span>{move || say!(chat, server_address)}</span>
                <input
                    type="text"
                    inputmode="url"
                    autocomplete="off"
                    spellcheck="false"
                    dir="ltr"
                    node_ref=address
                    placeholder=move || say!(chat, server_address_hint)
                    prop:value=move || known().map(|address| address.to_string()).unwrap_or_default()
                    on:keydown=on_enter
                />
            </label>
            <label>
                <span>{move || say!(chat, server_key)}</span>
                <input
                    type="password"
                    autocomplete="off"
                    dir="ltr"
                    node_ref=key
                    aria-describedby="rill-key-hint"
                    prop:value=known_key
                    on:keydown=on_enter
                />
            </label>
            <p class="hint" id="rill-key-hint">{move || say!(chat, server_key_hint)}</p>
            <label>
                <span>{move || say!(chat, server_kind)}</span>
                <select on:change=move |event| kind.set(event_target_value(&event))>
                    <option value="">{move || say!(chat, server_kind_auto)}</option>
                    {Kind::ALL.iter().map(|kind| view! { <option value=kind.as_str()>{kind.name()}</option> }).collect_view()}
                </select>
            </label>
            <div class="ways">
                <button type="button" class="strong" on:click=move |_| connect()>{move || say!(chat, server_connect)}</button>
            </div>
        </section>
    }
}

#[component]
fn Models(chat: Chat) -> impl IntoView {
    let models = move || {
        chat.link.with(|link| match link {
            LinkState::Connected(server) => server.models.clone(),
            _ => Vec::new(),
        })
    };
    let chosen = move || {
        chat.link.with(|link| match link {
            LinkState::Connected(server) => server.model_id().unwrap_or_default(),
            _ => String::new(),
        })
    };
    view! {
        <Show when=move || { models().len() > 1 }>
            <section>
                <label>
                    <span>{move || say!(chat, server_model)}</span>
                    <select
                        prop:value=chosen
                        on:change=move |event| chat.run(Command::UseModel(event_target_value(&event)))
                    >
                        <For each=models key=|model| model.id.clone() let:model>
                            <option value=model.id.clone() selected={let id = model.id.clone(); move || chosen() == id}>
                                {if model.name.is_empty() { model.id.clone() } else { model.name.clone() }}
                            </option>
                        </For>
                    </select>
                </label>
            </section>
        </Show>
    }
}

#[component]
fn Reading(chat: Chat) -> impl IntoView {
    let pace_word = move || {
        chat.pace
            .get()
            .map(|pace| pace.to_string())
            .unwrap_or_default()
    };
    view! {
        <section class="reading">
            <h3>{move || say!(chat, reading_title)}</h3>
            <label>
                <span>{move || say!(chat, reading_pace)}</span>
                <select
                    prop:value=pace_word
                    on:change=move |event| chat.run(Command::SetPace(event_target_value(&event).parse::<Pace>().ok()))
                >
                    <option value="">{move || say!(chat, pace_own)}</option>
                    <option value="live">{move || say!(chat, pace_live)}</option>
                    <option value="30">{move || say!(chat, pace_calm)}</option>
                    <option value="60">{move || say!(chat, pace_slow)}</option>
                    <option value="instant">{move || say!(chat, pace_instant)}</option>
                </select>
            </label>
            <label>
                <span>{move || say!(chat, theme)}</span>
                <select
                    prop:value=move || chat.theme.get().word()
                    on:change=move |event| chat.run(Command::SetTheme(match event_target_value(&event).as_str() {
                        "light" => Theme::Light,
                        "dark" => Theme::Dark,
                        _ => Theme::Auto,
                    }))
                >
                    <option value="auto">{move || say!(chat, theme_auto)}</option>
                    <option value="light">{move || say!(chat, theme_light)}</option>
                    <option value="dark">{move || say!(chat, theme_dark)}</option>
                </select>
            </label>
            <label>
                <span>{move || say!(chat, language)}</span>
                <select
                    prop:value=move || words::tag(chat.lang.get())
                    on:change=move |event| {
                        chat.run(Command::SetLanguage(words::locale_for([event_target_value(&event).as_str()])));
                    }
                >
                    {[Locale::en, Locale::de]
                        .map(|locale| view! { <option value=words::tag(locale)>{words::own_name(locale)}</option> })}
                </select>
            </label>
        </section>
    }
}

/// The question before a link's server is spoken to.
#[component]
pub fn AskFirst(chat: Chat) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let address = move || {
        chat.link.with(|link| match link {
            LinkState::Asking(address) => Some(address.clone()),
            _ => None,
        })
    };
    follow(dialog, move || address().is_some());
    let host = move || address().map(|address| address.host()).unwrap_or_default();
    let server = move || {
        address()
            .map(|address| address.to_string())
            .unwrap_or_default()
    };
    view! {
        <dialog
            class="panel ask"
            node_ref=dialog
            aria-label=move || say!(chat, ask_title, host = host())
            on:close=move |_| chat.run(Command::Allow(false))
        >
            <h2>{move || say!(chat, ask_title, host = host())}</h2>
            <p>{move || say!(chat, ask_text, server = server())}</p>
            <div class="ways">
                <button type="button" class="strong" on:click=move |_| chat.run(Command::Allow(true))>
                    {move || say!(chat, ask_connect)}
                </button>
                <button type="button" class="plain" on:click=move |_| chat.run(Command::Allow(false))>
                    {move || say!(chat, cancel)}
                </button>
            </div>
        </dialog>
    }
}
