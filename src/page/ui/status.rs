//! The line under a reply that says what is going on, in a few quiet words; after the end, how it ended and the figures.

use leptos::prelude::*;

use super::boat::Boat;
use super::kit::{Button, Show};
use crate::chat::turn::Turn;
use crate::event::End;
use crate::page::app::{Chat, Command};
use crate::page::live::{Left, Seen, Status};
use crate::page::numbers;
use crate::page::sentences::{how_ended, running, way_title, way_words, young};
use crate::page::words::say;

/// The line under a reply.
#[component]
pub fn StatusLine(
    chat: Chat,
    /// Signs of a reply that runs, or ran a moment ago; `None` for one that was over before.
    seen: Option<Seen>,
    end: ReadSignal<Option<End>>,
    #[prop(into)] figures: Signal<Figures>,
) -> impl IntoView {
    let now = move || seen.map_or(Status::Ended, |seen| seen.status.get());
    let words = move || {
        end.with(|end| match end {
            Some(end) => ended(chat, end, &figures.get()),
            None => with_left(chat, running(chat, &now()), seen),
        })
    };
    let title = move || seen?.way.get().map(|way| way_title(chat, way));
    view! {
        <p class="status" part="status" title=title data-phase=move || now().phase()>
            {seen
                .map(|seen| {
                    view! {
                        <Show when=move || young(chat) && end.with(Option::is_none)>
                            <Boat chat status=seen.status />
                        </Show>
                    }
                })}
            // It changes too often to be translated or read out: what is read out is said elsewhere (reply/voice.rs).
            <span translate="no">{words}</span>
            {seen.map(|seen| view! { <Offers chat seen end /> })}
        </p>
    }
}

/// Buttons for a reply while it runs, and words on how the next one will come.
#[component]
fn Offers(chat: Chat, seen: Seen, end: ReadSignal<Option<End>>) -> impl IntoView {
    let going = move || end.with(Option::is_none);
    let is_held = move || going() && seen.held.get();
    let can_skip = move || going() && seen.behind.get() && is_paced(chat);
    let asking = move || matches!(seen.status.get(), Status::Asking(_)) && going();
    let has_next = move || seen.next_way.with(Option::is_some) && !young(chat);
    let next = move || {
        let way = seen.next_way.get().map(|way| way_words(chat, way));
        say!(chat, way_next, way = way.unwrap_or_default())
    };
    view! {
        <Show when=is_held>
            <Button class="inline" on_click=move || chat.run(Command::ReadOn)>
                {move || say!(chat, read_on)}
            </Button>
        </Show>
        <Show when=can_skip>
            <Button class="inline" on_click=move || chat.run(Command::Skip)>
                {move || say!(chat, show_all)}
            </Button>
        </Show>
        <Show when=has_next>
            <span role="status">{next}</span>
        </Show>
        <Show when=asking>
            <Button class="inline" on_click=move || chat.run(Command::WaitOn)>
                {move || match young(chat) {
                    true => say!(chat, keep_waiting_young),
                    false => say!(chat, keep_waiting),
                }}
            </Button>
        </Show>
    }
}

/// Words on what a reply is doing, and the time that the rest of what is here takes at the reader's pace.
fn with_left(chat: Chat, words: String, seen: Option<Seen>) -> String {
    let (left, unit) = match seen.and_then(|seen| seen.left.get()) {
        Some(Left::Seconds(seconds)) => (seconds, "second"),
        Some(Left::Minutes(minutes)) => (minutes, "minute"),
        None => return words,
    };
    let time = numbers::amount(chat.lang.get(), left.into(), unit, 0);
    let left = say!(chat, time_left, time = time);
    [words, left].join(" · ")
}

fn is_paced(chat: Chat) -> bool {
    chat.current_manner().pace.is_fixed()
}

fn ended(chat: Chat, end: &End, figures: &Figures) -> String {
    let words = how_ended(chat, end, figures.only_thought);
    // A child sees that it is done.
    if young(chat) && words == say!(chat, end_complete_young) {
        return String::new();
    }
    let mut parts = vec![words];
    if !young(chat) {
        if let Some(tokens) = figures.tokens {
            parts.push(say!(chat, tokens_used, used = tokens));
        }
        if let Some(speed) = figures.speed {
            parts.push(say!(chat, speed, speed = speed.round() as u32));
        }
    }
    parts.join(" · ")
}

/// Figures of a turn that are shown beside its text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Figures {
    /// Number of bytes of the answer.
    pub text_len: usize,
    /// `true` where there is no answer, but what the model thought.
    pub only_thought: bool,
    /// Number of tokens of the reply, by the server's count.
    pub tokens: Option<u32>,
    /// Tokens per second, by the server's clock.
    pub speed: Option<f64>,
    /// The tools that the model asks for.
    pub tools: Vec<String>,
}

impl Figures {
    /// Makes the figures of a turn.
    pub fn of(turn: &Turn) -> Figures {
        let speed = turn.timings.predicted_per_second.or_else(|| {
            let seconds = turn.timings.predicted_ms? / 1000.0;
            (seconds > 0.0).then(|| f64::from(turn.usage.completion_tokens.unwrap_or(0)) / seconds)
        });
        Figures {
            text_len: turn.text.len(),
            only_thought: turn.only_thought(),
            tokens: turn.usage.completion_tokens,
            speed: speed.filter(|speed| *speed > 0.0),
            tools: turn
                .tools
                .iter()
                .map(|tool| tool.name.clone().unwrap_or_default())
                .collect(),
        }
    }
}
