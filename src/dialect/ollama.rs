//! Ollama's native `/api/chat`: NDJSON, thinking in its own field, times in nanoseconds, no heartbeats.
//!
//! The native API is preferred to its `/v1`, which swallows errors in mid-stream. No custom header is ever sent: its preflight refuses
//! them. An unfinished last message of the assistant is gone on from by itself. Closing the connection stops the reply.

use serde_json::{Value, json};

use super::openai::Chunks;
use super::read::{count, number, short_name, text};
use super::sampling::{self, Spelling};
use super::{
    Call, Carrier, Commands, Decoder, Dialect, Family, Known, Models, Origins, Probe, Question,
    Quirks, Seen, Sign, Stage, Takes, Transport, read, tokens,
};
use crate::chat::request::{ChatRequest, Knob};
use crate::event::{ChatEvent, Timings, Usage};
use crate::wire::Frame;

const CHAT: &str = "/api/chat";

const VERSION: &str = "/api/version";
const TAGS: &str = "/api/tags";

/// Ollama's names of the settings, inside `options` (protocols, 8.2).
const KNOBS: Spelling = &[
    (Knob::Temperature, "temperature"),
    (Knob::TopP, "top_p"),
    (Knob::TopK, "top_k"),
    (Knob::MinP, "min_p"),
    (Knob::TypicalP, "typical_p"),
    (Knob::RepeatPenalty, "repeat_penalty"),
    (Knob::PresencePenalty, "presence_penalty"),
    (Knob::FrequencyPenalty, "frequency_penalty"),
    (Knob::Seed, "seed"),
    (Knob::MaxTokens, "num_predict"),
    (Knob::Context, "num_ctx"),
];

pub(super) static FAMILY: Family = Family {
    word: "ollama",
    name: "Ollama",
    ports: &[11434],
    signs: &[Sign::Asked(
        Stage::First,
        Probe {
            path: VERSION,
            read: |heard| match text(heard.value, "version") {
                Some(_) => Seen::Ask(&ITS_MODELS),
                None => Seen::No,
            },
        },
    )],
    alive: Some(VERSION),
    commands: Commands {
        start: Some("ollama serve"),
        listen_all: Some("OLLAMA_HOST=0.0.0.0 ollama serve"),
        more_context: Some("OLLAMA_CONTEXT_LENGTH=16384 ollama serve"),
        parallel: Some("OLLAMA_NUM_PARALLEL=2 ollama serve"),
        keep_loaded: Some("OLLAMA_KEEP_ALIVE=-1 ollama serve"),
        fetch_model: Some("ollama pull {model}"),
        origins: Origins::Variable {
            start: "OLLAMA_ORIGINS={page} ollama serve",
            // Linux, macOS, Windows.
            service: "systemctl edit ollama   # [Service] Environment=\"OLLAMA_ORIGINS={page}\"\n\
                      launchctl setenv OLLAMA_ORIGINS \"{page}\"\n\
                      setx OLLAMA_ORIGINS \"{page}\"",
        },
        ..Commands::NONE
    },
    quirks: Quirks {
        may_lack_models: true,
        swallows_errors_as_openai: true,
        ..Quirks::NONE
    },
};

/// Question for the models, which decides: others than Ollama tell a version too.
static ITS_MODELS: Probe = Probe {
    path: TAGS,
    read: |heard| match heard.value.get("models").and_then(Value::as_array) {
        Some(models) => {
            let first = models.first().and_then(|model| text(model, "name"));
            Seen::Yes(Known {
                model: first.map(short_name),
                context: None,
            })
        }
        None => Seen::No,
    },
};

pub(super) const DIALECT: &dyn Dialect = &Ollama;

/// Ollama.
struct Ollama;

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
    fn family(&self) -> &'static Family {
        &FAMILY
    }

    fn transports(&self) -> &'static [Transport] {
        const { &[Transport::new(CHAT, Carrier::Stream)] }
    }

    fn chat(&self, request: &ChatRequest, _over: &Transport) -> Call {
        let mut body = json!({
            "model": request.model.as_deref().unwrap_or_default(),
            "messages": messages(request),
            "stream": true,
        });
        let options = sampling::fields(&request.sampling, KNOBS, "stop");
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
            knobs: KNOBS,
            stop_texts: true,
            images: true,
            alternatives: true,
            continues: true,
            ..Takes::default()
        }
    }

    fn decoder(&self, _request: &ChatRequest, _over: &Transport) -> Box<dyn Decoder> {
        Box::new(Lines::default())
    }

    fn models(&self) -> Question<Models> {
        Question::new(Call::get(TAGS), |body| Some(read::models(body)))
    }

    fn context(&self, model: Option<&str>) -> Option<Question<u32>> {
        let model = model.map(str::to_owned);
        Some(Question::new(Call::get("/api/ps"), move |body| {
            context(body, model.as_deref())
        }))
    }
}

/// Reads the size of a model's context in tokens. Only a loaded model has one; what the model could have is another number.
fn context(body: &str, model: Option<&str>) -> Option<u32> {
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

/// Reads Ollama's lines; chunks in OpenAI's form too, for servers that only look like Ollama.
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
