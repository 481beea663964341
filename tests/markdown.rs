//! However a text is cut, its blocks are those of the whole; what is committed stays; no text costs more than its length.
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;

use proptest::prelude::*;
use rill::markdown::{Block, Markdown, Node, blocks_of};

/// Our own documents, one construct or one trap each, divided by lines of `%%%`.
const DOCUMENTS: &[&str] = &[
    include_str!("fixtures/markdown/blocks.md"),
    include_str!("fixtures/markdown/lists.md"),
    include_str!("fixtures/markdown/inlines.md"),
    include_str!("fixtures/markdown/tables.md"),
    include_str!("fixtures/markdown/math.md"),
    include_str!("fixtures/markdown/replies.md"),
];

fn documents() -> Vec<&'static str> {
    DOCUMENTS
        .iter()
        .flat_map(|file| file.split("%%%\n"))
        .collect()
}

fn nodes(blocks: &[Block]) -> Vec<Node> {
    blocks.iter().map(|block| block.node.clone()).collect()
}

/// Feeds `text` in these pieces with an update after each, and checks every promise on the way.
fn check_pieces<'a>(pieces: impl Iterator<Item = &'a str>) {
    let mut markdown = Markdown::new();
    let mut committed: Vec<Block> = Vec::new();
    let mut text = String::new();
    let mut drawn: Vec<Block> = Vec::new();
    for piece in pieces {
        markdown.append(piece);
        text.push_str(piece);
        let first = markdown.update();
        let blocks = markdown.blocks();
        assert!(markdown.committed() >= committed.len(), "{text:?}");
        assert_eq!(
            nodes(&blocks[..committed.len()]),
            nodes(&committed),
            "committed blocks changed in {text:?}"
        );
        committed = blocks[..markdown.committed()].to_vec();
        check_drawn(&drawn, blocks, first, &text);
        drawn = blocks.to_vec();
    }
    markdown.finish();
    markdown.update();
    let expect = blocks_of(&text);
    assert_eq!(nodes(markdown.blocks()), expect, "the whole of {text:?}");
    assert_eq!(markdown.committed(), expect.len());
    if !text.contains("]:") {
        assert_eq!(
            nodes(&committed),
            expect[..committed.len()],
            "committed too early in {text:?}"
        );
    }
}

/// A page that redraws only by id, version and frozen children would show what there is.
fn check_drawn(before: &[Block], after: &[Block], first: usize, text: &str) {
    let known: HashMap<u64, &Block> = before.iter().map(|block| (block.id, block)).collect();
    assert!(
        before.len() >= first && nodes(&before[..first]) == nodes(&after[..first]),
        "{text:?}"
    );
    let mut ids: Vec<u64> = after.iter().map(|block| block.id).collect();
    ids.dedup();
    assert_eq!(ids.len(), after.len());
    for block in after {
        if let Some(old) = known.get(&block.id) {
            if old.version == block.version {
                assert_eq!(
                    old.node, block.node,
                    "changed without a new version in {text:?}"
                );
            }
            let kept = old.frozen.min(block.frozen);
            assert_eq!(
                old.node.children()[..kept],
                block.node.children()[..kept],
                "a frozen child changed in {text:?}"
            );
        }
    }
}

fn by_chars(text: &str, count: usize) -> impl Iterator<Item = &str> {
    let cuts: Vec<usize> = text
        .char_indices()
        .map(|(at, _)| at)
        .step_by(count)
        .chain([text.len()])
        .collect();
    (1..cuts.len())
        .map(move |n| &text[cuts[n - 1]..cuts[n]])
        .collect::<Vec<_>>()
        .into_iter()
}

#[test]
fn every_document_fed_in_any_pieces_ends_as_the_whole() {
    for text in documents() {
        for count in [1, 2, 3, 4, 7, 16, 1000] {
            check_pieces(by_chars(text, count));
        }
        check_pieces(text.split_inclusive('\n'));
    }
}

#[test]
fn two_documents_in_a_row_end_as_the_whole() {
    let all = documents();
    for (n, first) in all.iter().enumerate() {
        let second = all[(n * 7 + 3) % all.len()];
        check_pieces(by_chars(&format!("{first}\n{second}"), 3));
        check_pieces(by_chars(
            &format!("{first}\n{second}").replace('\n', "\r\n"),
            5,
        ));
        check_pieces(by_chars(&format!("{first}{second}").replace('\n', "\r"), 5));
    }
}

fn soup() -> impl Strategy<Value = String> {
    let atoms = prop::sample::select(vec![
        "a",
        "b ",
        "word ",
        "\n",
        "\n",
        "\n\n",
        "- ",
        "  ",
        "    ",
        "\t",
        "1. ",
        "2) ",
        "* ",
        "+ ",
        "> ",
        "# ",
        "## ",
        "```",
        "~~~",
        "`",
        "``",
        "*",
        "**",
        "_",
        "__",
        "~~",
        "[",
        "]",
        "](",
        ")",
        "(http://x.y",
        "![",
        "<",
        ">",
        "<div>",
        "</div>",
        "<!--",
        "-->",
        "<b>",
        "&amp;",
        "\\",
        "|",
        "| a | b |\n",
        "|---|---|\n",
        "---\n",
        "===\n",
        "***\n",
        "$",
        "$$",
        "\\(",
        "\\)",
        "\\[",
        "\\]",
        "$5",
        "\r\n",
        "\r",
        "\u{0}",
        "é",
        "👩‍👩‍👧",
        "[^1]",
        "[x] ",
        "[ ] ",
        "- [ ] ",
        "\u{a0}",
        "\u{1a}",
        "- a\n",
        "- b\n\n",
        "1. c\n",
        "  d\n",
    ]);
    prop::collection::vec(atoms, 0..40).prop_map(|atoms| atoms.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn any_soup_of_marks_ends_as_the_whole(text in soup(), count in 1usize..9) {
        check_pieces(by_chars(&text, count));
    }

    #[test]
    fn any_letters_end_as_the_whole(text in "\\PC{0,60}", count in 1usize..9) {
        check_pieces(by_chars(&text, count));
    }

    #[test]
    fn definitions_anywhere_end_as_the_whole(first in soup(), second in soup(), count in 1usize..9) {
        check_pieces(by_chars(&format!("{first}\n\n[a]: http://x.y\n\n[^1]: note\n\n{second} [a] [^1]"), count));
    }
}
