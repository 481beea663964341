//! A reply on its way, drawn: a boat that carries the question down the stream, past the stations of the work.
//!
//! In: the status of a reply. Out: a picture, the names of the stations, the time gone by. What the status means for the boat is
//! decided in [`crate::school`].

use gloo_timers::callback::Interval;
use leptos::prelude::*;
use web_sys::Element;

use super::kit::Show;
use crate::page::app::Chat;
use crate::page::clock::now;
use crate::page::dom::set_style;
use crate::page::follow::follow;
use crate::page::live::Status;
use crate::page::words::say;
use crate::school::Station;

/// The way between two stations, in units of the picture.
const WAY: f64 = 80.0;
/// Seconds of waiting that nobody needs to be told.
const SHORT: u32 = 3;

/// The picture of a reply that runs.
#[component]
pub fn Boat(chat: Chat, status: ReadSignal<Status>) -> impl IntoView {
    let station = Memo::new(move |before: Option<&Station>| {
        let before = before.copied().unwrap_or_default();
        status.with(|status| Station::of(status, before))
    });
    let place = Memo::new(move |_| {
        let at = Station::ALL.iter().position(|one| *one == station.get());
        let part = status.with(Station::part).unwrap_or(0.0);
        (at.unwrap_or(0) as f64 + part * 0.8) * WAY
    });
    let (began, gone) = (now(), RwSignal::new(0));
    let tick = Interval::new(1000, move || {
        let seconds = ((now() - began) / 1000.0).round();
        let _ = gone.try_set(seconds as u32);
    });
    StoredValue::new_local(tick);
    let is_long = move || gone.get() >= SHORT && station.get() != Station::Writing;
    let stations = Station::ALL.map(|one| {
        let word = move || match one {
            Station::Asking => say!(chat, step_asking),
            Station::Reading => say!(chat, step_reading),
            Station::Thinking => say!(chat, step_thinking),
            Station::Writing => say!(chat, step_writing),
        };
        view! {
            <span class:here=move || station.get() == one class:past=move || one < station.get()>
                {word}
            </span>
        }
    });
    view! {
        // The sentence beside it says the same in words.
        <span
            class="boat"
            aria-hidden="true"
            translate="no"
            data-station=move || station.get().word()
        >
            <svg viewBox="0 0 320 56" fill="none">
                <path
                    class="wave far"
                    d="M-80 40q10-6 20 0t20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0"
                ></path>
                <g class="vessel" use:sail=place>
                    <g class="bob">
                        <path class="sail" d="M41 8v22h18q-2-14-18-22z"></path>
                        <path class="mast" d="M38 6v28"></path>
                        <path class="hull" d="M18 32h44l-7 11h-30z"></path>
                    </g>
                </g>
                <path
                    class="wave near"
                    d="M-80 46q10-6 20 0t20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0 20 0"
                ></path>
            </svg>
            <span class="stations">{stations}</span>
            <Show when=is_long>
                <span class="gone-by">
                    {move || say!(chat, young_gone_by, seconds = gone.get())}
                </span>
            </Show>
        </span>
    }
}

/// Brings the boat to its place, and along with it.
fn sail(vessel: Element, place: Memo<f64>) {
    follow(move || {
        let to = format!("translateX({}px)", place.get());
        set_style(&vessel, "transform", &to);
    });
}
