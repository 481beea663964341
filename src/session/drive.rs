//! Runs a [`Session`] over a real network and a real clock, both handed in.
//!
//! In: a [`Plan`], a [`Wire`], a [`Clock`] and the person's [`Control`]s. Out: [`Report`]s, the last of them the end.
//! Must not know the browser. Dropping the future stops everything that it started.

use std::pin::{Pin, pin};

use futures_channel::mpsc;
use futures_util::FutureExt;
use futures_util::future::{Either, select};

use super::network::{
    Body, Chunk, Clock, Failure, Media, Opened, SMALL, Wire, media_for, whole, within,
};
use super::wait::{Alarm, First, next_turn};
use super::{Deadlines, Due, Phase, Refusals, Session};
use crate::chat::request::ChatRequest;
use crate::dialect::{self, Call, Dialect, Transport, read_error};
use crate::event::{ChatEvent, Deadline, End, ErrorCause, Millis, ServerError};
use crate::wire::Frame;

/// A server that lacks an endpoint says so at once. What fails later than this may have been at work, and is not asked again.
const AT_ONCE: Millis = 2_000.0;

/// Wishes of the person for a running reply.
#[derive(Debug, Clone, PartialEq)]
pub enum Control {
    /// Ends it: [`End::Stopped`] or [`End::Superseded`].
    Stop(End),
    /// Goes on waiting past a deadline.
    WaitOn,
}

/// Something worth keeping for the next request to this server.
#[derive(Debug, Clone, PartialEq)]
pub enum Learned {
    /// This path takes only `application/json`.
    WantsJson(String),
    /// This transport is the one to begin with: those before it are not there.
    Transport(&'static Transport),
    /// Everything that this server has refused of requests so far, and takes no more.
    Refusals(Refusals),
}

/// Reports of a running reply, in order. [`Report::End`] comes exactly once; only [`Report::StopAnswered`] may follow it.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// A request goes out.
    Sent {
        /// The transport that it takes.
        transport: &'static Transport,
        /// The request, as it goes out.
        call: Call,
        /// The Content-Type under which the body goes out.
        media: Media,
    },
    /// Headers came.
    Headers {
        /// The HTTP status.
        status: u16,
        /// The Content-Type.
        content_type: String,
        /// Headers among [`TELLING`](super::TELLING) that may be read, each with its value.
        told: Vec<(&'static str, String)>,
    },
    /// Bytes came.
    Read {
        /// Number of bytes.
        bytes: usize,
    },
    /// Bytes that are decoded, and no longer needed.
    Decoded(Chunk),
    /// Events that came out of the bytes, at least one.
    Events(Vec<ChatEvent>),
    /// Keep this for next time.
    Learned(Learned),
    /// No headers within the connect deadline, and a small request says whether the server lives.
    Alive(bool),
    /// A deadline passed; the person may choose to wait on until the given time.
    Asking(Deadline, Millis),
    /// The end mark has come and this will be the end; only figures may follow.
    Finishing(End),
    /// The reply ended.
    End(End),
    /// The server confirmed (or not, in time) that it stopped.
    StopAnswered(bool),
}

/// One send.
pub struct Plan<'a> {
    /// The server's language.
    pub dialect: &'a dyn Dialect,
    /// The request for a reply.
    pub request: &'a ChatRequest,
    /// Spans that the reply may take.
    pub deadlines: Deadlines,
    /// The transport to begin with.
    pub transport: &'static Transport,
    /// The person chose that transport: no other is tried.
    pub fixed: bool,
    /// Tells of a path whether it is known to take only JSON, or needs a preflight anyway (a key).
    pub json: &'a dyn Fn(&str) -> bool,
    /// Things that this server has refused before.
    pub refusals: Refusals,
}

impl<'a> Plan<'a> {
    /// A send to a server of which nothing is known but its language, with the usual deadlines.
    pub fn new(dialect: &'a dyn Dialect, request: &'a ChatRequest) -> Plan<'a> {
        Plan {
            dialect,
            request,
            deadlines: Deadlines::default(),
            transport: dialect.transport(None),
            fixed: false,
            json: &|_| false,
            refusals: Refusals::default(),
        }
    }
}

/// Runs one reply to its end.
pub async fn drive<W: Wire, C: Clock>(
    plan: Plan<'_>,
    wire: &W,
    clock: &C,
    controls: mpsc::UnboundedReceiver<Control>,
    report: &mut dyn FnMut(Report),
) {
    let decoder = plan.dialect.decoder(plan.request, plan.transport);
    let mut drive = Drive {
        session: Session::new(clock.now(), decoder, plan.deadlines),
        transport: plan.transport,
        known: plan.transport,
        alarm: None,
        plan,
        wire,
        clock,
        controls,
        report,
    };
    drive.run().await;
}

enum Next {
    /// The session has its end.
    Ended,
    /// The same request, called JSON.
    Json,
    /// The server has refused the request: under this status, in these words. The session has no end yet.
    Refused(u16, ServerError),
    /// The next transport: this one is not there.
    Transport,
    /// The next transport: this one fails, and only this one.
    Hidden,
}

/// A reply on its way.
struct Drive<'a, W, C> {
    plan: Plan<'a>,
    wire: &'a W,
    clock: &'a C,
    controls: mpsc::UnboundedReceiver<Control>,
    report: &'a mut dyn FnMut(Report),
    session: Session,
    alarm: Alarm<'a>,
    /// The transport of the attempt under way.
    transport: &'static Transport,
    /// The transport to begin with next time. One that only failed may be there again by then.
    known: &'static Transport,
}

impl<'a, W: Wire, C: Clock> Drive<'a, W, C> {
    async fn run(&mut self) {
        let dialect = self.plan.dialect;
        let mut refusals = self.plan.refusals.clone();
        // Set once the server has said that it wants JSON: the same request goes out once more, under that name.
        let mut wants_json = false;
        loop {
            let request = refusals.request(self.plan.request);
            let call = refusals.call(dialect.chat(&request, self.transport));
            let media = if wants_json {
                Media::Json
            } else {
                media_for(&call, self.plan.json)
            };
            match self.attempt(&call, media).await {
                Next::Ended => break,
                Next::Refused(status, error) => {
                    if !refusals.learn((&*request, &call), status, &error) {
                        self.session.refused(status, error);
                        break;
                    }
                    (self.report)(Report::Learned(Learned::Refusals(refusals.clone())));
                }
                Next::Json => {
                    (self.report)(Report::Learned(Learned::WantsJson(call.path.clone())));
                    wants_json = true;
                }
                next @ (Next::Transport | Next::Hidden) => {
                    // Where there is no other, nobody asks for one.
                    let other = self.other().unwrap_or(self.transport);
                    if matches!(next, Next::Transport) && self.known == self.transport {
                        self.known = other;
                    }
                    self.transport = other;
                    wants_json = false;
                }
            }
            let decoder = dialect.decoder(self.plan.request, self.transport);
            self.session.retry(decoder);
        }
        self.end().await;
    }

    /// Tells how the reply ended, and tells the server that it may stop.
    async fn end(&mut self) {
        let end = self.session.end().cloned();
        let end = end.unwrap_or(End::Cut { page_closed: false });
        let tell_server = matches!(end, End::Stopped | End::Superseded | End::Stalled { .. });
        (self.report)(Report::End(end));
        let (dialect, generation) = (self.plan.dialect, &self.plan.request.generation);
        if tell_server && let Some(call) = dialect.stop(generation, self.session.id()) {
            let media = media_for(&call, self.plan.json);
            let confirmed = within(self.clock, SMALL, self.wire.urgent(&call, media)).await;
            (self.report)(Report::StopAnswered(
                matches!(confirmed, Some(Ok(answer)) if answer.status < 400),
            ));
        }
    }

    /// The transport to try where this one is not there.
    fn other(&self) -> Option<&'static Transport> {
        if self.plan.fixed {
            None
        } else {
            self.plan.dialect.after(self.transport)
        }
    }

    async fn attempt(&mut self, call: &Call, media: Media) -> Next {
        let sent = self.clock.now();
        (self.report)(Report::Sent {
            transport: self.transport,
            call: call.clone(),
            media,
        });
        let Some(opened) = self.open(call, media).await else {
            return Next::Ended;
        };
        let mut opened = match opened {
            Ok(opened) => opened,
            Err(failure) => return self.unopened(failure, sent).await,
        };
        (self.report)(Report::Headers {
            status: opened.status,
            content_type: opened.content_type.clone(),
            told: std::mem::take(&mut opened.told),
        });
        if !(200..300).contains(&opened.status) {
            return self.refusal(opened, call, media).await;
        }
        self.session.headers();
        self.stream(opened.body).await
    }

    /// Waits for headers; `None` where the reply ended meanwhile.
    async fn open(
        &mut self,
        call: &Call,
        media: Media,
    ) -> Option<Result<Opened<W::Body>, Failure>> {
        let (wire, clock, dialect) = (self.wire, self.clock, self.plan.dialect);
        let mut open = pin!(wire.open(call, media).fuse());
        // While the server is asked whether it lives, its headers may still come: both are awaited at once.
        let mut probe: Option<Pin<Box<dyn Future<Output = bool> + '_>>> = None;
        loop {
            let turn = {
                let next = self.turn(&mut open);
                match probe.as_mut() {
                    None => next.await,
                    Some(asked) => match select(pin!(next), asked).await {
                        Either::Left((turn, _)) => turn,
                        Either::Right((is_alive, _)) => First::Asked(is_alive),
                    },
                }
            };
            match turn {
                First::Came(result) => return Some(result),
                First::Asked(is_alive) => {
                    probe = None;
                    (self.report)(Report::Alive(is_alive));
                    self.session.alive(is_alive);
                }
                other => {
                    if let Some(Due::AskAlive) = self.meanwhile(other, &mut Vec::new()) {
                        probe = Some(Box::pin(is_alive(dialect, wire, clock)));
                    }
                }
            }
            if self.session.phase() == Phase::Ended {
                return None;
            }
        }
    }

    /// Decides what follows where no headers came: another transport may do, else it is the end.
    async fn unopened(&mut self, failure: Failure, sent: Millis) -> Next {
        let has_other = self.other().is_some();
        if failure.unsupported && has_other {
            return Next::Transport;
        }
        if has_other && self.clock.now() - sent < AT_ONCE {
            // A browser tells no page that a path is missing, where the server says so without a CORS header.
            let (wire, clock, dialect) = (self.wire, self.clock, self.plan.dialect);
            let mut asked = pin!(is_alive(dialect, wire, clock).fuse());
            let lives = loop {
                match self.turn(&mut asked).await {
                    First::Came(lives) => break lives,
                    other => {
                        self.meanwhile(other, &mut Vec::new());
                    }
                }
                if self.session.phase() == Phase::Ended {
                    return Next::Ended;
                }
            };
            if lives {
                return Next::Hidden;
            }
        }
        self.session
            .failed(self.clock.now(), failure.message, &mut Vec::new());
        Next::Ended
    }

    /// Decides what follows where headers came with a status that says no.
    async fn refusal(&mut self, mut opened: Opened<W::Body>, call: &Call, media: Media) -> Next {
        let body = within(self.clock, SMALL, whole(&mut opened.body))
            .await
            .unwrap_or_default();
        let error = read_error(opened.status, &opened.content_type, &body);
        if media == Media::Plain && call.body.is_some() && dialect::wants_json(opened.status, &body)
        {
            return Next::Json;
        }
        // 426 and 501: a socket, or this method, is not for here.
        let no_way = error.cause == ErrorCause::NoEndpoint || matches!(opened.status, 426 | 501)
            // A framework's own page for a path that it does not know (Flask's is HTML).
            || (matches!(opened.status, 404 | 405) && error.cause != ErrorCause::ModelMissing);
        if no_way && self.other().is_some() {
            return Next::Transport;
        }
        Next::Refused(opened.status, error)
    }

    /// Reads the body to its end.
    async fn stream(&mut self, mut body: W::Body) -> Next {
        let mut learned =
            (self.known != self.plan.transport).then_some(Learned::Transport(self.known));
        let mut events = Vec::new();
        let mut finishing = false;
        while self.session.phase() != Phase::Ended {
            let read = {
                let mut next = pin!(body.next().fuse());
                loop {
                    // The read goes on while timers and the person come and go.
                    match self.turn(&mut next).await {
                        First::Came(read) => break Some(read),
                        other => {
                            self.meanwhile(other, &mut events);
                        }
                    }
                    if self.session.phase() == Phase::Ended {
                        break None;
                    }
                }
            };
            if let Some(read) = read {
                self.read(read, &mut events);
            }
            if self.session.has_no_endpoint() && self.other().is_some() {
                return Next::Transport;
            }
            if let Some(learned) = learned.take() {
                (self.report)(Report::Learned(learned));
            }
            if !events.is_empty() {
                (self.report)(Report::Events(std::mem::take(&mut events)));
            }
            if !finishing && let Some(end) = self.session.finishing() {
                finishing = true;
                (self.report)(Report::Finishing(end));
            }
        }
        Next::Ended
    }

    /// Takes one read of the body.
    fn read(&mut self, read: Result<Option<Chunk>, Failure>, events: &mut Vec<ChatEvent>) {
        let session = &mut self.session;
        match read {
            Ok(Some(chunk)) => {
                (self.report)(Report::Read { bytes: chunk.len() });
                let now = self.clock.now();
                match &chunk {
                    Chunk::Bytes(bytes) => session.read(now, bytes, events),
                    Chunk::Text(text) => session.frame(now, Frame::Json(text), events),
                    Chunk::Binary(bytes) => session.frame(now, Frame::Binary(bytes), events),
                }
                (self.report)(Report::Decoded(chunk));
            }
            Ok(None) => session.closed(self.clock.now(), events),
            Err(failure) => session.failed(self.clock.now(), failure.message, events),
        }
    }

    /// Waits for the work, the next deadline or the person, whichever comes first.
    async fn turn<F: Future + Unpin>(&mut self, work: &mut F) -> First<F::Output> {
        let (session, alarm) = (&self.session, &mut self.alarm);
        next_turn(work, session, alarm, self.clock, &mut self.controls).await
    }

    /// Takes what came in place of the work: time that passed, or the person's word.
    fn meanwhile<T>(&mut self, turn: First<T>, events: &mut Vec<ChatEvent>) -> Option<Due> {
        let now = self.clock.now();
        match turn {
            First::Time => {
                let due = self.session.tick(now, events);
                if let Some(Due::AskPerson(clock, until)) = due {
                    (self.report)(Report::Asking(clock, until));
                }
                return due;
            }
            First::Person(Some(Control::Stop(end))) => self.session.stop(end),
            First::Person(Some(Control::WaitOn)) => self.session.wait_on(now),
            // Nobody is left who could want it.
            First::Person(None) => self.session.stop(End::Stopped),
            First::Came(_) | First::Asked(_) => {}
        }
        None
    }
}

/// Asks whether the server answers a small request at all, whatever it says.
async fn is_alive<W: Wire, C: Clock>(dialect: &dyn Dialect, wire: &W, clock: &C) -> bool {
    let call = dialect.alive();
    let asked = within(clock, SMALL, wire.urgent(&call, Media::Plain)).await;
    matches!(asked, Some(Ok(_)))
}
