//! CommonMark's examples and GFM's: each whole, against the HTML that it is; and each cut everywhere, against its whole.

use rill::markdown::{Markdown, Node, blocks_of};

use crate::examples::{Example, examples};
use crate::html;
use crate::known::{Outcome, judge, tell};

const COMMONMARK: &str = include_str!("commonmark/examples.txt");
const GFM: &str = include_str!("gfm/examples.txt");
const MORE: &str = include_str!("gfm/more.txt");

fn whole(example: &Example) -> Outcome {
    let found = html::of_nodes(&blocks_of(&example.markdown));
    let expected = html::with_our_addresses(html::parse(&example.html));
    if found == expected {
        return Ok(());
    }
    Err(format!(
        "  {}: {:?}\n  expected {}\n  found    {}",
        example.section,
        example.markdown,
        html::write(&expected),
        html::write(&found)
    ))
}

fn check(suite: &str, prefix: &str, file: &'static str, list: &str, count: usize) {
    let examples = examples(file);
    assert_eq!(examples.len(), count, "examples of {suite}");
    let outcomes: Vec<_> = examples
        .iter()
        .map(|example| (format!("{prefix}{}", example.number), whole(example)))
        .collect();
    judge(suite, list, &outcomes);
}

#[test]
fn every_example_of_commonmark_is_what_it_says_or_listed() {
    let list = include_str!("commonmark/deviations.txt");
    check("CommonMark 0.31.2", "", COMMONMARK, list, 652);
}

#[test]
fn every_example_of_gfms_extensions_is_what_it_says_or_listed() {
    let list = include_str!("gfm/deviations.txt");
    check("GFM 0.29, extensions", "", GFM, list, 24);
}

#[test]
fn every_further_example_of_the_extensions_is_what_it_says_or_listed() {
    let list = include_str!("gfm/more-deviations.txt");
    check("cmark-gfm 0.29.0.gfm.6, extensions", "", MORE, list, 30);
}

fn grown<'p>(pieces: impl IntoIterator<Item = &'p str>) -> Vec<Node> {
    let mut markdown = Markdown::new();
    for piece in pieces {
        markdown.append(piece);
        markdown.update();
    }
    markdown.finish();
    markdown.update();
    let blocks = markdown.blocks().iter();
    blocks.map(|block| block.node.clone()).collect()
}

/// By its letters, and in two at each of them; how many cuttings that makes.
fn cut_everywhere(text: &str) -> usize {
    let expected = blocks_of(text);
    let letters = text.split_inclusive(|_: char| true);
    assert_eq!(grown(letters), expected, "{text:?} letter by letter");
    let halves = text.char_indices().map(|(at, _)| text.split_at(at));
    for (before, behind) in halves.clone() {
        let found = grown([before, behind]);
        assert_eq!(found, expected, "{before:?} and {behind:?}");
    }
    halves.count() + 1
}

#[test]
fn every_example_cut_everywhere_has_the_blocks_of_the_whole() {
    let mut cuttings = 0;
    for example in [COMMONMARK, GFM, MORE].into_iter().flat_map(examples) {
        cuttings += cut_everywhere(&example.markdown);
        cuttings += cut_everywhere(&example.markdown.replace('\n', "\r\n"));
    }
    tell(&format!(
        "their examples cut everywhere: {cuttings} cuttings, all as the whole"
    ));
}
