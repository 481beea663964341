//! A half-written block as its writer most likely means it.
//!
//! In: the open part of a text, which begins where a block begins. Out: the same with its open marks closed and its undecided last
//! marks hidden, for showing only. It must not know the tree; what it makes is parsed like any text and forgotten with the next token,
//! so a wrong guess costs one frame.

mod inline;
mod lines;

use std::borrow::Cow;

use super::parse::is_formula;
use super::source::{OpenFormula, open_formula};
use crate::text;
use inline::Inline;
use lines::{Line, Place, is_bare_item, is_rule, last_cell, line_start, table_rule};

pub(super) struct Mended<'a> {
    pub(super) text: Cow<'a, str>,
    /// The end of the source that is shown; only what is hidden, and blanks, stand behind it.
    pub(super) reach: usize,
    /// No mark is open: what follows behind a blank is read the same without what stands before it.
    pub(super) settled: bool,
    /// The last line will stay what it is, whatever follows on it: nothing before the last block changes any more.
    pub(super) known: bool,
}

impl<'a> Mended<'a> {
    fn as_it_is(text: &'a str, settled: bool, known: bool) -> Self {
        Mended {
            text: Cow::Borrowed(text),
            reach: text.trim_ascii_end().len(),
            settled,
            known: known || text.is_empty() || text.ends_with(['\n', '\r']),
        }
    }
}

/// The open part of a text.
pub(super) fn mend(text: &str) -> Mended<'_> {
    mend_but(text, true)
}

/// Mends a text; without `formulas` none may be open any more.
fn mend_but(text: &str, formulas: bool) -> Mended<'_> {
    let place = Place::of(text);
    if place.in_code {
        let end = if place.last.may_close_code() {
            place.last.start
        } else {
            text.len()
        };
        // The item or the quote that the code is in may end with this line.
        let known = place.last.is_known(end);
        return Mended {
            reach: end,
            ..Mended::as_it_is(text::up_to(text, end), false, known)
        };
    }
    if formulas
        && !place.is_indented
        && let Some(formula) = open_formula(text)
        && let Some(mended) = mend_formula(text, &formula)
    {
        return mended;
    }
    let closes_formula =
        place.last.closes_formula() && open_formula(text::up_to(text, place.last.start)).is_some();
    let (text, cut, last) = if closes_formula {
        (text, false, place.last)
    } else {
        decided(text, place.last)
    };
    let known = !cut && last.is_known(text.len());
    if place.is_raw || place.start >= text.len() || last.opens_code() || is_rule(text, place.start)
    {
        return Mended::as_it_is(text, false, known);
    }
    let rule = table_rule(text, place.start);
    let (from, end) = match &rule {
        Some(rule) if rule.instead => (last.start, last.start),
        _ if last.is_row() => (last_cell(text, last.start), text.len()),
        _ => (place.start, text.len()),
    };
    let open = text::part(text, from..end);
    let inline = Inline::of(open, from == line_start(text::up_to(text, from)));
    if inline.changes_nothing() && rule.is_none() {
        // Where it is no table after all, marks may be open in the cells before.
        let settled = !cut && !inline.open && !last.is_row();
        return Mended::as_it_is(text, settled, known);
    }
    let mut out = text::up_to(text, from).to_owned();
    inline.write(open, &mut out);
    let end = from + inline.end(open);
    if is_bare_item(&out) {
        // An item without a text may be none at all.
        let start = line_start(text::up_to(text, end).trim_ascii_end());
        return Mended {
            reach: start,
            ..Mended::as_it_is(text::up_to(text, start), false, false)
        };
    }
    if let Some(rule) = &rule {
        rule.write(&mut out);
    }
    let known = known && last.is_known(end);
    Mended {
        text: Cow::Owned(out),
        reach: text::up_to(text, end).trim_ascii_end().len(),
        settled: false,
        // Without its first bracket a line may begin a block.
        known: known && rule.is_none() && !inline.drops(),
    }
}

/// Puts an end behind these whole lines to a formula that has none yet, in a line of its own; without the formula's line where
/// nothing is in it.
pub(super) fn close_formula(lines: &str) -> Cow<'_, str> {
    let Some(formula) = open_formula(lines) else {
        return Cow::Borrowed(lines);
    };
    match end_of_formula(lines, &formula) {
        Ok(_) => {
            let line = text::from(lines, line_start(text::up_to(lines, formula.start)));
            let bare = line.trim_start_matches([' ', '\t', '>']);
            let quotes = text::up_to(line, line.len().saturating_sub(bare.len()));
            let closed = [lines, quotes, formula.close].concat();
            match is_formula(&closed, formula.start) {
                true => Cow::Owned(closed),
                false => Cow::Borrowed(lines),
            }
        }
        // Without that line another one may be open.
        Err(begin) => close_formula(text::up_to(lines, line_start(text::up_to(lines, begin)))),
    }
}

/// A formula without its end is one already: what it will be shows best in the lines that it takes. `None` where it would not end in
/// its block, as in a table.
fn mend_formula<'a>(text: &'a str, formula: &OpenFormula) -> Option<Mended<'a>> {
    let line = Line::last_of(text::up_to(text, formula.start));
    let end = match end_of_formula(text, formula) {
        Ok(end) => end,
        Err(begin) => {
            return Some(Mended {
                settled: false,
                ..mend_but(text::up_to(text, begin), false)
            });
        }
    };
    let closed = [text::up_to(text, end), formula.close].concat();
    is_formula(&closed, formula.start).then_some(Mended {
        text: Cow::Owned(closed),
        reach: end,
        settled: false,
        known: line.is_bare() || line.is_known(formula.start),
    })
}

/// The end of an open formula as far as it has come; as an error its beginning, if there is nothing in it yet.
fn end_of_formula(text: &str, formula: &OpenFormula) -> Result<usize, usize> {
    let inside = text::from(text, formula.inside).trim_ascii_end();
    // Half of its last mark, or of an escape.
    let without_half = |text: &str, half: char| {
        let halves = text.len().saturating_sub(text.trim_end_matches(half).len());
        text.len().saturating_sub(halves % 2)
    };
    let mut end = inside.len();
    if formula.close == "$$" {
        end = inside.trim_end_matches('$').len();
    }
    end = without_half(text::up_to(inside, end), '\\');
    let shown = text::up_to(text, formula.inside + end).trim_ascii_end();
    let is_filler = |c: char| c.is_whitespace() || c == '>';
    if !text::from(shown, formula.inside)
        .trim_matches(is_filler)
        .is_empty()
    {
        return Ok(shown.len());
    }
    // More marks of this kind may stand before it, with nothing in between.
    let mut before = text::up_to(text, formula.start);
    while let Some(less) = ["\\[", "\\(", "$$"]
        .iter()
        .find_map(|mark| before.trim_end_matches(is_filler).strip_suffix(mark))
    {
        before = less;
    }
    Err(before.len())
}

/// A row of a table whose head and rule are settled, or what comes behind its last row.
pub(super) fn mend_row(row: &str) -> Mended<'_> {
    let (text, cut, last) = decided(row, Line::last_of(row));
    let from = last_cell(text, last.start);
    let mended = mend_tail(text::up_to(text, from), text::from(text, from));
    let reach = from + mended.reach;
    let line = text::from(&mended.text, last.start).trim_ascii();
    if line == "|" {
        // Nothing in its first cell is shown yet: it is no row so far.
        return Mended {
            reach: last.start,
            ..Mended::as_it_is(text::up_to(text, last.start), false, false)
        };
    }
    Mended {
        reach,
        settled: false,
        known: mended.known
            && (cut || last.is_known(reach) || text.is_empty() || text.ends_with(['\n', '\r'])),
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

/// The end of a paragraph or cell, behind something that leads it. The lead does not count for how far it reaches.
pub(super) fn mend_tail(lead: &str, text: &str) -> Mended<'static> {
    let whole = if memchr::memchr2(b'$', b'\\', text.as_bytes()).is_some() {
        [lead, text].concat()
    } else {
        String::new()
    };
    let (end, formula) = match open_formula(&whole).filter(|open| open.start >= lead.len()) {
        Some(formula) => match end_of_formula(&whole, &formula) {
            Ok(end) => {
                let closed = [text::up_to(&whole, end), formula.close].concat();
                match is_formula(&closed, formula.start) {
                    true => (end.saturating_sub(lead.len()), Some(formula)),
                    false => (text.len(), None),
                }
            }
            Err(begin) => (begin.saturating_sub(lead.len()), None),
        },
        None => (text.len(), None),
    };
    let shown = text::up_to(text, end);
    if let Some(formula) = formula {
        return Mended {
            text: Cow::Owned([lead, shown, formula.close].concat()),
            reach: end,
            settled: false,
            known: true,
        };
    }
    let inline = Inline::of(shown, line_start(lead) == lead.len());
    let mut out = String::with_capacity(lead.len() + shown.len() + 8);
    out.push_str(lead);
    inline.write(shown, &mut out);
    Mended {
        text: Cow::Owned(out),
        reach: text::up_to(shown, inline.end(shown)).trim_ascii_end().len(),
        settled: inline.changes_nothing() && !inline.open && end == text.len(),
        known: !inline.drops(),
    }
}

#[cfg(test)]
mod tests;
