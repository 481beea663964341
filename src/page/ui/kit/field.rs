//! Fields with their names, and choices.
//!
//! In: a value that follows signals. Out: what a person types or chooses. What is typed stays until the value itself is another.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

/// A field with its name.
#[component]
pub fn Field(
    /// Name of the field.
    #[prop(into)]
    name: Signal<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <label>
            <span>{name}</span>
            {children()}
        </label>
    }
}

/// A field of one line.
#[component]
pub fn TextField(
    /// Text in the field, until the person types; another value takes the place of what was typed.
    #[prop(optional, into)]
    value: Signal<String>,
    #[prop(default = "text")] kind: &'static str,
    /// Keys that a screen shows for the field.
    #[prop(optional)]
    inputmode: Option<&'static str>,
    /// Set where the browser neither fills the field nor looks for mistakes: an address, a key, a figure.
    #[prop(optional)]
    exact: bool,
    #[prop(optional)] dir: Option<&'static str>,
    #[prop(optional, into)] placeholder: Option<Signal<String>>,
    #[prop(optional, into)] disabled: Option<Signal<bool>>,
    /// Set while what is typed is wrong.
    #[prop(optional, into)]
    invalid: Signal<bool>,
    /// The id of the sentence that describes the field.
    #[prop(optional)]
    described_by: Option<&'static str>,
    /// Hears what is typed.
    #[prop(optional, into)]
    on_input: Option<Callback<String>>,
    /// Hears Enter, which then does nothing else.
    #[prop(optional, into)]
    on_enter: Option<Callback<()>>,
    #[prop(optional)] node_ref: NodeRef<html::Input>,
) -> impl IntoView {
    let value = guarded(value);
    let on_key = keys(move |event| {
        if let Some(on_enter) = on_enter
            && event.key() == "Enter"
        {
            event.prevent_default();
            on_enter.run(());
        }
    });
    view! {
        <input
            type=kind
            inputmode=inputmode
            autocomplete=exact.then_some("off")
            spellcheck=exact.then_some("false")
            dir=dir
            placeholder=placeholder
            disabled=disabled
            aria-invalid=move || invalid.get().then_some("true")
            aria-describedby=described_by
            prop:value=value
            node_ref=node_ref
            on:input:target=move |event| hear(on_input, event.target().value())
            on:keydown=on_key
        />
    }
}

/// A field of several lines.
#[component]
pub fn TextArea(
    /// Text in the field, until the person types; another value takes the place of what was typed.
    #[prop(into)]
    value: Signal<String>,
    rows: &'static str,
    #[prop(optional)] class: Option<&'static str>,
    /// Set where the browser does not look for mistakes.
    #[prop(optional)]
    exact: bool,
    #[prop(default = "auto")] dir: &'static str,
    #[prop(optional, into)] placeholder: Option<Signal<String>>,
    #[prop(optional, into)] disabled: Option<Signal<bool>>,
    /// Set while what is typed is wrong.
    #[prop(optional, into)]
    invalid: Signal<bool>,
    /// Hears what is typed.
    #[prop(into)]
    on_input: Callback<String>,
) -> impl IntoView {
    let value = guarded(value);
    view! {
        <textarea
            rows=rows
            class=class
            dir=dir
            spellcheck=exact.then_some("false")
            placeholder=placeholder
            disabled=disabled
            aria-invalid=move || invalid.get().then_some("true")
            prop:value=value
            on:input:target=move |event| on_input.run(event.target().value())
        ></textarea>
    }
}

/// A choice of one. Its [`Choice`]s are its children.
#[component]
pub fn Select(
    /// The value of the choice that is made.
    #[prop(into)]
    value: Signal<String>,
    /// Hears what the person chooses.
    #[prop(into)]
    on_change: Callback<String>,
    children: Children,
) -> impl IntoView {
    let select = NodeRef::<html::Select>::new();
    let value = guarded(value);
    // A select takes only values that it has: it is set once its choices are there.
    Effect::new(move || {
        if let Some(select) = select.get() {
            select.set_value(&value.get());
        }
    });
    view! {
        <select node_ref=select on:change:target=move |event| on_change.run(event.target().value())>
            {children()}
        </select>
    }
}

/// One of the values of a [`Select`].
#[component]
pub fn Choice(
    #[prop(into)] value: String,
    /// Words of the choice.
    #[prop(into)]
    words: Signal<String>,
) -> impl IntoView {
    view! { <option value=value>{words}</option> }
}

/// The value as it changes: what it is made of may change without it, and what is typed must not be overwritten then.
fn guarded(value: Signal<String>) -> Memo<String> {
    Memo::new(move |_| value.get())
}

fn hear(on_input: Option<Callback<String>>, typed: String) {
    if let Some(on_input) = on_input {
        on_input.run(typed);
    }
}

/// Tells whether a key belongs to an input method: it chooses or takes back letters there, and means nothing to the page. Safari
/// tells so by the key's number alone, for it ends the composition before the key that did it.
pub fn is_composing(event: &KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == 229
}

/// Makes a listener for keys; those of an input method are kept from it.
pub fn keys(hear: impl Fn(&KeyboardEvent) + 'static) -> impl Fn(KeyboardEvent) + 'static {
    move |event| {
        // Browsers fill fields with events of this name that are no keys.
        if let Some(event) = event.dyn_ref::<KeyboardEvent>()
            && !is_composing(event)
        {
            hear(event);
        }
    }
}
