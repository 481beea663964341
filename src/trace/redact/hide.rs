//! One text without its letters, as long as before.
//!
//! In: the inside of a string, or a word that stands in none. Out: as many bytes that say nothing, escapes and tags of thinking in
//! their places. It must not know where in a document the text stands: who asks has judged that it goes.

use crate::dialect::{SILENT, TAGS};
use crate::trace::protocol::is_of_errors;

/// The inside of a string that is a text: escapes keep their length, tags of thinking stay, blanks alone stay blanks.
pub(super) fn string(inner: &[u8], out: &mut Vec<u8>) {
    let blank = inner.iter().all(u8::is_ascii_whitespace) || matches!(inner, b"\\n" | b"\\n\\n");
    // KoboldCpp spells nothing as a word.
    if blank || inner == b"null" {
        out.extend_from_slice(inner);
        return;
    }
    let mut rest = inner;
    while let Some((&byte, behind)) = rest.split_first() {
        let tagged = tag(rest).and_then(|tag| Some((tag, rest.strip_prefix(tag.as_bytes())?)));
        if let Some((tag, behind)) = tagged {
            out.extend_from_slice(tag.as_bytes());
            rest = behind;
        } else if let Some(behind) = escape(rest, out) {
            rest = behind;
        } else {
            // Padding of base64 must stay where it is.
            out.push(if byte == b'=' { b'=' } else { b'x' });
            rest = behind;
        }
    }
}

/// An error's own words: those of which errors are made stay, so that its cause can be told.
pub(in crate::trace) fn error(inner: &[u8], out: &mut Vec<u8>) {
    let mut rest = inner;
    while !rest.is_empty() {
        if let Some(behind) = escape(rest, out) {
            rest = behind;
            continue;
        }
        let length = rest.iter().position(|byte| !byte.is_ascii_alphabetic());
        let (word, behind) = rest.split_at(length.unwrap_or(rest.len()).max(1));
        if str_of(word).is_some_and(is_of_errors) {
            out.extend_from_slice(word);
        } else {
            masked(word, out);
        }
        rest = behind;
    }
}

/// Every letter hidden; blanks and punctuation stay, and escapes keep their length.
pub(super) fn masked(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some((&byte, behind)) = rest.split_first() {
        if let Some(escape) = escape(rest, out) {
            rest = escape;
            continue;
        }
        out.push(if is_letter(byte) { hidden(byte) } else { byte });
        rest = behind;
    }
}

/// Tells whether a byte is hidden: letters and digits are, and every byte of a letter that is not ASCII.
pub(super) fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// The bytes as text, if they are some.
pub(super) fn str_of(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// The stand-in for a byte of a word.
fn hidden(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => b'1',
        b'_' => b'_',
        _ => b'x',
    }
}

/// Puts a stand-in for the escape that begins here, and gives what is behind it.
fn escape<'a>(rest: &'a [u8], out: &mut Vec<u8>) -> Option<&'a [u8]> {
    let (escape, behind) = rest.split_at_checked(6).unwrap_or((rest, b""));
    if escape.len() == 6 && escape.starts_with(b"\\u") {
        out.extend_from_slice(b"\\u0078");
        return Some(behind);
    }
    let (escape, behind) = rest.split_at_checked(2)?;
    escape.starts_with(b"\\").then(|| {
        out.extend_from_slice(b"\\n");
        behind
    })
}

/// A tag that tells thinking from answering, at the beginning of a text.
fn tag(text: &[u8]) -> Option<&'static str> {
    TAGS.into_iter()
        .flat_map(|(open, close)| [open, close])
        .chain(SILENT)
        .find(|tag| text.starts_with(tag.as_bytes()))
}
