//! Frames to a decoder, with what is the same for every dialect: a page of HTML, several JSON texts in one frame, plain words.
//!
//! In: frames. Out: the decoder's events, and the first words that may tell why nothing else came. It must not know which dialect
//! decodes.

use crate::dialect::{Decoder, read_error};
use crate::event::{ChatEvent, Odd, Oddity};
use crate::wire::{Frame, end_of_object};

/// Words that failures are told with, by those who tell them in words.
const FAILURES: [&str; 10] = [
    "error",
    "exception",
    "fail",
    "timed out",
    "timeout",
    "overloaded",
    "too many",
    "unavailable",
    "denied",
    "refused",
];

/// Hands a frame to the decoder, after what is the same for every dialect: a page of HTML is a failure, several JSON texts in one
/// frame are a frame each, and plain words are kept, for they may be all that tells why. All else is the dialect's to read.
pub(super) fn decode(
    decoder: &mut dyn Decoder,
    frame: Frame<'_>,
    plain: &mut Option<String>,
    events: &mut Vec<ChatEvent>,
) {
    let (name, text, id) = match frame {
        Frame::Html(text) => {
            return events.push(ChatEvent::Error(read_error(200, "text/html", text)));
        }
        Frame::Comment(words) => {
            if plain.is_none() && is_a_failure(words) {
                *plain = Some(words.trim().to_owned());
            }
            ("", "", "")
        }
        Frame::Event { name, data, id } => (name, data, id),
        Frame::Json(text) => ("", text, ""),
        _ => ("", "", ""),
    };
    let before = events.len();
    decoder.frame(frame, events);
    match events.get(before..) {
        // Servers keep a connection alive with whatever they send: also with a chunk in which nothing is said.
        None | Some([]) => events.push(ChatEvent::Alive),
        Some([ChatEvent::Odd(odd)]) if matches!(odd.what, Odd::NotJson | Odd::UnknownShape) => {
            let texts = joined(text);
            if texts.len() > 1 {
                let sample = odd.sample.clone();
                events.truncate(before);
                events.push(ChatEvent::Odd(Oddity {
                    what: Odd::Forgiven,
                    sample,
                }));
                for data in texts {
                    decoder.frame(Frame::Event { name, data, id }, events);
                }
            } else if plain.is_none() && is_plain(&odd.sample) {
                *plain = Some(odd.sample.clone());
            }
        }
        Some(_) => {}
    }
}

/// The JSON texts that a text is made of, where they stand behind each other: with blanks, line feeds or the name of their field
/// between them. `[DONE]` may be among them. Empty, where it is anything else.
fn joined(text: &str) -> Vec<&str> {
    let mut texts = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = match rest.strip_prefix("[DONE]") {
            Some(after) => rest.len().saturating_sub(after.len()),
            None => match end_of_object(rest) {
                Some(end) => end,
                None => return Vec::new(),
            },
        };
        let Some((one, after)) = rest.split_at_checked(end) else {
            return Vec::new();
        };
        texts.push(one);
        let after = after.trim_start();
        rest = after.strip_prefix("data:").unwrap_or(after).trim_start();
    }
    texts
}

/// Tells whether a text is words, not JSON that broke.
fn is_plain(text: &str) -> bool {
    let text = text.trim_start();
    let words = text.trim_start_matches(['[', '(']);
    !text.starts_with("[{") && words.starts_with(char::is_alphabetic)
}

/// Tells whether words tell of a failure.
pub(super) fn tells_a_failure(words: &str) -> bool {
    let words = words.to_lowercase();
    FAILURES.iter().any(|word| words.contains(word))
}

/// Tells whether a comment, which mostly says that the server lives, tells of a failure instead.
fn is_a_failure(comment: &str) -> bool {
    let comment = comment.trim_start().to_lowercase();
    comment.starts_with(r#"{"error"#)
        || FAILURES
            .iter()
            .any(|word| comment.trim_start_matches('[').starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_behind_each_other_are_told_apart() {
        assert_eq!(
            joined(r#"{"a":1}{"b":"}{"}"#),
            [r#"{"a":1}"#, r#"{"b":"}{"}"#]
        );
        assert_eq!(joined("{}\n{}\n[DONE]"), ["{}", "{}", "[DONE]"]);
        assert_eq!(joined("{\"a\":NaN} data: {}"), ["{\"a\":NaN}", "{}"]);
        assert_eq!(joined("{}"), ["{}"]);
        for text in ["", "hello", "{} hello", "{}{", "7", "[DONE"] {
            assert!(joined(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn words_are_told_from_json_that_broke() {
        for text in [
            "Internal Server Error",
            "[Error: no GPU]",
            " Fehler",
            "错误",
        ] {
            assert!(is_plain(text), "{text}");
        }
        for text in ["{\"cho", "[{\"a\"", "", "7", "\"a"] {
            assert!(!is_plain(text), "{text}");
        }
        assert!(tells_a_failure("Upstream request TIMED OUT"));
        assert!(!tells_a_failure("x-served-by: cache 7"));
        assert!(is_a_failure(" error: the worker died"));
        assert!(is_a_failure(r#"{"error":{"message":"no"}}"#));
        assert!(!is_a_failure(" OPENROUTER PROCESSING"));
        assert!(!is_a_failure("ping - no error"));
    }
}
