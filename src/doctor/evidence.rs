//! What speaks for a verdict: facts with figures, to be worded by the page.
//!
//! Times are whole milliseconds, sizes are bytes. Reads and events are counted, never tokens.

use super::{Place, Verdict};
use crate::event::{End, Millis};
use crate::trace::{Fact, Probe, Resource, Trace};

/// Limits of servers and proxies that are seen in the wild, in seconds.
pub const KNOWN_LIMITS: [u32; 13] = [30, 55, 60, 75, 80, 90, 100, 110, 115, 120, 180, 300, 600];

/// A wait that is worth a word, in milliseconds.
const WAITED: Millis = 1_000.0;

/// A fact that speaks for a verdict.
#[derive(Debug, Clone, PartialEq)]
pub enum Evidence {
    /// Count of reads and events that brought text, and the time that they took.
    Reads {
        /// Reads that brought text.
        reads: usize,
        /// Events that brought text.
        events: usize,
        /// Time from the first text to the last, in milliseconds.
        ms: u32,
    },
    /// Text in bursts, each after a silence.
    Bursts {
        /// Number of bursts.
        bursts: usize,
        /// Events in each burst, on average.
        events: usize,
        /// The silence before each burst, on average, in milliseconds.
        silence_ms: u32,
    },
    /// Bursts that have the size of a buffer.
    BufferSize {
        /// The size of the buffer.
        bytes: usize,
        /// Number of bursts that have this size.
        bursts: usize,
    },
    /// Text that came all at once after a long silence.
    AtOnce {
        /// Number of events.
        events: usize,
        /// Time in which they came, in milliseconds.
        ms: u32,
        /// The silence before them, in milliseconds.
        silence_ms: u32,
    },
    /// The whole text in one event.
    OneEvent {
        /// Bytes of its text.
        bytes: usize,
    },
    /// The Content-Type of the answer.
    ContentType(String),
    /// A header that tells about the way from the server to the page.
    Header {
        /// The header's name.
        name: String,
        /// The header's value.
        value: String,
    },
    /// Headers that came, and no text since.
    HeadersOnly {
        /// The wait for the headers, in milliseconds.
        ms: u32,
        /// Time since the headers, in milliseconds.
        since_ms: u32,
    },
    /// A wait in which not even headers came.
    NoHeaders {
        /// The wait since the request, in milliseconds.
        ms: u32,
    },
    /// The wait for the first text.
    FirstText {
        /// Time from the request to the first text, in milliseconds.
        ms: u32,
    },
    /// The longest time in which nothing came, the wait for the first byte not counted.
    BiggestGap {
        /// The length of the gap, in milliseconds.
        ms: u32,
        /// The beginning of the gap, in milliseconds since the request.
        at_ms: u32,
    },
    /// Number of signs of life: progress, comments, pings.
    Signs(usize),
    /// Answer to a small request: `true` where it found the server alive.
    Alive(bool),
    /// A silence that lasts until now, or until the end.
    Quiet {
        /// Time since the last sign of anything, in milliseconds.
        ms: u32,
    },
    /// The lack of an end mark.
    NoEndMark,
    /// An end that came right at a time that many servers and proxies have as their limit.
    AtLimit {
        /// The limit in seconds.
        seconds: u32,
        /// `true` where the time is counted from the last read, `false` where it is counted from the request.
        since_last_read: bool,
    },
    /// Finding of the further questions that were asked after a failure.
    Probed(Probe),
    /// A preflight that came before the request, because this was called JSON or carried a key.
    Preflighted,
    /// The server's status and words.
    Said {
        /// The HTTP status, if there is one.
        status: Option<u16>,
        /// The server's words.
        message: String,
    },
    /// Text that the page showed too late.
    Late {
        /// The longest wait of text that had arrived, in milliseconds.
        ms: u32,
        /// Share of the text that was late, in per cent.
        percent: u32,
    },
    /// Time that the page spent on decoding and drawing.
    Drawing {
        /// Share of the time from the first read to the last sign of anything, in per cent.
        percent: u32,
        /// The longest drawing, in milliseconds.
        longest_ms: u32,
    },
    /// A time in which the page was held up.
    HeldUp {
        /// The longest such time, in milliseconds.
        ms: u32,
    },
    /// A wait of the request for a free connection.
    Blocked {
        /// The wait, in milliseconds.
        ms: u32,
    },
    /// Number of frames that could not be used.
    Odd(usize),
}

/// Collects what speaks for a verdict, the strongest first.
pub(super) fn evidence(
    verdict: Verdict,
    trace: &Trace,
    end: Option<&End>,
    now: Millis,
    place: &Place<'_>,
) -> Vec<Evidence> {
    let mut found = Vec::new();
    match verdict {
        Verdict::Buffered => buffered(trace, &mut found),
        Verdict::NotStreaming => {
            found.push(Evidence::OneEvent {
                bytes: trace.totals().longest_text,
            });
            headers(trace, true, &mut found);
            reads(trace, &mut found);
            first_text(trace, &mut found);
        }
        Verdict::Flowing => {
            reads(trace, &mut found);
            first_text(trace, &mut found);
            gap(trace, &mut found);
        }
        Verdict::SlowPrefill | Verdict::Silent => waiting(trace, now, &mut found),
        Verdict::Cut => cut(trace, end, now, &mut found),
        Verdict::PageBehind => behind(trace, now, &mut found),
        _ => {
            if let Some(probe) = trace.probe() {
                found.push(Evidence::Probed(probe));
            }
            said(trace, end, &mut found);
        }
    }
    if (place.has_key || preflighted(trace))
        && matches!(
            verdict,
            Verdict::PreflightRefused
                | Verdict::SocketsExhausted
                | Verdict::CorsRefused
                | Verdict::Unreachable
        )
    {
        found.push(Evidence::Preflighted);
    }
    for stamp in trace.stamps() {
        if let Fact::Resource(Resource {
            blocked: Some(ms), ..
        }) = &stamp.fact
            && *ms >= 1000
        {
            found.push(Evidence::Blocked { ms: *ms });
        }
    }
    if trace.totals().odd > 0 {
        found.push(Evidence::Odd(trace.totals().odd));
    }
    found
}

fn buffered(trace: &Trace, found: &mut Vec<Evidence>) {
    let bursts = trace.rhythm.bursts();
    if bursts.count >= 3 {
        found.push(Evidence::Bursts {
            bursts: bursts.count,
            events: bursts.texts / bursts.count,
            silence_ms: whole(bursts.silence / bursts.count as f64),
        });
    } else {
        let wave = trace.rhythm.wave();
        found.push(Evidence::AtOnce {
            events: wave.texts,
            ms: whole(wave.span),
            silence_ms: whole(wave.silence),
        });
    }
    if bursts.sized > 0 {
        found.push(Evidence::BufferSize {
            bytes: bursts.buffer,
            bursts: bursts.sized,
        });
    }
    headers(trace, false, found);
    reads(trace, found);
    gap(trace, found);
}

fn reads(trace: &Trace, found: &mut Vec<Evidence>) {
    let totals = trace.totals();
    if let (Some(first), Some(last)) = (totals.first_text, totals.last_text) {
        found.push(Evidence::Reads {
            reads: trace.rhythm.text_reads,
            events: totals.texts,
            ms: whole(last - first),
        });
    }
}

fn first_text(trace: &Trace, found: &mut Vec<Evidence>) {
    let totals = trace.totals();
    if let (Some(sent), Some(first)) = (totals.sent, totals.first_text) {
        found.push(Evidence::FirstText {
            ms: whole(first - sent),
        });
    }
}

fn gap(trace: &Trace, found: &mut Vec<Evidence>) {
    let biggest = trace.rhythm.biggest;
    if biggest.span >= 500.0 {
        found.push(Evidence::BiggestGap {
            ms: whole(biggest.span),
            at_ms: whole(biggest.from - trace.totals().sent.unwrap_or(0.0)),
        });
    }
}

/// The headers of the answer that tell about buffering.
fn headers(trace: &Trace, with_type: bool, found: &mut Vec<Evidence>) {
    let headers = trace
        .stamps()
        .iter()
        .rev()
        .find_map(|stamp| match &stamp.fact {
            Fact::Headers {
                content_type, told, ..
            } => Some((content_type, told)),
            _ => None,
        });
    let Some((content_type, told)) = headers else {
        return;
    };
    if with_type && !content_type.is_empty() {
        found.push(Evidence::ContentType(content_type.clone()));
    }
    for (name, value) in told {
        found.push(Evidence::Header {
            name: name.clone(),
            value: value.clone(),
        });
    }
}

fn waiting(trace: &Trace, now: Millis, found: &mut Vec<Evidence>) {
    let totals = trace.totals();
    if totals.signs > 0 {
        found.push(Evidence::Signs(totals.signs));
    }
    let alive = trace
        .stamps()
        .iter()
        .rev()
        .find_map(|stamp| match stamp.fact {
            Fact::Alive(alive) => Some(alive),
            _ => None,
        });
    if let Some(alive) = alive {
        found.push(Evidence::Alive(alive));
    }
    let now = totals.ended.unwrap_or(now);
    let sent = totals.sent.unwrap_or(now);
    match (totals.headers, totals.first_text) {
        (None, _) => found.push(Evidence::NoHeaders {
            ms: whole(now - sent),
        }),
        (Some(at), None) => found.push(Evidence::HeadersOnly {
            ms: whole(at - sent),
            since_ms: whole(now - at),
        }),
        (Some(_), Some(_)) => {
            reads(trace, found);
            found.push(Evidence::Quiet {
                ms: whole(totals.last_sign.map_or(0.0, |at| now - at)),
            });
        }
    }
}

fn cut(trace: &Trace, end: Option<&End>, now: Millis, found: &mut Vec<Evidence>) {
    found.push(Evidence::NoEndMark);
    let totals = trace.totals();
    let over = totals.ended.unwrap_or(now);
    let page_closed = matches!(end, Some(End::Cut { page_closed: true }));
    let quiet = totals.last_sign.map_or(0.0, |at| over - at);
    let took = totals.sent.map_or(0.0, |at| over - at);
    if !page_closed {
        let limit = known_limit(quiet)
            .map(|seconds| (seconds, true))
            .or_else(|| known_limit(took).map(|seconds| (seconds, false)));
        if let Some((seconds, since_last_read)) = limit {
            found.push(Evidence::AtLimit {
                seconds,
                since_last_read,
            });
        }
    }
    reads(trace, found);
    if quiet >= 1000.0 {
        found.push(Evidence::Quiet { ms: whole(quiet) });
    }
    headers(trace, false, found);
    said(trace, end, found);
}

/// The known limit, in seconds, that a time is within a second of; `None` where there is none.
pub(super) fn known_limit(ms: Millis) -> Option<u32> {
    KNOWN_LIMITS
        .into_iter()
        .find(|seconds| (ms / 1000.0 - f64::from(*seconds)).abs() <= 1.0)
}

fn behind(trace: &Trace, now: Millis, found: &mut Vec<Evidence>) {
    let lag = &trace.lag;
    let totals = trace.totals();
    found.push(Evidence::Late {
        ms: whole(lag.worst.max(lag.now(totals.ended.unwrap_or(now)))),
        percent: percent(lag.late as f64, lag.all as f64),
    });
    if let (Some(first), Some(last)) = (totals.first_read, totals.last_sign) {
        let share = percent(totals.drawing + totals.decoding, last - first);
        if share >= 25 {
            found.push(Evidence::Drawing {
                percent: share,
                longest_ms: whole(totals.longest_paint),
            });
        }
    }
    if totals.busy >= 200.0 {
        found.push(Evidence::HeldUp {
            ms: whole(totals.busy),
        });
    }
    reads(trace, found);
}

fn said(trace: &Trace, end: Option<&End>, found: &mut Vec<Evidence>) {
    let status = match end {
        Some(End::Refused { status, .. }) => *status,
        _ => None,
    };
    // Of a request that was never answered the browser speaks, not the server, and says nothing that helps.
    let answered = !matches!(
        end,
        Some(End::Broken {
            before_headers: true,
            ..
        })
    );
    if let Some(error) = end.and_then(End::error)
        && answered
        && (status.is_some() || !error.message.is_empty())
    {
        found.push(Evidence::Said {
            status,
            message: error.message.clone(),
        });
    }
    if let (Some(sent), None) = (trace.totals().sent, trace.totals().headers)
        && let Some(ended) = trace.totals().ended
        && ended - sent >= WAITED
    {
        found.push(Evidence::NoHeaders {
            ms: whole(ended - sent),
        });
    }
}

fn preflighted(trace: &Trace) -> bool {
    trace
        .stamps()
        .iter()
        .any(|stamp| matches!(stamp.fact, Fact::Sent { json: true, .. }))
}

/// Whole milliseconds, never below zero.
pub(super) fn whole(ms: Millis) -> u32 {
    ms.clamp(0.0, 4e9).round() as u32
}

fn percent(part: f64, of: f64) -> u32 {
    if of <= 0.0 {
        0
    } else {
        (100.0 * part / of).clamp(0.0, 100.0).round() as u32
    }
}
