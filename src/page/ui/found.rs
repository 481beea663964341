//! The place that a search leads to: marked in the text, and brought into view.
//!
//! In: a turn on the page, and the words that were looked for. Out: ranges that the browser paints (CSS Custom Highlight API), where it
//! knows such; else the turn is shown as a whole. It changes nothing of the text.

use std::ops::Range;

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, Node, Text};

use crate::event::Millis;
use crate::page::app::Chat;
use crate::page::clock::sleep;
use crate::search::Query;
use crate::text;

/// The number of times that the place is looked for: what is long is drawn a piece at a time, and code gets its colours later.
const TIMES: usize = 12;
/// The time between two looks, in milliseconds.
const PAUSE: Millis = 150.0;
/// The looks at which the place is brought into view: what is drawn above it meanwhile may push it away.
const AIMED: usize = 3;
/// The name of the ranges in style sheets.
const NAME: &str = "rill-found";

#[wasm_bindgen]
extern "C" {
    /// Ranges that the browser paints.
    type Highlight;
    #[wasm_bindgen(constructor, catch)]
    fn new() -> Result<Highlight, JsValue>;
    #[wasm_bindgen(method)]
    fn add(this: &Highlight, range: &web_sys::Range);
    #[wasm_bindgen(js_namespace = ["CSS", "highlights"], js_name = set, catch)]
    fn paint(name: &str, ranges: &Highlight) -> Result<JsValue, JsValue>;
}

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
    let _ = Highlight::new().and_then(|none| paint(NAME, &none));
}

/// Marks the words in a turn; returns the first place.
fn mark(turn: &Element, query: &Query) -> Option<web_sys::Range> {
    let mut pieces = Vec::new();
    let mut whole = String::new();
    let parts = turn.query_selector_all(".said, .answer").ok()?;
    for part in (0..parts.length()).filter_map(|at| parts.get(at)) {
        gather(&part, &mut whole, &mut pieces);
    }
    let ranges: Vec<web_sys::Range> = query
        .places(&whole)
        .into_iter()
        .filter_map(|place| range(&place, &pieces))
        .collect();
    let first = ranges.first().cloned();
    let painted = Highlight::new().and_then(|highlight| {
        ranges.iter().for_each(|range| highlight.add(range));
        paint(NAME, &highlight)
    });
    if painted.is_err() || first.is_none() {
        let _ = turn.class_list().add_1("sought");
    } else {
        let _ = turn.class_list().remove_1("sought");
    }
    first
}

/// A text on the page, and its beginning in all of the turn's.
struct Piece {
    start: usize,
    words: String,
    node: Text,
}

/// Gathers the texts below a node, but for those of buttons and of what is hidden from those who listen.
fn gather(node: &Node, whole: &mut String, pieces: &mut Vec<Piece>) {
    if let Some(node) = node.dyn_ref::<Text>() {
        let words = node.data();
        let start = whole.len();
        whole.push_str(&words);
        let node = node.clone();
        return pieces.push(Piece { start, words, node });
    }
    let is_no_text = |element: &Element| {
        element
            .matches("button, [aria-hidden=true]")
            .unwrap_or_default()
    };
    if node.dyn_ref().is_some_and(is_no_text) {
        return;
    }
    let mut next = node.first_child();
    while let Some(child) = next {
        gather(&child, whole, pieces);
        next = child.next_sibling();
    }
    // Between two blocks a word ends.
    let is_block = |element: &Element| {
        element
            .matches("p, li, td, th, pre, h1, h2, h3, h4, h5, h6, div")
            .unwrap_or_default()
    };
    if node.dyn_ref().is_some_and(is_block) {
        whole.push('\n');
    }
}

/// The range of the page that is a place in all of the turn's text.
fn range(place: &Range<usize>, pieces: &[Piece]) -> Option<web_sys::Range> {
    let (start, from) = spot(place.start, pieces, false)?;
    let (end, to) = spot(place.end, pieces, true)?;
    let range = document().create_range().ok()?;
    range.set_start(start, from).ok()?;
    range.set_end(end, to).ok()?;
    Some(range)
}

/// The node in which a byte of the text is, and its place there in UTF-16 units. An end belongs to what is before it.
fn spot(at: usize, pieces: &[Piece], is_end: bool) -> Option<(&Text, u32)> {
    let after = pieces.partition_point(|piece| match is_end {
        true => piece.start < at,
        false => piece.start <= at,
    });
    let piece = pieces.get(after.checked_sub(1)?)?;
    let before = text::up_to(&piece.words, at.checked_sub(piece.start)?);
    Some((&piece.node, before.encode_utf16().count() as u32))
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
