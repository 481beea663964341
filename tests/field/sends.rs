//! What servers refuse: a whole send, over a server that looks into the request.

use std::cell::RefCell;

use futures_channel::mpsc;
use futures_util::FutureExt;
use rill::address::Address;
use rill::chat::request::{ChatRequest, Message, Role};
use rill::chat::turn::Turn;
use rill::dialect::{Call, Kind};
use rill::doctor::of_error;
use rill::event::{End, Millis};
use rill::session::{
    Answer, Body, Chunk, Clock, Failure, Media, Opened, Plan, Report, Wire, drive,
};
use serde_json::Value;

use crate::known::Outcome;
use crate::{input, outcome, text};

/// Status, Content-Type and body of an answer.
type Told = (u16, &'static str, Vec<u8>);

/// A server that answers at once, by what was asked.
struct Server<F> {
    answer: F,
    /// The bodies of the requests, as they came.
    asked: RefCell<Vec<Value>>,
}

struct Once(Option<Vec<u8>>);

impl Body for Once {
    async fn next(&mut self) -> Result<Option<Chunk>, Failure> {
        Ok(self.0.take().map(Chunk::Bytes))
    }
}

impl<F: Fn(&Value) -> Told> Wire for Server<F> {
    type Body = Once;

    async fn open(&self, call: &Call, _: Media) -> Result<Opened<Once>, Failure> {
        let asked = serde_json::from_str(call.body.as_deref().unwrap_or("null")).unwrap();
        let (status, content_type, body) = (self.answer)(&asked);
        self.asked.borrow_mut().push(asked);
        Ok(Opened {
            status,
            content_type: content_type.to_owned(),
            told: Vec::new(),
            body: Once(Some(body)),
        })
    }

    async fn small(&self, _: &Call, _: Media) -> Result<Answer, Failure> {
        Err(Failure::new("nothing else is here"))
    }

    async fn urgent(&self, call: &Call, media: Media) -> Result<Answer, Failure> {
        self.small(call, media).await
    }
}

/// Time that stands still.
struct Still;

impl Clock for Still {
    fn now(&self) -> Millis {
        0.0
    }

    async fn until(&self, _: Millis) {
        std::future::pending().await
    }
}

/// One send; the reply, and what the server was asked for it.
fn send(kind: Kind, request: &ChatRequest, answer: impl Fn(&Value) -> Told) -> (Turn, Vec<Value>) {
    let server = Server {
        answer,
        asked: RefCell::default(),
    };
    let dialect = kind.dialect();
    let plan = Plan::new(dialect, request);
    let mut turn = Turn::reply();
    let (_controls, heard) = mpsc::unbounded();
    let mut report = |report: Report| match report {
        Report::Events(events) => events.iter().for_each(|event| turn.apply(event)),
        Report::End(end) => turn.end = Some(end),
        _ => {}
    };
    drive(plan, &server, &Still, heard, &mut report)
        .now_or_never()
        .expect("it waits for something that never comes");
    (turn, server.asked.into_inner())
}

fn said(messages: &[(Role, &str)]) -> ChatRequest {
    ChatRequest {
        messages: messages
            .iter()
            .map(|(role, text)| Message::new(*role, *text))
            .collect(),
        ..ChatRequest::default()
    }
}

fn sse(body: Vec<u8>) -> Told {
    (200, "text/event-stream", body)
}

fn json(status: u16, name: &str) -> Told {
    (status, "application/json", input(name))
}

fn word(turn: &Turn) -> &'static str {
    turn.end.as_ref().map_or("none", End::word)
}

pub fn all() -> Vec<(String, Outcome)> {
    let cases: [(&str, fn()); 5] = [
        ("B24", a_refused_field),
        ("B25", bases_with_a_version),
        ("B26", two_of_the_person),
        ("B27", too_big_for_the_proxy),
        ("B30", no_prefill),
    ];
    cases
        .into_iter()
        .map(|(name, case)| (name.to_owned(), outcome(case)))
        .collect()
}

fn a_refused_field() {
    let request = said(&[(Role::User, "Hi")]);
    let (turn, asked) = send(Kind::OpenAi, &request, |asked| {
        if asked.get("stream_options").is_some() {
            json(422, "B24-1.json")
        } else {
            sse(input("B24-2.sse"))
        }
    });
    assert_eq!(
        (turn.text.as_str(), word(&turn)),
        ("It works without.", "complete")
    );
    assert!(asked.len() <= 2, "{} requests", asked.len());
}

fn bases_with_a_version() {
    let dialect = Kind::OpenAi.dialect();
    let request = said(&[(Role::User, "Hi")]);
    let path = dialect.chat(&request, dialect.transport(None)).path;
    let expected = [
        "http://127.0.0.1:8080/api/paas/v4/chat/completions",
        "http://127.0.0.1:8080/api/paas/v4/chat/completions",
        "http://127.0.0.1:8080/v1beta/openai/chat/completions",
    ];
    let typed = text("B25-1.txt").replace("PORT", "8080");
    assert_eq!(typed.lines().count(), expected.len());
    for (typed, expected) in typed.lines().zip(expected) {
        let address = Address::parse(typed, None).unwrap();
        assert_eq!(address.url(&path), expected, "{typed}");
    }
}

/// The first of two questions was never answered.
fn two_of_the_person() {
    let request = said(&[(Role::User, "One?"), (Role::User, "Two?")]);
    let (turn, _) = send(Kind::OpenAi, &request, |asked| {
        let messages = asked["messages"].as_array().unwrap();
        let alternate = messages
            .windows(2)
            .all(|pair| pair[0]["role"] != pair[1]["role"]);
        if alternate {
            sse(input("B24-2.sse"))
        } else {
            json(500, "B26-2.json")
        }
    });
    assert_eq!(word(&turn), "complete", "{:?}", turn.end);
}

fn too_big_for_the_proxy() {
    let request = said(&[(Role::User, "Hi")]);
    let (turn, _) = send(Kind::OpenAi, &request, |_| {
        (413, "text/html", input("B27.html"))
    });
    assert_eq!(word(&turn), "refused");
    let error = turn.end.as_ref().unwrap().error().unwrap();
    assert!(!error.message.contains('<'), "{error:?}");
    assert!(error.message.contains("413") || error.message.to_lowercase().contains("too large"));
    assert_ne!(of_error(error.cause, Some(413)).word(), "wrong-server");
}

/// What was there stays; another try without thinking may follow.
fn no_prefill() {
    let request = ChatRequest {
        continues: true,
        ..said(&[(Role::User, "Hi"), (Role::Assistant, "The river")])
    };
    let (turn, _) = send(Kind::LlamaCpp, &request, |_| json(400, "B30.json"));
    let end = turn.end.as_ref().unwrap();
    assert_eq!((turn.text.as_str(), end.word()), ("", "refused"));
    let said = &end.error().unwrap().message;
    assert!(said.contains("prefill is incompatible"), "{said}");
}
