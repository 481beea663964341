//! The pace `live`: text as it comes, with its bursts smoothed.
//!
//! In: arrivals with their times. Out: how many clusters may be shown. Every arrival notes how fast the text must be shown so that it is
//! on the page within the window; the highest note still open is the speed. So the lag is bounded and the speed is even, not a fraction of
//! what is left.

use std::collections::VecDeque;

use super::LIVE_LAG;
use super::clusters::Clusters;
use crate::event::Millis;

/// Room for a late frame below [`LIVE_LAG`].
const BOUND: Millis = LIVE_LAG - 40.0;
/// Arrivals closer together than this are one burst.
const BURST: Millis = 8.0;
/// A cluster that is this near to being due is due.
const NEAR: f64 = 1e-6;

#[derive(Debug, Clone)]
pub(super) struct Live {
    /// The time up to which `credit` is counted.
    clock: Millis,
    /// Clusters (and a fraction) that may be shown beyond those that are.
    credit: f64,
    /// Speeds that are owed: until this many clusters are shown, at least this many per millisecond. Speeds fall from front to
    /// back.
    owed: VecDeque<(u64, f64)>,
    /// Arrivals that are not shown yet: bytes up to here came at this time.
    arrivals: VecDeque<(usize, Millis)>,
    /// The time of the latest burst, and the smoothed time between bursts.
    burst: Option<Millis>,
    interval: Option<Millis>,
}

impl Live {
    pub(super) fn new() -> Self {
        Live {
            clock: f64::NEG_INFINITY,
            credit: 1.0,
            owed: VecDeque::new(),
            arrivals: VecDeque::new(),
            burst: None,
            interval: None,
        }
    }

    /// Begins with what waits, as if it had come now: the pace was another one before.
    pub(super) fn begin(&mut self, now: Millis, clusters: &Clusters) {
        self.clock = now;
        self.credit = 1.0;
        self.owed.clear();
        self.arrivals.clear();
        self.note(now, clusters);
        self.owe(clusters);
    }

    /// Notes an arrival at the end of the text.
    pub(super) fn arrived(&mut self, now: Millis, clusters: &Clusters) {
        self.note(now, clusters);
        match self.burst {
            Some(began) if now - began < BURST => {}
            Some(began) => {
                let passed = (now - began).min(300.0);
                self.interval = Some(
                    self.interval
                        .map_or(passed, |old| old + 0.3 * (passed - old)),
                );
                self.burst = Some(now);
            }
            None => self.burst = Some(now),
        }
        self.owe(clusters);
    }

    fn note(&mut self, now: Millis, clusters: &Clusters) {
        let end = clusters.text().len();
        if clusters.shown() < end {
            match self.arrivals.back_mut() {
                Some(last) if now - last.1 < BURST => last.0 = end,
                _ => self.arrivals.push_back((end, now)),
            }
        }
    }

    /// Forgets what was to come behind the first `same` bytes: the text is another one from there on.
    pub(super) fn replaced(&mut self, same: usize) {
        while self.arrivals.back().is_some_and(|last| last.0 > same) {
            self.arrivals.pop_back();
        }
        self.owed.clear();
        self.credit = self.credit.min(1.0);
    }

    /// Shows what is due.
    pub(super) fn advance(&mut self, now: Millis, clusters: &mut Clusters) {
        while self.credit >= 1.0 - NEAR && clusters.show_next() {
            self.credit -= 1.0;
        }
        // The same sum as in `next_due`: a difference may round the other way, and a caller woken in time would find nothing.
        let due = self
            .arrivals
            .iter()
            .take_while(|(_, came)| now >= came + BOUND);
        if let Some(&(end, _)) = due.last() {
            clusters.show_to(end);
        }
        self.credit = self.credit.max(0.0);
    }

    /// Takes note of what is shown, whoever showed it.
    pub(super) fn has_shown(&mut self, clusters: &Clusters) {
        // What the bound has shown is owed no longer: a speed that is paid must not tell when the next turn comes.
        let count = clusters.count_shown();
        while self.owed.front().is_some_and(|owed| owed.0 <= count) {
            self.owed.pop_front();
        }
        let shown = clusters.shown();
        while self.arrivals.front().is_some_and(|first| first.0 <= shown) {
            self.arrivals.pop_front();
        }
        self.settle(clusters);
    }

    /// The time at which more is due.
    pub(super) fn next_due(&self, now: Millis, clusters: &Clusters) -> Millis {
        let front = self.arrivals.front();
        let bound = front.map_or(now, |(_, came)| came + BOUND);
        if clusters.waiting() == 0 {
            return bound;
        }
        let missing = 1.0 - self.credit;
        let turn = match self.owed.front() {
            _ if missing <= NEAR => now,
            Some((_, speed)) => self.clock + missing / speed,
            None => bound,
        };
        turn.min(bound)
    }

    /// Counts what the time since the last call allows to be shown, each stretch at the speed that was owed in it.
    pub(super) fn accrue(&mut self, now: Millis, clusters: &Clusters) {
        let mut left = now - self.clock;
        if left.is_nan() || left <= 0.0 {
            return;
        }
        self.clock = now;
        let shown = clusters.count_shown() as f64;
        while let Some(&(until, speed)) = self.owed.front() {
            let missing = until as f64 - shown - self.credit;
            if missing > speed * left {
                self.credit += speed * left;
                return;
            }
            left -= (missing / speed).max(0.0);
            self.credit = self.credit.max(until as f64 - shown);
            self.owed.pop_front();
        }
        self.credit += 1.0;
        self.settle(clusters);
    }

    /// Limits what an idle time is worth: one cluster, not a burst.
    fn settle(&mut self, clusters: &Clusters) {
        self.credit = self.credit.min(clusters.waiting() as f64 + 1.0);
    }

    /// Notes how fast all that waits must be shown. A quarter more than the time between bursts lets one burst meet the next.
    pub(super) fn owe(&mut self, clusters: &Clusters) {
        let between = self.interval;
        let window = between.map_or(120.0, |between| (1.25 * between).clamp(60.0, 320.0));
        let missing = clusters.waiting() as f64 - self.credit;
        if missing <= 0.0 {
            return;
        }
        let speed = missing / window;
        while self.owed.back().is_some_and(|owed| owed.1 <= speed) {
            self.owed.pop_back();
        }
        let until = clusters.count_shown() + clusters.waiting();
        self.owed.push_back((until, speed));
    }
}
