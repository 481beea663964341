//! The bridge to a transport of the site's own: what its code hands over becomes frames, and frames become events.
//!
//! In: strings, objects as JSON, bytes cut anywhere; a neutral request. Out: frames or bytes that a session reads as any others, their
//! events, and the request as a plain object. It must not know who made them, nor the browser. The family here is that of the element's
//! `kind`: with one, bytes and objects that are none of the bridge's own are that family's wire.

#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use super::reply::meaning;
use super::{Call, Carrier, Decoder, Dialect, Family, Kind, Transport, errors};
use crate::chat::request::ChatRequest;
use crate::event::{ChatEvent, Finish, Odd, Oddity};
use crate::wire::{Frame, sample};

/// The transport of a site's own.
pub static TRANSPORT: Transport = Transport::new("site", Carrier::Stream);

/// The key under which the bridge's own frames stand: no family writes it.
const OWN: &str = "rill";
/// The beginning of the bridge's own frames.
const BEGIN: &str = "{\"rill\":";
/// The keys of an object that the bridge itself reads.
const KEYS: [&str; 4] = ["text", "reasoning", "end", "error"];
/// The word of an end that nobody has named: the site's code is done.
const DONE: &str = "stop";

static FAMILY: Family = Family::UNKNOWN;

/// The language in which a site's own code is spoken to.
#[derive(Debug)]
pub struct Bridge(pub(super) Option<Kind>);

/// The bridge of an element without a kind.
static PLAIN: Bridge = Bridge(None);

/// Returns the bridge of an element of this kind, or without one.
pub fn of(kind: Option<Kind>) -> &'static Bridge {
    kind.map_or(&PLAIN, Kind::bridge)
}

impl Bridge {
    /// The transport of the family whose bytes the site hands on.
    fn inner(&self) -> Option<(&'static dyn Dialect, &'static Transport)> {
        let dialect = self.0?.dialect();
        let all = dialect.transports();
        let is_stream =
            |transport: &&Transport| matches!(transport.via, Carrier::Stream | Carrier::Events);
        let stream = all.iter().find(is_stream).or(all.first())?;
        Some((dialect, stream))
    }
}

impl Dialect for Bridge {
    fn family(&self) -> &'static Family {
        &FAMILY
    }

    fn transports(&self) -> &'static [Transport] {
        std::slice::from_ref(&TRANSPORT)
    }

    fn chat(&self, request: &ChatRequest, _over: &Transport) -> Call {
        let messages = request.messages.iter();
        let messages =
            messages.map(|message| json!({ "role": message.role.word(), "content": message.text }));
        let body = json!({
            "messages": messages.collect::<Vec<Value>>(),
            "model": request.model,
            "context": request.context,
        });
        // There is no media type that another try could change.
        Call::post("/", &body).json_only()
    }

    fn decoder(&self, request: &ChatRequest, _over: &Transport) -> Box<dyn Decoder> {
        let inner = self.inner();
        Box::new(Given {
            inner: inner.map(|(dialect, over)| dialect.decoder(request, over)),
        })
    }
}

/// Reader of the bridge's own frames, and of those of a family where there is one.
struct Given {
    inner: Option<Box<dyn Decoder>>,
}

impl Decoder for Given {
    fn frame(&mut self, frame: Frame<'_>, out: &mut Vec<ChatEvent>) {
        let own = match frame {
            Frame::Json(text) if text.starts_with(BEGIN) => serde_json::from_str(text).ok(),
            _ => None,
        };
        let own = own.as_ref().and_then(|frame: &Value| frame.get(OWN));
        match (own, &mut self.inner) {
            (Some(own), _) => read(own, out),
            (None, Some(inner)) => inner.frame(frame, out),
            (None, None) => {
                if let Frame::Json(text) = frame {
                    out.push(ChatEvent::Odd(Oddity {
                        what: Odd::UnknownShape,
                        sample: sample(text.as_bytes()),
                    }));
                }
            }
        }
    }

    fn finish(&mut self, out: &mut Vec<ChatEvent>) {
        if let Some(inner) = &mut self.inner {
            inner.finish(out);
        }
    }
}

/// Reads one of the bridge's own frames.
fn read(own: &Value, out: &mut Vec<ChatEvent>) {
    let filled = |key: &str| {
        let text = own.get(key).and_then(Value::as_str);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    out.extend(filled("reasoning").map(ChatEvent::Reasoning));
    out.extend(filled("text").map(ChatEvent::Text));
    if own.get("error").is_some() {
        out.extend(errors::in_stream(own).map(ChatEvent::Error));
    }
    out.extend(filled("finish_reason").map(|word| {
        ChatEvent::Done(Finish {
            kind: meaning(&word),
            word,
            sure: true,
        })
    }));
}

/// A piece of what a site's code hands over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Piece<'a> {
    /// Text of the answer.
    Text(&'a str),
    /// Bytes, cut anywhere: text in UTF-8, or the wire of the element's kind.
    Bytes(&'a [u8]),
    /// An object, as JSON.
    Object(&'a str),
}

/// A part of a reply, as a session reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A whole frame.
    Frame(String),
    /// Bytes of a family's wire.
    Bytes(Vec<u8>),
}

/// Makes parts of a reply of the pieces that are handed over.
#[derive(Debug, Default)]
pub struct Giver {
    /// The element has a kind: bytes are its wire.
    has_kind: bool,
    /// Bytes of a letter whose rest has not come.
    held: Vec<u8>,
    /// The family's wire was handed over, which has end marks of its own.
    is_wire: bool,
    /// An end or an error was handed over.
    is_over: bool,
}

impl Giver {
    /// Begins a reply; with `has_kind`, bytes are a family's wire.
    pub fn new(has_kind: bool) -> Giver {
        Giver {
            has_kind,
            ..Giver::default()
        }
    }

    /// Begins what is no reply, but a refusal: its bytes are handed on as they are.
    pub fn raw() -> Giver {
        Giver {
            has_kind: true,
            is_wire: true,
            ..Giver::default()
        }
    }

    /// Tells whether the site has said that nothing more follows.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Takes a piece; `None` where nothing is in it, or not yet.
    pub fn take(&mut self, piece: Piece<'_>) -> Option<Part> {
        match piece {
            Piece::Text(text) => own("text", text),
            Piece::Bytes(bytes) if self.has_kind => {
                self.is_wire = true;
                Some(Part::Bytes(bytes.to_vec()))
            }
            Piece::Bytes(bytes) => own("text", &self.decode(bytes)),
            Piece::Object(text) => Some(self.object(text)),
        }
    }

    /// Takes the end of what is handed over: where no family's wire came, that is the end mark.
    pub fn done(&mut self) -> Option<Part> {
        self.is_over = true;
        let cut = std::mem::take(&mut self.held);
        let mut last = Map::new();
        if !cut.is_empty() {
            last.insert("text".to_owned(), "\u{fffd}".into());
        }
        if !self.is_wire {
            last.insert("finish_reason".to_owned(), DONE.into());
        }
        (!last.is_empty()).then(|| frame(last.into()))
    }

    /// Takes an error that the site's code has thrown, in its words.
    pub fn failed(&mut self, message: &str) -> Part {
        self.is_over = true;
        frame(json!({ "error": message }))
    }

    fn object(&mut self, text: &str) -> Part {
        let object = serde_json::from_str(text).unwrap_or_default();
        let Value::Object(mut object) = object else {
            return Part::Frame(text.to_owned());
        };
        let is_own = object.keys().all(|key| KEYS.contains(&key.as_str()));
        if !is_own || object.is_empty() {
            self.is_wire |= self.has_kind;
            return Part::Frame(text.to_owned());
        }
        if let Some(end) = object.remove("end") {
            self.is_over = true;
            let word = end.as_str().filter(|word| !word.is_empty());
            object.insert("finish_reason".to_owned(), word.unwrap_or(DONE).into());
        }
        self.is_over |= object.contains_key("error");
        frame(object.into())
    }

    /// Decodes bytes; a letter that is cut waits for its rest.
    fn decode(&mut self, bytes: &[u8]) -> String {
        self.held.extend_from_slice(bytes);
        let mut text = String::new();
        let mut rest = self.held.as_slice();
        loop {
            match std::str::from_utf8(rest) {
                Ok(whole) => {
                    text.push_str(whole);
                    rest = &[];
                    break;
                }
                Err(error) => {
                    let (good, bad) = rest
                        .split_at_checked(error.valid_up_to())
                        .unwrap_or_default();
                    text.push_str(std::str::from_utf8(good).unwrap_or_default());
                    rest = bad;
                    let Some(broken) = error.error_len() else {
                        break;
                    };
                    text.push('\u{fffd}');
                    rest = rest.get(broken..).unwrap_or_default();
                }
            }
        }
        self.held = rest.to_vec();
        text
    }
}

/// Makes one of the bridge's own frames; `None` where the text is empty.
fn own(key: &str, text: &str) -> Option<Part> {
    (!text.is_empty()).then(|| frame(json!({ key: text })))
}

fn frame(own: Value) -> Part {
    Part::Frame(json!({ OWN: own }).to_string())
}
