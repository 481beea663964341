//! The Doctor's region: one dot and one phrase on the latest reply, what to do where something is wrong, and the way to all
//! that is known of it ([`exam`]).

pub mod check;
pub mod exam;
mod picture;
mod raw;
mod sight;
mod take;
mod words;

use leptos::prelude::*;

use super::part::{Part, button, el};
use crate::doctor::Verdict;
use crate::event::End;
use crate::page::app::{Chat, Command};
use crate::page::sentences::young;
use crate::page::verdict;
use crate::page::words::say;

/// The region.
pub fn doctor(chat: Chat) -> Part {
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
    el("section")
        .set("class", "doctor")
        .class("well", well)
        .set("role", "region")
        .attr("aria-label", move || say!(chat, doctor))
        .attr("data-verdict", move || verdict().word().to_owned())
        .child(el("span").set("class", "dot").set("aria-hidden", "true"))
        .when(
            move || !(young(chat) && well()) && told() == Told::Nothing,
            move || {
                el("span")
                    .set("class", "phrase")
                    .says(move || verdict::words(chat, verdict()))
            },
        )
        .when(
            move || !(young(chat) && well()),
            move || {
                button("inline", move || {
                    chat.run(Command::Examine(!chat.doctor.get_untracked()))
                })
                .attr("aria-expanded", move || chat.doctor.get().to_string())
                .says(move || say!(chat, doctor_open))
            },
        )
        .when(
            move || !well() && told() != Told::All,
            move || {
                el("span")
                    .set("class", "why")
                    .says(move || verdict::why(chat, verdict()))
            },
        )
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
