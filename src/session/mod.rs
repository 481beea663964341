//! One reply, from the request to its one honest end.
//!
//! In: what the network and the person do, each with its time. Out: events, and exactly one [`End`].
//! This is the only room with deadlines. It has no clock and does no I/O: `drive` brings both.

mod deadlines;
mod drive;
#[cfg(test)]
pub(crate) mod drive_tests;
#[cfg(test)]
mod end_tests;
mod events;
mod network;
mod plain;
mod refusals;
mod report;
mod resume;
#[cfg(test)]
mod resume_tests;
#[cfg(test)]
pub(crate) mod tests;
mod time;
mod wait;

pub use deadlines::{BadDeadlines, Deadlines};
pub use drive::{Plan, drive};
pub use network::{
    Answer, Body, Chunk, Clock, Failure, Media, Opened, REACH, SMALL, TELLING, Wire, ask, before,
    media_for, within,
};
pub use refusals::Refusals;
pub use report::{Control, Learned, Report};
pub use resume::take_up;

use crate::dialect::{Decoder, read_error};
use crate::event::{ChatEvent, Deadline, End, ErrorCause, Millis, ServerError};
use crate::wire::{Frame, Framer};
use plain::decode;

/// Milliseconds for which a reply goes on being read after `[DONE]` and other ends that are sure, for usage and timings that come
/// behind them.
pub const LINGER: Millis = 500.0;

/// Milliseconds that it must be quiet behind an end mark that is not sure (a finish reason), at least. Where the text came with
/// longer pauses it is twice the longest of them, but never more than [`QUIET_AT_MOST`].
pub const QUIET: Millis = 2_500.0;

/// Milliseconds of the longest quiet that is waited for behind an end mark, where text came before the mark.
pub const QUIET_AT_MOST: Millis = 10_000.0;

/// Milliseconds that it must be quiet behind an end mark before which nothing came: a proxy's, on its very first chunk, while the
/// model still reads the prompt.
pub const QUIET_BEFORE_ALL: Millis = 30_000.0;

/// Phases of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Sent; no headers yet.
    Connecting,
    /// Headers are here; no text and no thinking yet.
    Waiting,
    /// Text or thinking has come.
    Flowing,
    /// The end mark has come; only figures may follow.
    Closing,
    /// Over.
    Ended,
}

/// Things that time itself brings about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Due {
    /// No headers within the connect deadline: ask with a small GET whether the server lives, and call [`Session::alive`].
    AskAlive,
    /// A deadline passed: ask the person whether to wait on, until the given time.
    AskPerson(Deadline, Millis),
    /// The reply is over.
    Ended,
}

/// Phases of a reply, each with what is of use only there.
#[derive(Debug, Clone)]
enum State {
    /// Sent; no headers yet.
    Connecting {
        /// Time at which to ask whether the server lives; `None` once that was asked, on another try, and without a connect
        /// deadline.
        ask_alive: Option<Millis>,
    },
    /// Headers are here; no text and no thinking yet.
    Waiting,
    /// Text or thinking has come.
    Flowing,
    /// An end mark has come.
    Closing {
        /// Time at which the mark is the end, unless text comes before.
        until: Millis,
    },
    /// Over.
    Ended(End),
}

/// The state of one reply.
pub struct Session {
    framer: Framer,
    decoder: Box<dyn Decoder>,
    deadlines: Deadlines,
    state: State,
    /// Time at which the last sign of life came, or the person chose to wait on.
    last_sign: Millis,
    total_due: Option<Millis>,
    /// A passed deadline that waits for the person's word until the given time.
    asking: Option<(Deadline, Millis)>,
    answered: bool,
    /// Time of the last text or thinking.
    last_text: Option<Millis>,
    /// The longest pause between two pieces of text or thinking, in milliseconds.
    longest_pause: Millis,
    /// The server's own id for the reply.
    id: Option<String>,
    mark: Option<Mark>,
    /// Text came behind an end mark: such marks are this server's habit, not its end.
    went_on: bool,
    /// The first plain words that stood in the stream.
    plain: Option<String>,
    /// Bytes of the stream that were read.
    bytes: u64,
    /// Set while there is no connection, and the server is asked for the rest: no clock counts quiet then.
    parted: bool,
}

/// An end mark.
#[derive(Debug, Clone)]
struct Mark {
    reason: String,
    /// `true` if nothing of the answer can follow.
    sure: bool,
}

impl Session {
    /// A reply whose request goes out at `now`.
    pub fn new(now: Millis, decoder: Box<dyn Decoder>, deadlines: Deadlines) -> Session {
        Session {
            framer: Framer::new(),
            decoder,
            state: State::Connecting {
                ask_alive: deadlines.connect.map(|span| now + span),
            },
            last_sign: now,
            total_due: deadlines.total.map(|span| now + span),
            asking: None,
            answered: false,
            last_text: None,
            longest_pause: 0.0,
            id: None,
            mark: None,
            went_on: false,
            plain: None,
            bytes: 0,
            parted: false,
            deadlines,
        }
    }

    /// Returns the phase of the reply.
    pub fn phase(&self) -> Phase {
        match self.state {
            State::Connecting { .. } => Phase::Connecting,
            State::Waiting => Phase::Waiting,
            State::Flowing => Phase::Flowing,
            State::Closing { .. } => Phase::Closing,
            State::Ended(_) => Phase::Ended,
        }
    }

    fn has_ended(&self) -> bool {
        matches!(self.state, State::Ended(_))
    }

    /// The server's own id for the reply, the last that it told.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The end, once there is one.
    pub fn end(&self) -> Option<&End> {
        match &self.state {
            State::Ended(end) => Some(end),
            _ => None,
        }
    }

    /// The end that a sure end mark has brought, while figures may still follow it.
    pub fn finishing(&self) -> Option<End> {
        let mark = self.mark.as_ref().filter(|mark| mark.sure)?;
        Some(self.end_by(mark))
    }

    fn end_by(&self, mark: &Mark) -> End {
        let reason = mark.reason.clone();
        if self.answered {
            End::Complete { reason }
        } else {
            End::Empty { reason }
        }
    }

    /// The end that counts where the person or the network ends the reply behind an end mark: a mark is the truth then, unless it
    /// stands before all text or text has come behind one.
    fn end_by_trust(&self) -> Option<End> {
        let mark = self.mark.as_ref()?;
        let is_closing = matches!(self.state, State::Closing { .. });
        let stands = is_closing && self.answered && !self.went_on;
        (mark.sure || stands).then(|| self.end_by(mark))
    }

    /// The end where nothing more can come.
    fn end_at_last(&mut self) -> End {
        if let Some(mark) = self.mark.take() {
            return self.end_by(&mark);
        }
        let has_flowed = self.last_text.is_some();
        match self.plain.take() {
            Some(words) if !has_flowed || plain::tells_a_failure(&words) => {
                self.failure(read_error(200, "text/plain", &words))
            }
            _ => End::Cut { page_closed: false },
        }
    }

    /// The end that a failure within the stream is: before the first text a refusal.
    fn failure(&self, error: ServerError) -> End {
        if self.last_text.is_some() {
            End::Broken {
                error,
                before_headers: false,
            }
        } else {
            End::Refused {
                status: None,
                error,
            }
        }
    }

    /// Begins again, where another way to the same server is tried (another transport, another media type) before anything came.
    pub fn retry(&mut self, decoder: Box<dyn Decoder>) {
        self.framer = Framer::new();
        self.decoder = decoder;
        self.bytes = 0;
        if matches!(self.state, State::Waiting | State::Ended(_)) {
            self.state = State::Connecting { ask_alive: None };
        }
    }

    /// Tells whether the server has said, under a good status and before anything else, that it does not have this endpoint.
    fn has_no_endpoint(&self) -> bool {
        matches!(
            self.end(),
            Some(End::Refused { status: None, error }) if error.cause == ErrorCause::NoEndpoint
        )
    }

    /// Notes that the headers of a successful answer are here.
    pub fn headers(&mut self) {
        if matches!(self.state, State::Connecting { .. }) {
            self.state = State::Waiting;
        }
    }

    /// Reads bytes of the body; the events in them are appended to `out`.
    pub fn read(&mut self, now: Millis, bytes: &[u8], out: &mut Vec<ChatEvent>) {
        if self.has_ended() {
            return;
        }
        self.headers();
        self.bytes += bytes.len() as u64;
        let mut events = Vec::new();
        let (decoder, plain) = (&mut self.decoder, &mut self.plain);
        self.framer.feed(bytes, &mut |frame: Frame<'_>| {
            decode(&mut **decoder, frame, plain, &mut events)
        });
        self.take(now, events, out);
    }

    /// Takes a whole frame, from a way that knows its own frames; the events in it are appended to `out`.
    pub fn frame(&mut self, now: Millis, frame: Frame<'_>, out: &mut Vec<ChatEvent>) {
        if self.has_ended() {
            return;
        }
        self.headers();
        let mut events = Vec::new();
        decode(&mut *self.decoder, frame, &mut self.plain, &mut events);
        self.take(now, events, out);
    }

    /// Ends the reply where the body ended cleanly.
    pub fn closed(&mut self, now: Millis, out: &mut Vec<ChatEvent>) {
        if self.has_ended() {
            return;
        }
        let mut events = Vec::new();
        let (decoder, plain) = (&mut self.decoder, &mut self.plain);
        self.framer
            .finish(&mut |frame: Frame<'_>| decode(&mut **decoder, frame, plain, &mut events));
        self.decoder.finish(&mut events);
        self.take(now, events, out);
        if !self.has_ended() {
            let end = self.end_at_last();
            self.finish_with(end);
        }
    }

    /// Ends the reply where the connection failed, in the browser's words.
    pub fn failed(&mut self, now: Millis, message: String, out: &mut Vec<ChatEvent>) {
        if self.has_ended() {
            return;
        }
        let before_headers = matches!(self.state, State::Connecting { .. });
        let trusted = self.end_by_trust();
        if !before_headers {
            // What was held back is text that arrived: it is not lost with the connection.
            let mut events = Vec::new();
            self.decoder.finish(&mut events);
            self.take(now, events, out);
        }
        if !self.has_ended() {
            let end = trusted.unwrap_or(End::Broken {
                error: ServerError {
                    message,
                    code: None,
                    cause: ErrorCause::Server,
                },
                before_headers,
            });
            self.finish_with(end);
        }
    }

    /// Ends the reply where the server answered with an error status.
    pub fn refused(&mut self, status: u16, error: ServerError) {
        self.finish_with(End::Refused {
            status: Some(status),
            error,
        });
    }

    /// Ends the reply where the person stopped it, a newer send replaced it, or the page closes.
    pub fn stop(&mut self, end: End) {
        let end = self.end_by_trust().unwrap_or(end);
        self.finish_with(end);
    }

    fn finish_with(&mut self, end: End) {
        if !self.has_ended() {
            self.asking = None;
            self.state = State::Ended(end);
        }
    }
}
