//! A half-written block as its writer most likely means it.
//!
//! In: the open part of a text, which begins where a block begins. Out: the same with its open marks closed and its undecided last
//! marks hidden, for showing only. It must not know the tree; what it makes is parsed like any text and forgotten with the next token,
//! so a wrong guess costs one frame.

mod inline;
mod lines;

use std::borrow::Cow;

use inline::Inline;
use lines::{Line, Place, table_rule};

pub(super) struct Mended<'a> {
    pub(super) text: Cow<'a, str>,
    /// Something at the end is hidden, so letters that follow may not be what they seem.
    pub(super) cut: bool,
    /// Letters that follow are hidden too.
    pub(super) swallows: bool,
}

pub(super) fn mend(text: &str) -> Mended<'_> {
    let mut place = Place::of(text);
    let mut end = text.len();
    if place.in_code {
        if place.last.may_close_code() {
            end = place.last.start;
        }
        return Mended {
            text: Cow::Borrowed(&text[..end]),
            cut: end < text.len(),
            swallows: false,
        };
    }
    if place.last.is_undecided() {
        end = place.last.start;
        place.last = Line::last_of(&text[..end]);
    }
    let cut = end < text.len();
    let text = &text[..end];
    if place.is_raw || place.start >= end || place.last.opens_code() {
        return Mended {
            text: Cow::Borrowed(text),
            cut,
            swallows: false,
        };
    }
    let rule = table_rule(text, &place);
    let (from, end) = match &rule {
        Some(rule) if rule.instead => (place.last.start, place.last.start),
        _ if place.last.is_row() => (place.last.last_cell(text), end),
        _ => (place.start, end),
    };
    let inline = Inline::of(&text[from..end]);
    if inline.changes_nothing() && rule.is_none() {
        return Mended {
            text: Cow::Borrowed(text),
            cut,
            swallows: false,
        };
    }
    let mut out = text[..from].to_owned();
    inline.write(&text[from..end], &mut out);
    if let Some(rule) = &rule {
        rule.write(&mut out);
    }
    Mended {
        text: Cow::Owned(out),
        cut: cut || inline.hides || rule.is_some(),
        swallows: inline.swallows && rule.is_none() && !cut,
    }
}

#[cfg(test)]
mod tests;
