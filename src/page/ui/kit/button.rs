//! Buttons and pictures.

use leptos::html;
use leptos::prelude::*;

/// A button that does something.
#[component]
pub fn Button(
    /// Runs at a press.
    #[prop(into)]
    on_click: Callback<()>,
    /// Looks of the button: its class.
    #[prop(optional)]
    class: &'static str,
    /// Name of the button, where its words are none.
    #[prop(optional, into)]
    label: Option<Signal<String>>,
    /// Words for a mouse that rests on the button.
    #[prop(optional, into)]
    title: Option<Signal<String>>,
    /// Set while the button cannot be pressed.
    #[prop(optional, into)]
    disabled: Option<Signal<bool>>,
    #[prop(optional)] node_ref: NodeRef<html::Button>,
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=(!class.is_empty()).then_some(class)
            aria-label=label
            title=title
            disabled=disabled
            node_ref=node_ref
            on:click=move |_| on_click.run(())
        >
            {children()}
        </button>
    }
}

/// A picture of one stroke set (Lucide). Always beside a word, or inside a button that has a name.
#[component]
pub fn Icon(shape: icondata_core::Icon) -> impl IntoView {
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
            inner_html=shape.data
        ></svg>
    }
}
