//! Runs a [`Session`] over a real network and a real clock, both handed in.
//!
//! In: a [`Plan`], a [`Wire`], a [`Clock`] and the person's [`Control`]s. Out: [`Report`]s, the last of them the end.
//! Must not know the browser. Dropping the future stops everything that it started.

use std::pin::{Pin, pin};

use futures_channel::mpsc;
use futures_util::FutureExt;
use futures_util::future::{Either, select};

use super::wait::{Turn, next_turn, take_control, tell};
use super::{Deadlines, Due, Phase, Refusals, Session};
use crate::chat::request::ChatRequest;
use crate::dialect::{self, read_error};
use crate::dialect::{BodyRule, Call, Dialect};
use crate::event::{ChatEvent, Deadline, End, ErrorCause, Millis, ServerError};
use crate::wire::Frame;

/// How long a small request (is the server alive? stop!) may take, and the body of an error.
pub const SMALL: Millis = 5_000.0;

/// A server that lacks an endpoint says so at once. What fails later than this may have been at work, and is not asked again.
const AT_ONCE: Millis = 2_000.0;

/// The Content-Type of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// `text/plain`: a simple request, no preflight.
    Plain,
    /// `application/json`: a preflight comes first.
    Json,
}

/// Why a request failed, in the browser's words.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Failure {
    /// The browser's message.
    pub message: String,
    /// This way to the server does not work here (a WebSocket that does not open, say); another may.
    pub unsupported: bool,
}

impl Failure {
    /// A failure in the browser's words.
    pub fn new(message: impl Into<String>) -> Failure {
        Failure {
            message: message.into(),
            unsupported: false,
        }
    }
}

/// A piece of a body.
#[derive(Debug, Clone, PartialEq)]
pub enum Chunk {
    /// Bytes of a stream, cut anywhere.
    Bytes(Vec<u8>),
    /// A whole message: a text frame of a WebSocket, or the answer to one of several requests.
    Text(String),
    /// A binary frame of a WebSocket.
    Binary(Vec<u8>),
}

impl Chunk {
    fn len(&self) -> usize {
        match self {
            Chunk::Bytes(bytes) | Chunk::Binary(bytes) => bytes.len(),
            Chunk::Text(text) => text.len(),
        }
    }
}

/// Headers that tell what stands between server and page, and whether it holds bytes back. None of them holds a secret.
/// Of another origin's answer a browser lets only the first two be read, unless the server exposes more.
pub const TELLING: [&str; 8] = [
    "content-length",
    "cache-control",
    "x-accel-buffering",
    "content-encoding",
    "server",
    "via",
    "cf-ray",
    "x-cache",
];

/// An answer whose headers are here.
pub struct Opened<B> {
    /// The HTTP status.
    pub status: u16,
    /// The Content-Type, lower case, empty if none. It may lie.
    pub content_type: String,
    /// Those of [`TELLING`] that came and may be read.
    pub told: Vec<(&'static str, String)>,
    /// The body. Dropping it aborts the request.
    pub body: B,
}

/// A whole small answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The Content-Type, lower case, empty if none.
    pub content_type: String,
    /// The text.
    pub body: String,
}

impl Answer {
    /// The text, where the status says that it is what was asked for: figures and lists are read from nothing else.
    pub fn good(&self) -> Option<&str> {
        (200..300).contains(&self.status).then_some(&*self.body)
    }
}

/// Pieces as they come. Dropping it closes the connection.
#[allow(async_fn_in_trait)]
pub trait Body {
    /// The next piece, `None` at a clean end.
    async fn next(&mut self) -> Result<Option<Chunk>, Failure>;
}

/// The way to one server.
#[allow(async_fn_in_trait)]
pub trait Wire {
    /// Its bodies.
    type Body: Body;
    /// Sends a request and waits for its headers. Dropping the future aborts it.
    async fn open(&self, call: &Call, media: Media) -> Result<Opened<Self::Body>, Failure>;
    /// Sends a small request and reads its whole answer.
    async fn small(&self, call: &Call, media: Media) -> Result<Answer, Failure>;
    /// As [`Wire::small`], over the connection that is always kept free for this.
    async fn urgent(&self, call: &Call, media: Media) -> Result<Answer, Failure>;
}

/// Time.
#[allow(async_fn_in_trait)]
pub trait Clock {
    /// Milliseconds, never going back.
    fn now(&self) -> Millis;
    /// Waits until `due`.
    async fn until(&self, due: Millis);
}

/// What the person does to a running reply.
#[derive(Debug, Clone, PartialEq)]
pub enum Control {
    /// Ends it: [`End::Stopped`] or [`End::Superseded`].
    Stop(End),
    /// Keeps waiting past a deadline.
    WaitOn,
}

/// Something worth keeping for the next request to this server.
#[derive(Debug, Clone, PartialEq)]
pub enum Learned {
    /// This path takes only `application/json`.
    WantsJson(String),
    /// This rung (an index) is the one to begin with: those before it are not there.
    Rung(usize),
    /// All that this server has refused of requests so far, and takes no more.
    Refusals(Refusals),
}

/// What happens, in order. [`Report::End`] comes exactly once; only [`Report::StopAnswered`] may follow it.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// A request goes out.
    Sent {
        /// The rung's name.
        rung: &'static str,
        /// The request, as it goes out.
        call: Call,
        /// What its body is called.
        media: Media,
    },
    /// Headers came.
    Headers {
        /// The HTTP status.
        status: u16,
        /// The Content-Type.
        content_type: String,
        /// Those of [`TELLING`] that may be read.
        told: Vec<(&'static str, String)>,
    },
    /// Bytes came.
    Read {
        /// How many.
        bytes: usize,
    },
    /// They are decoded, and no longer needed.
    Decoded(Chunk),
    /// Events came out of them, at least one.
    Events(Vec<ChatEvent>),
    /// Keep this for next time.
    Learned(Learned),
    /// No headers within the connect deadline, and a small request says whether the server lives.
    Alive(bool),
    /// A deadline passed; the person may choose to wait on until the given time.
    Asking(Deadline, Millis),
    /// The end mark has come and this will be the end; only figures may follow.
    Finishing(End),
    /// It ended.
    End(End),
    /// The server confirmed (or not, in time) that it stopped.
    StopAnswered(bool),
}

/// One send.
pub struct Plan<'a> {
    /// The server's language.
    pub dialect: &'a dyn Dialect,
    /// What is asked.
    pub request: &'a ChatRequest,
    /// How long it may take.
    pub deadlines: Deadlines,
    /// The rung to begin with.
    pub rung: usize,
    /// The person chose that rung: no other is tried.
    pub fixed: bool,
    /// Whether a path is known to take only JSON, or needs a preflight anyway (a key).
    pub json: &'a dyn Fn(&str) -> bool,
    /// What this server has refused before.
    pub refusals: Refusals,
}

/// Runs one reply to its end.
pub async fn drive<W: Wire, C: Clock>(
    plan: Plan<'_>,
    wire: &W,
    clock: &C,
    mut controls: mpsc::UnboundedReceiver<Control>,
    report: &mut dyn FnMut(Report),
) {
    let mut rung = plan.rung.min(plan.dialect.rungs().len().saturating_sub(1));
    let mut session = Session::new(
        clock.now(),
        plan.dialect.decoder_for(plan.request, rung),
        plan.deadlines,
    );
    let mut refusals = plan.refusals.clone();
    // Set once the server has said that it wants JSON: the same request goes out once more, under that name.
    let mut wants_json = false;
    // The rung to begin with next time. One that only failed may be there again by then.
    let mut known = rung;
    loop {
        let request = refusals.request(plan.request);
        let call = refusals.call(plan.dialect.chat(&request, rung));
        let media = if wants_json {
            Media::Json
        } else {
            media_for(&call, plan.json)
        };
        let next = attempt(
            &plan,
            &mut session,
            (rung, known),
            &call,
            media,
            wire,
            clock,
            &mut controls,
            report,
        );
        match next.await {
            Next::Ended => break,
            Next::Refused(status, error) => {
                if !refusals.learn((&*request, &call), status, &error) {
                    session.refused(status, error);
                    break;
                }
                report(Report::Learned(Learned::Refusals(refusals.clone())));
            }
            Next::Json => {
                report(Report::Learned(Learned::WantsJson(call.path.clone())));
                wants_json = true;
            }
            next @ (Next::Rung | Next::Hidden) => {
                if matches!(next, Next::Rung) && known == rung {
                    known += 1;
                }
                rung += 1;
                wants_json = false;
            }
        }
        session.retry(plan.dialect.decoder_for(plan.request, rung));
    }
    let end = session
        .end()
        .cloned()
        .unwrap_or(End::Cut { page_closed: false });
    let tell_server = matches!(end, End::Stopped | End::Superseded | End::Stalled { .. });
    report(Report::End(end));
    if tell_server && let Some(call) = plan.dialect.stop(&plan.request.generation, session.id()) {
        let media = media_for(&call, plan.json);
        let confirmed = within(clock, SMALL, wire.urgent(&call, media)).await;
        report(Report::StopAnswered(
            matches!(confirmed, Some(Ok(answer)) if answer.status < 400),
        ));
    }
}

/// The media type for a call, from its rule and what is known of its path.
pub fn media_for(call: &Call, json: &dyn Fn(&str) -> bool) -> Media {
    if call.rule == BodyRule::JsonOnly || json(&call.path) {
        Media::Json
    } else {
        Media::Plain
    }
}

enum Next {
    /// The session has its end.
    Ended,
    /// The same request, called JSON.
    Json,
    /// The server has refused the request: under this status, in these words. The session has no end yet.
    Refused(u16, ServerError),
    /// The next rung: this one is not there.
    Rung,
    /// The next rung: this one fails, and only this one.
    Hidden,
}

#[allow(clippy::too_many_arguments)]
async fn attempt<W: Wire, C: Clock>(
    plan: &Plan<'_>,
    session: &mut Session,
    (rung, known): (usize, usize),
    call: &Call,
    media: Media,
    wire: &W,
    clock: &C,
    controls: &mut mpsc::UnboundedReceiver<Control>,
    report: &mut dyn FnMut(Report),
) -> Next {
    let mut alarm = None;
    let sent = clock.now();
    report(Report::Sent {
        rung: plan.dialect.rungs().get(rung).copied().unwrap_or_default(),
        call: call.clone(),
        media,
    });
    let opened = {
        let mut open = pin!(wire.open(call, media).fuse());
        // While the server is asked whether it lives, its headers may still come: both are awaited at once.
        let mut probe: Option<Pin<Box<dyn Future<Output = bool> + '_>>> = None;
        loop {
            let turn = {
                let next = next_turn(&mut open, session, &mut alarm, clock, controls);
                match probe.as_mut() {
                    None => next.await,
                    Some(asked) => match select(pin!(next), asked).await {
                        Either::Left((turn, _)) => turn,
                        Either::Right((is_alive, _)) => Turn::Asked(is_alive),
                    },
                }
            };
            match turn {
                Turn::Came(result) => break result,
                Turn::Time => match session.tick(clock.now(), &mut Vec::new()) {
                    Some(Due::AskAlive) => {
                        probe = Some(Box::pin(is_alive(plan, wire, clock)));
                    }
                    due => tell(due, report),
                },
                Turn::Person(control) => take_control(control, session, clock),
                Turn::Asked(is_alive) => {
                    probe = None;
                    report(Report::Alive(is_alive));
                    session.alive(is_alive);
                }
            }
            if session.phase() == Phase::Ended {
                return Next::Ended;
            }
        }
    };
    let has_next = !plan.fixed && rung + 1 < plan.dialect.rungs().len();
    let mut opened = match opened {
        Ok(opened) => opened,
        Err(failure) if failure.unsupported && has_next => return Next::Rung,
        Err(failure) => {
            if has_next && clock.now() - sent < AT_ONCE {
                // A browser tells no page that a path is missing, where the server says so without a CORS header.
                let mut asked = pin!(is_alive(plan, wire, clock).fuse());
                let lives = loop {
                    match next_turn(&mut asked, session, &mut alarm, clock, controls).await {
                        Turn::Came(lives) => break lives,
                        Turn::Time | Turn::Asked(_) => {
                            tell(session.tick(clock.now(), &mut Vec::new()), report)
                        }
                        Turn::Person(control) => take_control(control, session, clock),
                    }
                    if session.phase() == Phase::Ended {
                        return Next::Ended;
                    }
                };
                if lives {
                    return Next::Hidden;
                }
            }
            session.failed(clock.now(), failure.message, &mut Vec::new());
            return Next::Ended;
        }
    };
    report(Report::Headers {
        status: opened.status,
        content_type: opened.content_type.clone(),
        told: std::mem::take(&mut opened.told),
    });
    if !(200..300).contains(&opened.status) {
        let body = within(clock, SMALL, whole(&mut opened.body))
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
        if no_way && has_next {
            return Next::Rung;
        }
        return Next::Refused(opened.status, error);
    }
    session.headers();
    let learned = (known != plan.rung).then_some(Learned::Rung(known));
    let next = stream(
        opened.body,
        session,
        clock,
        controls,
        has_next,
        learned,
        report,
    );
    next.await
}

/// Whether the server answers a small request at all, whatever it says.
async fn is_alive<W: Wire, C: Clock>(plan: &Plan<'_>, wire: &W, clock: &C) -> bool {
    let call = plan.dialect.alive();
    let asked = within(clock, SMALL, wire.urgent(&call, Media::Plain)).await;
    matches!(asked, Some(Ok(_)))
}

async fn stream<B: Body, C: Clock>(
    mut body: B,
    session: &mut Session,
    clock: &C,
    controls: &mut mpsc::UnboundedReceiver<Control>,
    has_next: bool,
    mut learned: Option<Learned>,
    report: &mut dyn FnMut(Report),
) -> Next {
    let mut events = Vec::new();
    let mut finishing = false;
    let mut alarm = None;
    while session.phase() != Phase::Ended {
        let turn = {
            let mut next = pin!(body.next().fuse());
            loop {
                // The read goes on while timers and the person come and go.
                match next_turn(&mut next, session, &mut alarm, clock, controls).await {
                    Turn::Came(read) => break Some(read),
                    Turn::Time | Turn::Asked(_) => {
                        tell(session.tick(clock.now(), &mut events), report)
                    }
                    Turn::Person(control) => take_control(control, session, clock),
                }
                if session.phase() == Phase::Ended {
                    break None;
                }
            }
        };
        match turn {
            Some(Ok(Some(chunk))) => {
                report(Report::Read { bytes: chunk.len() });
                let now = clock.now();
                match &chunk {
                    Chunk::Bytes(bytes) => session.read(now, bytes, &mut events),
                    Chunk::Text(text) => session.frame(now, Frame::Json(text), &mut events),
                    Chunk::Binary(bytes) => session.frame(now, Frame::Binary(bytes), &mut events),
                }
                report(Report::Decoded(chunk));
            }
            Some(Ok(None)) => session.closed(clock.now(), &mut events),
            Some(Err(failure)) => session.failed(clock.now(), failure.message, &mut events),
            None => {}
        }
        if has_next && session.has_no_endpoint() {
            return Next::Rung;
        }
        if let Some(learned) = learned.take() {
            report(Report::Learned(learned));
        }
        if !events.is_empty() {
            report(Report::Events(std::mem::take(&mut events)));
        }
        if !finishing && let Some(end) = session.finishing() {
            finishing = true;
            report(Report::Finishing(end));
        }
    }
    Next::Ended
}

/// Runs `work`, or gives `None` when `span` is over.
pub async fn within<C: Clock, F: Future>(clock: &C, span: Millis, work: F) -> Option<F::Output> {
    match select(pin!(work), pin!(clock.until(clock.now() + span))).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    }
}

/// The text of an error's body, as much of it as is worth reading.
async fn whole<B: Body>(body: &mut B) -> String {
    const ENOUGH: usize = 64 * 1024;
    let mut bytes = Vec::new();
    while let Ok(Some(more)) = body.next().await {
        match more {
            Chunk::Bytes(more) | Chunk::Binary(more) => bytes.extend_from_slice(&more),
            Chunk::Text(more) => bytes.extend_from_slice(more.as_bytes()),
        }
        if bytes.len() > ENOUGH {
            break;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
