//! What the decoders of all families share: the end rule, the tags of thinking, what is said only once.
//!
//! In: what a dialect found in a frame. Out: [`ChatEvent`]s in their order. A finish reason is no end while the body is open, `[DONE]`
//! and its like are: after them only figures and names follow, text is told to the trace. It must not know any family's field names
//! beyond what all of them share.

mod ends;
mod once;

pub(super) use ends::{end_word, meaning};

use serde_json::Value;

use super::calls::Calls;
use super::errors;
use super::think::Splitter;
use crate::event::{ChatEvent, ErrorCause, Odd, Oddity, ServerError, Timings, Token, Usage};
use crate::json::{self, Half};
use crate::wire::{Frame, sample};

/// The frame that says that the stream is over.
pub(super) const DONE: &str = "[DONE]";

/// Number of forgiven frames of a reply that are told, at most; whoever writes `NaN` once writes it in each.
const TOLD_FORGIVEN: u32 = 8;

/// One reply while it is decoded.
#[derive(Debug, Default)]
pub(super) struct Reply {
    think: Splitter,
    calls: Calls,
    /// Thinking was switched off: what comes as thinking is the answer, unless an answer comes.
    unthinking: bool,
    /// Set while thinking is told as the answer, until an answer comes.
    aloud: bool,
    /// Set while texts of the present frame may begin or end with half of a character.
    halves: bool,
    /// Half of a character at the end of the answer, and of the thinking, so far.
    text_half: Half,
    reasoning_half: Half,
    forgiven: u32,
    /// The last end mark that may be none.
    mark: Option<Mark>,
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

/// An end mark while the body is open.
#[derive(Debug)]
struct Mark {
    word: String,
    /// Set once something of the answer came behind the mark.
    passed: bool,
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
    /// A reply to a request that switches thinking off: some servers then put the whole answer where thinking stands.
    pub fn unthinking(unthinking: bool) -> Reply {
        Reply {
            unthinking,
            ..Reply::default()
        }
    }

    /// Does what every family does alike with a frame; gives the JSON object in it, if there is one left to decode.
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
                    what: Odd::UnknownShape,
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
            DONE => self.over(out),
            _ => return self.parse(name, text, out),
        }
        None
    }

    fn parse(&mut self, name: &str, text: &str, out: &mut Vec<ChatEvent>) -> Option<Said> {
        let read = json::read(text);
        if read.as_ref().is_some_and(|read| read.forgiven) {
            self.forgiven = self.forgiven.saturating_add(1);
            if self.forgiven <= TOLD_FORGIVEN {
                self.odd(Odd::Forgiven, text, out);
            }
        }
        self.halves = read.as_ref().is_some_and(|read| read.halves);
        match read {
            Some(read) if name == "error" => {
                let error = errors::in_stream(&read.whole())
                    .unwrap_or_else(|| errors::read_error(200, "", text));
                self.error(error, out);
            }
            Some(read) if read.value.is_object() => {
                return Some(Said {
                    name: name.to_owned(),
                    value: read.value,
                });
            }
            Some(_) => self.odd(Odd::UnknownShape, text, out),
            None if name == "error" => self.error(errors::read_error(200, "", text), out),
            None => self.odd(Odd::NotJson, text, out),
        }
        None
    }

    /// Tells whether texts of the present frame may begin or end with half of a character, for whoever keeps them.
    pub fn halves(&self) -> bool {
        self.halves
    }

    /// Tells whether a sure end has come: an end mark, a block or an error.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Forgets the half of a character that waits: it comes again, whole.
    pub fn forget_half(&mut self) {
        self.text_half = Half::default();
    }

    /// Returns a text from the present frame to which nothing is appended; halves of characters are replaced.
    fn own(&self, text: &str) -> String {
        json::whole(text, self.halves).into_owned()
    }

    /// Takes answer text, which may hold tags of thinking.
    pub fn text(&mut self, text: &str, out: &mut Vec<ChatEvent>) {
        if self.ended {
            return self.after_end(text, out);
        }
        if !text.is_empty() {
            self.go_on();
        }
        if self.aloud && !text.trim().is_empty() {
            // It was thinking after all.
            (self.aloud, self.unthinking) = (false, false);
            out.push(ChatEvent::TextWasReasoning);
        }
        let piece = self.text_half.join(text, self.halves);
        self.think.text(&piece, out);
    }

    /// Notes that more of the answer came: an end mark before it was none.
    fn go_on(&mut self) {
        if let Some(mark) = &mut self.mark {
            mark.passed = true;
        }
    }

    /// Takes answer text from a frame in which nothing had to be forgiven.
    pub fn clean_text(&mut self, text: &str, out: &mut Vec<ChatEvent>) {
        self.halves = false;
        self.text(text, out);
    }

    /// The whole answer so far, in place of all text before it. It may come behind a good end: it is no more text, but a better
    /// one.
    pub fn replace(&mut self, whole: &str, out: &mut Vec<ChatEvent>) {
        if self.failed {
            return self.after_end(whole, out);
        }
        let mut events = Vec::new();
        self.think = Splitter::default();
        self.forget_half();
        let mut whole = self.text_half.join(whole, self.halves);
        if self.ended {
            whole.to_mut().extend(self.text_half.finish());
        }
        self.think.text(&whole, &mut events);
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

    /// Takes what is known of the tokens of the text that was handed over last; `from` is the index in `out` at which the events
    /// of that text begin.
    pub fn tokens(&mut self, mut tokens: Vec<Token>, from: usize, out: &mut Vec<ChatEvent>) {
        if self.halves {
            let others = |token: &mut Token| {
                token.text = self.own(&token.text);
                for other in &mut token.alternatives {
                    other.0 = self.own(&other.0);
                }
            };
            tokens.iter_mut().for_each(others);
        }
        if !self.ended {
            self.tokens.extend(tokens);
            self.hand_out(from, out);
        }
    }

    /// Hands out tokens behind the text that they are in; those of the thinking and of its tags are dropped.
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
            let mut before = all.len().saturating_sub(text.len());
            while let Some(less) = tokens
                .get(skip)
                .and_then(|token| before.checked_sub(token.text.len()))
            {
                before = less;
                skip += 1;
            }
        }
        out.extend(tokens.into_iter().skip(skip).map(ChatEvent::Token));
    }

    /// Lets go of what the splitter held back: it is what it looks like.
    fn settle(&mut self, out: &mut Vec<ChatEvent>) {
        let from = out.len();
        if let Some(left) = self.reasoning_half.finish() {
            out.push(ChatEvent::Reasoning(left.to_string()));
        }
        if let Some(left) = self.text_half.finish() {
            self.think.text(left.encode_utf8(&mut [0; 4]), out);
        }
        self.think.finish(out);
        self.hand_out(from, out);
    }

    /// Takes thinking, as the server told it from the answer.
    pub fn reasoning(&mut self, text: &str, out: &mut Vec<ChatEvent>) {
        if self.ended {
            return self.after_end(text, out);
        }
        if !text.is_empty() {
            self.go_on();
            self.think.note_reasoning();
            let piece = self.reasoning_half.join(text, self.halves);
            if piece.is_empty() {
                return;
            }
            self.aloud |= self.unthinking;
            let say = if self.aloud {
                ChatEvent::Text
            } else {
                ChatEvent::Reasoning
            };
            out.push(say(piece.into_owned()));
        }
    }

    /// Takes pieces of tool calls: a list, or a single call in the older form.
    pub fn tools(&mut self, calls: &Value, out: &mut Vec<ChatEvent>) {
        let list = calls
            .as_array()
            .map_or(std::slice::from_ref(calls), Vec::as_slice);
        for call in list.iter().filter(|call| call.is_object()) {
            if self.ended {
                self.after_end(&call.to_string(), out);
            } else {
                self.go_on();
                out.extend(self.calls.piece(call, self.halves));
            }
        }
    }

    /// Tells the trace of a frame that could not be used.
    pub fn odd(&mut self, what: Odd, text: &str, out: &mut Vec<ChatEvent>) {
        out.push(ChatEvent::Odd(Oddity {
            what,
            sample: self.own(&sample(text.as_bytes())),
        }));
    }

    /// Tells the trace of a frame of JSON that could not be used; a ping or heartbeat is a sign of life.
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

    /// Ends the stream: what was held back comes out.
    pub fn finish(&mut self, out: &mut Vec<ChatEvent>) {
        self.settle(out);
    }
}
