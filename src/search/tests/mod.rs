//! Search, against a plain model of it, and its letters against Unicode's own tables.

#![allow(clippy::unwrap_used)]

mod found;
mod letters;
mod model;
mod pieces;

use super::fold::fold;
use super::{Index, Query};

/// A text as search sees it.
fn folded(text: &str) -> String {
    let mut folded = String::new();
    fold(text, &mut folded);
    folded
}

/// The parts of a text that are marked for a query.
fn marked<'t>(text: &'t str, query: &str) -> Vec<&'t str> {
    let places = Query::new(query).places(text);
    places.into_iter().map(|place| &text[place]).collect()
}

/// The turns that are found, each with its conversation's name.
fn hits(index: &Index, query: &str) -> Vec<(String, Option<usize>)> {
    let found = index.find(&Query::new(query), usize::MAX, None);
    let hits = found.hits.into_iter();
    hits.map(|hit| (hit.conversation, hit.turn)).collect()
}
