//! A half-written block as its writer most likely means it.
//!
//! In: the open part of a text, which begins where a block begins. Out: the same with its open marks closed and its undecided last
//! marks hidden, for showing only. It must not know the tree; what it makes is parsed like any text and forgotten with the next token,
//! so a wrong guess costs one frame.

mod inline;
mod lines;

use std::borrow::Cow;

use crate::text;
use inline::Inline;
use lines::{Line, Place, is_rule, last_cell, table_rule};

pub(super) struct Mended<'a> {
    pub(super) text: Cow<'a, str>,
    /// Something at the end is hidden, so letters that follow may not be what they seem.
    pub(super) cut: bool,
    /// What is shown of the source ends here; only what is hidden, and blanks, stand behind it.
    pub(super) reach: usize,
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
            reach: text.trim_ascii_end().len(),
            swallows: false,
            is_rule: false,
            settled,
        }
    }
}

/// The open part of a text.
pub(super) fn mend(text: &str) -> Mended<'_> {
    let place = Place::of(text);
    if place.in_code {
        let end = if place.last.may_close_code() {
            place.last.start
        } else {
            text.len()
        };
        return Mended {
            reach: end,
            ..Mended::as_it_is(text::up_to(text, end), end < text.len(), false)
        };
    }
    let (text, cut, last) = decided(text, place.last);
    if place.is_raw || place.start >= text.len() || last.opens_code() || is_rule(text, place.start)
    {
        return Mended::as_it_is(text, cut, false);
    }
    let rule = table_rule(text, place.start);
    let (from, end) = match &rule {
        Some(rule) if rule.instead => (last.start, last.start),
        _ if last.is_row() => (last_cell(text, last.start), text.len()),
        _ => (place.start, text.len()),
    };
    let open = text::part(text, from..end);
    let inline = Inline::of(open);
    if inline.changes_nothing() && rule.is_none() {
        // Where it is no table after all, marks may be open in the cells before.
        let settled = !cut && !inline.open && !last.is_row();
        return Mended::as_it_is(text, cut, settled);
    }
    let mut out = text::up_to(text, from).to_owned();
    inline.write(open, &mut out);
    if let Some(rule) = &rule {
        rule.write(&mut out);
    }
    Mended {
        text: Cow::Owned(out),
        cut: cut || inline.hides || rule.is_some(),
        reach: text::up_to(text, from + inline.end(open))
            .trim_ascii_end()
            .len(),
        swallows: inline.swallows && rule.is_none() && !cut,
        is_rule: rule.is_some_and(|rule| rule.instead),
        settled: false,
    }
}

/// A row of a table whose head and rule are settled, or what comes behind its last row.
pub(super) fn mend_row(row: &str) -> Mended<'_> {
    let (text, cut, last) = decided(row, Line::last_of(row));
    let from = last_cell(text, last.start);
    let mended = mend_tail(text::up_to(text, from), text::from(text, from));
    Mended {
        cut: cut || mended.cut,
        reach: from + mended.reach,
        swallows: mended.swallows && !cut,
        settled: false,
        ..mended
    }
}

/// The text without its last line where that is nothing yet, whether it is without it, and the last line then.
fn decided<'a>(text: &'a str, last: Line<'a>) -> (&'a str, bool, Line<'a>) {
    if !last.is_undecided() {
        return (text, false, last);
    }
    let text = text::up_to(text, last.start);
    (text, true, Line::last_of(text))
}

/// The end of a paragraph, item or cell, behind something that leads it. The lead does not count for how far it reaches.
pub(super) fn mend_tail(lead: &str, text: &str) -> Mended<'static> {
    let inline = Inline::of(text);
    let mut out = lead.to_owned();
    inline.write(text, &mut out);
    Mended {
        text: Cow::Owned(out),
        cut: inline.hides,
        reach: text::up_to(text, inline.end(text)).trim_ascii_end().len(),
        swallows: inline.swallows,
        is_rule: false,
        settled: inline.changes_nothing() && !inline.open,
    }
}

#[cfg(test)]
mod tests;
