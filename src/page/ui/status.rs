//! The line under a reply that says what is going on, in a few quiet words; after the end, how it ended and the figures.

use leptos::prelude::*;

use super::kit::{Button, Show};
use super::turn::Figures;
use crate::event::{Deadline, End, Progress};
use crate::page::app::{Chat, Command};
use crate::page::live::{Seen, Status};
use crate::page::words::{end_words, say, young};

/// The line.
#[component]
pub fn StatusLine(
    chat: Chat,
    /// What is seen of a reply that runs, or ran a moment ago.
    seen: Option<Seen>,
    end: RwSignal<Option<End>>,
    #[prop(into)] figures: Signal<Figures>,
) -> impl IntoView {
    let now = move || seen.map_or(Status::Ended, |seen| seen.status.get());
    let words = move || {
        end.with(|end| match end {
            Some(end) => ended(chat, end, &figures.get()),
            None => running(chat, &now()),
        })
    };
    let way_title = move || seen?.way.get().map(|way| way.title(chat));
    view! {
        <p class="status" title=way_title data-phase=move || phase(&now())>
            // It changes too often to be translated or read out: what is read out is said elsewhere (reply/voice.rs).
            <span translate="no">{words}</span>
            {seen.map(|seen| view! { <Offers chat seen end /> })}
        </p>
    }
}

/// What can be done about a reply while it runs, and how the next one will come.
#[component]
fn Offers(chat: Chat, seen: Seen, end: RwSignal<Option<End>>) -> impl IntoView {
    let going = move || end.with(Option::is_none);
    let can_skip = move || going() && seen.behind.get() && is_paced(chat);
    let asking = move || matches!(seen.status.get(), Status::Asking(_)) && going();
    let has_next = move || seen.next_way.with(Option::is_some) && !young(chat);
    let next = move || {
        let way = seen.next_way.get().map(|way| way.words(chat));
        say!(chat, way_next, way = way.unwrap_or_default())
    };
    view! {
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
                {move || say!(chat, keep_waiting)}
            </Button>
        </Show>
    }
}

fn is_paced(chat: Chat) -> bool {
    matches!(
        chat.pace
            .get()
            .unwrap_or_else(|| chat.options.with(|options| options.pace())),
        crate::pacer::Pace::PerCharacter(_)
    )
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

/// What a reply that runs is doing.
pub fn running(chat: Chat, status: &Status) -> String {
    let percent = |part: f64| (part * 100.0).round().clamp(0.0, 100.0) as u32;
    if young(chat) {
        match status {
            Status::Connecting => return say!(chat, young_connecting),
            Status::Waiting | Status::Slow => return say!(chat, young_waiting),
            Status::Progress(_) => return say!(chat, young_reading),
            Status::Thinking => return say!(chat, young_thinking),
            Status::Writing(_) | Status::Showing => return say!(chat, young_writing),
            Status::Asking(_) | Status::Ended => {}
        }
    }
    match status {
        Status::Connecting => say!(chat, status_connecting),
        Status::Waiting => say!(chat, status_waiting),
        Status::Slow => say!(chat, status_slow),
        Status::Progress(Progress::Queued(_)) => say!(chat, status_queued),
        Status::Progress(Progress::LoadingModel(None)) => say!(chat, status_loading),
        Status::Progress(Progress::LoadingModel(Some(part))) => {
            say!(
                chat,
                status_loading_percent,
                percent = percent(f64::from(*part))
            )
        }
        Status::Progress(Progress::ReadingPrompt { processed, total }) => {
            let part = f64::from(*processed) / f64::from((*total).max(1));
            say!(chat, status_reading, percent = percent(part))
        }
        Status::Progress(Progress::Stage(stage)) => say!(chat, status_stage, stage = stage.clone()),
        Status::Thinking => say!(chat, status_thinking),
        Status::Writing(None) => say!(chat, status_writing),
        Status::Writing(Some((speed, true))) => say!(chat, status_writing_speed, speed = *speed),
        Status::Writing(Some((speed, false))) => say!(chat, status_writing_about, speed = *speed),
        Status::Showing => say!(chat, status_showing),
        Status::Asking(clock) => match clock {
            Deadline::Connect => say!(chat, asking_connect),
            Deadline::FirstToken => say!(chat, asking_first_token),
            Deadline::Silence => say!(chat, asking_silence),
            Deadline::Total => say!(chat, asking_total),
        },
        Status::Ended => String::new(),
    }
}

/// How a reply ended; one of which there is nothing to read but what the model thought says where that stands.
pub fn how_ended(chat: Chat, end: &End, only_thought: bool) -> String {
    match end {
        End::Empty { .. } if only_thought => say!(chat, end_only_thought),
        end => end_words(chat, end),
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
