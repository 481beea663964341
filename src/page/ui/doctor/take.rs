//! What a person takes along of a reply: the request for a terminal, a report, a recording; and a recording that is played again.

use leptos::prelude::*;

use super::sight::inspect;
use super::words::{bad_trace_words, evidence_words};
use crate::doctor::{Report, curl, figures};
use crate::page::app::Chat;
use crate::page::doctor::Snapshot;
use crate::page::reply;
use crate::page::ui::actions::CopyButton;
use crate::page::ui::file::{self, OpenFile};
use crate::page::ui::kit::{Button, Hint, Show, Trouble};
use crate::page::words::say;
use crate::trace::{BadTrace, Export, Imported};

/// The file name of a recording.
const FILE: &str = "rill-trace.json";

/// Buttons to take a reply along, or to play a recording of one.
#[component]
pub fn TakeAway(chat: Chat) -> impl IntoView {
    let texts = RwSignal::new(false);
    let bad = RwSignal::new(None::<BadTrace>);
    let has_curl = move || {
        chat.track_patient();
        command(chat).is_some()
    };
    let record = move || file::save(FILE, &export(chat, texts.get_untracked()));
    // A file that is played again.
    let play = move |(name, text): (String, String)| match Imported::read(&text) {
        Ok(recorded) => {
            bad.set(None);
            let question = untrack(|| say!(chat, take_question, name = name));
            reply::replay(chat, &question, recorded);
        }
        Err(mistake) => bad.set(Some(mistake)),
    };
    let bad_words = move || {
        let words = bad.get().map(|bad| bad_trace_words(chat, bad));
        words.unwrap_or_default()
    };
    view! {
        <section class="take">
            <h3>{move || say!(chat, take_title)}</h3>
            <div class="ways">
                <Show when=has_curl>
                    <CopyButton
                        chat
                        class="plain"
                        name=move || say!(chat, take_curl)
                        text=move || command(chat).unwrap_or_default()
                    />
                </Show>
                <CopyButton
                    chat
                    class="plain"
                    name=move || say!(chat, take_report)
                    text=move || report(chat)
                />
                <Button class="plain" on_click=record>
                    {move || say!(chat, take_export)}
                </Button>
                <OpenFile chat words=move || say!(chat, take_import) on_open=play />
            </div>
            <label class="switch">
                <input
                    type="checkbox"
                    on:change:target=move |event| texts.set(event.target().checked())
                />
                <span>{move || say!(chat, take_texts)}</span>
            </label>
            <Hint words=move || say!(chat, take_hint) />
            <Show when=move || bad.get().is_some()>
                <Trouble words=bad_words />
            </Show>
        </section>
    }
}

/// The request of the reply that is inspected, for a terminal; `None` where there is none for `curl`.
fn command(chat: Chat) -> Option<String> {
    let mut command = None;
    inspect(chat, &mut |snapshot| {
        let origin = snapshot.origin;
        command = snapshot.trace.request().and_then(|request| {
            let server = origin.server.as_ref()?;
            curl(request, server, &origin.page(), origin.key.is_some())
        });
    });
    command
}

fn secrets<'a>(snapshot: &'a Snapshot<'_>) -> Vec<&'a str> {
    snapshot.origin.key.as_deref().into_iter().collect()
}

fn browser() -> String {
    window().navigator().user_agent().unwrap_or_default()
}

/// The report in markdown, for whoever mends the thing.
fn report(chat: Chat) -> String {
    let mut text = String::new();
    inspect(chat, &mut |snapshot| {
        let page = snapshot.origin.page();
        let finding = snapshot.finding();
        let seen: Vec<String> = finding
            .evidence
            .iter()
            .map(|fact| untrack(|| evidence_words(chat, fact)))
            .collect();
        text = Report {
            trace: snapshot.trace,
            finding: &finding,
            seen: &seen,
            figures: &figures(snapshot.trace, snapshot.now),
            place: &snapshot.origin.place(&page),
            version: env!("CARGO_PKG_VERSION"),
            browser: &browser(),
            secrets: &secrets(snapshot),
        }
        .markdown();
    });
    text
}

/// The recording of the reply as JSON; with `texts`, what was said is in it.
fn export(chat: Chat, texts: bool) -> String {
    let mut file = String::new();
    inspect(chat, &mut |snapshot| {
        let origin = snapshot.origin;
        let server = origin.server.as_ref().map(ToString::to_string);
        file = Export {
            kind: origin.kind,
            server: &server.unwrap_or_default(),
            page: &origin.page(),
            made_by: &format!("Rill {} · {}", env!("CARGO_PKG_VERSION"), browser()),
            texts,
            secrets: &secrets(snapshot),
        }
        .write(snapshot.trace, snapshot.now);
    });
    file
}
