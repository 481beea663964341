//! KoboldCpp: OpenAI's chat where the server has it, else its native stream, both with a `genkey` that its abort takes.
//!
//! The native endpoints apply no chat template: [`templates::prompt`] formats the conversation. Where no stream gets through, the whole answer is
//! asked for, and while it is made, what there is of it. The native stream's frames end with a `finish_reason` and no
//! `[DONE]`; up to 1.101 the reason is the string `null` while it runs, and the `/v1` stream's `[DONE]` has no blank line behind it.
//! What there is of a reply whose connection broke is told to whoever has its `genkey` (protocols, 2.5).

mod perf;

use serde_json::{Value, json};

use super::openai::{self, CHAT, Chunks};
use super::read::{count, short_name, text};
use super::reply::{Reply, Said, end_word};
use super::resume::{Resume, Retell};
use super::sampling::{self, Spelling};
use super::stops::Stops;
use super::whole_text::WholeText;
use super::{
    Call, Carrier, Commands, Decoder, Dialect, Family, Known, Probe, Question, Quirks, Seen, Sign,
    Stage, Takes, Transport, Via, read, templates, tokens,
};
use crate::chat::request::{ChatRequest, Knob, Sampling};
use crate::event::{ChatEvent, Timings, Token, Usage};
use crate::wire::Frame;

/// The native stream.
pub(super) const NATIVE: &str = "/api/extra/generate/stream";
/// Tells what a running reply has so far, for servers whose stream does not get through.
pub(super) const CHECK: &str = "/api/extra/generate/check";
/// Path at which the server tells what it does, and how long its last reply took.
const PERF: &str = "/api/extra/perf";
/// Path that gives the whole answer at its end.
pub(super) const WHOLE: &str = "/api/v1/generate";
/// Path at which the server tells its version, and so that it lives.
const VERSION: &str = "/api/extra/version";
/// Path at which the server tells its model.
pub(super) const MODEL: &str = "/api/v1/model";
/// Ends a reply.
pub(super) const ABORT: &str = "/api/extra/abort";

/// Milliseconds between two questions for what there is of an answer so far.
const EVERY: f64 = 250.0;

/// The native endpoint's names of the settings (protocols, 2.3).
pub(super) const KNOBS: Spelling = &[
    (Knob::Temperature, "temperature"),
    (Knob::TopP, "top_p"),
    (Knob::TopK, "top_k"),
    (Knob::MinP, "min_p"),
    (Knob::TypicalP, "typical"),
    (Knob::RepeatPenalty, "rep_pen"),
    (Knob::PresencePenalty, "presence_penalty"),
    (Knob::DryMultiplier, "dry_multiplier"),
    (Knob::DryBase, "dry_base"),
    (Knob::DryAllowedLength, "dry_allowed_length"),
    (Knob::XtcProbability, "xtc_probability"),
    (Knob::XtcThreshold, "xtc_threshold"),
    (Knob::Mirostat, "mirostat"),
    (Knob::MirostatTau, "mirostat_tau"),
    (Knob::MirostatEta, "mirostat_eta"),
    (Knob::Seed, "sampler_seed"),
    (Knob::MaxTokens, "max_length"),
    (Knob::Context, "max_context_length"),
];

/// Names that KoboldCpp's `/v1` side has in common with OpenAI; its others are the native ones.
const OPENAI_KNOBS: Spelling = &[
    (Knob::FrequencyPenalty, "frequency_penalty"),
    (Knob::Seed, "seed"),
    (Knob::MaxTokens, "max_tokens"),
];

/// Commands that KoboldCpp and the servers built on it have in common.
pub(super) const COMMANDS: Commands = Commands {
    start: Some("koboldcpp MODEL.gguf --port 5001"),
    listen_all: Some("koboldcpp MODEL.gguf --host 0.0.0.0"),
    more_context: Some("koboldcpp MODEL.gguf --contextsize 16384"),
    parallel: Some("koboldcpp MODEL.gguf --multiuser 5"),
    use_gpu: Some("koboldcpp MODEL.gguf --gpulayers 99"),
    key: Some("koboldcpp --password KEY"),
    ..Commands::NONE
};

/// Quirks that KoboldCpp and the servers built on it have in common.
pub(super) const QUIRKS: Quirks = Quirks {
    preflight_costs_a_socket: true,
    ..Quirks::NONE
};

/// Family that KoboldCpp and the servers built on it have in common; the others fill in what is their own.
pub(super) const BASE: Family = Family {
    ports: &[5001],
    alive: Some(VERSION),
    commands: COMMANDS,
    quirks: QUIRKS,
    ..Family::UNKNOWN
};

pub(super) static FAMILY: Family = Family {
    word: "koboldcpp",
    name: "KoboldCpp",
    signs: &[
        // Newer ones answer like llama.cpp and Ollama as well.
        Sign::Asked(
            Stage::Imitates,
            Probe {
                path: VERSION,
                read: |heard| {
                    let name = text(heard.value, "result");
                    match name.is_some_and(|name| name.eq_ignore_ascii_case("koboldcpp")) {
                        true => Seen::Ask(&ITS_MODEL),
                        false => Seen::No,
                    }
                },
            },
        ),
        Sign::Owner("koboldcpp"),
    ],
    ..BASE
};

/// Question for the model, once the server has named itself: it is KoboldCpp by then, whatever comes.
static ITS_MODEL: Probe = Probe {
    path: MODEL,
    read: |heard| {
        Seen::Yes(Known {
            model: text(heard.value, "result").map(short_name),
            context: None,
        })
    },
};

pub(super) const DIALECT: &dyn Dialect = &KoboldCpp;

/// KoboldCpp, old and new.
pub(super) struct KoboldCpp;

impl Dialect for KoboldCpp {
    fn family(&self) -> &'static Family {
        &FAMILY
    }

    fn transports(&self) -> &'static [Transport] {
        const {
            &[
                openai::TRANSPORT.then(NATIVE),
                Transport::new(NATIVE, Carrier::Stream).then(CHECK),
                // The whole answer at once is no better than what came.
                Transport::new(CHECK, Carrier::Poll),
                Transport::new(WHOLE, Carrier::Whole),
            ]
        }
    }

    fn chat(&self, request: &ChatRequest, over: &Transport) -> Call {
        if is_chat(request, over) {
            let mut body = openai::body(request);
            sampling::set(&mut body, "genkey", json!(request.generation));
            let is_renamed = |knob| OPENAI_KNOBS.iter().any(|(renamed, _)| *renamed == knob);
            let others = KNOBS.iter().filter(|(knob, _)| !is_renamed(*knob));
            sampling::put(
                &mut body,
                sampling::fields(&request.sampling, others.chain(OPENAI_KNOBS), "stop"),
            );
            if request.continues {
                sampling::set(&mut body, "continue_assistant_turn", json!(true));
            }
            sampling::put(&mut body, request.sampling.extra.clone());
            return Call::post(CHAT, &body);
        }
        let mut body = native(request);
        sampling::put(&mut body, request.sampling.extra.clone());
        match over.via {
            Carrier::Poll => polled(request, &body),
            Carrier::Whole => Call::post(WHOLE, &body).whole(),
            _ => Call::post(NATIVE, &body),
        }
    }

    fn decoder(&self, request: &ChatRequest, over: &Transport) -> Box<dyn Decoder> {
        if over.via == Carrier::Poll {
            Box::new(Polled::default())
        } else if is_chat(request, over) {
            Box::new(KoboldChunks::default())
        } else {
            Box::new(KoboldChunks::of_native(request))
        }
    }

    fn takes(&self) -> Takes {
        Takes {
            knobs: KNOBS,
            stop_texts: true,
            images: true,
            alternatives: true,
            continues: true,
            templates: true,
            ..Takes::default()
        }
    }

    fn context(&self, _model: Option<&str>) -> Option<Question<u32>> {
        let call = Call::get("/api/extra/true_max_context_length");
        Some(Question::new(call, |body| {
            count(&read::object(body)?, "value").filter(|&context| context > 0)
        }))
    }

    fn count(&self, request: &ChatRequest) -> Option<Question<u32>> {
        // Older servers read `prompt`, newer ones prefer `messages`, to which they apply the model's own template.
        let body = json!({ "prompt": templates::prompt(request).0, "messages": openai::messages(request) });
        let call = Call::post("/api/extra/tokencount", &body);
        Some(Question::new(call, |body| {
            count(&read::object(body)?, "value")
        }))
    }

    fn stop(&self, generation: &str, _id: Option<&str>) -> Option<Call> {
        Some(Call::post(ABORT, &json!({ "genkey": generation })))
    }

    fn resume(&self, request: &ChatRequest, over: &Transport) -> Option<Resume> {
        if over.via != Carrier::Stream {
            // Whoever polls asks for all that there is at every turn.
            return None;
        }
        let stops = match is_chat(request, over) {
            true => Vec::new(),
            false => templates::prompt(request).1,
        };
        Some(Resume::Retell(Box::new(Retell {
            doing: Call::get(PERF),
            told: Call::post(CHECK, &json!({ "genkey": request.generation })),
            every: EVERY,
            read: perf::doing,
            decoder: Box::new(move || Box::new(KoboldChunks::with_stops(stops.clone()))),
        })))
    }

    fn perf(&self) -> Option<Question<(Usage, Timings)>> {
        Some(Question::new(Call::get(PERF), perf::figures))
    }

    fn tokens(&self, generation: &str) -> Option<Question<Vec<Token>>> {
        let call = Call::post("/api/extra/last_logprobs", &json!({ "genkey": generation }));
        Some(Question::new(call, |body| {
            Some(tokens::read(read::object(body)?.get("logprobs")?))
        }))
    }
}

/// Tells whether the chat endpoint is asked. It applies the model's own template: where the person chose another, the native
/// stream takes its place.
fn is_chat(request: &ChatRequest, over: &Transport) -> bool {
    over.name == CHAT && request.template.is_none()
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
    sampling::put(&mut body, sampling::fields(&knobs, KNOBS, "stop_sequence"));
    body
}

/// Asks for the whole answer, and after it while it is made.
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
    /// Makes a decoder for a native endpoint, where older servers let stop texts through.
    pub fn of_native(request: &ChatRequest) -> KoboldChunks {
        KoboldChunks::with_stops(templates::prompt(request).1)
    }

    fn with_stops(stops: Vec<String>) -> KoboldChunks {
        KoboldChunks {
            stops: Stops::new(stops),
            ..KoboldChunks::default()
        }
    }

    /// The JSON object in a frame, if there is one left to decode.
    pub fn read(&mut self, frame: Frame<'_>, out: &mut Vec<ChatEvent>) -> Option<Said> {
        self.chunks.read(frame, out)
    }

    /// Takes a piece of the answer, and what is known of its tokens. A stop text ends the reply.
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

    /// Takes a sure end, with the server's word for it.
    pub fn end(&mut self, word: &str, out: &mut Vec<ChatEvent>) {
        self.let_go(out);
        self.chunks.reply.done(word, out);
    }

    /// Reads a frame without a type: native or OpenAI's.
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

    /// Lets go of what waited for the rest of a stop text: it was answer after all.
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
    told: WholeText,
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
