//! Panels: dialogs with a head that closes them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_render::{AnimationFrame, request_animation_frame};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

use super::button::{Button, Icon};
use super::field::is_composing;
use crate::event::Millis;
use crate::page::app::{Chat, Command};
use crate::page::clock::now;
use crate::page::panel::Panel;
use crate::page::words::say;

/// One of the chat's dialogs, with its title and its way out.
#[component]
pub fn Titled(
    chat: Chat,
    /// The dialog.
    panel: Panel,
    /// Set where the dialog opened by itself, see [`Dialog`].
    #[prop(optional)]
    muted: bool,
    #[prop(optional)] node_ref: NodeRef<html::Dialog>,
    children: Children,
) -> impl IntoView {
    // The browser gives the focus back to what opened it; then it may go.
    let close = move || {
        if let Some(dialog) = node_ref.get_untracked() {
            dialog.close();
        }
    };
    let title = Signal::derive(move || panel.title(chat.lang.get()));
    view! {
        <Dialog
            class="panel"
            open=move || chat.shows(panel)
            on_close=move || chat.run(Command::Close(panel))
            label=title
            muted
            node_ref
        >
            <div class="panel-head">
                <h2>{title}</h2>
                <Button class="round" label=move || say!(chat, close) on_click=close>
                    <Icon shape=icondata_lu::LuX />
                </Button>
            </div>
            {children()}
        </Dialog>
    }
}

/// A `<dialog>` that opens and closes with `open`. The browser keeps the focus inside and closes it on Escape. What has `data-first` in it
/// gets the focus at first.
#[component]
pub fn Dialog(
    class: &'static str,
    #[prop(into)] open: Signal<bool>,
    /// Runs when the dialog was closed, whoever did it.
    #[prop(into)]
    on_close: Callback<()>,
    /// Name of the dialog.
    #[prop(into)]
    label: Signal<String>,
    /// Set where the dialog opened by itself, and hears no key that was meant for something else: none that was typed before a
    /// person can have read it, none that was held already, none of those who type on.
    #[prop(optional)]
    muted: bool,
    #[prop(optional)] node_ref: NodeRef<html::Dialog>,
    children: Children,
) -> impl IntoView {
    Effect::new(move || {
        let Some(dialog) = node_ref.get() else { return };
        if open.get() && !dialog.open() {
            // It gets the focus. What has the attribute from the beginning would ask for it as soon as it is on the page, and browsers
            // refuse that in a frame, loudly.
            if let Ok(Some(first)) = dialog.query_selector("[data-first]") {
                let _ = first.set_attribute("autofocus", "");
            }
            let _ = dialog.show_modal();
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    // The browser tells of it a moment later: the view may be gone by then.
    let close = move || {
        on_close.try_run(());
    };
    let muted = muted.then(|| Rc::new(Muted::new(open)));
    let lets_go = muted.clone();
    let on_keydown = move |event: KeyboardEvent| {
        // An input method's Escape takes back letters in a field, and closes nothing around it.
        if event.dyn_ref().is_some_and(is_composing) {
            event.prevent_default();
        }
        if let Some(muted) = &muted {
            muted.pressed(&event);
        }
    };
    let on_keyup = move |event: KeyboardEvent| {
        if let Some(muted) = &lets_go {
            muted.let_go(&event);
        }
    };
    view! {
        <dialog
            class=class
            part="dialog"
            aria-label=label
            node_ref=node_ref
            on:keydown=on_keydown
            on:keyup=on_keyup
            on:close=move |_| close()
        >
            {children()}
        </dialog>
    }
}

/// The time for which nobody must have typed, since a dialog is seen, before it hears a key, in milliseconds.
const READ: Millis = 500.0;

/// The ears of a dialog that opened by itself.
struct Muted {
    /// The time since which the dialog could be read and nobody typed, in milliseconds; `None` before it is seen.
    quiet: Rc<Cell<Option<Millis>>>,
    /// The key that the dialog heard go down.
    heard: RefCell<Option<String>>,
}

impl Muted {
    fn new(open: Signal<bool>) -> Muted {
        let quiet: Rc<Cell<Option<Millis>>> = Rc::default();
        let seen = quiet.clone();
        let frame = StoredValue::new_local(None::<AnimationFrame>);
        Effect::new(move || {
            seen.set(None);
            if open.get() {
                let seen = seen.clone();
                // A page that nobody can see has no frames.
                let next = request_animation_frame(move |_| seen.set(Some(now())));
                frame.set_value(Some(next));
            }
        });
        Muted {
            quiet,
            heard: RefCell::default(),
        }
    }

    fn pressed(&self, event: &KeyboardEvent) {
        let quiet = self.quiet.get();
        let is_read = quiet.is_some_and(|quiet| event.time_stamp() - quiet >= READ);
        if is_read && !event.repeat() {
            self.heard.replace(key(event));
        } else {
            self.quiet
                .set(quiet.map(|quiet| quiet.max(event.time_stamp())));
            self.heard.take();
            event.prevent_default();
        }
    }

    /// Stops a key that is let go, unless the dialog heard it go down: a button is pressed when its key is let go.
    fn let_go(&self, event: &KeyboardEvent) {
        if key(event).is_none() || *self.heard.borrow() != key(event) {
            event.prevent_default();
        }
    }
}

/// The key of an event; `None` for those that are no keys, though browsers send them under these names.
fn key(event: &KeyboardEvent) -> Option<String> {
    event.dyn_ref().map(KeyboardEvent::key)
}
