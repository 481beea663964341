//! The Doctor beside a reply: what it is told of the page, when it looks, and whom it asks where a reply fails.
//!
//! In: the reply's trace. Out: the verdict in the status line. It never steers the reply.

use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Interval;
use leptos::prelude::*;

use crate::doctor;
use crate::event::{Deadline, End, Millis};
use crate::page::clock::{hidden, now};
use crate::page::doctor::ask::{had_preflight, inquire};
use crate::page::doctor::resource::measured;
use crate::page::doctor::{Inspect, Snapshot};
use crate::page::net::fetch::Fetch;
use crate::trace::Fact;

use super::{Core, Reply};

/// Interval at which the Doctor looks at a reply that runs, in milliseconds.
const DOCTOR_EVERY: u32 = 200;

/// Delay from which on a page was held up, in milliseconds: it comes to itself so much later than it wanted.
const HELD_UP: Millis = 100.0;

impl Reply {
    /// Looks at the reply at intervals until it has ended: silence and bursts show only with time.
    pub(super) fn watch(self: &Rc<Self>) {
        let mut core = self.core.borrow_mut();
        let (begun, pace) = (
            core.reply.started(),
            untrack(|| self.chat.current_manner()).pace.lag(),
        );
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

    /// Looks at the reply as the Doctor does: notes whether the page was held up, tells the verdict, and has the voice say what
    /// is due.
    pub(super) fn examine(&self) {
        let at = now();
        let mut guard = self.core.borrow_mut();
        let core = &mut *guard;
        let seen = !hidden();
        let (before, was_seen) = std::mem::replace(&mut core.looked, (at, seen));
        let late = at - before - f64::from(DOCTOR_EVERY);
        // Out of sight a browser slows timers down on purpose.
        if late > HELD_UP && seen && was_seen {
            core.trace.stamp(at, Fact::Busy(late));
            core.reply.held_up(late);
        }
        self.tell(core, at);
        if self.chat.is_mounted() {
            let status = self.status.get_untracked();
            let painter = core.painter.as_ref();
            untrack(|| core.voice.look(self.chat, at, painter, &status));
        }
        drop(guard);
        self.chat.patient_changed();
    }

    /// Tells the chat the Doctor's verdict by now, unless a newer reply has taken this one's place.
    pub(super) fn tell(&self, core: &Core, at: Millis) {
        if !self.chat.is_mounted() {
            return;
        }
        let inspected = self.chat.inspected();
        let is_newest = inspected.is_some_and(|inspected| {
            std::ptr::addr_eq(Rc::as_ptr(&inspected), std::ptr::from_ref(self))
        });
        if !is_newest {
            return;
        }
        let end = core.reply.end();
        self.chat.found_out(doctor::verdict(&core.trace, end, at));
    }

    /// Holds back an end of which the browser says no more than "failed": nothing is said before the server has been asked in
    /// other ways.
    pub(super) fn wait_for_a_reason(&self, end: End) {
        let mut core = self.core.borrow_mut();
        core.trace.stamp(now(), Fact::End(end.clone()));
        core.reply.unexplained(end);
    }

    /// Asks the server why the reply failed, where the browser did not tell. A reply that broke waits for the reason, for it is
    /// what the person reads; one that stalled has said how it ended.
    pub(super) async fn find_out_why(self: &Rc<Self>, net: &Fetch) {
        let end = self.core.borrow().trace.end().cloned();
        let unclear = match &end {
            Some(End::Broken { before_headers, .. }) => *before_headers,
            Some(End::Stalled { clock }) => *clock == Deadline::Connect,
            _ => false,
        };
        if !unclear {
            return;
        }
        let kind = self.origin.borrow().kind;
        let preflighted = had_preflight(&self.core.borrow().trace);
        let probe = inquire(net, kind, preflighted).await;
        let at = now();
        let mut core = self.core.borrow_mut();
        core.trace.stamp(at, Fact::Probed(probe));
        // The person may have been faster.
        if core.reply.explained(at) {
            core.beat.hurry();
        } else {
            self.tell(&core, at);
        }
        drop(core);
        self.chat.patient_changed();
        self.arm(0.0);
    }

    /// Notes what the browser measured of the last request.
    pub(super) fn measured(&self, net: &Fetch) {
        let mut core = self.core.borrow_mut();
        let request = core.trace.request();
        let url = request.map(|request| net.address.url(&request.call.path));
        if let Some(resource) = url.and_then(|url| measured(&url)) {
            core.trace.stamp(now(), Fact::Resource(resource));
        }
        drop(core);
        self.chat.patient_changed();
    }
}

impl Inspect for Reply {
    fn inspect(&self, see: &mut dyn FnMut(&Snapshot<'_>)) {
        if let (Ok(core), Ok(origin)) = (self.core.try_borrow(), self.origin.try_borrow()) {
            see(&Snapshot {
                trace: &core.trace,
                end: core.reply.end(),
                now: now(),
                origin: &origin,
            });
        }
    }
}
