//! KoboldCpp: OpenAI's chat where the server has it, else its native stream, both with a `genkey` that its abort takes.
//!
//! The native endpoints apply no chat template: [`prompt`] formats the conversation. Where no stream gets through, the whole answer is
//! asked for, and while it is made, what there is of it. The native stream's frames end with a `finish_reason` and no
//! `[DONE]`; up to 1.101 the reason is the string `null` while it runs, and the `/v1` stream's `[DONE]` has no blank line behind it.

use serde_json::{Value, json};

use super::openai::{self, CHAT, Chunks};
use super::read::{count, measured, text};
use super::reply::{Reply, Said, end_word};
use super::stops::Stops;
use super::told::Told;
use super::{Call, Decoder, Dialect, Model, Takes, Via, read, sampling, templates, tokens};
use crate::chat::request::{ChatRequest, Sampling};
use crate::event::{ChatEvent, ServerError, Timings, Token, Usage};
use crate::wire::Frame;

/// The native stream.
pub(super) const NATIVE: &str = "/api/extra/generate/stream";
/// Tells what a running reply has so far, for servers whose stream does not get through.
pub(super) const CHECK: &str = "/api/extra/generate/check";
/// The whole answer at its end.
pub(super) const WHOLE: &str = "/api/v1/generate";
/// The rung that asks again and again what is there: its answers hold the whole text so far, not pieces.
pub(super) const POLLED: usize = 2;

/// Milliseconds between two questions what is there.
const EVERY: f64 = 250.0;

/// KoboldCpp, old and new.
#[derive(Debug, Clone, Copy, Default)]
pub struct KoboldCpp;

impl Dialect for KoboldCpp {
    fn rungs(&self) -> &'static [&'static str] {
        &[CHAT, NATIVE, CHECK, WHOLE]
    }

    fn chat(&self, request: &ChatRequest, rung: usize) -> Call {
        let rung = fitting(request, rung);
        if rung == 0 {
            let mut body = openai::body(request);
            sampling::set(&mut body, "genkey", json!(request.generation));
            sampling::put(
                &mut body,
                sampling::fields(&request.sampling, sampling::KOBOLDCPP_V1, "stop"),
            );
            if request.continues {
                sampling::set(&mut body, "continue_assistant_turn", json!(true));
            }
            sampling::put(&mut body, request.sampling.extra.clone());
            return Call::post(CHAT, &body);
        }
        let mut body = native(request);
        sampling::put(&mut body, request.sampling.extra.clone());
        match rung {
            1 => Call::post(NATIVE, &body),
            POLLED => polled(request, &body),
            _ => Call::post(WHOLE, &body).whole(),
        }
    }

    fn next_rung(&self, rung: usize) -> Option<usize> {
        // The whole answer at once is no better than what came.
        (rung < POLLED).then_some(rung + 1)
    }

    fn decoder(&self, rung: usize) -> Box<dyn Decoder> {
        match rung {
            POLLED => Box::new(Polled::default()),
            _ => Box::new(KoboldChunks::default()),
        }
    }

    fn decoder_for(&self, request: &ChatRequest, rung: usize) -> Box<dyn Decoder> {
        match fitting(request, rung) {
            rung @ (0 | POLLED) => self.decoder(rung),
            _ => Box::new(KoboldChunks::of_native(request)),
        }
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
        let body = json!({ "prompt": templates::prompt(request).0, "messages": openai::messages(request) });
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

/// The chat endpoint applies the model's own template: where the person chose another, the native stream takes its place.
fn fitting(request: &ChatRequest, rung: usize) -> usize {
    if request.template.is_some() {
        rung.max(1)
    } else {
        rung
    }
}

/// The request that all native endpoints take, but for the person's own fields.
pub(super) fn native(request: &ChatRequest) -> Value {
    let (prompt, stops) = templates::prompt(request);
    let mut body = json!({
        "prompt": prompt,
        "genkey": request.generation,
        "stop_sequence": stops,
        "trim_stop": true,
    });
    if request.alternatives > 0 {
        // They are not in the stream: it is asked for them when the reply has ended.
        sampling::set(&mut body, "logprobs", json!(true));
    }
    let images = request.messages.iter().flat_map(|message| &message.images);
    let images: Vec<&str> = images.map(|image| image.base64.as_str()).collect();
    if !images.is_empty() {
        sampling::set(&mut body, "images", json!(images));
    }
    // The stop texts above hold the template's own beside the person's.
    let knobs = Sampling {
        stop: Vec::new(),
        ..request.sampling.clone()
    };
    sampling::put(
        &mut body,
        sampling::fields(&knobs, sampling::KOBOLDCPP, "stop_sequence"),
    );
    body
}

/// The whole answer, asked after while it is made.
pub(super) fn polled(request: &ChatRequest, body: &Value) -> Call {
    let check = Call::post(CHECK, &json!({ "genkey": request.generation }));
    Call {
        via: Via::Poll {
            check: Box::new(check),
            every: EVERY,
        },
        ..Call::post(WHOLE, body)
    }
}

/// Reads chat chunks, the frames of the native stream, and whole answers.
#[derive(Debug, Default)]
pub(super) struct KoboldChunks {
    chunks: Chunks,
    stops: Stops,
}

impl KoboldChunks {
    /// For a native endpoint, where older servers let stop texts through.
    pub fn of_native(request: &ChatRequest) -> KoboldChunks {
        KoboldChunks {
            stops: Stops::new(templates::prompt(request).1),
            ..KoboldChunks::default()
        }
    }

    /// The JSON object in a frame, if there is one left to decode.
    pub fn read(&mut self, frame: Frame<'_>, out: &mut Vec<ChatEvent>) -> Option<Said> {
        self.chunks.read(frame, out)
    }

    /// A piece of the answer, and what is known of its tokens. A stop text ends the reply.
    pub fn piece(&mut self, piece: &str, tokens: Vec<Token>, out: &mut Vec<ChatEvent>) {
        if self.stops.met() {
            return;
        }
        let from = out.len();
        let sure = self.stops.feed(piece);
        self.chunks.reply.text(&sure, out);
        self.chunks.reply.tokens(tokens, from, out);
        if self.stops.met() {
            self.chunks.reply.done("stop", out);
        }
    }

    /// A sure end.
    pub fn end(&mut self, word: &str, out: &mut Vec<ChatEvent>) {
        self.let_go(out);
        self.chunks.reply.done(word, out);
    }

    /// A frame without a type: native or OpenAI's.
    pub fn said(&mut self, said: &Said, out: &mut Vec<ChatEvent>) {
        let Some(native) = of_native(&said.value) else {
            return self.chunks.chunk(said, out);
        };
        // A whole answer says `text`, a piece of a stream `token`.
        let piece = text(native, "token").or_else(|| text(native, "text"));
        let known = native.get("logprobs").map(tokens::read);
        self.piece(piece.unwrap_or_default(), known.unwrap_or_default(), out);
        let tokens = |key| count(native, key);
        self.chunks.reply.usage(
            Usage {
                prompt_tokens: tokens("prompt_tokens"),
                completion_tokens: tokens("completion_tokens"),
                cached_tokens: None,
            },
            out,
        );
        if let Some(word) = end_word(native.get("finish_reason")) {
            self.chunks.reply.mark(&word, out);
        }
    }

    /// What waited for the rest of a stop text was answer after all.
    fn let_go(&mut self, out: &mut Vec<ChatEvent>) {
        let from = out.len();
        let held = self.stops.finish();
        if !held.is_empty() {
            self.chunks.reply.text(&held, out);
            self.chunks.reply.tokens(Vec::new(), from, out);
        }
    }
}

impl Decoder for KoboldChunks {
    fn frame(&mut self, frame: Frame<'_>, out: &mut Vec<ChatEvent>) {
        if let Some(said) = self.read(frame, out) {
            self.said(&said, out);
        }
    }

    fn finish(&mut self, out: &mut Vec<ChatEvent>) {
        self.let_go(out);
        self.chunks.finish(out);
    }
}

/// The part of a native answer that holds the text.
fn of_native(value: &Value) -> Option<&Value> {
    let result = value.get("results").and_then(|results| results.get(0));
    result.or_else(|| value.get("token").map(|_| value))
}

/// Reads what is there so far, again and again, and at last the whole answer.
#[derive(Debug, Default)]
struct Polled {
    reply: Reply,
    told: Told,
}

impl Decoder for Polled {
    fn frame(&mut self, frame: Frame<'_>, out: &mut Vec<ChatEvent>) {
        let Some(said) = self.reply.read(frame, out) else {
            return;
        };
        let Some(native) = of_native(&said.value) else {
            if !self.reply.error_in(&said.value, out) {
                self.reply.unknown(&said, out);
            }
            return;
        };
        match text(native, "text") {
            Some(whole) => self.told.whole(whole, &mut self.reply, out),
            None => out.push(ChatEvent::Alive),
        }
        if let Some(word) = end_word(native.get("finish_reason")) {
            self.reply.mark(&word, out);
        }
    }

    fn finish(&mut self, out: &mut Vec<ChatEvent>) {
        self.reply.finish(out);
    }
}
