//! A reply whose connection broke in the middle: the server is asked for the rest, by its own means, and never for the reply again.
//!
//! In: a [`Drive`] without a connection. Out: another one that goes on where the first broke, or the rest itself; neither, where the
//! server has no means or knows nothing any more. The tries are few, and grow apart; where the browser says that there is no network,
//! its word that there is one again is waited for. A stop of the person is heard meanwhile.

use std::pin::pin;

use futures_channel::mpsc;
use futures_util::future::select;

use super::drive::{AT_ONCE, Drive, Plan};
use super::network::{Answer, Clock, Failure, Media, Wire, media_for, within};
use super::report::{Control, Report};
use super::{Phase, Session, State};
use crate::chat::turn::Turn;
use crate::dialect::{Call, CatchUp, Deaf, Replay, Resume, Retell, Told};
use crate::event::{ChatEvent, Millis};

/// Pauses before the tries, in milliseconds. A try that brings something begins the row anew.
const PAUSES: [Millis; 7] = [0.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 15_000.0];

/// Milliseconds that one try may take until its headers are here.
const TRY: Millis = 10_000.0;

/// Takes up a reply that ran in a page before this one, which had shown what is `known` of it. What the server still has of it is
/// reported as new text; where it has nothing, the reply is cut.
pub async fn take_up<W: Wire, C: Clock>(
    plan: Plan<'_>,
    known: Turn,
    (wire, clock): (&W, &C),
    controls: mpsc::UnboundedReceiver<Control>,
    report: &mut dyn FnMut(Report),
) {
    let decoder = plan.dialect.decoder(plan.request, plan.transport);
    let decoder = Box::new(CatchUp::new(decoder, known.clone()));
    let mut drive = Drive::new(plan, decoder, (wire, clock), controls, report);
    drive.heard = known;
    drive.session.headers();
    let mut events = Vec::new();
    match drive.take_up(&mut events).await {
        Some(body) => {
            drive.stream(body).await;
        }
        None => {
            drive.session.closed(clock.now(), &mut events);
            if !events.is_empty() {
                drive.tell(events);
            }
        }
    }
    drive.end().await;
}

/// The time before the next try.
#[derive(Default)]
struct Pauses(usize);

impl Pauses {
    /// The pause before the next try; `None` after the last.
    fn next(&mut self) -> Option<Millis> {
        let pause = PAUSES.get(self.0).copied();
        self.0 += 1;
        pause
    }
}

impl<W: Wire, C: Clock> Drive<'_, W, C> {
    /// Takes the reply up again. Gives the body that goes on where the last one broke; `None` where there is none, and all that can
    /// be had has come: the reply ends then, as it would have without this.
    pub(super) async fn take_up(&mut self, events: &mut Vec<ChatEvent>) -> Option<W::Body> {
        let resume = self.resume()?;
        // A stream that ends where it was taken up has no more to give.
        if self.taken_up == Some(self.session.bytes) {
            return None;
        }
        (self.report)(Report::Resuming);
        self.session.parted = true;
        let body = match resume {
            Resume::Replay(replay) => self.replay(&replay).await,
            Resume::Retell(retell) => {
                self.retell(&retell).await;
                // The end mark, where there was one, is the end.
                if self.session.mark.is_some() {
                    self.session.closed(self.clock.now(), events);
                }
                None
            }
        };
        self.session.rejoin(self.clock.now());
        self.taken_up = body.as_ref().map(|_| self.session.bytes);
        body
    }

    /// Takes up a reply whose connection broke before its headers came, while the prompt was read: where it went out some time ago, and
    /// the server would keep it.
    pub(super) async fn take_up_unopened(&mut self, sent: Millis) -> Option<W::Body> {
        let is_late = self.clock.now() - sent >= AT_ONCE;
        let keeps = matches!(self.resume(), Some(Resume::Replay(_)));
        match is_late && keeps {
            true => self.take_up(&mut Vec::new()).await,
            false => None,
        }
    }

    /// Asks for the bytes behind those that came.
    async fn replay(&mut self, replay: &Replay) -> Option<W::Body> {
        let call = replay.from(self.session.bytes);
        let media = media_for(&call, self.plan.json);
        let (wire, clock) = (self.wire, self.clock);
        let mut pauses = Pauses::default();
        while self.pause(&mut pauses).await {
            let opened = self.wait_for(within(clock, TRY, wire.open(&call, media)));
            if let Some(Ok(opened)) = opened.await? {
                match opened.status {
                    200..300 => return Some(opened.body),
                    status if may_pass(status) => {}
                    _ => return None,
                }
            }
        }
        None
    }

    /// Asks what there is of the text, until that is all.
    async fn retell(&mut self, retell: &Retell) {
        let mut pauses = Pauses::default();
        let mut is_ours = false;
        while self.pause(&mut pauses).await {
            loop {
                let (doing, told) = match self.round(retell).await {
                    Round::Told(doing, told) => (doing, told),
                    Round::Failed => break,
                    Round::Unknown => return,
                };
                let mut new = Vec::new();
                let standing = retell.hear(&self.heard, (&doing, &told), &mut new);
                if standing == Told::Unknown {
                    return;
                }
                if !std::mem::replace(&mut is_ours, true) {
                    // What it held back is in the whole text too.
                    self.session.retell();
                }
                self.take(new);
                if standing == Told::Over {
                    return;
                }
                pauses = Pauses(1);
                let clock = self.clock;
                let wait = clock.until(clock.now() + retell.every);
                if self.wait_for(wait).await.is_none() {
                    return;
                }
            }
        }
    }

    /// Takes events that came beside a stream.
    fn take(&mut self, new: Vec<ChatEvent>) {
        let mut events = Vec::new();
        self.session.take(self.clock.now(), new, &mut events);
        if !events.is_empty() {
            self.tell(events);
        }
    }

    /// Asks both questions once.
    async fn round(&mut self, retell: &Retell) -> Round {
        let mut bodies = Vec::new();
        for call in [&retell.doing, &retell.told] {
            let media = media_for(call, self.plan.json);
            let asked = small(self.wire, self.clock, call, media);
            match self.wait_for(asked).await {
                None => return Round::Unknown,
                Some(Some(Ok(answer))) if answer.good().is_some() => bodies.push(answer.body),
                Some(Some(Ok(answer))) if !may_pass(answer.status) => return Round::Unknown,
                Some(_) => return Round::Failed,
            }
        }
        let mut bodies = bodies.into_iter();
        match (bodies.next(), bodies.next()) {
            (Some(doing), Some(told)) => Round::Told(doing, told),
            _ => Round::Failed,
        }
    }

    /// Waits until the next try is due, or something says that it may succeed; `false` where there is none, or the reply ended.
    async fn pause(&mut self, pauses: &mut Pauses) -> bool {
        let (wire, clock) = (self.wire, self.clock);
        let due = match pauses.next() {
            Some(pause) => Some(clock.now() + pause),
            None if wire.is_away() => None,
            None => return false,
        };
        if due.is_none() {
            *pauses = Pauses(1);
        }
        let time = async {
            match due {
                Some(due) => clock.until(due).await,
                None => std::future::pending().await,
            }
        };
        let wait = async {
            select(pin!(time), pin!(wire.back())).await;
        };
        self.wait_for(wait).await.is_some() && self.session.phase() != Phase::Ended
    }
}

/// Outcome of one round of questions.
enum Round {
    Told(String, String),
    /// It may be told another time.
    Failed,
    /// It is not told, or the reply has ended meanwhile.
    Unknown,
}

async fn small<W: Wire, C: Clock>(
    wire: &W,
    clock: &C,
    call: &Call,
    media: Media,
) -> Option<Result<Answer, Failure>> {
    within(clock, TRY, wire.small(call, media)).await
}

/// Tells whether a server, or a proxy before it, that answers like this may answer otherwise a little later.
fn may_pass(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502..=504)
}

impl Session {
    /// Tells whether more of the reply may come over another connection: it runs, and no end mark has come.
    pub(super) fn is_open_ended(&self) -> bool {
        self.mark.is_none() && matches!(self.state, State::Waiting | State::Flowing)
    }

    /// Notes that the reply goes on, or ends, after it was parted from the server.
    fn rejoin(&mut self, now: Millis) {
        self.parted = false;
        self.last_sign = now;
    }

    /// Notes that the text is told by other means from now on: what the stream left unfinished is no more.
    fn retell(&mut self) {
        self.framer = crate::wire::Framer::new();
        self.decoder = Box::new(Deaf);
    }
}
