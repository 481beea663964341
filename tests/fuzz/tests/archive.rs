//! Conversations out and in again; and files of anybody.

#![allow(missing_docs, clippy::unwrap_used)]

use fuzz::scripts::{noise, pick};
use fuzz::{Rng, rounds, shapes};
use rill::chat::archive::{Unreadable, add_record, export, import, record};
use rill::chat::request::Image;
use rill::chat::tree::Tree;
use rill::chat::turn::Turn;
use rill::event::{End, ToolCallDelta};
use serde_json::{Value, json};

fn turn(rng: &mut Rng) -> Turn {
    let text = shapes::document(rng, 300) + "x";
    if rng.bool() {
        let image = rng
            .bool()
            .then(|| Image::of("iVBORw0KGgo=".to_owned()).unwrap());
        return Turn {
            images: image.into_iter().collect(),
            ..Turn::user(text)
        };
    }
    let end = [
        End::Stopped,
        End::Cut { page_closed: true },
        End::Complete {
            reason: noise(rng, 5),
        },
    ];
    Turn {
        text,
        reasoning: noise(rng, 40),
        end: Some(end[rng.usize(..end.len())].clone()),
        tools: vec![ToolCallDelta {
            name: Some(noise(rng, 5)),
            arguments: noise(rng, 9),
            ..ToolCallDelta::default()
        }],
        model: rng.bool().then(|| noise(rng, 9)),
        ..Turn::reply()
    }
}

fn tree(rng: &mut Rng) -> Tree {
    let mut tree = Tree::default();
    for _ in 0..rng.usize(1..30) {
        let parent = rng.usize(0..=tree.len()).checked_sub(1);
        tree.add(parent, turn(rng));
    }
    for _ in 0..rng.usize(0..5) {
        tree.show(rng.usize(..tree.len()));
    }
    tree
}

#[test]
fn what_goes_out_comes_back_the_same() {
    rounds(60, |rng| {
        let tree = tree(rng);
        let found = import(&export(&tree)).unwrap();
        assert_eq!((found.left, &found.tree), (0, &tree));
        let mut back = Tree::default();
        for id in 0..tree.len() {
            assert!(add_record(
                &mut back,
                &record(tree.parent(id), tree.turn(id).unwrap())
            ));
        }
        tree.shown_aside().for_each(|id| back.show(id));
        assert_eq!(back, tree);
    });
}

/// JSON with the names that files have, in places where they may not belong.
fn value(rng: &mut Rng, deeper: u8) -> Value {
    let names = [
        "rill",
        "conversation",
        "nodes",
        "turn",
        "role",
        "text",
        "content",
        "parts",
        "messages",
        "parent",
        "children",
        "chosen",
        "roots",
        "chosen_root",
        "end",
        "images",
        "image_url",
        "url",
        "source",
        "data",
        "tool_calls",
        "function",
        "name",
        "arguments",
        "type",
        "reasoning_content",
        "value",
        "from",
        "author",
        "tools",
        "usage",
        "timings",
    ];
    match rng.u8(0..10) {
        0 => Value::Null,
        1 => json!(rng.u64(0..12)),
        2 => json!(rng.f64() - 0.5),
        3 => json!(pick(
            rng,
            &[
                "user",
                "assistant",
                "model",
                "tool",
                "thinking",
                "tool_use",
                "data:image/png;base64,iVBORw0KGgo="
            ]
        )),
        4 => json!(shapes::document(rng, 60)),
        5 | 6 if deeper > 0 => (0..rng.usize(0..6))
            .map(|_| value(rng, deeper - 1))
            .collect(),
        _ if deeper > 0 => {
            let fields = (0..rng.usize(0..7))
                .map(|_| (pick(rng, &names).to_owned(), value(rng, deeper - 1)));
            Value::Object(fields.collect())
        }
        _ => json!(true),
    }
}

#[test]
fn a_file_of_anybody_is_read_or_refused() {
    rounds(200, |rng| {
        let mut text = if rng.bool() {
            value(rng, 6).to_string()
        } else {
            export(&tree(rng))
        };
        for _ in 0..rng.usize(0..4) {
            let at = text.floor_char_boundary(rng.usize(0..=text.len()));
            let to = text.ceil_char_boundary((at + rng.usize(0..9)).min(text.len()));
            let other = pick(
                rng,
                &[
                    "",
                    "null",
                    "NaN",
                    "\\ud83d",
                    "{",
                    "]",
                    ",",
                    "18446744073709551615",
                    "-1",
                    "\"role\":\"user\",",
                ],
            );
            text.replace_range(at..to, other);
        }
        match import(&text) {
            Ok(found) => {
                assert!(!found.tree.is_empty());
                let again = import(&export(&found.tree)).unwrap();
                assert_eq!((again.left, again.tree), (0, found.tree));
            }
            Err(Unreadable::NotJson | Unreadable::NotAConversation | Unreadable::Newer) => {}
        }
        let _ = add_record(&mut Tree::default(), &text);
    });
}
