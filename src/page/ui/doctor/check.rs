//! A server is checked from end to end, question by question, and the table fills as it goes.
//!
//! In: an address, from a link or typed. Out: a table of what works, and the server's profile, kept for it. What is asked, and what
//! it means, is decided in `crate::doctor::check`.

use leptos::html;
use leptos::prelude::*;

use super::words::time;
use crate::address::Address;
use crate::dialect::Kind;
use crate::doctor::check::{Check, Detail, Outcome, Row, RowName};
use crate::page::app::{Chat, LinkState, Trouble};
use crate::page::browser::page_origin;
use crate::page::doctor::ask::{browser, perform};
use crate::page::panel::Panel;
use crate::page::sentences::trouble_words;
use crate::page::ui::kit::{Button, Field, For, Hint, Show, TextField, Titled};
use crate::page::ui::sheet::adopt_style;
use crate::page::verdict;
use crate::page::words::say;

/// The most questions of a check, more than any server needs: a check ends, whatever is answered.
const MOST: usize = 60;

/// The stage of a check.
#[derive(Clone, PartialEq)]
enum State {
    Idle,
    /// Number of rows that are settled, and of all rows there are by now.
    Running(usize, usize),
    Done,
    Trouble(Trouble),
}

/// The stage and the rows of a check, as they are shown. A handle: copies are the same.
#[derive(Clone, Copy)]
struct Sheet {
    state: RwSignal<State>,
    rows: RwSignal<Vec<Row>>,
}

/// The panel of the check.
#[component]
pub fn CheckPanel(chat: Chat) -> impl IntoView {
    adopt_style(&chat.shared().root);
    let what = chat.to_check();
    let sheet = Sheet {
        state: RwSignal::new(State::Idle),
        rows: RwSignal::new(Vec::new()),
    };
    if what.at_once {
        start(chat, &what.server, sheet);
    }
    let field = NodeRef::<html::Input>::new();
    let begin = move || {
        if let Some(field) = field.get_untracked() {
            start(chat, &field.value(), sheet);
        }
    };
    let runs = move || {
        sheet
            .state
            .with(|state| matches!(state, State::Running(..)))
    };
    let is_trouble = move || sheet.state.with(|state| matches!(state, State::Trouble(_)));
    view! {
        <Titled
            chat
            panel=Panel::Check
            // A link has opened it, and not the person.
            muted=what.by_link
        >
            <section class="check">
                <Field name=move || say!(chat, server_address)>
                    <TextField
                        inputmode="url"
                        exact=true
                        dir="ltr"
                        value=what.server
                        node_ref=field
                        on_enter=begin
                    />
                </Field>
                <Hint words=move || say!(chat, check_hint) />
                <div class="ways">
                    <Button class="strong" on_click=begin disabled=runs>
                        {move || say!(chat, check_begin)}
                    </Button>
                </div>
                <p class="hint" role="status" class:trouble=is_trouble>
                    {move || state_words(chat, sheet)}
                </p>
                <Show when=move || sheet.rows.with(|rows| !rows.is_empty())>
                    <Table chat sheet />
                </Show>
            </section>
        </Titled>
    }
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
        store.keep_transport(&base, profile.transport.as_deref());
    }
    show(&check);
    sheet.state.set(State::Done);
}

/// The kind of the server that is connected, if that is the one at this address.
fn known_kind(chat: Chat, address: &Address) -> Option<Kind> {
    chat.link.with_untracked(|link| match link {
        LinkState::Connected(server) if server.address == *address => Some(server.kind),
        _ => None,
    })
}

/// The table of what is known by now.
#[component]
fn Table(chat: Chat, sheet: Sheet) -> impl IntoView {
    view! {
        <table class="checked">
            <tbody>
                <For each=move || sheet.rows.get() key=Clone::clone let:row>
                    <TableRow chat row />
                </For>
            </tbody>
        </table>
    }
}

#[component]
fn TableRow(chat: Chat, row: Row) -> impl IntoView {
    let (name, outcome) = (row.name, row.outcome);
    view! {
        <tr data-outcome=outcome_word(outcome)>
            <th scope="row">{move || name_words(chat, &name)}</th>
            <td>
                <span class="mark" aria-hidden="true">
                    {mark(outcome)}
                </span>
                <span>{move || outcome_words(chat, outcome)}</span>
                <span class="hint">{move || detail_words(chat, &row)}</span>
            </td>
        </tr>
    }
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
        RowName::Transport(name) => say!(chat, check_transport, name = *name),
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
