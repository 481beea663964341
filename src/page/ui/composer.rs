//! Where a person writes: a field that grows, the one button that is Send or Stop, and the meter.

use leptos::prelude::*;

use super::part::{Part, button, el, icon};
use crate::page::app::{Chat, Command};
use crate::page::words::{say, young};

/// The composer.
pub fn composer(part: Part, chat: Chat) -> Part {
    let running = move || chat.live.with(Option::is_some);
    let empty = move || chat.draft.with(|draft| draft.trim().is_empty());
    let stops = move || running() && empty();
    let send = move || {
        let text = chat.draft.get_untracked();
        chat.run(Command::Send(text));
    };
    let placeholder = move || {
        let own = chat.options.with(|options| options.placeholder.clone());
        own.unwrap_or_else(|| {
            if young(chat) {
                say!(chat, placeholder_young)
            } else {
                say!(chat, placeholder)
            }
        })
    };
    let field = el("textarea")
        .set("rows", "1")
        .set("dir", "auto")
        .attr("aria-label", move || say!(chat, message))
        .attr("placeholder", placeholder)
        .value(move || chat.draft.get())
        .on("input", move |event| {
            let text = event_target_value(event);
            chat.shared().store.keep_draft(&text);
            chat.draft.set(text);
        })
        .on_key(move |event| {
            if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
                event.prevent_default();
                send();
            } else if event.key() == "Escape" && running() {
                chat.run(Command::Stop);
            }
        });
    let typed_in = field.element();
    let press = move || {
        if stops() {
            chat.run(Command::Stop);
        } else {
            send();
        }
        let _ = typed_in.focus();
    };
    let go = button("go", press)
        .class("stops", stops)
        .flag("disabled", move || empty() && !running())
        .each(
            move || vec![stops()],
            |stops| {
                icon(if *stops {
                    icondata_lu::LuSquare
                } else {
                    icondata_lu::LuArrowUp
                })
            },
        )
        .child(el("span").says(move || {
            if stops() {
                say!(chat, stop)
            } else {
                say!(chat, send)
            }
        }));
    // The hidden twin holds the same text and gives the field its height: no script measures anything.
    let twin = el("div")
        .set("class", "field")
        .attr("data-text", move || chat.draft.get())
        .child(field);
    part.child(el("div").set("class", "fields").each(
        move || chat.takes().fields.to_vec(),
        move |name| own_field(chat, name),
    ))
    .child(el("div").set("class", "composer").child(twin).child(go))
    .when(move || !young(chat), move || meter(chat))
}

/// A field that the server's kind has beside the prompt.
fn own_field(chat: Chat, name: &'static str) -> Part {
    let words = move || match name {
        "context" => say!(chat, field_context),
        "style" => say!(chat, field_style),
        other => other.to_owned(),
    };
    let value = move || {
        chat.wishes
            .with(|wishes| wishes.fields.get(name).cloned().unwrap_or_default())
    };
    let field = el("input")
        .set("type", "text")
        .set("dir", "auto")
        .value(value)
        .on("input", move |event| {
            let typed = event_target_value(event);
            chat.wish(|wishes| {
                if typed.is_empty() {
                    wishes.fields.remove(name);
                } else {
                    wishes.fields.insert(name.to_owned(), typed);
                }
            });
        });
    el("label").child(el("span").says(words)).child(field)
}

fn meter(chat: Chat) -> Part {
    let words = move || {
        let Some(meter) = chat.meter.get() else {
            return String::new();
        };
        match (meter.exact, chat.context()) {
            (true, Some(context)) => say!(
                chat,
                tokens_used_of,
                used = group(meter.used),
                context = group(context)
            ),
            (true, None) => say!(chat, tokens_used, used = group(meter.used)),
            (false, Some(context)) => say!(
                chat,
                tokens_about_of,
                used = group(meter.used),
                context = group(context)
            ),
            (false, None) => say!(chat, tokens_about, used = group(meter.used)),
        }
    };
    let full = move || match (chat.meter.get(), chat.context()) {
        (Some(meter), Some(context)) => f64::from(meter.used) > 0.9 * f64::from(context),
        _ => false,
    };
    el("p")
        .set("class", "meter")
        .class("full", full)
        .attr("title", move || say!(chat, tokens_hint))
        .says(words)
}

/// Figures with a thin gap between thousands, as the SI writes them: the same in every language.
fn group(number: u32) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}
