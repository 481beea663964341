//! OpenAI's `/v1/chat/completions` and the servers that speak it: data-only SSE, `[DONE]`.
//!
//! Others build on it: [`body`] is the request that all of them take, [`Chunks`] reads the chunks that all of them send.

use serde_json::{Map, Value, json};

use super::choices::Choices;
use super::read::{count, text};
use super::reply::{DONE, Reply, Said, end_word};
use super::sampling::{self, Spelling};
use super::stencil::Stencil;
use super::{
    BodyRule, Call, Carrier, Decoder, Dialect, Family, Question, Sign, Takes, Transport, read,
    tokens,
};
use crate::chat::request::{ChatRequest, Knob, Message};
use crate::event::{ChatEvent, Usage};
use crate::wire::Frame;

/// The path of chats on every server of this family.
pub(super) const CHAT: &str = "/v1/chat/completions";

/// The one transport of every server of this family, and of most others.
pub(super) const TRANSPORT: Transport = Transport::new(CHAT, Carrier::Stream);

/// OpenAI's own settings, which every compatible server knows.
pub(super) const KNOBS: Spelling = &[
    (Knob::Temperature, "temperature"),
    (Knob::TopP, "top_p"),
    (Knob::PresencePenalty, "presence_penalty"),
    (Knob::FrequencyPenalty, "frequency_penalty"),
    (Knob::Seed, "seed"),
    (Knob::MaxTokens, "max_tokens"),
];

/// OpenAI's settings and the common ones beyond, as vLLM, LM Studio and OpenRouter spell them (protocols, 9.1 to 9.3).
pub(super) const WIDE: Spelling = &[
    (Knob::Temperature, "temperature"),
    (Knob::TopP, "top_p"),
    (Knob::TopK, "top_k"),
    (Knob::MinP, "min_p"),
    (Knob::RepeatPenalty, "repetition_penalty"),
    (Knob::PresencePenalty, "presence_penalty"),
    (Knob::FrequencyPenalty, "frequency_penalty"),
    (Knob::Seed, "seed"),
    (Knob::MaxTokens, "max_tokens"),
];

/// Any server with OpenAI's `/v1` of which no more is known.
pub(super) static FAMILY: Family = Family {
    word: "openai",
    name: "OpenAI-compatible",
    signs: &[Sign::Host("api.openai.com")],
    ..Family::UNKNOWN
};

/// Language of a server with OpenAI's `/v1` of which no more is known.
pub(super) const DIALECT: &dyn Dialect = &OpenAi::of(&FAMILY);

/// Ways in which a server counts tokens.
#[derive(Debug, Clone, Copy)]
pub(super) enum Count {
    /// A count of messages, the template included, at this path.
    Messages(&'static str),
    /// A count of a text alone: the path, and the field that holds the text.
    Text(&'static str, &'static str),
}

/// The language of servers with OpenAI's `/v1`, which differ only in what they take.
#[derive(Debug, Clone, Copy)]
pub(super) struct OpenAi {
    pub family: &'static Family,
    pub rule: BodyRule,
    pub knobs: Spelling,
    /// Fields that let the model go on from an unfinished message.
    pub continues: &'static [(&'static str, bool)],
    /// Way in which the prompt's tokens are counted; `None` where the server cannot count.
    pub count: Option<Count>,
}

impl OpenAi {
    /// Makes the language of a server of which nothing more is known.
    pub const fn of(family: &'static Family) -> OpenAi {
        OpenAi {
            family,
            rule: BodyRule::PlainFirst,
            knobs: KNOBS,
            continues: &[],
            count: None,
        }
    }

    /// Makes the language of a server that takes nothing but `application/json`, or of which that must be feared, and more
    /// settings than OpenAI's.
    pub const fn json_only(family: &'static Family) -> OpenAi {
        OpenAi {
            rule: BodyRule::JsonOnly,
            knobs: WIDE,
            ..OpenAi::of(family)
        }
    }

    fn extras(&self, request: &ChatRequest, body: &mut Value) {
        if request.continues {
            for &(key, value) in self.continues {
                sampling::set(body, key, json!(value));
            }
        }
    }

    /// Makes the request of [`Dialect::chat`]; there is but one transport.
    pub fn ask(&self, request: &ChatRequest) -> Call {
        let mut body = body(request);
        self.extras(request, &mut body);
        sampling::put(
            &mut body,
            sampling::fields(&request.sampling, self.knobs, "stop"),
        );
        sampling::put(&mut body, request.sampling.extra.clone());
        Call {
            rule: self.rule,
            ..Call::post(CHAT, &body)
        }
    }
}

impl Dialect for OpenAi {
    fn family(&self) -> &'static Family {
        self.family
    }

    fn transports(&self) -> &'static [Transport] {
        &[TRANSPORT]
    }

    fn chat(&self, request: &ChatRequest, _over: &Transport) -> Call {
        self.ask(request)
    }

    fn decoder(&self, request: &ChatRequest, _over: &Transport) -> Box<dyn Decoder> {
        Box::new(Chunks::of(request))
    }

    fn takes(&self) -> Takes {
        Takes {
            knobs: self.knobs,
            stop_texts: true,
            images: true,
            alternatives: true,
            continues: !self.continues.is_empty(),
            ..Takes::default()
        }
    }

    fn count(&self, request: &ChatRequest) -> Option<Question<u32>> {
        let (path, body) = match self.count? {
            Count::Text(path, field) => (path, json!({ field: as_text(request) })),
            Count::Messages(path) => {
                let mut body =
                    json!({ "messages": messages(request), "add_generation_prompt": true });
                if let Some(model) = &request.model {
                    sampling::set(&mut body, "model", json!(model));
                }
                self.extras(request, &mut body);
                (path, body)
            }
        };
        let call = Call {
            rule: self.rule,
            ..Call::post(path, &body)
        };
        Some(Question::new(call, |body| {
            let body = read::object(body)?;
            ["count", "total_tokens", "length"]
                .into_iter()
                .find_map(|key| count(&body, key))
        }))
    }
}

/// Returns the conversation as one text, for servers that count a text and no conversation: the names of who speaks stand in for
/// the template, which such a server keeps to itself.
fn as_text(request: &ChatRequest) -> String {
    let says = request
        .messages
        .iter()
        .map(|message| format!("{}: {}\n", message.role.word(), message.text));
    says.collect()
}

/// The messages as `role` and `content`.
pub(super) fn messages(request: &ChatRequest) -> Value {
    request
        .messages
        .iter()
        .map(|message| json!({ "role": message.role.word(), "content": content(message) }))
        .collect()
}

/// Plain text, or text and pictures as content parts.
fn content(message: &Message) -> Value {
    if message.images.is_empty() {
        return json!(message.text);
    }
    let pictures = message
        .images
        .iter()
        .map(|image| json!({ "type": "image_url", "image_url": { "url": image.url() } }));
    let words = json!({ "type": "text", "text": message.text });
    std::iter::once(words).chain(pictures).collect()
}

/// The request that all of the family take, but for the settings of how words are picked.
pub(super) fn body(request: &ChatRequest) -> Value {
    let mut body = Map::new();
    if let Some(model) = &request.model {
        body.insert("model".into(), json!(model));
    }
    body.insert("messages".into(), messages(request));
    body.insert("stream".into(), json!(true));
    body.insert("stream_options".into(), json!({ "include_usage": true }));
    if request.alternatives > 0 {
        body.insert("logprobs".into(), json!(true));
        body.insert("top_logprobs".into(), json!(request.alternatives));
    }
    Value::Object(body)
}

/// Tells whether the person's own fields switch thinking off, under one of the names that servers have for that.
fn switches_thinking_off(request: &ChatRequest) -> bool {
    let extra = &request.sampling.extra;
    let template = extra.get("chat_template_kwargs");
    let is_off = |value: &Value| {
        *value == json!(false) || *value == json!("none") || *value == json!("disabled")
    };
    let own = ["enable_thinking", "think", "thinking", "reasoning_effort"];
    let inner = ["enable_thinking", "thinking", "thinking_mode"];
    own.iter().filter_map(|key| extra.get(*key)).any(is_off)
        || inner
            .iter()
            .filter_map(|key| template?.get(*key))
            .any(is_off)
        || extra.get("reasoning_budget") == Some(&json!(0))
}

/// Reads chunks, and whole answers where the server did not stream.
#[derive(Debug, Default)]
pub(super) struct Chunks {
    pub reply: Reply,
    stencil: Stencil,
    choices: Choices,
}

impl Chunks {
    /// Makes a decoder for the reply to this request.
    pub fn of(request: &ChatRequest) -> Chunks {
        Chunks {
            reply: Reply::unthinking(switches_thinking_off(request)),
            ..Chunks::default()
        }
    }

    /// Decodes one JSON object. Unknown fields are passed over; `choices` may be empty, null or missing.
    pub fn chunk(&mut self, said: &Said, out: &mut Vec<ChatEvent>) {
        let value = &said.value;
        self.reply.id(text(value, "id"), out);
        self.reply.model(text(value, "model"), out);
        let choices = value
            .get("choices")
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        let choices = self.choices.next(choices);
        choices.iter().for_each(|choice| self.piece(choice, out));
        let reply = &mut self.reply;
        if let Some(usage) = value.get("usage").filter(|usage| usage.is_object()) {
            reply.usage(read_usage(usage), out);
        }
        if reply.error_in(value, out) || choices.iter().any(|choice| reply.error_in(choice, out)) {
            return;
        }
        choices.iter().for_each(|choice| self.mark(choice, out));
        let reply = &mut self.reply;
        if value.get("choices").is_none()
            && value.get("usage").is_none()
            && value.get("object").is_none()
        {
            reply.unknown(said, out);
        }
    }

    /// Does what every family does alike with a frame; gives the JSON object in it, if there is one left to decode. At `[DONE]`
    /// the choices that waited are let go.
    pub fn read(&mut self, frame: Frame<'_>, out: &mut Vec<ChatEvent>) -> Option<Said> {
        if let Frame::Event { data, .. } | Frame::Json(data) = frame
            && data.trim() == DONE
        {
            self.let_go(out);
        }
        self.reply.read(frame, out)
    }

    /// Takes what a choice holds of the answer. A server that does not stream answers with a whole `message`, older ones with a
    /// bare `text`.
    fn piece(&mut self, choice: &Value, out: &mut Vec<ChatEvent>) {
        let (reply, from) = (&mut self.reply, out.len());
        let delta = choice.get("delta").or_else(|| choice.get("message"));
        if let Some(delta) = delta.filter(|delta| delta.is_object()) {
            read_delta(reply, delta, out);
        } else if let Some(whole) = text(choice, "text") {
            reply.text(whole, out);
        }
        if let Some(logprobs) = choice.get("logprobs") {
            reply.tokens(tokens::read(logprobs), from, out);
        }
    }

    /// Takes what a choice says of the end: its `finish_reason`, if it has one.
    fn mark(&mut self, choice: &Value, out: &mut Vec<ChatEvent>) {
        if let Some(word) = end_word(choice.get("finish_reason")) {
            self.reply.mark(&word, out);
        }
    }

    /// Lets go of the choices that waited to be known: they belong to the answer.
    fn let_go(&mut self, out: &mut Vec<ChatEvent>) {
        for choice in self.choices.finish() {
            self.piece(&choice, out);
            self.mark(&choice, out);
        }
    }
}

impl Decoder for Chunks {
    fn frame(&mut self, frame: Frame<'_>, out: &mut Vec<ChatEvent>) {
        let json = match frame {
            Frame::Event { name: "", data, .. } => data,
            Frame::Json(data) => data,
            _ => "",
        };
        if !self.choices.wait()
            && let Some(text) = self.stencil.read(json)
        {
            return self.reply.clean_text(&text, out);
        }
        let from = out.len();
        if let Some(said) = self.read(frame, out) {
            self.chunk(&said, out);
            // Nothing else was new in it, and would not be in another one with the same in it.
            if let Some([ChatEvent::Text(text)]) = out.get(from..) {
                self.stencil.learn(json, text);
            }
        }
    }

    fn finish(&mut self, out: &mut Vec<ChatEvent>) {
        self.let_go(out);
        self.reply.finish(out);
    }
}

fn read_delta(reply: &mut Reply, delta: &Value, out: &mut Vec<ChatEvent>) {
    // Three names for the same thing; a server that is about to rename sends two of them.
    if let Some(thinking) = text(delta, "reasoning_content")
        .or_else(|| text(delta, "reasoning"))
        .or_else(|| text(delta, "thinking"))
    {
        reply.reasoning(thinking, out);
    } else if let Some(Value::Array(details)) = delta.get("reasoning_details") {
        for detail in details {
            if let Some(thinking) = text(detail, "text").or_else(|| text(detail, "summary")) {
                reply.reasoning(thinking, out);
            }
        }
    }
    match delta.get("content") {
        Some(Value::String(content)) => reply.text(content, out),
        Some(Value::Array(parts)) => parts.iter().for_each(|part| read_part(reply, part, out)),
        _ => {}
    }
    // What the model says where it declines: it is its answer.
    if let Some(refusal) = text(delta, "refusal") {
        reply.text(refusal, out);
    }
    for key in ["tool_calls", "function_call"] {
        if let Some(calls) = delta.get(key).filter(|calls| !calls.is_null()) {
            reply.tools(calls, out);
        }
    }
}

/// Reads a part of a content that is a list: text, or thinking that holds a list of texts itself.
fn read_part(reply: &mut Reply, part: &Value, out: &mut Vec<ChatEvent>) {
    match part.get("thinking") {
        Some(Value::String(thinking)) => reply.reasoning(thinking, out),
        Some(Value::Array(parts)) => {
            for thinking in parts.iter().filter_map(|part| text(part, "text")) {
                reply.reasoning(thinking, out);
            }
        }
        _ => {
            if let Some(content) = part.as_str().or_else(|| text(part, "text")) {
                reply.text(content, out);
            }
        }
    }
}

fn read_usage(usage: &Value) -> Usage {
    Usage {
        prompt_tokens: count(usage, "prompt_tokens"),
        completion_tokens: count(usage, "completion_tokens"),
        cached_tokens: usage
            .get("prompt_tokens_details")
            .and_then(|details| count(details, "cached_tokens")),
    }
}
