//! What a reader sees while a text grows or is replaced: no word twice, none lost, none that is no longer said.
#![allow(clippy::unwrap_used)]

#[path = "fuzz/tests/sheet/mod.rs"]
mod sheet;

use rill::markdown::draw::Drawing;
use rill::markdown::{Markdown, Node, Tag, blocks_of};
use sheet::Sheet;

#[derive(Default)]
struct Reply {
    markdown: Markdown,
    drawing: Drawing<Sheet>,
    sheet: Sheet,
}

impl Reply {
    fn of(pieces: &[&str]) -> Reply {
        let mut reply = Reply::default();
        for piece in pieces {
            reply.append(piece);
        }
        reply
    }

    fn append(&mut self, piece: &str) {
        self.markdown.append(piece);
        self.drawing.draw(&mut self.markdown, &mut self.sheet);
    }

    fn replace(&mut self, text: &str) {
        self.markdown.replace(text);
        self.drawing.draw(&mut self.markdown, &mut self.sheet);
    }

    fn finish(&mut self) {
        self.markdown.finish();
        self.drawing.draw(&mut self.markdown, &mut self.sheet);
    }

    #[track_caller]
    fn check_whole(&mut self) {
        self.finish();
        let text = self.markdown.text();
        assert_eq!(self.sheet.shown(), blocks_of(text), "{text:?}");
    }

    fn letters(&self) -> String {
        let text: String = self.sheet.shown().iter().map(Node::plain_text).collect();
        letters_of(&text)
    }
}

fn letters_of(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn by_chars(text: &str, count: usize) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(count).map(String::from_iter).collect()
}

#[test]
fn a_replaced_text_takes_the_place_of_what_was_committed() {
    for (pieces, text) in [
        (
            &["Helo wrold.\n\n", "Second.\n\n", "Third."][..],
            "Hello world.\n\nSecond.\n\nThird.",
        ),
        (
            &["- one\n", "- two\n", "- three\n", "- four"],
            "- ONE\n- two\n- three\n- four",
        ),
        (
            &["```\nfirst\n", "second\n```\n\n", "Third."],
            "```\nFIRST\nsecond\n```\n\nThird.",
        ),
        (
            &["|a|b|\n|-|-|\n", "|one|two|\n", "|three|four|\n"],
            "|a|b|\n|-|-|\n|ONE|two|\n|three|four|\n",
        ),
        (&["a\n\n", "b\n\n", "c"], "a\n\nc"),
        (&["a\n\n", "b\n\n", "c"], ""),
        (&["a\n\n", "b\n\n", "c"], "a"),
        (
            &["word **bold** ", "and more ", "**b** x"],
            "w **bold** and more",
        ),
    ] {
        for finished in [false, true] {
            let mut reply = Reply::of(pieces);
            if finished {
                reply.finish();
            }
            reply.replace(text);
            assert_eq!(reply.letters(), letters_of(text), "{pieces:?} to {text:?}");
            reply.append("\n\nmore *words*");
            reply.check_whole();
        }
    }
}

#[test]
fn the_last_of_many_replaced_texts_is_what_is_seen() {
    let mut reply = Reply::default();
    for n in 0..40 {
        let text = format!("The {n}th text\n\n- one\n- two {n}\n- three\n\nend").repeat(n % 3);
        reply.replace(&text);
        assert_eq!(reply.letters(), letters_of(&text));
    }
    reply.check_whole();
}

#[test]
fn a_footnote_without_words_may_become_something_else_at_the_end() {
    let mut reply = Reply::of(&["[^1]:", "[^1]:", "\n[", "\n"]);
    reply.check_whole();
}

#[test]
fn no_word_is_doubled_behind_an_open_mark() {
    for mark in ["it costs $5 ", "a <a ", "so [see ", "a[0 ", "价格 $5 很长"] {
        for lead in ["", "- ", "> ", "# "] {
            let text = format!("{lead}{mark}{}", "and **more** of the words ".repeat(60));
            for count in [3, 5, 8] {
                let (mut reply, mut so_far) = (Reply::default(), String::new());
                for piece in by_chars(&text, count) {
                    reply.append(&piece);
                    so_far += &piece;
                    assert_eq!(reply.letters(), letters_of(&so_far), "{mark:?} by {count}");
                }
            }
        }
    }
}

#[test]
fn a_picture_in_a_cell_is_shown_once() {
    let mut reply = Reply::default();
    for piece in by_chars("|a|\n|-|\n| ![river](https://x.y/z.png \"title\") ", 1) {
        reply.append(&piece);
    }
    assert_eq!(reply.letters(), "ariver");
}

#[test]
fn a_cell_that_its_table_does_not_have_is_not_shown() {
    let mut reply = Reply::default();
    for piece in by_chars("a|b\n-|-\nx|it|no it it more", 1) {
        reply.append(&piece);
    }
    assert_eq!(reply.letters(), "abxit");
}

#[test]
fn long_blocks_of_any_script_are_cut_between_letters() {
    for text in [
        "这是**很长**的一段话，没有空格".repeat(400),
        format!("> {}", "Это **очень** длинная цитата, ".repeat(300)),
        "┌──────┐│  ██  │└──────┘\n".repeat(200),
        "🧑‍🚀👨‍👩‍👧‍👦🏳️‍🌈".repeat(500),
        format!("- {}", "รายการ **ยาว** มาก".repeat(200)),
        format!("|名|值|\n|-|-|\n|{}", "长`码`".repeat(900)),
    ] {
        for count in [1, 3, 4] {
            let mut reply = Reply::default();
            for piece in by_chars(&text, count) {
                reply.markdown.append(&piece);
                reply.markdown.update();
            }
            reply.check_whole();
        }
    }
}

#[test]
fn a_text_that_begins_with_more_cells_than_a_table_has_is_a_paragraph() {
    for count in [51, 60, 200] {
        for size in [1, 3, 4] {
            let mut reply = Reply::default();
            for piece in by_chars(&"|a|".repeat(count), size) {
                reply.append(&piece);
            }
            reply.check_whole();
        }
    }
}

#[test]
fn half_a_link_keeps_no_more_than_a_word_waiting() {
    for (text, word) in [
        ("[link](http://a.b and it goes on and on", "httpab"),
        ("so f[i](x and it goes on and on", "x"),
        ("the regex [^a and it goes on and on", "a"),
        ("take a[0][i and it goes on and on", "i"),
        ("see [it](\"x\" and it goes on", "x"),
    ] {
        for lead in [String::new(), "a word or two. ".repeat(400)] {
            for count in [1, 3, 5] {
                let (mut reply, mut so_far) = (Reply::of(&[&lead]), lead.clone());
                for piece in by_chars(text, count) {
                    reply.append(&piece);
                    so_far += &piece;
                    let (shown, all) = (reply.letters(), letters_of(&so_far));
                    assert!(all.starts_with(&shown), "{so_far:?} shows {shown:?}");
                    assert!(
                        all.len() - shown.len() <= word.len(),
                        "{so_far:?} shows {shown:?}"
                    );
                }
                assert_eq!(reply.letters(), letters_of(&so_far));
            }
        }
    }
}

#[test]
fn a_whole_link_with_a_title_is_never_shown_as_marks() {
    let text = "so [the text](<http://x.y/a b> \"A title, of a few words\") it is";
    let mut reply = Reply::default();
    for piece in by_chars(text, 1) {
        reply.append(&piece);
        let shown = reply.letters();
        assert!("sothetextitis".starts_with(&shown), "{shown:?}");
    }
}

#[test]
fn the_head_of_a_table_without_bars_is_shown_once() {
    for (text, letters) in [
        ("*|a\n-|-\n |", "a"),
        ("[x](|a\n-|-\n |", "xa"),
        ("`x|a\n-|-\nb *c", "xabc"),
        ("*x|a\n-|-\n**b", "xab"),
    ] {
        let mut reply = Reply::default();
        for piece in by_chars(text, 1) {
            reply.append(&piece);
        }
        assert_eq!(reply.letters(), letters, "{text:?}");
    }
}

#[test]
fn a_head_without_its_last_bar_is_a_table_from_its_first_letter() {
    for text in [
        "| Name | Age\n|---|---|\n| a",
        "> | Name | Age\n> |:--|--:|\n",
    ] {
        let mut reply = Reply::default();
        for (at, piece) in by_chars(text, 1).iter().enumerate() {
            reply.append(piece);
            let shown: String = reply.sheet.shown().iter().map(Node::plain_text).collect();
            assert!(
                !shown.contains(['|', '-']),
                "{shown:?} after {at} letters of {text:?}"
            );
        }
    }
}

#[test]
fn a_formula_does_not_reach_from_row_to_row() {
    let text = "a|\n-|\nb\n\\[1\n\\]\n\n";
    let rows = blocks_of(text);
    assert_eq!(rows[0].plain_text(), "ab[1]");
    for count in [1, 2, 3, 5] {
        let mut reply = Reply::default();
        for piece in by_chars(text, count) {
            reply.append(&piece);
        }
        reply.check_whole();
    }
}

#[test]
fn an_address_of_dots_is_a_link() {
    let [Node::Element { children, .. }] = &blocks_of("<https://../>")[..] else {
        panic!("one paragraph");
    };
    assert!(matches!(children[0].tag(), Some(Tag::Link { href, .. }) if href == "https://../"));
}

#[test]
fn a_line_without_a_blank_costs_no_more_for_being_long() {
    for word in [
        "a_b_", "]", "](", "|a", "[^a]", "\\a", "$a", "<", "\t", "\0", "abc", "a|", "字", "![", "`",
    ] {
        let cost = |size: usize| {
            let mut markdown = Markdown::new();
            for piece in by_chars(&word.repeat(size / word.len()), 16) {
                markdown.append(&piece);
                markdown.update();
            }
            let count = markdown.counters();
            (count.parsed_bytes + count.scanned_bytes) as f64 / size as f64
        };
        let (short, long) = (cost(12_000), cost(48_000));
        assert!(
            long < short * 1.1 + 1.0 && long < 150.0,
            "{word:?} costs {short:.0}, then {long:.0} bytes a byte"
        );
    }
}
