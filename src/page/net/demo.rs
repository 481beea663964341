//! The built-in demo: a server inside the page. It speaks OpenAI's wire, as bytes, so that all of the river is at work.
//!
//! It never pretends to be a model: what it says is written in `locales/demo.*.md`, and says so.

use std::borrow::Cow;
use std::collections::VecDeque;

use serde_json::{Value, json};

use crate::dialect::Call;
use crate::page::clock::sleep;
use crate::page::words::{Locale, demo_script};
use crate::session::{Answer, Body, Chunk, Failure, Media, Opened, Wire};

/// What the demo says in English: it is here for whoever has no other.
const ENGLISH: &str = include_str!("../../../locales/demo.en.md");

/// The demo.
#[derive(Clone)]
pub struct Demo {
    /// Text with all answers of the demo.
    pub script: Script,
}

/// Text with all answers of a demo, see `locales/demo.en.md`.
#[derive(Clone, Copy)]
pub enum Script {
    /// The text of the page in a language, which is fetched when it is needed.
    Of(Locale),
    /// A text that is here.
    Here(&'static str),
}

impl Script {
    async fn text(self) -> Cow<'static, str> {
        match self {
            Script::Here(text) => text.into(),
            Script::Of(locale) if locale == Locale::default() => ENGLISH.into(),
            Script::Of(locale) => demo_script(locale).await.map_or(ENGLISH.into(), Cow::Owned),
        }
    }
}

/// A demo reply: what is still to come, each piece with the wait before it in milliseconds.
pub struct DemoBody {
    pieces: VecDeque<(f64, String)>,
}

impl Wire for Demo {
    type Body = DemoBody;

    async fn open(&self, call: &Call, _media: Media) -> Result<Opened<DemoBody>, Failure> {
        sleep(120.0).await;
        let asked = call
            .body
            .as_deref()
            .and_then(|body| serde_json::from_str(body).ok())
            .unwrap_or(Value::Null);
        Ok(Opened {
            status: 200,
            content_type: "text/event-stream".to_owned(),
            told: Vec::new(),
            body: reply(&self.script.text().await, &asked),
        })
    }

    async fn small(&self, _call: &Call, _media: Media) -> Result<Answer, Failure> {
        let body =
            json!({ "object": "list", "data": [{ "id": "demo", "owned_by": "rill" }] }).to_string();
        Ok(Answer {
            status: 200,
            content_type: "application/json".to_owned(),
            body,
        })
    }
}

impl Body for DemoBody {
    async fn next(&mut self) -> Result<Option<Chunk>, Failure> {
        let Some((wait, piece)) = self.pieces.pop_front() else {
            return Ok(None);
        };
        sleep(wait).await;
        Ok(Some(Chunk::Bytes(piece.into_bytes())))
    }
}

fn reply(script: &str, asked: &Value) -> DemoBody {
    let messages = asked["messages"].as_array().map_or(&[][..], Vec::as_slice);
    let question = messages
        .iter()
        .rev()
        .find(|message| message["role"] == "user")
        .and_then(|message| message["content"].as_str())
        .unwrap_or_default();
    let continued = messages
        .last()
        .filter(|message| message["role"] == "assistant");
    let (thinking, answer) = choose(script, question);
    // Asked to go on, it goes on behind what it has said.
    let said = continued
        .and_then(|message| message["content"].as_str())
        .unwrap_or_default();
    let answer = answer.strip_prefix(said).unwrap_or(answer);
    let thinking = if said.is_empty() { thinking } else { "" };
    let mut pieces = VecDeque::new();
    let mut tokens = 0;
    for (field, text) in [("reasoning_content", thinking), ("content", answer)] {
        for token in split(text) {
            tokens += 1;
            // About 60 tokens a second, not quite even, as a model is.
            let wait = 12.0 + f64::from((tokens * 7) % 11);
            pieces.push_back((
                wait,
                event(&json!({ "choices": [{ "index": 0, "delta": { field: token } }] })),
            ));
        }
    }
    let finish = json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] });
    pieces.push_back((10.0, format!("{}data: [DONE]\n\n", event(&finish))));
    DemoBody { pieces }
}

fn event(data: &Value) -> String {
    format!("data: {data}\n\n")
}

/// Picks the thinking and the answer for a question out of the script. The script's sections begin with `=== words that choose
/// it`; the first is the answer to everything else. Within a section, a line `---8<---` stands between thinking and answer.
fn choose<'a>(script: &'a str, question: &str) -> (&'a str, &'a str) {
    let question = question.to_lowercase();
    let mut chosen = "";
    for section in script
        .split("\n=== ")
        .map(|section| section.trim_start_matches("=== "))
    {
        let (words, text) = section.split_once('\n').unwrap_or((section, ""));
        let fits = words
            .split_whitespace()
            .any(|word| question.contains(&word.to_lowercase()));
        if chosen.is_empty() || fits {
            chosen = text;
        }
        if fits {
            break;
        }
    }
    match chosen.split_once("\n---8<---\n") {
        Some((thinking, answer)) => (thinking.trim(), answer.trim()),
        None => ("", chosen.trim()),
    }
}

/// Cuts text into pieces like a model's tokens: a word or a bit of one, with the blank before it; of scripts without blanks a few letters.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest
            .char_indices()
            .skip(1)
            .find(|(at, letter)| {
                let is_long = if letter.is_alphanumeric() {
                    *at >= 12 && !letter.is_ascii()
                } else {
                    *at >= 6
                };
                letter.is_whitespace() || is_long
            })
            .map_or(rest.len(), |(at, _)| at);
        let (token, after) = rest.split_at(end);
        rest = after;
        Some(token)
    })
}
