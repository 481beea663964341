//! What the decoders of all families share: the end rule, the tags of thinking, what is said only once.
//!
//! In: what a dialect found in a frame. Out: [`ChatEvent`]s in their order. The first end mark wins: after it only figures and names
//! follow, text after it is told to the trace. It must not know any family's field names beyond what all of them share.

use serde_json::Value;

use super::errors;
use super::think::Splitter;
use crate::event::{
    ChatEvent, ErrorCause, Finish, FinishKind, Odd, Oddity, Progress, ServerError, Timings, Token,
    ToolCallDelta, Usage,
};
use crate::wire::{Frame, sample};

/// One reply while it is decoded.
#[derive(Debug, Default)]
pub(super) struct Reply {
    think: Splitter,
    ended: bool,
    failed: bool,
    has_id: bool,
    has_model: bool,
    has_conversation: bool,
    has_context: bool,
    /// Tokens whose text is held back.
    tokens: Vec<Token>,
    usage: Usage,
    timings: Timings,
}

/// The JSON in a frame.
#[derive(Debug)]
pub(super) struct Said {
    /// The event's name; empty where it has none, and for `message`, which is the name of having none.
    pub name: String,
    /// An object.
    pub value: Value,
}

impl Reply {
    /// What every family does alike with a frame; the JSON object in it, if there is one left to decode.
    pub fn read(&mut self, frame: Frame<'_>, out: &mut Vec<ChatEvent>) -> Option<Said> {
        let (name, text) = match frame {
            Frame::Event { name, data, .. } => (name, data.trim()),
            Frame::Json(text) => ("", text.trim()),
            Frame::Comment(_) => {
                out.push(ChatEvent::Alive);
                return None;
            }
            // Only a dialect that asked for binary frames knows what they hold.
            Frame::Binary(bytes) => {
                out.push(ChatEvent::Odd(Oddity {
                    what: crate::event::Odd::UnknownShape,
                    sample: format!("{} bytes", bytes.len()),
                }));
                return None;
            }
            Frame::Retry(_) => return None,
            Frame::Html(page) => {
                let cause = ErrorCause::NotAModelServer;
                self.error(
                    ServerError {
                        message: errors::html_text(page),
                        code: None,
                        cause,
                    },
                    out,
                );
                return None;
            }
            Frame::Odd(what, sample) => {
                out.push(ChatEvent::Odd(Oddity {
                    what,
                    sample: sample.to_owned(),
                }));
                return None;
            }
        };
        let name = if name == "message" { "" } else { name };
        match text {
            "" => out.push(ChatEvent::Alive),
            "[DONE]" => self.done("stop", out),
            _ => match serde_json::from_str::<Value>(text) {
                Ok(value) if name == "error" => {
                    let error = errors::in_stream(&value)
                        .unwrap_or_else(|| errors::read_error(200, "", text));
                    self.error(error, out);
                }
                Ok(value) if value.is_object() => {
                    return Some(Said {
                        name: name.to_owned(),
                        value,
                    });
                }
                Ok(_) => self.odd(Odd::UnknownShape, text, out),
                Err(_) if name == "error" => self.error(errors::read_error(200, "", text), out),
                Err(_) => self.odd(Odd::NotJson, text, out),
            },
        }
        None
    }

    /// Answer text, which may hold tags of thinking.
    pub fn text(&mut self, text: &str, out: &mut Vec<ChatEvent>) {
        if self.ended {
            return self.after_end(text, out);
        }
        self.think.text(text, out);
    }

    /// The whole answer so far, in place of all text before it. It may come behind a good end: it is no more text, but a better one.
    pub fn replace(&mut self, whole: &str, out: &mut Vec<ChatEvent>) {
        if self.failed {
            return self.after_end(whole, out);
        }
        let mut events = Vec::new();
        self.think = Splitter::default();
        self.think.text(whole, &mut events);
        if self.ended {
            self.think.finish(&mut events);
        }
        let mut answer = String::new();
        for event in events {
            match event {
                ChatEvent::Text(text) => answer.push_str(&text),
                ChatEvent::TextWasReasoning => answer.clear(),
                // It was shown when it came.
                _ => {}
            }
        }
        self.tokens.clear();
        out.push(ChatEvent::ReplaceText(answer));
    }

    /// What is known of the tokens of the text that was handed over last; `from` is where its events begin in `out`.
    pub fn tokens(&mut self, tokens: Vec<Token>, from: usize, out: &mut Vec<ChatEvent>) {
        if !self.ended {
            self.tokens.extend(tokens);
            self.hand_out(from, out);
        }
    }

    /// Tokens follow the text that they are in; those of the thinking and of its tags are dropped.
    fn hand_out(&mut self, from: usize, out: &mut Vec<ChatEvent>) {
        if self.tokens.is_empty() {
            return;
        }
        let came = out.get(from..).unwrap_or_default();
        let text: String = came
            .iter()
            .filter_map(|event| match event {
                ChatEvent::Text(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        if text.is_empty() {
            if came
                .iter()
                .any(|event| matches!(event, ChatEvent::Reasoning(_)))
            {
                self.tokens.clear();
            }
            return;
        }
        let tokens = std::mem::take(&mut self.tokens);
        let all: String = tokens.iter().map(|token| token.text.as_str()).collect();
        let mut skip = 0;
        if all.ends_with(&text) {
            let mut before = all.len() - text.len();
            while let Some(token) = tokens.get(skip).filter(|token| token.text.len() <= before) {
                before -= token.text.len();
                skip += 1;
            }
        }
        out.extend(tokens.into_iter().skip(skip).map(ChatEvent::Token));
    }

    /// What the splitter held back is what it looks like.
    fn settle(&mut self, out: &mut Vec<ChatEvent>) {
        let from = out.len();
        self.think.finish(out);
        self.hand_out(from, out);
    }

    /// Thinking, as the server told it from the answer.
    pub fn reasoning(&mut self, text: &str, out: &mut Vec<ChatEvent>) {
        if self.ended {
            return self.after_end(text, out);
        }
        if !text.is_empty() {
            self.think.note_reasoning();
            out.push(ChatEvent::Reasoning(text.to_owned()));
        }
    }

    /// Pieces of tool calls: a list, or a single call in the older form.
    pub fn tools(&mut self, calls: &Value, out: &mut Vec<ChatEvent>) {
        let calls = calls
            .as_array()
            .map_or(std::slice::from_ref(calls), Vec::as_slice);
        for (place, call) in calls
            .iter()
            .enumerate()
            .filter(|(_, call)| call.is_object())
        {
            if self.ended {
                self.after_end(&call.to_string(), out);
                continue;
            }
            let function = call.get("function").unwrap_or(call);
            let text = |value: &Value, key| super::read::text(value, key).map(str::to_owned);
            let index =
                super::read::count(call, "index").or_else(|| super::read::count(function, "index"));
            out.push(ChatEvent::ToolCall(ToolCallDelta {
                index: index.unwrap_or(place as u32),
                id: text(call, "id"),
                name: text(function, "name"),
                arguments: match function.get("arguments") {
                    None | Some(Value::Null) => String::new(),
                    Some(Value::String(arguments)) => arguments.clone(),
                    Some(arguments) => arguments.to_string(),
                },
            }));
        }
    }

    /// What the server does before it has text.
    pub fn progress(&mut self, progress: Progress, out: &mut Vec<ChatEvent>) {
        if !self.ended {
            out.push(ChatEvent::Progress(progress));
        }
    }

    /// Figures, if they are new.
    pub fn usage(&mut self, usage: Usage, out: &mut Vec<ChatEvent>) {
        let mut newer = self.usage;
        newer.update(&usage);
        if newer != self.usage {
            self.usage = newer;
            out.push(ChatEvent::Usage(newer));
        }
    }

    /// Figures, if they are new.
    pub fn timings(&mut self, timings: Timings, out: &mut Vec<ChatEvent>) {
        let mut newer = self.timings;
        newer.update(&timings);
        if newer != self.timings {
            self.timings = newer;
            out.push(ChatEvent::Timings(newer));
        }
    }

    /// The server's id of the reply. Some give every chunk another one: the first is it.
    pub fn id(&mut self, id: Option<&str>, out: &mut Vec<ChatEvent>) {
        if let (false, Some(id)) = (self.has_id, id) {
            self.has_id = true;
            out.push(ChatEvent::Id(id.to_owned()));
        }
    }

    /// The model that answers.
    pub fn model(&mut self, model: Option<&str>, out: &mut Vec<ChatEvent>) {
        if let (false, Some(model)) = (self.has_model, model) {
            self.has_model = true;
            out.push(ChatEvent::Model(model.to_owned()));
        }
    }

    /// Tokens that fit into the context.
    pub fn context(&mut self, tokens: Option<u32>, out: &mut Vec<ChatEvent>) {
        if let (false, Some(tokens)) = (self.has_context, tokens.filter(|tokens| *tokens > 0)) {
            self.has_context = true;
            out.push(ChatEvent::Context(tokens));
        }
    }

    /// The conversation that the server keeps.
    pub fn conversation(&mut self, id: Option<&str>, out: &mut Vec<ChatEvent>) {
        if let (false, Some(id)) = (self.has_conversation, id) {
            self.has_conversation = true;
            out.push(ChatEvent::Conversation(id.to_owned()));
        }
    }

    /// The server declined on purpose. An end.
    pub fn blocked(&mut self, word: &str, out: &mut Vec<ChatEvent>) {
        if !self.ended {
            self.settle(out);
            self.ended = true;
            self.failed = true;
            out.push(ChatEvent::Blocked(word.to_owned()));
        }
    }

    /// An end mark with the server's word for it.
    pub fn done(&mut self, word: &str, out: &mut Vec<ChatEvent>) {
        if self.ended {
            return;
        }
        if word == "error" {
            // Qolaba, KoboldCpp 1.118, OpenRouter: a failure in the place of an end.
            let code = Some(word.to_owned());
            return self.error(
                ServerError {
                    message: String::new(),
                    code,
                    cause: ErrorCause::Server,
                },
                out,
            );
        }
        self.settle(out);
        self.ended = true;
        out.push(ChatEvent::Done(Finish {
            kind: meaning(word),
            word: word.to_owned(),
        }));
    }

    /// A failure. It ends the reply; after an end it is only told to the trace.
    pub fn error(&mut self, error: ServerError, out: &mut Vec<ChatEvent>) {
        if self.ended {
            return self.after_end(&error.message, out);
        }
        self.settle(out);
        self.ended = true;
        self.failed = true;
        out.push(ChatEvent::Error(error));
    }

    /// The error in this JSON, if there is one.
    pub fn error_in(&mut self, value: &Value, out: &mut Vec<ChatEvent>) -> bool {
        let found = errors::in_stream(value);
        let is_error = found.is_some();
        if let Some(error) = found {
            self.error(error, out);
        }
        is_error
    }

    /// A frame that could not be used.
    pub fn odd(&mut self, what: Odd, text: &str, out: &mut Vec<ChatEvent>) {
        out.push(ChatEvent::Odd(Oddity {
            what,
            sample: sample(text.as_bytes()),
        }));
    }

    /// A frame of JSON that could not be used.
    pub fn unknown(&mut self, said: &Said, out: &mut Vec<ChatEvent>) {
        if super::read::text(&said.value, "type")
            .is_some_and(|kind| matches!(kind, "ping" | "heartbeat"))
        {
            return out.push(ChatEvent::Alive);
        }
        let (what, text) = match said.name.as_str() {
            "" => (Odd::UnknownShape, said.value.to_string()),
            name => (Odd::UnknownEvent, format!("{name}: {}", said.value)),
        };
        self.odd(what, &text, out);
    }

    /// The stream is over.
    pub fn finish(&mut self, out: &mut Vec<ChatEvent>) {
        self.settle(out);
    }

    fn after_end(&mut self, text: &str, out: &mut Vec<ChatEvent>) {
        if !text.is_empty() {
            self.odd(Odd::AfterEnd, text, out);
        }
    }
}

/// The text of an answer as the server sent it, for servers that tell it again.
#[derive(Debug, Default)]
pub(super) struct Told(String);

impl Told {
    /// A piece that is handed over by another hand.
    pub fn note(&mut self, piece: &str) {
        self.0.push_str(piece);
    }

    /// A piece to append.
    pub fn add(&mut self, piece: &str, reply: &mut Reply, out: &mut Vec<ChatEvent>) {
        self.note(piece);
        reply.text(piece, out);
    }

    /// A piece to append, and the whole text that the server then has: where the two differ, the whole is right.
    pub fn grown(&mut self, piece: &str, whole: &str, reply: &mut Reply, out: &mut Vec<ChatEvent>) {
        let fits = whole.strip_prefix(self.0.as_str()) == Some(piece);
        if fits || whole.is_empty() {
            self.add(piece, reply, out);
        } else {
            self.whole(whole, reply, out);
        }
    }

    /// The whole text, said again: what is missing is appended, another text takes the place of the one before. Blanks at its ends
    /// are no difference, and an empty one never takes away what came.
    pub fn whole(&mut self, whole: &str, reply: &mut Reply, out: &mut Vec<ChatEvent>) {
        if whole.trim().is_empty() || whole.trim() == self.0.trim() {
            return;
        }
        match whole.strip_prefix(self.0.as_str()).map(str::to_owned) {
            Some(rest) if !reply.ended => self.add(&rest, reply, out),
            _ => {
                whole.clone_into(&mut self.0);
                reply.replace(whole, out);
            }
        }
    }
}

/// A `finish_reason` that means an end: KoboldCpp up to 1.101 says the string `null` while it runs.
pub(super) fn end_word(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Null => None,
        Value::String(word) if word.is_empty() || word == "null" => None,
        Value::String(word) => Some(word.clone()),
        other => Some(other.to_string()),
    }
}

fn meaning(word: &str) -> FinishKind {
    match word {
        "stop" | "eos" | "word" | "end_turn" | "stop_sequence" | "eos_token" | "load"
        | "unload" | "success" | "completed" => FinishKind::Natural,
        "length" | "limit" | "max_tokens" | "max_length" => FinishKind::Length,
        "tool_calls" | "tool_use" | "function_call" | "tool_call" => FinishKind::Tool,
        "content_filter" | "safety" | "refusal" => FinishKind::Filter,
        "abort" | "aborted" | "cancelled" | "canceled" | "stream_cancelled" => {
            FinishKind::Cancelled
        }
        _ => FinishKind::Unknown,
    }
}
