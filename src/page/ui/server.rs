//! The settings: which server, which model, how to read. And the question that a link to a foreign server raises first.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, KeyboardEvent};

use super::panel::{choice, field, hint, panel};
use super::part::{Part, after, button, el};
use crate::dialect::{Kind, Model};
use crate::key;
use crate::options::Theme;
use crate::page::app::{Chat, Command, LinkState};
use crate::page::servers::Found;
use crate::page::words::{self, say, trouble_words};

/// The settings.
pub fn server_panel(chat: Chat) -> Part {
    let locked = move || chat.options.with(|options| options.lock);
    let is_open = move || chat.panel.get();
    let close = move || chat.panel.set(false);
    panel(chat, is_open, close, move || say!(chat, server_title))
        .child(
            el("p")
                .set("class", "now")
                .set("role", "status")
                .says(move || now(chat)),
        )
        .when(locked, move || hint(move || say!(chat, server_locked)))
        .when(move || !locked(), move || found(chat))
        .when(move || !locked(), move || by_hand(chat))
        .when(
            move || !locked() && model_list(chat).len() > 1,
            move || models(chat),
        )
        .when(
            move || !locked() && chat.ways().len() > 1,
            move || ways(chat),
        )
        .child(reading(chat))
}

fn now(chat: Chat) -> String {
    chat.link.with(|link| match link {
        LinkState::Connected(server) => say!(chat, server_connected, name = server.name()),
        LinkState::Demo => format!("{}. {}", say!(chat, demo), say!(chat, demo_hint)),
        LinkState::Failed { trouble, .. } => trouble_words(chat, trouble),
        _ => words::link_words(chat),
    })
}

fn found(chat: Chat) -> Part {
    let none = move || {
        chat.found
            .with(|found| found.as_ref().is_some_and(Vec::is_empty))
    };
    let looked = move || chat.found.with(Option::is_some);
    let looking = RwSignal::new(false);
    after(move || {
        if looked() {
            looking.set(false);
        }
    });
    let look = move || {
        looking.set(true);
        chat.run(Command::Look);
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
    let ways = el("div")
        .set("class", "ways")
        .child(
            button("plain", look)
                .flag("disabled", move || looking.get())
                .says(look_words),
        )
        .child(
            button("plain", move || chat.run(Command::UseDemo))
                .says(move || say!(chat, server_demo)),
        );
    el("section")
        .child(el("h3").says(move || say!(chat, server_found)))
        .child(el("ul").set("class", "found").each(
            move || chat.found.get().unwrap_or_default(),
            move |found| el("li").child(found_server(chat, found)),
        ))
        .when(none, move || hint(move || say!(chat, server_none_found)))
        .child(ways)
}

fn found_server(chat: Chat, found: &Found) -> Part {
    let place = found.address.origin();
    let name = format!(
        "{} · {}",
        found.found.kind.name(),
        place.trim_start_matches("http://")
    );
    let pick = Command::Connect {
        address: found.address.to_string(),
        kind: Some(found.found.kind),
        key: None,
    };
    let label = name.clone();
    button("row", move || chat.run(pick.clone()))
        .attr("aria-label", move || {
            say!(chat, server_use, name = label.clone())
        })
        .child(el("span").text(&name))
        .child(
            el("span")
                .set("class", "hint")
                .text(found.found.model.as_deref().unwrap_or_default()),
        )
}

fn by_hand(chat: Chat) -> Part {
    let kind = RwSignal::new(String::new());
    let bad = RwSignal::new(None);
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
    let address = el("input").set("type", "text").set("inputmode", "url");
    let key = el("input").set("type", "password");
    let [address_field, key_field]: [HtmlInputElement; 2] =
        [&address, &key].map(|field| field.element().unchecked_into());
    let typed_at = address_field.clone();
    let to_check = address_field.clone();
    let check = move || {
        chat.panel.set(false);
        chat.check_server(to_check.value(), true);
    };
    let connect = move || {
        chat.run(Command::Connect {
            address: address_field.value(),
            kind: kind.get_untracked().parse().ok(),
            key: Some(key_of(&key_field)),
        });
    };
    let (again, at) = (connect.clone(), typed_at);
    let on_enter = {
        let connect = connect.clone();
        move |event: &KeyboardEvent| {
            if event.key() == "Enter" {
                event.prevent_default();
                connect();
            }
        }
    };
    let address = address
        .set("autocomplete", "off")
        .set("spellcheck", "false")
        .set("dir", "ltr")
        .attr("placeholder", move || say!(chat, server_address_hint))
        .value(move || {
            known()
                .map(|address| address.to_string())
                .unwrap_or_default()
        })
        .on_key(on_enter.clone());
    let key = key
        .set("autocomplete", "off")
        .set("dir", "ltr")
        .set("aria-describedby", "rill-key-hint")
        .value(known_key)
        .on("input", move |event| {
            bad.set(key::clean(&event_target_value(event)).err());
        })
        .on_key(on_enter);
    let bad_words = move || {
        let letter = bad.get().map(key::spelled).unwrap_or_default();
        say!(chat, bad_key, letter = letter)
    };
    // For the server that is connected a new kind counts at once; the choices stand before what is chosen.
    let kinds = el("select").on("change", move |event| {
        kind.set(event_target_value(event));
        if known().is_some_and(|address| address.to_string() == at.value()) {
            again();
        }
    });
    let said = move || {
        let kind = known().and_then(|address| chat.shared().store.kind(&address.to_string()));
        kind.map_or("", Kind::as_str).to_owned()
    };
    after(move || kind.set(said()));
    let kinds = kinds
        .child(choice("", move || say!(chat, server_kind_auto)))
        .children(
            Kind::ALL
                .iter()
                .map(|kind| choice(kind.as_str(), || kind.name().to_owned())),
        )
        .value(said);
    el("section")
        .set("class", "by-hand")
        .child(field(move || say!(chat, server_address), address))
        .child(field(move || say!(chat, server_key), key))
        .when(
            move || bad.with(Option::is_some),
            move || hint(bad_words).set("role", "alert"),
        )
        .child(hint(move || say!(chat, server_key_hint)).set("id", "rill-key-hint"))
        .child(field(move || say!(chat, server_kind), kinds))
        .child(
            el("div")
                .set("class", "ways")
                .child(button("strong", connect).says(move || say!(chat, server_connect)))
                .child(button("plain", check).says(move || say!(chat, check_title))),
        )
}

/// The key as it can go out. One that cannot stays as it was typed: the reply says which letter of it is wrong.
fn key_of(field: &HtmlInputElement) -> String {
    let typed = field.value();
    key::clean(&typed).unwrap_or(typed)
}

fn model_list(chat: Chat) -> Vec<Model> {
    chat.link.with(|link| match link {
        LinkState::Connected(server) => server.models.clone(),
        _ => Vec::new(),
    })
}

fn models(chat: Chat) -> Part {
    let chosen = move || {
        chat.link.with(|link| match link {
            LinkState::Connected(server) => server.model_id().unwrap_or_default(),
            _ => String::new(),
        })
    };
    let select = el("select")
        .each(
            move || model_list(chat),
            |model| {
                let name = if model.name.is_empty() {
                    &model.id
                } else {
                    &model.name
                };
                el("option").set("value", &model.id).text(name)
            },
        )
        .value(chosen)
        .on("change", move |event| {
            chat.run(Command::UseModel(event_target_value(event)));
        });
    el("section").child(field(move || say!(chat, server_model), select))
}

/// What carries replies: found by itself, or chosen.
fn ways(chat: Chat) -> Part {
    let select = el("select")
        .child(choice("", move || say!(chat, way_auto)))
        .each(
            move || chat.ways(),
            move |way| {
                let way = *way;
                choice(way.name, move || way.title(chat))
            },
        )
        .value(move || {
            chat.wishes
                .with(|wishes| wishes.way.clone())
                .unwrap_or_default()
        })
        .on("change", move |event| {
            let name = event_target_value(event);
            chat.use_way(Some(name).filter(|name| !name.is_empty()));
        });
    el("section")
        .child(field(move || say!(chat, way_title), select))
        .child(
            hint(move || {
                let way = chat.way.get().map(|way| way.title(chat));
                way.map_or_else(String::new, |way| say!(chat, way_now, way = way))
            })
            .set("class", "hint way-now"),
        )
}

fn reading(chat: Chat) -> Part {
    let pace_word = move || {
        chat.pace
            .get()
            .map(|pace| pace.to_string())
            .unwrap_or_default()
    };
    let pace = el("select")
        .child(choice("", move || say!(chat, pace_own)))
        .child(choice("live", move || say!(chat, pace_live)))
        .child(choice("30", move || say!(chat, pace_calm)))
        .child(choice("60", move || say!(chat, pace_slow)))
        .child(choice("instant", move || say!(chat, pace_instant)))
        .value(pace_word)
        .on("change", move |event| {
            chat.run(Command::SetPace(event_target_value(event).parse().ok()));
        });
    let theme = el("select")
        .child(choice("auto", move || say!(chat, theme_auto)))
        .child(choice("light", move || say!(chat, theme_light)))
        .child(choice("dark", move || say!(chat, theme_dark)))
        .value(move || chat.theme.get().word().to_owned())
        .on("change", move |event| {
            chat.run(Command::SetTheme(
                match event_target_value(event).as_str() {
                    "light" => Theme::Light,
                    "dark" => Theme::Dark,
                    _ => Theme::Auto,
                },
            ));
        });
    let language = el("select")
        .children(
            words::locales()
                .iter()
                .map(|&locale| choice(words::tag(locale), move || words::own_name(locale))),
        )
        .value(move || words::tag(chat.lang.get()).to_owned())
        .on("change", move |event| {
            let tag = event_target_value(event);
            chat.run(Command::SetLanguage(words::locale_for([tag.as_str()])));
        });
    el("section")
        .set("class", "reading")
        .child(el("h3").says(move || say!(chat, reading_title)))
        .child(field(move || say!(chat, reading_pace), pace))
        .child(field(move || say!(chat, theme), theme))
        .child(field(move || say!(chat, language), language))
}
