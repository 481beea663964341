//! The reply that runs: it drives a session, paces what arrived, and paints what may be shown, once a frame.
//!
//! In: [`Report`]s from the session, at any rate. Out: the page, touched at most once a frame, and one finished [`Turn`].
//! [`around`] asks the site, [`ask`] the server, [`fit`] for as much as fits, [`rest`] for what the page before this one did not get; [`frame`] paints,
//! [`key`] keeps keys out of what is told, [`reader`] does what its reader wants, [`voice`] reads it out, [`watch`](mod@watch) is the Doctor beside it.

mod around;
mod ask;
mod fit;
mod frame;
mod key;
mod reader;
mod rest;
pub mod voice;
mod watch;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_channel::mpsc;
use gloo_events::EventListener;
use gloo_timers::callback::Interval;
use leptos::prelude::*;
use web_sys::{Blob, BlobPropertyBag, Element, Text};

use crate::address::Address;
use crate::chat::tree::TurnId;
use crate::chat::turn::Turn;
use crate::dialect::Transport;
use crate::dialect::{BodyRule, Kind};
use crate::event::{ChatEvent, End, Millis, Progress};
use crate::history::running::Running;
use crate::page::app::{Chat, Command, TokenInsight};
use crate::page::clock::{Beat, hidden, now};
use crate::page::doctor::Origin;
use crate::page::fault;
use crate::page::history;
use crate::page::idle::Task;
use crate::page::live::{Live, Order, Seen, Status};
use crate::page::painter::Painter;
use crate::page::sentences::young;
use crate::page::words::say;
use crate::reply;
use crate::session::{Control, Report};
use crate::text;
use crate::trace::{Fact, Imported, Trace};

use reader::Pages;
pub use rest::restore;
use voice::Voice;

/// Reply that runs, or has just ended.
pub struct Reply {
    id: TurnId,
    /// Another tab makes the reply: this one only shows it.
    follows: bool,
    status: ArcRwSignal<Status>,
    end: ArcRwSignal<Option<End>>,
    thinks: ArcRwSignal<bool>,
    behind: ArcRwSignal<bool>,
    pages: Pages,
    way: ArcRwSignal<Option<&'static Transport>>,
    next_way: ArcRwSignal<Option<&'static Transport>>,
    chat: Chat,
    insight: TokenInsight,
    /// Way to the session that runs.
    controls: RefCell<mpsc::UnboundedSender<Control>>,
    /// Bytes of text and of thinking that were there before the reply began.
    before: (usize, usize),
    /// Time of the last note on the reply in the tab, in milliseconds.
    noted: Cell<Millis>,
    /// Number of tokens of the answer that were known before the reply began.
    known: usize,
    /// Tokens of the prompt, as estimated before anybody counted.
    estimate: Cell<u32>,
    origin: RefCell<Origin>,
    core: RefCell<Core>,
}

struct Core {
    /// Reply by now: what has come of it, and what of that may be seen.
    reply: reply::Reply,
    painter: Option<Painter>,
    voice: Voice,
    /// Last words of the voice, where they are still to be said.
    farewell: Option<Task>,
    /// Thinking on the page: its element, and the text in it.
    reasoning: Option<(Option<Element>, Text)>,
    /// Number of bytes of the thinking that are on the page.
    reasoned: usize,
    /// Number of bytes of the thinking that the net under the page has.
    netted: usize,
    /// Time at which the last frame began, in milliseconds, where it had more to paint than time for it.
    busy_since: Option<Millis>,
    trace: Trace,
    /// Timer and listener of the Doctor, who watches over the reply until it has ended.
    watch: Option<(Interval, EventListener)>,
    /// Time of the Doctor's last look, in milliseconds, and whether anybody could see the page then.
    looked: (Millis, bool),
    beat: Beat,
    /// Addressee of a stop where the page is closed: the server, its kind, our id for the reply.
    stop: Option<(Address, Kind, String)>,
    /// Id that the server itself has given the reply.
    server_id: Option<String>,
}

/// Begins the reply of turn `id`; with `continues`, from where it ended.
pub fn begin(chat: Chat, id: TurnId, continues: bool) {
    start(chat, id, Source::Server { continues });
}

/// Shows the reply of turn `id`, which another tab makes and [tells](Live::hear) of.
pub fn follow(chat: Chat, id: TurnId) {
    start(chat, id, Source::Tab);
}

/// Plays a recorded reply once more, at its own pace, as a turn of the conversation; of one of its own, where another tab writes the
/// one on the page.
pub fn replay(chat: Chat, question: &str, recorded: Imported) {
    let history = history::of(chat);
    if history.is_some_and(|history| history.tabs.follows.get_untracked()) {
        chat.run(Command::Clear);
    }
    let id = chat.add_question(question);
    start(chat, id, Source::Recording(Box::new(recorded)));
}

/// Source of a reply.
enum Source {
    /// A server is asked; with `continues`, to go on from where the reply ended.
    Server {
        continues: bool,
    },
    Recording(Box<Imported>),
    /// A server is asked for the rest of what the page before this one began.
    Before(Box<Running>),
    /// Another tab asks, and tells.
    Tab,
}

fn start(chat: Chat, id: TurnId, source: Source) {
    let turn = chat
        .tree
        .with_untracked(|tree| tree.turn(id).cloned())
        .unwrap_or_else(Turn::reply);
    if matches!(
        source,
        Source::Server { continues: true } | Source::Before(_)
    ) {
        chat.reopen(id);
    }
    let before = match &source {
        Source::Before(kept) => kept.before,
        _ => (turn.text.len(), turn.reasoning.len()),
    };
    let (controls, taken) = mpsc::unbounded();
    let (started, netted) = (now(), turn.reasoning.len());
    let reply = Rc::new(Reply {
        id,
        follows: matches!(source, Source::Tab),
        status: ArcRwSignal::new(Status::Connecting),
        end: ArcRwSignal::new(None),
        thinks: ArcRwSignal::new(!turn.reasoning.is_empty()),
        behind: ArcRwSignal::new(false),
        pages: Pages::default(),
        way: ArcRwSignal::new(None),
        next_way: ArcRwSignal::new(None),
        chat,
        known: chat.insight(id).tokens.borrow().all().len(),
        insight: chat.insight(id),
        controls: RefCell::new(controls),
        before,
        noted: Cell::new(Millis::NEG_INFINITY),
        estimate: Cell::new(0),
        origin: RefCell::default(),
        core: RefCell::new(Core {
            reply: reply::Reply::begin(started, untrack(|| chat.current_manner()), turn),
            painter: None,
            voice: Voice::default(),
            farewell: None,
            reasoning: None,
            reasoned: 0,
            netted,
            busy_since: None,
            trace: Trace::default(),
            watch: None,
            looked: (started, !hidden()),
            beat: Beat::default(),
            stop: None,
            server_id: None,
        }),
    });
    if reply.follows {
        reply.status.set(Status::Waiting);
        return chat.follows(reply);
    }
    reply.watch();
    chat.begun(reply.clone(), reply.clone());
    reply.tell_phase(Status::Connecting.phase());
    fault::begins(chat, id);
    if let Some(history) = history::of(chat) {
        history.began(id, reply.core.borrow().reply.turn());
    }
    chat.spawn(async move {
        match source {
            Source::Recording(recorded) => ask::play(&reply, taken, *recorded).await,
            Source::Server { continues } => ask::run(chat, reply, taken, continues).await,
            Source::Before(kept) => rest::run(chat, reply, taken, *kept).await,
            Source::Tab => {}
        }
    });
}

impl Live for Reply {
    fn id(&self) -> TurnId {
        self.id
    }

    fn turn(&self) -> Turn {
        self.core.borrow().reply.turn().clone()
    }

    fn shown(&self) -> String {
        let core = self.core.borrow();
        text::up_to(&core.reply.turn().text, core.reply.shown()).to_owned()
    }

    fn seen(&self) -> Seen {
        Seen {
            status: self.status.read_only().into(),
            end: self.end.read_only().into(),
            thinks: self.thinks.read_only().into(),
            behind: self.behind.read_only().into(),
            held: self.pages.held.read_only().into(),
            left: self.pages.left.read_only().into(),
            way: self.way.read_only().into(),
            next_way: self.next_way.read_only().into(),
        }
    }

    fn hear(self: Rc<Self>, report: Report) {
        self.on(report);
    }

    fn order(self: Rc<Self>, order: Order) {
        match order {
            // The tab that makes it ends it.
            Order::Stop(end) if self.follows => {
                if let Some(history) = history::of(self.chat).filter(|_| end == End::Stopped) {
                    history.ask_to_stop();
                }
            }
            Order::Stop(end) => self.stop(end),
            Order::Conclude => self.conclude(),
            Order::Skip => self.skip(),
            Order::Pace(manner) => self.set_pace(manner),
            Order::Hurry(hurried) => self.hurry(hurried),
            Order::ReadOn => self.read_on(),
            Order::WaitOn => {
                let mut core = self.core.borrow_mut();
                core.trace.stamp(now(), Fact::WaitedOn);
                let status = core.reply.wait_on(now());
                drop(core);
                self.control(Control::WaitOn);
                self.show_status(status);
            }
            Order::Leave => self.leave(),
            Order::Attach(answer, reasoning) => self.attach(&answer, reasoning),
        }
    }
}

impl Reply {
    /// Tells the running session something; one that has ended does not listen.
    fn control(&self, control: Control) {
        // A session that has ended listens no more, and needs not.
        let _ = self.controls.borrow().unbounded_send(control);
    }

    /// Makes another way to the session, for the next one: what is said from now on goes there.
    fn listen(&self) -> mpsc::UnboundedReceiver<Control> {
        let (controls, taken) = mpsc::unbounded();
        self.controls.replace(controls);
        taken
    }

    /// Stops the reply: the person wants it, or a newer send replaces it. What arrived is shown.
    fn stop(self: &Rc<Self>, end: End) {
        let at = now();
        let mut core = self.core.borrow_mut();
        core.trace.stamp(at, Fact::StopPressed);
        core.reply.stop(at);
        core.beat.hurry();
        drop(core);
        self.control(Control::Stop(end));
        self.arm(0.0);
    }

    /// Ends the reply now, whatever is still on the way: a newer send takes its place.
    fn conclude(self: &Rc<Self>) {
        self.core.borrow_mut().reply.conclude(now());
        self.frame(true);
    }

    /// Tells the server to stop, since the page closes. Goes as a beacon, which outlives the page; nothing is sent of a reply
    /// that has ended.
    fn leave(&self) {
        let core = self.core.borrow();
        let Some((address, kind, generation)) =
            core.stop.as_ref().filter(|_| core.reply.end().is_none())
        else {
            return;
        };
        let call = kind.dialect().stop(generation, core.server_id.as_deref());
        let (Some(call), Some(window)) = (call, web_sys::window()) else {
            return;
        };
        let (url, body) = (address.url(&call.path), call.body.unwrap_or_default());
        let navigator = window.navigator();
        // A beacon outlives the page, and is a simple text/plain POST where the server allows it.
        let _ = if call.rule == BodyRule::JsonOnly {
            let kind = BlobPropertyBag::new();
            kind.set_type("application/json");
            let parts = js_sys::Array::of1(&body.into());
            Blob::new_with_str_sequence_and_options(&parts, &kind)
                .and_then(|body| navigator.send_beacon_with_opt_blob(&url, Some(&body)))
        } else {
            navigator.send_beacon_with_opt_str(&url, Some(&body))
        };
    }

    /// Begins to paint: the page has made room, the element of the answer and the text of the thinking.
    fn attach(self: &Rc<Self>, answer: &Element, reasoning: Text) {
        let mut core = self.core.borrow_mut();
        self.pages.begin(answer);
        core.painter = Some(Painter::new(answer.clone(), self.chat));
        core.reasoning = Some((reasoning.parent_element(), reasoning));
        core.reasoned = 0;
        drop(core);
        self.frame(false);
    }

    /// Takes a report of the session.
    fn on(self: &Rc<Self>, report: Report) {
        untrack(|| self.take_in(report));
    }

    fn take_in(self: &Rc<Self>, report: Report) {
        let at = now();
        let report = self.without_key(report);
        let mut core = self.core.borrow_mut();
        let mut status = None;
        core.trace.saw(at, &report);
        self.note(&report);
        match report {
            Report::Events(events) => {
                for event in &events {
                    if let ChatEvent::Conversation(name) = event {
                        self.chat.is_called(name.clone());
                    }
                    if let ChatEvent::Context(tokens) = event {
                        self.chat.has_context(*tokens);
                    }
                    if let ChatEvent::Id(id) = event {
                        core.server_id = Some(id.clone());
                    }
                    if let ChatEvent::Token(token) = event
                        && core.reply.listens()
                    {
                        let end = core.reply.turn().text.len();
                        self.insight.tokens.borrow_mut().push(token.clone(), end);
                    }
                    status = core.reply.take(at, event).or(status);
                }
                if let Some(history) = history::of(self.chat).filter(|_| !self.follows) {
                    history.grew(self.id, core.reply.turn(), &events);
                }
            }
            report => {
                if let Report::Sent { transport, .. } = &report {
                    let way = Some(*transport);
                    self.way.set(way);
                    self.chat.takes_way(way);
                }
                status = core.reply.on(at, &report);
                if report == Report::Resuming {
                    status = Some(self.resuming());
                }
                if matches!(report, Report::Finishing(_) | Report::End(_)) {
                    // What is left need not wait for its turn.
                    core.beat.hurry();
                }
            }
        }
        // What decides at once is told at once; what takes time, the watch sees.
        let status = status.filter(|status| self.status.with_untracked(|shown| shown != status));
        if status.is_some() && !self.follows {
            self.tell(&core, at);
        }
        drop(core);
        self.leave_a_note();
        if let Some(status) = status {
            self.show_status(status);
        }
        self.arm(0.0);
    }

    /// Returns the status of a reply whose connection broke, while its server is asked for the rest.
    fn resuming(&self) -> Status {
        match young(self.chat) {
            // It has a sentence of its own for that.
            true => Status::Connecting,
            false => Status::Progress(Progress::Stage(say!(self.chat, status_resuming))),
        }
    }

    /// Notes what of a report stands in the report of a page that stopped.
    fn note(&self, report: &Report) {
        match report {
            Report::Sent { transport, .. } => {
                fault::notes(self.chat, &format!("sent: {}", transport.name))
            }
            Report::Headers { status, .. } => {
                fault::notes(self.chat, &format!("headers: {status}"))
            }
            Report::Asking(clock, _) => fault::notes(self.chat, clock.word()),
            Report::Resuming => fault::notes(self.chat, "resuming"),
            Report::Finishing(end) | Report::End(end) => fault::notes(self.chat, end.word()),
            _ => {}
        }
    }
}
