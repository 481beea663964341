//! The step before a link of an answer is followed: young readers are told where it leads.
//!
//! In: clicks on links. Out: a question, and the place that the link leads to in a tab of its own.

use gloo_events::{EventListener, EventListenerOptions, EventListenerPhase};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, Url};

use super::kit::{Button, Dialog};
use crate::page::app::Chat;
use crate::page::sentences::young;
use crate::page::words::say;

/// The question whether a link is to be followed.
#[component]
pub fn Leave(chat: Chat) -> impl IntoView {
    let to = RwSignal::new(None::<String>);
    listen(chat, to);
    let host = move || to.with(|to| to.as_deref().map(host_of).unwrap_or_default());
    let title = move || say!(chat, leave_title, host = host());
    let stay = move || to.set(None);
    let open = move || {
        if let Some(address) = to.get_untracked() {
            // Whoever is there is not told who sent the reader, and has no hold on this page.
            let _ = window().open_with_url_and_target_and_features(
                &address,
                "_blank",
                "noopener,noreferrer",
            );
        }
        to.set(None);
    };
    view! {
        <Dialog
            class="panel ask leave"
            open=move || to.with(Option::is_some)
            on_close=stay
            label=title
        >
            <h2 dir="auto">{title}</h2>
            <p>{move || say!(chat, leave_text)}</p>
            <div class="ways">
                <Button class="plain" on_click=open>
                    {move || say!(chat, leave_open, host = host())}
                </Button>
                <button type="button" class="strong" data-first="" on:click=move |_| stay()>
                    {move || say!(chat, leave_stay)}
                </button>
            </div>
        </Dialog>
    }
}

/// Hears clicks on links before the browser follows them, with any button of a mouse.
fn listen(chat: Chat, to: RwSignal<Option<String>>) {
    let options = EventListenerOptions {
        phase: EventListenerPhase::Capture,
        passive: false,
    };
    let root = chat.shared().root.clone();
    for name in ["click", "auxclick"] {
        let listener = EventListener::new_with_options(&root, name, options, move |event| {
            if untrack(|| young(chat))
                && let Some(address) = address_of(event)
            {
                event.prevent_default();
                event.stop_propagation();
                to.set(Some(address));
            }
        });
        StoredValue::new_local(listener);
    }
}

/// The address of the link that was clicked on; `None` where it was none, or one within the page.
fn address_of(event: &Event) -> Option<String> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let link = target.closest("a[href]").ok().flatten()?;
    let address = link.get_attribute("href")?;
    (!address.starts_with('#')).then_some(address)
}

fn host_of(address: &str) -> String {
    let host = Url::new(address).map(|url| url.host()).unwrap_or_default();
    match host.is_empty() {
        true => address.to_owned(),
        false => host,
    }
}
