//! The reading ruler: a band that keeps the place on the page.
//!
//! It follows the pointer; with Alt and the arrows it goes a line up or down, and takes the page along at its edges. It lets every click
//! through, and those who listen to the page do not hear of it.

use gloo_events::{EventListener, EventListenerOptions};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{KeyboardEvent, MouseEvent};

use super::kit::Show;
use crate::page::app::Chat;
use crate::page::browser::field;
use crate::reading::Setting;

/// The part of the band that is one line: the rest is room above and below it.
const LINE: f64 = 0.74;

/// The band, where it is wished.
#[component]
pub fn Ruler(chat: Chat) -> impl IntoView {
    let is_on = move || {
        chat.appearance
            .with(|appearance| appearance.is_on(Setting::Ruler))
    };
    view! {
        <Show when=is_on>
            <Band chat />
        </Show>
    }
}

#[component]
fn Band(chat: Chat) -> impl IntoView {
    let band = NodeRef::<html::Div>::new();
    // Its middle, in pixels from the top of the page's box.
    let middle = StoredValue::new(0.0_f64);
    let put = move |to: f64| {
        let Some(band) = band.get_untracked() else {
            return;
        };
        middle.set_value(to);
        let top = to - band.get_bounding_client_rect().height() / 2.0;
        if let Some(style) = field(&band, "style") {
            let _ = js_sys::Reflect::set(&style, &"top".into(), &format!("{top}px").into());
        }
    };
    let top = move || {
        let parent = band.get_untracked().and_then(|band| band.offset_parent());
        parent.map_or(0.0, |parent| parent.get_bounding_client_rect().top())
    };
    Effect::new(move || {
        if band.get().is_some()
            && let Some(scroller) = chat.scroller().get_untracked()
        {
            let seen = scroller.get_bounding_client_rect();
            put(seen.top() - top() + seen.height() / 3.0);
        }
    });
    // The first and the last place of its middle: it stays with the conversation.
    let ends = move || {
        let seen = chat.scroller().get_untracked()?.get_bounding_client_rect();
        Some((seen.top() - top(), seen.bottom() - top()))
    };
    let moves = move |event: &web_sys::Event| {
        if let Some(event) = event.dyn_ref::<MouseEvent>()
            && let Some((first, last)) = ends()
        {
            put((f64::from(event.client_y()) - top()).max(first).min(last));
        }
    };
    let keys = move |event: &web_sys::Event| {
        let Some(lines) = lines(event) else {
            return;
        };
        let (Some(band), Some(scroller)) = (band.get_untracked(), chat.scroller().get_untracked())
        else {
            return;
        };
        event.prevent_default();
        let step = lines * LINE * band.get_bounding_client_rect().height();
        let Some((first, last)) = ends() else {
            return;
        };
        let to = middle.get_value() + step;
        if step < 0.0 && to < first - step || step > 0.0 && to > last - step {
            // The line that it would go to comes to it.
            scroller.set_scroll_top(scroller.scroll_top().saturating_add(step.round() as i32));
            chat.scrolled(false);
        } else {
            put(to);
        }
    };
    let root = chat.shared().root.clone();
    let heard = (
        EventListener::new(&root, "pointermove", moves),
        EventListener::new_with_options(
            &root,
            "keydown",
            EventListenerOptions::enable_prevent_default(),
            keys,
        ),
    );
    StoredValue::new_local(heard);
    view! { <div class="ruler" aria-hidden="true" node_ref=band></div> }
}

/// The lines that keys go up or down: Alt and an arrow.
fn lines(event: &web_sys::Event) -> Option<f64> {
    let keys: &KeyboardEvent = event.dyn_ref()?;
    match keys.key().as_str() {
        "ArrowUp" if keys.alt_key() => Some(-1.0),
        "ArrowDown" if keys.alt_key() => Some(1.0),
        _ => None,
    }
}
