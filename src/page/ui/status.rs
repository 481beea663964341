//! The line under a reply that says what is going on, in a few quiet words; after the end, how it ended and the figures.

use leptos::prelude::*;

use super::part::{Part, button, el};
use crate::chat::turn::Turn;
use crate::event::End;
use crate::pacer::Pace;
use crate::page::app::{Chat, Command};
use crate::page::live::{Seen, Status};
use crate::page::sentences::{how_ended, running, way_title, way_words, young};
use crate::page::words::say;

/// The line.
pub fn status_line(
    chat: Chat,
    seen: Option<Seen>,
    end: ReadSignal<Option<End>>,
    figures: impl Fn() -> Figures + 'static,
) -> Part {
    let now = move || seen.map_or(Status::Ended, |seen| seen.status.get());
    let going = move || end.with(Option::is_none);
    let asking = move || matches!(now(), Status::Asking(_)) && going();
    let can_skip = move || going() && seen.is_some_and(|seen| seen.behind.get()) && is_paced(chat);
    let words = move || {
        end.with(|end| match end {
            Some(end) => ended(chat, end, &figures()),
            None => running(chat, &now()),
        })
    };
    let title = move || seen?.way.get().map(|way| way_title(chat, way));
    el("p")
        .set("class", "status")
        .attr_if("title", title)
        .attr("data-phase", move || phase(&now()).to_owned())
        // It changes too often to be translated or read out: what is read out is said elsewhere (reply/voice.rs).
        .child(el("span").set("translate", "no").says(words))
        .when(can_skip, move || {
            button("inline", move || chat.run(Command::Skip)).says(move || say!(chat, show_all))
        })
        .when(
            move || seen.is_some_and(|seen| seen.next_way.with(Option::is_some)) && !young(chat),
            move || {
                el("span").set("role", "status").says(move || {
                    let way = seen.and_then(|seen| seen.next_way.get());
                    let way = way.map(|way| way_words(chat, way)).unwrap_or_default();
                    say!(chat, way_next, way = way)
                })
            },
        )
        .when(asking, move || {
            button("inline", move || chat.run(Command::WaitOn))
                .says(move || say!(chat, keep_waiting))
        })
}

fn is_paced(chat: Chat) -> bool {
    matches!(chat.current_pace(), Pace::PerCharacter(_))
}

fn phase(status: &Status) -> &'static str {
    match status {
        Status::Connecting => "connecting",
        Status::Waiting | Status::Slow => "waiting",
        Status::Progress(_) => "reading",
        Status::Thinking => "thinking",
        Status::Writing(_) => "writing",
        Status::Showing => "showing",
        Status::Asking(_) => "asking",
        Status::Ended => "ended",
    }
}

/// What of a turn is shown beside its text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Figures {
    /// Bytes of the answer.
    pub text_len: usize,
    /// There is no answer, but what the model thought.
    pub only_thought: bool,
    /// Tokens of the reply, by the server's count.
    pub tokens: Option<u32>,
    /// Tokens per second, by the server's clock.
    pub speed: Option<f64>,
    /// The tools that the model asks for.
    pub tools: Vec<String>,
}

impl Figures {
    /// Those of a turn.
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

fn ended(chat: Chat, end: &End, figures: &Figures) -> String {
    let mut parts = vec![how_ended(chat, end, figures.only_thought)];
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
