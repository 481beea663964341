//! A text as search sees it, and its places as written.
//!
//! In: a text. Out: the same without case, accents and marks of emphasis, every run of white space one blank. It must not know what is
//! looked for.

use super::letters::{self, Part};
use super::places::Writer;
use crate::text;

/// Appends the folded text to `out`; returns its places as written. There is no blank at its beginning, and nowhere a line feed.
pub(super) fn fold(text: &str, out: &mut String) -> Box<[u8]> {
    let base = out.len();
    let mut places = Writer::default();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let run = rest.bytes().take_while(|byte| is_plain(*byte)).count();
        if let Some((plain, behind)) = rest.split_at_checked(run)
            && run > 0
        {
            out.extend(plain.chars().map(|c| c.to_ascii_lowercase()));
            places.run(run);
            rest = behind;
            continue;
        }
        let before = out.chars().next_back().filter(|_| out.len() > base);
        one(c, before, out, &mut places);
        let mut behind = rest.chars();
        behind.next();
        rest = behind.as_str();
    }
    places.finish()
}

/// Tells whether a byte is a character that stays as it is, but for its case.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b'*' && byte != b'`'
}

/// Appends what becomes of one character; `before` is the folded one before it.
fn one(c: char, before: Option<char>, out: &mut String, places: &mut Writer) {
    let size = c.len_utf8();
    if let Some(before) = before
        && let Some(both) = letters::joined(before, c)
    {
        out.pop();
        out.push(both);
        return places.more(size);
    }
    match letters::part(c) {
        Part::Blank if before.is_none_or(|before| before == ' ') => places.more(size),
        Part::Blank => {
            out.push(' ');
            places.piece(" ", size);
        }
        Part::Mark => places.more(size),
        Part::Nothing => places.nothing(size),
        Part::Joiner if before.is_none_or(char::is_alphabetic) => places.nothing(size),
        Part::Joiner => {
            out.push(c);
            places.piece(text::from(out, out.len().saturating_sub(size)), size);
        }
        Part::Letter => {
            let start = out.len();
            letters::fold(c, &mut |c| out.push(c));
            places.piece(text::from(out, start), size);
        }
    }
}
