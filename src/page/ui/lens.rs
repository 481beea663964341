//! One word of a reply, and what could have stood there: the likeliest words as bars, each of which the reply can go on with.
//!
//! In: the tokens of a reply. Out: bars, and a branch of the conversation. Which words these are, and how an answer begins with another
//! one, is decided in [`crate::chat::lens`].

use leptos::html;
use leptos::prelude::*;

use super::actions::Action;
use super::kit::{Button, For, Icon, Show};
use super::tokens::{Strip, visible};
use crate::chat::lens::{Bar, bars, of_hundred};
use crate::chat::tree::TurnId;
use crate::page::app::{Chat, Command, TokenInsight};
use crate::page::numbers;
use crate::page::words::say;

/// Tells whether replies offer to be looked into. Tracked.
pub fn is_offered(chat: Chat) -> bool {
    chat.options.with(|options| options.school.lens)
}

/// The button that asks why a word stands there.
#[component]
pub fn LensButton(chat: Chat, id: TurnId) -> impl IntoView {
    let press = move || {
        let is_open = untrack(|| chat.under_lens()) == Some(id);
        chat.look_into((!is_open).then_some(id));
    };
    view! {
        <Action
            shape=icondata_lu::LuSearch
            words=move || say!(chat, lens)
            on_click=press
        />
    }
}

/// The words of a reply, and what could have stood in the place of one of them.
#[component]
pub fn Lens(
    chat: Chat,
    id: TurnId,
    insight: TokenInsight,
    /// `true` while the reply grows.
    #[prop(into)]
    runs: Signal<bool>,
) -> impl IntoView {
    let shown = RwSignal::from(insight.shown.clone());
    // A branch begins with the word that was picked.
    let picked = untrack(|| runs.get().then(|| shown.get().checked_sub(1)).flatten());
    let current = RwSignal::new(picked);
    let is_known = move || shown.get() > 0;
    let strip = insight.clone();
    let strip = StoredValue::new_local(strip);
    let insight = StoredValue::new_local(insight);
    view! {
        <section class="lens" aria-label=move || say!(chat, lens)>
            <div class="lens-head">
                <h3>{move || say!(chat, lens)}</h3>
                <Button
                    class="round"
                    label=move || say!(chat, close)
                    on_click=move || chat.look_into(None)
                >
                    <Icon shape=icondata_lu::LuX />
                </Button>
            </div>
            <Show when=move || !is_known()>
                <p class="hint">{move || say!(chat, lens_unknown)}</p>
            </Show>
            <Show when=is_known>
                <Show when=move || current.with(Option::is_none)>
                    <p class="hint">{move || say!(chat, lens_how)}</p>
                </Show>
                <Strip
                    insight=strip.get_value()
                    current
                    label=move || say!(chat, lens_answer)
                    by_click=true
                />
                <div class="lens-place" role="status">
                    <For each=move || [(current.get(), runs.get())] key=|place| *place let:place>
                        {place
                            .0
                            .map(|at| {
                                view! { <Place chat id insight=insight.get_value() at runs=place.1 /> }
                            })}
                    </For>
                </div>
            </Show>
        </section>
    }
}

/// The likeliest words of one place.
#[component]
fn Place(chat: Chat, id: TurnId, insight: TokenInsight, at: usize, runs: bool) -> impl IntoView {
    let tokens = insight.tokens.borrow();
    let (found, rest) = tokens.all().get(at).map(bars).unwrap_or_default();
    drop(tokens);
    let taken = found.iter().find(|bar| bar.is_taken).cloned();
    let told = taken.map(|bar| {
        let (word, count) = (visible(bar.text.trim()), of_hundred(bar.share));
        let words = move || say!(chat, lens_of_hundred, word = word.clone(), count = count);
        view! { <p>{words}</p> }
    });
    let can_go_on = move || !runs && chat.takes().continues && !chat.rests.get();
    let advice = move || match () {
        () if runs => say!(chat, lens_wait),
        () if !chat.takes().continues => say!(chat, lens_no_branch),
        () => say!(chat, lens_pick),
    };
    // What was chosen is seen with all that it tells.
    let last = NodeRef::<html::P>::new();
    last.on_load(|last| last.scroll_into_view_with_bool(false));
    let is_empty = found.is_empty();
    let rows = found
        .into_iter()
        .map(|bar| view! { <Row chat id at bar can_go_on=can_go_on /> })
        .collect_view();
    let rest = (!is_empty).then(|| {
        view! {
            <li class="rest">
                <span class="bar-word">{move || say!(chat, lens_rest)}</span>
                <Length share=rest />
                <span class="bar-share">{move || percent(chat, rest)}</span>
            </li>
        }
    });
    view! {
        <p class="lens-title">{move || say!(chat, lens_likeliest)}</p>
        <ul class="bars">{rows} {rest}</ul>
        {told}
        <p class="hint" node_ref=last>
            {advice}
        </p>
    }
}

/// A word that could have stood there: as long as it was likely.
#[component]
fn Row(
    chat: Chat,
    id: TurnId,
    at: usize,
    bar: Bar,
    #[prop(into)] can_go_on: Signal<bool>,
) -> impl IntoView {
    let Bar {
        text,
        share,
        is_taken,
        can_begin,
    } = bar;
    let is_end = !can_begin && !text.contains('\u{fffd}');
    let word = visible(&text);
    let name = move || match is_end {
        true => say!(chat, lens_end),
        false => word.clone(),
    };
    let short = visible(text.trim());
    let text = StoredValue::new(text);
    let go = move || chat.run(Command::Branch(id, at, text.get_value()));
    let pick = StoredValue::new(short);
    view! {
        <li class:taken=is_taken>
            <span class="bar-word" dir="auto">
                {name}
            </span>
            <Length share />
            <span class="bar-share">{move || percent(chat, share)}</span>
            {is_taken
                .then(|| view! { <span class="bar-taken">{move || say!(chat, lens_taken)}</span> })}
            <Show when=move || can_go_on.get() && can_begin && !is_taken>
                <Button class="plain" on_click=go>
                    {move || say!(chat, lens_go, word = pick.get_value())}
                </Button>
            </Show>
        </li>
    }
}

/// A bar as long as its share of the whole.
#[component]
fn Length(share: f64) -> impl IntoView {
    let width = (share * 100.0).max(0.5).to_string();
    view! {
        <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
            <rect class="bar-room" width="100" height="10"></rect>
            <rect class="bar-full" width=width height="10"></rect>
        </svg>
    }
}

fn percent(chat: Chat, share: f64) -> String {
    let places = if share < 0.1 { 1 } else { 0 };
    numbers::percent(chat.lang.get(), share, places)
}
