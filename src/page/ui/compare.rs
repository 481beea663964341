//! What was written beside what it became, for servers that make another text of the person's.
//!
//! In: a reply, and the words that it answers. Out: these words, with those marked that are still there.

use leptos::prelude::*;

use super::actions::Action;
use crate::chat::tree::TurnId;
use crate::page::app::Chat;
use crate::page::sentences::young;
use crate::page::words::say;
use crate::school::kept;

/// Tells whether what was written stands beside a reply: where the server takes two steps, and the person does not want it
/// otherwise; young readers begin with it. Tracked.
pub fn is_beside(chat: Chat) -> bool {
    chat.takes().two_steps && chat.stands_beside().unwrap_or_else(|| young(chat))
}

/// The words that a reply was made of, and the heading of what became of them.
#[component]
pub fn Mine(
    chat: Chat,
    id: TurnId,
    /// `true` while the reply grows.
    #[prop(into)]
    runs: Signal<bool>,
) -> impl IntoView {
    let asked = chat.tree.with_untracked(|tree| tree.parent(id));
    let mine = asked.map_or_else(String::new, |asked| {
        chat.with_turn(asked, |turn| turn.text.clone())
    });
    let mine = StoredValue::new(mine);
    let became = move || match runs.get() {
        true => None,
        false => Some(chat.with_turn(id, |turn| turn.text.clone())),
    };
    let words = move || {
        mine.with_value(|mine| match became() {
            None => mine.clone().into_any(),
            Some(became) => kept(mine, &became)
                .pieces
                .into_iter()
                .map(|(piece, is_kept)| match is_kept {
                    true => view! { <mark>{piece.to_owned()}</mark> }.into_any(),
                    false => piece.to_owned().into_any(),
                })
                .collect::<Vec<AnyView>>()
                .into_any(),
        })
    };
    let count = move || {
        let found = became().map(|became| {
            mine.with_value(|mine| {
                let found = kept(mine, &became);
                (found.kept, found.all)
            })
        });
        found.map_or_else(String::new, |(kept, all)| {
            say!(chat, compare_kept, kept = kept, all = all)
        })
    };
    view! {
        <section class="mine">
            <h3>{move || say!(chat, compare_mine)}</h3>
            <p class="mine-words" dir="auto">
                {words}
            </p>
            <p class="hint">{count}</p>
        </section>
        <h3 class="became">{move || say!(chat, compare_became)}</h3>
    }
}

/// The button that puts both side by side, or no longer.
#[component]
pub fn BesideButton(chat: Chat) -> impl IntoView {
    view! {
        <Action
            shape=icondata_lu::LuColumns2
            words=move || say!(chat, compare)
            on_click=move || chat.put_beside(!untrack(|| is_beside(chat)))
        />
    }
}
