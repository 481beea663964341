//! What hostile answers become, before there is a page: the tree of markup, the exported page, the events of a stream.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "hostile/corpus.rs"]
mod corpus;
#[path = "river/stream.rs"]
mod stream;

use std::collections::BTreeSet;

use corpus::{Hostile, answers, crossed};
use rill::chat::request::ChatRequest;
use rill::chat::tree::Tree;
use rill::chat::turn::Turn;
use rill::dialect::Kind;
use rill::event::ChatEvent;
use rill::export::{Document, Form, Words, write};
use rill::markdown::{MAX_DEPTH, Markdown, Node, Tag, blocks_of};

/// Bodies of whole replies, as they stand on the wire.
fn bodies() -> Vec<Hostile> {
    crossed(include_str!("hostile/wire.json"))
}

#[test]
fn there_are_hundreds_and_each_has_a_name_of_its_own() {
    let all = answers();
    assert!(all.len() >= 300, "{}", all.len());
    let names: BTreeSet<&str> = all.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names.len(), all.len());
    let texts: BTreeSet<&str> = all.iter().map(|one| one.text.as_str()).collect();
    assert!(texts.len() + 5 > all.len(), "{}", texts.len());
}

/// What is wrong with a part of the tree.
fn wrong(node: &Node, depth: usize) -> Option<String> {
    let Node::Element { tag, children } = node else {
        return None;
    };
    let starts = |address: &str, schemes: &[&str]| {
        let address = address.to_ascii_lowercase();
        schemes.iter().any(|scheme| address.starts_with(scheme))
    };
    let web = ["http://", "https://"];
    let is_bad = match tag {
        Tag::Link { href, .. } => {
            !starts(href, &["http://", "https://", "mailto:"]) || href.contains(char::is_control)
        }
        Tag::Image { src, .. } => {
            let raster = ["png", "jpeg", "gif", "webp", "avif"];
            let raster = raster.map(|kind| format!("data:image/{kind};base64,"));
            let is_raster = raster.iter().any(|start| starts(src, &[start.as_str()]));
            !(starts(src, &web) || is_raster && !src.contains(['<', '>', '"', '\'']))
        }
        _ => depth > MAX_DEPTH,
    };
    if is_bad {
        return Some(format!("{tag:?} at {depth}"));
    }
    children.iter().find_map(|child| wrong(child, depth + 1))
}

#[test]
fn of_every_hostile_answer_the_tree_holds_text_and_safe_addresses_alone() {
    for Hostile { name, text } in answers() {
        let blocks = blocks_of(&text);
        let bad = blocks.iter().find_map(|block| wrong(block, 0));
        assert_eq!(bad, None, "{name}: {text:?}");
        // Half of it is safe as well, wherever it is cut.
        let mut markdown = Markdown::new();
        let letters: Vec<char> = text.chars().collect();
        for piece in letters.chunks((letters.len() / 24).max(1)) {
            markdown.append(&String::from_iter(piece));
            markdown.update();
            let nodes = markdown.blocks().iter().map(|block| &block.node);
            let bad = nodes.filter_map(|node| wrong(node, 0)).next();
            assert_eq!(bad, None, "{name}, half of it: {:?}", markdown.text());
        }
        markdown.finish();
        markdown.update();
        let nodes = markdown.blocks().iter().map(|block| &block.node);
        assert!(nodes.eq(&blocks), "{name}");
    }
}

/// The tags of a page of HTML that quotes its texts, from bracket to bracket.
fn tags(page: &str) -> impl Iterator<Item = &str> {
    let parts = page.split('<').skip(1);
    parts.filter_map(|part| part.split_once('>').map(|(tag, _)| tag))
}

/// The names of a tag's attributes, and the addresses among their values.
fn attributes(tag: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = tag.split_once(' ').map_or("", |(_, rest)| rest);
    while let Some((name, after)) = rest.split_once("=\"") {
        let (value, after) = after.split_once('"').unwrap_or((after, ""));
        let name = name.rsplit(' ').next().unwrap_or_default();
        found.push((name.to_owned(), value.to_owned()));
        rest = after;
    }
    found
}

#[test]
fn no_hostile_answer_is_more_than_text_in_an_exported_page() {
    let answers = answers();
    let page = |text: &str| {
        let mut tree = Tree::default();
        let asked = tree.add(None, Turn::user(text));
        let mut reply = Turn::reply();
        reply.text = text.to_owned();
        tree.add(Some(asked), reply);
        write(&Document::new(text, &tree), Form::Html, &Words::default())
    };
    let plain = page("Hello");
    let known: BTreeSet<&str> = tags(&plain).collect();
    for Hostile { name, text } in answers {
        for tag in tags(&page(&text)).filter(|tag| !known.contains(tag)) {
            let word = tag.trim_start_matches('/');
            let word = word.split([' ', '\n']).next().unwrap_or_default();
            assert!(MADE.contains(&word), "{name}: <{tag}>");
            for (attribute, value) in attributes(tag) {
                let value = value.to_ascii_lowercase();
                let is_good = match attribute.as_str() {
                    // Notes lead to their place on the same page.
                    "href" => ["http://", "https://", "mailto:", "#note-"]
                        .iter()
                        .any(|scheme| value.starts_with(scheme)),
                    "src" => value.starts_with("data:image/"),
                    other => PLAIN.contains(&other),
                };
                assert!(is_good, "{name}: {attribute}={value:?}");
            }
        }
    }
}

/// Elements that an exported answer is made of.
const MADE: [&str; 36] = [
    "a",
    "aside",
    "blockquote",
    "br",
    "code",
    "del",
    "div",
    "em",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "img",
    "input",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
];
/// Attributes that hold words, and lead nowhere.
const PLAIN: [&str; 13] = [
    "alt",
    "checked",
    "class",
    "dir",
    "disabled",
    "id",
    "lang",
    "rel",
    "start",
    "target",
    "title",
    "translate",
    "type",
];

#[test]
fn hostile_bytes_of_every_family_are_text_or_nothing() {
    for Hostile { name, text } in bodies() {
        for kind in Kind::ALL {
            let dialect = kind.dialect();
            let whole = stream::events(kind, [text.as_bytes()]);
            // As text: a figure that is none is not equal to itself.
            let cut = stream::events(kind, text.as_bytes().chunks(7));
            assert_eq!(format!("{whole:?}"), format!("{cut:?}"), "{name}, {kind:?}");
            let said = whole.iter().filter_map(|event| match event {
                ChatEvent::Text(text) | ChatEvent::ReplaceText(text) => Some(text.as_str()),
                _ => None,
            });
            let said: String = said.collect();
            let bad = blocks_of(&said).iter().find_map(|block| wrong(block, 0));
            assert_eq!(bad, None, "{name}, {kind:?}");
            // Its second request is made of what came.
            let _ = dialect.chat(&ChatRequest::default(), dialect.transport(None));
        }
    }
}
