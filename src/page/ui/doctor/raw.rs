//! The frames as they came, with a search. They are read only while they are looked at.

use leptos::prelude::*;

use super::sight::look;
use super::words::time;
use crate::page::app::Chat;
use crate::page::ui::panel::{field, hint};
use crate::page::ui::part::{Part, button, el, follow};
use crate::page::words::say;
use crate::trace::RawFrame;

/// So many frames are shown, and so many more each time.
const SOME: usize = 40;
/// While a reply runs, no more than this is read over and over, in bytes.
const LIGHT: usize = 64 * 1024;

/// What was found.
#[derive(Clone, PartialEq, Default)]
struct Found {
    /// The frames, with their time since the request.
    frames: Vec<(u32, RawFrame)>,
    /// How many there are in all.
    count: usize,
    /// There was more than is kept.
    cut: bool,
}

/// The raw data.
pub fn raw(chat: Chat) -> Part {
    let open = RwSignal::new(false);
    let sought = RwSignal::new(String::new());
    let most = RwSignal::new(SOME);
    let found = RwSignal::new(Found::default());
    let asked = StoredValue::new(None);
    follow(move || {
        chat.track_patient();
        if !open.get() {
            return;
        }
        let question = (sought.get(), most.get(), chat.finding.get());
        let mut new = None;
        look(chat, &mut |case| {
            let same = asked.with_value(|asked| asked.as_ref() == Some(&question));
            let heavy = case.trace.raw.memory() > LIGHT && case.end.is_none();
            if heavy && same {
                return;
            }
            let sent = case.trace.totals().sent.unwrap_or_default();
            let (frames, count) = case.trace.raw.frames(&question.0, 0, question.1);
            let since = |frame: RawFrame| ((frame.at - sent).max(0.0) as u32, frame);
            new = Some(Found {
                frames: frames.into_iter().map(since).collect(),
                count,
                cut: case.trace.raw.is_cut(),
            });
        });
        asked.set_value(Some(question));
        if let Some(new) = new
            && found.with_untracked(|before| *before != new)
        {
            found.set(new);
        }
    });
    let search = el("input")
        .set("type", "search")
        .set("autocomplete", "off")
        .set("spellcheck", "false")
        .on("input", move |event| {
            most.set(SOME);
            sought.set(event_target_value(event));
        });
    let shown = move || found.with(|found| (found.frames.len(), found.count));
    let details = el("details");
    let element = details.element();
    details
        .set("class", "raw")
        .on("toggle", move |_| open.set(element.has_attribute("open")))
        .child(el("summary").says(move || say!(chat, raw_title)))
        .child(field(move || say!(chat, raw_search), search))
        .child(
            hint(move || {
                let (shown, count) = shown();
                if count == 0 {
                    say!(chat, raw_none)
                } else {
                    say!(chat, raw_count, shown = shown, count = count)
                }
            })
            // While a reply runs it counts with every piece that comes, which nobody wants to be told.
            .attr_if("role", move || {
                chat.live.with(Option::is_none).then(|| "status".to_owned())
            }),
        )
        .child(el("ol").set("class", "frames").each(
            move || found.with(|found| found.frames.clone()),
            move |(at, frame)| {
                let at = *at;
                el("li")
                    .child(el("span").set("class", "at").says(move || time(chat, at)))
                    .child(el("b").text(&frame.name))
                    .child(el("code").set("dir", "ltr").text(&frame.text))
            },
        ))
        .when(
            move || shown().0 < shown().1,
            move || {
                button("plain", move || most.update(|most| *most += SOME))
                    .says(move || say!(chat, raw_more))
            },
        )
        .when(
            move || found.with(|found| found.cut),
            move || hint(move || say!(chat, raw_cut)),
        )
}
