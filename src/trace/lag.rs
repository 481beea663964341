//! How far the page is behind what has arrived.
//!
//! In: how many bytes of the answer have arrived, and how many are shown, each with its time. Out: how much of it was shown later
//! than the page promises. The person's pace is a promise too: what is slow on purpose is not late.

use std::collections::VecDeque;

use crate::event::Millis;

/// Arrivals that may wait; beyond, they are taken together.
const MOST: usize = 4096;

/// The most that a page may be late beyond its promise before it counts.
pub const GRACE: Millis = 1000.0;

/// Arrivals that are not shown yet, and what became of the others.
#[derive(Debug, Clone, Default)]
pub struct Lag {
    /// The time of each arrival, and how many bytes had arrived then.
    waiting: VecDeque<(Millis, usize)>,
    arrived: usize,
    shown: usize,
    hidden: bool,
    /// Text is shown no later than this after it came; `None`: nobody has promised anything.
    pub promise: Option<Millis>,
    /// Bytes that were shown.
    pub all: usize,
    /// Bytes that were shown too late.
    pub late: usize,
    /// The longest that text waited.
    pub worst: Millis,
}

impl Lag {
    /// Notes another promise. What waits for an earlier one was not late: it counts from now on.
    pub fn promise(&mut self, at: Millis, promise: Millis) {
        let is_first = self.promise.replace(promise).is_none();
        for waiting in self.waiting.iter_mut().filter(|_| !is_first) {
            waiting.0 = waiting.0.max(at);
        }
    }

    /// Notes that so many bytes of answer text arrived.
    pub fn arrive(&mut self, at: Millis, bytes: usize) {
        self.arrived = self.arrived.saturating_add(bytes);
        if self.waiting.len() == MOST
            && let Some(last) = self.waiting.back_mut()
        {
            last.1 = self.arrived;
        } else {
            self.waiting.push_back((at, self.arrived));
        }
    }

    /// Notes that the whole answer is now this long; what stood there before is gone.
    pub fn replace(&mut self, at: Millis, bytes: usize) {
        self.waiting.clear();
        self.shown = self.shown.min(bytes);
        self.arrived = bytes;
        if bytes > self.shown {
            self.waiting.push_back((at, bytes));
        }
    }

    /// Notes that the answer is shown up to here.
    pub fn show(&mut self, at: Millis, bytes: usize) {
        while let Some((came, to)) = self.waiting.front().copied() {
            if bytes <= self.shown {
                break;
            }
            let part = to.min(bytes).saturating_sub(self.shown);
            let lag = if self.hidden { 0.0 } else { at - came };
            self.all = self.all.saturating_add(part);
            self.worst = self.worst.max(lag);
            if self.promise.is_some_and(|promise| lag > promise + GRACE) {
                self.late = self.late.saturating_add(part);
            }
            self.shown = self.shown.saturating_add(part);
            if to <= bytes {
                self.waiting.pop_front();
            }
        }
        self.shown = bytes;
    }

    /// Notes that the tab went out of sight, or came back. Nobody is kept waiting by a page that is not seen.
    pub fn hide(&mut self, at: Millis, hidden: bool) {
        self.hidden = hidden;
        for waiting in &mut self.waiting {
            waiting.0 = at;
        }
    }

    /// The time that the oldest text has waited by now; nothing while the page is not seen.
    pub fn now(&self, now: Millis) -> Millis {
        match self.waiting.front() {
            Some((came, _)) if !self.hidden => now - came,
            _ => 0.0,
        }
    }

    /// Number of arrivals that wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }
}
