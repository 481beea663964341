//! Which dollar signs and backslash brackets are formulas.
//!
//! In: a text, and a place where such a mark stands. Out: the formula there. It must not know where blocks begin: each decision looks
//! at one line for single dollars, at one paragraph for the others.
//!
//! A pair of single dollars is a formula when both are on one line, the first has no letter or digit before it and no blank behind
//! it, the second no blank before it and no letter or digit behind it (letters of CJK scripts aside, which have no blanks between
//! words), and what is between them reads like no price and no variable. So `$5 and $6`, `$5-$10`, `US$5` and `${a}-${b}` stay what
//! they are.

use std::ops::Range;

use super::flank::is_cjk;
use super::run_length;
use crate::text;

/// Findings at a mark that may begin a formula.
pub(in crate::markdown) enum Formula {
    Whole(Whole),
    /// A formula that may yet be closed behind the text.
    Open(OpenFormula),
    /// None; go on here.
    None(usize),
}

/// A formula with its marks.
pub(in crate::markdown) struct Whole {
    pub(in crate::markdown) range: Range<usize>,
    /// The number of quote marks behind which its further lines may go on; `None` where it must end on its line.
    pub(super) quotes: Option<usize>,
    /// `true` in a row of a table.
    pub(super) in_row: bool,
}

/// A formula without an end.
#[derive(Debug, Clone)]
pub(in crate::markdown) struct OpenFormula {
    /// The beginning of the first mark, and its end.
    pub(in crate::markdown) start: usize,
    pub(in crate::markdown) inside: usize,
    /// The formula's last mark.
    pub(in crate::markdown) close: &'static str,
}

/// A formula in a line of text is no longer than this.
const LONGEST: usize = 1000;

/// Returns a formula without its marks, and whether it stands on its own.
pub(in crate::markdown) fn inside(formula: &str) -> (&str, bool) {
    for (open, close, display) in [
        ("$$", "$$", true),
        ("\\[", "\\]", true),
        ("\\(", "\\)", false),
        ("$", "$", false),
    ] {
        if let Some(rest) = formula.strip_prefix(open) {
            return (rest.strip_suffix(close).unwrap_or(rest).trim(), display);
        }
    }
    (formula, false)
}

/// Reads the formula that may begin with the mark at `at`; `line` is where the line of that mark begins.
pub(in crate::markdown) fn formula_at(text: &str, line: usize, at: usize) -> Formula {
    let bytes = text.as_bytes();
    let line = line_of(bytes, line, at);
    let rest = bytes.get(at..).unwrap_or_default();
    match rest {
        _ if line.is_fence => Formula::None(at + 1 + usize::from(rest.first() == Some(&b'\\'))),
        [b'$', ..] => match run_length(rest) {
            1 => match closing_dollar(text, at, line.is_row) {
                Some(close) => Formula::Whole(Whole {
                    range: at..close + 1,
                    quotes: None,
                    in_row: line.is_row,
                }),
                None => Formula::None(at + 1),
            },
            2 => marked(bytes, &line, at, b'$'),
            more => Formula::None(at + more),
        },
        [_, b'(', ..] => marked(bytes, &line, at, b')'),
        _ => marked(bytes, &line, at, b']'),
    }
}

/// The part of a line before a mark.
struct LineOf {
    /// Quote marks.
    quotes: usize,
    /// `true` if nothing but quote marks, blanks and list markers stands before the mark.
    leads: bool,
    /// The place up to which blanks and quote marks alone go to the mark.
    indent: usize,
    is_row: bool,
    is_heading: bool,
    /// `true` if it is a fence, or would be one without its other back quotes.
    is_fence: bool,
}

fn line_of(bytes: &[u8], start: usize, at: usize) -> LineOf {
    let before = bytes.get(start..at).unwrap_or_default();
    let bare = before
        .iter()
        .take_while(|&&b| matches!(b, b' ' | b'\t' | b'>'));
    let length = bare.clone().count();
    let rest = bytes.get(start + length..).unwrap_or_default();
    let led = rest.iter().take_while(|b| leads(b)).count();
    LineOf {
        quotes: bare.filter(|&&b| b == b'>').count(),
        leads: is_led(before),
        indent: if length == before.len() { length } else { 0 },
        is_row: rest.first() == Some(&b'|'),
        is_heading: is_heading(rest.get(led..).unwrap_or_default()),
        is_fence: matches!(rest.get(led..led + 3), Some(b"```" | b"~~~")),
    }
}

/// Tells whether nothing but blanks, quote marks and list markers stands in this beginning of a line.
pub(in crate::markdown) fn is_led(before: &[u8]) -> bool {
    before.iter().all(leads)
}

fn leads(byte: &u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'>' | b'-' | b'*' | b'+' | b'.' | b')' | b'0'..=b'9'
    )
}

fn is_heading(line: &[u8]) -> bool {
    line.first() == Some(&b'#')
        && (1..=6).contains(&run_length(line))
        && matches!(line.get(run_length(line)), Some(b' ' | b'\t'))
}

/// A formula in brackets or double dollars: up to its last mark on the same line or in a later line of the same paragraph, with
/// something in between.
fn marked(bytes: &[u8], line: &LineOf, open: usize, close: u8) -> Formula {
    // What else could stand there: words for money.
    let lines = !line.is_row && !line.is_heading && (line.leads || close != b'$');
    let none = Formula::None(open + 2);
    let mut at = open + 2;
    let mut filled = false;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'$' if close == b'$' => match run_length(bytes.get(at..).unwrap_or_default()) {
                2 if filled => return whole(open, at + 2, lines, line),
                2 => return none,
                more => {
                    filled = true;
                    at += more - 1;
                }
            },
            b'$' => return none,
            b'\\' if close == b'$' => {
                filled = true;
                at += usize::from(!matches!(bytes.get(at + 1), Some(b'\n' | b'\r')));
            }
            b'\\' => match bytes.get(at + 1) {
                Some(&b) if b == close && filled => return whole(open, at + 2, lines, line),
                Some(b'(' | b'[' | b')' | b']') => return none,
                None => break,
                Some(b'\n' | b'\r') => filled = true,
                Some(_) => {
                    filled = true;
                    at += 1;
                }
            },
            b'\n' | b'\r' => {
                if !lines {
                    return none;
                }
                let next = match bytes.get(at..) {
                    Some([b'\r', b'\n', ..]) => at + 2,
                    _ => at + 1,
                };
                match goes_on(bytes, next, line) {
                    Some(behind) => at = behind,
                    None => return none,
                }
                continue;
            }
            b' ' | b'\t' => {}
            b'|' if line.is_row && is_bar(bytes, at) => return none,
            _ => filled = true,
        }
        if close == b')' && at > open + LONGEST {
            return none;
        }
        at += 1;
    }
    if line.is_row || (close == b'$' && !line.leads) {
        return none;
    }
    Formula::Open(OpenFormula {
        start: open,
        inside: open + 2,
        close: match close {
            b'$' => "$$",
            b')' => "\\)",
            _ => "\\]",
        },
    })
}

fn whole(open: usize, end: usize, lines: bool, line: &LineOf) -> Formula {
    Formula::Whole(Whole {
        range: open..end,
        quotes: lines.then_some(line.quotes),
        in_row: line.is_row,
    })
}

/// Tells whether this bar parts two cells, though a formula would be around it.
fn is_bar(bytes: &[u8], at: usize) -> bool {
    let blank = |at: Option<usize>| {
        let byte = at.and_then(|at| bytes.get(at));
        byte.is_none_or(|byte| byte.is_ascii_whitespace())
    };
    blank(at.checked_sub(1)) && blank(Some(at + 1))
}

/// The place behind blanks and at most so many quote marks, and how many there were.
pub(super) fn behind_quotes(bytes: &[u8], line: usize, quotes: usize) -> (usize, usize) {
    let (mut at, mut found) = (line, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' => {}
            b'>' if found < quotes => found += 1,
            _ => break,
        }
        at += 1;
    }
    (at, found)
}

/// The place behind the quote marks of a line that may go on with a formula; `None` where it is blank, or begins what stands in
/// none.
fn goes_on(bytes: &[u8], line: usize, first: &LineOf) -> Option<usize> {
    let (at, found) = behind_quotes(bytes, line, first.quotes);
    let rest = bytes.get(at..).unwrap_or_default();
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let led = rest.iter().take_while(|b| leads(b)).count();
    let ends = match rest {
        [b'\n' | b'\r' | b'>', ..] => true,
        _ if matches!(rest.get(led..led + 3), Some(b"```" | b"~~~")) => true,
        [b'#', ..] => is_heading(rest),
        _ => digits > 0 && matches!(rest.get(digits..), Some([b'.' | b')', b' ', ..])),
    };
    // A line that is not here yet may be any.
    let fits = rest.is_empty() || found == first.quotes;
    let indented = first.indent < 4 || rest.is_empty() || at - line >= first.indent;
    (!ends && fits && indented).then_some(at)
}

/// The next run of exactly this length on this line.
pub(super) fn closing_run(bytes: &[u8], from: usize, what: u8, length: usize) -> Option<usize> {
    let mut at = from;
    while let Some(found) = memchr::memchr3(what, b'\n', b'\r', bytes.get(at..)?) {
        at += found;
        if bytes.get(at) != Some(&what) {
            return None;
        }
        let run = run_length(bytes.get(at..).unwrap_or_default());
        if run == length {
            return Some(at);
        }
        at += run;
    }
    None
}

fn closing_dollar(text: &str, open: usize, is_row: bool) -> Option<usize> {
    let before = |at: usize| text::up_to(text, at).chars().next_back();
    let behind = |at: usize| text::from(text, at + 1).chars().next();
    let in_word = |c: char| c.is_alphanumeric() && !is_cjk(c);
    if behind(open)?.is_whitespace() || before(open).is_some_and(in_word) {
        return None;
    }
    let bytes = text.as_bytes();
    let mut at = open + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if !matches!(bytes.get(at + 1), Some(b'\n' | b'\r')) => at += 1,
            b'\n' | b'\r' | b'`' => return None,
            b'|' if is_row && is_bar(bytes, at) => return None,
            b'$' => {
                let closes = run_length(bytes.get(at..).unwrap_or_default()) == 1
                    && !before(at).is_some_and(char::is_whitespace)
                    && !behind(at).is_some_and(|c| in_word(c) || c == '{');
                let fits = closes && is_formula(text::part(text, open + 1..at));
                return fits.then_some(at);
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Tells whether this between two dollars reads like a formula, and not like a price with words behind it or the rest of a
/// variable.
fn is_formula(inside: &str) -> bool {
    let price = inside.starts_with(|c: char| c.is_ascii_digit())
        && inside
            .split(char::is_whitespace)
            .skip(1)
            .any(|word| word.len() > 2 && word.chars().all(char::is_alphabetic));
    let price_in_cjk = inside.starts_with(|c: char| c.is_ascii_digit()) && inside.contains(is_cjk);
    let open = match inside.as_bytes() {
        [.., b'^' | b'_', b'+' | b'-'] => false,
        [.., last] => matches!(
            last,
            b',' | b':' | b';' | b'/' | b'"' | b'(' | b'[' | b'+' | b'-' | b'='
        ),
        [] => true,
    };
    !price && !price_in_cjk && !open
}
