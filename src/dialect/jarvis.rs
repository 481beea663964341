//! jarvis-agent: bare lines of JSON and real SSE in one response, and more than one end mark.
//!
//! The server keeps the conversation and reads only the last message of the person. It knows the conversation by a session's id: the
//! one that its own stream named is sent back, never one of ours, which a strict server would refuse. Its headers would make a preflight
//! that it does not answer, so it is only reached under a path of the page's own host (`server=/jarvis`); there they cost nothing.
//! It is stopped by the `trace_id` that its stream named.

use serde_json::{Value, json};

use super::openai::{self, CHAT, Chunks};
use super::read::text;
use super::reply::Said;
use super::whole_text::WholeText;
use super::{
    Call, Commands, Decoder, Dialect, Family, Models, Origins, Probe, Question, Quirks, Seen, Sign,
    Stage, Takes, Transport, read, sampling,
};
use crate::chat::request::ChatRequest;
use crate::event::{ChatEvent, Progress};
use crate::wire::Frame;

/// Path at which the server says that it is there.
const STATUS: &str = "/status";

pub(super) static FAMILY: Family = Family {
    word: "jarvis",
    name: "jarvis",
    ports: &[8000],
    signs: &[Sign::Asked(
        Stage::Unlisted,
        Probe {
            path: STATUS,
            read: |heard| {
                let is_online = heard.value.get("online").is_some();
                Seen::just(is_online && text(heard.value, "version").is_some())
            },
        },
    )],
    alive: Some(STATUS),
    commands: Commands {
        origins: Origins::Never,
        ..Commands::NONE
    },
    quirks: Quirks {
        makes_whole: true,
        own_timers: true,
        ..Quirks::NONE
    },
};

pub(super) const DIALECT: &dyn Dialect = &Jarvis;

/// jarvis-agent.
struct Jarvis;

impl Dialect for Jarvis {
    fn family(&self) -> &'static Family {
        &FAMILY
    }

    fn transports(&self) -> &'static [Transport] {
        &[openai::TRANSPORT]
    }

    fn chat(&self, request: &ChatRequest, _over: &Transport) -> Call {
        let mut body = json!({ "messages": openai::messages(request), "stream": true });
        if let Some(model) = &request.model {
            sampling::set(&mut body, "model", json!(model));
        }
        sampling::put(&mut body, request.sampling.extra.clone());
        let mut call = Call::post(CHAT, &body);
        if let Some(session) = &request.server_conversation {
            call.headers.push(("X-Session-Id", session.clone()));
        }
        call
    }

    fn decoder(&self, _request: &ChatRequest, _over: &Transport) -> Box<dyn Decoder> {
        Box::new(Mixed::default())
    }

    fn takes(&self) -> Takes {
        Takes {
            keeps_history: true,
            deaf_to_system: true,
            ..Takes::default()
        }
    }

    fn models(&self) -> Question<Models> {
        Question::new(Call::get("/models"), |body| Some(read::models(body)))
    }

    /// Makes the request that stops the reply: the server reads only JSON there, and only this field. `None` without an id, for
    /// then there is nothing to say.
    fn stop(&self, _generation: &str, id: Option<&str>) -> Option<Call> {
        Some(Call::post("/v1/chat/stop", &json!({ "trace_id": id? })).json_only())
    }
}

/// Reads lines, events and chunks as they come mixed.
#[derive(Debug, Default)]
struct Mixed {
    chunks: Chunks,
    told: WholeText,
}

impl Mixed {
    fn said(&mut self, mut said: Said, out: &mut Vec<ChatEvent>) {
        let reply = &mut self.chunks.reply;
        // The only id that its stop takes; a chunk's own is none.
        reply.id(text(&said.value, "trace_id"), out);
        reply.conversation(text(&said.value, "session_id"), out);
        let value = &said.value;
        let kind = text(value, "type").unwrap_or(&said.name);
        match kind {
            _ if value.get("choices").is_some() => {
                if let Value::Object(chunk) = &mut said.value {
                    chunk.remove("id");
                }
                self.told.note(content(&said.value), reply);
                self.chunks.chunk(&said, out);
            }
            "status" => {
                let words = text(value, "status").or_else(|| text(value, "content"));
                reply.progress(Progress::Stage(words.unwrap_or(kind).to_owned()), out);
            }
            "token" | "delta" => {
                let piece = text(value, "content").unwrap_or_default();
                self.told.add(piece, reply, out);
            }
            "meta" => {
                let whole = text(value, "rendered_text").unwrap_or_default();
                self.told.whole(whole, reply, out);
            }
            "done" => match text(value, "reason").or_else(|| text(value, "error")) {
                None => reply.done("stop", out),
                Some("error") => {
                    if !reply.error_in(value, out) {
                        reply.done("error", out);
                    }
                }
                // The seed's servers told a stop in the place of an error.
                Some(word) if value.get("reason").is_some() || word.ends_with("cancelled") => {
                    reply.done(word, out);
                }
                Some(_) => {
                    reply.error_in(value, out);
                }
            },
            _ if reply.error_in(value, out) => {}
            _ => reply.unknown(&said, out),
        }
    }
}

impl Decoder for Mixed {
    fn frame(&mut self, frame: Frame<'_>, out: &mut Vec<ChatEvent>) {
        if let Some(said) = self.chunks.read(frame, out) {
            self.said(said, out);
        }
    }

    fn finish(&mut self, out: &mut Vec<ChatEvent>) {
        self.chunks.finish(out);
    }
}

/// The text of a chunk, or of a whole answer.
fn content(value: &Value) -> &str {
    let choice = value.get("choices").and_then(|choices| choices.get(0));
    let words = choice.and_then(|choice| choice.get("delta").or_else(|| choice.get("message")));
    words
        .and_then(|words| text(words, "content"))
        .unwrap_or_default()
}
