//! The few tags that are taken as such: they carry nothing but how letters look.

use crate::markdown::node::Tag;
use crate::text;

/// Kinds of tags, by what they do.
pub(in crate::markdown) enum Kind {
    Break,
    Open(Tag),
    Close(Tag),
}

/// The longest is `/mark>`, with a blank before its end.
const LONGEST: usize = 7;

fn named(name: &str) -> Option<Tag> {
    let name = name.to_ascii_lowercase();
    match name.as_str() {
        "sub" => Some(Tag::Sub),
        "sup" => Some(Tag::Sup),
        "kbd" => Some(Tag::Key),
        "mark" => Some(Tag::Mark),
        _ => None,
    }
}

/// The tag whose `<` stands before this, and how long it is behind that.
pub(in crate::markdown) fn tag_behind(rest: &str) -> Option<(Kind, usize)> {
    let near = rest.as_bytes().get(..rest.len().min(LONGEST))?;
    let end = memchr::memchr(b'>', near)?;
    let inside = text::up_to(rest, end);
    let kind = match inside.strip_prefix('/') {
        Some(name) => Kind::Close(named(name.trim_end())?),
        None => {
            let name = inside.strip_suffix('/').unwrap_or(inside).trim_end();
            match named(name) {
                Some(tag) if name.len() == inside.trim_end().len() => Kind::Open(tag),
                None if name.eq_ignore_ascii_case("br") => Kind::Break,
                _ => return None,
            }
        }
    };
    Some((kind, end + 1))
}

/// Tells whether letters that follow may make one of the tags of this.
pub(in crate::markdown) fn may_become_tag(text: &str) -> bool {
    const TAGS: [&str; 11] = [
        "<br>", "<br/>", "<br />", "<sub>", "<sup>", "<kbd>", "<mark>", "</sub>", "</sup>",
        "</kbd>", "</mark>",
    ];
    TAGS.iter().any(|tag| {
        let begun = tag.as_bytes().get(..text.len());
        text.len() < tag.len()
            && begun.is_some_and(|begun| begun.eq_ignore_ascii_case(text.as_bytes()))
    })
}

/// The end of the text within a tag or an address: letters that follow may be the rest of it.
pub(in crate::markdown) struct Unfinished;

/// The place behind the tag of HTML or the address whose `<` stands before `at`: CommonMark 0.31.2, 6.5 and 6.6. `None` where it
/// is neither.
pub(in crate::markdown) fn html_end(bytes: &[u8], at: usize) -> Result<Option<usize>, Unfinished> {
    let address = address_end(bytes, at);
    match tag_end(bytes, at) {
        Ok(None) => address,
        tag => match address {
            Ok(None) => tag,
            _ => tag.or(address),
        },
    }
}

/// The place behind an address: a scheme, a colon, and anything but blanks and angle brackets; or a mail address.
fn address_end(bytes: &[u8], at: usize) -> Result<Option<usize>, Unfinished> {
    let inside = bytes.get(at..).unwrap_or_default();
    let ends = |b: &u8| b.is_ascii_whitespace() || b.is_ascii_control() || matches!(b, b'<' | b'>');
    let length = inside.iter().position(ends).unwrap_or(inside.len());
    let marked = inside.iter().take(length).any(|b| matches!(b, b':' | b'@'));
    match inside.get(length) {
        Some(b'>') if marked => Ok(Some(at + length + 1)),
        None if !inside.is_empty() => Err(Unfinished),
        _ => Ok(None),
    }
}

fn tag_end(bytes: &[u8], at: usize) -> Result<Option<usize>, Unfinished> {
    let count = |at: usize, is: fn(&u8) -> bool| {
        let rest = bytes.get(at..).unwrap_or_default();
        rest.iter().take_while(|b| is(b)).count()
    };
    let closes = bytes.get(at) == Some(&b'/');
    let begin = at + usize::from(closes);
    match bytes.get(begin) {
        None => return Err(Unfinished),
        Some(byte) if !byte.is_ascii_alphabetic() => return Ok(None),
        Some(_) => {}
    }
    let mut at = begin + count(begin, |b| b.is_ascii_alphanumeric() || *b == b'-');
    loop {
        let blanks = count(at, u8::is_ascii_whitespace);
        at += blanks;
        match bytes.get(at) {
            None => return Err(Unfinished),
            Some(b'>') => return Ok(Some(at + 1)),
            Some(b'/') if !closes => {
                return match bytes.get(at + 1) {
                    None => Err(Unfinished),
                    Some(b'>') => Ok(Some(at + 2)),
                    Some(_) => Ok(None),
                };
            }
            Some(byte) if blanks == 0 || closes || !is_name(byte) || byte.is_ascii_digit() => {
                return Ok(None);
            }
            Some(_) => at += count(at, is_name),
        }
        let value = at + count(at, u8::is_ascii_whitespace);
        if bytes.get(value) != Some(&b'=') {
            continue;
        }
        at = value + 1;
        at += count(at, u8::is_ascii_whitespace);
        match bytes.get(at) {
            None => return Err(Unfinished),
            Some(quote @ (b'"' | b'\'')) => {
                let rest = bytes.get(at + 1..).unwrap_or_default();
                let Some(end) = memchr::memchr(*quote, rest) else {
                    return Err(Unfinished);
                };
                at += end + 2;
            }
            Some(_) => {
                let is = |b: &u8| {
                    !b.is_ascii_whitespace()
                        && !matches!(b, b'"' | b'\'' | b'=' | b'<' | b'>' | b'`')
                };
                match count(at, is) {
                    0 => return Ok(None),
                    length => at += length,
                }
            }
        }
    }
}

fn is_name(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'.' | b'-')
}
