//! AI4ArtsEd's server: a stream of named events that answers one GET, the seed's routes first, today's where those are gone.
//!
//! Each prompt stands alone: what was said before is not sent. Pieces come with the whole text so far, with which lost ones are
//! repaired; the last event says the whole once more. A GET starts a generation every time it is sent, so it is sent once and nothing
//! ever reconnects. There is no list of models and no stop but closing.

use serde_json::Value;

use super::read::text;
use super::reply::{Reply, Said};
use super::whole_text::WholeText;
use super::{
    Call, Carrier, Commands, Decoder, Dialect, Family, Models, Origins, Question, Quirks, TASK,
    Takes, Transport,
};
use crate::chat::request::{ChatRequest, Role};
use crate::event::{ChatEvent, Progress};
use crate::wire::Frame;

/// The seed's route for a plain chat; the run's id follows.
const STAGE2: &str = "/api/text_stream/stage2";
/// The seed's routes, to which the name of a task is added.
const SEED: &str = "/api/text_stream";
/// Today's route for a plain chat.
const INTERCEPTION: &str = "/api/schema/pipeline/interception";
/// Today's routes.
const PIPELINE: &str = "/api/schema/pipeline";
/// The plain chat.
const USUAL: &str = "stage2";
/// The stages of the seed's pipeline, the plain chat first.
const TASKS: &[&str] = &[USUAL, "stage1", "stage3", "stage4", "optimize"];

pub(super) static FAMILY: Family = Family {
    word: "ai4artsed",
    name: "AI4ArtsEd",
    ports: &[17801],
    commands: Commands {
        origins: Origins::Never,
        ..Commands::NONE
    },
    quirks: Quirks {
        makes_whole: true,
        nameless: true,
        own_pace: Some(30),
        ..Quirks::NONE
    },
    ..Family::UNKNOWN
};

pub(super) const DIALECT: &dyn Dialect = &Ai4ArtsEd;

/// AI4ArtsEd.
struct Ai4ArtsEd;

impl Dialect for Ai4ArtsEd {
    fn family(&self) -> &'static Family {
        &FAMILY
    }

    fn transports(&self) -> &'static [Transport] {
        const {
            &[
                Transport::new(STAGE2, Carrier::Events),
                Transport::new(INTERCEPTION, Carrier::Events),
            ]
        }
    }

    fn chat(&self, request: &ChatRequest, over: &Transport) -> Call {
        let last = |role| {
            let mut said = request.messages.iter().rev();
            said.find(|message| message.role == role)
                .map_or("", |message| message.text.as_str())
        };
        let field = |name: &str| request.fields.get(name).map_or("", String::as_str);
        let prompt = last(Role::User);
        // What others call a system prompt is the context here, unless the person wrote one of its own.
        let context = Some(field("context"))
            .filter(|context| !context.is_empty())
            .unwrap_or_else(|| last(Role::System));
        let style = field("style");
        let model = request.model.as_deref().unwrap_or_default();
        let wished = field(TASK);
        let known = TASKS.iter().find(|task| **task == wished);
        let task = known.copied().unwrap_or(USUAL);
        if over.name == STAGE2 {
            let query = match task {
                "stage1" | "stage3" => query(&[("text", prompt)]),
                "stage4" => query(&[("prompt", prompt), ("model", model)]),
                "optimize" => query(&[
                    ("input_text", prompt),
                    ("optimization_instruction", context),
                    ("output_config", style),
                    ("model", model),
                ]),
                _ => query(&[
                    ("prompt", prompt),
                    ("context", context),
                    ("style_prompt", style),
                    ("model", model),
                ]),
            };
            // The run's id is the client's to choose.
            let run = encoded(&request.generation);
            return Call::get(format!("{SEED}/{task}/{run}?{query}"));
        }
        // The checks of words and of pictures are parts of the runs today, and no routes of their own.
        let route = match task {
            "optimize" => "optimize",
            "stage4" => "generation",
            _ => "interception",
        };
        let instruction = if route == "optimize" { context } else { "" };
        // The names moved with the routes, and not all at once: what a server does not know it passes over.
        let query = query(&[
            ("prompt", prompt),
            ("input_text", prompt),
            ("context", context),
            ("context_prompt", context),
            ("style_prompt", style),
            ("optimization_instruction", instruction),
            ("model", model),
            ("schema", "user_defined"),
            ("enable_streaming", "true"),
        ]);
        Call::get(format!("{PIPELINE}/{route}?{query}"))
    }

    fn decoder(&self, _request: &ChatRequest, _over: &Transport) -> Box<dyn Decoder> {
        Box::new(Stages::default())
    }

    fn takes(&self) -> Takes {
        Takes {
            keeps_history: true,
            two_steps: true,
            fields: &["context", "style"],
            tasks: TASKS,
            ..Takes::default()
        }
    }

    /// Asks only whether the server is there: it has no models to list, so any answer counts as an empty list.
    fn models(&self) -> Question<Models> {
        Question::new(Call::get("/"), |_| Some(Ok(Vec::new())))
    }
}

/// Builds a query string of the parts whose value is not empty.
fn query(parts: &[(&str, &str)]) -> String {
    let parts = parts.iter().filter(|(_, value)| !value.is_empty());
    let parts: Vec<String> = parts
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    parts.join("&")
}

/// Percent-encodes everything but ASCII letters, digits and `-._~` (RFC 3986, 2.3).
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Reads the events of a run.
#[derive(Debug, Default)]
struct Stages {
    reply: Reply,
    told: WholeText,
}

impl Stages {
    fn event(&mut self, said: &Said, out: &mut Vec<ChatEvent>) {
        let (value, reply) = (&said.value, &mut self.reply);
        let of = |key| text(value, key);
        reply.id(of("run_id"), out);
        match said.name.as_str() {
            "connected" => {
                reply.model(of("model"), out);
                reply.progress(stage(of("status").unwrap_or("connected")), out);
            }
            "queue_status" => {
                let words = of("message").or_else(|| of("status"));
                let has_its_turn = of("status")
                    .is_some_and(|status| matches!(status, "acquired" | "ready" | "started"));
                reply.progress(
                    match words {
                        Some(words) if has_its_turn => stage(words),
                        words => Progress::Queued(words.map(str::to_owned)),
                    },
                    out,
                );
            }
            "stage_start" => {
                let words = of("description").or_else(|| of("name"));
                let words = words.or_else(|| of("stage")).unwrap_or("stage");
                reply.progress(stage(words), out);
            }
            "wikipedia_lookup" => {
                let terms: Vec<&str> = match value.get("terms") {
                    Some(Value::Array(terms)) => terms.iter().filter_map(term).collect(),
                    _ => Vec::new(),
                };
                reply.progress(stage(format!("Wikipedia: {}", terms.join(", "))), out);
            }
            "stage3_start" | "stage3_complete" | "stage4_start" => {
                reply.progress(stage(of("message").unwrap_or(&said.name)), out);
            }
            "chunk" => {
                let (piece, whole) = (of("text_chunk"), of("accumulated"));
                let (piece, whole) = (piece.unwrap_or_default(), whole.unwrap_or_default());
                self.told.grown(piece, whole, reply, out);
            }
            "complete" => {
                reply.model(of("model_used"), out);
                self.told
                    .whole(of("final_text").unwrap_or_default(), reply, out);
                reply.done(of("status").unwrap_or("stop"), out);
            }
            "blocked" => {
                let word = of("reason").or_else(|| of("stage")).unwrap_or("blocked");
                reply.blocked(word, out);
            }
            _ if reply.error_in(value, out) => {}
            _ => reply.unknown(said, out),
        }
    }
}

impl Decoder for Stages {
    fn frame(&mut self, frame: Frame<'_>, out: &mut Vec<ChatEvent>) {
        if let Some(said) = self.reply.read(frame, out) {
            self.event(&said, out);
        }
    }

    fn finish(&mut self, out: &mut Vec<ChatEvent>) {
        self.reply.finish(out);
    }
}

fn stage(words: impl Into<String>) -> Progress {
    Progress::Stage(words.into())
}

/// A looked-up term: a word, or an object that has it.
fn term(term: &Value) -> Option<&str> {
    term.as_str()
        .or_else(|| text(term, "term"))
        .or_else(|| text(term, "title"))
}
