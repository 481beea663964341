//! What happened when, during one reply: a bounded record of stamped facts.
//!
//! In: the session's reports and what the page does with them, each with its time. Out: the same, to be looked at.
//! It observes and never steers. The facts hold no message text and no key; the bytes as they came, and the request, are kept
//! apart, in memory alone, for the raw view and for replay.

mod export;
mod fact;
mod import;
mod lag;
mod protocol;
mod raw;
mod redact;
mod replay;
mod rhythm;
mod scrub;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

pub(crate) use export::method_word;
pub use export::{Export, VERSION};
pub use fact::{EventName, Fact, Probe, Resource, Stamp};
pub use import::{BadTrace, Imported};
pub use lag::{GRACE, Lag};
pub use raw::{Carried, Piece, ROOM, Raw, RawFrame};
pub use replay::{Replay, ReplayBody};
pub use rhythm::{Bursts, Clump, EDGES, Gap, Rhythm, Wave};
pub use scrub::scrub;

use crate::dialect::Call;
use crate::event::{ChatEvent, End, Millis};
use crate::session::{Media, Report};

/// The most reads, and the most events, that are kept; the oldest go first. A reply of 4,000 tokens is kept whole.
pub const CAPACITY: usize = 8192;
/// The most paints that are kept.
pub const PAINTS: usize = 2048;
/// The most other facts that are kept: the first ones, and the end.
pub const FACTS: usize = 512;
/// The most odd frames that are kept with their sample.
const ODD: usize = 64;
/// The longest body of a request that is kept.
const BODY: usize = 1024 * 1024;

/// One read, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Read {
    /// The time.
    pub at: Millis,
    /// Number of bytes.
    pub bytes: u32,
    /// Events that it completed.
    pub events: u16,
    /// Number of events among them that brought text, thinking or a tool call.
    pub texts: u16,
}

/// Events of one name that came of one read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Happened {
    /// The time.
    pub at: Millis,
    /// The events' name.
    pub name: EventName,
    /// Number of events.
    pub count: u16,
    /// Bytes of text in them.
    pub bytes: u32,
}

/// The page drew something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paint {
    /// The time.
    pub at: Millis,
    /// Bytes of the answer that are shown.
    pub shown: u32,
    /// The time that the drawing took, in milliseconds.
    pub took: f32,
}

/// The request as it went out, for those who want to send it again. It holds the message.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The call; its body is left out where it was longer than there is room for.
    pub call: Call,
    /// The media type under which the body went out.
    pub media: Media,
    /// `true` if the body was left out.
    pub shortened: bool,
}

/// Figures that stay right when the oldest reads are gone.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Totals {
    /// Reads.
    pub reads: usize,
    /// Bytes of them.
    pub bytes: usize,
    /// Events.
    pub events: usize,
    /// Events that brought text, thinking or a tool call.
    pub texts: usize,
    /// Bytes of text and thinking.
    pub text_bytes: usize,
    /// The longest text of one event, in bytes.
    pub longest_text: usize,
    /// Life signs: progress, comments, pings.
    pub signs: usize,
    /// Frames that could not be used.
    pub odd: usize,
    /// The first request.
    pub sent: Option<Millis>,
    /// The headers of the last request.
    pub headers: Option<Millis>,
    /// The first read.
    pub first_read: Option<Millis>,
    /// The first text.
    pub first_text: Option<Millis>,
    /// The last text.
    pub last_text: Option<Millis>,
    /// The last read or sign.
    pub last_sign: Option<Millis>,
    /// The end.
    pub ended: Option<Millis>,
    /// Milliseconds spent decoding.
    pub decoding: Millis,
    /// Milliseconds spent drawing.
    pub drawing: Millis,
    /// Number of paints.
    pub paints: usize,
    /// The longest drawing.
    pub longest_paint: Millis,
    /// The longest that the page was held up.
    pub busy: Millis,
    /// Reads that are no longer kept.
    pub dropped: usize,
}

/// The record.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    stamps: Vec<Stamp>,
    odd: usize,
    reads: VecDeque<Read>,
    events: VecDeque<Happened>,
    paints: VecDeque<Paint>,
    request: Option<Request>,
    totals: Totals,
    /// The bytes as they came.
    pub raw: Raw,
    /// The rhythm of the reads.
    pub rhythm: Rhythm,
    /// The page's delay behind the text.
    pub lag: Lag,
}

impl Trace {
    /// Sees what the session reports.
    pub fn saw(&mut self, at: Millis, report: &Report) {
        match report {
            Report::Sent {
                transport,
                call,
                media,
            } => self.sent(at, transport.name, call, *media),
            Report::Headers {
                status,
                content_type,
                told,
            } => self.stamp(
                at,
                Fact::Headers {
                    status: *status,
                    content_type: content_type.clone(),
                    told: told
                        .iter()
                        .map(|(name, value)| ((*name).to_owned(), value.clone()))
                        .collect(),
                },
            ),
            Report::Read { bytes } => self.read(at, *bytes),
            Report::Decoded(chunk) => {
                let came = self.rhythm.last().unwrap_or(at);
                self.totals.decoding += (at - came).max(0.0);
                self.raw.keep(came, chunk);
            }
            Report::Events(events) => {
                for event in events {
                    self.event(at, event);
                }
            }
            Report::Alive(alive) => self.stamp(at, Fact::Alive(*alive)),
            Report::Asking(clock, _) => self.stamp(at, Fact::Asked(*clock)),
            Report::End(end) => self.stamp(at, Fact::End(end.clone())),
            Report::StopAnswered(confirmed) => self.stamp(at, Fact::StopAnswered(*confirmed)),
            Report::Learned(_) | Report::Finishing(_) | Report::Resuming => {}
        }
    }

    /// Stamps a fact with its time; it is kept where there is room, the first end in any case.
    pub fn stamp(&mut self, at: Millis, fact: Fact) {
        match &fact {
            Fact::Sent { .. } => {
                self.totals.sent.get_or_insert(at);
                self.rhythm.begin(at);
            }
            Fact::Headers { .. } => self.totals.headers = Some(at),
            Fact::Promise(span) => self.lag.promise(at, *span),
            Fact::Busy(span) => {
                self.totals.busy = self.totals.busy.max(*span);
                self.rhythm.busy(at - span, at);
            }
            Fact::Hidden(hidden) => self.lag.hide(at, *hidden),
            Fact::End(_) => {
                self.totals.ended.get_or_insert(at);
            }
            _ => {}
        }
        let has_room = match &fact {
            // A reply has one end; a file may tell of any number.
            Fact::End(_) => self.stamps.len() < FACTS || self.end().is_none(),
            Fact::Odd(_) => self.odd < ODD && self.stamps.len() < FACTS,
            _ => self.stamps.len() < FACTS,
        };
        if has_room {
            self.odd += usize::from(matches!(fact, Fact::Odd(_)));
            self.stamps.push(Stamp { at, fact });
        }
    }

    /// Notes that a request goes out.
    pub fn sent(&mut self, at: Millis, transport: &str, call: &Call, media: Media) {
        let body = call.body.as_ref().map_or(0, String::len);
        self.stamp(
            at,
            Fact::Sent {
                transport: transport.to_owned(),
                method: call.method,
                path: call.path.clone(),
                json: media == Media::Json && call.body.is_some(),
                body,
            },
        );
        let shortened = body > BODY;
        let mut call = call.clone();
        if shortened {
            call.body = None;
        }
        self.request = Some(Request {
            call,
            media,
            shortened,
        });
    }

    /// Notes a read of so many bytes.
    pub fn read(&mut self, at: Millis, bytes: usize) {
        self.totals.reads += 1;
        self.totals.bytes = self.totals.bytes.saturating_add(bytes);
        self.totals.first_read.get_or_insert(at);
        self.totals.last_sign = Some(at);
        self.rhythm.read(at, bytes);
        if keep(&mut self.reads, CAPACITY, {
            Read {
                at,
                bytes: clamp(bytes),
                ..Read::default()
            }
        }) {
            self.totals.dropped += 1;
        }
    }

    /// Notes an event that came out of the last read; its text is measured, not kept.
    pub fn event(&mut self, at: Millis, event: &ChatEvent) {
        let name = EventName::of(event);
        let bytes = match event {
            ChatEvent::Text(text) | ChatEvent::ReplaceText(text) | ChatEvent::Reasoning(text) => {
                text.len()
            }
            ChatEvent::ToolCall(call) => call.arguments.len(),
            ChatEvent::Odd(oddity) => {
                self.stamp(at, Fact::Odd(oddity.clone()));
                0
            }
            _ => 0,
        };
        self.count(at, name, 1, bytes);
    }

    /// Notes that the page drew the answer up to `shown` bytes, and took so many milliseconds for it.
    pub fn paint(&mut self, at: Millis, shown: usize, took: Millis) {
        self.lag.show(at, shown);
        self.totals.paints += 1;
        self.totals.drawing += took;
        self.totals.longest_paint = self.totals.longest_paint.max(took);
        let paint = Paint {
            at,
            shown: clamp(shown),
            took: took as f32,
        };
        keep(&mut self.paints, PAINTS, paint);
    }

    /// The kept facts, oldest first.
    pub fn stamps(&self) -> &[Stamp] {
        &self.stamps
    }

    /// The kept reads, oldest first.
    pub fn reads(&self) -> &VecDeque<Read> {
        &self.reads
    }

    /// The kept events, oldest first.
    pub fn events(&self) -> &VecDeque<Happened> {
        &self.events
    }

    /// The kept paints, oldest first.
    pub fn paints(&self) -> &VecDeque<Paint> {
        &self.paints
    }

    /// The figures.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// The last request that went out.
    pub fn request(&self) -> Option<&Request> {
        self.request.as_ref()
    }

    /// Returns what the newest of the facts tells that `tell` knows; `None` where it knows none of them.
    pub fn last<'a, T>(&'a self, tell: impl Fn(&'a Fact) -> Option<T>) -> Option<T> {
        let stamps = self.stamps.iter().rev();
        stamps.map(|stamp| &stamp.fact).find_map(tell)
    }

    /// The end, as the session told it.
    pub fn end(&self) -> Option<&End> {
        self.last(|fact| match fact {
            Fact::End(end) => Some(end),
            _ => None,
        })
    }

    /// The result of the last probe.
    pub fn probe(&self) -> Option<Probe> {
        self.last(|fact| match fact {
            Fact::Probed(probe) => Some(*probe),
            _ => None,
        })
    }

    /// Bytes that the trace holds, about: what bounds it is asserted on this.
    pub fn memory(&self) -> usize {
        use std::mem::size_of;
        let words: usize = self.stamps.iter().map(|stamp| stamp.fact.words()).sum();
        let request = self
            .request
            .as_ref()
            .and_then(|sent| sent.call.body.as_ref());
        self.stamps.len() * size_of::<Stamp>()
            + words
            + self.reads.len() * size_of::<Read>()
            + self.events.len() * size_of::<Happened>()
            + self.paints.len() * size_of::<Paint>()
            + self.raw.memory()
            + self.lag.waiting() * size_of::<(Millis, usize)>()
            + request.map_or(0, String::len)
    }

    fn count(&mut self, at: Millis, name: EventName, count: u16, bytes: usize) {
        let many = usize::from(count);
        self.totals.events = self.totals.events.saturating_add(many);
        match name {
            EventName::Text => self.lag.arrive(at, bytes),
            EventName::Replace => self.lag.replace(at, bytes),
            EventName::Odd => self.totals.odd = self.totals.odd.saturating_add(many),
            _ => {}
        }
        let read = self.reads.back_mut();
        if let Some(read) = read {
            read.events = read.events.saturating_add(count);
        }
        if name.is_text() {
            if self.totals.first_text.is_none() {
                self.totals.first_text = Some(at);
                self.stamp(at, Fact::FirstToken);
            }
            self.totals.last_text = Some(at);
            self.totals.texts = self.totals.texts.saturating_add(many);
            self.totals.text_bytes = self.totals.text_bytes.saturating_add(bytes);
            self.totals.longest_text = self.totals.longest_text.max(bytes / many.max(1));
            if let Some(read) = self.reads.back_mut() {
                read.texts = read.texts.saturating_add(count);
            }
            self.rhythm.texts(many);
        }
        if name.is_sign() {
            self.totals.signs = self.totals.signs.saturating_add(many);
            self.totals.last_sign = Some(at);
        }
        if let Some(last) = self.events.back_mut()
            && last.name == name
            && last.at == at
            && let Some(sum) = last.count.checked_add(count)
        {
            last.count = sum;
            last.bytes = last.bytes.saturating_add(clamp(bytes));
        } else {
            let happened = Happened {
                at,
                name,
                count,
                bytes: clamp(bytes),
            };
            keep(&mut self.events, CAPACITY, happened);
        }
    }
}

/// Appends the newest to a ring; tells whether the oldest had to go.
fn keep<T>(ring: &mut VecDeque<T>, most: usize, item: T) -> bool {
    let full = ring.len() == most;
    if full {
        ring.pop_front();
    }
    ring.push_back(item);
    full
}

fn clamp(bytes: usize) -> u32 {
    bytes.try_into().unwrap_or(u32::MAX)
}
