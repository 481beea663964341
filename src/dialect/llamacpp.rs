//! llama.cpp's `llama-server`: OpenAI's chat, with the progress of reading the prompt, its times, and a count of the prompt's tokens.
//!
//! An unfinished last message of the assistant is gone on from by itself. Closing the connection stops the reply, as long as no
//! `X-Conversation-Id` is sent. With that header the reply does not need its connection (protocols, 7.6): one that broke is read on
//! from the byte at which it broke, and a stop is a call of its own. A header makes a preflight, so it is sent only where that is
//! no price.

use serde_json::{Value, json};

use super::openai::{self, CHAT, Chunks};
use super::read::{count, measured, short_name, text};
use super::reply::Said;
use super::resume::{Replay, Resume};
use super::sampling::{self, Spelling};
use super::{
    Call, Commands, Decoder, Dialect, Family, Heard, Known, Origins, Probe, Question, Seen, Sign,
    Stage, Takes, Transport, read, read_error, templates, tokens,
};
use crate::chat::request::{ChatRequest, Knob, Sampling};
use crate::event::{ChatEvent, ErrorCause, Progress, Timings, Usage};
use crate::wire::Frame;

/// Path for a flat prompt, in a template of the person's choice.
const NATIVE: &str = "/completion";
/// Path at which the server tells its properties, the size of the context among them.
const PROPS: &str = "/props";
/// Header that gives a reply a name, under which it goes on without its connection.
const NAMED: &str = "X-Conversation-Id";
/// Path at which a reply of that name is read again, or ended.
const AGAIN: &str = "/v1/stream?conv_id=";

/// llama.cpp's names of the settings (protocols, 7.3).
const KNOBS: Spelling = &[
    (Knob::Temperature, "temperature"),
    (Knob::TopP, "top_p"),
    (Knob::TopK, "top_k"),
    (Knob::MinP, "min_p"),
    (Knob::TypicalP, "typical_p"),
    (Knob::RepeatPenalty, "repeat_penalty"),
    (Knob::PresencePenalty, "presence_penalty"),
    (Knob::FrequencyPenalty, "frequency_penalty"),
    (Knob::DryMultiplier, "dry_multiplier"),
    (Knob::DryBase, "dry_base"),
    (Knob::DryAllowedLength, "dry_allowed_length"),
    (Knob::XtcProbability, "xtc_probability"),
    (Knob::XtcThreshold, "xtc_threshold"),
    (Knob::Mirostat, "mirostat"),
    (Knob::MirostatTau, "mirostat_tau"),
    (Knob::MirostatEta, "mirostat_eta"),
    (Knob::Seed, "seed"),
    (Knob::MaxTokens, "max_tokens"),
];

pub(super) static FAMILY: Family = Family {
    word: "llamacpp",
    name: "llama.cpp",
    // The newer one is that of its own program `llama`.
    ports: &[8080, 9931],
    // Its list can be read without a key, what else it tells cannot.
    signs: &[
        Sign::Asked(
            Stage::First,
            Probe {
                path: PROPS,
                read: recognise,
            },
        ),
        Sign::Owner("llamacpp"),
    ],
    alive: Some("/health"),
    commands: Commands {
        start: Some("llama-server -m MODEL.gguf --port 8080"),
        listen_all: Some("llama-server -m MODEL.gguf --host 0.0.0.0"),
        more_context: Some("llama-server -m MODEL.gguf -c 16384"),
        parallel: Some("llama-server -m MODEL.gguf --parallel 2"),
        use_gpu: Some("llama-server -m MODEL.gguf -ngl 99"),
        key: Some("llama-server --api-key KEY"),
        origins: Origins::Command("llama-server -m MODEL.gguf --cors-origins {page}"),
        ..Commands::NONE
    },
    ..Family::UNKNOWN
};

pub(super) const DIALECT: &dyn Dialect = &LlamaCpp;

/// Recognises the server by its properties, or by its word that it loads a model.
fn recognise(heard: &Heard<'_>) -> Seen {
    let value = heard.value;
    let settings = value
        .get("default_generation_settings")
        .filter(|settings| settings.is_object());
    if settings.is_some() || text(value, "build_info").is_some() {
        return Seen::Yes(Known {
            model: text(value, "model_alias")
                .or_else(|| text(value, "model_path"))
                .map(short_name),
            context: settings
                .and_then(|settings| count(settings, "n_ctx"))
                .filter(|&context| context > 0),
        });
    }
    let loads = || read_error(heard.status, "", heard.body).cause == ErrorCause::Loading;
    Seen::just(heard.status == 503 && loads())
}

/// llama.cpp's own server.
struct LlamaCpp;

impl Dialect for LlamaCpp {
    fn family(&self) -> &'static Family {
        &FAMILY
    }

    fn transports(&self) -> &'static [Transport] {
        &[openai::TRANSPORT]
    }

    fn chat(&self, request: &ChatRequest, _over: &Transport) -> Call {
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
        sampling::put(&mut body, sampling::fields(&knobs, KNOBS, "stop"));
        // The native endpoint has a name of its own for this one.
        if path == NATIVE
            && let Some(limit) = body
                .as_object_mut()
                .and_then(|body| body.remove("max_tokens"))
        {
            sampling::set(&mut body, "n_predict", limit);
        }
        sampling::put(&mut body, request.sampling.extra.clone());
        let mut call = Call::post(path, &body);
        if request.free_headers {
            call.headers.push((NAMED, request.generation.clone()));
        }
        call
    }

    fn decoder(&self, request: &ChatRequest, _over: &Transport) -> Box<dyn Decoder> {
        Box::new(LlamaChunks {
            chunks: Chunks::of(request),
        })
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

    fn resume(&self, request: &ChatRequest, _over: &Transport) -> Option<Resume> {
        let replay = || Replay {
            path: format!("{AGAIN}{}", request.generation),
            from: "&from=",
        };
        request.free_headers.then(|| Resume::Replay(replay()))
    }

    fn context(&self, _model: Option<&str>) -> Option<Question<u32>> {
        Some(Question::new(Call::get(PROPS), |body| {
            let props = read::object(body)?;
            count(props.get("default_generation_settings")?, "n_ctx").filter(|&context| context > 0)
        }))
    }

    fn count(&self, request: &ChatRequest) -> Option<Question<u32>> {
        let call = if is_flat(request) {
            let body = json!({ "content": templates::prompt(request).0, "add_special": true, "parse_special": true });
            Call::post("/tokenize", &body)
        } else {
            let mut body = json!({ "messages": openai::messages(request) });
            if let Some(model) = &request.model {
                sampling::set(&mut body, "model", json!(model));
            }
            Call::post("/v1/chat/completions/input_tokens", &body)
        };
        Some(Question::new(call, |body| {
            let value = read::object(body)?;
            count(&value, "input_tokens")
                .or_else(|| value.get("tokens")?.as_array()?.len().try_into().ok())
        }))
    }
}

/// Tells whether a request goes to the native endpoint. The chat endpoint applies the server's own template (what
/// `/apply-template` tells); another one goes to the native endpoint, where pictures have no place.
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

/// Reads the server's clock, which counts tokens as it goes: with it a reply that is cut off has figures too.
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
