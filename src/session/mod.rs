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
mod plain;
mod refusals;
#[cfg(test)]
pub(crate) mod tests;
mod wait;

pub use deadlines::{BadDeadlines, Deadlines};
pub use drive::{
    Answer, Body, Chunk, Clock, Control, Failure, Learned, Media, Opened, Plan, Report, TELLING,
    Wire, drive, media_for, within,
};
pub use refusals::Refusals;

use crate::dialect::{Decoder, read_error};
use crate::event::{ChatEvent, Deadline, End, ErrorCause, Millis, Odd, Oddity, ServerError};
use crate::wire::{Frame, Framer};
use plain::decode;

/// How long a reply goes on being read after `[DONE]` and other ends that are sure, for usage and timings that come behind them.
pub const LINGER: Millis = 500.0;

/// How long it must be quiet behind an end mark that is not sure (a finish reason), at least. Where the text came with longer pauses
/// it is twice the longest of them, but never more than [`QUIET_AT_MOST`].
pub const QUIET: Millis = 2_500.0;

/// The longest quiet that is waited for behind an end mark.
pub const QUIET_AT_MOST: Millis = 10_000.0;

/// The same where nothing came before the mark: a proxy's, on its very first chunk, while the model still reads the prompt.
pub const QUIET_BEFORE_ALL: Millis = 30_000.0;

/// Where a reply stands.
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

/// What time itself brings about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Due {
    /// No headers within the connect deadline: ask with a small GET whether the server lives, and call [`Session::alive`].
    AskAlive,
    /// A deadline passed: ask the person whether to wait on, until the given time.
    AskPerson(Deadline, Millis),
    /// The reply is over.
    Ended,
}

/// The state of one reply.
pub struct Session {
    framer: Framer,
    decoder: Box<dyn Decoder>,
    deadlines: Deadlines,
    phase: Phase,
    started: Millis,
    /// When the last sign of life came, or the person chose to wait on.
    last_sign: Millis,
    connect_due: Option<Millis>,
    total_due: Option<Millis>,
    linger_due: Option<Millis>,
    /// A passed deadline that waits for the person's word until the given time.
    asking: Option<(Deadline, Millis)>,
    answered: bool,
    /// When the last text or thinking came.
    last_text: Option<Millis>,
    /// The longest time between two of them.
    longest_pause: Millis,
    /// The server's own id for the reply.
    id: Option<String>,
    mark: Option<Mark>,
    /// Text came behind an end mark: such marks are this server's habit, not its end.
    went_on: bool,
    /// What stood in the stream as plain words.
    plain: Option<String>,
    end: Option<End>,
}

/// An end mark.
#[derive(Debug, Clone)]
struct Mark {
    reason: String,
    /// Nothing of the answer can follow.
    sure: bool,
}

impl Session {
    /// A reply whose request goes out at `now`.
    pub fn new(now: Millis, decoder: Box<dyn Decoder>, deadlines: Deadlines) -> Session {
        Session {
            framer: Framer::new(),
            decoder,
            phase: Phase::Connecting,
            started: now,
            last_sign: now,
            connect_due: deadlines.connect.map(|span| now + span),
            total_due: deadlines.total.map(|span| now + span),
            linger_due: None,
            asking: None,
            answered: false,
            last_text: None,
            longest_pause: 0.0,
            id: None,
            mark: None,
            went_on: false,
            plain: None,
            end: None,
            deadlines,
        }
    }

    /// Where the reply stands.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// The server's own id for the reply, the last that it told.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// When the request went out.
    pub fn started(&self) -> Millis {
        self.started
    }

    /// The end, once there is one.
    pub fn end(&self) -> Option<&End> {
        self.end.as_ref()
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
        let stands = self.phase == Phase::Closing && self.answered && !self.went_on;
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

    /// Another way to the same server is tried (another rung, another media type) before anything came.
    pub fn retry(&mut self, decoder: Box<dyn Decoder>) {
        self.framer = Framer::new();
        self.decoder = decoder;
        if matches!(self.phase, Phase::Waiting | Phase::Ended) {
            self.phase = Phase::Connecting;
            self.end = None;
        }
    }

    /// Whether the server has said, under a good status and before anything else, that it does not have this endpoint.
    fn has_no_endpoint(&self) -> bool {
        matches!(
            &self.end,
            Some(End::Refused { status: None, error }) if error.cause == ErrorCause::NoEndpoint
        )
    }

    /// The headers of a successful answer are here.
    pub fn headers(&mut self) {
        self.connect_due = None;
        if self.phase == Phase::Connecting {
            self.phase = Phase::Waiting;
        }
    }

    /// Bytes of the body.
    pub fn read(&mut self, now: Millis, bytes: &[u8], out: &mut Vec<ChatEvent>) {
        if self.phase == Phase::Ended {
            return;
        }
        self.headers();
        let mut events = Vec::new();
        let (decoder, plain) = (&mut self.decoder, &mut self.plain);
        self.framer.feed(bytes, &mut |frame: Frame<'_>| {
            decode(&mut **decoder, frame, plain, &mut events)
        });
        self.take(now, events, out);
    }

    /// A whole frame, from a way that knows its own frames.
    pub fn frame(&mut self, now: Millis, frame: Frame<'_>, out: &mut Vec<ChatEvent>) {
        if self.phase == Phase::Ended {
            return;
        }
        self.headers();
        let mut events = Vec::new();
        decode(&mut *self.decoder, frame, &mut self.plain, &mut events);
        self.take(now, events, out);
    }

    /// The body ended cleanly.
    pub fn closed(&mut self, now: Millis, out: &mut Vec<ChatEvent>) {
        if self.phase == Phase::Ended {
            return;
        }
        let mut events = Vec::new();
        let (decoder, plain) = (&mut self.decoder, &mut self.plain);
        self.framer
            .finish(&mut |frame: Frame<'_>| decode(&mut **decoder, frame, plain, &mut events));
        self.decoder.finish(&mut events);
        self.take(now, events, out);
        if self.phase != Phase::Ended {
            let end = self.end_at_last();
            self.finish_with(end);
        }
    }

    /// The connection failed, in the browser's words.
    pub fn failed(&mut self, now: Millis, message: String, out: &mut Vec<ChatEvent>) {
        if self.phase == Phase::Ended {
            return;
        }
        let before_headers = self.phase == Phase::Connecting;
        let trusted = self.end_by_trust();
        if !before_headers {
            // What was held back is text that arrived: it is not lost with the connection.
            let mut events = Vec::new();
            self.decoder.finish(&mut events);
            self.take(now, events, out);
        }
        if self.phase != Phase::Ended {
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

    /// The server answered with an error status.
    pub fn refused(&mut self, status: u16, error: ServerError) {
        self.finish_with(End::Refused {
            status: Some(status),
            error,
        });
    }

    /// The person stopped it, or a newer send replaced it, or the page closes.
    pub fn stop(&mut self, end: End) {
        let end = self.end_by_trust().unwrap_or(end);
        self.finish_with(end);
    }

    /// The person chose to wait on.
    pub fn wait_on(&mut self, now: Millis) {
        if let Some((clock, _)) = self.asking.take() {
            self.last_sign = now;
            if clock == Deadline::Total {
                self.total_due = self.deadlines.total.map(|span| now + span);
            }
        }
    }

    /// The answer to [`Due::AskAlive`].
    pub fn alive(&mut self, alive: bool) {
        if self.phase == Phase::Connecting && !alive {
            self.finish_with(End::Stalled {
                clock: Deadline::Connect,
            });
        }
    }

    /// The next moment at which [`Session::tick`] has something to do.
    pub fn next_due(&self) -> Option<Millis> {
        if self.phase == Phase::Ended {
            return None;
        }
        let asking = self.asking.map(|(_, until)| until);
        let quiet = if self.asking.is_none() {
            self.quiet_due().map(|(_, due)| due)
        } else {
            None
        };
        let total = if self.asking.is_none() {
            self.total_due
        } else {
            None
        };
        [self.connect_due, self.linger_due, asking, quiet, total]
            .into_iter()
            .flatten()
            .min_by(f64::total_cmp)
    }

    /// Time has passed. Text that was held back comes out where quiet behind an end mark ends the reply.
    pub fn tick(&mut self, now: Millis, out: &mut Vec<ChatEvent>) -> Option<Due> {
        if self.phase == Phase::Ended {
            return None;
        }
        if self.linger_due.is_some_and(|due| due <= now) {
            self.closed(now, out);
            return Some(Due::Ended);
        }
        if let Some((clock, until)) = self.asking {
            if until <= now {
                self.finish_with(End::Stalled { clock });
                return Some(Due::Ended);
            }
        } else {
            let total = self.total_due.map(|due| (Deadline::Total, due));
            let passed = [self.quiet_due(), total]
                .into_iter()
                .flatten()
                .find(|(_, due)| *due <= now);
            if let Some((clock, _)) = passed {
                if self.deadlines.grace <= 0.0 {
                    self.finish_with(End::Stalled { clock });
                    return Some(Due::Ended);
                }
                let until = now + self.deadlines.grace;
                self.asking = Some((clock, until));
                return Some(Due::AskPerson(clock, until));
            }
        }
        if self.connect_due.is_some_and(|due| due <= now) {
            self.connect_due = None;
            return Some(Due::AskAlive);
        }
        None
    }

    /// The question that waits for the person, and until when.
    pub fn asking(&self) -> Option<(Deadline, Millis)> {
        self.asking
    }

    /// The clock of the longest quiet that is allowed now.
    fn quiet_due(&self) -> Option<(Deadline, Millis)> {
        let (clock, span) = match self.phase {
            Phase::Connecting | Phase::Waiting => {
                (Deadline::FirstToken, self.deadlines.first_token)
            }
            Phase::Flowing => (Deadline::Silence, self.deadlines.silence),
            Phase::Closing | Phase::Ended => return None,
        };
        span.map(|span| (clock, self.last_sign + span))
    }

    /// Passes events on, and draws from them what they mean for the reply as a whole.
    fn take(&mut self, now: Millis, events: Vec<ChatEvent>, out: &mut Vec<ChatEvent>) {
        for event in events {
            if self.phase == Phase::Ended {
                return;
            }
            let is_text = matches!(
                event,
                ChatEvent::Text(_)
                    | ChatEvent::ReplaceText(_)
                    | ChatEvent::Reasoning(_)
                    | ChatEvent::ToolCall(_)
                    | ChatEvent::TextWasReasoning
            );
            if self.phase == Phase::Closing {
                let sure = self.mark.as_ref().is_some_and(|mark| mark.sure);
                match event {
                    ChatEvent::Done(_) | ChatEvent::Blocked(_) | ChatEvent::Error(_) if sure => {
                        continue;
                    }
                    // A server's last word on the whole text is no text after the end.
                    ChatEvent::ReplaceText(_) => {
                        self.answered = true;
                        out.push(event);
                        continue;
                    }
                    event if is_text && sure => {
                        out.push(after_end(&event));
                        continue;
                    }
                    // The mark was no end.
                    ref event if is_text => {
                        self.went_on |= self.last_text.is_some() || is_answer(event);
                        self.linger_due = None;
                    }
                    ChatEvent::Done(_) | ChatEvent::Blocked(_) | ChatEvent::Error(_) => {}
                    event => {
                        out.push(event);
                        continue;
                    }
                }
            }
            if !matches!(event, ChatEvent::Odd(_)) {
                self.sign_of_life(now);
            }
            if is_text {
                self.phase = Phase::Flowing;
                let last = self.last_text.replace(now).unwrap_or(now);
                self.longest_pause = self.longest_pause.max(now - last);
                self.answered |= is_answer(&event);
                if matches!(event, ChatEvent::TextWasReasoning) {
                    self.answered = false;
                }
            }
            match &event {
                ChatEvent::Id(id) => self.id = Some(id.clone()),
                ChatEvent::Done(finish) => {
                    self.mark = Some(Mark {
                        reason: finish.word.clone(),
                        sure: finish.sure,
                    });
                    self.phase = Phase::Closing;
                    self.linger_due = Some(now + self.quiet_behind(finish.sure));
                    self.asking = None;
                }
                ChatEvent::Blocked(reason) => self.finish_with(End::Blocked {
                    reason: reason.clone(),
                }),
                ChatEvent::Error(error) => {
                    let end = self.failure(error.clone());
                    self.finish_with(end);
                }
                _ => {}
            }
            out.push(event);
        }
    }

    /// How long it must be quiet behind an end mark.
    fn quiet_behind(&self, sure: bool) -> Millis {
        match self.last_text {
            _ if sure => LINGER,
            Some(_) => (2.0 * self.longest_pause).clamp(QUIET, QUIET_AT_MOST),
            None => QUIET_BEFORE_ALL,
        }
    }

    fn sign_of_life(&mut self, now: Millis) {
        self.last_sign = now;
        if self
            .asking
            .is_some_and(|(clock, _)| clock != Deadline::Total)
        {
            self.asking = None;
        }
    }

    fn finish_with(&mut self, end: End) {
        if self.phase != Phase::Ended {
            self.phase = Phase::Ended;
            self.asking = None;
            self.end = Some(end);
        }
    }
}

/// Whether an event is a piece of the answer.
fn is_answer(event: &ChatEvent) -> bool {
    matches!(
        event,
        ChatEvent::Text(_) | ChatEvent::ReplaceText(_) | ChatEvent::ToolCall(_)
    )
}

fn after_end(event: &ChatEvent) -> ChatEvent {
    let text = match event {
        ChatEvent::Text(text) | ChatEvent::ReplaceText(text) | ChatEvent::Reasoning(text) => text,
        _ => "",
    };
    ChatEvent::Odd(Oddity {
        what: Odd::AfterEnd,
        sample: text.chars().take(200).collect(),
    })
}
