//! What a site hands over, as a session would read it.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::chat::request::{Message, Role};
use crate::event::FinishKind;
use crate::wire::Framer;

/// Words of twelve scripts, with marks that stand on letters, signs of four bytes and marks of models.
const SCRIPTS: [&str; 12] = [
    "río, Größe, e\u{301}te\u{301}",
    "很长的句子。龘",
    "川のながれ、カワ",
    "강물이 흐른다",
    "नदी बहती है",
    "แม่น้ำไหล",
    "النهر يجري",
    "הנהר זורם",
    "Річка тече",
    "Το ποτάμι κυλά",
    "நதி ஓடுகிறது",
    "👩\u{200d}👩\u{200d}👧🏽 <|im_end|> <think>",
];

/// Events of these parts, and of the end of the body.
fn events(bridge: &Bridge, parts: Vec<Part>) -> Vec<ChatEvent> {
    let mut decoder = bridge.decoder(&ChatRequest::default(), &TRANSPORT);
    let mut framer = Framer::new();
    let mut out = Vec::new();
    for part in parts {
        match part {
            Part::Frame(text) => decoder.frame(Frame::Json(&text), &mut out),
            Part::Bytes(bytes) => {
                framer.feed(&bytes, &mut |frame: Frame<'_>| {
                    decoder.frame(frame, &mut out)
                });
            }
        }
    }
    framer.finish(&mut |frame: Frame<'_>| decoder.frame(frame, &mut out));
    decoder.finish(&mut out);
    out
}

fn given(bridge: &Bridge, pieces: &[Piece<'_>]) -> Vec<ChatEvent> {
    let mut giver = Giver::new(bridge.0.is_some());
    let mut parts: Vec<Part> = pieces
        .iter()
        .filter_map(|piece| giver.take(*piece))
        .collect();
    parts.extend(giver.done());
    events(bridge, parts)
}

fn text(events: &[ChatEvent]) -> String {
    let said = events.iter().filter_map(|event| match event {
        ChatEvent::Text(text) => Some(text.as_str()),
        _ => None,
    });
    said.collect()
}

fn ends(events: &[ChatEvent]) -> Vec<&str> {
    let ends = events.iter().filter_map(|event| match event {
        ChatEvent::Done(finish) => Some(finish.word.as_str()),
        _ => None,
    });
    ends.collect()
}

#[test]
fn strings_are_text_to_the_letter_and_done_is_the_end() {
    let said = given(&PLAIN, &SCRIPTS.map(Piece::Text));
    assert_eq!(text(&said), SCRIPTS.concat());
    assert_eq!(ends(&said), ["stop"]);
    assert_eq!(ends(&given(&PLAIN, &[])), ["stop"]);
    let nothing = Giver::new(false).take(Piece::Text(""));
    assert_eq!(nothing, None);
}

#[test]
fn objects_say_thinking_text_end_and_error() {
    let check = |object: &str, expect: &[ChatEvent]| {
        let mut giver = Giver::new(false);
        let part = giver.take(Piece::Object(object)).unwrap();
        assert_eq!(events(&PLAIN, vec![part]), expect, "{object}");
        giver.is_over()
    };
    let word = |text: &str| ChatEvent::Text(text.to_owned());
    let thought = |text: &str| ChatEvent::Reasoning(text.to_owned());
    let done = |word: &str, kind| {
        ChatEvent::Done(Finish {
            kind,
            word: word.to_owned(),
            sure: true,
        })
    };
    assert!(!check(r#"{"text":"a"}"#, &[word("a")]));
    assert!(!check(
        r#"{"text":"a","reasoning":"b"}"#,
        &[thought("b"), word("a")]
    ));
    assert!(check(
        r#"{"text":"a","end":"length"}"#,
        &[word("a"), done("length", FinishKind::Length)]
    ));
    assert!(check(
        r#"{"end":true}"#,
        &[done("stop", FinishKind::Natural)]
    ));
    let failed = events(
        &PLAIN,
        vec![
            Giver::new(false)
                .take(Piece::Object(r#"{"error":"No boat"}"#))
                .unwrap(),
        ],
    );
    assert!(
        matches!(&failed[..], [ChatEvent::Error(error)] if error.message == "No boat"),
        "{failed:?}"
    );
    for odd in [r#"{"choices":[]}"#, "{}", "7", "[]", "null"] {
        let said = events(
            &PLAIN,
            vec![Giver::new(false).take(Piece::Object(odd)).unwrap()],
        );
        assert!(matches!(&said[..], [ChatEvent::Odd(_)]), "{odd}: {said:?}");
    }
}

#[test]
fn a_refusal_is_handed_on_as_it_is() {
    let mut giver = Giver::raw();
    let part = giver.take(Piece::Bytes(b"No boat"));
    assert_eq!(part, Some(Part::Bytes(b"No boat".to_vec())));
    assert_eq!(giver.done(), None);
    assert_eq!(Giver::raw().done(), None);
}

#[test]
fn what_is_thrown_is_an_error_in_its_own_words() {
    let said = events(&PLAIN, vec![Giver::new(false).failed("the bridge is up")]);
    assert!(matches!(&said[..], [ChatEvent::Error(error)] if error.message == "the bridge is up"));
}

#[test]
fn with_a_kind_bytes_and_objects_are_its_wire_and_its_end_mark_counts() {
    let bridge = Kind::default().bridge();
    let chunk = r#"{"choices":[{"index":0,"delta":{"content":"Río"}}]}"#;
    let wire = format!(
        "data: {chunk}

data: [DONE]

"
    );
    for size in 1..wire.len() {
        let pieces: Vec<Piece<'_>> = wire.as_bytes().chunks(size).map(Piece::Bytes).collect();
        let said = given(bridge, &pieces);
        assert_eq!(
            (text(&said).as_str(), ends(&said).len()),
            ("Río", 1),
            "{size}"
        );
    }
    // Without an end mark of the wire there is none.
    let cut = given(bridge, &[Piece::Object(chunk)]);
    assert_eq!((text(&cut).as_str(), ends(&cut).len()), ("Río", 0));
    // Strings are text all the same.
    let said = given(
        bridge,
        &[Piece::Text("data: {}"), Piece::Object(r#"{"text":"!"}"#)],
    );
    assert_eq!((text(&said).as_str(), ends(&said).len()), ("data: {}!", 1));
    for kind in Kind::ALL {
        let said = given(kind.bridge(), &[Piece::Text("a")]);
        assert_eq!(
            (text(&said).as_str(), ends(&said).len()),
            ("a", 1),
            "{kind:?}"
        );
    }
}

#[test]
fn the_request_is_plain_and_the_context_stands_beside_it() {
    let request = ChatRequest {
        messages: vec![
            Message::new(Role::System, "Be brief."),
            Message::new(Role::User, "Hi"),
        ],
        model: Some("river".to_owned()),
        context: Some("Page 7".to_owned()),
        ..ChatRequest::default()
    };
    let call = PLAIN.chat(&request, &TRANSPORT);
    let body: Value = serde_json::from_str(&call.body.unwrap()).unwrap();
    assert_eq!(
        body,
        json!({
            "messages": [{ "role": "system", "content": "Be brief." }, { "role": "user", "content": "Hi" }],
            "model": "river",
            "context": "Page 7",
        })
    );
}

#[test]
fn what_is_no_text_is_replaced_and_what_follows_is_kept() {
    let check = |bytes: &[u8], expect: &str| {
        for size in 1..=bytes.len() {
            let pieces: Vec<Piece<'_>> = bytes.chunks(size).map(Piece::Bytes).collect();
            assert_eq!(text(&given(&PLAIN, &pieces)), expect, "{size}");
        }
    };
    check(b"a\xf0\x9fb", "a\u{fffd}b");
    check(b"\xff\xfez", "\u{fffd}\u{fffd}z");
    check(b"a\xe2\x82", "a\u{fffd}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_cut_anywhere_are_the_text_to_the_letter(
        words in prop::collection::vec(prop::sample::select(&SCRIPTS[..]), 0..8),
        noise in any::<String>(),
        sizes in prop::collection::vec(1usize..9, 1..6),
    ) {
        let whole = words.concat() + &noise;
        let mut rest = whole.as_bytes();
        let mut pieces = Vec::new();
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, behind) = rest.split_at(rest.len().min(*size));
            pieces.push(Piece::Bytes(piece));
            rest = behind;
        }
        let said = given(&PLAIN, &pieces);
        prop_assert_eq!(text(&said), whole);
        prop_assert_eq!(ends(&said), ["stop"]);
    }

    #[test]
    fn whatever_bytes_come_they_are_what_a_whole_decoding_gives(bytes in prop::collection::vec(any::<u8>(), 0..64), size in 1usize..9) {
        let pieces: Vec<Piece<'_>> = bytes.chunks(size).map(Piece::Bytes).collect();
        prop_assert_eq!(text(&given(&PLAIN, &pieces)), String::from_utf8_lossy(&bytes).into_owned());
    }

    #[test]
    fn no_object_stops_anything(object in any::<String>()) {
        let _ = given(&PLAIN, &[Piece::Object(&object)]);
        let _ = given(Kind::default().bridge(), &[Piece::Object(&object)]);
    }
}
