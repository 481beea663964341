//! The Doctor's region: one dot and one phrase on the latest reply, what to do where something is wrong, and the way to all
//! that is known of it ([`exam::Exam`]).

pub mod check;
pub mod exam;
mod picture;
mod raw;
mod sight;
mod take;
mod words;

use leptos::prelude::*;

use super::kit::Show;
use crate::doctor::Verdict;
use crate::event::End;
use crate::options::Door;
use crate::page::app::{Chat, Command};
use crate::page::friendly;
use crate::page::sentences::young;
use crate::page::verdict;
use crate::page::words::say;

/// The Doctor's region below the latest reply.
#[component]
pub fn Doctor(chat: Chat) -> impl IntoView {
    let verdict = move || chat.finding.get().unwrap_or(Verdict::Flowing);
    let well = move || verdict().is_well();
    // What the turn says of its own end is not said again below it.
    let ended = move || {
        let live = chat
            .live
            .with(|live| live.as_ref().map(|live| live.seen().end));
        live.and_then(|end| end.get())
            .or_else(|| chat.tree.with(|tree| tree.turn(tree.last()?)?.end.clone()))
    };
    let told = move || ended().map_or(ToldByTurn::Nothing, |end| ToldByTurn::by(&end, verdict()));
    // A child is told by the turn alone; the Doctor speaks where that says nothing.
    let is_told = move || young(chat) && told() != ToldByTurn::Nothing;
    let is_quiet = move || young(chat) && well() || is_told();
    let opens = move || chat.options.with(|options| options.opens(Door::Raw));
    let phrase = move || match young(chat) {
        true => friendly::verdict_words(chat, verdict()),
        false => verdict::words(chat, verdict()),
    };
    let open = move |_| chat.run(Command::Examine(!chat.doctor.get_untracked()));
    view! {
        <section
            class="doctor"
            class:well=move || well() || is_told()
            role="region"
            aria-label=move || say!(chat, doctor)
            data-verdict=move || verdict().word()
        >
            <span class="dot" aria-hidden="true"></span>
            <Show when=move || !is_quiet() && told() == ToldByTurn::Nothing>
                <span class="phrase">{phrase}</span>
            </Show>
            <Show when=move || !is_quiet() && opens()>
                <button
                    type="button"
                    class="inline"
                    aria-expanded=move || chat.doctor.get().to_string()
                    on:click=open
                >
                    {move || say!(chat, doctor_open)}
                </button>
            </Show>
            <Show when=move || !well() && !young(chat) && told() != ToldByTurn::All>
                <span class="why">{move || verdict::why(chat, verdict())}</span>
            </Show>
        </section>
    }
}

/// The part of a verdict that a turn tells by its own end.
#[derive(Clone, Copy, PartialEq)]
enum ToldByTurn {
    Nothing,
    /// The cause alone.
    Cause,
    /// The cause, and what to do.
    All,
}

impl ToldByTurn {
    fn by(end: &End, verdict: Verdict) -> ToldByTurn {
        match end {
            End::Refused { .. }
            | End::Broken {
                before_headers: true,
                ..
            } => ToldByTurn::All,
            End::Broken { error, .. } if error.code.is_some() && verdict != Verdict::Cut => {
                ToldByTurn::All
            }
            End::Broken { .. } | End::Cut { .. } if verdict == Verdict::Cut => ToldByTurn::Cause,
            End::Stalled { .. } if verdict == Verdict::Silent => ToldByTurn::Cause,
            _ => ToldByTurn::Nothing,
        }
    }
}
