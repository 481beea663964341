//! What a school wants to be seen above the composer: a note, the time that is left, why a message was held back.
//!
//! In: the owner's wishes, what was held back, the time. Out: quiet lines.

use leptos::prelude::*;
use web_sys::CssStyleSheet;

use super::kit::{Show, Trouble};
use crate::page::app::Chat;
use crate::page::app::school::Why;
use crate::page::browser::{adopt, sheet};
use crate::page::sentences::young;
use crate::page::words::say;
use crate::school::time::Left;

thread_local! {
    static SHEET: Option<CssStyleSheet> = sheet(include_str!("../../../style/school.css"));
}

/// The lines above the composer; nothing where a page wants none.
#[component]
pub fn School(chat: Chat) -> impl IntoView {
    adopt(&chat.shared().root, &SHEET);
    chat.watch_time();
    let note = move || chat.options.with(|options| options.school.note.clone());
    let held = move || chat.held();
    let sentence = move || held().map_or_else(String::new, |why| held_words(chat, why));
    view! {
        <div class="school">
            <Show when=move || note().is_some()>
                <p
                    class="session-note"
                    role="note"
                    aria-label=move || say!(chat, session_note)
                    dir="auto"
                >
                    {move || note().unwrap_or_default()}
                </p>
            </Show>
            <p class="time-left" class:over=chat.rests role="status">
                {move || time_words(chat)}
            </p>
            <Show when=move || held().is_some()>
                <Trouble words=sentence />
            </Show>
        </div>
    }
}

fn time_words(chat: Chat) -> String {
    match chat.time_left() {
        Left::Plenty => String::new(),
        Left::Five => say!(chat, time_left_five),
        Left::Last => say!(chat, time_left_last),
        Left::Over if young(chat) => say!(chat, time_over_young),
        Left::Over => say!(chat, time_over),
    }
}

/// Says why a message was held back.
fn held_words(chat: Chat, why: Why) -> String {
    match (why, young(chat)) {
        (Why::Word(word), true) => say!(chat, held_word_young, word = word),
        (Why::Word(word), false) => say!(chat, held_word, word = word),
        (Why::Host(Some(reason)), _) => reason,
        (Why::Host(None), true) => say!(chat, held_host_young),
        (Why::Host(None), false) => say!(chat, held_host),
        (Why::Time, true) => say!(chat, time_over_young),
        (Why::Time, false) => say!(chat, time_over),
    }
}
