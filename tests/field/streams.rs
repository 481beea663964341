//! What servers send: bytes to one turn and its end, however they come: at once, byte by byte, by nines, and line by line.

use rill::chat::request::ChatRequest;
use rill::chat::turn::Turn;
use rill::dialect::{Decoder, Kind};
use rill::event::{End, ErrorCause, Millis};
use rill::session::{Deadlines, Session};

use crate::known::Outcome;
use crate::{input, outcome, text};

/// What is right.
struct Right<'a> {
    answer: &'a str,
    reasoning: &'a str,
    /// Words for the end; one of them.
    ends: &'a [&'a str],
    /// Part of the sentence that is shown with a failure.
    says: &'a str,
    tools: &'a [(&'a str, &'a str)],
    /// What else has to be so.
    besides: fn(&Turn, &End),
}

impl Default for Right<'_> {
    fn default() -> Self {
        Right {
            answer: "",
            reasoning: "",
            ends: &["complete"],
            says: "",
            tools: &[],
            besides: |_, _| {},
        }
    }
}

const FAILED: &[&str] = &["refused", "broken"];

/// Between two lines of a usual server.
const USUAL: Millis = 20.0;

/// Between two lines of a slow one: longer than any time that a reply is read on behind its end mark.
const SLOW: Millis = 1_200.0;

fn first_decoder(kind: Kind) -> Box<dyn Decoder> {
    let dialect = kind.dialect();
    dialect.decoder(&ChatRequest::default(), dialect.transport(None))
}

/// Plays a body in these pieces, with so much time before each.
fn play<'p>(kind: Kind, pieces: impl Iterator<Item = &'p [u8]>, pause: Millis) -> (Turn, End) {
    let mut session = Session::new(0.0, first_decoder(kind), Deadlines::default());
    let (mut now, mut turn) = (0.0, Turn::reply());
    session.headers();
    for piece in pieces {
        now += pause;
        while let Some(due) = session.next_due().filter(|due| *due <= now) {
            session.tick(due, &mut Vec::new());
        }
        let mut events = Vec::new();
        session.read(now, piece, &mut events);
        events.iter().for_each(|event| turn.apply(event));
    }
    let mut events = Vec::new();
    session.closed(now + pause, &mut events);
    events.iter().for_each(|event| turn.apply(event));
    let end = session.end().cloned().unwrap();
    (turn, end)
}

fn check(how: &str, (turn, end): &(Turn, End), right: &Right<'_>) {
    assert_eq!(turn.text.trim(), right.answer, "the answer, {how}");
    assert_eq!(
        turn.reasoning.trim(),
        right.reasoning,
        "the thinking, {how}"
    );
    assert!(right.ends.contains(&end.word()), "{end:?}, {how}");
    let said = end.error().map_or("", |error| error.message.as_str());
    assert!(said.contains(right.says), "it says {said:?}, {how}");
    let tools: Vec<_> = turn
        .tools
        .iter()
        .map(|tool| (tool.name.as_deref().unwrap_or("-"), tool.arguments.as_str()))
        .collect();
    assert_eq!(tools, right.tools, "the tools, {how}");
    (right.besides)(turn, end);
}

fn judged(body: &[u8], kind: Kind, right: &Right<'_>) -> Outcome {
    outcome(|| {
        check("at once", &play(kind, [body].into_iter(), 0.0), right);
        check("byte by byte", &play(kind, body.chunks(1), 0.0), right);
        check("by nines", &play(kind, body.chunks(9), 0.0), right);
        check("line by line", &play(kind, lines(body), USUAL), right);
    })
}

fn lines(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    body.split_inclusive(|byte| *byte == b'\n')
}

/// A stream in OpenAI's form whose answer comes in these pieces.
fn answer_of(pieces: &[&str]) -> Vec<u8> {
    let mut body = String::new();
    for piece in pieces {
        let delta = serde_json::json!({"choices": [{"index": 0, "delta": {"content": piece}}]});
        body += &format!("data: {delta}\n\n");
    }
    body += "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    body.into_bytes()
}

pub fn all() -> Vec<(String, Outcome)> {
    let mut cases = Vec::new();
    let mut case_of = |name: &str, body: &[u8], kind: Kind, right: Right<'_>| {
        cases.push((name.to_owned(), judged(body, kind, &right)));
    };
    let mut case = |name: &str, right: Right<'_>| {
        case_of(name, &input(&format!("{name}.sse")), Kind::OpenAi, right);
    };
    case(
        "B01",
        Right {
            answer: "Reeds bend in the wind.",
            ..Right::default()
        },
    );
    case(
        "B03",
        Right {
            answer: "Whispering reeds answer.",
            ..Right::default()
        },
    );
    case(
        "B05",
        Right {
            answer: "Slow water runs deep.",
            ..Right::default()
        },
    );
    case(
        "B07",
        Right {
            answer: "A duck 🦆 swims.",
            ..Right::default()
        },
    );
    for name in ["B09-1", "B09-2"] {
        case(
            name,
            Right {
                ends: FAILED,
                says: "9120 tokens",
                besides: |_, end| {
                    assert_eq!(end.error().unwrap().cause, ErrorCause::ContextFull);
                },
                ..Right::default()
            },
        );
    }
    case(
        "B10",
        Right {
            ends: &["refused"],
            says: "the worker takes no more requests",
            ..Right::default()
        },
    );
    case(
        "B11",
        Right {
            answer: "The first half",
            ends: &["broken"],
            says: "the provider hung up",
            ..Right::default()
        },
    );
    case(
        "B13",
        Right {
            ends: &["empty"],
            ..Right::default()
        },
    );
    case(
        "B14",
        Right {
            answer: "High water at six.",
            reasoning: "First the tide table.",
            ..Right::default()
        },
    );
    case(
        "B15",
        Right {
            answer: "Kimi rows.",
            ..Right::default()
        },
    );
    case(
        "B17",
        Right {
            answer: "Split but whole.",
            ..Right::default()
        },
    );
    case(
        "B18",
        Right {
            answer: "Done.",
            besides: |turn, _| {
                let usage = turn.usage;
                assert_eq!(
                    (usage.prompt_tokens, usage.completion_tokens),
                    (Some(5), Some(2))
                );
            },
            ..Right::default()
        },
    );
    case(
        "B22",
        Right {
            // Nothing but calls is an answer too.
            tools: &[
                ("read_file", "{\"path\":\"a.txt\"}"),
                ("list_dir", "{\"path\":\"b\"}"),
            ],
            ..Right::default()
        },
    );
    case(
        "B24-2",
        Right {
            answer: "It works without.",
            ..Right::default()
        },
    );
    case(
        "B25-2",
        Right {
            answer: "Found the way.",
            ..Right::default()
        },
    );
    case(
        "B32-1",
        Right {
            answer: "It is 13.",
            reasoning: "Six plus seven.",
            ..Right::default()
        },
    );
    case(
        "B32-2",
        Right {
            answer: "It is 13.",
            ..Right::default()
        },
    );
    case(
        "B33",
        Right {
            answer: "Such a reply looks so:\n\n```text\n<think>\nplan\n</think>\nanswer\n```\n\nThat is all.",
            ..Right::default()
        },
    );
    case(
        "B36",
        Right {
            answer: "Take the boat.",
            reasoning: "Weigh both.",
            ..Right::default()
        },
    );
    // Only thinking came, so it is what the person reads: as the answer.
    case(
        "B37",
        Right {
            answer: "The ferry leaves at nine.",
            ..Right::default()
        },
    );
    let mut case = |name: &str, kind: Kind, right: Right<'_>| {
        case_of(name, &input(&format!("{name}.sse")), kind, right);
    };
    case(
        "B21",
        Kind::LlamaCpp,
        Right {
            answer: "Yes.",
            besides: |turn, _| {
                let speed = turn.timings.predicted_per_second;
                assert!(speed.is_none_or(f64::is_finite), "{speed:?}");
            },
            ..Right::default()
        },
    );
    case(
        "B41",
        Kind::Vllm,
        Right {
            answer: "I look. Here: 3.",
            reasoning: "Look first. Found it.",
            ..Right::default()
        },
    );
    case_of(
        "B36/paragraphs",
        &answer_of(&[
            "Weigh both.\n\nThe sea ",
            "is calm.\n</thi",
            "nk>\n\nTake",
            " the boat.",
        ]),
        Kind::OpenAi,
        Right {
            answer: "Take the boat.",
            reasoning: "Weigh both.\n\nThe sea is calm.",
            ..Right::default()
        },
    );
    let slow = Right {
        answer: "Reeds bend in the wind.",
        ..Right::default()
    };
    cases.push((
        "B01/slow".to_owned(),
        outcome(|| {
            check(
                "slowly",
                &play(Kind::OpenAi, lines(&input("B01.sse")), SLOW),
                &slow,
            )
        }),
    ));
    cases.push(("B39".to_owned(), outcome(ollama_models)));
    cases
}

/// A model without a name, and one without anything.
fn ollama_models() {
    let models = Kind::Ollama
        .dialect()
        .models()
        .read(&text("B39.json"))
        .unwrap()
        .unwrap();
    let ids: Vec<_> = models.iter().map(|model| model.id.as_str()).collect();
    assert_eq!(ids, ["tide:latest", "reed:1b"]);
}
