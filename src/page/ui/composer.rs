//! Where a person writes: a field that grows, the one button that is Send or Stop, and the meter.

use leptos::html;
use leptos::prelude::*;

use super::icon::Icon;
use crate::page::app::{Chat, Command};
use crate::page::words::{say, young};

/// The composer.
#[component]
pub fn Composer(chat: Chat) -> impl IntoView {
    let field = NodeRef::<html::Textarea>::new();
    let running = move || chat.live.with(Option::is_some);
    let empty = move || chat.draft.with(|draft| draft.trim().is_empty());
    let stops = move || running() && empty();
    let send = move || {
        let text = chat.draft.get_untracked();
        chat.run(Command::Send(text));
    };
    let press = move |_| {
        if stops() {
            chat.run(Command::Stop);
        } else {
            send();
        }
        if let Some(field) = field.get_untracked() {
            let _ = field.focus();
        }
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
    view! {
        <div class="composer">
            // The hidden twin holds the same text and gives the field its height: no script measures anything.
            <div class="field" data-text=move || chat.draft.get()>
                <textarea
                    rows="1"
                    dir="auto"
                    node_ref=field
                    aria-label=move || say!(chat, message)
                    placeholder=placeholder
                    prop:value=move || chat.draft.get()
                    on:input=move |event| {
                        let text = event_target_value(&event);
                        chat.shared().store.keep_draft(&text);
                        chat.draft.set(text);
                    }
                    on:keydown=move |event| {
                        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
                            event.prevent_default();
                            send();
                        } else if event.key() == "Escape" && running() {
                            chat.run(Command::Stop);
                        }
                    }
                ></textarea>
            </div>
            <button
                type="button"
                class="go"
                class:stops=stops
                disabled=move || empty() && !running()
                on:click=press
            >
                <Show when=stops fallback=|| view! { <Icon icon=icondata_lu::LuArrowUp/> }>
                    <Icon icon=icondata_lu::LuSquare/>
                </Show>
                <span>{move || if stops() { say!(chat, stop) } else { say!(chat, send) }}</span>
            </button>
        </div>
        <Show when=move || !young(chat)>
            <Meter chat=chat/>
        </Show>
    }
}

#[component]
fn Meter(chat: Chat) -> impl IntoView {
    let words = move || {
        let meter = chat.meter.get()?;
        Some(match (meter.exact, chat.context()) {
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
        })
    };
    let full = move || match (chat.meter.get(), chat.context()) {
        (Some(meter), Some(context)) => f64::from(meter.used) > 0.9 * f64::from(context),
        _ => false,
    };
    view! {
        <p class="meter" class:full=full title=move || say!(chat, tokens_hint)>{words}</p>
    }
}

/// Figures with a thin gap between thousands, as the SI writes them: the same in every language.
fn group(number: u32) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}
