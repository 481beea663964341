//! The end rule: a finish reason is no end while the body is open, `[DONE]` and its like are.
//!
//! In: end marks and errors. Out: [`ChatEvent::Done`], [`ChatEvent::Blocked`], [`ChatEvent::Error`]; behind the end nothing but
//! oddities for the trace.

use serde_json::Value;

use super::super::errors;
use super::{Mark, Reply};
use crate::event::{ChatEvent, ErrorCause, Finish, FinishKind, Odd, ServerError};

impl Reply {
    /// The server declined on purpose. An end.
    pub fn blocked(&mut self, word: &str, out: &mut Vec<ChatEvent>) {
        if !self.ended {
            self.settle(out);
            self.ended = true;
            self.failed = true;
            out.push(ChatEvent::Blocked(self.own(word)));
        }
    }

    /// An end mark that may be none, with the server's word for it: what comes while the body is open still belongs to the
    /// answer.
    pub fn mark(&mut self, word: &str, out: &mut Vec<ChatEvent>) {
        if word == "error" {
            return self.done(word, out);
        }
        let known = |mark: &Mark| mark.word == word && !mark.passed;
        if self.ended || self.mark.as_ref().is_some_and(known) {
            return;
        }
        self.mark = Some(Mark {
            word: word.to_owned(),
            passed: false,
        });
        self.say_done(word, false, out);
    }

    /// Ends the reply because the stream says that it is over; why, an end mark has said.
    pub(super) fn over(&mut self, out: &mut Vec<ChatEvent>) {
        let word = self.mark.take().map(|mark| mark.word);
        self.done(word.as_deref().unwrap_or("stop"), out);
    }

    fn say_done(&self, word: &str, sure: bool, out: &mut Vec<ChatEvent>) {
        out.push(ChatEvent::Done(Finish {
            kind: meaning(word),
            word: self.own(word),
            sure,
        }));
    }

    /// A sure end with the server's word for it: nothing of the answer can follow.
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
        self.say_done(word, true, out);
    }

    /// A failure. It ends the reply; after an end it is only told to the trace.
    pub fn error(&mut self, mut error: ServerError, out: &mut Vec<ChatEvent>) {
        error.message = self.own(&error.message);
        error.code = error.code.map(|code| self.own(&code));
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

    /// Tells the trace of something of the answer that came behind the end.
    pub(super) fn after_end(&mut self, text: &str, out: &mut Vec<ChatEvent>) {
        if !text.is_empty() {
            self.odd(Odd::AfterEnd, text, out);
        }
    }
}

/// A `finish_reason` that means an end: KoboldCpp up to 1.101 says the string `null` while it runs.
pub(in crate::dialect) fn end_word(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Null => None,
        Value::String(word) if word.is_empty() || word == "null" => None,
        Value::String(word) => Some(word.clone()),
        other => Some(other.to_string()),
    }
}

/// Meaning of a word for an end.
pub(in crate::dialect) fn meaning(word: &str) -> FinishKind {
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
