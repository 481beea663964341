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

/// One fact.
#[derive(Debug, Clone, PartialEq)]
pub enum Evidence {
    /// So many events came in so many reads, within so long.
    Reads {
        /// Reads that brought text.
        reads: usize,
        /// Events that brought text.
        events: usize,
        /// From the first to the last.
        ms: u32,
    },
    /// They came in bursts, each after a silence.
    Bursts {
        /// How many.
        bursts: usize,
        /// Events in each, on average.
        events: usize,
        /// The silence before each, on average.
        silence_ms: u32,
    },
    /// The bursts have the size of a buffer.
    BufferSize {
        /// That size.
        bytes: usize,
        /// How many bursts have it.
        bursts: usize,
    },
    /// All came at once after a long silence.
    AtOnce {
        /// How many events.
        events: usize,
        /// Within so long.
        ms: u32,
        /// The silence before.
        silence_ms: u32,
    },
    /// The whole text came in one event.
    OneEvent {
        /// Bytes of its text.
        bytes: usize,
    },
    /// What the answer calls itself.
    ContentType(String),
    /// A header that tells about the way.
    Header {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    },
    /// Headers came after so long, and no text since.
    HeadersOnly {
        /// The wait for the headers.
        ms: u32,
        /// How long since.
        since_ms: u32,
    },
    /// Not even headers came in so long.
    NoHeaders {
        /// How long.
        ms: u32,
    },
    /// The first text came after so long.
    FirstText {
        /// How long.
        ms: u32,
    },
    /// The longest time in which nothing came.
    BiggestGap {
        /// How long.
        ms: u32,
        /// When it began, from the request on.
        at_ms: u32,
    },
    /// Signs of life: progress, comments, pings.
    Signs(usize),
    /// A small request found the server alive, or not.
    Alive(bool),
    /// Nothing has come for so long.
    Quiet {
        /// How long.
        ms: u32,
    },
    /// No end mark came.
    NoEndMark,
    /// The end came right at a time that many servers and proxies have as their limit.
    AtLimit {
        /// The limit in seconds.
        seconds: u32,
        /// Counted from the last read, rather than from the request.
        since_last_read: bool,
    },
    /// What further questions found.
    Probed(Probe),
    /// The request was called JSON or carried a key, so that a preflight came first.
    Preflighted,
    /// The server's status and words.
    Said {
        /// The HTTP status, if there is one.
        status: Option<u16>,
        /// Its words.
        message: String,
    },
    /// The page showed text so late.
    Late {
        /// The longest wait.
        ms: u32,
        /// How much of the text was late, in percent.
        percent: u32,
    },
    /// The page spent so much of the time on drawing.
    Drawing {
        /// In percent.
        percent: u32,
        /// The longest drawing.
        longest_ms: u32,
    },
    /// The page was held up.
    HeldUp {
        /// The longest time.
        ms: u32,
    },
    /// The request waited for a free connection.
    Blocked {
        /// How long.
        ms: u32,
    },
    /// Frames that could not be used.
    Odd(usize),
}

/// Collects what there is, the strongest first.
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

/// The known limit that a time is near.
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
