//! The border between the turns that are sent and those that are not, and the summary that takes their place.

use leptos::prelude::*;

use super::actions::{Action, CopyButton};
use super::kit::{Button, Choice, Field, Select, Show};
use super::said::Editor;
use crate::chat::preferences::Overflow;
use crate::chat::tree::TurnId;
use crate::chat::turn::Summary;
use crate::page::app::{Chat, Command};
use crate::page::numbers;
use crate::page::sentences::young;
use crate::page::window;
use crate::page::words::say;

/// Things that stand between a turn and the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Behind {
    /// The border: the window begins with the next turn.
    pub border: bool,
    /// The summary of all turns up to this one.
    pub summary: bool,
}

/// What stands behind a turn.
#[component]
pub fn Between(chat: Chat, id: TurnId, behind: Behind) -> impl IntoView {
    view! {
        {behind.summary.then(|| view! { <SummedUp chat id /> })}
        {behind.border.then(|| view! { <Border chat /> })}
    }
}

/// The line at which the window begins, and the rule by which turns are left out.
#[component]
fn Border(chat: Chat) -> impl IntoView {
    let here = StoredValue::new_local(window::of(chat));
    let words = move || {
        let here = here.get_value();
        let (left_out, summary) = here.with(|fit| (fit.left_out, fit.summary));
        let turns = |id| chat.with_turn(id, |turn| turn.summary().map(|summary| summary.turns));
        let summed_up = summary.and_then(turns).unwrap_or_default();
        let figures = |count: usize| numbers::decimal(chat.lang.get(), count as f64, 0);
        let begins = || say!(chat, window_begins, count = figures(left_out));
        let in_summary = || say!(chat, window_summed_up, count = figures(summed_up));
        let said = match summed_up {
            0 => begins(),
            // Of a long talk that comes to its first summary late, the model reads what fits.
            fewer if fewer < left_out => format!("{} · {}", begins(), in_summary()),
            _ => in_summary(),
        };
        match here.is_estimate(chat) {
            true => format!("{said} ({})", say!(chat, window_estimate)),
            false => said,
        }
    };
    let rule = move || {
        chat.preferences
            .with(|preferences| preferences.overflow().word().to_owned())
    };
    view! {
        <div class="border" role="note" data-window="begins">
            <p title=move || say!(chat, window_hint)>{words}</p>
            <Show when=move || !young(chat)>
                <Rules chat rule />
            </Show>
        </div>
    }
}

/// The choice of the rule by which turns are left out.
#[component]
pub fn Rules(chat: Chat, #[prop(into)] rule: Signal<String>) -> impl IntoView {
    let choose = move |word: String| {
        chat.set_preferences(|preferences| {
            let is_usual = word == Overflow::default().word();
            preferences.left_out = (!is_usual).then_some(word);
        });
    };
    let words = move |rule: Overflow| match rule {
        Overflow::Unpinned => say!(chat, left_out_unpinned),
        Overflow::Oldest => say!(chat, left_out_oldest),
        Overflow::Summary => say!(chat, left_out_summary),
    };
    let choice = move |&rule: &Overflow| {
        view! { <Choice value=rule.word() words=move || words(rule) /> }
    };
    view! {
        <Field name=move || say!(chat, left_out)>
            <Select value=rule on_change=choose>
                {Overflow::ALL.iter().map(choice).collect_view()}
            </Select>
        </Field>
    }
}

/// A summary of the turns above it, as a turn is shown: it can be put in other words, and taken away.
#[component]
fn SummedUp(chat: Chat, id: TurnId) -> impl IntoView {
    let summary = Memo::new(move |_| {
        chat.tree
            .with(|tree| tree.turn(id).and_then(|turn| turn.summary().cloned()))
    });
    let summary = move || {
        summary.get().unwrap_or(Summary {
            text: String::new(),
            turns: 0,
        })
    };
    let text = move || summary().text;
    let editing = RwSignal::new(false);
    let typed = RwSignal::new(String::new());
    let save = move || {
        editing.set(false);
        chat.run(Command::SumUp(id, typed.get_untracked().trim().to_owned()));
    };
    let edit = move || {
        typed.set(text());
        editing.set(true);
    };
    let title = move || {
        let count = numbers::decimal(chat.lang.get(), summary().turns as f64, 0);
        say!(chat, summary_of, count = count)
    };
    view! {
        <Show when=move || !text().is_empty()>
            <section class="turn summary" aria-label=title>
                <p class="hint">{title}</p>
                <Show when=move || !editing.get()>
                    <div class="summed-up" dir="auto">
                        {text}
                    </div>
                    <div class="actions">
                        <CopyButton chat name=move || say!(chat, copy) text=text />
                        <Action
                            shape=icondata_lu::LuPencil
                            words=move || say!(chat, edit)
                            on_click=edit
                        />
                        <Action
                            shape=icondata_lu::LuTrash2
                            words=move || say!(chat, summary_remove)
                            on_click=move || chat.run(Command::SumUp(id, String::new()))
                        />
                    </div>
                </Show>
                <Show when=editing>
                    <Editor chat typed editing save />
                    <div class="actions shown">
                        <Button on_click=save>{move || say!(chat, save)}</Button>
                        <Button on_click=move || {
                            editing.set(false)
                        }>{move || say!(chat, cancel)}</Button>
                    </div>
                </Show>
            </section>
        </Show>
    }
}
