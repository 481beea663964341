//! The one thing to do after a reply ended otherwise than it should: for young readers, in the place of all buttons.
//!
//! In: an end. Out: one button, and for what a child cannot do a word for a grown-up.

use leptos::prelude::*;

use super::actions::Branches;
use super::kit::{Button, Show};
use crate::chat::tree::TurnId;
use crate::event::End;
use crate::page::app::{Chat, Command};
use crate::page::friendly::{cause, for_grown_up};
use crate::page::words::say;
use crate::school::Deed;

/// The button for what there is to do.
#[component]
pub fn Next(
    chat: Chat,
    id: TurnId,
    end: ReadSignal<Option<End>>,
    #[prop(into)] deed: Signal<Option<Deed>>,
) -> impl IntoView {
    let words = move || match deed.get() {
        Some(Deed::AskAgain) => say!(chat, ask_again_young),
        Some(Deed::GoOn) => say!(chat, go_on_young),
        Some(Deed::BeginAnew) => say!(chat, begin_anew_young),
        None => String::new(),
    };
    let press = move || match deed.get_untracked() {
        Some(Deed::AskAgain) => chat.run(Command::Retry(id)),
        Some(Deed::GoOn) => chat.run(Command::Continue(id)),
        Some(Deed::BeginAnew) => chat.run(Command::Clear),
        None => {}
    };
    let called = move || {
        let cause = end.with(|end| cause(chat, end.as_ref()?));
        cause.map_or_else(String::new, |cause| for_grown_up(chat, cause))
    };
    view! {
        <div class="next">
            <Button class="strong" on_click=press>
                {words}
            </Button>
            <Branches chat id />
            <Show when=move || !called().is_empty()>
                <p class="grown-up">{called}</p>
            </Show>
        </div>
    }
}
