//! An answer, looked into: each token coloured by how likely it was, its alternatives and what it looked at on demand.
//!
//! In: a [`TokenInsight`] that grows. Out: a strip of tokens that grows at its end with the text that is shown, and the words on the token
//! that is pointed to. It can be pointed with a mouse or a finger, and walked with the arrow keys.
//!
//! The strip is made by hand, because it grows with every frame: what is there is not touched.

use std::cell::Cell;
use std::rc::Rc;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, KeyboardEvent};

use super::dom::el;
use super::kit::{For, keys};
use crate::chat::tokens::Seen;
use crate::page::app::{Chat, TokenInsight};
use crate::page::follow::follow;
use crate::page::numbers;
use crate::page::words::say;

/// The strip of one answer, and words on the token that is pointed to.
#[component]
pub fn Tokens(chat: Chat, insight: TokenInsight) -> impl IntoView {
    let current = RwSignal::new(None::<usize>);
    let strip = insight.clone();
    let insight = StoredValue::new_local(insight);
    view! {
        <section class="tokens">
            <div class="token-detail" role="status">
                <For each=move || [current.get()] key=|at| *at let:at>
                    {detail(chat, &insight.get_value(), at)}
                </For>
            </div>
            <Strip insight=strip current label=move || say!(chat, tokens_title) />
        </section>
    }
}

/// The tokens of an answer in a row, of which one is pointed to.
#[component]
pub fn Strip(
    insight: TokenInsight,
    /// The token that is pointed to.
    current: RwSignal<Option<usize>>,
    /// The name of the row.
    #[prop(into)]
    label: Signal<String>,
    /// Set where a mouse that passes by points to nothing: a click does.
    #[prop(optional)]
    by_click: bool,
) -> impl IntoView {
    let shown = RwSignal::from(insight.shown.clone());
    let point = move |event: &Event| {
        let target = event.target().and_then(|target| target.dyn_into().ok());
        let at = target.and_then(|target: Element| target.get_attribute("data-at")?.parse().ok());
        if let Some(at) = at {
            point_at(current, at);
        }
    };
    let walk = keys(move |event: &KeyboardEvent| {
        let last = shown.get_untracked().saturating_sub(1);
        let at = current.get_untracked();
        let to = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => at.map_or(0, |at| (at + 1).min(last)),
            "ArrowLeft" | "ArrowUp" => at.map_or(0, |at| at.saturating_sub(1)),
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        point_at(current, to);
    });
    let (grown, shaded) = (insight.clone(), insight);
    view! {
        <div
            class="strip"
            dir="auto"
            tabindex="0"
            role="group"
            aria-label=label
            use:grow=grown
            use:shade=(shaded, current)
            on:pointerover=move |event| {
                if !by_click {
                    point(&event);
                }
            }
            on:click=move |event| point(&event)
            on:keydown=walk
        ></div>
    }
}

fn point_at(current: RwSignal<Option<usize>>, at: usize) {
    if current.get_untracked() != Some(at) {
        current.set(Some(at));
    }
}

/// Appends the tokens that are new. What is there is not touched.
fn grow(strip: Element, insight: TokenInsight) {
    let made = Cell::new(0);
    follow(move || {
        let shown = insight.shown.get();
        let tokens = insight.tokens.borrow();
        let from = made.replace(shown.max(made.get()));
        for (at, seen) in tokens.all().iter().enumerate().take(shown).skip(from) {
            let span = el("span", &[("data-at", &at.to_string())]);
            span.set_text_content(Some(&seen.text));
            mark(
                &span,
                "data-p",
                seen.logprob.map(|logprob| step(logprob).to_string()),
            );
            let _ = strip.append_child(&span);
        }
    });
}

/// Marks the token that is pointed to, and the earlier ones by how much it looked at them.
fn shade(strip: Element, (insight, current): (TokenInsight, RwSignal<Option<usize>>)) {
    let before = Rc::new(Cell::new(None::<usize>));
    follow(move || {
        let now = current.get();
        let was = before.replace(now);
        let tokens = insight.tokens.borrow();
        let looked: &[u8] = now
            .and_then(|now| tokens.all().get(now))
            .map_or(&[], |seen| &seen.looked);
        let spans = strip.children();
        let last = now.max(was).map_or(0, |last| last + 1);
        for at in 0..spans.length().min(last as u32) {
            let Some(span) = spans.item(at) else { continue };
            let at = at as usize;
            mark(&span, "data-current", (Some(at) == now).then(String::new));
            let step = looked.get(at).filter(|step| **step > 0);
            mark(&span, "data-looked", step.map(u8::to_string));
        }
    });
}

fn mark(span: &Element, name: &str, value: Option<String>) {
    // It fails only on names that are no names.
    let _ = match value {
        Some(value) => span.set_attribute(name, &value),
        None => span.remove_attribute(name),
    };
}

/// Words on the token that is pointed to; before there is one, on how to point.
fn detail(chat: Chat, insight: &TokenInsight, at: Option<usize>) -> AnyView {
    let tokens = insight.tokens.borrow();
    let Some(seen) = at.and_then(|at| tokens.all().get(at)) else {
        return view! { <p>{move || say!(chat, tokens_how)}</p> }.into_any();
    };
    let others = seen.alternatives.iter();
    let others = others.filter(|(text, _)| *text != seen.text);
    let others = others
        .map(|(text, logprob)| view! { <Chip chat text=visible(text) logprob=Some(*logprob) /> });
    let looked = looked_at(seen, tokens.all()).map(|(share, words)| {
        let words = move || {
            if words.is_empty() {
                say!(chat, tokens_looked_prompt, share = share)
            } else {
                say!(chat, tokens_looked, share = share, words = words.clone())
            }
        };
        view! { <span class="looked">{words}</span> }
    });
    view! {
        <p>
            <Chip chat class="chip own" text=visible(&seen.text) logprob=seen.logprob />
            {others.collect_view()}
            {looked}
        </p>
    }
    .into_any()
}

/// The prompt's share of a token's attention, in per cent, and the words of the answer that it looked at most (three at most);
/// `None` where that is not known.
fn looked_at(seen: &Seen, all: &[Seen]) -> Option<(u8, String)> {
    let share = seen.at_prompt?;
    let mut most: Vec<(usize, u8)> = seen.looked.iter().copied().enumerate().collect();
    most.sort_by_key(|(at, step)| (std::cmp::Reverse(*step), std::cmp::Reverse(*at)));
    let words: Vec<String> = most
        .iter()
        .filter(|(_, step)| *step > 0)
        .filter_map(|(at, _)| all.get(*at))
        .filter(|seen| seen.text.chars().any(char::is_alphanumeric))
        .take(3)
        .map(|seen| visible(seen.text.trim()))
        .collect();
    Some((share, words.join(", ")))
}

/// A token and how likely it was.
#[component]
fn Chip(
    chat: Chat,
    #[prop(default = "chip")] class: &'static str,
    text: String,
    logprob: Option<f32>,
) -> impl IntoView {
    let likely = logprob.map(|logprob| {
        view! {
            " "
            <span>{move || percent(chat, logprob)}</span>
        }
    });
    view! {
        <span class=class data-p=logprob.map(|logprob| step(logprob).to_string())>
            <span>{text}</span>
            {likely}
        </span>
    }
}

/// The text with signs for what would not be seen: line breaks, tabs, and spaces where there is nothing else.
pub fn visible(text: &str) -> String {
    let text = text.replace('\n', "⏎").replace('\t', "⇥");
    if text.trim().is_empty() {
        "␣".repeat(text.chars().count())
    } else {
        text
    }
}

/// The step of a probability, from 0 to 9, by its natural logarithm: a colour for each probability would say more than an eye can
/// tell apart.
fn step(logprob: f32) -> u32 {
    ((logprob.exp() * 10.0) as u32).min(9)
}

fn percent(chat: Chat, logprob: f32) -> String {
    let (locale, share) = (chat.lang.get(), f64::from(logprob.exp()));
    if share < 0.0005 {
        format!("< {}", numbers::percent(locale, 0.001, 1))
    } else {
        numbers::percent(locale, share, 1)
    }
}
