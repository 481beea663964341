//! Markdown with the painter's model beside it: long texts in twelve scripts and every shape, cut at random, with other texts in their
//! place in between.
//!
//! After each update:
//!
//! - The page holds the blocks, part for part: what the painter leaves alone is what did not change.
//! - What is committed is what a whole parse of the text so far has there, unless the text defines links or footnotes.
//! - The letters on the page are those of one look at the whole text so far, with the same exception: none is doubled, lost or out of order. (Letters, not
//!   marks: whether `#` at the end of a heading closes it, for instance, is seen with the end of the line.)
//!   One exception: in an open block that is longer than a kilobyte what came since the last parse, and what that had hidden, stands
//!   there as it came, marks and addresses and all, until the block has grown by a sixteenth.
//! - One look shows what a whole parse shows of the text as it is meant ([`as_meant`]): marks closed, and at the end no more hidden
//!   than one word, a title in quotes, or the marks of a line that is nothing yet.
//!
//! At the end the blocks and the page are those of the whole, and each byte has cost a bounded number of bytes read.
#![allow(clippy::unwrap_used)]

mod sheet;

use fuzz::{LONGEST, Rng, cuts, rounds, shapes};
use rill::markdown::draw::Drawing;
use rill::markdown::{Markdown, Node, as_meant, blocks_of};
use sheet::Sheet;

/// A reply on its way to the page.
#[derive(Default)]
struct Reply {
    markdown: Markdown,
    drawing: Drawing<Sheet>,
    sheet: Sheet,
    /// How long the text was when the parser was asked; what it then said may not have been shown.
    parsed: Vec<usize>,
}

impl Reply {
    fn paint(&mut self) {
        let before = self.markdown.counters().parsed_bytes;
        self.drawing.draw(&mut self.markdown, &mut self.sheet);
        if self.markdown.counters().parsed_bytes > before {
            self.parsed.push(self.markdown.text().len());
        }
    }

    fn check_page(&self) {
        let blocks = self.markdown.blocks().iter().map(|block| &block.node);
        assert!(
            self.sheet.shown().iter().eq(blocks),
            "the page is behind the blocks after {:?}",
            end_of(self.markdown.text())
        );
    }

    /// What a reader sees, against a look at the whole text so far.
    fn check(&self) {
        self.check_page();
        let text = self.markdown.text();
        let shown = letters(&self.sheet.shown());
        let fresh = look(text);
        let defines = text.contains("]:");
        if !defines && shown != letters(&fresh) {
            let raw = self.parsed.iter().rev().take(20).any(|&at| {
                let last = letters(&look(text.get(..at).unwrap_or_default()));
                is_raw(&shown, &last, text, at)
            });
            assert!(
                text.len() > 1024 && raw,
                "{:?}\n{}\nparsed to {:?} of {}",
                end_of(text),
                difference(&shown, &letters(&fresh)),
                self.parsed.last(),
                text.len()
            );
        }
        let whole = blocks_of(text);
        if !defines {
            let committed = self.markdown.committed();
            let blocks = self.markdown.blocks().iter().take(committed);
            assert!(
                blocks
                    .map(|block| &block.node)
                    .eq(whole.iter().take(committed)),
                "committed too early in {:?}",
                end_of(text)
            );
        }
        check_meaning(text, &fresh);
    }

    fn finish(&mut self) {
        self.markdown.finish();
        self.paint();
        self.check_page();
        let whole = blocks_of(self.markdown.text());
        assert!(self.sheet.shown() == whole, "the end is not the whole");
        assert_eq!(self.markdown.committed(), whole.len());
    }
}

/// One look at a text that may go on shows what a parse of it shows as it is meant, and that is the text but for marks and its very end.
fn check_meaning(text: &str, shown: &[Node]) {
    let meant = as_meant(text);
    let parsed = blocks_of(&meant);
    if !text.contains("]:") {
        assert_eq!(
            letters(shown),
            letters(&parsed),
            "{:?} is not shown as it is meant: {:?}",
            end_of(text),
            end_of(&meant)
        );
    }
    let (all, kept) = (letters_of(text), letters_of(&meant));
    assert!(
        all.starts_with(&kept),
        "{:?} is meant as {:?}",
        end_of(text),
        end_of(&meant)
    );
    let hidden = all.len() - kept.len();
    let longest = text.split_whitespace().map(|word| letters_of(word).len());
    // An address is one word, or stands in angle brackets; what follows it stands in quotes.
    assert!(
        hidden <= longest.max().unwrap_or(0) + 600,
        "{hidden} letters of {:?} are hidden",
        end_of(text)
    );
}

/// Whether these are the letters of a look when the text was so long, and behind them all that was hidden or came since.
fn is_raw(shown: &str, last: &str, text: &str, at: usize) -> bool {
    // It may have been another text then.
    let Some(came) = text.get(at..) else {
        return false;
    };
    let (all, came) = (letters_of(text), letters_of(came));
    shown.strip_prefix(last).is_some_and(|raw| {
        raw.len() >= came.len()
            && all.ends_with(raw)
            && (text.contains('&') || is_among(shown, &all))
    })
}

fn look(text: &str) -> Vec<Node> {
    let mut markdown = Markdown::new();
    markdown.append(text);
    markdown.update();
    markdown
        .blocks()
        .iter()
        .map(|block| block.node.clone())
        .collect()
}

fn letters(nodes: &[Node]) -> String {
    nodes
        .iter()
        .map(|node| letters_of(&node.plain_text()))
        .collect()
}

fn letters_of(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether these letters are among all of them, in order. (An entity becomes another letter.)
fn is_among(some: &str, all: &str) -> bool {
    let mut rest = all.chars();
    some.chars().all(|c| rest.any(|other| other == c))
}

fn end_of(text: &str) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(300))..]
}

fn difference(found: &str, expected: &str) -> String {
    let same = found
        .chars()
        .zip(expected.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let around = |text: &str| -> String {
        text.chars()
            .skip(same.saturating_sub(20))
            .take(60)
            .collect()
    };
    format!(
        "differs at letter {same}: {:?} instead of {:?}",
        around(found),
        around(expected)
    )
}

/// Another text that a server may say in the place of this one.
fn other(rng: &mut Rng, text: &str) -> String {
    let mut at = rng.usize(0..=text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let (head, tail) = text.split_at(at);
    match rng.u8(0..6) {
        0 => head.to_owned(),
        1 => tail.to_owned(),
        2 => format!("{head}{}{tail}", shapes::document(rng, 60)),
        3 => format!("{head}{}", shapes::document(rng, 400)),
        4 => text.replacen(' ', "  ", 3).replacen('\n', "\n\n", 1),
        _ => shapes::document(rng, 2000),
    }
}

fn check(rng: &mut Rng, text: &str) {
    let mut reply = Reply::default();
    let pieces = cuts::text(rng, text);
    // A look at the whole costs its length: short texts are looked at each time, long ones now and then.
    let often = (text.len() * pieces.len() / 100_000).max(1);
    let mut replaced = false;
    for piece in &pieces {
        reply.markdown.append(piece);
        reply.paint();
        if rng.usize(0..often) == 0 {
            reply.check();
        }
        if rng.usize(0..pieces.len() * 2) == 0 {
            replaced = true;
            let text = other(rng, reply.markdown.text());
            reply.markdown.replace(&text);
            reply.paint();
            reply.check();
        }
    }
    let (count, length) = (reply.markdown.counters(), text.len() as u64);
    if !replaced {
        // Below four kilobytes an open block may be parsed for each token, and its lines to commit them; beyond that a byte is parsed
        // twice as often as a sixteenth leads to, or a hundred and twenty-eighth where a blank line may have ended the block.
        let most = length * 128 + count.updates * 2 * 4096;
        assert!(count.parsed_bytes <= most, "{count:?} for {length} bytes");
        let most = length * 2 + count.updates * 512;
        assert!(count.scanned_bytes <= most, "{count:?} for {length} bytes");
    }
    if rng.u8(..) < 60 {
        let other = other(rng, text);
        reply.markdown.replace(&other);
    }
    reply.finish();
    let more = shapes::document(rng, 200);
    if rng.bool() && !more.is_empty() {
        reply.markdown.append(&more);
        reply.paint();
        reply.check();
        reply.finish();
    }
}

#[test]
fn any_document_is_shown_as_it_is() {
    rounds(40, |rng| {
        let text = shapes::document(rng, LONGEST);
        check(rng, &text);
    });
}

#[test]
fn every_shape_in_every_script_is_shown_as_it_is() {
    rounds(1, |rng| {
        for script in fuzz::scripts::SCRIPTS {
            for (_, shape) in shapes::SHAPES {
                let text = shapes::of(rng, shape, script, 8192);
                check(rng, &text);
            }
        }
    });
}

/// What people and models write, in crumbs: short texts in which everything meets everything.
const CRUMBS: &[&str] = &[
    "a",
    "b ",
    "x\n",
    "é",
    "字",
    "。",
    " ",
    "  ",
    "    ",
    "\t",
    "\n",
    "\n\n",
    "\r\n",
    "*",
    "**",
    "_",
    "`",
    "``",
    "```\n",
    "```md\n",
    "```c\n",
    "~",
    "~~",
    "~~~\n",
    "$",
    "$$",
    "$5",
    "x^2",
    "\\(",
    "\\)",
    "\\[",
    "\\]",
    "\n= ",
    "[",
    "]",
    "(",
    "](x",
    "![",
    "[a](http://x.y)",
    "www.x.y",
    "http://x.y/",
    "<",
    "<b",
    "</b>",
    "<sub>",
    "<br>",
    "<!-- ",
    "-->",
    "<?",
    "<a href='x",
    "'>",
    "\"",
    ">",
    "<div>\n",
    "> ",
    "- ",
    "- a\n",
    "- b\n\n",
    "* ",
    "1. ",
    "1) ",
    "7) ",
    "  d\n",
    "|",
    "| a | b |\n",
    "|---|---|\n",
    "|-",
    "# ",
    "#",
    "---\n",
    "===\n",
    "-",
    "=",
    "1",
    "\\",
    "&amp;",
];

#[test]
fn any_crumbs_are_shown_as_they_are() {
    rounds(2000, |rng| {
        let count = rng.usize(1..24);
        let text: String = (0..count)
            .map(|_| CRUMBS[rng.usize(0..CRUMBS.len())])
            .collect();
        check(rng, &text);
    });
}
