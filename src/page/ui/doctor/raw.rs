//! The frames as they came, with a search. They are read only while they are looked at.

use leptos::html;
use leptos::prelude::*;

use super::sight::inspect;
use super::words::time;
use crate::page::app::Chat;
use crate::page::ui::kit::{Button, Field, For, Hint, Show, TextField};
use crate::page::words::say;
use crate::trace::RawFrame;

/// The number of frames that are shown at first, and of those that are added each time.
const SOME: usize = 40;
/// The most bytes of raw data that are read over and over while a reply runs; more are read again only for another question.
const LIGHT: usize = 64 * 1024;

/// The frames that were found.
#[derive(Clone, PartialEq, Default)]
struct Found {
    /// The frames that are shown, with their time in milliseconds since the request.
    frames: Vec<(u32, RawFrame)>,
    /// The number of all frames that were found.
    count: usize,
    /// `true` where there was more than is kept.
    cut: bool,
}

/// Finds frames with the text `sought`, at most `most` of them, for as long as the data is `open`; they follow the reply as it
/// grows.
fn found(
    chat: Chat,
    open: RwSignal<bool>,
    sought: RwSignal<String>,
    most: RwSignal<usize>,
) -> RwSignal<Found> {
    let found = RwSignal::new(Found::default());
    let asked = StoredValue::new(None);
    Effect::new(move || {
        chat.track_patient();
        if !open.get() {
            return;
        }
        let question = (sought.get(), most.get(), chat.finding.get());
        let mut new = None;
        inspect(chat, &mut |snapshot| {
            let same = asked.with_value(|asked| asked.as_ref() == Some(&question));
            let heavy = snapshot.trace.raw.memory() > LIGHT && snapshot.end.is_none();
            if heavy && same {
                return;
            }
            let sent = snapshot.trace.totals().sent.unwrap_or_default();
            let (frames, count) = snapshot.trace.raw.frames(&question.0, 0, question.1);
            let since = |frame: RawFrame| ((frame.at - sent).max(0.0) as u32, frame);
            new = Some(Found {
                frames: frames.into_iter().map(since).collect(),
                count,
                cut: snapshot.trace.raw.is_cut(),
            });
        });
        asked.set_value(Some(question));
        if let Some(new) = new
            && found.with_untracked(|before| *before != new)
        {
            found.set(new);
        }
    });
    found
}

/// The raw data, with a search.
#[component]
pub fn RawData(chat: Chat) -> impl IntoView {
    let open = RwSignal::new(false);
    let sought = RwSignal::new(String::new());
    let most = RwSignal::new(SOME);
    let found = found(chat, open, sought, most);
    let search = move |typed| {
        most.set(SOME);
        sought.set(typed);
    };
    let shown = move || found.with(|found| (found.frames.len(), found.count));
    let count_words = move || {
        let (shown, count) = shown();
        if count == 0 {
            say!(chat, raw_none)
        } else {
            say!(chat, raw_count, shown = shown, count = count)
        }
    };
    // While a reply runs it counts with every piece that comes, which nobody wants to be told.
    let role = move || chat.live.with(Option::is_none).then_some("status");
    let details = NodeRef::<html::Details>::new();
    let toggle = move |_| {
        let details = details.get_untracked();
        open.set(details.is_some_and(|details| details.open()));
    };
    view! {
        <details class="raw" node_ref=details on:toggle=toggle>
            <summary>{move || say!(chat, raw_title)}</summary>
            <Field name=move || say!(chat, raw_search)>
                <TextField kind="search" exact=true on_input=search />
            </Field>
            <p class="hint" role=role>
                {count_words}
            </p>
            <ol class="frames">
                <For
                    each=move || found.with(|found| found.frames.clone())
                    key=Clone::clone
                    let((at, frame))
                >
                    <li>
                        <span class="at">{move || time(chat, at)}</span>
                        <b>{frame.name}</b>
                        <code dir="ltr">{frame.text}</code>
                    </li>
                </For>
            </ol>
            <Show when={move || shown().0 < shown().1}>
                <Button class="plain" on_click=move || most.update(|most| *most += SOME)>
                    {move || say!(chat, raw_more)}
                </Button>
            </Show>
            <Show when=move || found.with(|found| found.cut)>
                <Hint words=move || say!(chat, raw_cut) />
            </Show>
        </details>
    }
}
