//! However a text is cut, its blocks are those of the whole; what is committed stays; no text costs more than its length.
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;

use proptest::prelude::*;
use rill::markdown::{Block, MAX_DEPTH, Markdown, Node, Tag, blocks_of};

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

/// Half a tag, a closing `#`, a list that turns out to be loose: what a fresh look shows at once waits for the end of the line. Nothing
/// else differs, thus very little.
#[test]
fn what_is_shown_on_the_way_is_what_a_fresh_look_would_show() {
    let (mut steps, mut differ) = (0, 0);
    for text in documents().into_iter().filter(|text| !text.contains("]:")) {
        for count in [1, 3, 4] {
            let mut markdown = Markdown::new();
            let mut so_far = String::new();
            for piece in by_chars(text, count) {
                markdown.append(piece);
                markdown.update();
                so_far.push_str(piece);
                let mut fresh = Markdown::new();
                fresh.append(&so_far);
                fresh.update();
                steps += 1;
                differ += usize::from(nodes(markdown.blocks()) != nodes(fresh.blocks()));
            }
        }
    }
    assert!(differ * 100 < steps, "{differ} of {steps}");
}

/// Without the blanks, of which the last may be shown or not.
fn letters(nodes: &[Node]) -> String {
    let text = nodes.iter().map(Node::plain_text).collect::<String>();
    text.split_whitespace().collect()
}

#[test]
fn what_is_shown_does_not_hang_on_the_pieces() {
    for text in [
        "text\n\n    - [a b  c<s",
        "a   \\[<br>\\(",
        "```\n* code\n```\n    > [a](h",
        "```|```- <br>a",
        "`\n`<br>b `c",
        "`a```c\n    * &amp;`&amp;",
        "g[\n7) ](> 'd')",
        "`| a | b |\n* \r\nx^2`[a](http://x.y)",
        ">~~~\n![> &amp;~~~\n",
        "x\n1. `\r\n",
        "- b\n\n[\t[a](http://x.y)x\n",
        "# h\n\n7) ```md\n",
        "\\[x\n---\n\\]\\[\n= ",
        "=<a href='x<sub>'>|---|---|\n",
        "x^2`<br><!-- \\(-->",
        "~~~\\(<sub>\r\n~~~\n",
        "|-```md\n```\\(`x\n",
        "| a | b |\n|---|---|\n\\(- a\n",
        "```md\n\t```md\n```\n",
        "  d\n    ```md\n\\[| a | b |\n- c\\]",
        "![1) ][a](http://x.y)",
        "1) \n\t```md\n```c\n```",
        "```md\n`````c\nx\n\n```\n= ![[a](http://x.y)",
    ] {
        for count in 1..7 {
            let mut markdown = Markdown::new();
            for piece in by_chars(text, count) {
                markdown.append(piece);
                markdown.update();
                let mut fresh = Markdown::new();
                fresh.append(markdown.text());
                fresh.update();
                let (grown, fresh) = (nodes(markdown.blocks()), nodes(fresh.blocks()));
                assert_eq!(
                    letters(&grown),
                    letters(&fresh),
                    "{:?} by {count}",
                    markdown.text()
                );
                let whole = blocks_of(markdown.text());
                let committed = markdown.committed();
                assert_eq!(grown.get(..committed), whole.get(..committed));
            }
            markdown.finish();
            assert_eq!(nodes(markdown.blocks()), blocks_of(text));
        }
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
        "<br>",
        "<sub>",
        "</sub>",
        "「",
        "。",
        "字",
        "www.x.y",
        "```md\n",
        "```c\n",
        "\n= ",
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

#[test]
fn a_fence_with_something_behind_it_closes_as_the_parser_says() {
    for text in [
        "```- a\n```\t\n",
        "```\na\n``` \nb",
        "~~~\na\n~~~~\t \n~~~\nb",
        "```\na\n   ```\nb",
    ] {
        check_pieces(by_chars(text, 1));
    }
}

#[test]
fn a_deep_nest_neither_overflows_nor_takes_long() {
    for mark in [
        ">", "> ", "[", "![", "*", "**", "* ", "- ", "1. ", "(", "`", "$", "~~", "_", "<", "\\[",
        "[a](", "&", "| ",
    ] {
        let deep = mark.repeat(10_000);
        let started = std::time::Instant::now();
        for text in [
            deep.clone(),
            format!("{deep}x"),
            format!("{deep}x\n\n{deep}"),
        ] {
            assert!(
                blocks_of(&text)
                    .iter()
                    .all(|node| depth(node) <= MAX_DEPTH + 1),
                "{mark}"
            );
            let mut markdown = Markdown::new();
            for piece in by_chars(&text, 64) {
                markdown.append(piece);
                markdown.update();
            }
            markdown.finish();
            assert_eq!(nodes(markdown.blocks()), blocks_of(&text), "{mark}");
        }
        assert!(
            started.elapsed().as_secs() < 20,
            "{mark:?} took {:?}",
            started.elapsed()
        );
    }
}

fn depth(node: &Node) -> usize {
    1 + node.children().iter().map(depth).max().unwrap_or(0)
}

/// How often each byte of `unit`, repeated to this size and fed by fours, is given to the parser.
fn cost(head: &str, unit: &str, size: usize) -> f64 {
    cost_of(&(head.to_owned() + &unit.repeat(size / unit.len())), 4)
}

fn cost_of(text: &str, count: usize) -> f64 {
    let mut markdown = Markdown::new();
    for piece in by_chars(text, count) {
        markdown.append(piece);
        markdown.update();
    }
    markdown.finish();
    assert_eq!(nodes(markdown.blocks()), blocks_of(text));
    markdown.counters().parsed_bytes as f64 / text.len() as f64
}

#[test]
fn a_token_costs_the_same_at_any_length() {
    for (head, unit, most) in [
        ("", include_str!("fixtures/markdown/replies.md"), 9.0),
        (
            "",
            "A paragraph of *some* words, **and** more, `too`.\n\n",
            4.0,
        ),
        (
            "```rust\n",
            "    let value = compute(input)?; // why\n",
            1.5,
        ),
        ("```\n", "one line without an end ", 1.5),
        ("", "- an item with **bold** and `code` in it\n", 8.0),
        (
            "",
            "1. an item with **bold** and `code` in it\n\n   and more\n\n",
            11.0,
        ),
        ("", "- ```\n  code\n  ```\n\n", 450.0),
        ("| a | b |\n|---|---|\n", "| 1 | **two** |\n", 3.0),
        ("", "words and more words, on and on, ", 2.0),
        ("", "words with **bold** and `code` in it, on and on, ", 4.0),
        ("", "> a line with **bold** and `code` in it\n", 60.0),
        (
            "- top\n",
            "  - an item with **bold** and `code` in it\n",
            60.0,
        ),
    ] {
        let (short, long) = (cost(head, unit, 20_000), cost(head, unit, 80_000));
        assert!(
            long < most && long < short * 1.5 + 1.0,
            "{unit:?} is parsed {short:.1} times, then {long:.1} times"
        );
    }
}

#[test]
fn finished_blocks_are_not_parsed_again() {
    let replies = include_str!("fixtures/markdown/replies.md");
    let blocks_a_token = |times: usize| {
        let text = replies.repeat(times);
        let mut markdown = Markdown::new();
        for piece in by_chars(&text, 4) {
            markdown.append(piece);
            markdown.update();
        }
        let counters = markdown.counters();
        assert!(markdown.committed() > 10 * times);
        counters.parsed_blocks as f64 / counters.updates as f64
    };
    let (short, long) = (blocks_a_token(2), blocks_a_token(16));
    assert!(
        long < 1.2 && long < short * 1.05,
        "a token has {short:.2} blocks parsed at first, then {long:.2}"
    );
}

#[test]
fn an_unkind_text_costs_no_more_than_its_length() {
    let code = "    let value = compute(input, &mut state)?; // why\n";
    for (name, text, count, most) in [
        ("a 5 MB line", "words and more ".repeat(333_333), 64, 2.0),
        (
            "a line byte by byte",
            "words and more ".repeat(10_000),
            1,
            2.0,
        ),
        ("a line of marks", "*a* ".repeat(25_000), 4, 4.0),
        ("a line of open marks", "*a _b ".repeat(16_000), 64, 40.0),
        (
            "200 KB of code",
            "```\n".to_owned() + &code.repeat(4000),
            4,
            1.1,
        ),
        (
            "100 KB of items",
            "- an **item** with `code`\n".repeat(4000),
            4,
            8.0,
        ),
        (
            "100 KB of rows",
            "|a|b|\n|-|-|\n".to_owned() + &"| one | **two** |\n".repeat(5500),
            4,
            6.0,
        ),
        (
            "100 KB of a paragraph",
            "words with **bold**,\n".repeat(5000),
            4,
            8.0,
        ),
        ("quotes in quotes", "> ".repeat(10_000), 64, 2.0),
        ("lists in lists", "- ".repeat(10_000), 64, 2.0),
        ("emphasis in emphasis", "*a ".repeat(10_000), 64, 60.0),
        ("brackets in brackets", "[".repeat(10_000), 64, 2.0),
    ] {
        let found = cost_of(&text, count);
        assert!(found < most, "{name} is parsed {found:.1} times");
    }
}

#[test]
fn two_hundred_thousand_tiny_tokens_between_two_frames_cost_one_parse() {
    let mut markdown = Markdown::new();
    for _ in 0..200_000 {
        markdown.append("a ");
    }
    assert_eq!(markdown.update(), 0);
    assert!(markdown.counters().parsed_bytes <= 400_000);
    assert_eq!(markdown.counters().updates, 1);
}

/// Replaces `first` by `second`; how many first blocks keep their ids and versions.
fn check_replace(first: &str, second: &str, finished: bool, kept: usize) {
    let mut markdown = Markdown::new();
    markdown.append(first);
    markdown.update();
    if finished {
        markdown.finish();
        markdown.update();
    }
    let before = markdown.blocks().to_vec();
    markdown.replace(second);
    let changed = markdown.update();
    markdown.finish();
    let changed = changed.min(markdown.update());
    let same = before
        .iter()
        .zip(markdown.blocks())
        .take_while(|(a, b)| a.id == b.id && a.version == b.version)
        .count();
    assert_eq!(
        nodes(markdown.blocks()),
        blocks_of(second),
        "{first:?} to {second:?}"
    );
    assert_eq!(markdown.text(), second);
    assert_eq!(same, kept, "{first:?} to {second:?}");
    assert!(
        changed <= kept || changed == before.len(),
        "{first:?} to {second:?}: {changed}"
    );
}

#[test]
fn a_replaced_text_keeps_the_blocks_that_stay_the_same() {
    for finished in [false, true] {
        check_replace("a\n\nb\n\nc", "a\n\nb\n\nd", finished, 2);
        check_replace("a\n\nb\n\nc", "x\n\nb\n\nc", finished, 0);
        check_replace("a\n\nb", "a\n\nb\n\nc", finished, 2);
        // What was committed and is open again is another block: whoever drew it has forgotten it.
        check_replace("a\n\nb\n\nc", "a", finished, 0);
        check_replace("a\n\nb", "", finished, 0);
        check_replace("```\nx\n", "- a\n- b\n", finished, 0);
        check_replace("- a\n- b\n- c\n", "- a\n- b\n- d\n", finished, 0);
    }
}

#[test]
fn a_definition_changes_only_the_blocks_that_use_it() {
    let mut markdown = Markdown::new();
    for piece in "one\n\n[two][x]\n\nthree\n\n[x]: http://x.y\n\nfour".split_inclusive('\n') {
        markdown.append(piece);
        markdown.update();
    }
    let before = markdown.blocks().to_vec();
    markdown.finish();
    assert_eq!(markdown.update(), 1);
    let changed: Vec<bool> = before
        .iter()
        .zip(markdown.blocks())
        .map(|(a, b)| (a.id, a.version) != (b.id, b.version))
        .collect();
    assert_eq!(changed, [false, true, false, false]);
}

#[test]
fn letters_after_the_end_go_on_with_the_text() {
    let mut markdown = Markdown::new();
    markdown.append("one\n\n**tw");
    markdown.finish();
    markdown.update();
    markdown.append("o** three");
    assert_eq!(markdown.update(), 1);
    markdown.finish();
    assert_eq!(nodes(markdown.blocks()), blocks_of("one\n\n**two** three"));
}

/// The tree in short: `p(a em(b))`.
fn short(nodes: &[Node]) -> String {
    let parts: Vec<String> = nodes
        .iter()
        .map(|node| match node {
            Node::Text(text) => format!("{text:?}"),
            Node::Element { tag, children } => {
                let name = match tag {
                    Tag::Math { display: true } => "formula".to_owned(),
                    Tag::Math { display: false } => "math".to_owned(),
                    Tag::Link { href, .. } => format!("link<{href}>"),
                    Tag::Image { src, alt, .. } => format!("image<{src}><{alt}>"),
                    Tag::CodeBlock { language } => {
                        format!("code<{}>", language.as_deref().unwrap_or(""))
                    }
                    Tag::Item {
                        checked: Some(ticked),
                        ..
                    } => format!("item<{ticked}>"),
                    Tag::List {
                        start: Some(start), ..
                    } => format!("list<{start}>"),
                    other => format!("{other:?}")
                        .split([' ', '{'])
                        .next()
                        .unwrap_or("")
                        .to_lowercase(),
                };
                format!("{name}({})", short(children))
            }
        })
        .collect();
    parts.join(" ")
}

#[track_caller]
fn check_tree(text: &str, expect: &str) {
    assert_eq!(short(&blocks_of(text)), expect, "{text:?}");
}

#[test]
fn each_construct_has_its_node() {
    check_tree(
        "a *b* **c** ~~d~~ `e`",
        r#"paragraph("a " emphasis("b") " " strong("c") " " strike("d") " " code("e"))"#,
    );
    check_tree("# a\n\nb\n===", r#"heading(1)("a") heading(1)("b")"#);
    check_tree("> a\n\n---", r#"quote(paragraph("a")) rule()"#);
    check_tree("- a\n- [x] b", r#"list(item("a") item<true>("b"))"#);
    check_tree(
        "3. a\n\n4. b",
        r#"list<3>(item(paragraph("a")) item(paragraph("b")))"#,
    );
    check_tree("```rs x\na\n```\n\n    b", r#"code<rs>("a\n") code<>("b")"#);
    check_tree(
        "a  \nb\nc",
        r#"paragraph("a" linebreak() "b" linebreak() "c")"#,
    );
    check_tree(
        "|a|b|\n|-|-|\n|c|d|",
        r#"table(tablehead(tablecell("a") tablecell("b")) tablerow(tablecell("c") tablecell("d")))"#,
    );
    check_tree(
        "a[^1]\n\n[^1]: b",
        r#"paragraph("a" footnoteref()) footnotedefinition(paragraph("b"))"#,
    );
}

#[test]
fn nothing_of_a_model_becomes_markup_or_a_target_of_its_own() {
    check_tree("<b onclick=x>a</b>", r#"paragraph("<b onclick=x>a</b>")"#);
    check_tree(
        "<script>\nalert(1)\n</script>",
        r#"html("<script>\nalert(1)\n</script>")"#,
    );
    check_tree(
        "[a](http://x.y) <a@b.c>",
        r#"paragraph(link<http://x.y>("a") " " link<mailto:a@b.c>("a@b.c"))"#,
    );
    check_tree("[a **b**](javascript:x)", r#"paragraph("a " strong("b"))"#);
    check_tree(
        "[a](java&#10;script:x) [b](&#x6a;avascript:x) [c](&Tab;javascript:x)",
        r#"paragraph("a b c")"#,
    );
    check_tree(
        "<javascript:x> [a][x]\n\n[x]: vbscript:y",
        r#"paragraph("javascript:x a")"#,
    );
    check_tree(
        "![a *b*](http://x.y/z)",
        "paragraph(image<http://x.y/z><a b>())",
    );
    check_tree(
        "![a](data:image/svg+xml;base64,AA) ![b](z.png)",
        r#"paragraph("a b")"#,
    );
    check_tree(
        "![a](data:image/png;base64,AA==)",
        "paragraph(image<data:image/png;base64,AA==><a>())",
    );
}

#[test]
fn prices_are_no_formulas_and_formulas_are() {
    check_tree("$5 and $6", r#"paragraph("$5 and $6")"#);
    check_tree(
        "$5-$10, US$5/US$6, ($5)",
        r#"paragraph("$5-$10, US$5/US$6, ($5)")"#,
    );
    check_tree(
        "**$5** `$5 $x$`",
        r#"paragraph(strong("$5") " " code("$5 $x$"))"#,
    );
    check_tree("$x$ costs $5", r#"paragraph(math("x") " costs $5")"#);
    check_tree(
        "$$x$$ \\(y\\) \\( z \\)",
        r#"paragraph(formula("x") " " math("y") " " math("z"))"#,
    );
    check_tree("\\[\na_1 * b_1\n\\]", r#"paragraph(formula("a_1 * b_1"))"#);
    check_tree(
        "`\\(a\\)` and \\(b",
        r#"paragraph(code("\\(a\\)") " and (b")"#,
    );
    check_tree(
        "[a $5](http://x.y/$5$)",
        r#"paragraph(link<http://x.y/$5$>("a $5"))"#,
    );
    check_tree("    \\(a\\) $5", r#"code<>("\\(a\\) $5")"#);
}

/// What is shown after each of these pieces.
fn check_shown(pieces: &[(&str, &str)]) {
    let mut markdown = Markdown::new();
    for (piece, expect) in pieces {
        markdown.append(piece);
        markdown.update();
        assert_eq!(
            short(&nodes(markdown.blocks())),
            *expect,
            "after {piece:?} of {:?}",
            markdown.text()
        );
    }
}

#[test]
fn the_open_block_is_shown_as_it_is_meant() {
    check_shown(&[
        ("So", r#"paragraph("So")"#),
        (" it", r#"paragraph("So it")"#),
        (" ", r#"paragraph("So it")"#),
        ("is **ve", r#"paragraph("So it is " strong("ve"))"#),
        ("ry", r#"paragraph("So it is " strong("very"))"#),
        (" good*", r#"paragraph("So it is " strong("very good"))"#),
        (
            "*, see [the",
            r#"paragraph("So it is " strong("very good") ", see the")"#,
        ),
        (
            " page](http",
            r#"paragraph("So it is " strong("very good") ", see the page")"#,
        ),
        (
            "://x.y",
            r#"paragraph("So it is " strong("very good") ", see the page")"#,
        ),
        (
            ")\n",
            r#"paragraph("So it is " strong("very good") ", see " link<http://x.y>("the page"))"#,
        ),
        (
            "-",
            r#"paragraph("So it is " strong("very good") ", see " link<http://x.y>("the page"))"#,
        ),
        (
            " a",
            r#"paragraph("So it is " strong("very good") ", see " link<http://x.y>("the page")) list(item("a"))"#,
        ),
    ]);
    check_shown(&[
        ("- a\n- b", r#"list(item("a") item("b"))"#),
        ("\n-", r#"list(item("a") item("b"))"#),
        (" c", r#"list(item("a") item("b") item("c"))"#),
        ("\n\n#", r#"list(item("a") item("b") item("c"))"#),
        (
            "# d",
            r#"list(item("a") item("b") item("c")) heading(2)("d")"#,
        ),
    ]);
    check_shown(&[
        ("| a", r#"table(tablehead(tablecell("a")))"#),
        (
            " | b |\n|-",
            r#"table(tablehead(tablecell("a") tablecell("b")))"#,
        ),
        (
            "--|---|\n",
            r#"table(tablehead(tablecell("a") tablecell("b")))"#,
        ),
        (
            "| 1",
            r#"table(tablehead(tablecell("a") tablecell("b")) tablerow(tablecell("1") tablecell()))"#,
        ),
    ]);
    check_shown(&[
        ("```r", "code<r>()"),
        ("s\nlet", r#"code<rs>("let")"#),
        (" x;\n``", r#"code<rs>("let x;\n")"#),
        ("`", r#"code<rs>("let x;\n")"#),
        ("\nend", r#"code<rs>("let x;\n") paragraph("end")"#),
    ]);
}
