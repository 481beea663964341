//! The place that a search leads to: marked in the text, and brought into view.
//!
//! In: a turn on the page, and the words that were looked for. Out: ranges that the browser paints (CSS Custom Highlight API), where it
//! knows such; else the turn is shown as a whole. It changes nothing of the text.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::event::Millis;
use crate::page::app::Chat;
use crate::page::clock::sleep;
use crate::page::marks::{Drawn, paint};
use crate::search::Query;

/// The number of times that the place is looked for: what is long is drawn a piece at a time, and code gets its colours later.
const TIMES: usize = 12;
/// The time between two looks, in milliseconds.
const PAUSE: Millis = 150.0;
/// The looks at which the place is brought into view: what is drawn above it meanwhile may push it away.
const AIMED: usize = 3;
/// The name of the ranges in style sheets.
const NAME: &str = "rill-found";

/// Brings a turn into view, and marks these words in it. It gets the focus, for those who listen.
pub fn show(chat: Chat, turn: Element, words: String) {
    forget();
    chat.scrolled(false);
    let _ = turn.set_attribute("tabindex", "-1");
    let query = Query::new(&words);
    chat.spawn(async move {
        // What was closed a moment ago gives the focus back first.
        sleep(0.0).await;
        if let Some(turn) = turn.dyn_ref::<HtmlElement>() {
            let _ = turn.focus();
        }
        let mut aimed = 0;
        for _ in 0..TIMES {
            if !turn.is_connected() {
                return forget();
            }
            let first = mark(&turn, &query);
            if aimed < AIMED {
                // The way to the newest text, which begins a conversation, may be told only now; that text is not followed.
                chat.scrolled(false);
                aim(chat, &turn, first.as_ref());
                aimed += 1;
            }
            sleep(PAUSE).await;
        }
    });
}

/// Wipes the marks away.
pub fn forget() {
    // Where the browser knows no such thing, there are none.
    paint(NAME, &[]);
}

/// Marks the words in a turn; returns the first place.
fn mark(turn: &Element, query: &Query) -> Option<web_sys::Range> {
    let mut drawn = Drawn::default();
    let parts = turn.query_selector_all(".said, .answer").ok()?;
    for part in (0..parts.length()).filter_map(|at| parts.get(at)) {
        drawn.gather(&part);
    }
    let ranges: Vec<web_sys::Range> = query
        .places(&drawn.whole)
        .into_iter()
        .filter_map(|place| drawn.range(&place))
        .collect();
    let first = ranges.first().cloned();
    let is_painted = paint(NAME, &ranges);
    if !is_painted || first.is_none() {
        let _ = turn.class_list().add_1("sought");
    } else {
        let _ = turn.class_list().remove_1("sought");
    }
    first
}

/// Scrolls so that a place stands in the upper third of what is seen, unless it is in view.
fn aim(chat: Chat, turn: &Element, place: Option<&web_sys::Range>) {
    let Some(scroller) = chat.scroller().get_untracked() else {
        return;
    };
    let seen = scroller.get_bounding_client_rect();
    let found = match place {
        Some(place) => place.get_bounding_client_rect(),
        None => turn.get_bounding_client_rect(),
    };
    let is_in_view = found.top() >= seen.top() && found.top() + 24.0 <= seen.bottom();
    if !is_in_view {
        let to = found.top() - seen.top() - seen.height() / 3.0;
        scroller.set_scroll_top(scroller.scroll_top().saturating_add(to as i32));
    }
}
