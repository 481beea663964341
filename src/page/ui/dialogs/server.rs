//! The settings: which server, with which key, which model, how to read.

use leptos::html;
use leptos::prelude::*;

use super::reading::Basics;
use crate::address::Address;
use crate::dialect::{Kind, Model};
use crate::key;
use crate::link::Found;
use crate::page::app::{Chat, Choice, Command, LinkState};
use crate::page::browser::page_origin;
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

/// Fields of a server that is named by its address.
#[derive(Clone, Copy)]
struct Named {
    chat: Chat,
    address: NodeRef<html::Input>,
    key: NodeRef<html::Input>,
    kind: RwSignal<String>,
    keeps: RwSignal<bool>,
    /// The letter of the key that none can have.
    bad: RwSignal<Option<char>>,
}

impl Named {
    fn connect(self) {
        let key = key_of(typed(self.key));
        let store = self.chat.shared().store.clone();
        let origin = |address: Address| address.origin();
        let known = untrack(|| known(self.chat)).map(origin);
        let to = Address::parse(&typed(self.address), Some(&page_origin()));
        let stood = known.as_deref().and_then(|known| store.key(known));
        let stood = stood.unwrap_or_default();
        match to.map(origin) {
            // What stands there is of the server before: its key does not go to another, which keeps its own.
            Ok(to) if known.as_ref() != Some(&to) && key == stood => {
                self.keeps.set(store.keeps_key(&to));
                self.connect_with(store.key(&to).unwrap_or_default());
            }
            _ => self.connect_with(key),
        }
    }

    fn connect_with(self, key: String) {
        self.chat.run(Command::Connect(Choice::Typed {
            address: typed(self.address),
            kind: self.kind.get_untracked().parse().ok(),
            key: Some(key).filter(|key| !key.is_empty()),
            keeps_key: self.keeps.get_untracked(),
        }));
    }

    fn is_known(self) -> bool {
        untrack(|| known_address(self.chat)) == typed(self.address)
    }

    /// Takes a kind. For the server that is connected it counts at once.
    fn choose(self, word: String) {
        self.kind.set(word);
        if self.is_known() {
            self.connect();
        }
    }

    /// Takes where the key is kept. For a key that is in use it counts at once.
    fn keep(self, kept: bool) {
        self.keeps.set(kept);
        let key = untrack(|| known_key(self.chat));
        if self.is_known() && !key.is_empty() && key == typed(self.key) {
            self.connect();
        }
    }

    /// Forgets the key of the server that is known, whatever else was typed.
    fn forget(self) {
        if let Some(field) = self.key.get_untracked() {
            field.set_value("");
        }
        if let Some(field) = self.address.get_untracked() {
            field.set_value(&untrack(|| known_address(self.chat)));
        }
        self.bad.set(None);
        self.connect_with(String::new());
    }
}

/// A server that is named by its address.
#[component]
fn ByHand(chat: Chat) -> impl IntoView {
    let named = Named {
        chat,
        address: NodeRef::new(),
        key: NodeRef::new(),
        kind: RwSignal::new(String::new()),
        keeps: RwSignal::new(false),
        bad: RwSignal::new(None),
    };
    let known_kind = move || {
        let kind = known(chat).and_then(|address| chat.shared().store.kind(&address.to_string()));
        kind.map_or("", Kind::as_str).to_owned()
    };
    Effect::new(move || named.kind.set(known_kind()));
    let kept = Memo::new(move |_| keeps_key(chat));
    Effect::new(move || named.keeps.set(kept.get()));
    let check = move || chat.run(Command::Check(typed(named.address)));
    let bad_words = move || {
        let letter = named.bad.get().map(key::spelled).unwrap_or_default();
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
                    value=move || known_address(chat)
                    node_ref=named.address
                    on_enter=move || named.connect()
                />
            </Field>
            <Field name=move || say!(chat, server_key)>
                <TextField
                    kind="password"
                    exact=true
                    dir="ltr"
                    described_by="rill-key-hint"
                    value=move || known_key(chat)
                    node_ref=named.key
                    on_input=move |typed: String| named.bad.set(key::clean(&typed).err())
                    on_enter=move || named.connect()
                />
            </Field>
            <Show when=move || named.bad.with(Option::is_some)>
                <Hint role="alert" words=bad_words />
            </Show>
            <Hint id="rill-key-hint" words=move || say!(chat, server_key_hint) />
            <KeyPlace named />
            <KindField chat value=known_kind on_change=move |word| named.choose(word) />
            <div class="ways">
                <Button class="strong" on_click=move || named.connect()>
                    {move || say!(chat, server_connect)}
                </Button>
                <Button class="plain" on_click=check>
                    {move || say!(chat, check_title)}
                </Button>
            </div>
        </section>
    }
}

/// Where the key is kept: for the session, or on the device. And the way to forget it.
#[component]
fn KeyPlace(named: Named) -> impl IntoView {
    let chat = named.chat;
    let lasts = chat.shared().store.lasts();
    view! {
        <Show when=move || lasts>
            <label class="switch">
                <input
                    type="checkbox"
                    prop:checked=named.keeps
                    on:change:target=move |event| named.keep(event.target().checked())
                />
                <span>{move || say!(chat, server_key_keep)}</span>
            </label>
        </Show>
        <Show when=move || !known_key(chat).is_empty()>
            <p class="ways">
                <Button class="plain" on_click=move || named.forget()>
                    {move || say!(chat, server_key_forget)}
                </Button>
            </p>
        </Show>
    }
}

/// The address of the server that is spoken to, or was to be, as it is written; empty where there is none.
fn known_address(chat: Chat) -> String {
    known(chat)
        .map(|address| address.to_string())
        .unwrap_or_default()
}

/// The key for the server that is spoken to, or was to be; empty where there is none.
fn known_key(chat: Chat) -> String {
    known(chat)
        .and_then(|address| chat.shared().store.key(&address.origin()))
        .unwrap_or_default()
}

/// Tells whether the key for that server is kept on the device.
fn keeps_key(chat: Chat) -> bool {
    known(chat).is_some_and(|address| chat.shared().store.keeps_key(&address.origin()))
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
