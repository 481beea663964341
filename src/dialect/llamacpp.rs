//! llama.cpp's `llama-server`: OpenAI's chat, with the progress of reading the prompt, its times, and a count of the prompt's tokens.
//!
//! An unfinished last message of the assistant is gone on from by itself. Closing the connection stops the reply, as long as no
//! `X-Conversation-Id` is sent, and we send none.

use serde_json::{Value, json};

use super::openai::{self, CHAT, Chunks};
use super::read::{count, measured, text};
use super::reply::Said;
use super::{Call, Decoder, Dialect, Model, Takes, read, sampling, templates, tokens};
use crate::chat::request::{ChatRequest, Sampling};
use crate::event::{ChatEvent, Progress, ServerError, Timings, Usage};
use crate::wire::Frame;

/// Where a flat prompt goes, in a template of the person's choice.
const NATIVE: &str = "/completion";

/// llama.cpp's own server.
#[derive(Debug, Clone, Copy, Default)]
pub struct LlamaCpp;

impl Dialect for LlamaCpp {
    fn rungs(&self) -> &'static [&'static str] {
        &[CHAT]
    }

    fn chat(&self, request: &ChatRequest, _rung: usize) -> Call {
        let (path, mut body, stops) = if is_flat(request) {
            let (prompt, stops) = templates::prompt(request);
            let mut body = json!({ "prompt": prompt, "stream": true });
            if request.alternatives > 0 {
                sampling::set(&mut body, "n_probs", json!(request.alternatives));
            }
            (NATIVE, body, stops)
        } else {
            (CHAT, openai::body(request), request.sampling.stop.clone())
        };
        sampling::set(&mut body, "return_progress", json!(true));
        sampling::set(&mut body, "timings_per_token", json!(true));
        let knobs = Sampling {
            stop: stops,
            ..request.sampling.clone()
        };
        sampling::put(
            &mut body,
            sampling::fields(&knobs, sampling::LLAMACPP, "stop"),
        );
        // The native endpoint has a name of its own for this one.
        if path == NATIVE
            && let Some(limit) = body
                .as_object_mut()
                .and_then(|body| body.remove("max_tokens"))
        {
            sampling::set(&mut body, "n_predict", limit);
        }
        sampling::put(&mut body, request.sampling.extra.clone());
        Call::post(path, &body)
    }

    fn decoder_for(&self, request: &ChatRequest, _rung: usize) -> Box<dyn Decoder> {
        Box::new(LlamaChunks {
            chunks: Chunks::of(request),
        })
    }

    fn takes(&self) -> Takes {
        Takes {
            knobs: sampling::LLAMACPP,
            stop_texts: true,
            images: true,
            alternatives: true,
            templates: true,
            ..Takes::default()
        }
    }

    fn decoder(&self, _rung: usize) -> Box<dyn Decoder> {
        Box::new(LlamaChunks::default())
    }

    fn models(&self) -> Call {
        Call::get("/v1/models")
    }

    fn read_models(&self, body: &str) -> Result<Vec<Model>, ServerError> {
        read::models(body)
    }

    fn context(&self, _model: Option<&str>) -> Option<Call> {
        Some(Call::get("/props"))
    }

    fn read_context(&self, body: &str, _model: Option<&str>) -> Option<u32> {
        let props = read::object(body)?;
        count(props.get("default_generation_settings")?, "n_ctx").filter(|&context| context > 0)
    }

    fn count(&self, request: &ChatRequest) -> Option<Call> {
        if is_flat(request) {
            let body = json!({ "content": templates::prompt(request).0, "add_special": true, "parse_special": true });
            return Some(Call::post("/tokenize", &body));
        }
        let mut body = json!({ "messages": openai::messages(request) });
        if let Some(model) = &request.model {
            sampling::set(&mut body, "model", json!(model));
        }
        Some(Call::post("/v1/chat/completions/input_tokens", &body))
    }

    fn read_count(&self, body: &str) -> Option<u32> {
        let value = read::object(body)?;
        count(&value, "input_tokens")
            .or_else(|| value.get("tokens")?.as_array()?.len().try_into().ok())
    }

    fn alive(&self) -> Call {
        Call::get("/health")
    }
}

/// The chat endpoint applies the server's own template (what `/apply-template` tells); another one goes to the native endpoint,
/// where pictures have no place.
fn is_flat(request: &ChatRequest) -> bool {
    request.template.is_some()
        && request
            .messages
            .iter()
            .all(|message| message.images.is_empty())
}

/// Reads chat chunks, and the frames of the native `/completion`.
#[derive(Debug, Default)]
struct LlamaChunks {
    chunks: Chunks,
}

impl LlamaChunks {
    fn native(&mut self, said: &Said, out: &mut Vec<ChatEvent>) {
        let (value, reply) = (&said.value, &mut self.chunks.reply);
        reply.model(text(value, "model"), out);
        let from = out.len();
        reply.text(text(value, "content").unwrap_or_default(), out);
        if let Some(probabilities) = value.get("completion_probabilities") {
            reply.tokens(tokens::read(probabilities), from, out);
        }
        reply.usage(
            Usage {
                prompt_tokens: count(value, "tokens_evaluated"),
                completion_tokens: count(value, "tokens_predicted"),
                cached_tokens: None,
            },
            out,
        );
        if value.get("stop") == Some(&Value::Bool(true)) {
            let word = text(value, "stop_type")
                .filter(|&word| word != "none")
                .unwrap_or("stop");
            reply.mark(word, out);
        }
    }
}

impl Decoder for LlamaChunks {
    fn frame(&mut self, frame: Frame<'_>, out: &mut Vec<ChatEvent>) {
        let Some(said) = self.chunks.read(frame, out) else {
            return;
        };
        let reply = &mut self.chunks.reply;
        if let Some(progress) = said.value.get("prompt_progress")
            && let (Some(processed), Some(total)) =
                (count(progress, "processed"), count(progress, "total"))
        {
            reply.progress(Progress::ReadingPrompt { processed, total }, out);
        }
        if let Some(timings) = said.value.get("timings") {
            let (usage, timings) = read_timings(timings);
            reply.usage(usage, out);
            reply.timings(timings, out);
        }
        if said.value.get("choices").is_none()
            && said.value.get("content").is_some()
            && said.value.get("stop").is_some()
        {
            self.native(&said, out);
        } else {
            self.chunks.chunk(&said, out);
        }
    }

    fn finish(&mut self, out: &mut Vec<ChatEvent>) {
        self.chunks.finish(out);
    }
}

/// The server's clock, which counts tokens as it goes: with it a reply that is cut off has figures too.
fn read_timings(timings: &Value) -> (Usage, Timings) {
    let Some(predicted) = count(timings, "predicted_n").filter(|&predicted| predicted > 0) else {
        return Default::default();
    };
    let cached = count(timings, "cache_n");
    let usage = Usage {
        prompt_tokens: count(timings, "prompt_n").map(|read| read + cached.unwrap_or(0)),
        completion_tokens: Some(predicted),
        cached_tokens: cached,
    };
    let timings = Timings {
        load_ms: None,
        prompt_ms: measured(timings, "prompt_ms"),
        predicted_ms: measured(timings, "predicted_ms"),
        predicted_per_second: measured(timings, "predicted_per_second"),
    };
    (usage, timings)
}
