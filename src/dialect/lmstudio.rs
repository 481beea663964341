//! LM Studio: its own stream of named events, which tells how a model loads and how the prompt is read, and OpenAI's where that fits better.
//!
//! The native endpoint takes one message and keeps the conversation itself. Rill's conversations branch and are edited, so it is asked
//! for what it can say in full: the first message, in words, with the settings that it knows. All else, and older servers, get OpenAI's.
//! The media type is not known to matter; the documentation sends `application/json`, and so does this.

use serde_json::{Value, json};

use super::openai::{self, Chunks, OpenAi};
use super::read::{count, measured, number, short_name, text};
use super::reply::Said;
use super::sampling::{self, Spelling};
use super::whole_text::WholeText;
use super::{
    Call, Carrier, Commands, Decoder, Dialect, Family, Known, Origins, Probe, Question, Seen, Sign,
    Stage, Takes, Transport, read,
};
use crate::chat::request::{ChatRequest, Knob, Message, Role};
use crate::event::{ChatEvent, Progress, Timings, Usage};
use crate::wire::Frame;

const NATIVE: &str = "/api/v1/chat";

/// The native endpoint's names of the settings that it knows.
const KNOBS: Spelling = &[
    (Knob::Temperature, "temperature"),
    (Knob::TopP, "top_p"),
    (Knob::TopK, "top_k"),
    (Knob::MinP, "min_p"),
    (Knob::RepeatPenalty, "repeat_penalty"),
    (Knob::MaxTokens, "max_output_tokens"),
];

/// Steps of a progress of which only the part of the whole is told.
const STEPS: u32 = 1000;

/// Path of the list of models with the state of each.
const STATES: &str = "/api/v0/models";

pub(super) static FAMILY: Family = Family {
    word: "lmstudio",
    name: "LM Studio",
    ports: &[1234],
    signs: &[Sign::Asked(
        Stage::ListedLast,
        Probe {
            path: STATES,
            read: |heard| recognise(heard.value),
        },
    )],
    commands: Commands {
        start: Some("lms server start --cors"),
        listen_all: Some("lms server start --bind 0.0.0.0 --cors"),
        more_context: Some("lms load MODEL --context-length 16384"),
        use_gpu: Some("lms load MODEL --gpu max"),
        fetch_model: Some("lms get {model}"),
        origins: Origins::Switch("lms server start --cors"),
        ..Commands::NONE
    },
    ..Family::UNKNOWN
};

pub(super) const DIALECT: &dyn Dialect = &LmStudio;

/// The OpenAI side.
const OPENAI: OpenAi = OpenAi::json_only(&FAMILY);

/// Recognises the server by the states in its list of models, which no other list tells. The loaded model counts, else the first.
fn recognise(value: &Value) -> Seen {
    let models = value.get("data").and_then(Value::as_array);
    let mut states = models
        .into_iter()
        .flatten()
        .filter(|model| text(model, "state").is_some());
    let is_loaded = |model: &&Value| text(model, "state") == Some("loaded");
    let loaded = states.clone().find(is_loaded).or_else(|| states.next());
    loaded.map_or(Seen::No, |model| {
        Seen::Yes(Known {
            model: text(model, "id").map(short_name),
            context: count(model, "loaded_context_length"),
        })
    })
}

/// LM Studio.
struct LmStudio;

/// The request in the native endpoint's words; `None` where it has none for a part of it.
fn native(request: &ChatRequest) -> Option<Value> {
    let (system, asks): (Option<&Message>, &Message) = match request.messages.as_slice() {
        [asks] => (None, asks),
        [system, asks] if system.role == Role::System => (Some(system), asks),
        _ => return None,
    };
    let wished = &request.sampling;
    let knows = |knob: &Knob| KNOBS.iter().any(|(known, _)| known == knob);
    let fits = asks.role == Role::User
        && asks.images.is_empty()
        && request.alternatives == 0
        && wished.stop.is_empty()
        && wished.extra.is_empty()
        && wished.knobs.keys().all(knows);
    if !fits {
        return None;
    }
    let mut body = json!({
        "model": request.model.as_ref()?,
        "input": asks.text,
        "stream": true,
        "store": false,
    });
    if let Some(system) = system {
        sampling::set(&mut body, "system_prompt", json!(system.text));
    }
    sampling::put(&mut body, sampling::fields(wished, KNOBS, "stop"));
    Some(body)
}

impl Dialect for LmStudio {
    fn family(&self) -> &'static Family {
        &FAMILY
    }

    fn transports(&self) -> &'static [Transport] {
        const { &[Transport::new(NATIVE, Carrier::Stream), openai::TRANSPORT] }
    }

    fn chat(&self, request: &ChatRequest, over: &Transport) -> Call {
        match native(request).filter(|_| over.name == NATIVE) {
            Some(body) => Call::post(NATIVE, &body).json_only(),
            None => OPENAI.ask(request),
        }
    }

    fn decoder(&self, _request: &ChatRequest, _over: &Transport) -> Box<dyn Decoder> {
        Box::new(Events::default())
    }

    fn takes(&self) -> Takes {
        OPENAI.takes()
    }

    fn context(&self, model: Option<&str>) -> Option<Question<u32>> {
        let model = model.map(str::to_owned);
        Some(Question::new(Call::get(STATES), move |body| {
            context(body, model.as_deref())
        }))
    }
}

/// Reads the size of a model's context in tokens. Only a loaded model has one; what the model could have is another number.
fn context(body: &str, model: Option<&str>) -> Option<u32> {
    let body = read::object(body)?;
    let list = ["data", "models"].into_iter().find_map(|key| body.get(key));
    let is_it = |item: &&Value| {
        model.is_none_or(|model| {
            ["id", "key"]
                .iter()
                .any(|key| text(item, key) == Some(model))
        })
    };
    list?.as_array()?.iter().filter(is_it).find_map(|item| {
        let instance = item.get("loaded_instances").and_then(|list| list.get(0));
        let config = instance.and_then(|instance| instance.get("config"));
        count(item, "loaded_context_length")
            .or_else(|| count(config?, "context_length"))
            .filter(|&context| context > 0)
    })
}

/// Reads named events, and OpenAI's chunks.
#[derive(Debug, Default)]
struct Events {
    chunks: Chunks,
    told: WholeText,
}

impl Events {
    fn event(&mut self, said: &Said, out: &mut Vec<ChatEvent>) {
        let (value, reply) = (&said.value, &mut self.chunks.reply);
        // The JSON repeats the name of the event.
        let name = text(value, "type").unwrap_or(&said.name);
        let part = number(value, "progress").unwrap_or(0.0).clamp(0.0, 1.0);
        let reading = |part: f64| Progress::ReadingPrompt {
            processed: (part * f64::from(STEPS)).round() as u32,
            total: STEPS,
        };
        let tool = || text(value, "tool").unwrap_or("tool");
        match name {
            "chat.start" => reply.model(text(value, "model_instance_id"), out),
            "model_load.start" | "model_load.progress" => {
                reply.progress(Progress::LoadingModel(Some(part as f32)), out);
            }
            "model_load.end" => {
                reply.progress(Progress::LoadingModel(Some(1.0)), out);
                let load_ms = measured(value, "load_time_seconds").map(|seconds| seconds * 1000.0);
                let timings = Timings {
                    load_ms,
                    ..Timings::default()
                };
                reply.timings(timings, out);
            }
            "prompt_processing.start" | "prompt_processing.progress" => {
                reply.progress(reading(part), out);
            }
            "prompt_processing.end" => reply.progress(reading(1.0), out),
            "reasoning.delta" => {
                reply.reasoning(text(value, "content").unwrap_or_default(), out);
            }
            "message.delta" => {
                let piece = text(value, "content").unwrap_or_default();
                self.told.add(piece, reply, out);
            }
            "reasoning.start" | "reasoning.end" | "message.start" | "message.end" => {
                out.push(ChatEvent::Alive);
            }
            // The server runs its own tools: nobody here is asked to.
            "tool_call.start" | "tool_call.arguments" | "tool_call.success" => {
                reply.progress(Progress::Stage(tool().to_owned()), out);
            }
            "tool_call.failure" => {
                let reason = text(value, "reason").unwrap_or(tool());
                reply.progress(Progress::Stage(reason.to_owned()), out);
            }
            "chat.end" => self.end(value.get("result").unwrap_or(value), out),
            // A whole answer, where the server did not stream.
            "" if value.get("output").is_some() => {
                let output = value.get("output").and_then(Value::as_array);
                for item in output.into_iter().flatten() {
                    if text(item, "type") == Some("reasoning") {
                        reply.reasoning(text(item, "content").unwrap_or_default(), out);
                    }
                }
                self.end(value, out);
            }
            _ => self.chunks.chunk(said, out),
        }
    }

    /// Takes the last event: the whole answer once more, its figures, and the end, unless an error was one before.
    fn end(&mut self, result: &Value, out: &mut Vec<ChatEvent>) {
        let reply = &mut self.chunks.reply;
        reply.id(text(result, "response_id"), out);
        reply.model(text(result, "model_instance_id"), out);
        let items = result.get("output").and_then(Value::as_array);
        let items = items.map_or(&[][..], Vec::as_slice);
        let messages = items
            .iter()
            .filter(|item| text(item, "type") == Some("message"));
        let whole: String = messages
            .filter_map(|message| text(message, "content"))
            .collect();
        self.told.whole(&whole, reply, out);
        if let Some(stats) = result.get("stats") {
            let usage = Usage {
                prompt_tokens: count(stats, "input_tokens"),
                completion_tokens: count(stats, "total_output_tokens"),
                cached_tokens: None,
            };
            let timings = Timings {
                // To the first token, which is what reading the prompt takes but for one token.
                prompt_ms: measured(stats, "time_to_first_token_seconds")
                    .map(|seconds| seconds * 1000.0),
                predicted_per_second: measured(stats, "tokens_per_second"),
                ..Timings::default()
            };
            reply.usage(usage, out);
            reply.timings(timings, out);
        }
        reply.done(text(result, "stop_reason").unwrap_or("stop"), out);
    }
}

impl Decoder for Events {
    fn frame(&mut self, frame: Frame<'_>, out: &mut Vec<ChatEvent>) {
        if let Some(said) = self.chunks.read(frame, out) {
            self.event(&said, out);
        }
    }

    fn finish(&mut self, out: &mut Vec<ChatEvent>) {
        self.chunks.finish(out);
    }
}
