//! How much of the text is shown by now.
//!
//! In: pieces of text with the time of their arrival, and the time of each frame. Out: how far the text may be shown.
//! It must not know what the text means, nor who draws it. All times are [`Millis`] on one monotonic clock and are given by the caller.
//!
//! The three rules that the rest follows from:
//! - What is shown only grows, but by [`Pacer::replace`], and ends between two grapheme clusters of the text as it will be at last.
//!   The last cluster may still grow (a flag, a family, an accent), so it waits for what follows it, for a bounded time.
//! - Every arrival notes how fast the text must be shown so that it is on the page within the pace's window. The highest note still
//!   open is the speed. So the lag is bounded and the speed is even, not a fraction of what is left.
//! - No step looks at more of the text than it adds or shows.

mod clusters;

use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::decimal::decimal;
use crate::event::Millis;
use crate::text;
use clusters::Clusters;

/// `live` is never further behind than this, in milliseconds.
pub const LIVE_LAG: Millis = 400.0;
/// A fixed pace is never further behind than this, in milliseconds.
pub const FIXED_LAG: Millis = 10_000.0;

/// Room for a late frame below [`LIVE_LAG`].
const LIVE_BOUND: Millis = LIVE_LAG - 40.0;
/// Arrivals closer together than this are one burst.
const BURST: Millis = 8.0;

/// The slowest pace that is read and written, in milliseconds for a letter: a day.
const SLOWEST: Millis = 86_400_000.0;

/// The speed at which text is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// Text as it comes, with bursts smoothed; never more than [`LIVE_LAG`] behind.
    Live,
    /// Everything at once.
    Instant,
    /// Milliseconds for one grapheme cluster, while less than [`FIXED_LAG`] of text waits; faster beyond.
    PerCharacter(Millis),
}

impl Pace {
    /// The promise of the pace: text is shown no later than so many milliseconds after it came.
    pub fn lag(self) -> Millis {
        match self {
            Pace::Instant => 0.0,
            Pace::Live => LIVE_LAG,
            Pace::PerCharacter(_) => FIXED_LAG,
        }
    }
}

/// A value of the `pace` attribute that is none of `live`, `instant`, or a number of milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaceError(
    /// The value as it was given.
    pub String,
);

impl fmt::Display for PaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "pace must be \"live\", \"instant\" or milliseconds per character (such as \"30\"), not {:?}",
            self.0
        )
    }
}

impl std::error::Error for PaceError {}

impl FromStr for Pace {
    type Err = PaceError;

    fn from_str(value: &str) -> Result<Self, PaceError> {
        match value.trim() {
            "live" => Ok(Pace::Live),
            "instant" => Ok(Pace::Instant),
            number => match decimal(number) {
                // As it is written: thousandths are more than an eye sees, and a day for a letter is as good as never.
                Some(ms) if ms >= 0.0 => match (ms.min(SLOWEST) * 1000.0).round() / 1000.0 {
                    0.0 => Ok(Pace::Instant),
                    ms => Ok(Pace::PerCharacter(ms)),
                },
                _ => Err(PaceError(value.to_owned())),
            },
        }
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pace::Live => f.write_str("live"),
            Pace::Instant => f.write_str("instant"),
            // The standard library's way to print any float is long.
            Pace::PerCharacter(ms) => {
                let thousandths = (ms.min(SLOWEST) * 1000.0).round() as u64;
                write!(f, "{}", thousandths / 1000)?;
                match thousandths % 1000 {
                    0 => Ok(()),
                    rest => write!(f, ".{rest:03}"),
                }
            }
        }
    }
}

/// The text of one reply, and how much of it is shown.
///
/// ```
/// use rill::pacer::{Pace, Pacer};
///
/// let mut pacer = Pacer::new(Pace::PerCharacter(30.0));
/// pacer.push(0.0, "A family: 👨‍👩‍👧!");
/// pacer.finish(1.0);
/// pacer.advance(0.0);
/// assert_eq!(pacer.shown(), "A");
/// // One character every 30 ms, and three people who are one character come as one.
/// pacer.advance(300.0);
/// assert_eq!(pacer.shown(), "A family: 👨‍👩‍👧");
/// pacer.advance(330.0);
/// assert!(pacer.drained());
/// ```
#[derive(Debug, Clone)]
pub struct Pacer {
    pace: Pace,
    clusters: Clusters,
    finished: bool,
    skipped: bool,
    instant: bool,
    /// The time up to which `credit` is counted.
    clock: Millis,
    /// Clusters (and a fraction) that may be shown beyond those that are.
    credit: f64,
    /// Speeds that are owed: until this many clusters are shown, at least this many per millisecond. Speeds fall from front to
    /// back.
    owed: VecDeque<(u64, f64)>,
    /// Arrivals that are not shown yet: bytes up to here came at this time.
    arrivals: VecDeque<(usize, Millis)>,
    /// The time at which the last cluster began to come.
    open_since: Millis,
    /// The time of the latest burst, and the smoothed time between bursts.
    burst: Option<Millis>,
    interval: Option<Millis>,
}

impl Pacer {
    /// An empty text at this pace.
    pub fn new(pace: Pace) -> Self {
        Pacer {
            pace,
            clusters: Clusters::default(),
            finished: false,
            skipped: false,
            instant: false,
            clock: f64::NEG_INFINITY,
            credit: 1.0,
            owed: VecDeque::new(),
            arrivals: VecDeque::new(),
            open_since: 0.0,
            burst: None,
            interval: None,
        }
    }

    /// Takes in more text.
    pub fn push(&mut self, now: Millis, piece: &str) {
        if piece.is_empty() {
            return;
        }
        self.accrue(now);
        let open = self.clusters.open();
        let fresh = open == self.clusters.text().len();
        self.clusters.push(piece);
        self.arrived(now, fresh || open != self.clusters.open());
    }

    /// The whole text is now this one. What is shown stays as far as both texts are the same.
    pub fn replace(&mut self, now: Millis, text: &str) {
        self.accrue(now);
        let open = self.clusters.open();
        let same = self.clusters.replace(text);
        let fresh = same <= open || open != self.clusters.open();
        while self.arrivals.back().is_some_and(|last| last.0 > same) {
            self.arrivals.pop_back();
        }
        self.owed.clear();
        self.credit = self.credit.min(1.0);
        self.arrived(now, fresh);
        if self.finished {
            self.clusters.close();
        }
    }

    /// Says that no more will come.
    pub fn finish(&mut self, now: Millis) {
        if self.finished {
            return;
        }
        self.accrue(now);
        self.finished = true;
        self.clusters.close();
        self.owe();
    }

    /// Shows all that is here, and from now on whatever comes of this reply.
    pub fn skip(&mut self) {
        self.skipped = true;
    }

    /// Sets another pace from now on.
    pub fn set_pace(&mut self, now: Millis, pace: Pace) {
        self.accrue(now);
        self.pace = pace;
        self.owed.clear();
        self.owe();
    }

    /// While set, everything is shown at once: the tab is hidden, or motion is not wanted.
    pub fn set_instant(&mut self, instant: bool) {
        self.instant = instant;
    }

    /// Shows what is due at `now`; the bytes of [`Pacer::text`] that it shows anew.
    pub fn advance(&mut self, now: Millis) -> Range<usize> {
        let from = self.clusters.shown();
        self.accrue(now);
        if self.at_once() {
            self.clusters.show_all();
        } else {
            while self.credit >= 1.0 - 1e-6 && self.clusters.show_next() {
                self.credit -= 1.0;
            }
            if self.credit >= 1.0 - 1e-6 && self.open_is_due(now) {
                self.clusters.show_all();
                self.credit -= 1.0;
            }
            // The same sum as in `next_due`: a difference may round the other way, and a caller woken in time would find nothing.
            let bound = self.bound();
            let due = self
                .arrivals
                .iter()
                .take_while(|(_, came)| now >= came + bound);
            if let Some(&(end, _)) = due.last() {
                self.clusters.show_to(end);
            }
            self.credit = self.credit.max(0.0);
        }
        // What the bound has shown is owed no longer: a speed that is paid must not tell when the next turn comes.
        let count = self.clusters.count_shown();
        while self.owed.front().is_some_and(|owed| owed.0 <= count) {
            self.owed.pop_front();
        }
        let shown = self.clusters.shown();
        while self.arrivals.front().is_some_and(|first| first.0 <= shown) {
            self.arrivals.pop_front();
        }
        self.settle();
        from..shown
    }

    /// The text that is shown.
    pub fn shown(&self) -> &str {
        text::up_to(self.clusters.text(), self.clusters.shown())
    }

    /// Returns all text that has come, shown or not.
    pub fn text(&self) -> &str {
        self.clusters.text()
    }

    /// Tells whether no more will come and all is shown.
    pub fn drained(&self) -> bool {
        self.finished && self.all_shown()
    }

    /// Number of grapheme clusters that have come and are not shown.
    pub fn behind(&self) -> usize {
        let open = self.clusters.shown() < self.clusters.text().len()
            && self.clusters.open() < self.clusters.text().len();
        self.clusters.waiting() as usize + usize::from(open)
    }

    /// The time at which [`Pacer::advance`] would show more, if nothing else comes; `None` where all is shown.
    pub fn next_due(&self, now: Millis) -> Option<Millis> {
        if self.all_shown() {
            return None;
        }
        if self.at_once() {
            return Some(now);
        }
        let bound = self
            .arrivals
            .front()
            .map_or(now, |(_, came)| came + self.bound());
        let turn = match (self.speed(), 1.0 - self.credit) {
            (_, missing) if missing <= 1e-6 => now,
            (Some(speed), missing) => self.clock + missing / speed,
            (None, _) => bound,
        };
        let by_pace = if self.clusters.waiting() > 0 {
            turn
        } else if self.open_is_ascii() {
            turn.max(self.open_since + LIVE_LAG)
        } else {
            bound
        };
        Some(by_pace.min(bound).max(now))
    }

    fn all_shown(&self) -> bool {
        self.clusters.shown() == self.clusters.text().len()
    }

    fn at_once(&self) -> bool {
        self.skipped
            || self.instant
            || match self.pace {
                Pace::Instant => true,
                Pace::PerCharacter(ms) => ms.is_nan() || ms <= 0.0,
                // A burst is smoothed so that it meets the next one; after the last there is none to wait for.
                Pace::Live => self.finished,
            }
    }

    /// The longest wait: what has waited so long is shown whatever the speed.
    fn bound(&self) -> Millis {
        match self.pace {
            Pace::PerCharacter(_) => FIXED_LAG,
            _ => LIVE_BOUND,
        }
    }

    /// Tells whether the last cluster is due. A lone ASCII letter at the end of the text rarely grows: under a fixed pace it
    /// waits only as long as under `live`.
    fn open_is_due(&self, now: Millis) -> bool {
        self.open_is_ascii() && now >= self.open_since + LIVE_LAG
    }

    fn open_is_ascii(&self) -> bool {
        let open = text::from(self.clusters.text(), self.clusters.open());
        matches!(self.pace, Pace::PerCharacter(_))
            && self.clusters.waiting() == 0
            && open.is_ascii()
            && !self.all_shown()
    }

    /// The speed while nothing is owed, in clusters per millisecond.
    fn base(&self) -> Option<f64> {
        match self.pace {
            Pace::PerCharacter(ms) => Some(1.0 / ms),
            _ => None,
        }
    }

    fn speed(&self) -> Option<f64> {
        self.owed.front().map(|owed| owed.1).or(self.base())
    }

    /// Counts what the time since the last call allows to be shown, each stretch at the speed that was owed in it.
    fn accrue(&mut self, now: Millis) {
        let mut left = now - self.clock;
        if left.is_nan() || left <= 0.0 {
            return;
        }
        self.clock = now;
        let shown = self.clusters.count_shown() as f64;
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
        self.credit += self.base().map_or(1.0, |base| base * left);
        self.settle();
    }

    /// Limits what an idle time is worth: one cluster, not a burst.
    fn settle(&mut self) {
        self.credit = self.credit.min(self.clusters.waiting() as f64 + 1.0);
    }

    /// Notes an arrival; `fresh`: the last cluster began with it.
    fn arrived(&mut self, now: Millis, fresh: bool) {
        if fresh {
            self.open_since = now;
        }
        let end = self.clusters.text().len();
        if self.clusters.shown() < end {
            match self.arrivals.back_mut() {
                Some(last) if now - last.1 < BURST => last.0 = end,
                _ => self.arrivals.push_back((end, now)),
            }
        }
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
        self.owe();
    }

    /// Notes how fast all that waits must be shown. A quarter more than the time between bursts lets one burst meet the next.
    fn owe(&mut self) {
        let window = match self.pace {
            Pace::PerCharacter(_) => FIXED_LAG,
            _ => self
                .interval
                .map_or(120.0, |between| (1.25 * between).clamp(60.0, 320.0)),
        };
        let missing = self.clusters.waiting() as f64 - self.credit;
        if missing <= 0.0 {
            return;
        }
        let speed = (missing / window).max(self.base().unwrap_or(0.0));
        while self.owed.back().is_some_and(|owed| owed.1 <= speed) {
            self.owed.pop_back();
        }
        let until = self.clusters.count_shown() + self.clusters.waiting();
        self.owed.push_back((until, speed));
    }
}
