//! What is shown of a text that has come and is being paced: nothing half-made flashes. No mark shows that is none in the whole text, and
//! what is bold in the end is bold from its first letter.
#![allow(clippy::unwrap_used)]

use rill::markdown::{Markdown, Node, Tag, blocks_of};

/// Answers as models write them, with every mark that is half-made for a while.
const CORPUS: &[&str] = &[
    "The **river Rhine** is *long*, and its `source` lies in the ***Alps***.\n\nIt runs ~~south~~ north.",
    "See [the map](https://river.test/a_b/c*d) and [**bold** words](https://river.test \"Title\"), then go.",
    "## A *heading* with `code`\n\n1. **First**: one\n2. **Second**: `two`\n   - *within* it\n",
    "| River | **Long** |\n|---|---:|\n| Rhine | `1233` km |\n| *Elbe* | [1094](https://elbe.test) km |\n\nAnd on it goes.",
    "Before it:\n\n| A | B |\n| :-- | --- |\n| 1 | 2 |\n",
    "Wörter **fett**, und *kursiv*. Ein Bild: ![Fluss](https://river.test/x.png) am Ende.",
    "请**「钥匙」**先关。*然后*再开。`代码`在这里。",
    "هذا **نص عريض** و*مائل* و`رمز`.",
    "> A **quote** with `code`\n> and [a link](https://river.test)\n\n- [x] **done**\n- [ ] *open*\n",
    "```rust\nlet a = b * c; // **no bold**\n```\n\nThen **bold**.",
    "| *A* | `B` | [C](https://c.test) |\n|---|---|---|\n| **1** | `2` | [3](https://c.test) |\n| [4](https://c.test) | ~~5~~ | __6__ |\n\nEnd.",
    "Use `a_b` and `**x**`; 2 * 3 * 4 is 24, a_b_c is a name. **Note:** done.",
];

fn prefix(text: &str) -> Vec<Node> {
    let mut markdown = Markdown::new();
    markdown.append(text);
    markdown.update();
    markdown
        .blocks()
        .iter()
        .map(|block| block.node.clone())
        .collect()
}

/// The letters as they are seen, each with what it is in: bold, code ...
fn letters(nodes: &[Node], within: &str, into: &mut Vec<(char, String)>) {
    for node in nodes {
        match node {
            Node::Text(text) => into.extend(text.chars().map(|letter| (letter, within.to_owned()))),
            node => {
                let name = match node.tag() {
                    Some(Tag::Strong) => "strong ",
                    Some(Tag::Emphasis) => "emphasis ",
                    Some(Tag::Code) => "code ",
                    _ => "",
                };
                letters(node.children(), &format!("{within}{name}"), into);
            }
        }
    }
}

/// Tells whether a beginning ends in what nobody can know yet: a number may begin a list, a dollar a formula, an exclamation mark an
/// image, whose words are read until it is there; and a footnote is known by its definition alone.
fn is_anybodys_guess(text: &str) -> bool {
    let line = text.rsplit('\n').next().unwrap_or_default().trim();
    let is_number = !line.is_empty() && line.chars().all(|letter| letter.is_ascii_digit());
    is_number
        || line.contains('$')
        || line.contains("![")
        || line.ends_with('!')
        || text.contains("[^")
}

fn check(text: &str) {
    let mut whole = Vec::new();
    letters(&blocks_of(text), "", &mut whole);
    for (at, _) in text
        .char_indices()
        .filter(|(at, _)| !is_anybodys_guess(&text[..*at]))
    {
        let mut seen = Vec::new();
        letters(&prefix(&text[..at]), "", &mut seen);
        let shown: String = seen.iter().map(|(letter, _)| letter).collect();
        assert!(
            whole.starts_with(&seen),
            "{:?} is seen as {shown:?}",
            &text[..at]
        );
    }
}

#[test]
fn of_any_beginning_nothing_half_made_is_seen() {
    CORPUS.iter().for_each(|text| check(text));
    let all = std::fs::read_to_string("tests/fixtures/markdown/replies.md").unwrap();
    all.split("%%%").for_each(check);
}

#[test]
fn what_is_half_made_would_be_found() {
    let mut whole = Vec::new();
    letters(&blocks_of("a **bold** word"), "", &mut whole);
    let said = |text: &str| {
        let mut seen = Vec::new();
        letters(&blocks_of(text), "", &mut seen);
        whole.starts_with(&seen)
    };
    assert!(said("a **bo**"));
    assert!(!said("a **bo"), "marks are seen");
    assert!(!said("a bo"), "it is not bold");
}
