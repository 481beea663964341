//! Conversations as texts for people: whatever was said stays in them, and nothing of it becomes markup or the name of a folder.

#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeSet;

use fuzz::scripts::{noise, pick};
use fuzz::{Rng, rounds, shapes};
use rill::chat::tree::Tree;
use rill::chat::turn::Turn;
use rill::event::{End, ToolCallDelta};
use rill::export::{Document, Files, Form, Words, write};
use rill::markdown::{Node, Tag, blocks_of};

/// Elements of a page, and whether each has a closing tag.
const ELEMENTS: [(&str, bool); 39] = [
    ("html", true),
    ("head", true),
    ("meta", false),
    ("title", true),
    ("style", true),
    ("body", true),
    ("article", true),
    ("h1", true),
    ("h2", true),
    ("h3", true),
    ("h4", true),
    ("h5", true),
    ("h6", true),
    ("details", true),
    ("summary", true),
    ("div", true),
    ("p", true),
    ("blockquote", true),
    ("ul", true),
    ("ol", true),
    ("li", true),
    ("pre", true),
    ("code", true),
    ("em", true),
    ("strong", true),
    ("del", true),
    ("sub", true),
    ("sup", true),
    ("kbd", true),
    ("mark", true),
    ("a", true),
    ("img", false),
    ("table", true),
    ("thead", true),
    ("tr", true),
    ("td", true),
    ("hr", false),
    ("br", false),
    ("aside", true),
];
const ATTRIBUTES: [&str; 14] = [
    "lang",
    "charset",
    "http-equiv",
    "content",
    "name",
    "dir",
    "class",
    "start",
    "href",
    "title",
    "rel",
    "src",
    "alt",
    "id",
];

fn words(rng: &mut Rng) -> Words {
    let mut word = || noise(rng, 9);
    Words {
        language: "en".to_owned(),
        untitled: word(),
        person: word(),
        model: word(),
        thinking: word(),
        picture: word(),
        unfinished: word(),
    }
}

/// What would be markup if anything were.
fn attack(rng: &mut Rng) -> String {
    let own = pick(
        rng,
        &[
            "<script>alert(1)</script>",
            "\"><img src=x onerror=alert(1)>",
            "' onclick='x",
            "</style><script>",
            "</title><b>",
            "<!--",
            "]]>",
            "[x](javascript:alert(1))",
            "![x](data:text/html,x)",
            "<a href=\"javascript:x\">",
            "&lt;b&gt;",
            "[^\"><b>]: x",
            "x[^\"><b>]",
            "```\"><b>\nx\n```",
            "[x](https://a.test/\"><b>)",
            "<https://a.test/'x>",
        ],
    );
    format!("{own}{}", noise(rng, 6))
}

fn turn(rng: &mut Rng) -> Turn {
    let mut text = shapes::document(rng, 400);
    for _ in 0..rng.usize(0..3) {
        let at = text.floor_char_boundary(rng.usize(0..=text.len()));
        text.insert_str(at, &attack(rng));
    }
    if rng.bool() {
        return Turn::user(text);
    }
    Turn {
        text,
        reasoning: if rng.bool() {
            attack(rng)
        } else {
            String::new()
        },
        end: rng.bool().then_some(End::Stopped),
        tools: (0..rng.usize(0..2))
            .map(|_| ToolCallDelta {
                name: Some(attack(rng)),
                arguments: shapes::document(rng, 60),
                ..ToolCallDelta::default()
            })
            .collect(),
        model: rng.bool().then(|| attack(rng)),
        ..Turn::reply()
    }
}

fn tree(rng: &mut Rng) -> Tree {
    let mut tree = Tree::default();
    for _ in 0..rng.usize(1..6) {
        let parent = rng.usize(0..=tree.len()).checked_sub(1);
        tree.add(parent, turn(rng));
    }
    tree
}

fn shown(tree: &Tree) -> impl Iterator<Item = &Turn> {
    tree.path().filter_map(|id| tree.turn(id))
}

/// Reads a page strictly: every tag is one of ours, with values of ours, and closed in order. The letters between them.
fn letters(page: &str) -> String {
    let mut rest = page.strip_prefix("<!doctype html>\n").unwrap();
    let (mut letters, mut open): (String, Vec<&str>) = (String::new(), Vec::new());
    while let Some((text, tag)) = rest.split_once('<') {
        if open.last() != Some(&"style") {
            assert!(!text.contains(['>', '"', '\'']), "{text}");
            letters.push_str(text);
        }
        let (tag, behind) = tag.split_once('>').unwrap();
        rest = behind;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{tag}");
            continue;
        }
        let (name, mut attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let known = ELEMENTS.iter().find(|(known, _)| *known == name);
        let (_, has_end) = known.unwrap_or_else(|| panic!("<{tag}>"));
        while !attributes.is_empty() {
            let (attribute, value) = attributes.split_once("=\"").unwrap();
            let (value, behind) = value.split_once('"').unwrap();
            assert!(
                ATTRIBUTES.contains(&attribute) && !value.contains(['<', '\'']),
                "<{tag}>"
            );
            let is_safe = match attribute {
                "href" => ["http", "https", "mailto", "#"].iter().any(|begin| {
                    value
                        .to_lowercase()
                        .strip_prefix(begin)
                        .is_some_and(|rest| *begin == "#" || rest.starts_with(':'))
                }),
                "src" => value.to_lowercase().starts_with("data:image/"),
                _ => true,
            };
            assert!(is_safe, "<{tag}>");
            attributes = behind.strip_prefix(' ').unwrap_or(behind);
        }
        if *has_end {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
    letters
}

/// Letters without blanks, and without what a page has no place for.
fn bare(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !c.is_control() && *c != '\u{fffd}')
        .collect()
}

fn unescaped(text: &str) -> String {
    let known = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ];
    known
        .iter()
        .fold(text.to_owned(), |text, (name, c)| text.replace(name, c))
}

#[test]
fn no_text_becomes_markup_of_the_page_and_none_is_lost() {
    rounds(60, |rng| {
        let (tree, words) = (tree(rng), words(rng));
        let title = attack(rng);
        let document = Document::new(&title, &tree);
        let page = write(&document, Form::Html, &words);
        let letters = bare(&unescaped(&letters(&page)));
        for turn in shown(&tree) {
            for block in blocks_of(&turn.text) {
                // What was typed is there as it was typed.
                let told = match turn.role.word() {
                    "user" => turn.text.clone(),
                    _ if holds_picture(&block) => continue,
                    _ => block.plain_text(),
                };
                assert!(letters.contains(&bare(&told)), "{told}");
            }
            assert!(letters.contains(&bare(&turn.reasoning)));
        }
    });
}

/// Tells whether a block holds something that stands in a page in other words: a picture, a mark of a footnote.
fn holds_picture(node: &Node) -> bool {
    matches!(
        node.tag(),
        Some(
            Tag::Image { .. }
                | Tag::FootnoteRef { .. }
                | Tag::FootnoteDefinition { .. }
                | Tag::Item {
                    checked: Some(_),
                    ..
                }
        )
    ) || node.children().iter().any(holds_picture)
}

#[test]
fn markdown_and_plain_text_hold_every_turn() {
    rounds(60, |rng| {
        let (tree, words) = (tree(rng), words(rng));
        let title = noise(rng, 20);
        let document = Document::new(&title, &tree);
        let markdown = write(&document, Form::Markdown, &words);
        let plain = write(&document, Form::Plain, &words);
        for turn in shown(&tree) {
            assert!(turn.text.trim().is_empty() || markdown.contains(&turn.text));
            let told = match turn.role.word() {
                "user" => turn.text.lines().map(str::to_owned).collect(),
                _ => blocks_of(&turn.text)
                    .iter()
                    .filter(|block| {
                        block.tag() == Some(&Tag::Paragraph)
                            && matches!(block.children(), [Node::Text(_)])
                    })
                    .map(|block| block.plain_text())
                    .collect::<Vec<_>>(),
            };
            let plain = bare(&plain);
            for line in told {
                assert!(plain.contains(&bare(&line)), "{line}");
            }
        }
        // Whatever was left open: each turn stands under its own heading.
        let headings = blocks_of(&markdown);
        let headings = headings
            .iter()
            .filter(|block| block.tag() == Some(&Tag::Heading(2)))
            .count();
        assert!(headings >= shown(&tree).count(), "{markdown}");
    });
}

#[test]
fn names_of_files_are_apart_and_lead_nowhere() {
    rounds(100, |rng| {
        let tree = Tree::default();
        let words = words(rng);
        let titles: Vec<String> = (0..rng.usize(1..9))
            .map(|_| {
                let text = shapes::document(rng, 300);
                match rng.u8(0..4) {
                    0 => pick(rng, &["", "..", "con", "../x", "C:\\x", "a", "A"]).to_owned(),
                    1 => noise(rng, 300),
                    _ => text,
                }
            })
            .collect();
        let mut files = Files::new(Form::Html, words);
        let named = |title| files.write(&Document::new(title, &tree)).0;
        let names: Vec<String> = titles
            .iter()
            .map(|title| title.as_str())
            .map(named)
            .collect();
        let apart: BTreeSet<String> = names.iter().map(|name| name.to_lowercase()).collect();
        assert_eq!(apart.len(), names.len());
        for name in names {
            let stem = name.strip_suffix(".html").unwrap();
            assert!(
                name.len() <= 255
                    && !stem.is_empty()
                    && !stem.starts_with('.')
                    && !stem.ends_with([' ', '.']),
                "{name}"
            );
            assert!(
                !name.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|'])
                    && !name.contains(char::is_control),
                "{name}"
            );
        }
    });
}
