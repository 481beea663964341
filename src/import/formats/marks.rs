//! ChatGPT's marks in a reply: private characters around what its page draws as a link, a name or a source.
//!
//! In: the text of a reply, and the links that its marks stand for. Out: the text as it can be read: names stay, links are links,
//! sources without a link go, with the blanks before them.
//! U+E200 opens a mark, U+E202 stands between its fields, U+E201 closes it; older ones look like `【4:0†source】`.

use std::collections::HashMap;

use crate::import::document::Document;
use crate::text;

const OPEN: char = '\u{E200}';
const CLOSE: char = '\u{E201}';
const NEXT: char = '\u{E202}';

/// What stands in the text in the place of a mark, by the whole mark.
pub type Links = HashMap<String, String>;

/// The text without marks.
pub fn without(text: &str, links: &Links) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(is_mark) {
        out.push_str(text::up_to(rest, at));
        rest = text::from(rest, at);
        rest = match rest.chars().next() {
            Some(OPEN) => mark(rest, links, &mut out),
            Some('【') => older(rest, links, &mut out),
            Some(stray) => rest.strip_prefix(stray).unwrap_or_default(),
            None => "",
        };
    }
    out.push_str(rest);
    out
}

/// Tells whether a text is a mark, or begins with one.
pub fn begins(text: &str) -> bool {
    text.starts_with(is_mark)
}

fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{E200}'..='\u{E2FF}' | '【')
}

/// Tells a mark in words, if it has some; gives what stands behind it.
fn mark<'t>(from: &'t str, links: &Links, out: &mut String) -> &'t str {
    let inside = from.strip_prefix(OPEN).unwrap_or_default();
    // One that nothing closes ends with its line.
    let end = inside.find([CLOSE, OPEN, '\n']).unwrap_or(inside.len());
    let rest = text::from(inside, end);
    let mut fields = text::up_to(inside, end).split(NEXT);
    let kind = fields.next().unwrap_or_default();
    let is_closed = rest.starts_with(CLOSE);
    let words = match kind {
        "entity" if is_closed => fields.next().and_then(entity),
        "url" if is_closed => fields
            .next()
            .map(|label| link(label, fields.next().unwrap_or_default())),
        _ => None,
    };
    let behind = rest.strip_prefix(CLOSE).unwrap_or(rest);
    match words {
        Some(words) => out.push_str(&words),
        None => source(from, behind, links, out),
    }
    behind
}

/// Passes over an older mark; what only looks like one stays.
fn older<'t>(from: &'t str, links: &Links, out: &mut String) -> &'t str {
    let inside = from.strip_prefix('【').unwrap_or_default();
    let end = inside.find(['】', '【', '\n']).unwrap_or(inside.len());
    let (name, rest) = (text::up_to(inside, end), text::from(inside, end));
    let number = name.split_once('†').map(|(number, _)| number);
    let is_number = |number: &str| {
        !number.is_empty()
            && number
                .chars()
                .all(|letter| letter.is_ascii_digit() || letter == ':')
    };
    match rest.strip_prefix('】') {
        Some(rest) if number.is_some_and(is_number) => {
            source(from, rest, links, out);
            rest
        }
        _ => {
            out.push('【');
            inside
        }
    }
}

/// Puts the link of a source in the place of its mark, which ends where `behind` begins.
fn source(from: &str, behind: &str, links: &Links, out: &mut String) {
    let kept = out.trim_end_matches([' ', '\t', '\u{a0}']).len();
    out.truncate(kept);
    let length = from.len().saturating_sub(behind.len());
    if let Some(link) = links.get(text::up_to(from, length)) {
        out.push_str(link);
    }
}

/// The name in `[kind, name, note]`.
fn entity(field: &str) -> Option<String> {
    let doc = Document::of(field).ok()?;
    let name = doc.root().items().nth(1)?.text()?;
    Some(name.into_owned())
}

/// A link where it leads to the web, else its label alone.
fn link(label: &str, target: &str) -> String {
    web(label, target).unwrap_or_else(|| label.to_owned())
}

/// A link in Markdown; `None` where it does not lead to the web.
pub fn web(label: &str, target: &str) -> Option<String> {
    let (scheme, _) = target.split_once("://")?;
    let is_web = matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https");
    if !is_web || target.chars().any(char::is_control) {
        return None;
    }
    let label = label.replace('[', "\\[").replace(']', "\\]");
    let target = target
        .replace(' ', "%20")
        .replace('(', "%28")
        .replace(')', "%29");
    Some(format!("[{label}]({target})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let text = text
            .replace('<', "\u{E200}")
            .replace('|', "\u{E202}")
            .replace('>', "\u{E201}");
        assert_eq!(without(&text, &Links::new()), expect, "{text}");
    }

    #[test]
    fn sources_go_with_the_blanks_before_them() {
        check("a <cite|turn0search1>.", "a.");
        check("a <cite|turn0search1><navlist|b>", "a");
        check("a 【11†source】【4:0†x.pdf】 b", "a b");
        check("【not one】 【", "【not one】 【");
        check("a\n<image_group|{}>\nb", "a\n\nb");
    }

    #[test]
    fn names_and_links_stay() {
        check(r#"the <entity|["city","Ghent","a note"]>!"#, "the Ghent!");
        check(
            "see <url|here [1]|https://example.org/a(b)>",
            r"see [here \[1\]](https://example.org/a%28b%29)",
        );
        check("see <url|here|javascript:alert(1)>", "see here");
        check("see <entity|nonsense>", "see");
    }

    #[test]
    fn what_is_not_closed_goes_to_the_end_of_its_line() {
        check("a <cite|turn0", "a");
        check("a <cite|turn0\nb", "a\nb");
        check("a <cite <cite|b> c", "a c");
        check("a>|\u{E2FF}b", "ab");
    }
}
