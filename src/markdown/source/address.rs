//! Bare addresses: `http://`, `https://`, `www.` and mail.
//!
//! In: a text, and a place in it. Out: the address that is there, without the marks behind it that belong to the sentence: full stops,
//! closing brackets, punctuation of CJK scripts, and their letters behind a Latin one, since these have no blanks between words.

use std::ops::Range;

use super::flank::is_cjk;
use crate::text;

/// The target of an address.
pub(in crate::markdown) fn target(address: &str) -> String {
    let leads = |what: &str| {
        let begun = address.as_bytes().get(..what.len());
        begun.is_some_and(|begun| begun.eq_ignore_ascii_case(what.as_bytes()))
    };
    if leads("www.") {
        return format!("http://{address}");
    }
    if leads("http") || leads("mailto:") {
        return address.to_owned();
    }
    format!("mailto:{address}")
}

/// The address that the colon of its scheme, its `www.` or its `@` stands at.
pub(in crate::markdown) fn address_at(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = text.as_bytes().get(at..)?;
    match rest {
        [b':', b'/', b'/', ..] => {
            let before = text.as_bytes().get(..at)?;
            let scheme = [&b"https"[..], b"http"].into_iter().find(|scheme| {
                let begins = before.len().checked_sub(scheme.len());
                let found = begins.and_then(|begins| before.get(begins..));
                found.is_some_and(|found| found.eq_ignore_ascii_case(scheme))
            })?;
            web(text, at - scheme.len(), at + 3)
        }
        [b'w' | b'W', b'w' | b'W', b'w' | b'W', b'.', ..] => web(text, at, at + 4),
        [b'@', ..] => mail(text, at),
        _ => None,
    }
}

/// Tells whether an address may begin here: behind letters of a word or of another address none does.
fn may_begin(text: &str, start: usize) -> bool {
    text::up_to(text, start)
        .chars()
        .next_back()
        .is_none_or(|before| match before {
            '/' | '@' | '.' | '-' | '+' | '<' => false,
            c => is_cjk(c) || !c.is_alphanumeric(),
        })
}

fn web(text: &str, start: usize, host: usize) -> Option<Range<usize>> {
    if !may_begin(text, start) {
        return None;
    }
    let rest = text::from(text, host);
    let inside = rest.strip_prefix('[').map_or(0, |inside| {
        // A host in figures: `[::1]`.
        let end = inside.find(|c: char| !c.is_ascii_hexdigit() && !matches!(c, ':' | '.'));
        end.filter(|&end| end > 1 && inside.as_bytes().get(end) == Some(&b']'))
            .map_or(0, |end| end + 2)
    });
    if inside == 0 && !rest.starts_with(char::is_alphanumeric) {
        return None;
    }
    let mut end = inside;
    let mut in_host = true;
    let mut last = '.';
    for c in text::from(rest, inside).chars() {
        in_host &= !matches!(c, '/' | '?' | '#');
        if !goes_on(last, c, in_host) {
            break;
        }
        end += c.len_utf8();
        // Two of these are a mark of their own.
        if matches!(c, '*' | '~') && last == c {
            end -= 2;
            break;
        }
        last = c;
    }
    let address = trimmed(text::up_to(rest, end));
    (!address.is_empty()).then(|| start..host + address.len())
}

fn goes_on(last: char, c: char, in_host: bool) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()*+,;=%{}".contains(c);
    }
    if is_cjk(c) {
        let behind_latin = last.is_ascii_alphanumeric() || matches!(last, ')' | '*' | '~' | '\'');
        return c.is_alphanumeric() && !behind_latin && (!in_host || last != ':');
    }
    c.is_alphanumeric() || is_part_of_letter(c)
}

/// Tells whether a character is a sign that stands on letters, in the scripts that have them.
fn is_part_of_letter(c: char) -> bool {
    matches!(
        c as u32,
        0x300..=0x36f | 0x591..=0x5c7 | 0x64b..=0x65f | 0x900..=0x963 | 0x966..=0xdff | 0xe31..=0xe4e
    )
}

/// Returns an address without the marks at its end that belong to the sentence around it.
fn trimmed(mut address: &str) -> &str {
    let count = |letter: u8| memchr::memchr_iter(letter, address.as_bytes()).count();
    // So many closing brackets have no opening one.
    let mut round = count(b')').saturating_sub(count(b'('));
    let mut curly = count(b'}').saturating_sub(count(b'{'));
    loop {
        let less = match address.chars().next_back() {
            Some('?' | '!' | '.' | ',' | ':' | '*' | '_' | '~' | '\'' | '(' | '{') => 1,
            Some(')') if round > 0 => {
                round -= 1;
                1
            }
            Some('}') if curly > 0 => {
                curly -= 1;
                1
            }
            Some(';') => {
                let name = address.strip_suffix(';').unwrap_or(address);
                let letters = name.trim_end_matches(|c: char| c.is_ascii_alphanumeric());
                match letters.strip_suffix('&') {
                    Some(before) => address.len().saturating_sub(before.len()),
                    None => 1,
                }
            }
            _ => return address,
        };
        address = text::up_to(address, address.len().saturating_sub(less));
    }
}

fn mail(text: &str, at: usize) -> Option<Range<usize>> {
    let (before, behind) = (text.as_bytes().get(..at)?, text.as_bytes().get(at + 1..)?);
    let is_local = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+');
    let local = before.iter().rev().take_while(is_local).count();
    let is_domain = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    let reach = behind.iter().take_while(is_domain).count();
    let domain = text::part(text, at + 1..at + 1 + reach).trim_end_matches('.');
    let follows = text.as_bytes().get(at + 1 + reach..).unwrap_or_default();
    // `git@host:path` is none.
    let is_path = matches!(follows, [b':' | b'@', next, ..] if !next.is_ascii_whitespace());
    let mut labels = domain.rsplit('.');
    let is_label =
        |label: Option<&str>| label.is_some_and(|label| !label.is_empty() && !label.contains('_'));
    let fits = is_label(labels.next())
        && is_label(labels.next())
        && domain.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !domain.ends_with(['-', '_']);
    let mut start = at
        .checked_sub(local)
        .filter(|_| local > 0 && fits && !is_path)?;
    if let Some(named) = text::up_to(text, start)
        .len()
        .checked_sub(7)
        .filter(|&named| {
            let found = before.get(named..start);
            found.is_some_and(|found| found.eq_ignore_ascii_case(b"mailto:"))
                && may_begin(text, named)
        })
    {
        start = named;
    }
    (!text::up_to(text, start).ends_with(['<', '@', '\\'])).then(|| start..at + 1 + domain.len())
}
