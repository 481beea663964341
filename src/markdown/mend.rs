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
    /// The last line is the half rule below the head of a table, and hidden.
    pub(super) is_rule: bool,
    /// No mark is open: what follows behind a blank is read the same without what stands before it.
    pub(super) settled: bool,
}

impl<'a> Mended<'a> {
    fn as_it_is(text: &'a str, cut: bool, settled: bool) -> Self {
        Mended {
            text: Cow::Borrowed(text),
            cut,
            swallows: false,
            is_rule: false,
            settled,
        }
    }
}

pub(super) fn mend(text: &str) -> Mended<'_> {
    let mut place = Place::of(text);
    let mut end = text.len();
    if place.in_code {
        if place.last.may_close_code() {
            end = place.last.start;
        }
        return Mended::as_it_is(&text[..end], end < text.len(), false);
    }
    if place.last.is_undecided() {
        end = place.last.start;
        place.last = Line::last_of(&text[..end]);
    }
    let cut = end < text.len();
    let text = &text[..end];
    if place.is_raw || place.start >= end || place.last.opens_code() {
        return Mended::as_it_is(text, cut, false);
    }
    let rule = table_rule(text, &place);
    let (from, end) = match &rule {
        Some(rule) if rule.instead => (place.last.start, place.last.start),
        _ if place.last.is_row() => (place.last.last_cell(text), end),
        _ => (place.start, end),
    };
    let inline = Inline::of(&text[from..end]);
    if inline.changes_nothing() && rule.is_none() {
        return Mended::as_it_is(text, cut, !cut && !inline.open);
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
        is_rule: rule.is_some_and(|rule| rule.instead),
        settled: false,
    }
}

/// The same for the end of a paragraph, item or cell, behind a word that leads it.
pub(super) fn mend_tail(lead: &str, text: &str) -> Mended<'static> {
    let inline = Inline::of(text);
    let mut out = lead.to_owned();
    inline.write(text, &mut out);
    Mended {
        text: Cow::Owned(out),
        cut: inline.hides,
        swallows: inline.swallows,
        is_rule: false,
        settled: inline.changes_nothing() && !inline.open,
    }
}

#[cfg(test)]
mod tests;
