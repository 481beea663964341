//! A block of markdown to lines that are spoken.
//!
//! In: a block's tree. Out: its lines, each as it stands on the page, with a gap for what is said otherwise than it is written: code is
//! named, a formula and a picture too, the mark of a footnote is not said. It must not know sentences.

use crate::markdown::{Node, Tag};

/// The letter that stands for what is not said as it stands on the page.
pub const GAP: char = '\u{fffc}';
/// The most letters of a formula that is read as it is written.
const SHORT_FORMULA: usize = 12;

/// Words for what has no letters of its own, in the page's language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// A block of code.
    pub code: String,
    /// A block of code in a language, which takes the place of the [`GAP`].
    pub code_in: String,
    /// A formula.
    pub formula: String,
    /// A picture, whose name takes the place of the [`GAP`].
    pub picture: String,
}

/// A line: a paragraph, an item, a row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    /// Its text on the page.
    pub text: String,
    /// What is said for each [`GAP`] in it, in order.
    pub things: Vec<String>,
}

impl Line {
    fn thing(&mut self, said: String) {
        self.text.push(GAP);
        self.things.push(said);
    }

    fn letters(&mut self, letters: &str) {
        // A gap of the text's own would take the place of another.
        self.text
            .extend(letters.chars().filter(|letter| *letter != GAP));
    }
}

/// The lines of a block, in order.
pub fn lines(block: &Node, words: &Words) -> Vec<Line> {
    let mut out = Vec::new();
    add(block, words, &mut out);
    out.retain(|line| !line.text.trim().is_empty());
    out
}

fn add(node: &Node, words: &Words, out: &mut Vec<Line>) {
    let children = node.children();
    match node.tag() {
        Some(Tag::Quote | Tag::List { .. } | Tag::Table { .. }) => {
            children.iter().for_each(|child| add(child, words, out));
        }
        Some(Tag::Item { .. } | Tag::FootnoteDefinition { .. }) => {
            let mut line = Line::default();
            for child in children {
                if child.is_block() {
                    out.push(std::mem::take(&mut line));
                    add(child, words, out);
                } else {
                    inline(child, words, &mut line);
                }
            }
            out.push(line);
        }
        Some(Tag::CodeBlock { language }) => {
            let mut line = Line::default();
            line.thing(match language {
                Some(language) => words.code_in.replace(GAP, language),
                None => words.code.clone(),
            });
            out.push(line);
        }
        Some(Tag::TableHead | Tag::TableRow) => {
            let mut line = Line::default();
            for (at, cell) in children.iter().enumerate() {
                if at > 0 {
                    line.letters(", ");
                }
                inline(cell, words, &mut line);
            }
            out.push(line);
        }
        Some(Tag::Html | Tag::Rule) => {}
        _ => {
            let mut line = Line::default();
            inline(node, words, &mut line);
            out.push(line);
        }
    }
}

fn inline(node: &Node, words: &Words, line: &mut Line) {
    let children = node.children();
    match node.tag() {
        None => {
            if let Node::Text(text) = node {
                line.letters(text);
            }
        }
        Some(Tag::LineBreak) => line.letters(" "),
        Some(Tag::FootnoteRef { .. }) => line.thing(String::new()),
        Some(Tag::Image { alt, .. }) => {
            line.thing(match alt.trim() {
                "" => String::new(),
                alt => words.picture.replace(GAP, alt),
            });
        }
        Some(Tag::Math { .. }) => {
            let source = node.plain_text();
            let is_plain = !source.contains(['\\', '^', '_', '{']);
            let is_short = source.chars().count() <= SHORT_FORMULA;
            line.thing(match is_plain && is_short {
                true => source,
                false => words.formula.clone(),
            });
        }
        Some(Tag::Link { href, .. }) => {
            let text = node.plain_text();
            match host(&text).filter(|_| is_address(&text, href)) {
                // Nobody wants to hear an address to its end.
                Some(host) => line.thing(host.to_owned()),
                None => children.iter().for_each(|child| inline(child, words, line)),
            }
        }
        _ => children.iter().for_each(|child| inline(child, words, line)),
    }
}

/// Tells whether the words of a link are its address.
fn is_address(words: &str, href: &str) -> bool {
    words.contains("://") || href.contains(words.trim_end_matches('/')) && words.contains('/')
}

/// The host of an address, without `www`.
fn host(address: &str) -> Option<&str> {
    let bare = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = bare.split(['/', '?', '#']).next()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    (!host.is_empty()).then_some(host)
}

/// What a voice says of a text: no sign that it would spell, one blank between words.
pub fn spoken(text: &str, things: &mut impl Iterator<Item = String>) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            GAP => {
                let thing = things.next().unwrap_or_default();
                out.push(' ');
                out.push_str(&thing);
                out.push(' ');
            }
            '*' | '_' | '`' | '#' | '~' | '|' | '•' | '→' | '←' | '⇒' | '▪' | '●' => {
                out.push(' ')
            }
            letter if is_picture(letter) => out.push(' '),
            letter => out.push(letter),
        }
    }
    let words: Vec<&str> = out.split_whitespace().collect();
    match out.chars().any(char::is_alphanumeric) {
        true => words.join(" "),
        false => String::new(),
    }
}

/// Tells whether a letter is a picture or a part of one: voices spell them by long names.
fn is_picture(letter: char) -> bool {
    matches!(
        letter as u32,
        0x200d | 0x20e3 | 0x2190..=0x21ff | 0x2300..=0x23ff | 0x2460..=0x24ff | 0x2500..=0x27bf | 0x2900..=0x297f
            | 0x2b00..=0x2bff | 0xfe0e..=0xfe0f | 0x1_f000..=0x1_faff | 0xe_0020..=0xe_007f
    )
}
