//! Replies whose connection breaks at any byte, over servers that keep what they make, and a clock that jumps.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::pin;

use futures_channel::mpsc;

use super::drive_tests::{Jumping, jump_through};
use super::tests::short;
use super::*;
use crate::chat::request::{ChatRequest, Message, Role};
use crate::chat::turn::Turn;
use crate::dialect::{Call, Kind, Method};

/// What a server does once the connection has broken.
#[derive(Clone, Copy, PartialEq)]
enum Then {
    /// It has all that it made, and goes on.
    Keeps,
    /// It has nothing of it.
    Forgets,
    /// It is not there.
    Dead,
    /// It says another text.
    Other,
}

/// A server that makes one reply. Of llama.cpp's kind it keeps the bytes, of KoboldCpp's the text.
struct Keeper {
    clock: Jumping,
    bytes: Vec<u8>,
    text: String,
    /// Byte at which each stream breaks, in turn.
    breaks: RefCell<VecDeque<usize>>,
    /// `true` where a connection that breaks ends cleanly.
    clean: bool,
    then: Then,
    /// KoboldCpp's reason for the end.
    reason: u8,
    /// Rounds of questions so far.
    rounds: Cell<usize>,
    asked: RefCell<Vec<String>>,
    /// Nothing with a header of ours gets through.
    bare: bool,
    /// The connection breaks before its headers, after so many milliseconds.
    unopened: Option<Millis>,
}

struct Piece {
    bytes: Option<Vec<u8>>,
    breaks: bool,
}

impl Body for Piece {
    async fn next(&mut self) -> Result<Option<Chunk>, Failure> {
        match (self.bytes.take(), self.breaks) {
            (Some(bytes), _) if !bytes.is_empty() => Ok(Some(Chunk::Bytes(bytes))),
            (_, true) => Err(Failure::new("network error")),
            (_, false) => Ok(None),
        }
    }
}

impl Keeper {
    fn note(&self, call: &Call) {
        let headers: Vec<&str> = call.headers.iter().map(|(name, _)| *name).collect();
        let method = match call.method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Delete => "DELETE",
        };
        let asked = format!("{method} {} {}", call.path, headers.join(","));
        self.asked.borrow_mut().push(asked.trim().to_owned());
    }

    fn told(&self, path: &str) -> String {
        let round = self.rounds.get();
        // Three letters more with each round, and the last of them when it rests.
        let shown: String = self.text.chars().take(round * 40).collect();
        let is_all = shown == self.text;
        match (path, self.then) {
            ("/api/extra/perf", Then::Forgets) => r#"{"idle":1,"stop_reason":1}"#.to_owned(),
            ("/api/extra/perf", _) => {
                self.rounds.set(round + 1);
                format!(
                    r#"{{"idle":{},"stop_reason":{}}}"#,
                    u8::from(is_all),
                    self.reason
                )
            }
            (_, Then::Forgets) => r#"{"results":[{"text":""}]}"#.to_owned(),
            (_, Then::Other) => r#"{"results":[{"text":"Something else altogether"}]}"#.to_owned(),
            _ => serde_json::json!({ "results": [{ "text": shown }] }).to_string(),
        }
    }
}

impl Wire for Keeper {
    type Body = Piece;

    async fn open(&self, call: &Call, _: Media) -> Result<Opened<Piece>, Failure> {
        self.note(call);
        self.clock.until(self.clock.now() + 1.0).await;
        if self.bare && !call.headers.is_empty() {
            return Err(Failure::new("Failed to fetch"));
        }
        if let (Some(after), Method::Post) = (self.unopened, call.method) {
            self.clock.until(self.clock.now() + after).await;
            return Err(Failure::new("network error"));
        }
        let from = match (&call.method, call.path.split_once("&from=")) {
            (Method::Get, Some((_, from))) => Some(from.parse().unwrap_or(usize::MAX)),
            _ => None,
        };
        let status = match (from, self.then) {
            (Some(_), Then::Dead) => return Err(Failure::new("Failed to fetch")),
            (Some(_), Then::Forgets) => 404,
            _ => 200,
        };
        let bytes = match (from, self.then) {
            (Some(_), Then::Other) => {
                b"data: {\"choices\":[{\"delta\":{\"content\":\"Other\"}}]}\n\ndata: [DONE]\n\n"
            }
            _ => &*self.bytes,
        };
        let from = from.unwrap_or(0).min(bytes.len());
        let breaks = self.breaks.borrow_mut().pop_front();
        let until = breaks.unwrap_or(bytes.len()).clamp(from, bytes.len());
        Ok(Opened {
            status,
            content_type: "text/event-stream".to_owned(),
            told: Vec::new(),
            body: Piece {
                bytes: Some(bytes[from..until].to_vec()),
                breaks: breaks.is_some() && !self.clean,
            },
        })
    }

    async fn small(&self, call: &Call, _: Media) -> Result<Answer, Failure> {
        self.note(call);
        self.clock.until(self.clock.now() + 1.0).await;
        if self.then == Then::Dead {
            return Err(Failure::new("Failed to fetch"));
        }
        Ok(Answer {
            status: 200,
            content_type: String::new(),
            body: self.told(&call.path),
        })
    }
}

/// A reply of one server.
struct Case {
    kind: Kind,
    place: usize,
    bytes: Vec<u8>,
    breaks: Vec<usize>,
    clean: bool,
    then: Then,
    reason: u8,
    free_headers: bool,
    bare: bool,
    unopened: Option<Millis>,
    person: Vec<(Millis, Control)>,
    /// What a page before this one has shown of the reply.
    known: Option<Turn>,
}

impl Case {
    fn new(kind: Kind, place: usize, bytes: impl Into<Vec<u8>>) -> Case {
        Case {
            kind,
            place,
            bytes: bytes.into(),
            breaks: Vec::new(),
            clean: false,
            then: Then::Keeps,
            reason: 1,
            free_headers: true,
            bare: false,
            unopened: None,
            person: Vec::new(),
            known: None,
        }
    }

    /// The turn that comes of it, its end, and the requests.
    fn run(&self, text: &str) -> (Turn, String, Vec<String>) {
        let clock = Jumping::default();
        let wire = Keeper {
            clock: clock.clone(),
            bytes: self.bytes.clone(),
            text: text.to_owned(),
            breaks: RefCell::new(self.breaks.clone().into()),
            clean: self.clean,
            then: self.then,
            reason: self.reason,
            rounds: Cell::new(0),
            asked: RefCell::default(),
            bare: self.bare,
            unopened: self.unopened,
        };
        let request = ChatRequest {
            messages: vec![Message::new(Role::User, "hi")],
            generation: "RILL1".to_owned(),
            free_headers: self.free_headers,
            ..ChatRequest::default()
        };
        let dialect = self.kind.dialect();
        let plan = Plan {
            deadlines: short(),
            transport: &dialect.transports()[self.place],
            fixed: true,
            ..Plan::new(dialect, &request)
        };
        let (sender, controls) = mpsc::unbounded();
        let mut person = VecDeque::from(self.person.clone());
        let mut turn = self.known.clone().unwrap_or_else(Turn::reply);
        let mut ends = Vec::new();
        {
            let mut report = |report| match report {
                Report::Events(events) => events.iter().for_each(|event| turn.apply(event)),
                Report::End(end) => ends.push(end),
                _ => {}
            };
            let known = self.known.clone();
            let mut work = pin!(async {
                match known {
                    Some(known) => {
                        take_up(plan, known, (&wire, &clock), controls, &mut report).await;
                    }
                    None => drive(plan, &wire, &clock, controls, &mut report).await,
                }
            });
            jump_through(&clock, work.as_mut(), &mut person, &sender);
        }
        assert_eq!(ends.len(), 1, "one end: {ends:?}");
        let end = format!(
            "{} {}",
            ends[0].word(),
            ends[0].reason().unwrap_or_default()
        );
        (turn, end.trim().to_owned(), wire.asked.into_inner())
    }
}

const CHAT: &[u8] = include_bytes!("../../tests/fixtures/llamacpp/chat.body");
const PROGRESS: &[u8] = include_bytes!("../../tests/fixtures/llamacpp/chat-progress.body");
const KOBOLD_CHAT: &[u8] = include_bytes!("../../tests/fixtures/koboldcpp/openai-chat.body");
const KOBOLD: &[u8] = include_bytes!("../../tests/fixtures/koboldcpp/native-stream.body");

/// Twelve scripts, some of whose letters are several code points.
const SCRIPTS: &str = "River река ποταμός नदी 河川 かわ 강물 نهر נהר แม่น้ำ নদী գետ 👩‍👩‍👧‍👦 é";

/// A stream of llama.cpp's, a code point with each frame.
fn of_scripts() -> Vec<u8> {
    let frame = |letter: char| {
        let chunk = serde_json::json!({ "choices": [{ "index": 0, "delta": { "content": letter.to_string() } }] });
        format!("data: {chunk}\n\n")
    };
    let frames: String = SCRIPTS.chars().map(frame).collect();
    (frames + super::tests::DONE).into_bytes()
}

/// The reply that comes where nothing breaks.
fn whole(kind: Kind, place: usize, bytes: &[u8]) -> (Turn, String) {
    let (turn, end, asked) = Case::new(kind, place, bytes).run("");
    assert_eq!(asked.len(), 1, "{asked:?}");
    (turn, end)
}

#[test]
fn a_stream_that_breaks_at_any_byte_is_the_same_when_it_is_read_on() {
    // Steps that are no part of a frame: in the end every place of one is hit.
    for (bytes, step) in [(CHAT, 487), (PROGRESS, 1_999), (&of_scripts(), 5)] {
        let (expect, end) = whole(Kind::LlamaCpp, 0, bytes);
        assert!(!expect.text.is_empty());
        let all = String::from_utf8_lossy(bytes);
        let marks =
            ["stop", "length"].map(|word| all.find(&format!("\"finish_reason\":\"{word}\"")));
        let marked = marks.into_iter().flatten().min().unwrap_or(0);
        for at in (0..bytes.len()).step_by(step) {
            let clean = at % 2 == 0;
            let case = Case {
                breaks: vec![at, (at + 40).min(bytes.len())],
                clean,
                ..Case::new(Kind::LlamaCpp, 0, bytes)
            };
            let (turn, ended, asked) = case.run("");
            let words = (&turn.text, &turn.reasoning, ended);
            let expected = (&expect.text, &expect.reasoning, end.clone());
            assert_eq!(words, expected, "cut at {at}, clean: {clean}");
            // Behind an end mark only figures are missing, and nobody asks for them.
            if at < marked {
                assert_eq!(turn, expect, "cut at {at}, clean: {clean}");
            }
            let sent = asked.iter().filter(|asked| asked.starts_with("POST"));
            assert_eq!(sent.count(), 1, "never asked for twice: {asked:?}");
        }
    }
}

#[test]
fn what_koboldcpp_still_has_of_a_stream_that_broke_at_any_byte_is_taken() {
    for (place, bytes) in [(0, KOBOLD_CHAT), (1, KOBOLD)] {
        let (expect, _) = whole(Kind::KoboldCpp, place, bytes);
        let all = String::from_utf8_lossy(bytes);
        let marked = all.find("\"finish_reason\": \"length\"").unwrap_or(0);
        assert!(marked > 0);
        for at in (0..marked).filter(|at| at % 11 == 0 || *at > marked - 8) {
            for (reason, end) in [(1, "complete stop"), (0, "broken broken")] {
                let case = Case {
                    breaks: vec![at],
                    reason,
                    ..Case::new(Kind::KoboldCpp, place, bytes)
                };
                let (turn, ended, asked) = case.run(&expect.text);
                assert_eq!(turn.text, expect.text, "cut at {at}");
                assert!(
                    ended.starts_with(&end[..6]),
                    "cut at {at}, reason {reason}: {ended}"
                );
                let sent = asked
                    .iter()
                    .filter(|asked| asked.contains(" /v1") || asked.contains("stream"));
                assert_eq!(sent.count(), 1, "never asked for twice: {asked:?}");
            }
        }
    }
}

#[test]
fn what_was_held_back_when_the_connection_broke_is_not_said_twice() {
    let token = |text: &str| {
        let frame = serde_json::json!({ "token": text, "finish_reason": "null" });
        format!("event: message\ndata: {frame}\n\n")
    };
    // It may be the beginning of the template's stop text.
    let bytes = token("A list") + &token("\n##");
    for reason in [0, 1] {
        let case = Case {
            breaks: vec![bytes.len()],
            reason,
            ..Case::new(Kind::KoboldCpp, 1, bytes.clone())
        };
        let (turn, _, _) = case.run("A list\n### Rivers");
        assert_eq!(turn.text, "A list\n### Rivers");
    }
}

#[test]
fn a_server_that_knows_nothing_any_more_leaves_the_reply_as_it_broke() {
    for (kind, bytes) in [(Kind::LlamaCpp, CHAT), (Kind::KoboldCpp, KOBOLD_CHAT)] {
        for then in [Then::Forgets, Then::Dead, Then::Other] {
            for clean in [false, true] {
                if then == Then::Other && kind == Kind::LlamaCpp {
                    // The bytes are the server's word.
                    continue;
                }
                let case = |kind, then| {
                    let case = Case {
                        breaks: vec![bytes.len() / 2],
                        clean,
                        then,
                        ..Case::new(kind, 0, bytes)
                    };
                    case.run("A text of this server")
                };
                let (turn, end, _) = case(kind, then);
                let (before, ended, _) = case(Kind::OpenAi, Then::Keeps);
                assert_eq!((turn.text, end), (before.text, ended), "{kind:?} {clean}");
            }
        }
    }
}

#[test]
fn the_tries_are_few_and_grow_apart() {
    let case = Case {
        breaks: vec![CHAT.len() / 2],
        then: Then::Dead,
        ..Case::new(Kind::LlamaCpp, 0, CHAT)
    };
    let (_, _, asked) = case.run("");
    let tries = asked
        .iter()
        .filter(|asked| asked.starts_with("GET /v1/stream"));
    assert_eq!(tries.count(), 7, "{asked:?}");
}

#[test]
fn a_stop_is_heard_while_the_server_is_asked_for_the_rest() {
    for (kind, bytes, stop) in [
        (Kind::LlamaCpp, CHAT, "DELETE /v1/stream?conv_id=RILL1"),
        (Kind::KoboldCpp, KOBOLD_CHAT, "POST /api/extra/abort"),
    ] {
        let case = Case {
            breaks: vec![bytes.len() / 2],
            then: Then::Dead,
            person: vec![(1_700.0, Control::Stop(End::Stopped))],
            ..Case::new(kind, 0, bytes)
        };
        let (turn, end, asked) = case.run("");
        assert_eq!(end, "stopped");
        assert!(!turn.text.is_empty());
        assert_eq!(asked.last().map(String::as_str), Some(stop), "{asked:?}");
    }
}

#[test]
fn nothing_is_taken_up_where_a_header_would_cost_a_preflight() {
    let case = Case {
        breaks: vec![CHAT.len() / 2],
        free_headers: false,
        ..Case::new(Kind::LlamaCpp, 0, CHAT)
    };
    let (_, end, asked) = case.run("");
    assert!(end.starts_with("broken"), "{end}");
    assert_eq!(asked, ["POST /v1/chat/completions"]);
}

#[test]
fn a_header_that_does_not_get_through_is_left_out() {
    let (expect, end) = whole(Kind::LlamaCpp, 0, CHAT);
    let case = Case {
        bare: true,
        ..Case::new(Kind::LlamaCpp, 0, CHAT)
    };
    let (turn, ended, asked) = case.run("");
    assert_eq!((turn, ended), (expect, end));
    let expect = [
        "POST /v1/chat/completions X-Conversation-Id",
        "GET /health",
        "POST /v1/chat/completions",
    ];
    assert_eq!(asked, expect);
}

#[test]
fn a_connection_that_breaks_while_the_prompt_is_read_is_taken_up_where_it_went_out_long_ago() {
    let (expect, end) = whole(Kind::LlamaCpp, 0, CHAT);
    let case = |after| Case {
        unopened: Some(after),
        ..Case::new(Kind::LlamaCpp, 0, CHAT)
    };
    let (turn, ended, asked) = case(5_000.0).run("");
    assert_eq!((turn, ended), (expect, end), "{asked:?}");
    assert!(asked.contains(&"GET /v1/stream?conv_id=RILL1&from=0".to_owned()));
    let (_, ended, asked) = case(100.0).run("");
    assert!(ended.starts_with("broken"), "{ended} {asked:?}");
    assert!(!asked.iter().any(|asked| asked.contains("/v1/stream")));
}

#[test]
fn a_page_that_comes_back_gets_what_the_one_before_has_not_shown() {
    let scripts = of_scripts();
    for bytes in [CHAT, &scripts] {
        let (expect, end) = whole(Kind::LlamaCpp, 0, bytes);
        for (at, _) in expect.text.char_indices().step_by(7) {
            let case = Case {
                known: Some(Turn {
                    text: expect.text[..at].to_owned(),
                    ..Turn::reply()
                }),
                breaks: vec![bytes.len() / 3],
                ..Case::new(Kind::LlamaCpp, 0, bytes)
            };
            let (turn, ended, _) = case.run("");
            assert_eq!((&turn.text, &ended), (&expect.text, &end), "known to {at}");
        }
    }
    let (expect, _) = whole(Kind::KoboldCpp, 0, KOBOLD_CHAT);
    for (at, _) in expect.text.char_indices().skip(1).step_by(7) {
        let case = Case {
            known: Some(Turn {
                text: expect.text[..at].to_owned(),
                ..Turn::reply()
            }),
            ..Case::new(Kind::KoboldCpp, 0, KOBOLD_CHAT)
        };
        let (turn, ended, _) = case.run(&expect.text);
        assert_eq!((&*turn.text, &*ended), (&*expect.text, "complete stop"));
    }
}

#[test]
fn a_page_that_comes_back_loses_nothing_where_the_server_has_nothing_or_another_text() {
    for (kind, bytes) in [(Kind::LlamaCpp, CHAT), (Kind::KoboldCpp, KOBOLD_CHAT)] {
        for then in [Then::Forgets, Then::Dead, Then::Other] {
            let known = Turn {
                text: "What was shown".to_owned(),
                ..Turn::reply()
            };
            let case = Case {
                known: Some(known.clone()),
                then,
                ..Case::new(kind, 0, bytes)
            };
            let (turn, end, _) = case.run("A text of this server");
            assert_eq!(turn.text, known.text, "{kind:?}");
            assert_eq!(end, "cut", "{kind:?}");
        }
    }
}
