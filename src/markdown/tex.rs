//! Which dollar signs and backslash brackets are formulas.
//!
//! In: a text. Out: the same text, byte for byte as long, in which the parser sees `$$` for the brackets of a formula (`\(`, `\)`,
//! `\[`, `\]`) and a stand-in for each dollar that is only a price; and the way back for every piece that the parser returns.
//! It must not know where blocks begin: each decision looks at one line (one paragraph for `\[`), so that a part of a text is read
//! like the whole.
//!
//! A pair of single dollars is a formula when both are on one line, the first has no letter or digit before it and no blank behind
//! it, the second no blank before it and no letter or digit behind it. So `$5 and $6`, `$5-$10` and `US$5` stay prices.

use std::borrow::Cow;
use std::ops::Range;

use crate::text;

/// SUBSTITUTE, a control character that nobody sees. Where a text holds it, ESCAPE is shown instead, which nobody sees either.
pub(super) const PRICE: u8 = 0x1a;
const ESCAPE: u8 = 0x1b;

pub(super) struct Masked<'a> {
    original: &'a str,
    /// For the parser.
    pub(super) source: Cow<'a, str>,
    /// Where a bracket stood, in order.
    brackets: Vec<usize>,
    prices: bool,
}

impl<'a> Masked<'a> {
    pub(super) fn new(original: &'a str) -> Self {
        let mut masked = Masked {
            original,
            source: Cow::Borrowed(original),
            brackets: Vec::new(),
            prices: false,
        };
        let bytes = original.as_bytes();
        let marked = memchr::memchr2_iter(b'$', b'\\', bytes)
            .any(|at| matches!(bytes.get(at..), Some([b'$', ..] | [_, b'(' | b'[', ..])));
        let mut prices = Vec::new();
        if marked {
            scan(original, &mut prices, &mut masked.brackets);
        }
        // The parser takes a bare carriage return for a line end in some places and not in others.
        let odd: Vec<usize> = memchr::memchr2_iter(PRICE, b'\r', bytes)
            .filter(|&at| !matches!(bytes.get(at..), Some([b'\r', b'\n', ..])))
            .collect();
        if prices.is_empty() && masked.brackets.is_empty() && odd.is_empty() {
            return masked;
        }
        masked.prices = !prices.is_empty();
        let mut out = original.as_bytes().to_vec();
        for byte in odd {
            if let Some(byte) = out.get_mut(byte) {
                *byte = if *byte == PRICE { ESCAPE } else { b'\n' };
            }
        }
        for price in prices {
            if let Some(byte) = out.get_mut(price) {
                *byte = PRICE;
            }
        }
        for &at in &masked.brackets {
            if let Some(bracket) = out.get_mut(at..at + 2) {
                bracket.fill(b'$');
            }
        }
        // Only ASCII took the place of ASCII, so this cannot fail; if it did, the text would be read as it is.
        match String::from_utf8(out) {
            Ok(source) => masked.source = Cow::Owned(source),
            Err(_) => {
                masked.brackets.clear();
                masked.prices = false;
            }
        }
        masked
    }

    /// An address, title, label or formula: dollars come back.
    pub(super) fn restore<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.prices && memchr::memchr(PRICE, text.as_bytes()).is_some() {
            Cow::Owned(text.replace(PRICE as char, "$"))
        } else {
            Cow::Borrowed(text)
        }
    }

    /// Letters that the parser read from `range`: dollars come back, and brackets that belong to no formula: in code as they were,
    /// else as the escapes that they then are.
    pub(super) fn restore_letters<'t>(
        &self,
        text: &'t str,
        range: &Range<usize>,
        code: bool,
    ) -> Cow<'t, str> {
        let first = self.brackets.partition_point(|&at| at + 2 <= range.start);
        if self.brackets.get(first).is_none_or(|&at| at >= range.end) {
            return self.restore(text);
        }
        let is_bracket = |at: usize| self.brackets.binary_search(&at).is_ok();
        // The parser keeps the order of dollars and drops none, so the n-th in the piece is the n-th in its source. The two of a
        // bracket may be in two pieces.
        let source = text::part(&self.source, range.clone());
        let mut dollars = memchr::memchr_iter(b'$', source.as_bytes()).map(|at| at + range.start);
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '$' => match dollars.next() {
                    Some(at) if is_bracket(at) => {
                        out.push_str(text::part(self.original, at + usize::from(!code)..at + 2));
                    }
                    Some(at) if at.checked_sub(1).is_some_and(is_bracket) => {}
                    _ => out.push('$'),
                },
                c if c as u32 == u32::from(PRICE) => out.push('$'),
                c => out.push(c),
            }
        }
        Cow::Owned(out)
    }

    /// Whether the formula that begins here stands on its own; the parser's word counts for dollars.
    pub(super) fn is_display(&self, at: usize, parsed: bool) -> bool {
        parsed && !text::from(self.original, at).starts_with("\\(")
    }
}

/// The same, byte for byte as long, with a line feed for each carriage return that ends a line by itself.
pub(super) fn line_feeds(text: &str) -> Cow<'_, str> {
    let bare = |at: usize| !matches!(text.as_bytes().get(at..), Some([b'\r', b'\n', ..]));
    if !memchr::memchr_iter(b'\r', text.as_bytes()).any(bare) {
        return Cow::Borrowed(text);
    }
    let feed = |(at, c)| if c == '\r' && bare(at) { '\n' } else { c };
    Cow::Owned(text.char_indices().map(feed).collect())
}

fn scan(text: &str, prices: &mut Vec<usize>, brackets: &mut Vec<usize>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(rest) = bytes.get(at..)
        && let Some(found) = memchr::memchr3(b'$', b'\\', b'`', rest)
    {
        at += found;
        match bytes.get(at) {
            Some(b'\\') => match closing_bracket(bytes, at) {
                Some(close) => {
                    brackets.extend([at, close]);
                    at = close + 2;
                }
                None => at += 2,
            },
            Some(b'`') => {
                let run = run_length(bytes, at);
                at = closing_run(bytes, at + run, b'`', run).map_or(at + run, |close| close + run);
            }
            _ => match run_length(bytes, at) {
                1 => match closing_dollar(text, at) {
                    Some(close) => at = close + 1,
                    None => {
                        prices.push(at);
                        at += 1;
                    }
                },
                2 => at = closing_run(bytes, at + 2, b'$', 2).map_or(at + 2, |close| close + 2),
                more => at += more,
            },
        }
    }
}

fn run_length(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter()
        .take_while(|&byte| rest.first() == Some(byte))
        .count()
}

/// The next run of exactly this length on this line.
fn closing_run(bytes: &[u8], from: usize, what: u8, length: usize) -> Option<usize> {
    let mut at = from;
    while let Some(found) = memchr::memchr3(what, b'\n', b'\r', bytes.get(at..)?) {
        at += found;
        if bytes.get(at) != Some(&what) {
            return None;
        }
        let run = run_length(bytes, at);
        if run == length {
            return Some(at);
        }
        at += run;
    }
    None
}

fn closing_dollar(text: &str, open: usize) -> Option<usize> {
    let before = |at: usize| text::up_to(text, at).chars().next_back();
    let behind = |at: usize| text::from(text, at + 1).chars().next();
    if behind(open)?.is_whitespace() || before(open).is_some_and(char::is_alphanumeric) {
        return None;
    }
    let bytes = text.as_bytes();
    let mut at = open + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' | b'\r' | b'`' => return None,
            b'$' => {
                let closes = run_length(bytes, at) == 1
                    && !before(at).is_some_and(char::is_whitespace)
                    && !behind(at).is_some_and(char::is_alphanumeric);
                return closes.then_some(at);
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// `\)` on the same line, `\]` there too or in a later line of the same block; with something, and no other formula, in between.
fn closing_bracket(bytes: &[u8], open: usize) -> Option<usize> {
    let close = match bytes.get(open + 1)? {
        b'(' => b')',
        b'[' => b']',
        _ => return None,
    };
    let mut at = open + 2;
    let mut filled = false;
    let mut indent = None;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'$' => return None,
            b'\\' => match bytes.get(at + 1) {
                Some(&b) if b == close => return filled.then_some(at),
                Some(b'(' | b'[' | b')' | b']') | None => return None,
                Some(b'\n' | b'\r') => filled = true,
                Some(_) => {
                    filled = true;
                    at += 1;
                }
            },
            b'\n' | b'\r' => {
                if close == b')' {
                    return None;
                }
                let first = match indent {
                    Some(first) => first,
                    None => *indent.insert(leads_line(bytes, open)?),
                };
                if *byte == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
                    at += 1;
                }
                at = goes_on(bytes, at + 1, first)?;
                continue;
            }
            b' ' | b'\t' => {}
            _ => filled = true,
        }
        at += 1;
    }
    None
}

/// The quote marks and the indentation before a bracket that is the first thing on its line, a list marker aside.
fn leads_line(bytes: &[u8], open: usize) -> Option<(usize, usize)> {
    let before = bytes.get(..open)?;
    let start = memchr::memrchr2(b'\n', b'\r', before).map_or(0, |end| end + 1);
    let before = before.get(start..)?;
    let marks = before.iter().filter(|&&b| b == b'>').count();
    let blank = before.iter().all(|&b| matches!(b, b' ' | b'>'));
    let leads = before.iter().all(|&b| {
        matches!(
            b,
            b' ' | b'>' | b'-' | b'*' | b'+' | b'.' | b')' | b'0'..=b'9'
        )
    });
    leads.then_some((marks, if blank { before.len() } else { 0 }))
}

/// Behind the quote marks of a line that can only go on with the paragraph above it; `None` where it is blank or may begin a block.
fn goes_on(bytes: &[u8], line: usize, (marks, indent): (usize, usize)) -> Option<usize> {
    let bytes = bytes.get(line..)?;
    let led = bytes.iter().take_while(|&&b| matches!(b, b' ' | b'>'));
    let prefix = led.clone().count();
    let found = led.filter(|&&b| b == b'>').count();
    let rest = bytes.get(prefix..)?;
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let begins = match rest.first()? {
        b'#' | b'-' | b'+' | b'*' | b'_' | b'`' | b'~' | b'<' | b'|' | b'=' | b':' | b'\n'
        | b'\r' | b'\t' => true,
        _ => digits > 0 && matches!(rest.get(digits), Some(b'.' | b')')),
    };
    (!begins && found == marks && (indent < 4 || prefix >= indent)).then_some(line + prefix)
}
