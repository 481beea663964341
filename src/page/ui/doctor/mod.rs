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
use crate::page::app::{Chat, Command};
use crate::page::sentences::young;
use crate::page::verdict;
use crate::page::words::say;

/// The region.
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
    let told = move || ended().map_or(Told::Nothing, |end| Told::by(&end, verdict()));
    let is_quiet = move || young(chat) && well();
    let open = move |_| chat.run(Command::Examine(!chat.doctor.get_untracked()));
    view! {
        <section
            class="doctor"
            class:well=well
            role="region"
            aria-label=move || say!(chat, doctor)
            data-verdict=move || verdict().word()
        >
            <span class="dot" aria-hidden="true"></span>
            <Show when=move || !is_quiet() && told() == Told::Nothing>
                <span class="phrase">{move || verdict::words(chat, verdict())}</span>
            </Show>
            <Show when=move || !is_quiet()>
                <button
                    type="button"
                    class="inline"
                    aria-expanded=move || chat.doctor.get().to_string()
                    on:click=open
                >
                    {move || say!(chat, doctor_open)}
                </button>
            </Show>
            <Show when=move || !well() && told() != Told::All>
                <span class="why">{move || verdict::why(chat, verdict())}</span>
            </Show>
        </section>
    }
}

/// What of a verdict a turn tells by its own end.
#[derive(Clone, Copy, PartialEq)]
enum Told {
    Nothing,
    /// What happened.
    Cause,
    /// And what to do.
    All,
}

impl Told {
    fn by(end: &End, verdict: Verdict) -> Told {
        match end {
            End::Refused { .. }
            | End::Broken {
                before_headers: true,
                ..
            } => Told::All,
            End::Broken { error, .. } if error.code.is_some() && verdict != Verdict::Cut => {
                Told::All
            }
            End::Broken { .. } | End::Cut { .. } if verdict == Verdict::Cut => Told::Cause,
            End::Stalled { .. } if verdict == Verdict::Silent => Told::Cause,
            _ => Told::Nothing,
        }
    }
}
