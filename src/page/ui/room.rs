//! The lines that say how much room what is kept takes, whether it lasts, and where tabs know nothing of each other.
//!
//! In: nothing; they ask the browser. Out: a sentence or two, or nothing where the browser does not say, or lacks nothing.

use leptos::prelude::*;

use super::kit::{Hint, Show};
use crate::history::Room;
use crate::history::room::{Size, Unit};
use crate::page::app::Chat;
use crate::page::history;
use crate::page::history::room::room;
use crate::page::numbers;
use crate::page::words::say;

/// The line on the room that the browser has.
#[component]
pub fn RoomLine(chat: Chat) -> impl IntoView {
    let known = RwSignal::new(None::<Room>);
    if chat.shared().store.lasts() {
        chat.spawn(async move {
            let room = room().await;
            // Whoever asked may be gone by now.
            let _ = known.try_set(room);
        });
    }
    let words = move || {
        let Some(room) = known.get() else {
            return String::new();
        };
        let (used, granted) = (size(chat, room.used), size(chat, room.granted));
        let used = say!(chat, room_used, used = used, granted = granted);
        let more = match room.lasts {
            _ if room.is_short() => say!(chat, room_short),
            Some(true) => say!(chat, room_lasts),
            Some(false) => say!(chat, room_passes),
            None => return used,
        };
        format!("{used} {more}")
    };
    view! {
        <Show when=move || known.with(Option::is_some)>
            <section>
                <Hint words />
            </section>
        </Show>
    }
}

/// The line on tabs that do not know of each other, where the platform has nothing by which they could.
#[component]
pub fn TabsLine(chat: Chat) -> impl IntoView {
    let is_apart = chat.shared().store.lasts()
        && history::of(chat).is_some_and(|history| history.tabs.are_apart());
    view! {
        <Show when=move || is_apart>
            <section>
                <Hint words=move || say!(chat, tabs_apart) />
            </section>
        </Show>
    }
}

/// A size in the figures of the language; the units are the same in all of them.
fn size(chat: Chat, bytes: f64) -> String {
    let Size {
        number,
        places,
        unit,
    } = Size::of(bytes);
    let unit = match unit {
        Unit::Kilo => "kilobyte",
        Unit::Mega => "megabyte",
        Unit::Giga => "gigabyte",
    };
    numbers::amount(chat.lang.get(), number, unit, places)
}
