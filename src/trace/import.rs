//! The file back into a trace. The figures are made anew from what stands in it, as they were made when it happened.
//!
//! Unknown fields and facts are passed over; another version, or a file that is none, gets an error that can be worded.

use std::str::FromStr;

use serde_json::{Map, Value};

use super::export::{ODDS, VERSION};
use super::{Carried, EventName, Fact, Probe, Request, Resource, Trace};
use crate::dialect::{Call, Kind, Method, Transport, bridge};
use crate::event::{Deadline, Millis, Oddity};
use crate::session::Media;
use crate::text;

/// The largest file that is read, in bytes: a full trace whose every byte has to be escaped is smaller.
pub const LARGEST: usize = 32 * 1024 * 1024;
/// The most values in a file; a full trace holds half of them. Each takes far more memory than its letters do.
const VALUES: usize = 400_000;
/// The longest word of a fact, in bytes: a path may hold a message.
const WORD: usize = 64 * 1024;
/// The most headers that are taken.
const TOLD: usize = 32;

/// Reasons why a file cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadTrace {
    /// Larger than any trace.
    TooLarge,
    /// A text that is not JSON.
    NotJson,
    /// JSON, but no trace of Rill's.
    NotATrace,
    /// A trace of another version, which this Rill does not know.
    OtherVersion(u64),
}

/// A trace that came from a file.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The trace. Its times begin at 0, with the first request.
    pub trace: Trace,
    /// The server's kind, if the file names one that this Rill knows.
    pub kind: Option<Kind>,
    /// The server's address.
    pub server: String,
    /// The page's origin.
    pub page: String,
    /// The program that made the file.
    pub made_by: String,
    /// `true` if the texts are the real ones; else they are stand-ins of the same length.
    pub texts: bool,
    /// The time at which the file was written, on the trace's clock.
    pub now: Millis,
}

/// Things that are put back, in the order in which they are put back at the same moment.
enum Step<'a> {
    Before(Fact),
    Read(usize),
    Event(EventName, u16, usize),
    After(Fact),
    Paint(usize, Millis),
    Raw(&'a [u8], Carried),
}

impl Step<'_> {
    fn rank(&self) -> u8 {
        match self {
            Step::Before(_) => 0,
            Step::Read(_) => 1,
            Step::Raw(..) => 2,
            Step::Event(..) => 3,
            Step::After(_) => 4,
            Step::Paint(..) => 5,
        }
    }
}

impl Imported {
    /// Reads a file.
    pub fn read(text: &str) -> Result<Imported, BadTrace> {
        if text.len() > LARGEST || values(text) > VALUES {
            return Err(BadTrace::TooLarge);
        }
        let value: Value = serde_json::from_str(text).map_err(|_| BadTrace::NotJson)?;
        let file = value.as_object().ok_or(BadTrace::NotATrace)?;
        match file.get("rill_trace").and_then(Value::as_u64) {
            Some(VERSION) => {}
            Some(other) => return Err(BadTrace::OtherVersion(other)),
            None => return Err(BadTrace::NotATrace),
        }
        let mut trace = Trace::default();
        let raw_bytes = raw_bytes(file);
        let mut steps = steps(file, &raw_bytes);
        steps.sort_by(|(at, step), (other, next)| {
            at.total_cmp(other).then(step.rank().cmp(&next.rank()))
        });
        for (at, step) in steps {
            match step {
                Step::Before(fact) | Step::After(fact) => trace.stamp(at, fact),
                Step::Read(bytes) => trace.read(at, bytes),
                Step::Event(name, count, bytes) => trace.count(at, name, count, bytes),
                Step::Paint(shown, took) => trace.paint(at, shown, took),
                Step::Raw(bytes, carried) => trace.raw.push(at, bytes, carried),
            }
        }
        trace.totals.decoding = millis(file.get("decoding"));
        trace.totals.longest_text = number(file, "longest_text");
        trace.request = request(file);
        Ok(Imported {
            trace,
            kind: word(file, "kind").parse().ok(),
            server: word(file, "server").to_owned(),
            page: word(file, "page").to_owned(),
            made_by: word(file, "made_by").to_owned(),
            texts: flag(file, "texts"),
            now: millis(file.get("now")),
        })
    }

    /// The transport that answered, of those of its kind.
    pub fn transport(&self) -> &'static Transport {
        let dialect = self.kind.unwrap_or_default().dialect();
        let site = &bridge::TRANSPORT;
        let known = self.trace.last(|fact| match fact {
            Fact::Sent { transport, .. } => {
                let mut all = dialect.transports().iter().chain([site]);
                all.find(|known| known.name == transport)
            }
            _ => None,
        });
        known.unwrap_or_else(|| dialect.transport(None))
    }
}

fn steps<'a>(file: &Map<String, Value>, raw: &'a [u8]) -> Vec<(Millis, Step<'a>)> {
    let mut steps = Vec::new();
    for fields in list(file, "facts").iter().filter_map(Value::as_object) {
        let at = millis(fields.get("at"));
        if let Some(fact) = fact(fields) {
            let early = matches!(
                fact,
                Fact::Sent { .. } | Fact::Headers { .. } | Fact::Promise(_) | Fact::Hidden(_)
            );
            steps.push((
                at,
                if early {
                    Step::Before(fact)
                } else {
                    Step::After(fact)
                },
            ));
        }
    }
    for row in list(file, "reads") {
        steps.push((millis(row.get(0)), Step::Read(whole(row.get(1)))));
    }
    for row in list(file, "events") {
        let name = row.get(1).and_then(Value::as_str).unwrap_or_default();
        if let Ok(name) = EventName::from_str(name) {
            let count = whole(row.get(2)).clamp(1, usize::from(u16::MAX)) as u16;
            let step = Step::Event(name, count, whole(row.get(3)));
            steps.push((millis(row.get(0)), step));
        }
    }
    for row in list(file, "paints") {
        let step = Step::Paint(whole(row.get(1)), millis(row.get(2)));
        steps.push((millis(row.get(0)), step));
    }
    let mut rest = raw;
    let pieces = file.get("raw").and_then(Value::as_object);
    for row in pieces.map_or(&[][..], |raw| list(raw, "pieces")) {
        let (piece, behind) = rest
            .split_at_checked(whole(row.get(1)))
            .unwrap_or((rest, &[]));
        let carried = match whole(row.get(2)) {
            1 => Carried::Text,
            2 => Carried::Binary,
            _ => Carried::Bytes,
        };
        steps.push((millis(row.get(0)), Step::Raw(piece, carried)));
        rest = behind;
    }
    steps
}

fn raw_bytes(file: &Map<String, Value>) -> Vec<u8> {
    let Some(raw) = file.get("raw").and_then(Value::as_object) else {
        return Vec::new();
    };
    match raw.get("text").and_then(Value::as_str) {
        Some(text) => text.as_bytes().to_vec(),
        None => word(raw, "latin1")
            .chars()
            .map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?'))
            .collect(),
    }
}

/// About how many values a text of JSON holds, without reading it.
fn values(text: &str) -> usize {
    let (mut count, mut inside, mut escaped) = (0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = inside,
            b'"' => inside = !inside,
            b',' | b'[' | b'{' if !inside => count += 1,
            _ => {}
        }
    }
    count
}

fn fact(fields: &Map<String, Value>) -> Option<Fact> {
    let text = |key: &str| short(word(fields, key));
    let span = || millis(fields.get("span"));
    Some(match word(fields, "fact") {
        "sent" => Fact::Sent {
            transport: text("rung"),
            method: method(word(fields, "method")),
            path: text("path"),
            json: flag(fields, "json"),
            body: number(fields, "body"),
        },
        "headers" => Fact::Headers {
            status: number(fields, "status").try_into().unwrap_or(0),
            content_type: text("content_type"),
            told: fields
                .get("told")
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
                .filter_map(|(name, value)| Some((short(name), short(value.as_str()?))))
                .take(TOLD)
                .collect(),
        },
        "asked" => Fact::Asked(Deadline::from_str(word(fields, "clock")).ok()?),
        "waited-on" => Fact::WaitedOn,
        "alive" => Fact::Alive(flag(fields, "yes")),
        "stop-pressed" => Fact::StopPressed,
        "stop-answered" => Fact::StopAnswered(flag(fields, "yes")),
        "odd" => Fact::Odd(Oddity {
            what: ODDS
                .iter()
                .find(|(_, name)| *name == word(fields, "what"))
                .map(|(odd, _)| *odd)?,
            sample: text("sample").chars().take(200).collect(),
        }),
        "promise" => Fact::Promise(span()),
        "busy" => Fact::Busy(span()),
        "hidden" => Fact::Hidden(flag(fields, "yes")),
        "resource" => {
            let ms = |key: &str| {
                let ms = fields.get(key).and_then(Value::as_u64)?;
                u32::try_from(ms).ok()
            };
            Fact::Resource(Resource {
                blocked: ms("blocked"),
                connect: ms("connect"),
                wait: ms("wait"),
                receive: ms("receive"),
                protocol: text("protocol"),
            })
        }
        "probed" => Fact::Probed(Probe::from_str(word(fields, "probe")).ok()?),
        "end" => Fact::End(serde_json::from_value(fields.get("end")?.clone()).ok()?),
        _ => return None,
    })
}

fn short(word: &str) -> String {
    text::up_to(word, WORD).to_owned()
}

fn request(file: &Map<String, Value>) -> Option<Request> {
    let fields = file.get("request")?.as_object()?;
    let mut call = Call::get(word(fields, "path"));
    call.method = method(word(fields, "method"));
    call.body = fields
        .get("body")
        .and_then(Value::as_str)
        .map(str::to_owned);
    Some(Request {
        call,
        media: if flag(fields, "json") {
            Media::Json
        } else {
            Media::Plain
        },
        shortened: false,
    })
}

fn method(word: &str) -> Method {
    match word {
        "GET" => Method::Get,
        "DELETE" => Method::Delete,
        _ => Method::Post,
    }
}

fn list<'a>(map: &'a Map<String, Value>, key: &str) -> &'a [Value] {
    map.get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn word<'a>(map: &'a Map<String, Value>, key: &str) -> &'a str {
    map.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn flag(map: &Map<String, Value>, key: &str) -> bool {
    map.get(key).and_then(Value::as_bool).unwrap_or_default()
}

fn number(map: &Map<String, Value>, key: &str) -> usize {
    whole(map.get(key))
}

fn whole(value: Option<&Value>) -> usize {
    let value = value.and_then(Value::as_u64).unwrap_or_default();
    value.try_into().unwrap_or(usize::MAX)
}

fn millis(micros: Option<&Value>) -> Millis {
    micros.and_then(Value::as_i64).unwrap_or_default() as f64 / 1000.0
}
