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

mod half;
mod mend;

use serde_json::Value;

pub use half::{Half, whole};

use half::replace_halves;
use mend::Mending;

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

/// A text written anew so that a strict reader may take it, for readers of their own; and `true` if texts in it may have stand-ins for
/// halves of characters.
pub fn mended(text: &str) -> (String, bool) {
    let mended = Mending::of(text);
    (mended.out, mended.halves)
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
    let (mended, halves) = mended(text);
    let value = serde_json::from_str(&mended).ok()?;
    Some(Read {
        value,
        forgiven: true,
        halves,
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
