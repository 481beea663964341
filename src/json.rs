//! JSON as servers and people really write it: what a strict reader refuses is read all the same, and told.
//!
//! In: a text. Out: its [`Value`], and whether something in it had to be forgiven. The strict reader comes first; behind it stands
//! one pass over the text, which never goes back and never goes deeper, and then the strict reader once more. It must not know what
//! the JSON means.
//!
//! | forgiven | written by | becomes |
//! |---|---|---|
//! | `NaN`, `-Infinity`, `inf`, `1e400`, `01`, `undefined` | Python, C++, JavaScript | `null` |
//! | `True`, `False`, `None` | Python | `true`, `false`, `null` |
//! | half of a character (`\ud83d`) | whoever cuts texts by UTF-16 units | a stand-in that [`Half`] knows, else U+FFFD |
//! | a control character in a text | whoever joins texts by hand | its escape |
//! | `\x`, `\'`, `\u12` | the same | the text as it stands |
//! | a comma before `}` or `]` | the same | nothing |
//! | a byte order mark before all, NUL behind all | editors, C | nothing |

use std::borrow::Cow;

use serde_json::Value;

/// A value that was read, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// The value.
    pub value: Value,
    /// `true` if something in the text had to be forgiven.
    pub forgiven: bool,
    /// `true` if texts in it may begin or end with a stand-in for half of a character: [`Half`] joins them, [`whole`] replaces them.
    pub halves: bool,
}

/// Reads a text; `None` where that cannot be forgiven.
pub fn read(text: &str) -> Option<Read> {
    if let Ok(value) = serde_json::from_str(text) {
        return Some(Read {
            value,
            forgiven: false,
            halves: false,
        });
    }
    // A bare word is nobody's message.
    let begins = text.trim_start_matches('\u{feff}').trim_start();
    if !begins.starts_with(['{', '[']) {
        return None;
    }
    let mended = Mending::of(text);
    let value = serde_json::from_str(&mended.out).ok()?;
    Some(Read {
        value,
        forgiven: true,
        halves: mended.halves,
    })
}

/// Reads a text behind which nothing follows: halves of characters are replaced.
pub fn value(text: &str) -> Option<Value> {
    Some(read(text)?.whole())
}

impl Read {
    /// The value, halves of characters replaced.
    pub fn whole(mut self) -> Value {
        if self.halves {
            replace_halves(&mut self.value);
        }
        self.value
    }
}

/// Half of a character, kept until the text goes on: the other half may come first in what follows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Half(Option<u16>);

impl Half {
    /// The next piece of a text, from JSON that has stand-ins if `halves`. Two halves that meet are their character; one that meets
    /// anything else is U+FFFD; one at the end is kept.
    pub fn join<'p>(&mut self, piece: &'p str, halves: bool) -> Cow<'p, str> {
        if piece.is_empty() || (self.0.is_none() && !halves) {
            return Cow::Borrowed(piece);
        }
        let mut out = String::with_capacity(piece.len() + 4);
        for letter in piece.chars() {
            let half = if halves { half_of(letter) } else { None };
            match (self.0.take(), half) {
                (Some(high), Some(low)) if is_low(low) => out.push(joined(high, low)),
                (before, half) => {
                    if before.is_some() {
                        out.push(char::REPLACEMENT_CHARACTER);
                    }
                    match half {
                        Some(high) if !is_low(high) => self.0 = Some(high),
                        Some(_) => out.push(char::REPLACEMENT_CHARACTER),
                        None => out.push(letter),
                    }
                }
            }
        }
        Cow::Owned(out)
    }

    /// The text is over: a half that is left is U+FFFD.
    pub fn finish(&mut self) -> Option<char> {
        self.0.take().map(|_| char::REPLACEMENT_CHARACTER)
    }
}

/// A text of its own, from JSON that has stand-ins if `halves`: those become U+FFFD.
pub fn whole(text: &str, halves: bool) -> Cow<'_, str> {
    if halves && text.contains(is_stand_in) {
        Cow::Owned(text.replace(is_stand_in, "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Replaces all stand-ins. Values are no deeper than the strict reader lets them be, 128 levels.
fn replace_halves(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(other) = whole(text, true) {
                *text = other;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(replace_halves),
        Value::Object(fields) => fields.values_mut().for_each(replace_halves),
        _ => {}
    }
}

/// The first of the stand-ins, at the end of the last private plane: one for each half that there is.
const STAND_INS: u32 = 0x10_F800;
/// The first of the halves that come first, and of those that come second.
const HIGH: u16 = 0xD800;
const LOW: u16 = 0xDC00;

fn is_half(unit: u16) -> bool {
    (HIGH..0xE000).contains(&unit)
}

fn is_low(unit: u16) -> bool {
    (LOW..0xE000).contains(&unit)
}

fn is_stand_in(letter: char) -> bool {
    half_of(letter).is_some()
}

/// The half that a character stands for.
fn half_of(letter: char) -> Option<u16> {
    let place = u32::from(letter).checked_sub(STAND_INS)?;
    Some(HIGH + u16::try_from(place).ok()?)
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

fn stand_in(half: u16) -> char {
    let place = u32::from(half.saturating_sub(HIGH));
    char::from_u32(STAND_INS + place).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn joined(high: u16, low: u16) -> char {
    let mut letters = char::decode_utf16([high, low]);
    let first = letters.next().and_then(Result::ok);
    first.unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// One pass that writes the text anew.
struct Mending<'t> {
    rest: &'t str,
    out: String,
    /// The text has real characters where the stand-ins are: then there are none.
    taken: bool,
    halves: bool,
    /// The place in `out` of a comma of which it is not known whether anything follows.
    comma: Option<usize>,
}

impl<'t> Mending<'t> {
    fn of(text: &'t str) -> Mending<'t> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(text: &str, expect: Value) {
        assert_eq!(value(text), Some(expect), "{text}");
    }

    #[test]
    fn what_is_right_is_not_called_forgiven() {
        for text in [r#"{"a":[1,-2.5e3,null,true,"\ud83d\ude00 \u00e9"]}"#, "7"] {
            let found = read(text);
            assert!(
                found.is_some_and(|found| !found.forgiven && !found.halves),
                "{text}"
            );
        }
    }

    #[test]
    fn numbers_that_are_none_are_null() {
        check(
            r#"[NaN, -Infinity,Infinity,1e400,-1e999,inf,-nan,01,.5,undefined,None]"#,
            json!([
                null, null, null, null, null, null, null, null, null, null, null
            ]),
        );
        check(
            r#"{"a":True,"b":False,"c":1e308}"#,
            json!({"a": true, "b": false, "c": 1e308}),
        );
        check(
            r#"{"a":"NaN, 1e400","b":NaN}"#,
            json!({"a": "NaN, 1e400", "b": null}),
        );
    }

    #[test]
    fn texts_that_are_none_are_read_as_they_stand() {
        check("{\"a\":\"one\ntwo\u{1}\"}", json!({"a": "one\ntwo\u{1}"}));
        check(
            r#"["\x41 C:\dir \u12 it\'s"]"#,
            json!(["\\x41 C:\\dir \\u12 it's"]),
        );
        check("\u{feff}{\"a\":[1,2,],}\0\0", json!({"a": [1, 2]}));
        check("[\"a,]\", 1 , ]", json!(["a,]", 1]));
    }

    #[test]
    fn a_lone_half_costs_itself_and_nothing_else() {
        check(r#"["a\ud83d"]"#, json!(["a\u{fffd}"]));
        check(r#"["\ude00b"]"#, json!(["\u{fffd}b"]));
        check(
            r#"["a\ud83db\ud83d\ude00\ude00c"]"#,
            json!(["a\u{fffd}b😀\u{fffd}c"]),
        );
        check(r#"["\ud83d\ud83d\ude00"]"#, json!(["\u{fffd}😀"]));
        // Where a text has the stand-ins' own characters, they stay.
        check("[\"\u{10f83d}\\ud83d\"]", json!(["\u{10f83d}\u{fffd}"]));
        // So they do where they are escaped.
        check(r#"["\uDBFF\udfff\ud83d"]"#, json!(["\u{10ffff}\u{fffd}"]));
    }

    #[test]
    fn what_cannot_be_forgiven_is_not() {
        for text in [
            "",
            "{",
            "hello",
            "{\"a\":\"b",
            "{\"a\":\"b\\",
            "[1,,2]",
            "<html>",
            "{'a':1}",
            "{\"a\":\"\\u",
            "data: {}",
            "nul",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
        assert_eq!(value(&"[".repeat(100_000)), None);
    }

    #[test]
    fn halves_meet_across_pieces() {
        let check = |pieces: &[&str], expect: &str| {
            let (mut half, mut out) = (Half::default(), String::new());
            for piece in pieces {
                let found = read(&format!("[\"{piece}\"]"));
                let Some(Read { value, halves, .. }) = found else {
                    panic!("{piece}");
                };
                let text = value.get(0).and_then(Value::as_str).unwrap_or_default();
                out += &half.join(text, halves);
            }
            out.extend(half.finish());
            assert_eq!(out, expect, "{pieces:?}");
        };
        check(&[r"a\ud83d", r"\ude00b"], "a😀b");
        check(&[r"\ud83d", "", r"\ude00"], "😀");
        check(&[r"\ud83d", r"\ude00\ud83d", r"\ude00"], "😀😀");
        check(&[r"a\ud83d", "b"], "a\u{fffd}b");
        check(&[r"a\ud83d", r"\ud83d", r"\ude00"], "a\u{fffd}😀");
        check(&["a", r"\ude00b"], "a\u{fffd}b");
        // Also those of the last characters that there are.
        check(&[r"a\udbff", r"\udfff"], "a\u{10ffff}");
        check(&[r"a\ud83d"], "a\u{fffd}");
    }
}
