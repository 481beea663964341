//! The place of a view that comes with the second half of the page.

use leptos::prelude::*;

use super::kit::Show;
use crate::page::app::Chat;
use crate::page::app::second_half::{self, SecondHalf};

/// A part of the page that comes later, and is there while `when` says so.
#[component]
pub fn Coming(
    chat: Chat,
    #[prop(into)] when: Signal<bool>,
    /// Which of the views it is.
    view: fn(&SecondHalf) -> fn(Chat) -> AnyView,
) -> impl IntoView {
    view! {
        <Show when=move || {
            when.get() && chat.loaded.get()
        }>{second_half::ready().map(|half| view(half)(chat))}</Show>
    }
}
