//! Ollama's native `/api/chat`: NDJSON, thinking in its own field, times in nanoseconds, no heartbeats.
//!
//! The native API is preferred to its `/v1`, which swallows errors in mid-stream. No custom header is ever sent: its preflight refuses
//! them. An unfinished last message of the assistant is gone on from by itself. Closing the connection stops the reply.

use serde_json::{Value, json};

use super::openai::Chunks;
use super::read::{count, number, text};
use super::{Call, Decoder, Dialect, Model, Takes, read, sampling, tokens};
use crate::chat::request::ChatRequest;
use crate::event::{ChatEvent, ServerError, Timings, Usage};
use crate::wire::Frame;

const CHAT: &str = "/api/chat";

/// Ollama.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ollama;

/// The messages, pictures as bare base64 beside the words.
fn messages(request: &ChatRequest) -> Value {
    let says = request.messages.iter().map(|message| {
        let mut said = json!({ "role": message.role.word(), "content": message.text });
        if !message.images.is_empty() {
            let images = message.images.iter().map(|image| json!(image.base64));
            sampling::set(&mut said, "images", images.collect());
        }
        said
    });
    says.collect()
}

impl Dialect for Ollama {
    fn rungs(&self) -> &'static [&'static str] {
        &[CHAT]
    }

    fn chat(&self, request: &ChatRequest, _rung: usize) -> Call {
        let mut body = json!({
            "model": request.model.as_deref().unwrap_or_default(),
            "messages": messages(request),
            "stream": true,
        });
        let options = sampling::fields(&request.sampling, sampling::OLLAMA, "stop");
        if !options.is_empty() {
            sampling::set(&mut body, "options", Value::Object(options));
        }
        if request.alternatives > 0 {
            sampling::set(&mut body, "logprobs", json!(true));
            sampling::set(&mut body, "top_logprobs", json!(request.alternatives));
        }
        sampling::put(&mut body, request.sampling.extra.clone());
        Call::post(CHAT, &body)
    }

    fn takes(&self) -> Takes {
        Takes {
            knobs: sampling::OLLAMA,
            stop_texts: true,
            images: true,
            alternatives: true,
            ..Takes::default()
        }
    }

    fn decoder(&self, _rung: usize) -> Box<dyn Decoder> {
        Box::new(Lines::default())
    }

    fn models(&self) -> Call {
        Call::get("/api/tags")
    }

    fn read_models(&self, body: &str) -> Result<Vec<Model>, ServerError> {
        read::models(body)
    }

    fn context(&self, _model: Option<&str>) -> Option<Call> {
        Some(Call::get("/api/ps"))
    }

    /// Only a loaded model has a context; what the model could have is another number.
    fn read_context(&self, body: &str, model: Option<&str>) -> Option<u32> {
        let value = read::object(body)?;
        let loaded = value.get("models")?.as_array()?;
        let tagged = |name: &str| {
            if name.contains(':') {
                name.to_owned()
            } else {
                format!("{name}:latest")
            }
        };
        let is_it = |item: &&Value| {
            let Some(model) = model else {
                return true;
            };
            ["name", "model"]
                .into_iter()
                .filter_map(|key| text(item, key))
                .any(|name| tagged(name) == tagged(model))
        };
        count(loaded.iter().find(is_it)?, "context_length").filter(|&context| context > 0)
    }

    fn alive(&self) -> Call {
        Call::get("/api/version")
    }
}

/// Reads its lines; chunks in OpenAI's form too, for servers that only look like Ollama.
#[derive(Debug, Default)]
struct Lines {
    chunks: Chunks,
}

impl Decoder for Lines {
    fn frame(&mut self, frame: Frame<'_>, out: &mut Vec<ChatEvent>) {
        let Some(said) = self.chunks.read(frame, out) else {
            return;
        };
        let (value, reply) = (&said.value, &mut self.chunks.reply);
        if value
            .get("message")
            .is_none_or(|message| !message.is_object())
            && value.get("response").is_none()
            && value.get("done").is_none()
        {
            return self.chunks.chunk(&said, out);
        }
        reply.model(text(value, "model"), out);
        // `/api/generate` has the same fields at the top.
        let message = value
            .get("message")
            .filter(|message| message.is_object())
            .unwrap_or(value);
        reply.reasoning(text(message, "thinking").unwrap_or_default(), out);
        let from = out.len();
        reply.text(
            text(message, "content")
                .or_else(|| text(message, "response"))
                .unwrap_or_default(),
            out,
        );
        if let Some(logprobs) = value.get("logprobs") {
            reply.tokens(tokens::read(logprobs), from, out);
        }
        if let Some(calls) = message.get("tool_calls").filter(|calls| !calls.is_null()) {
            reply.tools(calls, out);
        }
        if reply.error_in(value, out) {
            return;
        }
        if value.get("done") == Some(&Value::Bool(true)) {
            let (usage, timings) = figures(value);
            reply.usage(usage, out);
            reply.timings(timings, out);
            reply.mark(text(value, "done_reason").unwrap_or("stop"), out);
        }
    }

    fn finish(&mut self, out: &mut Vec<ChatEvent>) {
        self.chunks.finish(out);
    }
}

fn figures(value: &Value) -> (Usage, Timings) {
    let millis = |key| number(value, key).map(|nanos| nanos / 1e6);
    let (tokens, predicted_ms) = (count(value, "eval_count"), millis("eval_duration"));
    let usage = Usage {
        prompt_tokens: count(value, "prompt_eval_count"),
        completion_tokens: tokens,
        cached_tokens: None,
    };
    let timings = Timings {
        load_ms: millis("load_duration"),
        prompt_ms: millis("prompt_eval_duration"),
        predicted_ms,
        predicted_per_second: tokens
            .zip(predicted_ms.filter(|millis| *millis > 0.0))
            .map(|(tokens, millis)| f64::from(tokens) / millis * 1000.0),
    };
    (usage, timings)
}
