//! The reply that runs: it drives a session, paces what arrived, and paints what may be shown, once a frame.
//!
//! In: [`Report`]s from the session, at any rate. Out: the page, touched at most once a frame, and one finished [`Turn`].
//! [`ask`] asks the server, [`frame`] paints, [`watch`] is the Doctor beside it.

mod ask;
mod frame;
mod watch;

use std::cell::RefCell;
use std::rc::Rc;

use futures_channel::mpsc;
use gloo_events::EventListener;
use gloo_timers::callback::Interval;
use leptos::prelude::*;
use web_sys::{Blob, BlobPropertyBag, Element, Text};

use crate::address::Address;
use crate::chat::tree::TurnId;
use crate::chat::turn::Turn;
use crate::dialect::{BodyRule, Kind};
use crate::doctor;
use crate::event::{ChatEvent, End, Millis};
use crate::markdown::Markdown;
use crate::pacer::{Pace, Pacer};
use crate::page::app::{Chat, Looks};
use crate::page::clock::{Beat, hidden, now};
use crate::page::doctor::Site;
use crate::page::live::{Live, Order, Seen, Status};
use crate::page::painter::Painter;
use crate::page::ways::Way;
use crate::session::{Control, Report};
use crate::trace::{Fact, Imported, Trace};

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
            Some(recorded) => ask::play(&reply, taken, recorded).await,
            None => ask::run(chat, reply, taken, continues).await,
        }
    });
}

impl Live for Reply {
    fn id(&self) -> TurnId {
        self.id
    }

    fn turn(&self) -> Turn {
        self.core.borrow().turn.clone()
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
        core.trace.stamp(now(), Fact::Promise(watch::promise(pace)));
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
}
