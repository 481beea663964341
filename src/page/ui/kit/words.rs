//! Sentences.

use leptos::prelude::*;

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
