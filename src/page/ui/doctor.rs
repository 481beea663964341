//! The Doctor's region: one dot and one phrase on the latest reply, and what to do where something is wrong.

use leptos::prelude::*;

use crate::doctor::Verdict;
use crate::page::app::Chat;
use crate::page::words::{say, verdict_why, verdict_words, young};

/// The region. It is there from the first send on.
#[component]
pub fn Doctor(chat: Chat) -> impl IntoView {
    let seen = move || chat.finding.get().is_some();
    let verdict = move || chat.finding.get().unwrap_or(Verdict::Flowing);
    let well = move || matches!(verdict(), Verdict::Flowing | Verdict::SlowPrefill);
    view! {
        <Show when=seen>
            <section
                class="doctor"
                class:well=well
                role="region"
                aria-label=move || say!(chat, doctor)
                data-verdict=move || verdict().word()
            >
                <span class="dot" aria-hidden="true"></span>
                <Show when=move || !(young(chat) && well())>
                    <span class="phrase">{move || verdict_words(chat, verdict())}</span>
                </Show>
                <Show when=move || !well()>
                    <span class="why">{move || verdict_why(chat, verdict())}</span>
                </Show>
            </section>
        </Show>
    }
}
