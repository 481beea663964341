//! Replies whose connection broke in the middle, taken up again by the server's own means; a reply is never asked for twice.
//!
//! In: what has come of a reply, and answers of the server. Out: calls, and the events that are new. It must not know when it is
//! tried, nor how often.

use super::reply::Reply;
use super::{Call, Decoder, Method};
use crate::chat::turn::Turn;
use crate::event::ChatEvent;
use crate::wire::Frame;

/// Means of a server by which the rest of a reply comes, though its connection broke.
pub enum Resume {
    /// The server goes on without the connection, keeps the bytes, and sends them again from any place on.
    Replay(Replay),
    /// The server tells the whole text that it has so far, as often as it is asked.
    Retell(Box<Retell>),
}

impl Resume {
    /// The call that ends the reply at the server, where closing the connection does not.
    pub fn stop(&self) -> Option<Call> {
        match self {
            Resume::Replay(replay) => Some(replay.call(Method::Delete, String::new())),
            Resume::Retell(_) => None,
        }
    }
}

/// Stream whose bytes a server keeps, under a name that the page gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    /// Path and query that name the stream.
    pub(super) path: String,
    /// Beginning of the part of the query that says from which byte on.
    pub(super) from: &'static str,
}

impl Replay {
    /// Asks for the bytes from this one on, which may stand in the middle of a line.
    pub fn from(&self, byte: u64) -> Call {
        self.call(Method::Get, format!("{}{byte}", self.from))
    }

    fn call(&self, method: Method, more: String) -> Call {
        Call {
            method,
            ..Call::get(format!("{}{more}", self.path))
        }
    }
}

/// Answers that the server has for those who ask what there is of a reply so far.
pub struct Retell {
    /// Tells what the server is doing.
    pub doing: Call,
    /// Tells the whole text so far. To be asked after `doing`: what is told then, of a server at rest, is all.
    pub told: Call,
    /// Milliseconds between two rounds of both.
    pub every: f64,
    /// Reads what the server is doing; `None` where the answer does not tell.
    pub(super) read: fn(&str) -> Option<Doing>,
    /// Makes a decoder for one answer of `told`.
    pub(super) decoder: Box<dyn Fn() -> Box<dyn Decoder>>,
}

/// Doings of a server that is asked for the rest of a reply.
#[derive(Debug, Clone, PartialEq)]
pub enum Doing {
    /// It makes a reply, of whomever.
    Works,
    /// It rests. The word is its reason for the last end, where that was the model's own.
    Rests(Option<&'static str>),
}

/// Outcome of one round of questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// More may come.
    Goes,
    /// All is told; where the model itself came to its end, an end mark is among the events.
    Over,
    /// The server knows nothing of this reply, or something else.
    Unknown,
}

impl Retell {
    /// Takes the answers of one round; what is new in them, towards what is `known` of the reply, is appended to `out`.
    pub fn hear(
        &self,
        known: &Turn,
        (doing, told): (&str, &str),
        out: &mut Vec<ChatEvent>,
    ) -> Told {
        let Some(doing) = (self.read)(doing) else {
            return Told::Unknown;
        };
        let mut decoder = (self.decoder)();
        let mut events = Vec::new();
        decoder.frame(Frame::Json(told), &mut events);
        if doing != Doing::Works {
            decoder.finish(&mut events);
        }
        let mut whole = Turn::reply();
        events.iter().for_each(|event| whole.apply(event));
        if whole.is_empty() {
            let may_begin = doing == Doing::Works && known.is_empty();
            return if may_begin { Told::Goes } else { Told::Unknown };
        }
        let Some(more) = grown(known, &whole) else {
            return Told::Unknown;
        };
        out.extend(more);
        match doing {
            Doing::Works => Told::Goes,
            Doing::Rests(word) => {
                // An end mark before what is shown would be of something else.
                if let Some(word) = word.filter(|_| reaches(known, &whole)) {
                    Reply::default().done(word, out);
                }
                Told::Over
            }
        }
    }
}

/// Decoder for a reply that comes once more from its beginning: what is known of it already is not said again. Where another reply
/// comes, nothing of it is, and it has no end mark.
pub struct CatchUp {
    inner: Box<dyn Decoder>,
    known: Turn,
    whole: Turn,
}

impl CatchUp {
    /// A decoder that holds back, of what `inner` decodes, what is `known`.
    pub fn new(inner: Box<dyn Decoder>, known: Turn) -> CatchUp {
        CatchUp {
            inner,
            known,
            whole: Turn::reply(),
        }
    }

    fn pass(&mut self, events: Vec<ChatEvent>, out: &mut Vec<ChatEvent>) {
        let mut same = true;
        for event in events {
            match &event {
                ChatEvent::Text(_)
                | ChatEvent::ReplaceText(_)
                | ChatEvent::Reasoning(_)
                | ChatEvent::TextWasReasoning => {
                    self.whole.apply(&event);
                    let more = grown(&self.known, &self.whole);
                    same = more.is_some();
                    for event in more.into_iter().flatten() {
                        self.known.apply(&event);
                        out.push(event);
                    }
                }
                // It would end what is shown in the middle of something else.
                ChatEvent::Done(_) if !same || !reaches(&self.known, &self.whole) => {}
                _ => out.push(event),
            }
        }
    }
}

impl Decoder for CatchUp {
    fn frame(&mut self, frame: Frame<'_>, out: &mut Vec<ChatEvent>) {
        let mut events = Vec::new();
        self.inner.frame(frame, &mut events);
        let is_silent = events.is_empty();
        let before = out.len();
        self.pass(events, out);
        if out.len() == before && !is_silent {
            out.push(ChatEvent::Alive);
        }
    }

    fn finish(&mut self, out: &mut Vec<ChatEvent>) {
        let mut events = Vec::new();
        self.inner.finish(&mut events);
        self.pass(events, out);
    }
}

/// Decoder for a stream of which nothing is read any more.
pub struct Deaf;

impl Decoder for Deaf {
    fn frame(&mut self, _frame: Frame<'_>, _out: &mut Vec<ChatEvent>) {}
    fn finish(&mut self, _out: &mut Vec<ChatEvent>) {}
}

/// The events that make `whole` of what is `known`; none where the whole is no more than that. `None` where it is another text: what is
/// known may be on the page, and is not taken away.
fn grown(known: &Turn, whole: &Turn) -> Option<Vec<ChatEvent>> {
    let mut events = Vec::new();
    let mut known_thoughts = known.reasoning.as_str();
    let mut known_text = known.text.as_str();
    if known_thoughts.is_empty() && !known_text.is_empty() && !whole.reasoning.is_empty() {
        // What came was thinking, as the closing tag has told meanwhile.
        rest(known_text, &whole.reasoning)?;
        events.push(ChatEvent::TextWasReasoning);
        (known_thoughts, known_text) = (known_text, "");
    }
    if known_text.is_empty() {
        let thoughts = match (known_thoughts.is_empty(), whole.reasoning.is_empty()) {
            // Its opening tag stood in the prompt, and the closing one has not come.
            (false, true) => &whole.text,
            _ => &whole.reasoning,
        };
        let more = rest(known_thoughts, thoughts)?;
        if !more.is_empty() {
            events.push(ChatEvent::Reasoning(more.to_owned()));
        }
        if !known_thoughts.is_empty() && whole.reasoning.is_empty() {
            return Some(events);
        }
    }
    let more = rest(known_text, &whole.text)?;
    if !more.is_empty() {
        events.push(ChatEvent::Text(more.to_owned()));
    }
    Some(events)
}

/// Tells whether the whole is all that is known, or more.
fn reaches(known: &Turn, whole: &Turn) -> bool {
    whole.text.trim().len() >= known.text.trim().len() && grown(known, whole).is_some()
}

/// The part of `whole` behind what is `known`; empty where there is none yet, `None` where they part before that. Blanks at the
/// beginning are no difference, for some servers cut them and some do not; nor are those at the end of what is told so far.
fn rest<'w>(known: &str, whole: &'w str) -> Option<&'w str> {
    if let Some(more) = whole.strip_prefix(known) {
        return Some(more);
    }
    let (known, whole) = (known.trim_start(), whole.trim_start());
    let is_beginning = known.starts_with(whole.trim_end());
    whole.strip_prefix(known).or(is_beginning.then_some(""))
}

#[cfg(test)]
mod tests;
