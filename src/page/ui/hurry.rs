//! How a reader hurries a reply that is shown at a pace: the right arrow key, a finger or the mouse held on its text, a tap, Space.
//!
//! In: keys and pointers, as long as the reply runs. Out: commands. Who types, selects, follows a link or presses a button hurries nothing.

use std::cell::Cell;
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, KeyboardEvent, MouseEvent};

use super::shortcuts::is_meant;
use crate::event::Millis;
use crate::page::app::{Chat, Command};
use crate::page::live::Seen;

/// Time from which on a press is held and no tap any more, in milliseconds.
const HELD: Millis = 350.0;
/// Way from which on a press is a selection or a scroll, in pixels.
const MOVED: i32 = 10;
/// What has a use of its own for the right arrow key.
const FIELD: &str = "input, textarea, select, [contenteditable], dialog";
/// What has a use of its own for a press or for Space.
const BUSY: &str =
    "a, button, summary, input, textarea, select, [contenteditable], [role='button'], dialog";

/// Listens to what hurries the reply whose answer this element is, until it has ended.
pub fn by_hand(answer: Element, hurried: Option<(Chat, Seen)>) {
    let Some((chat, seen)) = hurried else { return };
    let mut listeners = keys(chat, seen);
    listeners.extend(presses(&answer, chat, seen));
    let listeners = StoredValue::new_local(Some(listeners));
    Effect::new(move || {
        if seen.end.with(Option::is_some) {
            listeners.set_value(None);
        }
    });
}

fn is_paced(chat: Chat) -> bool {
    chat.is_mounted() && untrack(|| chat.current_manner()).pace.is_fixed()
}

/// The keys, wherever the focus is but in a field, on a button or in a dialog.
fn keys(chat: Chat, seen: Seen) -> Vec<EventListener> {
    let is_down = Rc::new(Cell::new(false));
    let down = {
        let is_down = is_down.clone();
        move |event: &Event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
                return;
            };
            let has_other = event.ctrl_key() || event.meta_key() || event.alt_key();
            let key = event.key();
            let busy = if key == " " { BUSY } else { FIELD };
            if has_other || event.default_prevented() || !is_paced(chat) || !is_free(chat, busy) {
                return;
            }
            match key.as_str() {
                "ArrowRight" if !event.repeat() => {
                    is_down.set(true);
                    chat.run(Command::Hurry(true));
                }
                // It goes on as long as the key is held.
                "ArrowRight" => {}
                " " if seen.held.get_untracked() => chat.run(Command::ReadOn),
                _ => return,
            }
            event.prevent_default();
        }
    };
    let up = move |event: &Event| {
        let key = event.dyn_ref::<KeyboardEvent>().map(KeyboardEvent::key);
        // Who leaves the window lets go of its keys elsewhere.
        if key.is_none_or(|key| key == "ArrowRight") && is_down.replace(false) {
            slow_down(chat);
        }
    };
    let left = up.clone();
    let options = EventListenerOptions::enable_prevent_default();
    vec![
        EventListener::new_with_options(&window(), "keydown", options, down),
        EventListener::new(&window(), "keyup", up),
        EventListener::new(&window(), "blur", left),
    ]
}

fn slow_down(chat: Chat) {
    if chat.is_mounted() {
        chat.run(Command::Hurry(false));
    }
}

/// Tells whether a key is meant for this chat, and nothing in it has a use of its own for it.
fn is_free(chat: Chat, busy: &str) -> bool {
    let focused = chat.shared().root.active_element();
    let is_busy = |focused: Element| focused.closest(busy).ok().flatten().is_some();
    is_meant(chat) && !focused.is_some_and(is_busy)
}

/// A press on the text that has not ended.
#[derive(Clone, Copy)]
struct Press {
    at: Millis,
    place: (i32, i32),
}

/// Presses on the text: held they hurry it, short ones show the rest.
fn presses(answer: &Element, chat: Chat, seen: Seen) -> Vec<EventListener> {
    let press = Rc::new(Cell::new(None::<Press>));
    // The time at which the last press began, and whether it is a tap so far.
    let tap = Rc::new(Cell::new(None::<Millis>));
    let end = {
        let press = press.clone();
        move || {
            if press.take().is_some() {
                slow_down(chat);
            }
        }
    };
    let down = {
        let (press, tap) = (press.clone(), tap.clone());
        move |event: &Event| {
            let Some(mouse) = event.dyn_ref::<MouseEvent>() else {
                return;
            };
            if mouse.button() == 0 && is_paced(chat) && !is_busy(event) {
                let at = event.time_stamp();
                let place = (mouse.client_x(), mouse.client_y());
                press.set(Some(Press { at, place }));
                tap.set(Some(at));
                chat.run(Command::Hurry(true));
            }
        }
    };
    let moved = {
        let (press, tap, end) = (press.clone(), tap.clone(), end.clone());
        move |event: &Event| {
            let Some((mouse, began)) = event.dyn_ref::<MouseEvent>().zip(press.get()) else {
                return;
            };
            let (x, y) = began.place;
            let way = (mouse.client_x() - x)
                .abs()
                .max((mouse.client_y() - y).abs());
            if way > MOVED {
                tap.set(None);
                end();
            }
        }
    };
    let up = {
        let (press, tap, end) = (press.clone(), tap.clone(), end.clone());
        move |event: &Event| {
            let began = press.get();
            if began.is_some_and(|press| event.time_stamp() - press.at >= HELD) {
                tap.set(None);
            }
            end();
        }
    };
    let clicked = move |event: &Event| {
        // A click that no press came before is a person's all the same: a program reads the page out.
        let is_long = press.get().is_none() && tap.take().is_none() && detail(event) > 0;
        if seen.behind.get_untracked() && !is_long && !is_busy(event) && !has_selection() {
            chat.run(Command::Skip);
        }
    };
    let (cancelled, left) = (end.clone(), end);
    vec![
        EventListener::new(answer, "pointerdown", down),
        EventListener::new(answer, "pointermove", moved),
        EventListener::new(answer, "pointerup", up),
        EventListener::new(answer, "pointercancel", move |_| cancelled()),
        EventListener::new(answer, "pointerleave", move |_| left()),
        EventListener::new(answer, "click", clicked),
    ]
}

/// The number of clicks that a pointer made; 0 where none did.
fn detail(event: &Event) -> i32 {
    event
        .dyn_ref::<MouseEvent>()
        .map_or(0, |event| event.detail())
}

fn is_busy(event: &Event) -> bool {
    let target = event.target().and_then(|target| target.dyn_into().ok());
    target.is_some_and(|target: Element| target.closest(BUSY).ok().flatten().is_some())
}

fn has_selection() -> bool {
    let selection = window().get_selection().ok().flatten();
    selection.is_some_and(|selection| !selection.is_collapsed())
}
