//! What the hands of a reply tell the chat: that it begins, what it looks like, what it takes, that it is over.
//!
//! In: a reply of the second half. Out: signals, and the turn in the tree. It must not know how a reply is made.

use std::rc::Rc;

use leptos::prelude::*;

use super::{Chat, Meter, TokenInsight};
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::Turn;
use crate::dialect::Transport;
use crate::doctor::Verdict;
use crate::event::{End, Timings, Usage};
use crate::page::doctor::Inspect;
use crate::page::live::{Live, Order};

impl Chat {
    /// Notes that a reply begins, or begins again: it is the one that runs, and what the Doctor inspects.
    pub fn begun(self, reply: Rc<dyn Live>, inspected: Rc<dyn Inspect>) {
        self.shared().inspected.replace(Some(inspected));
        self.follows(reply);
        self.write(|signals| signals.finding.set(Some(Verdict::Flowing)));
    }

    /// Notes that a reply runs; where another tab makes it, there is nothing for the Doctor.
    pub fn follows(self, reply: Rc<dyn Live>) {
        let id = reply.id();
        self.write(|signals| {
            signals.live.set(Some(reply));
            signals.draw_anew(&[id]);
        });
    }

    /// Takes what another tab has written of the conversation: `change` gives the turns whose words have changed.
    pub fn amend(self, change: &mut dyn FnMut(&mut Tree) -> Vec<TurnId>) {
        self.write(|signals| {
            let mut changed = Vec::new();
            signals.tree.update(|tree| changed = change(tree));
            signals.draw_anew(&changed);
        });
    }

    /// Stops the reply that runs, since another tab is about to write; with `at_once` whatever is still on the way.
    pub fn halt(self, end: End, at_once: bool) {
        self.order(match at_once {
            true => Order::Conclude,
            false => Order::Stop(end),
        });
    }

    /// Opens a turn again, since it goes on from where it ended.
    pub fn reopen(self, id: TurnId) {
        self.change_turn(id, |turn| turn.end = None);
    }

    /// Puts the whole turn of a reply that is over into the conversation.
    pub fn settle_turn(self, id: TurnId, whole: Turn) {
        self.change_turn(id, |turn| *turn = whole);
    }

    /// Puts figures that came when a reply was over into its turn.
    pub fn late_figures(self, id: TurnId, usage: Usage, timings: Timings) {
        self.change_turn(id, |turn| {
            turn.usage = usage;
            turn.timings = timings;
        });
    }

    pub(super) fn change_turn(self, id: TurnId, change: impl FnOnce(&mut Turn)) {
        self.write(|signals| {
            signals.tree.update(|tree| {
                if let Some(turn) = tree.turn_mut(id) {
                    change(turn);
                }
            });
        });
    }

    /// Notes that a reply runs no longer; where a newer one does, that stays.
    pub fn over(self, reply: &Rc<dyn Live>) {
        let runs = self.live.with_untracked(|live| {
            live.as_ref()
                .is_some_and(|live| std::ptr::addr_eq(Rc::as_ptr(live), Rc::as_ptr(reply)))
        });
        if runs {
            self.write(|signals| signals.live.set(None));
        }
    }

    /// Takes the Doctor's verdict on the latest reply.
    pub fn found_out(self, verdict: Verdict) {
        if self.finding.get_untracked() != Some(verdict) {
            self.write(|signals| signals.finding.set(Some(verdict)));
        }
    }

    /// Returns the Doctor's verdict on the latest reply; `None` before the first send. Tracked.
    pub fn verdict(self) -> Option<Verdict> {
        self.finding.get()
    }

    /// Takes the number of tokens that the conversation has of the context now.
    pub fn measured(self, meter: Meter) {
        self.write(|signals| signals.meter.set(Some(meter)));
    }

    /// Takes the transport that a reply takes, to show it.
    pub fn takes_way(self, way: Option<&'static Transport>) {
        self.write(|signals| signals.way.set(way));
    }

    /// Returns the reply that the Doctor looks at: the latest, or one from a file.
    pub fn inspected(self) -> Option<Rc<dyn Inspect>> {
        self.shared().inspected.borrow().clone()
    }

    /// Tells the Doctor's panel, where it is open, that there is more to see of the reply that is inspected.
    pub fn patient_changed(self) {
        if self.is_mounted() && self.doctor.get_untracked() {
            self.patient_changes.notify();
        }
    }

    /// Tracks the reply that is inspected, and what the Doctor says of it.
    pub fn track_patient(self) {
        self.patient_changes.track();
        self.finding.track();
    }

    /// Returns what is known of the tokens of a reply.
    pub fn insight(self, id: TurnId) -> TokenInsight {
        let shared = self.shared.try_get_value();
        let insight =
            shared.map(|shared| shared.insights.borrow_mut().entry(id).or_default().clone());
        insight.unwrap_or_default()
    }

    /// Forgets what is known of the tokens of a reply.
    pub fn forget_insight(self, id: TurnId) {
        self.shared().insights.borrow_mut().remove(&id);
    }

    /// Asks something of the reply that runs, if one does.
    pub(super) fn order(self, order: Order) {
        let live = self.live.try_get_untracked().flatten();
        if let Some(reply) = live {
            reply.order(order);
        }
    }
}
