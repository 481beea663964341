//! Icons: one stroke set (Lucide), inline SVG. Always beside a word, or inside a button that has a name.

use icondata_core::Icon as IconData;
use leptos::prelude::*;

/// An icon.
#[component]
pub fn Icon(icon: IconData) -> impl IntoView {
    view! {
        <svg
            class="icon"
            viewBox="0 0 24 24"
            fill="none"
            stroke="currentColor"
            stroke-width="2"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
            inner_html=icon.data
        ></svg>
    }
}
