//! Any file: however it is cut or damaged, it gives conversations or a refusal by name, and whatever is read comes back from Rill's own
//! file.

use std::io::{Cursor, Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use proptest::prelude::*;
use rill::chat::archive;
use rill::import::{Conversation, Refusal, Report, read};

use crate::samples::{Sample, all, outcome};

/// A source that gives few bytes at a time, and counts how often it is asked.
struct Cut<'b> {
    bytes: Cursor<&'b [u8]>,
    size: usize,
    reads: usize,
}

impl Read for Cut<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.reads += 1;
        let size = self.size.min(into.len());
        self.bytes.read(&mut into[..size])
    }
}

impl Seek for Cut<'_> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.bytes.seek(to)
    }
}

/// What comes out of a file whose bytes come in pieces of this size.
fn cut(bytes: &[u8], size: usize) -> (Result<(Vec<Conversation>, Report), Refusal>, usize) {
    let mut source = Cut {
        bytes: Cursor::new(bytes),
        size,
        reads: 0,
    };
    let mut found = Vec::new();
    let report = read("file", &mut source, &mut |conversation: Conversation| {
        found.push(conversation);
        ControlFlow::Continue(())
    });
    (report.map(|report| (found, report)), source.reads)
}

/// Reads a file, and says what has to hold for any; and of some that it comes back from Rill's own file.
fn check(bytes: &[u8], comes_back: bool) {
    // An archive holds its words packed.
    let most = match bytes.starts_with(b"PK\x03\x04") {
        true => 64 * 1024,
        false => 4 * bytes.len(),
    };
    let Ok((conversations, report)) = outcome("file", bytes) else {
        return;
    };
    assert!(report.conversations > 0 && !conversations.is_empty());
    assert!(conversations.len() <= report.conversations);
    let mut words = 0;
    for conversation in &conversations {
        assert_eq!(conversation.times.len(), conversation.tree.len());
        words += conversation.tree.len();
        for id in 0..conversation.tree.len() {
            let turn = conversation.tree.turn(id).unwrap();
            words += turn.text.len() + turn.reasoning.len();
            assert_eq!(
                turn.end.is_some(),
                turn.role == rill::chat::request::Role::Assistant
            );
        }
        if comes_back {
            back(conversation);
        }
    }
    assert!(words <= most, "{words} of {}", bytes.len());
}

/// A conversation that is exported comes back the same.
fn back(conversation: &Conversation) {
    if conversation.tree.is_empty() {
        // A card without a greeting: nothing was said yet.
        return;
    }
    let file = archive::export(&conversation.tree);
    let (again, report) = outcome("file", file.as_bytes()).unwrap();
    assert_eq!(report.left.all(), 0);
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].tree, conversation.tree);
}

#[test]
fn what_is_read_comes_back_from_rills_own_file() {
    for Sample { name, bytes, .. } in all() {
        for conversation in outcome(&name, &bytes).unwrap().0 {
            back(&conversation);
        }
    }
}

#[test]
fn however_the_bytes_are_cut_the_conversations_are_the_same() {
    for Sample { name, bytes, .. } in all() {
        let (whole, _) = cut(&bytes, usize::MAX);
        for size in [1, 2, 3, 5, 7, 11, 64, 1000] {
            let (found, reads) = cut(&bytes, size);
            assert_eq!(found, whole, "{name} by {size}");
            // An archive is read in several places.
            assert!(
                reads <= 4 * bytes.len() / size + 40,
                "{name}: {reads} reads"
            );
        }
    }
}

#[test]
fn a_file_in_utf_16_is_read_as_well() {
    for Sample { name, bytes, .. } in all() {
        let Ok(text) = std::str::from_utf8(&bytes) else {
            continue;
        };
        let units: Vec<u16> = std::iter::once(0xFEFF).chain(text.encode_utf16()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let marked = [&b"\xEF\xBB\xBF"[..], &bytes].concat();
        for other in [big, little, marked] {
            assert_eq!(outcome(&name, &other), outcome(&name, &bytes), "{name}");
        }
    }
}

/// Each sample with one byte changed in every way.
fn damaged(change: impl Fn(&mut Vec<u8>, usize)) {
    for Sample { bytes, .. } in all() {
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            change(&mut other, at);
            check(&other, at % 16 == 0);
        }
    }
}

#[test]
fn a_file_that_lacks_a_byte_is_read_or_refused() {
    damaged(|bytes, at| {
        bytes.remove(at);
    });
}

#[test]
fn a_file_with_a_wrong_byte_is_read_or_refused() {
    damaged(|bytes, at| bytes[at] ^= 1 << (at % 8));
}

#[test]
fn a_file_that_breaks_off_is_read_or_refused() {
    damaged(Vec::truncate);
}

/// Words and marks that files have, in places where they may not belong.
fn pieces() -> impl Strategy<Value = String> {
    let words = [
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "\n",
        "null",
        "1",
        "-1",
        "true",
        "\"a\"",
        "\"b\"",
        "\"\\ud83d\"",
        "\"role\":\"user\"",
        "\"role\":\"assistant\"",
        "\"content\":\"x\"",
        "\"messages\":[",
        "\"mapping\":{",
        "\"message\":{",
        "\"parent\":\"a\"",
        "\"parent\":\"b\"",
        "\"children\":[\"a\",\"b\"]",
        "\"a\":{",
        "\"b\":{",
        "\"author\":{\"role\":\"user\"}",
        "\"content\":{\"parts\":[\"x\"]}",
        "\"chat\":{",
        "\"history\":{",
        "\"chat_messages\":[",
        "\"conversationId\":1",
        "\"messagesTree\":[",
        "\"mes\":\"x\"",
        "\"swipes\":[\"x\"]",
        "\"swipe_id\":0",
        "\"first_mes\":\"x\"",
        "\"name\":\"x\"",
        "\"gamestarted\":1",
        "\"prompt\":\"x\"",
        "\"altbranches\":[null,[\"y\"]]",
        "\"table\":\"messages\"",
        "\"rows\":[",
        "\"conv\":{}",
        "\"type\":\"session\"",
        "\"versions\":[",
        "\"fragments\":[",
        "\"conversations\":[",
        "\"from\":\"human\"",
        "\"value\":\"x\"",
        "\"session:1\":{",
        "\"chat-next-web-store\":{\"sessions\":[",
        "<html>var jsonData = [",
        "\u{feff}",
        "PK\u{3}\u{4}",
    ];
    prop::collection::vec(prop::sample::select(words.to_vec()), 0..60)
        .prop_map(|words| words.concat())
}

/// A mapping whose nodes name any parents and children: circles among them.
fn mapping() -> impl Strategy<Value = (usize, String)> {
    let node = (0..9_usize, prop::collection::vec(0..9_usize, 0..4), 0..4_u8);
    prop::collection::vec(node, 1..9).prop_map(|nodes| {
        let node = |(at, (parent, children, sort)): (usize, &(usize, Vec<usize>, u8))| {
            let role = ["user", "assistant", "tool", "system"][usize::from(*sort)];
            let message = serde_json::json!({"author": {"role": role}, "content": {"parts": [format!("t{at}.")]}});
            let names: Vec<String> = children.iter().map(usize::to_string).collect();
            (at.to_string(), serde_json::json!({"parent": parent.to_string(), "children": names, "message": message}))
        };
        let turns = nodes.iter().filter(|(_, _, sort)| *sort < 2).count();
        let mapping: serde_json::Map<_, _> = nodes.iter().enumerate().map(node).collect();
        (turns, serde_json::json!([{ "mapping": mapping }]).to_string())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), head in 0..6_usize) {
        let heads: [&[u8]; 6] = [b"", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"RIFF....WEBP", b"\xFF\xFE[", b"[{\"mapping\":"];
        check(&[heads[head], &bytes].concat(), true);
    }

    #[test]
    fn any_words_are_read_or_refused(text in pieces(), size in 1..9_usize) {
        check(text.as_bytes(), true);
        prop_assert_eq!(cut(text.as_bytes(), size).0, cut(text.as_bytes(), usize::MAX).0);
    }

    #[test]
    fn every_turn_of_a_circle_is_kept_once((turns, file) in mapping()) {
        match outcome("file", file.as_bytes()) {
            Ok((found, _)) => {
                let tree = &found[0].tree;
                let all: Vec<&str> = (0..tree.len()).flat_map(|id| tree.turn(id).unwrap().text.split("\n\n")).collect();
                let mut once = all.clone();
                once.sort_unstable();
                once.dedup();
                prop_assert_eq!(once.len(), turns);
                prop_assert_eq!(all.len(), turns);
            }
            Err(_) => prop_assert_eq!(turns, 0),
        }
    }
}
