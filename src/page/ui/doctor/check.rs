//! A server is checked from end to end, question by question, and the table fills as it goes.
//!
//! In: an address, from a link or typed. Out: a table of what works, and the server's profile, kept for it. What is asked, and what
//! it means, is decided in `crate::doctor::check`.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::words::time;
use crate::address::Address;
use crate::dialect::Kind;
use crate::doctor::check::{Check, Detail, Outcome, Row, RowName};
use crate::page::app::{Chat, Command, LinkState, Panel, Trouble};
use crate::page::browser::page_origin;
use crate::page::doctor::ask::{browser, perform};
use crate::page::sentences::trouble_words;
use crate::page::ui::panel::{adopt_style, field, hint, panel};
use crate::page::ui::part::{Part, button, el};
use crate::page::verdict;
use crate::page::words::say;

/// More questions than any server needs: a check ends, whatever is answered.
const MOST: usize = 60;

/// How far a check is.
#[derive(Clone, PartialEq)]
enum State {
    Idle,
    /// So many rows are settled, of so many.
    Running(usize, usize),
    Done,
    Trouble(Trouble),
}

/// What is shown of a check. A handle.
#[derive(Clone, Copy)]
struct Sheet {
    state: RwSignal<State>,
    rows: RwSignal<Vec<Row>>,
}

/// The panel.
pub fn check(chat: Chat) -> Part {
    adopt_style(&chat.shared().root);
    let what = chat.to_check();
    let sheet = Sheet {
        state: RwSignal::new(State::Idle),
        rows: RwSignal::new(Vec::new()),
    };
    let input = el("input")
        .set("type", "text")
        .set("inputmode", "url")
        .set("autocomplete", "off")
        .set("spellcheck", "false")
        .set("dir", "ltr");
    let typed: HtmlInputElement = input.element().unchecked_into();
    typed.set_value(&what.server);
    let begin = move || start(chat, &typed.value(), sheet);
    if what.at_once {
        begin();
    }
    let enter = begin.clone();
    let input = input.on_key(move |event| {
        if event.key() == "Enter" {
            event.prevent_default();
            enter();
        }
    });
    let runs = move || {
        sheet
            .state
            .with(|state| matches!(state, State::Running(..)))
    };
    panel(
        chat,
        move || chat.shows(Panel::Check),
        move || chat.run(Command::Close(Panel::Check)),
        move || say!(chat, check_title),
    )
    .child(
        el("section")
            .set("class", "check")
            .child(field(move || say!(chat, server_address), input))
            .child(hint(move || say!(chat, check_hint)))
            .child(
                el("div").set("class", "ways").child(
                    button("strong", begin)
                        .flag("disabled", runs)
                        .says(move || say!(chat, check_begin)),
                ),
            )
            .child(
                hint(move || state_words(chat, sheet))
                    .set("role", "status")
                    .class("trouble", move || {
                        sheet.state.with(|state| matches!(state, State::Trouble(_)))
                    }),
            )
            .when(
                move || sheet.rows.with(|rows| !rows.is_empty()),
                move || table(chat, sheet),
            ),
    )
}

fn state_words(chat: Chat, sheet: Sheet) -> String {
    sheet.state.with(|state| match state {
        State::Idle => String::new(),
        State::Running(done, all) => say!(chat, check_progress, done = *done, all = *all),
        State::Done => say!(chat, check_done),
        State::Trouble(trouble) => trouble_words(chat, trouble),
    })
}

fn start(chat: Chat, typed: &str, sheet: Sheet) {
    match Address::parse(typed, Some(&page_origin())) {
        Ok(address) => {
            sheet.state.set(State::Running(0, RowName::ALL.len()));
            chat.spawn(run(chat, address, sheet));
        }
        Err(bad) => sheet.state.set(State::Trouble(Trouble::Address(bad))),
    }
}

async fn run(chat: Chat, address: Address, sheet: Sheet) {
    let base = address.to_string();
    let store = chat.shared().store.clone();
    let fetch = chat.fetch(&address);
    let deadlines = chat.options.with_untracked(|options| options.deadlines);
    let kind = known_kind(chat, &address).or_else(|| store.kind(&base));
    let mut check = Check::new(&address, kind, fetch.key.is_some(), browser(&address).await);
    let show = |check: &Check| {
        let (done, all) = check.progress();
        sheet.state.set(State::Running(done, all));
        sheet.rows.set(check.rows().to_vec());
    };
    for _ in 0..MOST {
        // Whoever closes the panel ends the check.
        if !chat.is_mounted() || !untrack(|| chat.shows(Panel::Check)) {
            return;
        }
        show(&check);
        let Some(ask) = check.next() else { break };
        let told = perform(&fetch, check.kind(), Some(deadlines), &ask).await;
        check.answer(told);
    }
    if !chat.is_mounted() || !untrack(|| chat.shows(Panel::Check)) {
        return;
    }
    let profile = check.profile();
    store.keep_profile(&base, profile);
    // What failed has nothing to teach.
    if profile.stream.is_some_and(|verdict| verdict.is_well()) {
        let kind = check.kind().unwrap_or(Kind::OpenAi);
        let rungs = kind.dialect().rungs();
        store.keep_rung(&base, rungs.get(profile.rung).copied());
    }
    show(&check);
    sheet.state.set(State::Done);
}

/// The kind of the server that is connected, if it is this one.
fn known_kind(chat: Chat, address: &Address) -> Option<Kind> {
    chat.link.with_untracked(|link| match link {
        LinkState::Connected(server) if server.address == *address => Some(server.kind),
        _ => None,
    })
}

fn table(chat: Chat, sheet: Sheet) -> Part {
    el("table").set("class", "checked").child(el("tbody").each(
        move || sheet.rows.get(),
        move |row| {
            let (name, outcome, detail) = (row.clone(), row.outcome, row.clone());
            el("tr")
                .set("data-outcome", outcome_word(outcome))
                .child(
                    el("th")
                        .set("scope", "row")
                        .says(move || name_words(chat, &name.name)),
                )
                .child(
                    el("td")
                        .child(
                            el("span")
                                .set("class", "mark")
                                .set("aria-hidden", "true")
                                .text(mark(outcome)),
                        )
                        .child(el("span").says(move || outcome_words(chat, outcome)))
                        .child(
                            el("span")
                                .set("class", "hint")
                                .says(move || detail_words(chat, &detail)),
                        ),
                )
        },
    ))
}

fn name_words(chat: Chat, name: &RowName) -> String {
    match name {
        RowName::Reachable => say!(chat, check_reachable),
        RowName::Kind => say!(chat, check_kind),
        RowName::Cors => say!(chat, check_cors),
        RowName::Plain => say!(chat, check_plain),
        RowName::Json => say!(chat, check_json),
        RowName::Preflight => say!(chat, check_preflight),
        RowName::Key => say!(chat, check_key),
        RowName::Models => say!(chat, check_models),
        RowName::Count => say!(chat, check_count),
        RowName::Context => say!(chat, check_context),
        RowName::Stream => say!(chat, check_stream),
        RowName::Gaps => say!(chat, check_gaps),
        RowName::Stop => say!(chat, check_stop),
        RowName::Transport(rung) => say!(chat, check_transport, name = *rung),
    }
}

fn outcome_words(chat: Chat, outcome: Outcome) -> String {
    match outcome {
        Outcome::Open => say!(chat, check_open),
        Outcome::Yes => say!(chat, check_yes),
        Outcome::No => say!(chat, check_no),
        Outcome::NotOffered => say!(chat, check_not_offered),
        Outcome::Skipped => say!(chat, check_skipped),
    }
}

fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Open => "open",
        Outcome::Yes => "yes",
        Outcome::No => "no",
        Outcome::NotOffered => "not-offered",
        Outcome::Skipped => "skipped",
    }
}

fn mark(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Open => "…",
        Outcome::Yes => "✓",
        Outcome::No => "✗",
        Outcome::NotOffered | Outcome::Skipped => "–",
    }
}

fn detail_words(chat: Chat, row: &Row) -> String {
    let detail = match &row.detail {
        Detail::None => String::new(),
        Detail::Word(word) | Detail::Words(word) => word.clone(),
        Detail::Count(count) => count.to_string(),
        Detail::Reads { reads, events } => {
            say!(chat, check_detail_reads, reads = *reads, events = *events)
        }
        Detail::Gap(ms) => say!(chat, check_detail_gap, time = time(chat, *ms)),
        Detail::Confirmed => say!(chat, check_detail_confirmed),
        Detail::Closes => say!(chat, check_detail_closes),
    };
    let verdict = row.verdict.map(|verdict| verdict::words(chat, verdict));
    let parts = [verdict.unwrap_or_default(), detail];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(": ")
}
