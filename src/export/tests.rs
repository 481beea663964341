//! Exports, by example; that no text becomes markup is proved with long texts in `tests/fuzz`.

#![allow(clippy::unwrap_used)]

use std::io::Cursor;
use std::ops::ControlFlow;

use proptest::prelude::*;

use super::name::Names;
use super::*;
use crate::chat::request::Image;
use crate::event::ToolCallDelta;
use crate::import;
use crate::import::zip::Archive;
use crate::markdown::{Tag, blocks_of};

fn words() -> Words {
    let word = str::to_owned;
    Words {
        language: word("en"),
        untitled: word("Untitled"),
        person: word("You"),
        model: word("Model"),
        thinking: word("Thinking"),
        picture: word("Picture"),
        unfinished: word("Not finished"),
    }
}

fn reply(text: &str) -> Turn {
    let reason = "stop".to_owned();
    Turn {
        text: text.to_owned(),
        end: Some(End::Complete { reason }),
        ..Turn::reply()
    }
}

fn written(title: &str, turns: Vec<Turn>, form: Form) -> String {
    let mut tree = Tree::default();
    for turn in turns {
        tree.add(tree.last(), turn);
    }
    let tree = &tree;
    write(&Document::new(title, tree), form, &words())
}

#[test]
fn a_conversation_as_markdown() {
    let thinking = Turn {
        reasoning: "hm\n```\nopen".to_owned(),
        model: Some("qwen_3".to_owned()),
        ..reply("It is **wide**.")
    };
    let cut = Turn {
        end: Some(End::Stopped),
        tools: vec![ToolCallDelta {
            name: Some("look".to_owned()),
            arguments: "{}".to_owned(),
            ..ToolCallDelta::default()
        }],
        ..reply("And")
    };
    let turns = vec![Turn::user("How wide?"), thinking, Turn::user("And?"), cut];
    let expect = "# A \\*river\\* \\#1\n\n## You\n\nHow wide?\n\n## qwen\\_3\n\n> **Thinking**\n>\n> hm\n> ```\n> open\n\nIt is **wide**.\n\n\
                  ## You\n\nAnd?\n\n## Model\n\nAnd\n\n```text\nlook({})\n```\n\n*Not finished*\n";
    assert_eq!(written(" A *river*\n#1 ", turns, Form::Markdown), expect);
}

#[test]
fn what_a_reply_leaves_open_does_not_swallow_the_next_heading() {
    for open in [
        "```rust\nlet x",
        "~~~\nx",
        "`````\n```\nx",
        "- a\n  ```\n  x",
        "> ```\n> x",
        "$$\nx",
        "\\[\nx",
        "<!-- x",
        "<pre>\nx",
        "<script>\nx",
        "| a |\n|---|\n| b",
        "1. x\n\n   y",
        "    code",
        "[a]: <",
        "x\n==",
        "**x",
    ] {
        let text = written("t", vec![reply(open), Turn::user("next")], Form::Markdown);
        assert!(text.contains(open), "{open}");
        let blocks = blocks_of(&text);
        let headings = blocks
            .iter()
            .filter(|block| block.tag() == Some(&Tag::Heading(2)));
        let headings: Vec<String> = headings.map(|heading| heading.plain_text()).collect();
        assert_eq!(headings.last().map(String::as_str), Some("You"), "{text}");
    }
}

#[test]
fn a_conversation_as_plain_text() {
    let text = "# Big\n\nIt is **wide**, [see](https://a.test/x) <https://b.test>.\n\n- one\n  - two\n- [x] three\n\n3. a\n\n   b\n\n\
                > said\n\n```rust\nlet x = 1;\n\n  y\n```\n\n| a | b |\n|---|---|\n| c | *d* |\n\n---\n\nx[^1] $y^2$\n\n[^1]: note";
    let expect = "Title\n=====\n\nYou:\n\n*as* typed\n\nModel:\n\nBig\n\nIt is wide, see <https://a.test/x> https://b.test.\n\n- one\n  - two\n\
                  - [x] three\n\n3. a\n\n   b\n\n> said\n\n    let x = 1;\n\n      y\n\na | b\nc | d\n\n* * *\n\nx[1] y^2\n\n[1] note\n";
    let turns = vec![Turn::user("*as* typed\n"), reply(text)];
    assert_eq!(written("Title", turns, Form::Plain), expect);
}

#[test]
fn a_conversation_as_a_page() {
    let picture = Image::of("iVBORw0KGgo=".to_owned()).unwrap();
    let asked = Turn {
        images: vec![picture],
        ..Turn::user("<b>&\n\"x\"")
    };
    let text = "## Hi\n\n![far](https://a.test/p.png) [x](javascript:alert(1)) <script>alert(1)</script> a[^1]\n\n[^1]: note\n\n1. שלום";
    let page = written("<title>", vec![asked, reply(text)], Form::Html);
    let (_, body) = page.split_once("<body>").unwrap();
    let expect = "<h1 dir=\"auto\">&lt;title&gt;</h1>\n<article class=\"user\"><h2 dir=\"auto\">You</h2>\
        <img src=\"data:image/png;base64,iVBORw0KGgo=\" alt=\"Picture\"><div class=\"typed\" dir=\"auto\">&lt;b&gt;&amp;\n&quot;x&quot;</div></article>\n\
        <article class=\"assistant\"><h2 dir=\"auto\">Model</h2><h4 dir=\"auto\">Hi</h4><p dir=\"auto\">\
        <a href=\"https://a.test/p.png\" rel=\"noopener noreferrer nofollow\">far</a> x \
        &lt;script&gt;alert(1)&lt;/script&gt; a<sup><a href=\"#note-2-1\">1</a></sup></p>\
        <aside id=\"note-2-1\"><sup>1</sup><p dir=\"auto\">note</p></aside><ol dir=\"rtl\"><li dir=\"rtl\">שלום</li></ol></article></body></html>\n";
    assert_eq!(body, expect);
    assert!(page.starts_with("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"));
    assert!(!page.contains("<script"));
}

#[test]
fn a_file_has_a_name_that_every_system_takes() {
    let check = |title: &str, expect: &str| {
        let mut names = Names::default();
        assert_eq!(names.add(title, "Untitled", "md"), expect, "{title:?}");
    };
    check("How wide is it?", "How wide is it.md");
    check("a/b\\c:d", "a-b-c-d.md");
    check("../../etc/passwd", "etc-passwd.md");
    check("  Größe 河流 🧑\u{200d}🚀 \n", "Größe 河流 🧑\u{200d}🚀.md");
    check("\u{202e}dm.exe", "dm.exe.md");
    check("", "Untitled.md");
    check(" ... ", "Untitled.md");
    check("\u{0}\u{7}", "Untitled.md");
    check("con", "_con.md");
    check("Aux.txt", "_Aux.txt.md");
    check("COM1", "_COM1.md");
    check("com10", "com10.md");
    check("~-x-~", "x.md");
    let long = "河".repeat(300);
    let mut names = Names::default();
    let name = names.add(&long, "", "html");
    assert_eq!((name.chars().count(), name.len()), (66 + 5, 198 + 5));
    let family = "👨\u{200d}👩\u{200d}👧\u{200d}👦".repeat(20);
    let name = names.add(&family, "", "md");
    assert_eq!(
        name.strip_suffix(".md").unwrap().len() % 25,
        0,
        "none is cut"
    );
    assert_eq!(names.add("", "", "md"), "conversation.md");
}

#[test]
fn no_two_conversations_have_the_same_name() {
    let tree = Tree::default();
    let titles = ["River", "river", "River (2)", "RIVER", "?", ""];
    let mut files = Files::new(Form::Plain, words());
    let names = titles.map(|title| files.write(&Document::new(title, &tree)).0);
    let expect = [
        "River.txt",
        "river (2).txt",
        "River (2) (2).txt",
        "RIVER (3).txt",
        "Untitled.txt",
        "Untitled (2).txt",
    ];
    assert_eq!(names, expect);
}

#[test]
fn an_archive_is_read_as_it_was_written() {
    let stamp = zip::Stamp::new([2026, 11, 29], [17, 5, 59]);
    let files = [
        ("a.txt", Vec::new()),
        ("日本.txt", b"short".to_vec()),
        ("long.txt", b"river ".repeat(20_000)),
    ];
    let mut written = zip::Zip::default();
    let mut bytes = Vec::new();
    for (name, file) in &files {
        bytes.extend(written.add(name, file, stamp).unwrap());
    }
    bytes.extend(written.finish());
    assert!(bytes.len() < 2_000, "{} bytes", bytes.len());
    // As MS-DOS had it: 46 years, month 11, day 29; hour 17, minute 5, 29 times two seconds.
    assert_eq!(&bytes[10..14], [0xbd, 0x88, 0x7d, 0x5d]);
    let mut archive = Archive::open(Cursor::new(bytes)).unwrap();
    let entries = archive.entries.clone();
    assert_eq!(entries.len(), files.len());
    for (entry, (name, file)) in entries.iter().zip(&files) {
        let mut back = Vec::new();
        let mut each = |piece: &[u8]| {
            back.extend_from_slice(piece);
            ControlFlow::Continue(())
        };
        archive.read(entry, &mut each).unwrap();
        assert_eq!((entry.name.as_str(), &back), (*name, file));
    }
}

#[test]
fn a_time_that_zip_cannot_tell_is_its_first() {
    let first = zip::Stamp::new([1980, 1, 1], [0, 0, 0]);
    assert_eq!(zip::Stamp::new([1970, 5, 9], [0, 0, 1]), first);
    assert_eq!(zip::Stamp::new([9999, 12, 31], [0, 0, 0]), first);
}

#[test]
fn an_archive_that_is_full_takes_no_more_and_is_whole() {
    let stamp = zip::Stamp::new([2026, 1, 1], [0, 0, 0]);
    let mut written = zip::Zip::default();
    let mut bytes = Vec::new();
    let mut count = 0;
    while let Some(piece) = written.add("a", b"", stamp) {
        bytes.extend(piece);
        count += 1;
    }
    bytes.extend(written.finish());
    assert_eq!(count, 65_534);
    assert_eq!(
        Archive::open(Cursor::new(bytes)).unwrap().entries.len(),
        count
    );
}

/// Turns below any of those before them, one of which the reader has gone back to.
fn tree() -> impl Strategy<Value = Tree> {
    let turn = (any::<prop::sample::Index>(), any::<bool>(), "\\PC{0,30}");
    let turns = prop::collection::vec(turn, 1..12);
    let system = prop::option::of("\\PC{1,20}");
    (turns, any::<prop::sample::Index>(), system).prop_map(|(turns, shown, system)| {
        let mut tree = Tree::default();
        tree.system = system;
        tree.add(None, Turn::user("?"));
        for (at, (below, is_reply, text)) in turns.into_iter().enumerate() {
            let turn = if is_reply {
                reply(&text)
            } else {
                Turn::user(text)
            };
            tree.add(below.index(at + 2).checked_sub(1), turn);
        }
        tree.show(shown.index(tree.len()));
        tree
    })
}

fn marks() -> impl Strategy<Value = archive::Marks> {
    let folder = prop::option::of("[a-z水]{1,9}( [a-z水]{1,9})?");
    (any::<bool>(), any::<bool>(), folder).prop_map(|(is_pinned, is_archived, folder)| {
        archive::Marks {
            is_pinned,
            is_archived,
            folder,
        }
    })
}

#[test]
fn a_file_without_marks_or_with_others_is_read() {
    let file = |marks: &str| {
        let turn = r#"{"turn":{"role":"user","text":"x"}}"#;
        let file = format!(r#"{{"rill":1,{marks}"conversation":{{"nodes":[{turn}]}}}}"#);
        archive::import(&file).unwrap().about.marks
    };
    let none = archive::Marks::default();
    for other in [
        "",
        r#""marks":null,"#,
        r#""marks":7,"#,
        r#""marks":{"pinned":1,"colour":"red","folder":" "},"#,
    ] {
        assert_eq!(file(other), none, "{other}");
    }
    let told = r#""marks":{"pinned":"yes","archived":true,"folder":" The \n river "},"#;
    let expect = archive::Marks {
        is_archived: true,
        folder: Some("The river".to_owned()),
        ..none
    };
    assert_eq!(file(told), expect);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn what_is_exported_is_imported_as_it_was(
        conversations in prop::collection::vec(("\\PC{0,20}", tree(), any::<i64>(), marks()), 1..5),
    ) {
        let mut files = Files::new(Form::Rill, words());
        let mut bytes = Vec::new();
        let stamp = zip::Stamp::new([2026, 1, 1], [0, 0, 0]);
        let ids: Vec<String> = (0..conversations.len()).map(|at| format!("id-{at}")).collect();
        for ((title, tree, updated, marks), id) in conversations.iter().zip(&ids) {
            let known = Some((id.as_str(), *updated));
            let marks = Some(marks);
            let document = Document { title, tree, known, marks };
            bytes.extend(files.pack(&document, stamp).unwrap());
        }
        bytes.extend(files.finish());
        let mut found = Vec::new();
        let mut sink = |conversation: import::Conversation| {
            found.push(conversation);
            ControlFlow::Continue(())
        };
        let report = import::read("all.zip", Cursor::new(bytes), &mut sink).unwrap();
        prop_assert_eq!(report.format, Some(import::Format::Rill));
        prop_assert_eq!((report.conversations, report.left.all()), (conversations.len(), 0));
        // In the order of the names of the files.
        found.sort_by(|one, other| one.about.id.cmp(&other.about.id));
        for ((found, (title, tree, updated, marks)), id) in found.iter().zip(&conversations).zip(ids) {
            let title = on_one_line(title);
            prop_assert_eq!(&found.tree, tree);
            prop_assert_eq!(&found.about.id, &Some(id));
            prop_assert_eq!(&found.about.marks, marks);
            prop_assert_eq!(found.about.updated, Some(*updated));
            prop_assert_eq!(&found.about.title, &(!title.is_empty()).then_some(title));
        }
    }
}
