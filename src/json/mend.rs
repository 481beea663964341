//! JSON that the strict reader refuses, written anew so that it may take it.
//!
//! In: a text. Out: the text in strict JSON where that can be, and whether it has stand-ins for halves of characters. It goes over
//! the text once, never back and never deeper. It must not know what the JSON means, nor whether all of it is right now: the strict
//! reader judges.

use serde_json::Value;

use super::half::{is_half, is_low, is_stand_in, joined, stand_in};

/// One pass that writes the text anew.
pub(super) struct Mending<'t> {
    rest: &'t str,
    /// The text so far.
    pub(super) out: String,
    /// The text has real characters where the stand-ins are: then there are none.
    taken: bool,
    /// There are stand-ins in `out`.
    pub(super) halves: bool,
    /// The place in `out` of a comma of which it is not known whether anything follows.
    comma: Option<usize>,
}

impl<'t> Mending<'t> {
    /// Goes over a whole text.
    pub(super) fn of(text: &'t str) -> Mending<'t> {
        let text = text.trim_start_matches('\u{feff}').trim_end_matches('\0');
        let mut mending = Mending {
            rest: text,
            out: String::with_capacity(text.len() + 16),
            taken: text.contains(is_stand_in) || escapes_stand_ins(text),
            halves: false,
            comma: None,
        };
        while let Some(first) = mending.rest.chars().next() {
            match first {
                '"' => mending.string(),
                _ if is_bare(first) => mending.word(),
                _ => mending.mark(first),
            }
        }
        mending
    }

    /// Takes what is first in the rest, up to the first character of which `ends` is true.
    fn take(&mut self, ends: impl FnMut(char) -> bool) -> &'t str {
        let at = self.rest.find(ends).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(at).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    /// Brackets, commas, blanks.
    fn mark(&mut self, mark: char) {
        if matches!(mark, '}' | ']')
            && let Some(comma) = self.comma.take()
        {
            self.out.truncate(comma);
        }
        if mark == ',' {
            self.comma = Some(self.out.len());
        } else if !mark.is_whitespace() {
            self.comma = None;
        }
        self.out.push(mark);
        self.rest = self.rest.strip_prefix(mark).unwrap_or_default();
    }

    /// A number, or a word without quotation marks.
    fn word(&mut self) {
        self.comma = None;
        let word = self.take(|letter| !is_bare(letter));
        self.out.push_str(match word {
            "True" => "true",
            "False" => "false",
            // What a number is, and which of them are too large, the strict reader knows.
            _ if serde_json::from_str::<Value>(word).is_ok() => word,
            _ => "null",
        });
    }

    /// A text, from its quotation mark on.
    fn string(&mut self) {
        self.comma = None;
        self.out.push('"');
        self.rest = self.rest.strip_prefix('"').unwrap_or_default();
        let mut begins = true;
        loop {
            let plain = self.take(|letter| matches!(letter, '"' | '\\' | '\0'..' '));
            self.out.push_str(plain);
            begins &= plain.is_empty();
            let mut letters = self.rest.chars();
            match letters.next() {
                // It breaks off: nothing that could be mended.
                None => return,
                Some('"') => {
                    self.out.push('"');
                    self.rest = letters.as_str();
                    return;
                }
                Some('\\') => {
                    self.rest = letters.as_str();
                    self.escape(begins);
                }
                Some(control) => {
                    self.rest = letters.as_str();
                    self.out.push_str(&format!("\\u{:04x}", u32::from(control)));
                }
            }
            begins = false;
        }
    }

    /// Takes in the character behind a backslash.
    fn escape(&mut self, begins: bool) {
        let mut letters = self.rest.chars();
        match letters.next() {
            Some(letter @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't')) => {
                self.out.push('\\');
                self.out.push(letter);
                self.rest = letters.as_str();
            }
            Some('\'') => {
                self.out.push('\'');
                self.rest = letters.as_str();
            }
            Some('u') => match unit(self.rest) {
                Some((unit, rest)) => {
                    self.rest = rest;
                    self.unit(unit, begins);
                }
                None => self.out.push_str("\\\\"),
            },
            _ => self.out.push_str("\\\\"),
        }
    }

    /// A UTF-16 unit. The rest begins behind its escape.
    fn unit(&mut self, first: u16, begins: bool) {
        if !is_half(first) {
            self.out.push_str(&format!("\\u{first:04x}"));
            return;
        }
        let second = self.rest.strip_prefix('\\').and_then(unit);
        if let Some((low, rest)) = second.filter(|(low, _)| !is_low(first) && is_low(*low)) {
            self.out.push(joined(first, low));
            self.rest = rest;
            return;
        }
        let at_an_end = if is_low(first) {
            begins
        } else {
            self.rest.starts_with('"')
        };
        if at_an_end && !self.taken {
            self.halves = true;
            self.out.push(stand_in(first));
        } else {
            self.out.push(char::REPLACEMENT_CHARACTER);
        }
    }
}

/// Characters of numbers and of words without quotation marks.
fn is_bare(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.' | '_')
}

/// The unit of an escape, from its `u` on, and what stands behind it.
fn unit(text: &str) -> Option<(u16, &str)> {
    let (digits, rest) = text.strip_prefix('u')?.split_at_checked(4)?;
    // `from_str_radix` would take a sign.
    let all = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let unit = u16::from_str_radix(digits, 16).ok().filter(|_| all)?;
    Some((unit, rest))
}

/// Tells whether the text writes characters in the place of the stand-ins by escapes: their first halves are these two. One that stands
/// alone is half of such a character, which has its stand-in like any other.
fn escapes_stand_ins(text: &str) -> bool {
    let mut pieces = text.split('\\').skip(1).peekable();
    while let Some(piece) = pieces.next() {
        let first = ["udbfe", "udbff"]
            .iter()
            .any(|half| piece.eq_ignore_ascii_case(half));
        let low = |next: &&str| unit(next).is_some_and(|(unit, _)| is_low(unit));
        if first && pieces.peek().is_some_and(low) {
            return true;
        }
    }
    false
}
