//! The reply that runs: it drives a session, paces what arrived, and paints what may be shown, once a frame.
//!
//! In: [`Report`]s from the session, at any rate. Out: the page, touched at most once a frame, and one finished [`Turn`].

use std::cell::RefCell;
use std::rc::Rc;

use futures_channel::mpsc;
use gloo_events::EventListener;
use gloo_timers::callback::Interval;
use leptos::prelude::*;
use web_sys::{Blob, BlobPropertyBag, Element, Text};

use super::app::{Chat, LinkState, Looks, Meter, made_up};
use super::clock::{Beat, PageClock, hidden, is_calm, now};
use super::doctor::ask::{had_preflight, inquire};
use super::doctor::resource::measured;
use super::doctor::{Case, Patient, Site};
use super::live::{Live, Order, Seen, Status};
use super::net::Line;
use super::net::demo::Demo;
use super::net::fetch::Fetch;
use super::painter::Painter;
use super::servers::{self, Server};
use super::ways::Way;
use super::words;
use crate::address::Address;
use crate::chat::request::{ChatRequest, Message, Role};
use crate::chat::tree::TurnId;
use crate::chat::turn::Turn;
use crate::dialect::{BodyRule, Dialect, Kind, Takes};
use crate::doctor;
use crate::event::{ChatEvent, Deadline, End, Millis, Timings, Token, Usage};
use crate::markdown::Markdown;
use crate::pacer::{Pace, Pacer};
use crate::session::{Control, Learned, Plan, Report, Wire, drive, media_for};
use crate::trace::{Fact, Imported, Replay, Trace};

/// How often the figures in the status line may change, in milliseconds.
const STATUS_EVERY: Millis = 250.0;

/// How many alternatives to each token are asked for, where tokens are looked into. OpenAI's limit is 20, others' is 5.
const ALTERNATIVES: u8 = 5;

/// How often the Doctor looks at a reply that runs, in milliseconds.
const DOCTOR_EVERY: u32 = 200;

/// A page that comes to itself so much later than it wanted, in milliseconds, was held up.
const HELD_UP: Millis = 100.0;

/// So long a frame may take in more text, in milliseconds; what is left is for the next one. A click is answered between them.
/// Where the browser needs long to lay out what is there, a frame takes in more: else it would lay out the same too often.
const WORK: [Millis; 2] = [8.0, 40.0];
/// So many bytes it takes in before it looks at the clock.
const SLICE: usize = 4096;

/// Below so many milliseconds nobody minds that a reply came at once.
const HELD_BACK: Millis = 1_000.0;

/// A reply that runs, or has just ended.
pub struct Reply {
    id: TurnId,
    status: ArcRwSignal<Status>,
    end: ArcRwSignal<Option<End>>,
    thinks: ArcRwSignal<bool>,
    behind: ArcRwSignal<bool>,
    way: ArcRwSignal<Option<Way>>,
    next_way: ArcRwSignal<Option<Way>>,
    chat: Chat,
    looks: Looks,
    controls: mpsc::UnboundedSender<Control>,
    site: RefCell<Site>,
    core: RefCell<Core>,
}

struct Core {
    turn: Turn,
    /// Bytes of the answer that were there before: a reply that goes on from an earlier end.
    prefix: usize,
    pacer: Pacer,
    markdown: Markdown,
    painter: Option<Painter>,
    reasoning: Option<Text>,
    /// Bytes of the thinking that are on the page.
    reasoned: usize,
    /// When the last frame began, where it had more to paint than time for it.
    busy_since: Option<Millis>,
    /// The shown text is no longer a beginning of what is there: paint it anew.
    rewrite: bool,
    trace: Trace,
    /// What watches over it until it has ended.
    watch: Option<(Interval, EventListener)>,
    /// When the Doctor looked last, and whether anybody could see the page then.
    looked: (Millis, bool),
    /// How it ended, while it is being found out why.
    unexplained: Option<End>,
    beat: Beat,
    /// An end mark has come; figures may follow.
    finishing: Option<End>,
    end: Option<End>,
    /// Nothing that still comes may be shown.
    deaf: bool,
    /// A newer reply waits for this one to be over.
    concluding: bool,
    concluded: bool,
    started: Millis,
    first_text: Option<Millis>,
    last_text: Millis,
    status_due: Millis,
    /// Bytes of the answer that `rill-delta` has told of.
    told: usize,
    /// Whom to tell where the page is closed: the server, its kind, our id for the reply.
    stop: Option<(Address, Kind, String)>,
    /// The server's own id for the reply.
    server_id: Option<String>,
}

/// Begins the reply of turn `id`; with `continues`, from where it ended.
pub fn begin(chat: Chat, id: TurnId, continues: bool) {
    start(chat, id, continues, None);
}

/// Plays a recorded reply once more, at its own pace, as a turn of the conversation.
pub fn replay(chat: Chat, question: &str, recorded: Imported) {
    chat.supersede();
    let mut id = 0;
    chat.tree.update(|tree| {
        let asked = tree.add(tree.last(), Turn::user(question.to_owned()));
        id = tree.add(Some(asked), Turn::reply());
    });
    chat.pinned.set(true);
    start(chat, id, false, Some(recorded));
}

fn start(chat: Chat, id: TurnId, continues: bool, recorded: Option<Imported>) {
    let mut turn = chat
        .tree
        .with_untracked(|tree| tree.turn(id).cloned())
        .unwrap_or_else(Turn::reply);
    turn.end = None;
    if continues {
        chat.tree.update(|tree| {
            if let Some(turn) = tree.turn_mut(id) {
                turn.end = None;
            }
        });
    }
    let mut markdown = Markdown::new();
    markdown.append(&turn.text);
    let (controls, taken) = mpsc::unbounded();
    let started = now();
    let reply = Rc::new(Reply {
        id,
        status: ArcRwSignal::new(Status::Connecting),
        end: ArcRwSignal::new(None),
        thinks: ArcRwSignal::new(!turn.reasoning.is_empty()),
        behind: ArcRwSignal::new(false),
        way: ArcRwSignal::new(None),
        next_way: ArcRwSignal::new(None),
        chat,
        looks: chat.looks(id),
        controls,
        site: RefCell::default(),
        core: RefCell::new(Core {
            prefix: turn.text.len(),
            told: turn.text.len(),
            turn,
            pacer: Pacer::new(chat.current_pace()),
            markdown,
            painter: None,
            reasoning: None,
            reasoned: 0,
            busy_since: None,
            rewrite: false,
            trace: Trace::default(),
            watch: None,
            looked: (started, !hidden()),
            unexplained: None,
            beat: Beat::default(),
            finishing: None,
            end: None,
            deaf: false,
            concluding: false,
            concluded: false,
            started,
            first_text: None,
            last_text: started,
            status_due: 0.0,
            stop: None,
            server_id: None,
        }),
    });
    reply.watch();
    chat.live.set(Some(reply.clone()));
    chat.shared().patient.replace(Some(reply.clone()));
    chat.begun(id);
    chat.finding.set(Some(doctor::Verdict::Flowing));
    chat.spawn(async move {
        match recorded {
            Some(recorded) => play(&reply, taken, recorded).await,
            None => run(chat, reply, taken, continues).await,
        }
    });
}

/// Runs a recorded reply. Nothing is asked of any server, and nothing is remembered of it.
async fn play(reply: &Rc<Reply>, controls: mpsc::UnboundedReceiver<Control>, recorded: Imported) {
    let chat = reply.chat;
    let kind = recorded.kind.unwrap_or(Kind::OpenAi);
    let probe = recorded.trace.probe();
    *reply.site.borrow_mut() = Site {
        server: Address::parse(&recorded.server, None).ok(),
        kind: recorded.kind,
        model: None,
        key: None,
        page: Some(recorded.page.clone()),
    };
    let dialect = kind.dialect();
    let line = Line::Replay(Replay::new(&recorded.trace, PageClock));
    let request = ChatRequest {
        generation: made_up(),
        ..ChatRequest::default()
    };
    let plan = Plan {
        dialect: &*dialect,
        request: &request,
        deadlines: chat.options.with_untracked(|options| options.deadlines),
        rung: recorded.rung(),
        fixed: true,
        json: &|_| false,
    };
    drive(plan, &line, &PageClock, controls, &mut |report| {
        if let (Report::End(_), Some(probe)) = (&report, probe) {
            let mut core = reply.core.borrow_mut();
            core.trace.stamp(now(), Fact::Probed(probe));
        }
        reply.on(report);
    })
    .await;
}

async fn run(
    chat: Chat,
    reply: Rc<Reply>,
    controls: mpsc::UnboundedReceiver<Control>,
    continues: bool,
) {
    chat.settled().await;
    let (line, dialect, server) = line(chat);
    let model = server.as_ref().and_then(servers::Server::model_id);
    let request = request(chat, reply.id, continues, model, &dialect.takes());
    let base = chat.base();
    let store = chat.shared().store.clone();
    let key = match &line {
        Line::Net(net) => net.key.clone(),
        _ => None,
    };
    let has_key = key.is_some();
    *reply.site.borrow_mut() = Site {
        server: server.as_ref().map(|server| server.address.clone()),
        kind: server.as_ref().map(|server| server.kind),
        model: request.model.clone(),
        key,
        page: None,
    };
    // With a key the preflight comes anyway; then the body may as well be called what it is.
    let json = |path: &str| has_key || store.wants_json(&format!("{base}{path}"));
    reply.core.borrow_mut().stop = server.as_ref().map(|server| {
        (
            server.address.clone(),
            server.kind,
            request.generation.clone(),
        )
    });
    let (rung, fixed) = chat.rung(&*dialect);
    count(chat, &request, has_key);
    let plan = Plan {
        dialect: &*dialect,
        request: &request,
        deadlines: chat.options.with_untracked(|options| options.deadlines),
        rung,
        fixed,
        json: &json,
    };
    drive(
        plan,
        &line,
        &PageClock,
        controls,
        &mut |report| match report {
            Report::Learned(Learned::WantsJson(path)) => {
                store.keep_wants_json(&format!("{base}{path}"))
            }
            Report::Learned(Learned::Rung(rung)) => store.keep_rung(&base, rung),
            Report::End(
                end @ End::Broken {
                    before_headers: true,
                    ..
                },
            ) => reply.wait_for_a_reason(end),
            report => reply.on(report),
        },
    )
    .await;
    if let Line::Net(net) = &line {
        reply.find_out_why(net).await;
        reply.measured(net);
    }
    if !fixed && reply.was_held_back() {
        let way = reply.way.get_untracked();
        let at = |way: Way| dialect.rungs().iter().position(|name| *name == way.name);
        let next = way.and_then(at).and_then(|rung| dialect.next_rung(rung));
        if let Some(next) = next {
            store.keep_rung(&base, next);
            chat.show_way();
            reply.next_way.set(Way::at(&*dialect, next));
        }
    }
    if let Some((usage, timings)) = figures(&*dialect, &line, &json).await {
        reply.late_figures(&usage, &timings);
    }
    if reply.looks.tokens.borrow().all().is_empty() {
        let tokens = late_tokens(&*dialect, &line, &request, &json).await;
        reply.late_tokens(tokens);
    }
}

/// Asks what is known of the tokens, where the stream did not tell.
async fn late_tokens(
    dialect: &dyn Dialect,
    line: &Line,
    request: &ChatRequest,
    json: &dyn Fn(&str) -> bool,
) -> Vec<Token> {
    let call = Some(request).filter(|request| request.alternatives > 0);
    let Some(call) = call.and_then(|request| dialect.tokens(&request.generation)) else {
        return Vec::new();
    };
    let answer = line.small(&call, media_for(&call, json)).await;
    answer.map_or_else(|_| Vec::new(), |answer| dialect.read_tokens(&answer.body))
}

async fn figures(
    dialect: &dyn Dialect,
    line: &Line,
    json: &dyn Fn(&str) -> bool,
) -> Option<(Usage, Timings)> {
    let call = dialect.perf()?;
    let answer = line.small(&call, media_for(&call, json)).await.ok()?;
    dialect.read_perf(&answer.body)
}

/// The way to the server, its dialect, and the server itself (`None`: the demo).
fn line(chat: Chat) -> (Line, Box<dyn Dialect>, Option<Server>) {
    match chat.link.get_untracked() {
        LinkState::Connected(server)
        | LinkState::Failed {
            server: Some(server),
            ..
        } => (
            Line::Net(chat.fetch(&server.address)),
            server.kind.dialect(),
            Some(server),
        ),
        _ => {
            let script = words::demo_script(chat.lang.get_untracked());
            (Line::Demo(Demo { script }), Kind::OpenAi.dialect(), None)
        }
    }
}

fn request(
    chat: Chat,
    id: TurnId,
    continues: bool,
    model: Option<String>,
    takes: &Takes,
) -> ChatRequest {
    let mut messages = chat.tree.with_untracked(|tree| {
        let last = if continues { Some(id) } else { tree.parent(id) };
        last.map(|last| tree.messages(last)).unwrap_or_default()
    });
    let continues = continues
        && messages
            .last()
            .is_some_and(|message| message.role == Role::Assistant);
    if untrack(|| chat.blind()).is_some() {
        // Said before to somebody who could see.
        for message in &mut messages {
            message.images.clear();
        }
    }
    let wishes = chat.wishes.get_untracked();
    let system = Some(wishes.system).filter(|system| !system.trim().is_empty());
    let own = || {
        chat.options
            .with_untracked(|options| options.system.clone())
    };
    if let Some(system) = system.or_else(own) {
        messages.insert(0, Message::new(Role::System, system));
    }
    let (conversation, server_conversation) = chat.names.get_value();
    ChatRequest {
        messages,
        model,
        continues,
        generation: made_up(),
        conversation,
        server_conversation,
        sampling: wishes.sampling,
        alternatives: if wishes.tokens && takes.alternatives {
            ALTERNATIVES
        } else {
            0
        },
        attention: wishes.tokens && takes.attention,
        template: wishes.template.filter(|_| takes.templates),
        fields: wishes.fields,
    }
}

/// Asks the server how long the prompt is, beside the reply; without an answer it is estimated.
fn count(chat: Chat, request: &ChatRequest, has_key: bool) {
    let letters: usize = request
        .messages
        .iter()
        .map(|message| message.text.chars().count())
        .sum();
    let about = (letters / 4 + 4 * request.messages.len()) as u32;
    chat.meter.set(Some(Meter {
        used: about,
        exact: false,
    }));
    let (line, dialect, _) = line(chat);
    let Some(call) = dialect.count(request) else {
        return;
    };
    let base = chat.base();
    let store = chat.shared().store.clone();
    chat.spawn(async move {
        let media = media_for(&call, &|path| {
            has_key || store.wants_json(&format!("{base}{path}"))
        });
        if let Ok(answer) = line.small(&call, media).await
            && answer.status < 400
            && let Some(used) = dialect.read_count(&answer.body)
            // By now the reply's own figures may be here; they are newer.
            && chat.meter.try_get_untracked().flatten().is_some_and(|meter| !meter.exact)
        {
            chat.meter.set(Some(Meter { used, exact: true }));
        }
    });
}

impl Live for Reply {
    fn id(&self) -> TurnId {
        self.id
    }

    fn seen(&self) -> Seen {
        Seen {
            status: self.status.clone().into(),
            end: self.end.clone().into(),
            thinks: self.thinks.clone().into(),
            behind: self.behind.clone().into(),
            way: self.way.clone().into(),
            next_way: self.next_way.clone().into(),
        }
    }

    fn order(self: Rc<Self>, order: Order) {
        match order {
            Order::Stop(end) => self.stop(end),
            Order::Conclude => self.conclude_now(),
            Order::Skip => self.skip(),
            Order::Pace(pace) => self.set_pace(pace),
            Order::WaitOn => {
                self.core.borrow_mut().trace.stamp(now(), Fact::WaitedOn);
                self.control(Control::WaitOn);
            }
            Order::Leave => self.leave(),
            Order::Attach(answer, reasoning) => self.attach(&answer, reasoning),
        }
    }
}

impl Reply {
    /// Tells the running session something.
    fn control(&self, control: Control) {
        // A session that has ended listens no more, and needs not.
        let _ = self.controls.unbounded_send(control);
    }

    /// The person stops it, or a newer send replaces it.
    fn stop(self: &Rc<Self>, end: End) {
        let mut core = self.core.borrow_mut();
        core.trace.stamp(now(), Fact::StopPressed);
        core.pacer.skip();
        core.deaf = true;
        // It has ended already, and only the reason is being looked for.
        if let Some(unexplained) = core.unexplained.take() {
            core.over(now(), unexplained);
        }
        drop(core);
        self.control(Control::Stop(end));
        self.arm(0.0);
    }

    /// Shows all that is here.
    fn skip(self: &Rc<Self>) {
        self.core.borrow_mut().pacer.skip();
        self.arm(0.0);
    }

    /// Another pace from now on.
    fn set_pace(self: &Rc<Self>, pace: Pace) {
        let mut core = self.core.borrow_mut();
        core.pacer.set_pace(now(), pace);
        core.trace.stamp(now(), Fact::Promise(promise(pace)));
        drop(core);
        self.arm(0.0);
    }

    /// A newer send takes its place: it ends now, whatever is still on the way.
    fn conclude_now(self: &Rc<Self>) {
        let mut core = self.core.borrow_mut();
        let end = core
            .end
            .take()
            .or_else(|| core.finishing.take())
            .or_else(|| core.unexplained.take())
            .unwrap_or(End::Superseded);
        core.end = Some(end);
        core.concluding = true;
        core.pacer.finish(now());
        core.pacer.skip();
        drop(core);
        self.frame();
    }

    /// The page closes.
    fn leave(&self) {
        let core = self.core.borrow();
        let Some((address, kind, generation)) = core.stop.as_ref().filter(|_| core.end.is_none())
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

    /// The page has made room for it: the answer's element, and the thinking's text.
    fn attach(self: &Rc<Self>, answer: &Element, reasoning: Text) {
        let mut core = self.core.borrow_mut();
        core.painter = Some(Painter::new(answer.clone(), self.chat));
        core.reasoning = Some(reasoning);
        core.reasoned = 0;
        drop(core);
        self.frame();
    }

    /// What happened.
    fn on(self: &Rc<Self>, report: Report) {
        let at = now();
        let mut core = self.core.borrow_mut();
        let mut status = None;
        core.trace.saw(at, &report);
        match report {
            Report::Sent { rung, call, .. } => {
                let way = Some(Way::of(rung, &call));
                self.way.set(way);
                self.chat.way.set(way);
                status = Some(Status::Connecting);
            }
            Report::Headers { .. } => status = Some(Status::Waiting),
            Report::Events(events) => {
                for event in &events {
                    if let ChatEvent::Conversation(name) = event {
                        self.chat
                            .names
                            .update_value(|names| names.1 = Some(name.clone()));
                    }
                    if let ChatEvent::Context(tokens) = event {
                        self.chat.has_context(*tokens);
                    }
                    if let ChatEvent::Id(id) = event {
                        core.server_id = Some(id.clone());
                    }
                    if !core.deaf {
                        if let ChatEvent::Token(token) = event {
                            let end = core.turn.text.len();
                            self.looks.tokens.borrow_mut().push(token.clone(), end);
                        }
                        status = core.take(at, event).or(status);
                    }
                }
            }
            Report::Finishing(end) => {
                core.finishing = Some(end);
                core.finish(at);
            }
            Report::Alive(alive) => {
                if alive {
                    status = Some(Status::Slow);
                }
            }
            Report::Asking(clock, _) => {
                status = Some(Status::Asking(clock));
            }
            Report::End(end) => core.over(at, end),
            Report::Read { .. }
            | Report::Decoded(_)
            | Report::StopAnswered(_)
            | Report::Learned(_) => {}
        }
        // What decides at once is told at once; what takes time, the watch sees.
        let status = status.filter(|status| self.status.with_untracked(|shown| shown != status));
        if status.is_some() {
            self.tell(&core, at);
        }
        drop(core);
        if let Some(status) = status {
            self.show_status(status);
        }
        self.arm(0.0);
    }

    /// Looks at it every so often until it has ended: silence and bursts show only with time.
    fn watch(self: &Rc<Self>) {
        let mut core = self.core.borrow_mut();
        let (begun, pace) = (core.started, promise(self.chat.current_pace()));
        core.trace.stamp(begun, Fact::Promise(pace));
        if hidden() {
            core.trace.stamp(begun, Fact::Hidden(true));
        }
        let (watched, sighted) = (Rc::downgrade(self), Rc::downgrade(self));
        let watch = Interval::new(DOCTOR_EVERY, move || {
            if let Some(reply) = watched.upgrade() {
                reply.examine();
            }
        });
        let sight = EventListener::new(&document(), "visibilitychange", move |_| {
            if let Some(reply) = sighted.upgrade() {
                let mut core = reply.core.borrow_mut();
                core.trace.stamp(now(), Fact::Hidden(hidden()));
                // A frame that was asked for in sight never comes out of sight.
                core.beat.disarm();
                drop(core);
                reply.arm(0.0);
            }
        });
        core.watch = Some((watch, sight));
    }

    /// The Doctor's look.
    fn examine(&self) {
        let at = now();
        let mut core = self.core.borrow_mut();
        let seen = !hidden();
        let (before, was_seen) = std::mem::replace(&mut core.looked, (at, seen));
        let late = at - before - f64::from(DOCTOR_EVERY);
        // Out of sight a browser slows timers down on purpose.
        if late > HELD_UP && seen && was_seen {
            core.trace.stamp(at, Fact::Busy(late));
        }
        self.tell(&core, at);
        drop(core);
        self.pulse();
    }

    /// Tells the chat what it looks like by now, unless a newer reply has taken its place.
    fn tell(&self, core: &Core, at: Millis) {
        if !self.chat.is_mounted() {
            return;
        }
        let patient = self.chat.shared().patient.borrow().clone();
        let is_newest = patient.is_some_and(|patient| {
            std::ptr::addr_eq(Rc::as_ptr(&patient), std::ptr::from_ref(self))
        });
        if !is_newest {
            return;
        }
        let end = core.end.as_ref();
        let verdict = Some(doctor::verdict(&core.trace, end, at));
        if self.chat.finding.get_untracked() != verdict {
            self.chat.finding.set(verdict);
        }
    }

    fn pulse(&self) {
        if self.chat.is_mounted() && self.chat.doctor.get_untracked() {
            self.chat.pulse.update(|pulse| *pulse = !*pulse);
        }
    }

    /// The browser says no more than "failed": nothing is said before the server has been asked in other ways.
    fn wait_for_a_reason(&self, end: End) {
        let mut core = self.core.borrow_mut();
        core.trace.stamp(now(), Fact::End(end.clone()));
        core.unexplained = Some(end);
    }

    /// A reply that broke waits for the reason, for it is what the person reads; one that stalled has said how it ended.
    async fn find_out_why(self: &Rc<Self>, net: &Fetch) {
        let end = self.core.borrow().trace.end().cloned();
        let unclear = match &end {
            Some(End::Broken { before_headers, .. }) => *before_headers,
            Some(End::Stalled { clock }) => *clock == Deadline::Connect,
            _ => false,
        };
        if !unclear {
            return;
        }
        let kind = self.site.borrow().kind;
        let preflighted = had_preflight(&self.core.borrow().trace);
        let probe = inquire(net, kind, preflighted).await;
        let at = now();
        let mut core = self.core.borrow_mut();
        core.trace.stamp(at, Fact::Probed(probe));
        // The person may have been faster.
        match core.unexplained.take() {
            Some(end) => core.over(at, end),
            None => self.tell(&core, at),
        }
        drop(core);
        self.pulse();
        self.arm(0.0);
    }

    /// What the browser measured.
    fn measured(&self, net: &Fetch) {
        let mut core = self.core.borrow_mut();
        let request = core.trace.request();
        let url = request.map(|request| net.address.url(&request.call.path));
        if let Some(resource) = url.and_then(|url| measured(&url)) {
            core.trace.stamp(now(), Fact::Resource(resource));
        }
        drop(core);
        self.pulse();
    }

    fn show_status(&self, status: Status) {
        if self.status.with_untracked(|shown| *shown != status) {
            self.status.set(status);
        }
    }

    fn arm(self: &Rc<Self>, wait: Millis) {
        let reply = self.clone();
        let mut core = self.core.borrow_mut();
        if core.concluded {
            return;
        }
        if wait == 0.0 {
            // What is new is shown at the next frame, even where a later beat was pending.
            core.beat.hasten();
        }
        core.beat.arm(wait, move || reply.frame());
    }

    /// Shows what may be shown by now.
    fn frame(self: &Rc<Self>) {
        if !self.chat.is_mounted() {
            return;
        }
        let at = now();
        let mut guard = self.core.borrow_mut();
        let core = &mut *guard;
        if core.concluded {
            return;
        }
        core.pacer.set_instant(hidden() || is_calm());
        core.pacer.advance(at);
        if std::mem::take(&mut core.rewrite) {
            let text = format!("{}{}", &core.turn.text[..core.prefix], core.pacer.shown());
            core.markdown.replace(&text);
        }
        let all = core.paint(at);
        let over = all && core.end.is_some() && core.pacer.drained();
        if over {
            core.markdown.finish();
            core.draw();
        }
        let delta =
            (core.turn.text.len() > core.told).then(|| core.turn.text[core.told..].to_owned());
        core.told = core.turn.text.len();
        let behind = core.pacer.behind() > 0;
        let thinks = !core.turn.reasoning.is_empty();
        let status = core.status(at);
        let due = core.pacer.next_due(at);
        let seen = if over {
            usize::MAX
        } else {
            core.markdown.text().len()
        };
        let end = if over { core.conclude() } else { None };
        if !all {
            core.beat.hurry();
            core.busy_since = Some(at);
        }
        drop(guard);

        if self.thinks.get_untracked() != thinks {
            self.thinks.set(thinks);
        }
        if self.behind.get_untracked() != behind {
            self.behind.set(behind);
        }
        let looked = self.looks.tokens.borrow().within(seen);
        if self.looks.shown.get_untracked() != looked {
            self.looks.shown.set(looked);
        }
        if let Some(delta) = delta {
            self.chat.tell("rill-delta", &[("text", &delta.into())]);
        }
        self.chat.follow();
        if let Some(end) = end {
            self.finished(end);
            return;
        }
        if let Some(status) = status {
            self.show_status(status);
        }
        if !all {
            self.arm(0.0);
        } else if let Some(due) = due {
            self.arm((due - at).max(0.1));
        }
    }

    /// The last letter is shown: the turn becomes part of the conversation.
    fn finished(self: &Rc<Self>, end: End) {
        let chat = self.chat;
        let core = self.core.borrow();
        let turn = core.turn.clone();
        let verdict = doctor::verdict(&core.trace, Some(&end), now());
        let first_ms = core.first_text.map(|at| at - core.started);
        let took_ms = core.last_text - core.started;
        drop(core);
        chat.finding.set(Some(verdict));
        self.pulse();
        self.measure(&turn);
        chat.tree.update(|tree| {
            if let Some(kept) = tree.turn_mut(self.id) {
                *kept = turn.clone();
            }
        });
        self.status.set(Status::Ended);
        self.end.set(Some(end.clone()));
        let is_newest = chat.live.with_untracked(|live| {
            live.as_ref()
                .is_some_and(|live| std::ptr::addr_eq(Rc::as_ptr(live), Rc::as_ptr(self)))
        });
        if is_newest {
            chat.live.set(None);
        }
        let detail = serde_json::json!({
            "end": end.word(),
            "reason": end.reason(),
            "text": turn.text,
            "usage": turn.usage,
            "timings": { "first_text_ms": first_ms, "total_ms": took_ms, "server": turn.timings },
        });
        let detail = js_sys::JSON::parse(&detail.to_string()).unwrap_or_default();
        let field = |name: &str| js_sys::Reflect::get(&detail, &name.into()).unwrap_or_default();
        chat.tell(
            "rill-end",
            &[
                ("end", &field("end")),
                ("reason", &field("reason")),
                ("text", &field("text")),
                ("usage", &field("usage")),
                ("timings", &field("timings")),
            ],
        );
        if let Some(error) = end.error() {
            let message = super::words::end_words(chat, &end);
            chat.tell(
                "rill-error",
                &[
                    ("message", &message.into()),
                    ("code", &error.code.clone().into()),
                ],
            );
        }
        chat.follow();
    }

    /// Whether nothing came until all was made, though there was time to tell.
    fn was_held_back(&self) -> bool {
        let core = self.core.borrow();
        let held = doctor::verdict(&core.trace, core.end.as_ref(), now());
        let took = core.last_text - core.started;
        let first = core.first_text.map_or(took, |at| at - core.started);
        matches!(core.end, Some(End::Complete { .. }))
            && matches!(
                held,
                doctor::Verdict::NotStreaming | doctor::Verdict::Buffered
            )
            && took > HELD_BACK
            && first > 0.8 * took
    }

    fn late_figures(&self, usage: &Usage, timings: &Timings) {
        let mut core = self.core.borrow_mut();
        core.turn.usage.update(usage);
        core.turn.timings.update(timings);
        let turn = core.turn.clone();
        let concluded = core.concluded;
        drop(core);
        if concluded && self.chat.is_mounted() {
            self.measure(&turn);
            self.chat.tree.update(|tree| {
                if let Some(kept) = tree.turn_mut(self.id) {
                    kept.usage = turn.usage;
                    kept.timings = turn.timings;
                }
            });
        }
    }

    fn late_tokens(self: &Rc<Self>, tokens: Vec<Token>) {
        let mut known = self.looks.tokens.borrow_mut();
        for token in tokens {
            known.push(token, 0);
        }
        let count = known.all().len();
        drop(known);
        if self.chat.is_mounted() && count > 0 {
            self.looks.shown.set(count);
        }
    }

    /// What the conversation takes of the context now.
    fn measure(&self, turn: &Turn) {
        let before = self.chat.meter.get_untracked();
        let reply_about = (turn.text.chars().count() + turn.reasoning.chars().count()) as u32 / 4;
        let meter = match (
            turn.usage.prompt_tokens,
            turn.usage.completion_tokens,
            before,
        ) {
            (Some(prompt), Some(completion), _) => Meter {
                used: prompt + completion,
                exact: true,
            },
            (None, Some(completion), Some(before)) if before.exact => Meter {
                used: before.used + completion,
                exact: true,
            },
            (_, completion, Some(before)) => Meter {
                used: before.used + completion.unwrap_or(reply_about),
                exact: false,
            },
            (_, completion, None) => Meter {
                used: completion.unwrap_or(reply_about),
                exact: false,
            },
        };
        self.chat.meter.set(Some(meter));
    }
}

impl Patient for Reply {
    fn look(&self, see: &mut dyn FnMut(&Case<'_>)) {
        if let (Ok(core), Ok(site)) = (self.core.try_borrow(), self.site.try_borrow()) {
            see(&Case {
                trace: &core.trace,
                end: core.end.as_ref(),
                now: now(),
                site: &site,
            });
        }
    }
}

/// What a pace promises: text is shown no later than this after it came.
fn promise(pace: Pace) -> Millis {
    match pace {
        Pace::Instant => 0.0,
        Pace::Live => 400.0,
        Pace::PerCharacter(_) => 10_000.0,
    }
}

/// The beginning of a text, to the end of a line where there is one.
fn slice(text: &str) -> &str {
    let mut end = text.len().min(SLICE);
    while !text.is_char_boundary(end) {
        end += 1;
    }
    match text[..end].rfind('\n') {
        Some(line) if end < text.len() => &text[..=line],
        _ => &text[..end],
    }
}

impl Core {
    /// It has ended; what arrived is still to be shown.
    fn over(&mut self, at: Millis, end: End) {
        self.end.get_or_insert(end);
        self.finish(at);
    }

    /// What an event does to the turn and to what will be shown; the status that it brings.
    fn take(&mut self, at: Millis, event: &ChatEvent) -> Option<Status> {
        self.turn.apply(event);
        match event {
            ChatEvent::Text(text) => {
                self.pacer.push(at, text);
                self.text_came(at);
                None
            }
            ChatEvent::ReplaceText(text) => {
                // The server speaks of its own part only, not of what was there before it went on.
                let earlier = self
                    .markdown
                    .text()
                    .get(..self.prefix)
                    .unwrap_or_default()
                    .to_owned();
                self.turn.text = earlier + text;
                self.pacer.replace(at, text);
                self.rewrite = true;
                self.text_came(at);
                None
            }
            ChatEvent::TextWasReasoning => {
                self.pacer.replace(at, "");
                self.prefix = 0;
                self.told = 0;
                self.rewrite = true;
                Some(Status::Thinking)
            }
            ChatEvent::Reasoning(_) => {
                self.first_text.get_or_insert(at);
                self.last_text = at;
                Some(Status::Thinking)
            }
            ChatEvent::Progress(progress) => Some(Status::Progress(progress.clone())),
            _ => None,
        }
    }

    fn text_came(&mut self, at: Millis) {
        self.first_text.get_or_insert(at);
        self.last_text = at;
    }

    /// No more will come: what is left need not wait for its turn.
    fn finish(&mut self, at: Millis) {
        self.pacer.finish(at);
        self.beat.hurry();
    }

    /// Paints what may be shown; `false` where that is more than one frame has time for, and there is more to paint.
    fn paint(&mut self, at: Millis) -> bool {
        let frame = self.busy_since.take().map_or(0.0, |began| at - began);
        let due = at + (frame / 2.0).clamp(WORK[0], WORK[1]);
        let all = loop {
            let from = (self.markdown.text().len() - self.prefix).min(self.pacer.shown().len());
            let rest = &self.pacer.shown()[from..];
            let slice = slice(rest);
            self.markdown.append(slice);
            let all = slice.len() == rest.len();
            self.draw();
            // Nobody waits for the frames of a page out of sight; and a frame that concludes is the last.
            if all || now() > due && !self.concluding && !hidden() {
                break all;
            }
        };
        if self.painter.is_some() {
            let shown = self.markdown.text().len() - self.prefix;
            self.trace.paint(at, shown, now() - at);
        }
        if let Some(node) = &self.reasoning
            && self.turn.reasoning.len() > self.reasoned
        {
            // An append: what is there is not touched, so that a selection in it survives.
            let _ = node.append_data(&self.turn.reasoning[self.reasoned..]);
            self.reasoned = self.turn.reasoning.len();
        }
        all
    }

    fn draw(&mut self) {
        if let Some(painter) = &mut self.painter {
            painter.paint(&mut self.markdown);
        }
    }

    /// The status that text brings, a few times a second.
    fn status(&mut self, at: Millis) -> Option<Status> {
        if self.finishing.is_some() || self.end.is_some() {
            return (self.pacer.behind() > 0).then_some(Status::Showing);
        }
        if self.turn.text.len() <= self.prefix || at < self.status_due {
            return None;
        }
        self.status_due = at + STATUS_EVERY;
        let measured = self
            .turn
            .timings
            .predicted_per_second
            .map(|speed| (speed.round() as u32, true));
        let seconds = (self.last_text - self.first_text?) / 1000.0;
        // About four letters to a token; below a second the figure would say nothing.
        let letters = (self.turn.text.len() - self.prefix + self.turn.reasoning.len()) as f64;
        let estimate = (seconds > 1.0).then(|| ((letters / 4.0 / seconds).round() as u32, false));
        Some(Status::Writing(measured.or(estimate)))
    }

    fn conclude(&mut self) -> Option<End> {
        self.concluded = true;
        self.beat.disarm();
        self.watch = None;
        self.turn.end.clone_from(&self.end);
        self.end.clone()
    }
}
