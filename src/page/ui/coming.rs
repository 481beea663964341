//! The places of views that come with the second half of the page.

use leptos::prelude::*;

use super::kit::Show;
use crate::page::app::Chat;
use crate::page::app::second_half::{self, SecondHalf};
use crate::page::panel::Panel;

/// A part of the page that comes later, and is there while `when` says so.
#[component]
pub fn Coming(
    chat: Chat,
    #[prop(into)] when: Signal<bool>,
    /// Chooses the view among those of the second half.
    view: fn(&SecondHalf) -> fn(Chat) -> AnyView,
) -> impl IntoView {
    view! {
        <Show when=move || {
            when.get() && chat.loaded.get()
        }>{second_half::ready().map(|half| view(half)(chat))}</Show>
    }
}

/// A place for each dialog, which is there while the dialog is open, or stays from then on.
#[component]
pub fn Dialogs(chat: Chat) -> impl IntoView {
    let place = |&panel: &Panel| {
        let opened = Memo::new(move |before: Option<&bool>| {
            chat.shows(panel) || panel.stays() && before == Some(&true)
        });
        view! {
            <Show when=move || {
                opened.get() && chat.loaded.get()
            }>{second_half::ready().map(|half| (half.dialog)(chat, panel))}</Show>
        }
        .into_any()
    };
    Panel::ALL.iter().map(place).collect::<Vec<AnyView>>()
}
