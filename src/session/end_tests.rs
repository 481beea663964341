//! Which end mark is the end, and what tells why there is none.

#![allow(clippy::unwrap_used)]

use super::tests::{Step, check, first_decoder, play, short, text};
use super::*;
use crate::chat::request::ChatRequest;
use crate::dialect::Kind;

/// A chunk with text and this finish reason.
fn marked(piece: &str, reason: &str) -> String {
    format!(
        "data: {{\"choices\":[{{\"delta\":{{\"content\":\"{piece}\"}},\"finish_reason\":\"{reason}\"}}]}}\n\n"
    )
}

/// What a reply of these bytes says, and its end.
fn said(kind: Kind, bytes: &str) -> (String, End) {
    let mut session = Session::new(0.0, first_decoder(kind, &ChatRequest::default()), short());
    let mut events = Vec::new();
    session.read(1.0, bytes.as_bytes(), &mut events);
    session.closed(2.0, &mut events);
    let text = events.iter().filter_map(|event| match event {
        ChatEvent::Text(text) => Some(text.as_str()),
        _ => None,
    });
    (text.collect(), session.end().cloned().unwrap())
}

#[test]
fn a_finish_reason_before_the_text_ends_nothing() {
    use Step::*;
    let (first, a, last) = (marked("", "stop"), text("a"), marked("b", "length"));
    let steps = [
        (1.0, Read(first.as_str())),
        // While the model reads its prompt.
        (9_000.0, Tick),
        (9_001.0, Read(&a)),
        (9_002.0, Read(&last)),
        (9_003.0, Closed),
    ];
    check(&steps, "complete", "length");
    // Nor does one on every chunk, however slowly they come.
    let steps = [
        (1.0, Read(last.as_str())),
        (2_400.0, Tick),
        (2_401.0, Read(&last)),
        (5_500.0, Tick),
        (5_501.0, Read(&a)),
        (5_502.0, Closed),
    ];
    check(&steps, "complete", "length");
    for kind in [Kind::OpenAi, Kind::LlamaCpp, Kind::Vllm, Kind::KoboldCpp] {
        let bytes = format!("{first}{last}{a}data: [DONE]\n\n{a}");
        assert_eq!(said(kind, &bytes).0, "ba", "{kind:?}");
    }
    let ollama = r#"{"message":{"content":"a"},"done":true,"done_reason":"stop"}"#;
    let bytes = format!("{ollama}\n{ollama}\n");
    assert_eq!(said(Kind::Ollama, &bytes).0, "aa");
}

#[test]
fn quiet_behind_a_finish_reason_ends_the_reply() {
    use Step::*;
    let last = marked("a <thi", "stop");
    let steps = [
        (1.0, Read(last.as_str())),
        (QUIET, Tick),
        (1.0 + QUIET, Tick),
    ];
    check(&steps, "complete", "stop");
    assert_eq!(play(short(), &steps[..2]).1, None);
    // What was held back comes out then.
    let mut session = Session::new(
        0.0,
        first_decoder(Kind::OpenAi, &ChatRequest::default()),
        short(),
    );
    let mut events = Vec::new();
    session.read(1.0, last.as_bytes(), &mut events);
    session.tick(1.0 + QUIET, &mut events);
    assert_eq!(events.last(), Some(&ChatEvent::Text("<thi".to_owned())));
}

#[test]
fn a_mark_that_was_none_is_not_believed() {
    use Step::*;
    let (marked, a) = (marked("a", "stop"), text("a"));
    // As the end, where it stands behind the answer.
    check(&[(1.0, Read(&marked)), (2.0, Failed)], "complete", "stop");
    check(&[(1.0, Read(&marked)), (2.0, Stop)], "complete", "stop");
    // Not where text came behind one.
    let steps = [(1.0, Read(marked.as_str())), (2.0, Read(&a)), (3.0, Failed)];
    check(&steps, "broken", "");
    let steps = [
        (1.0, Read(marked.as_str())),
        (2.0, Read(&marked)),
        (3.0, Stop),
    ];
    check(&steps, "stopped", "");
    let empty = self::marked("", "stop");
    check(&[(1.0, Read(&empty)), (2.0, Stop)], "stopped", "");
    check(&[(1.0, Read(&empty)), (2.0, Closed)], "empty", "stop");
}

#[test]
fn a_failure_behind_a_finish_reason_is_one() {
    let error = "data: {\"error\":{\"message\":\"gone\",\"code\":\"x\"}}\n\n";
    let (text, end) = said(Kind::OpenAi, &format!("{}{error}", marked("a", "stop")));
    assert_eq!((text.as_str(), end.word()), ("a", "broken"));
}

#[test]
fn several_json_texts_in_one_event_are_an_event_each() {
    let one = |piece: &str| format!("{{\"choices\":[{{\"delta\":{{\"content\":\"{piece}\"}}}}]}}");
    let (a, b) = (one("a}{"), one("b"));
    for bytes in [
        format!("data: {a}{b}\n\ndata: [DONE]\n\n"),
        format!("data: {a} {b}[DONE]\n\n"),
        format!("data: {a}data: {b}\n\ndata: [DONE]\n\n"),
        format!("data: {a}\ndata: {b}\ndata: [DONE]\n"),
        format!("data:\n{a}\n\ndata:\n{b}\n\ndata: [DONE]\n\n"),
        format!("event: x\ndata: {a}\ndata: {b}\n\ndata: [DONE]\n\n"),
    ] {
        let (text, end) = said(Kind::OpenAi, &bytes);
        assert_eq!((text.as_str(), end.word()), ("a}{b", "complete"), "{bytes}");
    }
}

#[test]
fn pieces_that_wait_to_be_known_come_before_the_end_in_every_family() {
    let piece = |index: u32, text: &str| {
        format!(
            "data: {{\"choices\":[{{\"index\":{index},\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n"
        )
    };
    let bytes = format!("{}{}data: [DONE]\n\n", piece(0, "a"), piece(1, "b"));
    for kind in [
        Kind::OpenAi,
        Kind::LlamaCpp,
        Kind::KoboldCpp,
        Kind::Ollama,
        Kind::LmStudio,
        Kind::Jarvis,
        Kind::Qolaba,
    ] {
        let (text, end) = said(kind, &bytes);
        assert_eq!((text.as_str(), end.word()), ("ab", "complete"), "{kind:?}");
    }
}

#[test]
fn plain_words_tell_why_nothing_came() {
    let why = |bytes: &str| {
        let (_, end) = said(Kind::OpenAi, bytes);
        let message = end.error().map(|error| error.message.clone());
        (end.word(), message.unwrap_or_default())
    };
    let words = |word, text: &str| (word, text.to_owned());
    assert_eq!(
        why("Internal Server Error"),
        words("refused", "Internal Server Error")
    );
    assert_eq!(
        why("data: [Error: no GPU]\n\n"),
        words("refused", "[Error: no GPU]")
    );
    assert_eq!(
        why(": error: the worker died\n\n"),
        words("refused", "error: the worker died")
    );
    assert_eq!(
        why(": {\"error\":{\"message\":\"no\"}}\n\n"),
        words("refused", "no")
    );
    assert_eq!(why(": PROCESSING\n\n"), words("cut", ""));
    let a = text("a");
    assert_eq!(
        why(&format!("{a}upstream timed out\n")),
        words("broken", "upstream timed out")
    );
    assert_eq!(why(&format!("{a}data: {{\"cho")), words("cut", ""));
    assert_eq!(why(&format!("{a}x-cache: none\n")), words("cut", ""));
}

#[test]
fn an_answer_in_the_place_of_thinking_is_one_where_thinking_is_off() {
    let mut request = crate::chat::request::ChatRequest::default();
    let off = serde_json::json!({"enable_thinking": false});
    request
        .sampling
        .extra
        .insert("chat_template_kwargs".to_owned(), off);
    let thinks = |text: &str| {
        format!("data: {{\"choices\":[{{\"delta\":{{\"reasoning_content\":\"{text}\"}}}}]}}\n\n")
    };
    let turn = |request: &crate::chat::request::ChatRequest, kind: Kind, bytes: &str| {
        let decoder = first_decoder(kind, request);
        let mut session = Session::new(0.0, decoder, short());
        let (mut events, mut turn) = (Vec::new(), crate::chat::turn::Turn::reply());
        session.read(1.0, bytes.as_bytes(), &mut events);
        session.closed(2.0, &mut events);
        events.iter().for_each(|event| turn.apply(event));
        (turn.text, turn.reasoning, session.end().unwrap().word())
    };
    let words = |text: &str, thinking: &str, end| (text.to_owned(), thinking.to_owned(), end);
    let only = format!(
        "{}{}{}",
        thinks("The ferry"),
        thinks(" leaves."),
        marked("", "stop")
    );
    for kind in [Kind::OpenAi, Kind::Vllm, Kind::LlamaCpp] {
        assert_eq!(
            turn(&request, kind, &only),
            words("The ferry leaves.", "", "complete")
        );
        // It has thought all the same.
        let both = format!("{}{}{}", thinks("Hm."), text("Yes."), marked("", "stop"));
        assert_eq!(
            turn(&request, kind, &both),
            words("Yes.", "Hm.", "complete")
        );
        let plain = crate::chat::request::ChatRequest::default();
        assert_eq!(
            turn(&plain, kind, &only),
            words("", "The ferry leaves.", "empty")
        );
    }
}
