//! Blocks that Open WebUI writes into the text of a reply: `<details type="reasoning" ..>`, `tool_calls`, `code_interpreter`.
//!
//! In: the text of a reply. Out: its words and its thinking. A block of another type, or of none, is the author's own text.

use crate::import::outcome::{Left, Why};
use crate::import::rules::said::Said;
use crate::text;

const BEGIN: &str = "<details";
const END: &str = "</details>";

/// Takes the text of a reply.
pub fn read(from: &str, said: &mut Said, left: &mut Left) {
    let mut words = String::with_capacity(from.len());
    let mut rest = from;
    while let Some(at) = rest.find(BEGIN) {
        words.push_str(text::up_to(rest, at));
        let block = text::from(rest, at);
        let opening = opening(block);
        let (tag, behind) = (text::up_to(block, opening), text::from(block, opening));
        let kind = kind(tag);
        let known = ["reasoning", "tool_calls", "code_interpreter"];
        if !known.contains(&kind) {
            words.push_str(tag);
            rest = behind;
            continue;
        }
        let (body, behind) = behind.split_once(END).unwrap_or((behind, ""));
        let body = without_summary(body);
        match kind {
            "reasoning" => said.thought(&unquoted(body)),
            "tool_calls" => left.add(Why::Tool, 1),
            _ => words.push_str(body),
        }
        rest = behind;
    }
    words.push_str(rest);
    said.text(&words);
}

/// The length of the tag that a text begins with: a `>` in quotation marks does not end it.
fn opening(block: &str) -> usize {
    let mut in_quotes = false;
    for (at, letter) in block.char_indices() {
        match letter {
            '"' => in_quotes = !in_quotes,
            '>' if !in_quotes => return at + 1,
            _ => {}
        }
    }
    // One that does not end holds nothing.
    block.find('>').map_or(block.len(), |at| at + 1)
}

/// The `type` of a tag.
fn kind(tag: &str) -> &str {
    let mut rest = tag.strip_prefix(BEGIN).unwrap_or_default();
    // Attribute by attribute: `type="` may stand in the value of another.
    while let Some((name, behind)) = rest.split_once("=\"") {
        let (value, behind) = behind.split_once('"').unwrap_or((behind, ""));
        if name.split_whitespace().last() == Some("type") {
            return value;
        }
        rest = behind;
    }
    ""
}

fn without_summary(body: &str) -> &str {
    let trimmed = body.trim_start();
    let inside = trimmed.strip_prefix("<summary>");
    let behind = inside.and_then(|inside| inside.split_once("</summary>"));
    behind.map_or(body, |(_, behind)| behind)
}

/// A body whose lines are quoted, and which may be escaped as HTML.
fn unquoted(body: &str) -> String {
    // Plain bodies have their own marks as they are.
    let body = match body.contains(['<', '>', '"']) {
        true => body.to_owned(),
        false => unescaped(body),
    };
    let bare = |line: &str| match line.strip_prefix('>') {
        Some(rest) => rest.strip_prefix(' ').unwrap_or(rest).to_owned(),
        None => line.to_owned(),
    };
    let lines: Vec<String> = body.trim().lines().map(bare).collect();
    lines.join("\n")
}

/// A text without the escapes of HTML that stand for single characters.
fn unescaped(from: &str) -> String {
    let mut out = String::with_capacity(from.len());
    let mut rest = from;
    while let Some(at) = rest.find('&') {
        out.push_str(text::up_to(rest, at));
        let behind = text::from(rest, at + 1);
        // No name of these is longer.
        let end = behind.bytes().take(10).position(|byte| byte == b';');
        let found = end.and_then(|end| Some((letter(text::up_to(behind, end))?, end)));
        match found {
            Some((letter, end)) => {
                out.push(letter);
                rest = text::from(behind, end + 1);
            }
            None => {
                out.push('&');
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    out
}

fn letter(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        name => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::chat::request::Role;

    fn check(from: &str, words: &str, thinking: &str) {
        let (mut said, mut left) = (Said::default(), Left::default());
        read(from, &mut said, &mut left);
        let speech = said.speech(Role::Assistant).unwrap();
        assert_eq!(
            (speech.text.as_str(), speech.thinking.as_str()),
            (words, thinking),
            "{from}"
        );
    }

    #[test]
    fn thinking_is_unquoted_and_unescaped() {
        check(
            "<details type=\"reasoning\" done=\"true\" duration=\"2\">\n<summary>Thought</summary>\n&gt; a &amp; b\n&gt;\n&gt; it&#x27;s\n</details>\nc",
            "c",
            "a & b\n\nit's",
        );
        check(
            "<details done=\"true\" type=\"reasoning\"><summary>Thought</summary>\n> a &amp; b\n</details>c",
            "c",
            "a &amp; b",
        );
        check(
            "<details type=\"reasoning\" done=\"false\">\n<summary>Thinking…</summary>\n&gt; a",
            "",
            "a",
        );
        let two = "<details type=\"reasoning\">a</details>b<details type=\"reasoning\">c</details>";
        check(two, "b", "a\n\nc");
    }

    #[test]
    fn tools_go_and_code_stays() {
        check(
            "<details type=\"tool_calls\" arguments=\"&quot;>\" result=\"\">\n<summary>x</summary>\n</details>\na",
            "a",
            "",
        );
        check(
            "a\n<details type=\"code_interpreter\" output=\"2\">\n<summary>x</summary>\n```python\n1+1\n```\n</details>",
            "a\n\n```python\n1+1\n```",
            "",
        );
    }

    #[test]
    fn a_block_of_the_author_stays_as_it_is() {
        let own = "<details><summary>more</summary>type=\"reasoning\"</details>";
        check(own, own, "");
        let named = "<details data-x=\" type=\" class=\"reasoning\">a</details>";
        check(named, named, "");
        check("a <details", "a <details", "");
        check("a <details x=\"", "a <details x=\"", "");
    }
}
