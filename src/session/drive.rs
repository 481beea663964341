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
use super::report::{Control, Learned, Report};
use super::wait::{Alarm, First, next_turn};
use super::{Deadlines, Due, Phase, Refusals, Session};
use crate::chat::request::ChatRequest;
use crate::chat::turn::Turn;
use crate::dialect::{self, Call, Decoder, Dialect, Resume, Transport, read_error};
use crate::event::{ChatEvent, End, ErrorCause, Millis, ServerError};
use crate::wire::Frame;

/// A server that lacks an endpoint says so at once. What fails later than this may have been at work, and is not asked again.
pub(super) const AT_ONCE: Millis = 2_000.0;

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
    Drive::new(plan, decoder, (wire, clock), controls, report)
        .run()
        .await;
}

pub(super) enum Next {
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
    /// The same request, without headers of our own.
    Bare,
}

/// A reply on its way.
pub(super) struct Drive<'a, W, C> {
    pub(super) plan: Plan<'a>,
    pub(super) wire: &'a W,
    pub(super) clock: &'a C,
    controls: mpsc::UnboundedReceiver<Control>,
    pub(super) report: &'a mut dyn FnMut(Report),
    pub(super) session: Session,
    alarm: Alarm<'a>,
    /// The transport of the attempt under way.
    pub(super) transport: &'static Transport,
    /// The transport to begin with next time. One that only failed may be there again by then.
    known: &'static Transport,
    /// Something between here and the server lets no headers of our own through.
    bare: bool,
    /// All that was read of the reply.
    pub(super) heard: Turn,
    /// Bytes that were there when the stream was last taken up again.
    pub(super) taken_up: Option<u64>,
}

impl<'a, W: Wire, C: Clock> Drive<'a, W, C> {
    pub(super) fn new(
        plan: Plan<'a>,
        decoder: Box<dyn Decoder>,
        (wire, clock): (&'a W, &'a C),
        controls: mpsc::UnboundedReceiver<Control>,
        report: &'a mut dyn FnMut(Report),
    ) -> Drive<'a, W, C> {
        Drive {
            session: Session::new(clock.now(), decoder, plan.deadlines),
            transport: plan.transport,
            known: plan.transport,
            alarm: None,
            bare: false,
            heard: Turn::reply(),
            taken_up: None,
            plan,
            wire,
            clock,
            controls,
            report,
        }
    }

    async fn run(&mut self) {
        let dialect = self.plan.dialect;
        let mut refusals = self.plan.refusals.clone();
        // Set once the server has said that it wants JSON: the same request goes out once more, under that name.
        let mut wants_json = false;
        loop {
            let request = refusals.request(self.plan.request);
            let mut call = refusals.call(dialect.chat(&request, self.transport));
            if self.bare {
                call.headers.clear();
            }
            let media = if wants_json {
                Media::Json
            } else {
                media_for(&call, self.plan.json)
            };
            match self.attempt(&call, media).await {
                Next::Ended => break,
                Next::Bare => self.bare = true,
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
    pub(super) async fn end(&mut self) {
        let end = self.session.end().cloned();
        let end = end.unwrap_or(End::Cut { page_closed: false });
        let tell_server = matches!(end, End::Stopped | End::Superseded | End::Stalled { .. });
        (self.report)(Report::End(end));
        let (dialect, generation) = (self.plan.dialect, &self.plan.request.generation);
        let stop = || dialect.stop(generation, self.session.id());
        let own = || self.resume().as_ref().and_then(Resume::stop);
        if tell_server && let Some(call) = stop().or_else(own) {
            let media = media_for(&call, self.plan.json);
            let confirmed = within(self.clock, SMALL, self.wire.urgent(&call, media)).await;
            (self.report)(Report::StopAnswered(
                matches!(confirmed, Some(Ok(answer)) if answer.status < 400),
            ));
        }
    }

    /// The server's means by which the reply of now is taken up again.
    pub(super) fn resume(&self) -> Option<Resume> {
        let resume = || self.plan.dialect.resume(self.plan.request, self.transport);
        (!self.bare).then(resume).flatten()
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
            Err(failure) => return self.unopened(failure, sent, call).await,
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

    /// Waits for something, while timers and the person come and go; `None` where the reply ended meanwhile.
    pub(super) async fn wait_for<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work.fuse());
        loop {
            match self.turn(&mut work).await {
                First::Came(came) => return Some(came),
                other => {
                    self.meanwhile(other, &mut Vec::new());
                }
            }
            if self.session.phase() == Phase::Ended {
                return None;
            }
        }
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
    async fn unopened(&mut self, failure: Failure, sent: Millis, call: &Call) -> Next {
        let has_other = self.other().is_some();
        let has_headers = !call.headers.is_empty();
        if failure.unsupported && has_other {
            return Next::Transport;
        }
        if (has_other || has_headers) && self.clock.now() - sent < AT_ONCE {
            // A browser tells no page that a path is missing, where the server says so without a CORS header; nor that a header of
            // ours is not allowed.
            let asked = is_alive(self.plan.dialect, self.wire, self.clock);
            match self.wait_for(asked).await {
                None => return Next::Ended,
                Some(true) if has_headers => return Next::Bare,
                Some(true) => return Next::Hidden,
                Some(false) => {}
            }
        }
        if let Some(body) = self.take_up_unopened(sent).await {
            self.session.headers();
            return self.stream(body).await;
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
    pub(super) async fn stream(&mut self, body: W::Body) -> Next {
        let mut open = Some(body);
        let mut learned =
            (self.known != self.plan.transport).then_some(Learned::Transport(self.known));
        let mut events = Vec::new();
        let mut finishing = false;
        while let (true, Some(body)) = (self.session.phase() != Phase::Ended, open.as_mut()) {
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
                let broke = !matches!(read, Ok(Some(_))) && self.session.is_open_ended();
                if broke {
                    // Dropped first: it may hold the last connection that the browser has.
                    drop(open.take());
                    open = self.take_up(&mut events).await;
                }
                if !broke || open.is_none() {
                    self.read(read, &mut events);
                }
            }
            if self.session.has_no_endpoint() && self.other().is_some() {
                return Next::Transport;
            }
            if let Some(learned) = learned.take() {
                (self.report)(Report::Learned(learned));
            }
            if !events.is_empty() {
                self.tell(std::mem::take(&mut events));
            }
            if !finishing && let Some(end) = self.session.finishing() {
                finishing = true;
                (self.report)(Report::Finishing(end));
            }
        }
        Next::Ended
    }

    /// Reports events.
    pub(super) fn tell(&mut self, events: Vec<ChatEvent>) {
        events.iter().for_each(|event| self.heard.apply(event));
        (self.report)(Report::Events(events));
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
