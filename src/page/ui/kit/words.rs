//! Sentences, and the heading above them.

use leptos::prelude::*;
use web_sys::Element;

use crate::page::app::Chat;

/// A quiet sentence.
#[component]
pub fn Hint(
    /// The sentence.
    #[prop(into)]
    words: Signal<String>,
    /// The sentence's id, for a field that it describes.
    #[prop(optional)]
    id: Option<&'static str>,
    /// The sentence's role, where it is to be read out when it changes.
    #[prop(optional)]
    role: Option<&'static str>,
) -> impl IntoView {
    view! {
        <p class="hint" id=id role=role>
            {words}
        </p>
    }
}

/// A sentence on what is wrong, read out as soon as it is there.
#[component]
pub fn Trouble(
    /// The sentence.
    #[prop(into)]
    words: Signal<String>,
) -> impl IntoView {
    view! {
        <p class="hint trouble" role="alert">
            {words}
        </p>
    }
}

/// Gives the chat's own heading its level: the first on a page of its own. Inside somebody's page the first level names that page, and
/// who goes there by headings must not land in a chat.
pub fn own_heading(heading: Element, chat: Chat) {
    if !chat.stands_alone() {
        // It fails only on names that are no names.
        let _ = heading.set_attribute("aria-level", "2");
    }
}
