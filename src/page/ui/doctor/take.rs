//! What a person takes along of a reply: the request for a terminal, a report, a recording; and a recording that is played again.

use leptos::prelude::*;

use super::sight::look;
use super::words::{bad_trace_words, evidence_words};
use crate::doctor::{Report, curl, figures};
use crate::page::app::Chat;
use crate::page::doctor::Case;
use crate::page::reply;
use crate::page::ui::file;
use crate::page::ui::panel::hint;
use crate::page::ui::part::{Part, button, el};
use crate::page::ui::turn::copy_button;
use crate::page::words::say;
use crate::trace::{BadTrace, Export, Imported};

/// The name of a recording.
const FILE: &str = "rill-trace.json";

/// The buttons.
pub fn take(chat: Chat) -> Part {
    let texts = RwSignal::new(false);
    let bad = RwSignal::new(None::<BadTrace>);
    let with_texts = el("label").set("class", "switch").child(
        el("input")
            .set("type", "checkbox")
            .on("change", move |event| {
                texts.set(event_target_checked(event))
            }),
    );
    let has_curl = move || {
        chat.track_patient();
        command(chat).is_some()
    };
    el("section")
        .set("class", "take")
        .child(el("h3").says(move || say!(chat, take_title)))
        .child(
            el("div")
                .set("class", "ways")
                .when(has_curl, move || {
                    copy_button(
                        chat,
                        "plain",
                        move || say!(chat, take_curl),
                        move || command(chat).unwrap_or_default(),
                    )
                })
                .child(copy_button(
                    chat,
                    "plain",
                    move || say!(chat, take_report),
                    move || report(chat),
                ))
                .child(
                    button("plain", move || {
                        file::save(FILE, &export(chat, texts.get_untracked()));
                    })
                    .says(move || say!(chat, take_export)),
                )
                .child(import(chat, bad)),
        )
        .child(with_texts.child(el("span").says(move || say!(chat, take_texts))))
        .child(hint(move || say!(chat, take_hint)))
        .when(
            move || bad.get().is_some(),
            move || {
                hint(move || {
                    let words = bad.get().map(|bad| bad_trace_words(chat, bad));
                    words.unwrap_or_default()
                })
                .set("class", "hint trouble")
                .set("role", "alert")
            },
        )
}

/// The same request for a terminal.
fn command(chat: Chat) -> Option<String> {
    let mut command = None;
    look(chat, &mut |case| {
        let site = case.site;
        command = case.trace.request().and_then(|request| {
            let server = site.server.as_ref()?;
            curl(request, server, &site.page(), site.key.is_some())
        });
    });
    command
}

fn secrets<'a>(case: &'a Case<'_>) -> Vec<&'a str> {
    case.site.key.as_deref().into_iter().collect()
}

fn browser() -> String {
    window().navigator().user_agent().unwrap_or_default()
}

/// The report for whoever mends it.
fn report(chat: Chat) -> String {
    let mut text = String::new();
    look(chat, &mut |case| {
        let page = case.site.page();
        let finding = case.finding();
        let seen: Vec<String> = finding
            .evidence
            .iter()
            .map(|fact| untrack(|| evidence_words(chat, fact)))
            .collect();
        text = Report {
            trace: case.trace,
            finding: &finding,
            seen: &seen,
            figures: &figures(case.trace, case.now),
            place: &case.site.place(&page),
            version: env!("CARGO_PKG_VERSION"),
            browser: &browser(),
            secrets: &secrets(case),
        }
        .markdown();
    });
    text
}

/// The recording.
fn export(chat: Chat, texts: bool) -> String {
    let mut file = String::new();
    look(chat, &mut |case| {
        let site = case.site;
        let server = site.server.as_ref().map(ToString::to_string);
        file = Export {
            kind: site.kind,
            server: &server.unwrap_or_default(),
            page: &site.page(),
            made_by: &format!("Rill {} · {}", env!("CARGO_PKG_VERSION"), browser()),
            texts,
            secrets: &secrets(case),
        }
        .write(case.trace, case.now);
    });
    file
}

/// A file that is played again.
fn import(chat: Chat, bad: RwSignal<Option<BadTrace>>) -> Part {
    let take = move |name: String, text: String| match Imported::read(&text) {
        Ok(recorded) => {
            bad.set(None);
            let question = untrack(|| say!(chat, take_question, name = name));
            reply::replay(chat, &question, recorded);
        }
        Err(mistake) => bad.set(Some(mistake)),
    };
    file::open(chat, move || say!(chat, take_import), take)
}
