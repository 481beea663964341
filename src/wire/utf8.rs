//! Bytes to text. What is not UTF-8 becomes U+FFFD, as the WHATWG Encoding standard replaces it, and is reported.
//!
//! [`lossy`] takes a span that is whole: line breaks are ASCII and so never part of a longer sequence, thus decoding line by
//! line equals decoding the whole stream.
//! This file must not know lines or frames.

use std::borrow::Cow;

/// The most characters of a sample for the trace.
const SAMPLE_CHARS: usize = 200;

/// The most bytes that [`sample`] looks at: a character has at most four.
pub(super) const SAMPLE_BYTES: usize = 4 * SAMPLE_CHARS;

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

    #[test]
    fn what_is_broken_is_replaced_once_and_what_follows_is_kept() {
        let check = |bytes: &[u8], expect: &str, is_clean| {
            let (text, clean) = lossy(bytes);
            assert_eq!((text.as_ref(), clean), (expect, is_clean), "{bytes:?}");
        };
        check("añ🦞z".as_bytes(), "añ🦞z", true);
        check(b"a\xf0\x9fb", "a\u{fffd}b", false);
        check(b"a\xc3", "a\u{fffd}", false);
        check(b"\xff\xfe", "\u{fffd}\u{fffd}", false);
    }
}
