//! A trace as a file: versioned JSON, times in whole microseconds from the first request.
//!
//! In: the trace, and what the page knows of the place. Out: text. Keys are always left out; message texts are, unless asked for:
//! then stand-ins of the same length take their place, so that framing, events and gaps are the same when it is replayed.

use serde_json::{Map, Value};

use super::protocol::{is_key, is_name};
use super::redact::{self, Redactor};
use super::scrub;
use super::{Carried, Fact, Resource, Stamp, Trace};
use crate::dialect::{Kind, Method};
use crate::event::{End, Millis, Odd};
use crate::session::Media;

/// The version of the file. A reader knows its own version alone; fields that it does not know do not disturb it.
pub const VERSION: u64 = 1;

/// The kinds of oddity and their names in a file.
pub(super) const ODDS: [(Odd, &str); 7] = [
    (Odd::NotJson, "not-json"),
    (Odd::Forgiven, "forgiven"),
    (Odd::UnknownShape, "unknown-shape"),
    (Odd::UnknownEvent, "unknown-event"),
    (Odd::TooLong, "too-long"),
    (Odd::NotUtf8, "not-utf8"),
    (Odd::AfterEnd, "after-end"),
];

/// Things that go into the file beside the trace.
#[derive(Debug, Clone, Default)]
pub struct Export<'a> {
    /// The server's kind.
    pub kind: Option<Kind>,
    /// The server's base address.
    pub server: &'a str,
    /// The origin of this page.
    pub page: &'a str,
    /// Rill's version, and the browser.
    pub made_by: &'a str,
    /// Texts go along: the person has said so.
    pub texts: bool,
    /// Keys that must not be in it, wherever they stand.
    pub secrets: &'a [&'a str],
}

impl Export<'_> {
    /// The file's text.
    pub fn write(&self, trace: &Trace, now: Millis) -> String {
        let start = trace.totals().sent.unwrap_or(0.0);
        let time = |at: Millis| micros(at - start);
        let mut file = Map::new();
        put(&mut file, "rill_trace", VERSION);
        put(&mut file, "made_by", self.clean(self.made_by));
        put(&mut file, "texts", self.texts);
        put(&mut file, "kind", self.kind.map(Kind::as_str));
        put(&mut file, "server", self.clean(self.server));
        put(&mut file, "page", self.clean(self.page));
        put(&mut file, "now", time(trace.totals().ended.unwrap_or(now)));
        put(&mut file, "decoding", micros(trace.totals().decoding));
        put(&mut file, "longest_text", trace.totals().longest_text);
        let facts: Vec<Value> = trace
            .stamps()
            .iter()
            .filter(|stamp| stamp.fact != Fact::FirstToken)
            .map(|stamp| self.fact(time(stamp.at), stamp))
            .collect();
        put(&mut file, "facts", facts);
        let reads: Vec<Value> = trace
            .reads()
            .iter()
            .map(|read| row([time(read.at), read.bytes.into()]))
            .collect();
        put(&mut file, "reads", reads);
        let events: Vec<Value> = trace
            .events()
            .iter()
            .map(|event| {
                Value::Array(vec![
                    time(event.at),
                    event.name.word().into(),
                    event.count.into(),
                    event.bytes.into(),
                ])
            })
            .collect();
        put(&mut file, "events", events);
        let paints: Vec<Value> = trace
            .paints()
            .iter()
            .map(|paint| {
                let took = micros(f64::from(paint.took));
                Value::Array(vec![time(paint.at), paint.shown.into(), took])
            })
            .collect();
        put(&mut file, "paints", paints);
        self.request(trace, &mut file);
        self.raw(trace, start, &mut file);
        Value::Object(file).to_string()
    }

    fn fact(&self, at: Value, stamp: &Stamp) -> Value {
        let (name, told) = self.told(&stamp.fact);
        let mut fields = Map::new();
        put(&mut fields, "at", at);
        put(&mut fields, "fact", name);
        fields.extend(told.into_iter().map(|(key, value)| (key.to_owned(), value)));
        Value::Object(fields)
    }

    /// The name of a fact, and its fields in order.
    fn told(&self, fact: &Fact) -> (&'static str, Vec<(&'static str, Value)>) {
        match fact {
            Fact::Sent {
                transport,
                method,
                path,
                json,
                body,
            } => {
                let fields = vec![
                    ("rung", transport.as_str().into()),
                    ("method", method_word(*method).into()),
                    ("path", self.path(path).into()),
                    ("json", (*json).into()),
                    ("body", (*body).into()),
                ];
                ("sent", fields)
            }
            Fact::Headers {
                status,
                content_type,
                told,
            } => {
                let told = told.iter();
                let told = told.map(|(name, value)| (name.clone(), self.clean(value).into()));
                let fields = vec![
                    ("status", (*status).into()),
                    ("content_type", content_type.as_str().into()),
                    ("told", Value::Object(told.collect())),
                ];
                ("headers", fields)
            }
            Fact::FirstToken => ("first-token", Vec::new()),
            Fact::Asked(clock) => ("asked", vec![("clock", clock.word().into())]),
            Fact::WaitedOn => ("waited-on", Vec::new()),
            Fact::Alive(yes) => ("alive", vec![("yes", (*yes).into())]),
            Fact::StopPressed => ("stop-pressed", Vec::new()),
            Fact::StopAnswered(yes) => ("stop-answered", vec![("yes", (*yes).into())]),
            Fact::Odd(oddity) => {
                let what = ODDS.iter().find(|(odd, _)| *odd == oddity.what);
                let what = what.map(|(_, word)| *word).into();
                let sample = self.text(&oddity.sample).into();
                ("odd", vec![("what", what), ("sample", sample)])
            }
            Fact::Promise(span) => ("promise", vec![("span", micros(*span))]),
            Fact::Busy(span) => ("busy", vec![("span", micros(*span))]),
            Fact::Hidden(yes) => ("hidden", vec![("yes", (*yes).into())]),
            Fact::Resource(resource) => ("resource", timing(resource)),
            Fact::Probed(probe) => ("probed", vec![("probe", probe.word().into())]),
            Fact::End(end) => ("end", vec![("end", self.end(end))]),
        }
    }

    /// An end keeps of its message the words of which errors are made: a server may quote what was said.
    fn end(&self, end: &End) -> Value {
        let mut end = end.clone();
        match &mut end {
            End::Refused { error, .. } | End::Broken { error, .. } => {
                error.message = self.error(&error.message);
                if let Some(code) = &mut error.code {
                    *code = self.name(code);
                }
            }
            End::Blocked { reason } => *reason = self.error(reason),
            End::Complete { reason } => *reason = self.name(reason),
            _ => {}
        }
        serde_json::to_value(end).unwrap_or(Value::Null)
    }

    fn request(&self, trace: &Trace, file: &mut Map<String, Value>) {
        let Some(request) = trace.request() else {
            return;
        };
        let mut fields = Map::new();
        put(&mut fields, "method", method_word(request.call.method));
        put(&mut fields, "path", self.path(&request.call.path));
        put(&mut fields, "json", request.media == Media::Json);
        let body = request.call.body.as_deref().map(|body| self.text(body));
        put(&mut fields, "body", body);
        put(file, "request", fields);
    }

    fn raw(&self, trace: &Trace, start: Millis, file: &mut Map<String, Value>) {
        let bytes = self.raw_bytes(trace);
        let mut raw = Map::new();
        let pieces: Vec<Value> = trace
            .raw
            .pieces()
            .map(|(piece, bytes)| {
                let carried = match piece.carried {
                    Carried::Bytes => 0,
                    Carried::Text => 1,
                    Carried::Binary => 2,
                };
                let at = micros(piece.at - start);
                Value::Array(vec![at, bytes.len().into(), carried.into()])
            })
            .collect();
        put(&mut raw, "pieces", pieces);
        put(&mut raw, "cut", trace.raw.is_cut());
        match String::from_utf8(bytes) {
            Ok(text) => put(&mut raw, "text", scrub(&text, self.secrets)),
            // Bytes that are no text: each becomes the letter of its number.
            Err(bytes) => {
                let letters: String = bytes.as_bytes().iter().copied().map(char::from).collect();
                put(&mut raw, "latin1", scrub(&letters, self.secrets));
            }
        }
        put(file, "raw", raw);
    }

    fn raw_bytes(&self, trace: &Trace) -> Vec<u8> {
        if self.texts {
            return trace.raw.bytes().to_vec();
        }
        let mut redactor = Redactor::default();
        let mut stand_in = |bytes: &[u8]| redactor.stand_in(bytes);
        let mut out = Vec::new();
        let mut stream = Vec::new();
        for (piece, bytes) in trace.raw.pieces() {
            if piece.carried == Carried::Bytes {
                stream.extend_from_slice(bytes);
                continue;
            }
            out.append(&mut stand_in(&std::mem::take(&mut stream)));
            match piece.carried {
                Carried::Binary => out.resize(out.len() + bytes.len(), 0),
                _ => out.append(&mut stand_in(bytes)),
            }
        }
        out.append(&mut stand_in(&stream));
        out
    }

    /// A path without what stands in its query: it may hold the message.
    fn path(&self, path: &str) -> String {
        let path = self.clean(path);
        match path.split_once('?') {
            Some((before, query)) if !self.texts => {
                let names: Vec<String> = query
                    .split('&')
                    .map(|pair| pair.split('=').next().unwrap_or_default())
                    // Where no name was given the message itself may stand.
                    .map(|name| {
                        if is_key(name) {
                            name.to_owned()
                        } else {
                            "x".repeat(name.len())
                        }
                    })
                    .collect();
                format!("{before}?{}=", names.join("=&"))
            }
            _ => path,
        }
    }

    fn text(&self, text: &str) -> String {
        if self.texts {
            return self.clean(text);
        }
        let stood_in = Redactor::default().stand_in(text.as_bytes());
        self.clean(&String::from_utf8_lossy(&stood_in))
    }

    /// A name of the protocol, or else an error's words.
    fn name(&self, name: &str) -> String {
        if is_name(name) {
            name.to_owned()
        } else {
            self.error(name)
        }
    }

    fn error(&self, message: &str) -> String {
        if self.texts {
            return self.clean(message);
        }
        let mut out = Vec::new();
        redact::error(message.as_bytes(), &mut out);
        self.clean(&String::from_utf8_lossy(&out))
    }

    fn clean(&self, text: &str) -> String {
        scrub(text, self.secrets)
    }
}

/// The browser's own figures of a request, as fields of a fact.
fn timing(resource: &Resource) -> Vec<(&'static str, Value)> {
    let Resource {
        blocked,
        connect,
        wait,
        receive,
        protocol,
    } = resource;
    vec![
        ("blocked", (*blocked).into()),
        ("connect", (*connect).into()),
        ("wait", (*wait).into()),
        ("receive", (*receive).into()),
        ("protocol", protocol.as_str().into()),
    ]
}

/// The method as HTTP spells it.
pub(crate) fn method_word(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Delete => "DELETE",
    }
}

fn put(map: &mut Map<String, Value>, key: &str, value: impl Into<Value>) {
    map.insert(key.to_owned(), value.into());
}

fn row(values: [Value; 2]) -> Value {
    Value::Array(values.into())
}

fn micros(ms: Millis) -> Value {
    ((ms * 1000.0).round() as i64).into()
}
