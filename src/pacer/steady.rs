//! A fixed pace: one step after the other, each when the one before it has been read.
//!
//! In: steps and their costs. Out: when the next one is due. However much waits, nothing goes faster; only the reader hurries it. It must
//! not know what is in a step.

use super::pace::{Manner, Pace};
use super::script::Scripts;
use super::step::{Step, rest};
use crate::event::Millis;

/// How much faster it goes while the reader hurries it.
const HURRY: f64 = 2.0;
/// The part of a step's time by which a rest is paid back: nobody sees that, and the mean stays what was wished.
const PAYS: f64 = 0.09;

#[derive(Debug, Clone)]
pub(super) struct Steady {
    /// The time at which the next step may appear.
    due: Millis,
    hurried: bool,
    /// The time that rests have taken and that is not paid back, before any hurry.
    debt: Millis,
    pub(super) scripts: Scripts,
}

impl Steady {
    pub(super) fn new() -> Self {
        Steady {
            due: f64::NEG_INFINITY,
            hurried: false,
            debt: 0.0,
            scripts: Scripts::default(),
        }
    }

    pub(super) fn due(&self) -> Millis {
        self.due
    }

    /// How many times as fast it goes.
    pub(super) fn speed(&self) -> f64 {
        if self.hurried { HURRY } else { 1.0 }
    }

    /// Nothing was there to be shown until now: time that passed is worth nothing.
    pub(super) fn was_idle(&mut self, now: Millis) {
        self.due = self.due.max(now);
    }

    /// The next step is due now: the pace is another one.
    pub(super) fn begin(&mut self, now: Millis) {
        self.due = now;
        self.debt = 0.0;
    }

    /// Goes twice as fast, or no longer.
    pub(super) fn hurry(&mut self, now: Millis, hurried: bool) {
        if self.hurried != hurried {
            let before = self.speed();
            self.hurried = hurried;
            self.due = now + (self.due - now).max(0.0) * before / self.speed();
        }
    }

    /// A step appears that was due at this time: the next one is due when it has been read.
    pub(super) fn show(&mut self, due: Millis, step: &Step, manner: Manner) {
        let mut cost = step.cost;
        if let Pace::Words(words) = manner.pace {
            let paid = self.debt.min(PAYS * cost);
            self.debt -= paid;
            cost -= paid;
            if step.rests {
                // Short sentences have short rests, or the mean would not hold.
                let rest = (rest(words) - self.debt).max(0.0);
                self.debt += rest;
                cost += rest;
            }
        }
        self.scripts = step.scripts;
        self.due = due + cost / self.speed();
    }
}
