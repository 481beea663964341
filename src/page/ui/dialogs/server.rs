//! The settings: which server, which model, how to read. And the question that a link to a foreign server raises first.

use leptos::html;
use leptos::prelude::*;

use super::reading::Basics;
use crate::address::Address;
use crate::dialect::{Kind, Model};
use crate::key;
use crate::link::Found;
use crate::page::app::{Chat, Choice, Command, LinkState};
use crate::page::panel::Panel;
use crate::page::sentences::{self, link_words, trouble_words};
use crate::page::ui::kit::{self, Button, Field, For, Hint, Select, Show, TextField, Titled};
use crate::page::words::say;

/// The panel of servers, models, and how to read.
#[component]
pub fn ServerPanel(chat: Chat) -> impl IntoView {
    let locked = move || chat.options.with(|options| options.lock);
    view! {
        <Titled chat panel=Panel::Server>
            <p class="now" role="status">
                {move || now(chat)}
            </p>
            <Show when=locked>
                <Hint words=move || say!(chat, server_locked) />
            </Show>
            <Show when=move || !locked()>
                <FoundServers chat />
            </Show>
            <Show when=move || !locked()>
                <ByHand chat />
            </Show>
            <Show when={move || !locked() && model_list(chat).len() > 1}>
                <Models chat />
            </Show>
            <Show when={move || !locked() && chat.ways().len() > 1}>
                <Ways chat />
            </Show>
            <Basics chat />
        </Titled>
    }
}

fn now(chat: Chat) -> String {
    chat.link.with(|link| match link {
        LinkState::Connected(server) => say!(chat, server_connected, name = server.name()),
        LinkState::Demo => say!(chat, demo_hint),
        LinkState::Failed { trouble, .. } => trouble_words(chat, trouble),
        _ => link_words(chat),
    })
}

/// The servers on this computer.
#[component]
fn FoundServers(chat: Chat) -> impl IntoView {
    let none = move || {
        chat.found
            .with(|found| found.as_ref().is_some_and(Vec::is_empty))
    };
    let looked = move || chat.found.with(Option::is_some);
    let looking = RwSignal::new(false);
    Effect::new(move || {
        if looked() {
            looking.set(false);
        }
    });
    let look = move || {
        looking.set(true);
        chat.run(Command::FindServers);
    };
    let look_words = move || {
        if looking.get() {
            say!(chat, server_looking)
        } else if looked() {
            say!(chat, server_look_again)
        } else {
            say!(chat, server_look)
        }
    };
    view! {
        <section>
            <h3>{move || say!(chat, server_found)}</h3>
            <ul class="found">
                <For each=move || chat.found.get().unwrap_or_default() key=Clone::clone let:found>
                    <li>
                        <FoundServer chat found />
                    </li>
                </For>
            </ul>
            <Show when=none>
                <Hint words=move || say!(chat, server_none_found) />
            </Show>
            <div class="ways">
                <Button class="plain" on_click=look disabled=looking>
                    {look_words}
                </Button>
                <Button class="plain" on_click=move || chat.run(Command::UseDemo)>
                    {move || say!(chat, server_demo)}
                </Button>
            </div>
        </section>
    }
}

#[component]
fn FoundServer(chat: Chat, found: Found) -> impl IntoView {
    let Found { address, found } = found;
    let place = address.origin();
    let place = place.trim_start_matches("http://");
    let name = format!("{} · {place}", found.kind.name());
    let pick = Command::Connect(Choice::Found(address.clone(), found.kind));
    let label = name.clone();
    view! {
        <Button
            class="row"
            on_click=move || chat.run(pick.clone())
            label=move || say!(chat, server_use, name = label.clone())
        >
            <span>{name}</span>
            <span class="hint">{found.model.unwrap_or_default()}</span>
        </Button>
    }
}

/// A server that is named by its address.
#[component]
fn ByHand(chat: Chat) -> impl IntoView {
    let (address, key) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let kind = RwSignal::new(String::new());
    let bad = RwSignal::new(None);
    let known_address = move || {
        known(chat)
            .map(|address| address.to_string())
            .unwrap_or_default()
    };
    let known_key = move || {
        known(chat)
            .and_then(|address| chat.shared().store.key(&address.origin()))
            .unwrap_or_default()
    };
    let known_kind = move || {
        let kind = known(chat).and_then(|address| chat.shared().store.kind(&address.to_string()));
        kind.map_or("", Kind::as_str).to_owned()
    };
    Effect::new(move || kind.set(known_kind()));
    let check = move || chat.run(Command::Check(typed(address)));
    let connect = move || {
        chat.run(Command::Connect(Choice::Typed {
            address: typed(address),
            kind: kind.get_untracked().parse().ok(),
            key: Some(key_of(typed(key))).filter(|key| !key.is_empty()),
        }));
    };
    // For the server that is connected a new kind counts at once.
    let choose = move |word| {
        kind.set(word);
        if known(chat).is_some_and(|known| known.to_string() == typed(address)) {
            connect();
        }
    };
    let bad_words = move || {
        let letter = bad.get().map(key::spelled).unwrap_or_default();
        say!(chat, bad_key, letter = letter)
    };
    view! {
        <section class="by-hand">
            <Field name=move || say!(chat, server_address)>
                <TextField
                    inputmode="url"
                    exact=true
                    dir="ltr"
                    placeholder=move || say!(chat, server_address_hint)
                    value=known_address
                    node_ref=address
                    on_enter=connect
                />
            </Field>
            <Field name=move || say!(chat, server_key)>
                <TextField
                    kind="password"
                    exact=true
                    dir="ltr"
                    described_by="rill-key-hint"
                    value=known_key
                    node_ref=key
                    on_input=move |typed: String| bad.set(key::clean(&typed).err())
                    on_enter=connect
                />
            </Field>
            <Show when=move || bad.with(Option::is_some)>
                <Hint role="alert" words=bad_words />
            </Show>
            <Hint id="rill-key-hint" words=move || say!(chat, server_key_hint) />
            <KindField chat value=known_kind on_change=choose />
            <div class="ways">
                <Button class="strong" on_click=connect>
                    {move || say!(chat, server_connect)}
                </Button>
                <Button class="plain" on_click=check>
                    {move || say!(chat, check_title)}
                </Button>
            </div>
        </section>
    }
}

/// The address of the server that is spoken to, or was to be.
fn known(chat: Chat) -> Option<Address> {
    chat.link.with(|link| match link {
        LinkState::Connected(server)
        | LinkState::Failed {
            server: Some(server),
            ..
        } => Some(server.address.clone()),
        LinkState::Connecting(address) => Some(address.clone()),
        _ => None,
    })
}

/// The choice of a server's kind; found out, if nothing is chosen.
#[component]
fn KindField(
    chat: Chat,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_change: Callback<String>,
) -> impl IntoView {
    let kinds = Kind::ALL.iter().map(|kind| {
        view! { <kit::Choice value=kind.as_str() words=move || kind.name().to_owned() /> }
    });
    view! {
        <Field name=move || say!(chat, server_kind)>
            <Select value on_change>
                <kit::Choice value="" words=move || say!(chat, server_kind_auto) />
                {kinds.collect_view()}
            </Select>
        </Field>
    }
}

/// The text that stands in a field.
fn typed(field: NodeRef<html::Input>) -> String {
    field
        .get_untracked()
        .map(|field| field.value())
        .unwrap_or_default()
}

/// The key as it can go out. One that cannot stays as it was typed: the reply says which letter of it is wrong.
fn key_of(typed: String) -> String {
    key::clean(&typed).unwrap_or(typed)
}

fn model_list(chat: Chat) -> Vec<Model> {
    chat.link.with(|link| match link {
        LinkState::Connected(server) => server.models.clone(),
        _ => Vec::new(),
    })
}

/// The choice among the server's models.
#[component]
fn Models(chat: Chat) -> impl IntoView {
    let chosen = move || {
        chat.link.with(|link| match link {
            LinkState::Connected(server) => server.model_id().unwrap_or_default(),
            _ => String::new(),
        })
    };
    view! {
        <section>
            <Field name=move || say!(chat, server_model)>
                <Select value=chosen on_change=move |id| chat.run(Command::UseModel(id))>
                    <For each=move || model_list(chat) key=Clone::clone let:model>
                        <option value=model.id.clone()>{name_of(&model)}</option>
                    </For>
                </Select>
            </Field>
        </section>
    }
}

fn name_of(model: &Model) -> String {
    match model.name.is_empty() {
        true => model.id.clone(),
        false => model.name.clone(),
    }
}

/// The choice of what carries replies; found by itself, if nothing is chosen.
#[component]
fn Ways(chat: Chat) -> impl IntoView {
    let chosen = move || {
        chat.preferences
            .with(|preferences| preferences.way.clone())
            .unwrap_or_default()
    };
    let choose = move |name: String| {
        let name = Some(name).filter(|name| !name.is_empty());
        chat.run(Command::UseWay(name));
    };
    let in_use = move || {
        let way = chat.way.get().map(|way| sentences::way_title(chat, way));
        way.map_or_else(String::new, |way| say!(chat, way_now, way = way))
    };
    view! {
        <section>
            <Field name=move || say!(chat, way_title)>
                <Select value=chosen on_change=choose>
                    <kit::Choice value="" words=move || say!(chat, way_auto) />
                    <For each={move || chat.ways().iter().collect::<Vec<_>>()} key=|way| way.name let:way>
                        <kit::Choice value=way.name words=move || sentences::way_title(chat, way) />
                    </For>
                </Select>
            </Field>
            <p class="hint way-now">{in_use}</p>
        </section>
    }
}
