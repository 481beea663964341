//! All that is known of one reply, beside the conversation: the verdict with its evidence and remedies, the picture, what can be
//! taken along, the raw data.
//!
//! In: the chat's patient, looked at whenever there is more to see. Out: the panel. It does not decide anything.

use leptos::prelude::*;
use web_sys::HtmlElement;

use super::sight::{Seen, Sight, look};
use super::words::{confidence_words, evidence_words, remedy_words};
use super::{picture, raw, take};
use crate::doctor::{Confidence, Remedy, Verdict, figures};
use crate::page::app::{Chat, Command};
use crate::page::ui::panel::adopt_style;
use crate::page::ui::part::{Part, after, button, el, follow, icon};
use crate::page::ui::turn::copy_button;
use crate::page::verdict;
use crate::page::words::say;

/// An element narrower than this, in pixels, is covered by the panel.
const BESIDE: i32 = 860;

/// The panel.
pub fn exam(chat: Chat) -> Part {
    adopt_style(&chat.shared().root);
    let sight: Sight = RwSignal::new(None);
    follow(move || {
        chat.track_patient();
        look(chat, &mut |case| {
            let seen = Some(Seen {
                finding: case.finding(),
                figures: figures(case.trace, case.now),
            });
            if sight.with_untracked(|before| *before != seen) {
                sight.set(seen);
            }
        });
    });
    let before = chat.shared().root.active_element();
    let back = move || {
        chat.run(Command::Examine(false));
        let opener = before.clone();
        if let Some(opener) = opener.and_then(|opener| as_html(opener.into())) {
            let _ = opener.focus();
        }
    };
    let leave = back.clone();
    let title = move || say!(chat, doctor_title);
    let head = el("div")
        .set("class", "panel-head")
        .child(el("h2").says(title))
        .child(
            button("round", back)
                .attr("aria-label", move || say!(chat, close))
                .child(icon(icondata_lu::LuX)),
        );
    // In a narrow element there is no room beside the conversation, however wide the window is.
    let is_narrow = chat.shared().host.client_width() < BESIDE;
    let panel = el("aside")
        .set("class", "exam panel")
        .class("over", move || is_narrow)
        .set("tabindex", "-1")
        .attr("aria-label", title)
        .on_key(move |event| {
            if event.key() == "Escape" {
                event.prevent_default();
                leave();
            }
        })
        .child(head)
        .child(finding(chat, sight))
        .child(picture::timeline(chat, sight))
        .child(remedies(chat, sight))
        .child(picture::more(chat, sight))
        .child(take::take(chat))
        .child(raw::raw(chat));
    let element = panel.element();
    let focused = StoredValue::new(false);
    after(move || {
        if !focused.get_value() {
            focused.set_value(true);
            let _ = element.focus();
        }
    });
    panel
}

fn as_html(object: js_sys::Object) -> Option<HtmlElement> {
    wasm_bindgen::JsCast::dyn_into(object).ok()
}

/// The verdict, and what speaks for it.
fn finding(chat: Chat, sight: Sight) -> Part {
    let verdict = move || {
        let verdict = sight.with(|seen| seen.as_ref().map(|seen| seen.finding.verdict));
        verdict.unwrap_or(Verdict::Flowing)
    };
    let sure = move || {
        let sure = sight.with(|seen| seen.as_ref().map(|seen| seen.finding.confidence));
        sure.unwrap_or(Confidence::Guess)
    };
    let evidence = move || {
        let evidence = sight.with(|seen| seen.as_ref().map(|seen| seen.finding.evidence.clone()));
        evidence.unwrap_or_default()
    };
    el("section")
        .set("class", "finding")
        .child(
            el("p")
                .set("class", "verdict")
                .class("well", move || verdict().is_well())
                .child(el("span").set("class", "dot").set("aria-hidden", "true"))
                .child(el("strong").says(move || verdict::words(chat, verdict())))
                .child(
                    el("span")
                        .set("class", "sure")
                        .says(move || confidence_words(chat, sure())),
                ),
        )
        .child(el("p").says(move || verdict::why(chat, verdict())))
        .when(
            move || !evidence().is_empty(),
            move || el("h3").says(move || say!(chat, doctor_evidence)),
        )
        .child(
            el("ul")
                .set("class", "evidence")
                .each(evidence, move |fact| {
                    let fact = fact.clone();
                    el("li").says(move || evidence_words(chat, &fact))
                }),
        )
}

/// What to do.
fn remedies(chat: Chat, sight: Sight) -> Part {
    let remedies = move || {
        let remedies = sight.with(|seen| seen.as_ref().map(|seen| seen.finding.remedies.clone()));
        remedies.unwrap_or_default()
    };
    el("section")
        .flag("hidden", move || remedies().is_empty())
        .child(el("h3").says(move || say!(chat, doctor_remedies)))
        .child(
            el("ol")
                .set("class", "remedies")
                .each(remedies, move |remedy| remedy_part(chat, remedy)),
        )
}

fn remedy_part(chat: Chat, remedy: &Remedy) -> Part {
    let words = remedy.clone();
    let part = el("li").child(el("span").says(move || remedy_words(chat, &words)));
    let Some(line) = remedy.line.clone() else {
        return part;
    };
    part.child(
        el("div")
            .set("class", "line")
            .child(
                el("pre")
                    .set("dir", "ltr")
                    .set("tabindex", "0")
                    .child(el("code").text(&line)),
            )
            .child(copy_button(
                chat,
                "quiet",
                move || say!(chat, copy),
                move || line.clone(),
            )),
    )
}
