//! A reply over whatever a network, a clock and a person do: it ends exactly once, and the text that came is told.

#![allow(missing_docs, clippy::unwrap_used)]

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use futures_channel::mpsc;
use fuzz::scripts::pick;
use fuzz::{Rng, cuts, rounds, shapes};
use rill::chat::request::{ChatRequest, Message, Role};
use rill::dialect::{Call, Kind};
use rill::event::{ChatEvent, End};
use rill::session::{
    Answer, Body, Chunk, Clock, Control, Deadlines, Failure, Media, Opened, Plan, Report, Wire,
    drive,
};

/// A clock that jumps to the next moment that somebody waits for.
#[derive(Clone, Default)]
struct Jumping {
    now: Rc<Cell<f64>>,
    waited_for: Rc<RefCell<Vec<f64>>>,
}

impl Clock for Jumping {
    fn now(&self) -> f64 {
        self.now.get()
    }
    async fn until(&self, due: f64) {
        std::future::poll_fn(|_| {
            if self.now.get() >= due {
                return Poll::Ready(());
            }
            self.waited_for.borrow_mut().push(due);
            Poll::Pending
        })
        .await;
    }
}

/// What a body does next, after so long.
#[derive(Clone)]
enum Step {
    Gives(Chunk),
    Fails,
    Hangs,
}

struct Script {
    clock: Jumping,
    rng: RefCell<Rng>,
    kind: Kind,
    opened: Cell<usize>,
}

struct Steps {
    clock: Jumping,
    steps: VecDeque<(f64, Step)>,
}

impl Body for Steps {
    async fn next(&mut self) -> Result<Option<Chunk>, Failure> {
        let Some((at, _)) = self.steps.front() else {
            return Ok(None);
        };
        self.clock.until(*at).await;
        if let Some((_, Step::Hangs)) = self.steps.front() {
            std::future::pending::<()>().await;
        }
        match self.steps.pop_front() {
            Some((_, Step::Gives(chunk))) => Ok(Some(chunk)),
            Some((_, Step::Fails)) => Err(Failure::new("gone")),
            _ => Ok(None),
        }
    }
}

/// How long something takes: mostly a moment, seldom longer than any clock allows.
fn span(rng: &mut Rng) -> f64 {
    match rng.u8(..) {
        0..4 => 1_000_000.0,
        4..20 => f64::from(rng.u32(0..20_000)),
        20..60 => 0.0,
        _ => f64::from(rng.u32(0..80)),
    }
}

fn body(rng: &mut Rng, kind: Kind) -> Vec<u8> {
    let mut out = Vec::new();
    for _ in 0..rng.usize(0..12) {
        let text = serde_json::json!(shapes::document(rng, 200));
        let line = match rng.u8(0..14) {
            0 => ": alive\n\n".to_owned(),
            1 => "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n".to_owned(),
            2 => "data: [DONE]\n\n".to_owned(),
            3 => "data: {\"error\":\"too hot\"}\n\n".to_owned(),
            4 => "<html>".to_owned(),
            5 => format!(
                "{{\"message\":{{\"content\":{text}}},\"done\":{}}}\n",
                rng.bool()
            ),
            6 => format!("event: chunk\ndata: {{\"text_chunk\":{text}}}\n\n"),
            7 => format!("data: {{\"type\":\"done\",\"final_text\":{text}}}\n\n"),
            8 => "data: {\"choices\":[{\"delta\":{\"content\":\"a\\ud83d\"}}]}\n\n".to_owned(),
            9 if kind == Kind::Halo => format!("data: {{\"type\":\"token\",\"text\":{text}}}\n\n"),
            _ => format!("data: {{\"choices\":[{{\"delta\":{{\"content\":{text}}}}}]}}\n\n"),
        };
        out.extend(line.as_bytes());
    }
    out
}

impl Wire for Script {
    type Body = Steps;
    async fn open(&self, call: &Call, _: Media) -> Result<Opened<Steps>, Failure> {
        self.opened.set(self.opened.get() + 1);
        let wait = span(&mut self.rng.borrow_mut());
        self.clock.until(self.clock.now() + wait).await;
        let rng = &mut *self.rng.borrow_mut();
        if rng.u8(..) < 60 {
            return Err(Failure {
                message: "no".to_owned(),
                unsupported: rng.bool(),
            });
        }
        let bytes = body(rng, self.kind);
        let mut at = self.clock.now();
        let mut steps = VecDeque::new();
        for piece in cuts::bytes(rng, &bytes) {
            at += span(rng);
            let chunk = match (&call.via, rng.u8(0..3)) {
                (rill::dialect::Via::Http, _) => Chunk::Bytes(piece.to_vec()),
                (_, 0) => Chunk::Binary(piece.to_vec()),
                _ => Chunk::Text(String::from_utf8_lossy(piece).into_owned()),
            };
            steps.push_back((at, Step::Gives(chunk)));
        }
        match rng.u8(0..4) {
            0 => steps.push_back((at, Step::Fails)),
            1 => steps.push_back((at, Step::Hangs)),
            _ => {}
        }
        Ok(Opened {
            status: pick(rng, &[200, 200, 200, 200, 400, 404, 415, 426, 500, 503]),
            content_type: String::new(),
            told: Vec::new(),
            body: Steps {
                clock: self.clock.clone(),
                steps,
            },
        })
    }
    async fn small(&self, _: &Call, _: Media) -> Result<Answer, Failure> {
        let wait = span(&mut self.rng.borrow_mut());
        self.clock.until(self.clock.now() + wait).await;
        if self.rng.borrow_mut().bool() {
            return Err(Failure::new("no"));
        }
        Ok(Answer {
            status: 200,
            content_type: String::new(),
            body: String::new(),
        })
    }
    async fn urgent(&self, call: &Call, media: Media) -> Result<Answer, Failure> {
        self.small(call, media).await
    }
}

#[test]
fn every_reply_ends_exactly_once() {
    rounds(400, |rng| {
        let clock = Jumping::default();
        let kind = pick(rng, &Kind::ALL);
        let dialect = kind.dialect();
        let wire = Script {
            clock: clock.clone(),
            rng: RefCell::new(rng.fork()),
            kind,
            opened: Cell::new(0),
        };
        let request = ChatRequest {
            messages: vec![Message::new(Role::User, "hi")],
            generation: "RILL1".to_owned(),
            ..ChatRequest::default()
        };
        let given = pick(
            rng,
            &[
                "",
                "connect:1,first-token:10,silence:5",
                "connect:0,first-token:0,silence:0,total:90",
            ],
        );
        let grace = pick(rng, &["0", "2"]);
        let deadlines = match given {
            "" => Deadlines::default(),
            given => Deadlines::parse(given).unwrap(),
        };
        let plan = Plan {
            dialect,
            request: &request,
            deadlines: deadlines.with_grace(grace).unwrap(),
            transport: &dialect.transports()[rng.usize(..dialect.transports().len())],
            fixed: rng.u8(..) < 40,
            json: &|_| false,
            refusals: rill::session::Refusals::default(),
        };
        let (sender, controls) = mpsc::unbounded();
        let mut person = VecDeque::new();
        for _ in 0..rng.usize(0..3) {
            let control = match rng.bool() {
                true => Control::WaitOn,
                false => Control::Stop(pick_end(rng)),
            };
            person.push_back((f64::from(rng.u32(0..30_000)), control));
        }
        // At last the person goes away, or a reply without deadlines would never end.
        person.push_back((3_000_000.0, Control::Stop(End::Stopped)));
        person.make_contiguous().sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut reports = Vec::new();
        {
            let mut report = |event| reports.push(event);
            let mut work = pin!(drive(plan, &wire, &clock, controls, &mut report));
            run(&clock, work.as_mut(), &mut person, &sender);
        }
        let end = reports
            .iter()
            .position(|report| matches!(report, Report::End(_)));
        let end = end.expect("a reply ends");
        let ends = reports
            .iter()
            .filter(|report| matches!(report, Report::End(_)));
        assert_eq!(ends.count(), 1);
        let after = reports.get(end + 1..).unwrap();
        assert!(
            after
                .iter()
                .all(|report| matches!(report, Report::StopAnswered(_))),
            "{after:?}"
        );
        let most = 2 * dialect.transports().len();
        assert!(wire.opened.get() <= most, "{} requests", wire.opened.get());
        // An end that says what came tells the truth.
        let texts = reports.iter().filter_map(|report| match report {
            Report::Events(events) => Some(events),
            _ => None,
        });
        let came = texts.flatten().any(|event| {
            matches!(
                event,
                ChatEvent::Text(_) | ChatEvent::ReplaceText(_) | ChatEvent::ToolCall(_)
            )
        });
        if let Some(Report::End(End::Complete { .. })) = reports.get(end) {
            assert!(came);
        }
    });
}

fn pick_end(rng: &mut Rng) -> End {
    if rng.bool() {
        End::Stopped
    } else {
        End::Superseded
    }
}

/// Lets the clock jump to whatever is awaited next, until the work is done; the person acts in time.
fn run(
    clock: &Jumping,
    mut work: std::pin::Pin<&mut impl Future>,
    person: &mut VecDeque<(f64, Control)>,
    sender: &mpsc::UnboundedSender<Control>,
) {
    let mut context = Context::from_waker(Waker::noop());
    // Bounded: a driver that waits for nothing is a failure, not an endless test.
    for _ in 0..200_000 {
        clock.waited_for.borrow_mut().clear();
        if work.as_mut().poll(&mut context).is_ready() {
            return;
        }
        let person_at = person.front().map(|(at, _)| *at);
        let waited = clock.waited_for.borrow();
        let next = waited.iter().copied().chain(person_at).reduce(f64::min);
        let next = next.expect("the driver waits for something");
        clock.now.set(next.max(clock.now.get()));
        if person_at.is_some_and(|at| at <= clock.now.get())
            && let Some((_, control)) = person.pop_front()
        {
            let _ = sender.unbounded_send(control);
        }
    }
    panic!("the driver does not come to an end");
}
