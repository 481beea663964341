//! KoboldCpp: OpenAI's chat where the server has it, else its native stream, both with a `genkey` that its abort takes.
//!
//! The native endpoint applies no chat template: [`prompt`] formats the conversation. Its frames end with a `finish_reason` and no
//! `[DONE]`; up to 1.101 the reason is the string `null` while it runs, and the `/v1` stream's `[DONE]` has no blank line behind it.

use serde_json::json;

use super::openai::{self, CHAT, Chunks};
use super::read::{count, measured, text};
use super::reply::end_word;
use super::{Call, Decoder, Dialect, Model, Takes, read, sampling, tokens};
use crate::chat::request::{ChatRequest, Role, Sampling};
use crate::event::{ChatEvent, ServerError, Timings, Token, Usage};
use crate::wire::Frame;

const NATIVE: &str = "/api/extra/generate/stream";

/// What stands before the person's turns in the built-in template, and ends the model's.
const ASKS: &str = "\n### Instruction:\n";
/// What stands before the model's turns.
const ANSWERS: &str = "\n### Response:\n";

/// KoboldCpp, old and new.
#[derive(Debug, Clone, Copy, Default)]
pub struct KoboldCpp;

impl Dialect for KoboldCpp {
    fn rungs(&self) -> &'static [&'static str] {
        &[CHAT, NATIVE]
    }

    fn chat(&self, request: &ChatRequest, rung: usize) -> Call {
        if rung == 0 {
            let mut body = openai::body(request);
            body["genkey"] = json!(request.generation);
            sampling::put(
                &mut body,
                sampling::fields(&request.sampling, sampling::KOBOLDCPP_V1, "stop"),
            );
            if request.continues {
                body["continue_assistant_turn"] = json!(true);
            }
            sampling::put(&mut body, request.sampling.extra.clone());
            return Call::post(CHAT, &body);
        }
        let wished = &request.sampling;
        let stops = [ASKS.trim_end(), ANSWERS.trim_end()]
            .into_iter()
            .map(str::to_owned);
        let mut body = json!({
            "prompt": prompt(request),
            "genkey": request.generation,
            "stop_sequence": stops.chain(wished.stop.iter().cloned()).collect::<Vec<_>>(),
            "trim_stop": true,
        });
        let images = request.messages.iter().flat_map(|message| &message.images);
        let images: Vec<&str> = images.map(|image| image.base64.as_str()).collect();
        if !images.is_empty() {
            body["images"] = json!(images);
        }
        // The stop texts above hold the template's own beside the person's.
        let knobs = Sampling {
            stop: Vec::new(),
            ..wished.clone()
        };
        sampling::put(
            &mut body,
            sampling::fields(&knobs, sampling::KOBOLDCPP, "stop_sequence"),
        );
        sampling::put(&mut body, wished.extra.clone());
        Call::post(NATIVE, &body)
    }

    fn decoder(&self, _rung: usize) -> Box<dyn Decoder> {
        Box::new(KoboldChunks::default())
    }

    fn takes(&self) -> Takes {
        Takes {
            knobs: sampling::KOBOLDCPP,
            stop_texts: true,
            images: true,
            alternatives: true,
            templates: true,
            ..Takes::default()
        }
    }

    fn models(&self) -> Call {
        Call::get("/v1/models")
    }

    fn read_models(&self, body: &str) -> Result<Vec<Model>, ServerError> {
        read::models(body)
    }

    fn context(&self, _model: Option<&str>) -> Option<Call> {
        Some(Call::get("/api/extra/true_max_context_length"))
    }

    fn read_context(&self, body: &str, _model: Option<&str>) -> Option<u32> {
        count(&read::object(body)?, "value").filter(|&context| context > 0)
    }

    fn count(&self, request: &ChatRequest) -> Option<Call> {
        // Older servers read `prompt`, newer ones prefer `messages`, to which they apply the model's own template.
        let body = json!({ "prompt": prompt(request), "messages": openai::messages(request) });
        Some(Call::post("/api/extra/tokencount", &body))
    }

    fn read_count(&self, body: &str) -> Option<u32> {
        count(&read::object(body)?, "value")
    }

    fn stop(&self, generation: &str, _id: Option<&str>) -> Option<Call> {
        Some(Call::post(
            "/api/extra/abort",
            &json!({ "genkey": generation }),
        ))
    }

    fn perf(&self) -> Option<Call> {
        Some(Call::get("/api/extra/perf"))
    }

    fn read_perf(&self, body: &str) -> Option<(Usage, Timings)> {
        let perf = read::object(body)?;
        let tokens = count(&perf, "last_token_count")?;
        let seconds = |newer, older| measured(&perf, newer).or_else(|| measured(&perf, older));
        let predicted = seconds("last_eval_time", "last_eval");
        let usage = Usage {
            prompt_tokens: count(&perf, "last_input_count"),
            completion_tokens: Some(tokens),
            cached_tokens: None,
        };
        let timings = Timings {
            load_ms: None,
            prompt_ms: seconds("last_process_time", "last_process").map(|seconds| seconds * 1000.0),
            predicted_ms: predicted.map(|seconds| seconds * 1000.0),
            predicted_per_second: measured(&perf, "last_eval_speed")
                .or_else(|| predicted.map(|seconds| f64::from(tokens) / seconds)),
        };
        Some((usage, timings))
    }

    fn tokens(&self, generation: &str) -> Option<Call> {
        Some(Call::post(
            "/api/extra/last_logprobs",
            &json!({ "genkey": generation }),
        ))
    }

    fn read_tokens(&self, body: &str) -> Vec<Token> {
        let said = read::object(body);
        let logprobs = said.as_ref().and_then(|said| said.get("logprobs"));
        logprobs.map(tokens::read).unwrap_or_default()
    }

    fn alive(&self) -> Call {
        Call::get("/api/extra/version")
    }
}

/// The conversation as one text, in the plain template that most models follow. It ends where the model goes on.
fn prompt(request: &ChatRequest) -> String {
    let mut prompt = String::new();
    let last = request.messages.len().saturating_sub(1);
    for (place, message) in request.messages.iter().enumerate() {
        match message.role {
            Role::System => prompt.push_str(&message.text),
            Role::User => {
                prompt.push_str(ASKS);
                prompt.push_str(&message.text);
            }
            Role::Assistant => {
                prompt.push_str(ANSWERS);
                prompt.push_str(&message.text);
                if request.continues && place == last {
                    return prompt;
                }
            }
        }
    }
    prompt.push_str(ANSWERS);
    prompt
}

/// Reads chat chunks, and the frames of the native stream.
#[derive(Debug, Default)]
struct KoboldChunks {
    chunks: Chunks,
}

impl Decoder for KoboldChunks {
    fn frame(&mut self, frame: Frame<'_>, out: &mut Vec<ChatEvent>) {
        let Some(said) = self.chunks.reply.read(frame, out) else {
            return;
        };
        let reply = &mut self.chunks.reply;
        let result = said.value.get("results").and_then(|results| results.get(0));
        let Some(native) = result.or_else(|| said.value.get("token").map(|_| &said.value)) else {
            return self.chunks.chunk(&said, out);
        };
        let from = out.len();
        // A whole answer says `text`, a piece of a stream `token`.
        reply.text(
            text(native, "token")
                .or_else(|| text(native, "text"))
                .unwrap_or_default(),
            out,
        );
        if let Some(logprobs) = native.get("logprobs") {
            reply.tokens(tokens::read(logprobs), from, out);
        }
        let tokens = |key| count(native, key);
        reply.usage(
            Usage {
                prompt_tokens: tokens("prompt_tokens"),
                completion_tokens: tokens("completion_tokens"),
                cached_tokens: None,
            },
            out,
        );
        if let Some(word) = end_word(native.get("finish_reason")) {
            reply.done(&word, out);
        }
    }

    fn finish(&mut self, out: &mut Vec<ChatEvent>) {
        self.chunks.finish(out);
    }
}
