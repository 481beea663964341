//! Bytes to text. What is not UTF-8 becomes U+FFFD, as the WHATWG Encoding standard replaces it, and is reported.
//!
//! [`lossy`] takes a span that is whole: line breaks are ASCII and so never part of a longer sequence, thus decoding line by
//! line equals decoding the whole stream. [`Utf8`] takes bytes cut anywhere, for bodies that are read as plain text.
//! This file must not know lines or frames.

use std::borrow::Cow;

/// The most characters of a sample for the trace.
const SAMPLE_CHARS: usize = 200;

/// The most bytes that [`sample`] looks at: a character has at most four.
pub(super) const SAMPLE_BYTES: usize = 4 * SAMPLE_CHARS;

/// Decodes text that comes in pieces, cut anywhere.
#[derive(Debug, Default)]
pub struct Utf8 {
    /// The beginning of a character whose other bytes are still to come: at most three bytes.
    held: Vec<u8>,
}

impl Utf8 {
    /// A decoder at the beginning of a text.
    pub fn new() -> Utf8 {
        Utf8::default()
    }

    /// Appends to `out` the text that `bytes` completes. Returns `false` where something was not UTF-8 and was replaced.
    pub fn feed(&mut self, mut bytes: &[u8], out: &mut String) -> bool {
        let mut clean = true;
        while let (false, Some(&next)) = (self.held.is_empty(), bytes.first()) {
            self.held.push(next);
            match std::str::from_utf8(&self.held) {
                Ok(character) => {
                    out.push_str(character);
                    self.held.clear();
                    bytes = behind(bytes);
                }
                Err(error) if error.error_len().is_none() => bytes = behind(bytes),
                Err(_) => {
                    // The byte breaks the held ones; it begins something of its own, so it is looked at again.
                    out.push(char::REPLACEMENT_CHARACTER);
                    self.held.clear();
                    clean = false;
                }
            }
        }
        let mut chunks = bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            out.push_str(chunk.valid());
            match std::str::from_utf8(chunk.invalid()) {
                Ok(_) => {}
                Err(error) if error.error_len().is_none() && chunks.peek().is_none() => {
                    self.held.extend_from_slice(chunk.invalid());
                }
                Err(_) => {
                    out.push(char::REPLACEMENT_CHARACTER);
                    clean = false;
                }
            }
        }
        clean
    }

    /// The text is over: an unfinished character is replaced. Returns `false` if there was one.
    pub fn finish(&mut self, out: &mut String) -> bool {
        let clean = self.held.is_empty();
        if !clean {
            out.push(char::REPLACEMENT_CHARACTER);
            self.held.clear();
        }
        clean
    }
}

/// All but the first byte.
fn behind(bytes: &[u8]) -> &[u8] {
    bytes.get(1..).unwrap_or_default()
}

/// Decodes a whole span. The second part is `false` where something was not UTF-8 and was replaced.
pub(super) fn lossy(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), true),
        Err(_) => (String::from_utf8_lossy(bytes), false),
    }
}

/// The first characters of something odd, for the trace.
pub(crate) fn sample(bytes: &[u8]) -> String {
    let head = bytes.get(..SAMPLE_BYTES).unwrap_or(bytes);
    String::from_utf8_lossy(head)
        .chars()
        .take(SAMPLE_CHARS)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(pieces: &[&[u8]], expect: &str, expect_clean: bool) {
        let (mut utf8, mut out) = (Utf8::new(), String::new());
        let mut clean = true;
        for piece in pieces {
            clean &= utf8.feed(piece, &mut out);
        }
        clean &= utf8.finish(&mut out);
        assert_eq!((out.as_str(), clean), (expect, expect_clean), "{pieces:?}");
    }

    #[test]
    fn a_character_survives_any_cut() {
        check(&["añ".as_bytes(), "🦞z".as_bytes()], "añ🦞z", true);
        check(&[b"\xf0", b"\x9f", b"\xa6", b"\x9e!"], "🦞!", true);
        check(&[b"\xf0\x9f\xa6", b"", b"\x9e"], "🦞", true);
    }

    #[test]
    fn a_broken_character_is_replaced_once_and_what_follows_is_kept() {
        check(&[b"a\xf0\x9f", b"b"], "a\u{fffd}b", false);
        check(&[b"\xf0\x9f", b"\xf0\x9f\xa6\x9e"], "\u{fffd}🦞", false);
        check(&[b"a\xc3"], "a\u{fffd}", false);
        check(&[b"\xff\xfe"], "\u{fffd}\u{fffd}", false);
    }

    proptest! {
        #[test]
        fn pieces_decode_as_the_whole_does(bytes: Vec<u8>, size in 1usize..5) {
            let (mut utf8, mut out) = (Utf8::new(), String::new());
            let mut clean = true;
            for piece in bytes.chunks(size) {
                clean &= utf8.feed(piece, &mut out);
            }
            clean &= utf8.finish(&mut out);
            let (whole, whole_clean) = lossy(&bytes);
            prop_assert_eq!(out, whole.into_owned());
            prop_assert_eq!(clean, whole_clean);
        }
    }
}
