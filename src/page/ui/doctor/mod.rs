//! The Doctor's region: one dot and one phrase on the latest reply, what to do where something is wrong, and the way to all
//! that is known of it ([`exam`]).

pub mod check;
pub mod exam;
mod picture;
mod raw;
mod take;
mod words;

use leptos::prelude::*;

use super::part::{Part, button, el};
use super::verdict;
use crate::doctor::Verdict;
use crate::page::app::Chat;
use crate::page::words::{say, young};

/// The region.
pub fn doctor(chat: Chat) -> Part {
    let verdict = move || chat.finding.get().unwrap_or(Verdict::Flowing);
    let well = move || verdict().is_well();
    el("section")
        .set("class", "doctor")
        .class("well", well)
        .set("role", "region")
        .attr("aria-label", move || say!(chat, doctor))
        .attr("data-verdict", move || verdict().word().to_owned())
        .child(el("span").set("class", "dot").set("aria-hidden", "true"))
        .when(
            move || !(young(chat) && well()),
            move || {
                el("span")
                    .set("class", "phrase")
                    .says(move || verdict::words(chat, verdict()))
            },
        )
        .when(
            move || !(young(chat) && well()),
            move || {
                button("inline", move || chat.doctor.update(|open| *open = !*open))
                    .attr("aria-expanded", move || chat.doctor.get().to_string())
                    .says(move || say!(chat, doctor_open))
            },
        )
        .when(
            move || !well(),
            move || {
                el("span")
                    .set("class", "why")
                    .says(move || verdict::why(chat, verdict()))
            },
        )
}
