//! How answers are drawn: the tree of blocks, whole and in pieces of 1, 3 and 7 characters.

use rill::markdown::{Markdown, Node, Tag, blocks_of};

use crate::known::Outcome;
use crate::{outcome, text};

/// `text` in pieces of so many characters, and what is shown after each.
fn grow(text: &str, size: usize, mut seen: impl FnMut(&[Node])) -> Vec<Node> {
    let letters: Vec<char> = text.chars().collect();
    let mut markdown = Markdown::new();
    let nodes = |markdown: &Markdown| -> Vec<Node> {
        let blocks = markdown.blocks().iter();
        blocks.map(|block| block.node.clone()).collect()
    };
    for piece in letters.chunks(size) {
        markdown.append(&piece.iter().collect::<String>());
        markdown.update();
        seen(&nodes(&markdown));
    }
    markdown.finish();
    markdown.update();
    nodes(&markdown)
}

/// All nodes below and among these, in order.
fn every(nodes: &[Node]) -> Vec<&Node> {
    let below = |node| std::iter::once(node).chain(every(Node::children(node)));
    nodes.iter().flat_map(below).collect()
}

/// What all elements of one sort say.
fn say(nodes: &[Node], sort: fn(&Tag) -> bool) -> Vec<String> {
    let sorted = every(nodes)
        .into_iter()
        .filter(|node| node.tag().is_some_and(sort));
    sorted.map(Node::plain_text).collect()
}

fn plain(nodes: &[Node]) -> String {
    let texts: Vec<_> = nodes.iter().map(Node::plain_text).collect();
    texts.join("\n\n")
}

/// Judges a text by its tree, however it comes.
fn judged(text: &str, right: fn(&[Node])) -> Outcome {
    outcome(|| {
        right(&blocks_of(text));
        for size in [1, 3, 7, text.len()] {
            right(&grow(text, size, |_| {}));
        }
    })
}

const STRONG: fn(&Tag) -> bool = |tag| *tag == Tag::Strong;
const STRIKE: fn(&Tag) -> bool = |tag| *tag == Tag::Strike;
const BREAK: fn(&Tag) -> bool = |tag| *tag == Tag::LineBreak;
const MATH: fn(&Tag) -> bool = |tag| *tag == Tag::Math { display: false };
const DISPLAY: fn(&Tag) -> bool = |tag| *tag == Tag::Math { display: true };
const CODE_BLOCK: fn(&Tag) -> bool = |tag| matches!(tag, Tag::CodeBlock { .. });
const CELL: fn(&Tag) -> bool = |tag| matches!(tag, Tag::TableCell { .. });
const HEADING: fn(&Tag) -> bool = |tag| matches!(tag, Tag::Heading(_));
const LIST: fn(&Tag) -> bool = |tag| matches!(tag, Tag::List { .. });

pub fn all() -> Vec<(String, Outcome)> {
    let mut cases: Vec<(String, Outcome)> = Vec::new();
    let mut case = |name: &str, right: fn(&[Node])| {
        cases.push((name.to_owned(), judged(&text(&format!("{name}.md")), right)));
    };
    case("B42", |nodes| {
        assert_eq!(
            say(nodes, STRONG),
            ["先关阀门。", "「钥匙」", "「锁」", "注意（重要）："]
        );
        assert_eq!(say(nodes, STRIKE), ["旧的（一）。"]);
        assert!(!plain(nodes).contains('*'), "{}", plain(nodes));
    });
    case("B43", |nodes| {
        let plain = plain(nodes);
        assert!(plain.contains("6~8个月，温度2~6度"), "{plain}");
        assert!(plain.contains("3~5 stones, 10~12 twigs"), "{plain}");
        assert_eq!(say(nodes, STRIKE), ["Gone"]);
    });
    case("B44", |nodes| {
        assert!(
            !plain(nodes).to_lowercase().contains("<br"),
            "{}",
            plain(nodes)
        );
        // The two of the head aside.
        let cells = say(nodes, CELL);
        assert_eq!(cells[3].lines().count(), 3, "{cells:?}");
        assert_eq!(cells[5].lines().count(), 2, "{cells:?}");
    });
    case("B47", |nodes| {
        assert_eq!(say(nodes, DISPLAY).len(), 4, "{nodes:?}");
        assert_eq!(say(nodes, LIST), [""; 0]);
        assert_eq!(say(nodes, HEADING), [""; 0]);
    });
    case("B48", |nodes| {
        assert_eq!(say(nodes, MATH), ["x", "t", "d=xt"]);
        assert!(plain(nodes).contains("$5和$6"), "{}", plain(nodes));
    });
    case("B50", |nodes| {
        let blocks = say(nodes, CODE_BLOCK);
        assert_eq!(blocks.len(), 1, "{blocks:?}");
        assert_eq!(blocks[0].trim_end().lines().count(), 9, "{blocks:?}");
        assert!(blocks[0].contains("Then wait."), "{blocks:?}");
        let last = nodes.last().unwrap();
        assert_eq!(last.tag(), Some(&Tag::Paragraph));
        assert_eq!(last.plain_text(), "That was the file.");
    });
    case("B52", |nodes| {
        let links: Vec<(String, String)> = every(nodes)
            .into_iter()
            .filter_map(|node| match node.tag() {
                Some(Tag::Link { href, .. }) => Some((href.clone(), node.plain_text())),
                _ => None,
            })
            .collect();
        let words: Vec<_> = links.iter().map(|(_, words)| words.as_str()).collect();
        let expected = [
            "https://example.org/tide?h=2#now",
            "https://example.org/a_(b)",
            "https://example.org/docs",
            "www.example.org",
        ];
        assert_eq!(words, expected);
        for (href, words) in &links {
            let bare = href
                .trim_start_matches("https://")
                .trim_start_matches("http://");
            assert_eq!(
                bare.trim_end_matches('/'),
                words.trim_start_matches("https://")
            );
        }
    });
    // A line of its own is a line break in the tree; were it left to the page's style, this would have to be judged there.
    case("B53", |nodes| {
        assert_eq!(say(nodes, BREAK).len(), 3, "{nodes:?}");
        assert_eq!(
            plain(nodes).lines().filter(|line| !line.is_empty()).count(),
            5
        );
    });
    case("B56", |nodes| {
        assert_eq!(say(nodes, MATH), ["E=mc^2"]);
        assert_eq!(say(nodes, DISPLAY), [""; 0]);
        let plain = plain(nodes);
        for price in [
            "\"$990/mo\"",
            "\"$1,500 gift\"",
            "$1.50",
            "$2.",
            "$/day",
            "$/night",
        ] {
            assert!(plain.contains(price), "{price} in {plain}");
        }
    });
    cases.push(("B54".to_owned(), outcome(never_a_heading)));
    cases.push((
        "B44/code".to_owned(),
        judged("`<br>`", |nodes| {
            assert_eq!(plain(nodes), "<br>");
        }),
    ));
    for (name, text, size) in long() {
        let grown = || assert!(grow(&text, size, |_| {}) == blocks_of(&text));
        cases.push((format!("crash/{name}"), outcome(grown)));
    }
    cases
}

fn never_a_heading() {
    let text = text("B54.md");
    let whole = grow(&text, 1, |nodes| assert_eq!(say(nodes, HEADING), [""; 0]));
    assert_eq!(say(&whole, HEADING), [""; 0]);
}

/// Long answers in other scripts, each with the size of the pieces that it came in.
fn long() -> [(&'static str, String, usize); 7] {
    let rows = |count: usize, row: fn(usize) -> String, between: &str| {
        let rows: Vec<String> = (0..count).map(row).collect();
        rows.join(between)
    };
    [
        ("box", "─".repeat(2500), 3),
        ("emoji", "😀".repeat(1500), 1),
        (
            "ru-para",
            rows(
                120,
                |n| format!("Река *{n}* течёт через **лес** и поле к морю."),
                " ",
            ),
            4,
        ),
        (
            "ru-quote",
            rows(
                120,
                |n| format!("> Река *{n}* течёт через «лес» и поле к морю…"),
                "\n",
            ),
            4,
        ),
        (
            "zh-list",
            rows(
                120,
                |n| format!("- **第{n}条**：河水从山上流下来，穿过`森林`和田野，最后流进大海。"),
                "\n",
            ),
            3,
        ),
        (
            "zh-para-bold",
            rows(
                200,
                |n| format!("河水**{n}**从山上流下来，穿过*森林*和田野，"),
                "",
            ),
            3,
        ),
        (
            "zh-table",
            "| 名字 | 长度 | 终点 |\n|---|---|---|\n".to_owned()
                + &rows(
                    120,
                    |n| format!("| 河流{n} | {n} 公里 | 流进**大海**的地方 |"),
                    "\n",
                ),
            3,
        ),
    ]
}
