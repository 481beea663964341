//! The driver of a session, over scripted answers and a clock that jumps.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use futures_channel::mpsc;

use super::tests::{DONE, short, text};
use super::*;
use crate::chat::request::{ChatRequest, Message, Role};
use crate::dialect::{Call, Kind, Transport, Via};
use crate::session::{Answer, Body, Clock, Control, Failure, Media, Opened, Plan, Report, Wire};

/// A clock that jumps to the next moment that somebody waits for.
#[derive(Clone, Default)]
pub(crate) struct Jumping {
    now: Rc<Cell<Millis>>,
    waited_for: Rc<RefCell<Vec<Millis>>>,
}

struct Until {
    clock: Jumping,
    due: Millis,
}

impl Future for Until {
    type Output = ();
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.clock.now.get() >= self.due {
            return Poll::Ready(());
        }
        self.clock.waited_for.borrow_mut().push(self.due);
        Poll::Pending
    }
}

impl Clock for Jumping {
    fn now(&self) -> Millis {
        self.now.get()
    }
    async fn until(&self, due: Millis) {
        Until {
            clock: self.clone(),
            due,
        }
        .await;
    }
}

/// What a scripted server answers to one request: after so many milliseconds, this status, then these pieces at their times.
struct Script {
    after: Millis,
    status: u16,
    pieces: Vec<(Millis, String)>,
    /// Stays open when the pieces are out.
    open: bool,
}

struct Scripted {
    clock: Jumping,
    answers: RefCell<VecDeque<Script>>,
    asked: RefCell<Vec<String>>,
    /// Small requests fail.
    is_dead: bool,
}

struct Pieces {
    clock: Jumping,
    pieces: VecDeque<(Millis, String)>,
    open: bool,
}

impl Body for Pieces {
    async fn next(&mut self) -> Result<Option<Chunk>, Failure> {
        // Like a real body, it keeps what it has not handed out when the wait for it is dropped.
        let Some((at, _)) = self.pieces.front() else {
            if self.open {
                std::future::pending::<()>().await;
            }
            return Ok(None);
        };
        self.clock.until(*at).await;
        Ok(self
            .pieces
            .pop_front()
            .map(|(_, piece)| Chunk::Bytes(piece.into_bytes())))
    }
}

impl Wire for Scripted {
    type Body = Pieces;
    async fn open(&self, call: &Call, media: Media) -> Result<Opened<Pieces>, Failure> {
        self.asked
            .borrow_mut()
            .push(format!("{} {media:?}", call.path));
        let script = self.answers.borrow_mut().pop_front();
        let Some(script) = script else {
            return Err(Failure {
                message: "refused".to_owned(),
                unsupported: call.via == Via::Socket,
            });
        };
        self.clock.until(self.clock.now() + script.after).await;
        if script.status == 0 {
            return Err(Failure::new("Failed to fetch"));
        }
        Ok(Opened {
            status: script.status,
            content_type: "text/event-stream".to_owned(),
            told: Vec::new(),
            body: Pieces {
                clock: self.clock.clone(),
                pieces: script.pieces.into(),
                open: script.open,
            },
        })
    }
    async fn small(&self, call: &Call, media: Media) -> Result<Answer, Failure> {
        self.asked
            .borrow_mut()
            .push(format!("{} {media:?}", call.path));
        if self.is_dead {
            return Err(Failure::new("Failed to fetch"));
        }
        Ok(Answer {
            status: 200,
            content_type: String::new(),
            body: "{}".to_owned(),
        })
    }
}

fn streams(pieces: Vec<(Millis, String)>) -> Script {
    Script {
        after: 1.0,
        status: 200,
        pieces,
        open: false,
    }
}

fn refuses(status: u16, body: &str) -> Script {
    Script {
        after: 1.0,
        status,
        pieces: vec![(2.0, body.to_owned())],
        open: false,
    }
}

/// Lets the clock jump to whatever is awaited next, until the work is done; `person` acts at its times.
pub(crate) fn jump_through(
    clock: &Jumping,
    mut work: Pin<&mut impl Future>,
    person: &mut VecDeque<(Millis, Control)>,
    sender: &mpsc::UnboundedSender<Control>,
) {
    let mut context = Context::from_waker(Waker::noop());
    // Bounded: a driver that waits for nothing is a failure, not an endless test.
    for _ in 0..10_000 {
        clock.waited_for.borrow_mut().clear();
        if work.as_mut().poll(&mut context).is_ready() {
            return;
        }
        let person_at = person.front().map(|(at, _)| *at);
        let next = clock
            .waited_for
            .borrow()
            .iter()
            .copied()
            .chain(person_at)
            .reduce(f64::min);
        let Some(next) = next else {
            panic!("the driver waits for nothing")
        };
        clock.now.set(next.max(clock.now.get()));
        if person_at.is_some_and(|at| at <= clock.now.get())
            && let Some((_, control)) = person.pop_front()
        {
            let _ = sender.unbounded_send(control);
        }
    }
    panic!("the driver does not come to an end");
}

/// Runs a reply against scripted answers; `person` acts at its times. The requests that went out, and the reports.
fn run(
    kind: Kind,
    answers: Vec<Script>,
    person: Vec<(Millis, Control)>,
) -> (Vec<String>, Vec<Report>) {
    run_over(kind, (false, false), answers, person)
}

fn run_over(
    kind: Kind,
    (fixed, is_dead): (bool, bool),
    answers: Vec<Script>,
    person: Vec<(Millis, Control)>,
) -> (Vec<String>, Vec<Report>) {
    let clock = Jumping::default();
    let wire = Scripted {
        clock: clock.clone(),
        answers: RefCell::new(answers.into()),
        asked: RefCell::default(),
        is_dead,
    };
    let request = ChatRequest {
        messages: vec![Message::new(Role::User, "hi")],
        model: Some("m".to_owned()),
        generation: "RILL1".to_owned(),
        ..ChatRequest::default()
    };
    let dialect = kind.dialect();
    let plan = Plan {
        deadlines: short(),
        fixed,
        ..Plan::new(dialect, &request)
    };
    let (sender, controls) = mpsc::unbounded();
    let mut person = VecDeque::from(person);
    let mut reports = Vec::new();
    {
        // What the person did before time began is there before anything else.
        while person.front().is_some_and(|(at, _)| *at < 0.0) {
            let _ = person
                .pop_front()
                .map(|(_, control)| sender.unbounded_send(control));
        }
        let mut report = |event| reports.push(event);
        let mut work = pin!(drive(plan, &wire, &clock, controls, &mut report));
        jump_through(&clock, work.as_mut(), &mut person, &sender);
    }
    (wire.asked.into_inner(), reports)
}

fn nth(kind: Kind, place: usize) -> &'static Transport {
    &kind.dialect().transports()[place]
}

fn ends(reports: &[Report]) -> Vec<&'static str> {
    reports
        .iter()
        .filter_map(|report| match report {
            Report::End(end) => Some(end.word()),
            _ => None,
        })
        .collect()
}

#[test]
fn one_send_is_one_request_and_one_end() {
    let (asked, reports) = run(
        Kind::OpenAi,
        vec![streams(vec![(5.0, text("a")), (9.0, DONE.to_owned())])],
        vec![],
    );
    assert_eq!(asked, ["/v1/chat/completions Plain"]);
    assert_eq!(ends(&reports), ["complete"]);
}

#[test]
fn a_refused_media_type_is_asked_again_as_json_and_learnt() {
    let refusal =
        "{\"error\":{\"message\":\"Unsupported Media Type: Only 'application/json' is allowed\"}}";
    let (asked, reports) = run(
        Kind::OpenAi,
        vec![
            refuses(400, refusal),
            streams(vec![(9.0, text("a") + DONE)]),
        ],
        vec![],
    );
    assert_eq!(
        asked,
        ["/v1/chat/completions Plain", "/v1/chat/completions Json"]
    );
    assert!(
        reports
            .iter()
            .any(|report| matches!(report, Report::Learned(_)))
    );
    assert_eq!(ends(&reports), ["complete"]);
}

#[test]
fn any_other_refusal_is_not_asked_again() {
    let (asked, reports) = run(
        Kind::OpenAi,
        vec![refuses(400, "{\"error\":\"too hot\"}")],
        vec![],
    );
    assert_eq!(asked.len(), 1);
    assert_eq!(ends(&reports), ["refused"]);
}

#[test]
fn a_missing_endpoint_leads_to_the_next_transport_which_is_learnt() {
    let native = "event: message\ndata: {\"token\": \"hi\", \"finish_reason\": \"stop\"}\n\n";
    let (asked, reports) = run(
        Kind::KoboldCpp,
        vec![
            refuses(404, "no such endpoint"),
            streams(vec![(9.0, native.to_owned())]),
        ],
        vec![],
    );
    assert_eq!(
        asked,
        [
            "/v1/chat/completions Plain",
            "/api/extra/generate/stream Plain"
        ]
    );
    assert!(reports.contains(&Report::Learned(Learned::Transport(nth(
        Kind::KoboldCpp,
        1
    )))));
    assert_eq!(ends(&reports), ["complete"]);
}

#[test]
fn a_good_status_that_says_there_is_no_such_endpoint_leads_to_the_next_transport() {
    let none = r#"{"error":"Unexpected endpoint or method. (POST /api/v1/chat)"}"#;
    let (asked, reports) = run(
        Kind::LmStudio,
        vec![
            streams(vec![(5.0, none.to_owned())]),
            streams(vec![(9.0, text("a") + DONE)]),
        ],
        vec![],
    );
    assert_eq!(asked, ["/api/v1/chat Json", "/v1/chat/completions Json"]);
    assert_eq!(ends(&reports), ["complete"]);
    assert!(reports.contains(&Report::Learned(Learned::Transport(nth(Kind::LmStudio, 1)))));
    assert!(!reports.contains(&Report::Learned(Learned::Transport(nth(Kind::LmStudio, 0)))));
}

#[test]
fn a_transport_that_the_person_chose_is_the_only_one() {
    let (asked, reports) = run_over(
        Kind::KoboldCpp,
        (true, false),
        vec![refuses(404, "no such endpoint")],
        vec![],
    );
    assert_eq!(asked, ["/v1/chat/completions Plain"]);
    assert_eq!(ends(&reports), ["refused"]);
}

/// A request that fails in the browser after so long.
fn fails(after: Millis) -> Script {
    Script {
        after,
        ..refuses(0, "")
    }
}

#[test]
fn a_missing_transport_that_may_not_be_read_leads_to_the_next_while_the_server_lives() {
    let token = streams(vec![(9.0, "{\"token\":\"hi\"}\n[DONE]\n".to_owned())]);
    let socket_missing = vec![fails(1.0), fails(1.0), token];
    let (asked, reports) = run(Kind::LlamaChat, socket_missing, vec![]);
    assert_eq!(
        asked,
        [
            "/ws/chat/stream Plain",
            "/health Plain",
            "/api/chat/stream Plain",
            "/health Plain",
            "/api/chat Plain"
        ]
    );
    assert_eq!(ends(&reports).len(), 1);
    assert_ne!(ends(&reports), ["broken"]);
    // It may have been the network: next time begins where it began.
    assert!(
        !reports
            .iter()
            .any(|report| matches!(report, Report::Learned(_)))
    );
}

#[test]
fn what_fails_everywhere_or_late_or_was_chosen_is_broken() {
    let all = || (0..9).map(|_| fails(1.0)).collect::<Vec<_>>();
    let (asked, reports) = run(Kind::LlamaChat, all(), vec![]);
    let transports = asked.iter().filter(|path| !path.starts_with("/health"));
    assert_eq!(transports.count(), 3, "each transport once: {asked:?}");
    assert_eq!(ends(&reports), ["broken"]);
    // The server is gone.
    let (asked, reports) = run_over(Kind::LlamaChat, (false, true), all(), vec![]);
    assert_eq!(asked, ["/ws/chat/stream Plain", "/health Plain"]);
    assert_eq!(ends(&reports), ["broken"]);
    // It was at work already.
    let (asked, reports) = run(Kind::KoboldCpp, vec![fails(3_000.0)], vec![]);
    assert!(
        !asked
            .iter()
            .any(|path| path.contains("/api/extra/generate")),
        "{asked:?}"
    );
    assert_eq!(ends(&reports), ["broken"]);
    let (asked, reports) = run_over(Kind::LlamaChat, (true, false), all(), vec![]);
    assert_eq!(asked, ["/ws/chat/stream Plain"]);
    assert_eq!(ends(&reports), ["broken"]);
}

#[test]
fn a_stop_while_the_server_is_asked_whether_it_lives_is_a_stop() {
    let stop = vec![(0.5, Control::Stop(End::Stopped))];
    let (_, reports) = run(Kind::LlamaChat, vec![fails(1.0)], stop);
    assert_eq!(ends(&reports), ["stopped"]);
}

#[test]
fn stop_ends_at_once_and_then_tells_the_server() {
    let endless = Script {
        open: true,
        ..streams(vec![(5.0, text("a"))])
    };
    let (asked, reports) = run(
        Kind::KoboldCpp,
        vec![endless],
        vec![(50.0, Control::Stop(End::Stopped))],
    );
    assert_eq!(
        asked,
        ["/v1/chat/completions Plain", "/api/extra/abort Plain"]
    );
    assert_eq!(ends(&reports), ["stopped"]);
    assert_eq!(reports.last(), Some(&Report::StopAnswered(true)));
}

#[test]
fn a_stop_comes_before_whatever_is_ready() {
    let flood = (0..900).map(|_| (0.0, text("x"))).collect();
    let stop = vec![(-1.0, Control::Stop(End::Stopped))];
    let (asked, reports) = run(Kind::OpenAi, vec![streams(flood)], stop);
    assert_eq!(asked, [""; 0], "not even the request goes out");
    assert_eq!(ends(&reports), ["stopped"]);
}

#[test]
fn headers_that_do_not_come_make_it_ask_whether_the_server_lives() {
    let slow = Script {
        after: 4_000.0,
        ..streams(vec![(4_500.0, text("a") + DONE)])
    };
    let (asked, reports) = run(Kind::LlamaCpp, vec![slow], vec![]);
    assert_eq!(asked, ["/v1/chat/completions Plain", "/health Plain"]);
    assert!(reports.contains(&Report::Alive(true)));
    assert_eq!(ends(&reports), ["complete"]);
}

#[test]
fn silence_asks_the_person_and_then_gives_up() {
    let endless = Script {
        open: true,
        ..streams(vec![(5.0, text("a"))])
    };
    let (_, reports) = run(Kind::OpenAi, vec![endless], vec![]);
    assert!(
        reports
            .iter()
            .any(|report| matches!(report, Report::Asking(Deadline::Silence, _)))
    );
    assert_eq!(ends(&reports), ["stalled"]);
}

#[test]
fn a_server_that_is_not_there_is_broken() {
    let (_, reports) = run(Kind::OpenAi, vec![], vec![]);
    assert_eq!(ends(&reports), ["broken"]);
}
