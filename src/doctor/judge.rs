//! Which cause it is. An end that names its cause is believed; else the rhythm of the reads decides.

use super::{Confidence, Verdict};
use crate::event::{Deadline, End, ErrorCause, Millis};
use crate::trace::{EventName, Fact, GRACE, Probe, Trace};

/// The least number of events that say something about a rhythm.
const ENOUGH: usize = 16;
/// The least bytes of a whole answer in one event; a short one may be one event of an honest stream.
const WHOLE: usize = 120;
/// Time after headers without text, in milliseconds, from which on the server is at work on the prompt, as far as can be told.
const PREFILL: Millis = 3_000.0;
/// Time after headers without text, in milliseconds, from which on a server that gives signs of life is at work on the prompt.
/// Sooner, the first word may only be in the next read.
const SIGNS: Millis = 500.0;
/// Quiet time in the middle of a reply, in milliseconds, that is silence where it is also far longer than any before.
const QUIET: Millis = 15_000.0;

/// Finds the cause, and how sure it is.
pub(super) fn judge(trace: &Trace, end: Option<&End>, now: Millis) -> (Verdict, Confidence) {
    use Confidence::{Guess, Likely, Sure};
    match end {
        None | Some(End::Stopped | End::Superseded) => while_running(trace, end.is_some(), now),
        Some(End::Refused { status, error }) => (of_error(error.cause, *status), Sure),
        Some(End::Broken {
            before_headers: true,
            ..
        }) => match trace.probe() {
            Some(probe) => (of_probe(probe), Sure),
            None => (Verdict::Unreachable, Guess),
        },
        // An error that the server itself reported names its cause; a torn connection does not.
        Some(End::Broken { error, .. }) if has_event(trace, EventName::Error) => {
            (of_error(error.cause, None), Sure)
        }
        Some(End::Broken { .. } | End::Cut { .. }) => (Verdict::Cut, Sure),
        Some(End::Stalled {
            clock: Deadline::Connect,
        }) => match trace.probe() {
            Some(probe) => (of_probe(probe), Sure),
            None => (Verdict::Unreachable, Likely),
        },
        // A probe may have told more than the silence does.
        Some(End::Stalled { .. }) => match trace.probe() {
            Some(Probe::SocketsExhausted) if trace.totals().headers.is_none() => {
                (Verdict::SocketsExhausted, Sure)
            }
            _ => (Verdict::Silent, Sure),
        },
        Some(End::Complete { .. } | End::Empty { .. } | End::Blocked { .. }) => {
            flow(trace, true, now)
        }
    }
}

/// The verdict that the result of a probe stands for.
pub fn of_probe(probe: Probe) -> Verdict {
    match probe {
        Probe::NothingThere => Verdict::Unreachable,
        Probe::RefusesPage => Verdict::CorsRefused,
        Probe::RefusesPreflight => Verdict::PreflightRefused,
        Probe::HidesRefusal => Verdict::Auth,
        Probe::MixedContent => Verdict::MixedContent,
        Probe::LocalNetworkDenied => Verdict::LocalNetworkDenied,
        Probe::SocketsExhausted => Verdict::SocketsExhausted,
        Probe::Hangs => Verdict::Silent,
        Probe::DropsRequest => Verdict::ServerError,
    }
}

/// The verdict that a refusal stands for, by its cause and its HTTP status.
pub fn of_error(cause: ErrorCause, status: Option<u16>) -> Verdict {
    match cause {
        ErrorCause::Auth => Verdict::Auth,
        ErrorCause::ModelMissing => Verdict::ModelMissing,
        ErrorCause::Busy | ErrorCause::Loading => Verdict::Busy,
        ErrorCause::ContextFull => Verdict::ContextFull,
        ErrorCause::NotAModelServer | ErrorCause::NoEndpoint => Verdict::WrongServer,
        ErrorCause::Server | ErrorCause::ContentType | ErrorCause::TooLarge => match status {
            Some(429 | 503) => Verdict::Busy,
            _ => Verdict::ServerError,
        },
    }
}

fn while_running(trace: &Trace, over: bool, now: Millis) -> (Verdict, Confidence) {
    use Confidence::{Guess, Likely, Sure};
    let totals = trace.totals();
    if totals.first_text.is_some() {
        let quiet = totals.last_sign.map_or(0.0, |at| now - at);
        let usual = trace.rhythm.biggest.span;
        let asked = last_asked(trace);
        if !over && asked && quiet > 1000.0 {
            return (Verdict::Silent, Sure);
        }
        if !over && quiet >= QUIET && quiet >= 3.0 * usual {
            return (Verdict::Silent, Likely);
        }
        return flow(trace, over, now);
    }
    if let Some(probe) = trace.probe() {
        return (of_probe(probe), Sure);
    }
    let mut told = None;
    for stamp in trace.stamps() {
        match &stamp.fact {
            Fact::Alive(true) => told = Some((Verdict::SlowPrefill, Sure)),
            // A sign that came before the person was asked is no sign of life any more.
            Fact::Asked(_) if totals.last_sign.is_none_or(|sign| sign < stamp.at) => {
                told = Some((Verdict::Silent, Likely));
            }
            _ => {}
        }
    }
    let waits = |limit| totals.headers.is_some_and(|at| now - at >= limit);
    told.unwrap_or(if totals.signs > 0 && waits(SIGNS) {
        (Verdict::SlowPrefill, Sure)
    } else if waits(PREFILL) {
        (Verdict::SlowPrefill, Guess)
    } else {
        (Verdict::Flowing, Guess)
    })
}

/// Tells whether the question about a passed deadline (other than that of the whole reply) is the latest word: nothing has come
/// since, and the person has not chosen to wait on.
fn last_asked(trace: &Trace) -> bool {
    let asked = trace
        .stamps()
        .iter()
        .rev()
        .find(|stamp| matches!(stamp.fact, Fact::Asked(_) | Fact::WaitedOn));
    match asked {
        Some(stamp) => {
            matches!(stamp.fact, Fact::Asked(clock) if clock != Deadline::Total)
                && trace.totals().last_sign.is_none_or(|sign| sign < stamp.at)
        }
        None => false,
    }
}

fn has_event(trace: &Trace, name: EventName) -> bool {
    trace.events().iter().any(|event| event.name == name)
}

/// Judges how the text that came has come; `over`: the reply has ended.
fn flow(trace: &Trace, over: bool, now: Millis) -> (Verdict, Confidence) {
    use Confidence::{Likely, Sure};
    let totals = trace.totals();
    if behind(trace, over, now) {
        return (Verdict::PageBehind, Sure);
    }
    if over && whole_answer(trace) {
        let sure = declares_a_whole(trace);
        return (Verdict::NotStreaming, if sure { Sure } else { Likely });
    }
    let bursts = trace.rhythm.bursts();
    if is_most(bursts.texts, totals.texts) && bursts.count >= 3 {
        let sized = bursts.sized >= bursts.count.div_ceil(2);
        return (Verdict::Buffered, if sized { Sure } else { Likely });
    }
    // While it runs, what follows may be as steady as can be.
    let wave = trace.rhythm.wave();
    if over && wave.is_at_once() && is_most(wave.texts, totals.texts) {
        return (Verdict::Buffered, Likely);
    }
    (Verdict::Flowing, Sure)
}

/// Tells whether `texts` events with text are most of `all` (seven in ten), and `all` enough to tell from.
fn is_most(texts: usize, all: usize) -> bool {
    all >= ENOUGH && texts.saturating_mul(10) >= all.saturating_mul(7)
}

/// Tells whether the page shows what has arrived later than it promises.
fn behind(trace: &Trace, over: bool, now: Millis) -> bool {
    let lag = &trace.lag;
    let Some(promise) = lag.promise else {
        return false;
    };
    let stuck = !over && lag.now(now) > promise + GRACE;
    stuck || (lag.late > 0 && lag.late >= lag.all.div_ceil(4))
}

/// Tells whether the whole answer came as one event: nearly all of its text, and it is long.
fn whole_answer(trace: &Trace) -> bool {
    let totals = trace.totals();
    let one = totals.longest_text;
    // Thinking and answer of one JSON object are two events of one read; a last word on the whole text is a third.
    let few = totals.texts <= 3 && trace.rhythm.text_reads <= 2;
    few && one >= WHOLE && one >= totals.text_bytes.div_ceil(2)
        || (declares_a_whole(trace) && trace.rhythm.text_reads == 1 && totals.texts <= 3)
            && totals.text_bytes >= WHOLE / 3
}

/// Tells whether the headers call the answer one JSON document rather than a stream.
fn declares_a_whole(trace: &Trace) -> bool {
    trace
        .stamps()
        .iter()
        .rev()
        .find_map(|stamp| match &stamp.fact {
            Fact::Headers { content_type, .. } => {
                Some(content_type.starts_with("application/json"))
            }
            _ => None,
        })
        .unwrap_or(false)
}
