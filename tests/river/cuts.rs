//! Bytes that come cut, broken, huge or tiny.

use proptest::prelude::*;
use rill::dialect::Kind;
use rill::event::{ChatEvent, Odd};
use rill::wire::{Frame, Framer};

use crate::cases::{Asked, CASES, body};
use crate::stream;

fn replies() -> Vec<(&'static str, Kind)> {
    CASES
        .iter()
        .filter(|case| matches!(case.2, Asked::Chat))
        .map(|case| (case.0, case.1))
        .collect()
}

/// Cuts `bytes` into pieces of these sizes, over and over.
fn cut<'b>(mut bytes: &'b [u8], sizes: &[usize]) -> Vec<&'b [u8]> {
    let mut pieces = Vec::new();
    for size in sizes.iter().cycle() {
        if bytes.is_empty() {
            break;
        }
        let (piece, rest) = bytes.split_at(bytes.len().min(*size));
        pieces.push(piece);
        bytes = rest;
    }
    pieces
}

/// Text and thinking, put together.
fn words(events: &[ChatEvent]) -> String {
    let said = events.iter().filter_map(|event| match event {
        ChatEvent::Text(text) | ChatEvent::Reasoning(text) => Some(text.as_str()),
        _ => None,
    });
    said.collect()
}

#[test]
fn every_reply_byte_by_byte_gives_the_same_events() {
    for (case, kind) in replies() {
        let bytes = body(case);
        assert_eq!(
            stream::events(kind, bytes.chunks(1)),
            stream::events(kind, [&*bytes]),
            "{case}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_cutting_of_any_reply_gives_the_same_events(sizes in prop::collection::vec(1usize..200, 1..12)) {
        for (case, kind) in replies() {
            let bytes = body(case);
            let found = stream::events(kind, cut(&bytes, &sizes));
            prop_assert!(found == stream::events(kind, [&*bytes]), "{} in {:?}", case, sizes);
        }
    }

    #[test]
    fn every_beginning_of_a_reply_keeps_what_came(part in 0.0f64..1.0) {
        // Where nothing but a second answer has come, it is the answer.
        for (case, kind) in replies().into_iter().filter(|(case, _)| !case.ends_with("odd-choices")) {
            let bytes = body(case);
            let at = (bytes.len() as f64 * part) as usize;
            let (found, whole) = (words(&stream::events(kind, [&bytes[..at]])), words(&stream::events(kind, [&*bytes])));
            // Text that waited for the rest of a tag or for what its blanks belong to is given as it is, half a character as a stand-in.
            prop_assert!(whole.starts_with(found.trim_end_matches(|char: char| char.is_whitespace() || "</think>\u{fffd}".contains(char))), "{} cut at {}: {:?}", case, at, found);
        }
    }

    #[test]
    fn changed_bytes_never_panic_and_end_at_most_once(seed in any::<u64>(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20)) {
        let replies = replies();
        let (_, kind) = replies[seed as usize % replies.len()];
        let (case, _) = replies[(seed >> 32) as usize % replies.len()];
        let mut bytes = body(case);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let events = stream::events(kind, [&*bytes]);
        // Of end marks that are not sure there may be many.
        let ends = events.iter().filter(|event| match event {
            ChatEvent::Done(finish) => finish.sure,
            event => matches!(event, ChatEvent::Error(_) | ChatEvent::Blocked(_)),
        }).count();
        prop_assert!(ends <= 1);
        prop_assert_eq!(events, stream::events(kind, bytes.chunks(7)));
    }

    #[test]
    fn text_after_a_bad_frame_is_never_lost(garbage in prop::collection::vec(prop_oneof![
        prop::collection::vec(any::<u8>(), 0..30),
        prop::sample::select(vec!["{", "}", "[", "\"", "{\"a\":", "data: {", "data", "event: x", "\r", "\n", "{\"a\":[1,", "[1,"]).prop_map(|text| text.as_bytes().to_vec()),
    ], 0..6)) {
        // Only what stands first can make a stream markup.
        let bytes = [b":\n".to_vec(), garbage.concat(), b"\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"kept\"}}]}\n\n".to_vec()].concat();
        let mut framer = Framer::new();
        let mut last = String::new();
        framer.feed(&bytes, &mut |frame| if let Frame::Event { data, .. } = frame {
            last = data.to_owned();
        });
        prop_assert_eq!(last, "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"kept\"}}]}");
    }
}

/// One long line, in three framings.
fn long_lines(length: usize) -> [(Kind, String); 3] {
    let text = "x".repeat(length);
    [
        (
            Kind::OpenAi,
            format!(
                "data: {{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\ndata: [DONE]\n\n"
            ),
        ),
        (
            Kind::Ollama,
            format!("{{\"message\":{{\"content\":\"{text}\"}}}}\n{{\"done\":true}}\n"),
        ),
        (
            Kind::OpenAi,
            format!(
                "{{\n\"choices\":\n[{{\"message\":{{\"content\":\"{text}\"}},\"finish_reason\":\"stop\"}}]\n}}\n"
            ),
        ),
    ]
}

#[test]
fn a_line_of_five_million_bytes_arrives_whole() {
    for (kind, body) in long_lines(5_000_000) {
        let found = stream::events(kind, body.as_bytes().chunks(16 * 1024));
        assert_eq!(words(&found).len(), 5_000_000, "{}", &body[..40]);
        assert!(matches!(found.last(), Some(ChatEvent::Done(_))));
    }
}

#[test]
fn a_line_over_the_ceiling_is_told_and_the_reply_goes_on() {
    let long = "x".repeat(rill::wire::CEILING);
    let body =
        format!("data: {long}\n\ndata: {{\"choices\":[{{\"delta\":{{\"content\":\"on\"}}}}]}}\n\n");
    let found = stream::events(Kind::OpenAi, body.as_bytes().chunks(1 << 20));
    assert!(
        matches!(&found[..], [ChatEvent::Odd(oddity), ChatEvent::Text(text)] if oddity.what == Odd::TooLong && text == "on")
    );
}

#[test]
fn two_hundred_thousand_tiny_tokens_are_all_there() {
    let lines: String = (0..200_000)
        .map(|n| format!("{{\"message\":{{\"content\":\"{}\"}}}}\n", n % 10))
        .collect();
    let found = stream::events(Kind::Ollama, lines.as_bytes().chunks(4096));
    assert_eq!(found.len(), 200_000);
    let events: String = (0..200_000)
        .map(|n| {
            format!(
                "data: {{\"choices\":[{{\"delta\":{{\"content\":\"{}\"}}}}]}}\n\n",
                n % 10
            )
        })
        .collect();
    assert_eq!(
        words(&stream::events(
            Kind::OpenAi,
            events.as_bytes().chunks(4096)
        )),
        words(&found)
    );
}

#[test]
fn the_work_grows_with_the_bytes_and_not_with_their_square() {
    for (_, body) in long_lines(300_000) {
        for size in [1, 100, body.len()] {
            let mut framer = Framer::new();
            let mut frames = 0;
            for piece in body.as_bytes().chunks(size) {
                framer.feed(piece, &mut |_| frames += 1);
            }
            framer.finish(&mut |_| frames += 1);
            assert!(frames > 0);
            assert!(
                framer.work() <= 6 * body.len() as u64,
                "{} for {} bytes in pieces of {size}",
                framer.work(),
                body.len()
            );
        }
    }
}

/// Bytes copied for this body in reads of this size.
fn copied(body: &str, size: usize) -> u64 {
    let mut framer = Framer::new();
    for piece in body.as_bytes().chunks(size) {
        framer.feed(piece, &mut |_| {});
    }
    framer.finish(&mut |_| {});
    framer.copied()
}

#[test]
fn what_is_whole_in_a_read_is_not_copied() {
    for event in [
        "data: {\"t\":\"a\"}\n\n",
        "data: {\"t\":\"a\"}\r\n\r\n",
        "event: delta\ndata: a\n\n",
        ": comment\n\ndata: a\n\n",
        "{\"t\":\"a\"}\n",
    ] {
        let body = event.repeat(1000);
        assert_eq!(copied(&body, body.len()), 0, "{event:?}");
        // Of reads that cut events, only those that are cut: one at each end of a read.
        let reads = body.len().div_ceil(256) as u64;
        let most = reads * 2 * event.len() as u64;
        assert!(copied(&body, 256) <= most, "{event:?}");
        // Once as an unfinished line, once as the data of an unfinished event.
        assert!(copied(&body, 1) <= 2 * body.len() as u64, "{event:?}");
    }
    for (_, body) in &long_lines(1_000_000)[..2] {
        assert_eq!(copied(body, body.len()), 0);
        assert!(copied(body, 16 * 1024) <= 2 * body.len() as u64);
    }
}
