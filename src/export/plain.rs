//! A conversation as plain text: what is read, without the marks that it was written with.
//!
//! In: turns, and the blocks of a reply. Out: lines. It must not know markdown's text, only its tree.

use super::{Document, Words, calls, is_unfinished, speaker};
use crate::chat::request::Role;
use crate::chat::turn::Turn;
use crate::markdown::{Node, Tag, blocks_of};
use crate::text;

pub(super) fn write(document: &Document, words: &Words) -> String {
    let title = document.title(words);
    let line = "=".repeat(title.chars().count().clamp(3, 72));
    let mut out = format!("{title}\n{line}\n");
    for turn in document.turns() {
        out.push_str(&format!("\n{}:\n\n", speaker(turn, words)));
        write_turn(turn, words, &mut out);
    }
    out
}

fn write_turn(turn: &Turn, words: &Words, out: &mut String) {
    let mut lines = Lines::default();
    if !turn.reasoning.trim().is_empty() {
        lines.put(&format!("[{}]", words.thinking));
        lines.within("  ", |lines| lines.put(turn.reasoning.trim()));
        lines.gap();
    }
    for _ in &turn.images {
        lines.put(&format!("[{}]", words.picture));
    }
    match turn.role {
        Role::Assistant => blocks_of(&turn.text)
            .iter()
            .for_each(|block| lines.block(block)),
        // What a person typed is shown as it was typed.
        _ => lines.put(turn.text.trim_end()),
    }
    for call in calls(turn) {
        lines.gap();
        lines.put(&call);
    }
    if is_unfinished(turn) {
        lines.gap();
        lines.put(&format!("[{}]", words.unfinished));
    }
    out.push_str(lines.text.trim_end());
    out.push('\n');
}

/// Lines of text, each behind the same letters.
#[derive(Default)]
struct Lines {
    text: String,
    before: String,
    /// Letters for the next line alone, in the place of the last of `before`.
    once: Option<String>,
    /// An empty line is due before the next one, which has so many bytes of `before`.
    gap: Option<usize>,
}

impl Lines {
    fn put(&mut self, words: &str) {
        for line in words.lines() {
            if let Some(gap) = self.gap.take().filter(|_| !self.text.is_empty()) {
                self.text
                    .push_str(text::up_to(&self.before, gap).trim_end());
                self.text.push('\n');
            }
            let before = match self.once.take() {
                Some(once) => once,
                None => self.before.clone(),
            };
            let line = format!("{before}{line}");
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }

    /// Lets an empty line stand before what comes next.
    fn gap(&mut self) {
        if self.once.is_none() {
            self.gap = Some(self.before.len());
        }
    }

    fn within(&mut self, before: &str, work: impl FnOnce(&mut Lines)) {
        let length = self.before.len();
        self.before.push_str(before);
        if let Some(once) = &mut self.once {
            once.push_str(before);
        }
        work(self);
        self.before.truncate(length);
    }

    fn blocks(&mut self, nodes: &[Node]) {
        // Words between two blocks are a line.
        let mut words = String::new();
        for node in nodes {
            if node.is_block() {
                self.put(&std::mem::take(&mut words));
                self.block(node);
            } else {
                inline(node, &mut words);
            }
        }
        self.put(&words);
    }

    fn block(&mut self, node: &Node) {
        let Some(tag) = node.tag() else {
            return self.put(&words_of(node));
        };
        let children = node.children();
        match tag {
            Tag::Quote => self.within("> ", |lines| lines.blocks(children)),
            Tag::List { start, tight, .. } => self.list(children, *start, *tight),
            Tag::CodeBlock { .. } | Tag::Html | Tag::Math { .. } => {
                self.within("    ", |lines| lines.put(&node.plain_text()));
            }
            Tag::Table { .. } => {
                for row in children {
                    let cells: Vec<String> = row.children().iter().map(words_of).collect();
                    self.put(&cells.join(" | "));
                }
            }
            Tag::Rule => self.put("* * *"),
            Tag::FootnoteDefinition { label } => {
                self.item(&format!("[{label}] "), |lines| lines.blocks(children));
            }
            _ => self.put(&words_of(node)),
        }
        self.gap();
    }

    fn list(&mut self, items: &[Node], start: Option<u64>, is_tight: bool) {
        for (place, item) in (0_u64..).zip(items) {
            let mut mark = match start {
                Some(start) => format!("{}. ", start.saturating_add(place)),
                None => "- ".to_owned(),
            };
            if let Some(Tag::Item {
                checked: Some(checked),
                ..
            }) = item.tag()
            {
                mark.push_str(if *checked { "[x] " } else { "[ ] " });
            }
            self.item(&mark, |lines| lines.blocks(item.children()));
            self.gap = self.gap.filter(|_| !is_tight);
        }
    }

    /// Something with a mark before its first line.
    fn item(&mut self, mark: &str, work: impl FnOnce(&mut Lines)) {
        let first = self.once.take().unwrap_or_else(|| self.before.clone());
        self.once = Some(format!("{first}{mark}"));
        let length = self.before.len();
        self.before.push_str(&" ".repeat(mark.chars().count()));
        work(self);
        self.before.truncate(length);
        if self.once.is_some() {
            // There was nothing behind it.
            self.put(" ");
        }
    }
}

/// The words of a part of a line.
fn words_of(node: &Node) -> String {
    let mut words = String::new();
    inline(node, &mut words);
    words
}

fn inline(node: &Node, out: &mut String) {
    let Node::Element { tag, children } = node else {
        if let Node::Text(text) = node {
            out.push_str(text);
        }
        return;
    };
    match tag {
        Tag::LineBreak => out.push('\n'),
        Tag::Image { src, alt, .. } => {
            out.push_str(alt);
            if !src.starts_with("data:") {
                out.push_str(&format!(" <{src}>"));
            }
        }
        Tag::FootnoteRef { label } => out.push_str(&format!("[{label}]")),
        _ => children.iter().for_each(|child| inline(child, out)),
    }
    if let Tag::Link { href, .. } = tag
        && !says(&node.plain_text(), href)
    {
        out.push_str(&format!(" <{href}>"));
    }
}

/// Tells whether the words of a link are its address.
fn says(words: &str, href: &str) -> bool {
    let bare = |address: &str| {
        let address = address.trim_end_matches('/');
        let known = ["https://", "http://", "mailto:"];
        let short = known.iter().find_map(|scheme| address.strip_prefix(scheme));
        short.unwrap_or(address).to_owned()
    };
    bare(words) == bare(href)
}
