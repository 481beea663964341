//! What a reply says to those who listen: a log to which whole texts are added, not to be seen.

use leptos::prelude::*;

use super::kit::For;
use crate::page::app::Chat;
use crate::page::reply::voice::Log;

/// The log of what is said. It is there before anything is: else it would not be heard.
#[component]
pub fn Spoken(chat: Chat) -> impl IntoView {
    let log = chat.state::<Log>();
    // What was said in another conversation is not to be found in this one.
    let cleared = log.clone();
    Effect::new(move |before: Option<u32>| {
        let now = chat.conversation.get();
        if before.is_some_and(|before| before != now) {
            cleared.clear();
        }
        now
    });
    let texts = RwSignal::from(log.texts());
    view! {
        <div class="spoken unseen" role="log">
            <For each=move || texts.get() key=|(number, _)| *number let:text>
                <p>{text.1}</p>
            </For>
        </div>
    }
}
