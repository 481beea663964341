//! An answer, looked into: each token coloured by how likely it was, its alternatives and what it looked at on demand.
//!
//! In: [`Looks`] that grow. Out: a strip of tokens that grows at its end with the text that is shown, and the words on the token
//! that is pointed to. It can be pointed with a mouse or a finger, and walked with the arrow keys.
//!
//! Made on demand: [`open`] is the only way in.

use std::cell::Cell;
use std::rc::Rc;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event};

use super::part::{Part, el, follow};
use crate::chat::tokens::Seen;
use crate::page::app::{Chat, Looks};
use crate::page::numbers;
use crate::page::words::say;

/// The strip of one answer.
pub fn open(chat: Chat, looks: Looks) -> Part {
    let shown = RwSignal::from(looks.shown.clone());
    let current = RwSignal::new(None::<usize>);
    let strip = el("div")
        .set("class", "strip")
        .set("dir", "auto")
        .set("tabindex", "0")
        .set("role", "group")
        .attr("aria-label", move || say!(chat, tokens_title));
    grow(&strip, looks.clone());
    shade(&strip, looks.clone(), current);
    let point = move |event: &Event| {
        let target = event.target().and_then(|target| target.dyn_into().ok());
        let at = target.and_then(|target: Element| target.get_attribute("data-at")?.parse().ok());
        if let Some(at) = at {
            point_at(current, at);
        }
    };
    let strip = strip
        .on("pointerover", point)
        .on("click", point)
        .on_key(move |event| {
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
    el("section")
        .set("class", "tokens")
        .child(
            el("div")
                .set("class", "token-detail")
                .set("role", "status")
                .each(
                    move || vec![current.get()],
                    move |at| detail(chat, &looks, *at),
                ),
        )
        .child(strip)
}

fn point_at(current: RwSignal<Option<usize>>, at: usize) {
    if current.get_untracked() != Some(at) {
        current.set(Some(at));
    }
}

/// Appends the tokens that are new. What is there is not touched.
fn grow(strip: &Part, looks: Looks) {
    let root = strip.element();
    let made = Cell::new(0);
    follow(move || {
        let shown = looks.shown.get();
        let tokens = looks.tokens.borrow();
        let from = made.replace(shown.max(made.get()));
        for (at, seen) in tokens.all().iter().enumerate().take(shown).skip(from) {
            let span = el("span").set("data-at", &at.to_string()).text(&seen.text);
            let span = match seen.logprob {
                Some(logprob) => span.set("data-p", &step(logprob).to_string()),
                None => span,
            };
            let _ = root.append_child(&span.element());
        }
    });
}

/// Marks the token that is pointed to, and the earlier ones by how much it looked at them.
fn shade(strip: &Part, looks: Looks, current: RwSignal<Option<usize>>) {
    let root = strip.element();
    let before = Rc::new(Cell::new(None::<usize>));
    follow(move || {
        let now = current.get();
        let was = before.replace(now);
        let tokens = looks.tokens.borrow();
        let looked: &[u8] = now
            .and_then(|now| tokens.all().get(now))
            .map_or(&[], |seen| &seen.looked);
        let spans = root.children();
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

/// What is known of the token that is pointed to; before, how to point.
fn detail(chat: Chat, looks: &Looks, at: Option<usize>) -> Part {
    let tokens = looks.tokens.borrow();
    let Some(seen) = at.and_then(|at| tokens.all().get(at)) else {
        return el("p").says(move || say!(chat, tokens_how));
    };
    let part = el("p").child(chip(chat, &seen.text, seen.logprob).set("class", "chip own"));
    let others = seen.alternatives.iter();
    let others = others.filter(|(text, _)| *text != seen.text);
    let part = part.children(others.map(|(text, logprob)| chip(chat, text, Some(*logprob))));
    match looked_at(seen, tokens.all()) {
        Some((share, words)) => part.child(el("span").set("class", "looked").says(move || {
            if words.is_empty() {
                say!(chat, tokens_looked_prompt, share = share)
            } else {
                say!(chat, tokens_looked, share = share, words = words.clone())
            }
        })),
        None => part,
    }
}

/// The prompt's share of a token's looks, and the words of the answer that it looked at most.
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

fn chip(chat: Chat, text: &str, logprob: Option<f32>) -> Part {
    let part = el("span")
        .set("class", "chip")
        .child(el("span").text(&visible(text)));
    match logprob {
        Some(logprob) => part
            .set("data-p", &step(logprob).to_string())
            .text(" ")
            .child(el("span").says(move || percent(chat, logprob))),
        None => part,
    }
}

/// What would not be seen, as signs.
fn visible(text: &str) -> String {
    let text = text.replace('\n', "⏎").replace('\t', "⇥");
    if text.trim().is_empty() {
        "␣".repeat(text.chars().count())
    } else {
        text
    }
}

/// Ten steps: a colour for each probability would say more than an eye can tell apart.
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
