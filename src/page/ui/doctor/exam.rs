//! All that is known of one reply, beside the conversation: the verdict with its evidence and remedies, the picture, what can be
//! taken along, the raw data.
//!
//! In: the reply that the chat inspects, looked at whenever there is more to see. Out: the panel. It does not decide anything.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use super::picture::{Gaps, Timeline};
use super::raw::RawData;
use super::sight::{Seen, Sight, inspect};
use super::take::TakeAway;
use super::words::{confidence_words, evidence_words, remedy_words};
use crate::doctor::{Confidence, Remedy, Verdict, figures};
use crate::page::app::{Chat, Command};
use crate::page::ui::actions::CopyButton;
use crate::page::ui::kit::{Button, For, Icon, Show, keys};
use crate::page::ui::sheet::adopt_style;
use crate::page::verdict;
use crate::page::words::say;

/// The least width of an element, in pixels, that has room for the panel beside the conversation; a narrower one is covered by
/// it.
const BESIDE: i32 = 860;

/// The panel of all that is known of one reply.
#[component]
pub fn Exam(chat: Chat) -> impl IntoView {
    adopt_style(&chat.shared().root);
    let sight: Sight = Memo::new(move |before: Option<&Option<Seen>>| {
        chat.track_patient();
        let mut seen = before.cloned().flatten();
        inspect(chat, &mut |snapshot| {
            seen = Some(Seen {
                finding: snapshot.finding(),
                figures: figures(snapshot.trace, snapshot.now),
            });
        });
        seen
    });
    let opener = StoredValue::new_local(chat.shared().root.active_element());
    let back = move || {
        chat.run(Command::Examine(false));
        let opener = opener.get_value();
        if let Some(opener) = opener.and_then(|opener| opener.dyn_into::<HtmlElement>().ok()) {
            let _ = opener.focus();
        }
    };
    let leave = keys(move |event: &KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            back();
        }
    });
    let title = move || say!(chat, doctor_title);
    // In a narrow element there is no room beside the conversation, however wide the window is.
    let is_narrow = chat.shared().host.client_width() < BESIDE;
    let panel = NodeRef::<html::Aside>::new();
    panel.on_load(|panel| {
        let _ = panel.focus();
    });
    view! {
        <aside
            class="exam panel"
            class:over=is_narrow
            tabindex="-1"
            aria-label=title
            node_ref=panel
            on:keydown=leave
        >
            <div class="panel-head">
                <h2>{title}</h2>
                <Button class="round" on_click=back label=move || say!(chat, close)>
                    <Icon shape=icondata_lu::LuX />
                </Button>
            </div>
            <FindingPart chat sight />
            <Timeline chat sight />
            <Remedies chat sight />
            <Gaps chat sight />
            <TakeAway chat />
            <RawData chat />
        </aside>
    }
}

/// The verdict, and what speaks for it.
#[component]
fn FindingPart(chat: Chat, sight: Sight) -> impl IntoView {
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
    view! {
        <section class="finding">
            <p class="verdict" class:well=move || verdict().is_well()>
                <span class="dot" aria-hidden="true"></span>
                <strong>{move || verdict::words(chat, verdict())}</strong>
                <span class="sure">{move || confidence_words(chat, sure())}</span>
            </p>
            <p>{move || verdict::why(chat, verdict())}</p>
            <Show when=move || !evidence().is_empty()>
                <h3>{move || say!(chat, doctor_evidence)}</h3>
            </Show>
            <ul class="evidence">
                <For each=evidence key=Clone::clone let:fact>
                    <li>{move || evidence_words(chat, &fact)}</li>
                </For>
            </ul>
        </section>
    }
}

/// The list of things to do; hidden where there is none.
#[component]
fn Remedies(chat: Chat, sight: Sight) -> impl IntoView {
    let remedies = move || {
        let remedies = sight.with(|seen| seen.as_ref().map(|seen| seen.finding.remedies.clone()));
        remedies.unwrap_or_default()
    };
    view! {
        <section hidden=move || remedies().is_empty()>
            <h3>{move || say!(chat, doctor_remedies)}</h3>
            <ol class="remedies">
                <For each=remedies key=Clone::clone let:remedy>
                    <RemedyRow chat remedy />
                </For>
            </ol>
        </section>
    }
}

#[component]
fn RemedyRow(chat: Chat, remedy: Remedy) -> impl IntoView {
    let line = remedy
        .line
        .clone()
        .map(|line| view! { <CommandLine chat line /> });
    view! {
        <li>
            <span>{move || remedy_words(chat, &remedy)}</span>
            {line}
        </li>
    }
}

/// A line for a terminal or a settings file.
#[component]
fn CommandLine(chat: Chat, line: String) -> impl IntoView {
    let text = line.clone();
    view! {
        <div class="line">
            <pre dir="ltr" tabindex="0">
                <code>{line}</code>
            </pre>
            <CopyButton
                chat
                class="quiet"
                name=move || say!(chat, copy)
                text=move || text.clone()
            />
        </div>
    }
}
