//! How much of the text is shown by now.
//!
//! In: pieces of text with the time of their arrival, and the time of each frame. Out: how far the text may be shown.
//! It must not know what the text means, nor who draws it. All times are [`Millis`] on one monotonic clock and are given by the caller.
//!
//! The rules that the rest follows from:
//! - What is shown only grows, but by [`Pacer::replace`], and ends between two grapheme clusters of the text as it will be at last.
//!   The last cluster may still grow (a flag, a family, an accent), so it waits for what follows it, for a bounded time.
//! - `live` follows the server, with a bounded lag (`live`). A fixed pace is the reader's: it is kept to the last word, however much
//!   waits (`steady`), and counts what is read: a word or a letter (`step`), by its script (`script`).
//! - No step looks at more of the text than it adds or shows, and a little ahead.

mod clusters;
mod live;
mod measure;
mod pace;
mod script;
mod steady;
mod step;

use std::ops::Range;

pub use measure::measured;
pub use pace::{Manner, Pace, PaceError, Steps};

use crate::event::Millis;
use crate::text;
use clusters::Clusters;
use live::Live;
use steady::Steady;
use step::{Ahead, Step};

/// `live` is never further behind than this, in milliseconds.
pub const LIVE_LAG: Millis = 400.0;
/// The last cluster, which may still grow, waits no longer than this under a fixed pace, in milliseconds. Half a word and a lone ASCII
/// letter wait as long as under `live`.
pub const OPEN_LAG: Millis = 10_000.0;

/// Number of clusters that tell how long the rest will take.
const SAMPLE: usize = 400;

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
    manner: Manner,
    clusters: Clusters,
    finished: bool,
    skipped: bool,
    instant: bool,
    held: bool,
    /// Bytes that the reader wants to see now.
    wanted: usize,
    live: Live,
    steady: Steady,
    /// The next step is known to be whole.
    ready: bool,
    /// The time at which the last cluster began to come, and that of the last arrival.
    open_since: Millis,
    last_came: Millis,
}

impl Pacer {
    /// An empty text, to be shown like this.
    pub fn new(manner: impl Into<Manner>) -> Self {
        Pacer {
            manner: manner.into(),
            clusters: Clusters::default(),
            finished: false,
            skipped: false,
            instant: false,
            held: false,
            wanted: 0,
            live: Live::new(),
            steady: Steady::new(),
            ready: false,
            open_since: 0.0,
            last_came: 0.0,
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
        self.live.replaced(same);
        self.wanted = self.wanted.min(same);
        self.ready = false;
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
        if self.is_live() {
            self.live.owe(&self.clusters);
        }
        self.look(now);
    }

    /// Shows all that is here, and from now on whatever comes of this reply.
    pub fn skip(&mut self) {
        self.skipped = true;
    }

    /// Shows all that is here; what still comes keeps the pace.
    pub fn show_here(&mut self) {
        self.wanted = self.clusters.open();
    }

    /// Sets another pace, or other steps, from now on.
    pub fn set_pace(&mut self, now: Millis, manner: impl Into<Manner>) {
        let manner = manner.into();
        if manner == self.manner {
            return;
        }
        self.accrue(now);
        self.manner = manner;
        self.ready = false;
        self.steady.begin(now);
        if self.is_live() {
            self.live.begin(now, &self.clusters);
        }
    }

    /// While set, everything is shown at once: the tab is hidden, or motion is not wanted.
    pub fn set_instant(&mut self, instant: bool) {
        self.instant = instant;
    }

    /// Doubles a fixed pace while set: the reader hurries.
    pub fn set_hurried(&mut self, now: Millis, hurried: bool) {
        self.steady.hurry(now, hurried);
    }

    /// Shows nothing more of a fixed pace while set: the reader has a page to read.
    pub fn set_held(&mut self, now: Millis, held: bool) {
        if self.held && !held {
            self.steady.was_idle(now);
        }
        self.held = held;
    }

    /// Shows what is due at `now`; the bytes of [`Pacer::text`] that it shows anew.
    pub fn advance(&mut self, now: Millis) -> Range<usize> {
        let from = self.clusters.shown();
        self.accrue(now);
        if self.at_once() {
            self.clusters.show_all();
            self.rush(now);
        } else if self.is_live() {
            if self.clusters.shown() < self.wanted {
                self.clusters.show_to(self.wanted);
            }
            self.live.advance(now, &mut self.clusters);
        } else {
            if self.clusters.shown() < self.wanted {
                self.clusters.show_to(self.wanted);
                self.rush(now);
            }
            self.show_steps(now);
        }
        if self.is_live() {
            self.live.has_shown(&self.clusters);
        }
        from..self.clusters.shown()
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

    /// The time at which [`Pacer::advance`] would show more, if nothing else comes; `None` where all is shown, or nothing is before
    /// somebody says so.
    pub fn next_due(&self, now: Millis) -> Option<Millis> {
        if self.all_shown() {
            return None;
        }
        if self.at_once() || self.clusters.shown() < self.wanted {
            return Some(now);
        }
        if self.is_live() {
            return Some(self.live.next_due(now, &self.clusters).max(now));
        }
        if self.held {
            return None;
        }
        let (_, since) = self.next_step()?;
        Some(self.steady.due().max(since).max(now))
    }

    /// About how many milliseconds a fixed pace takes to show what is here; `None` where the pace is not fixed, or nothing waits.
    pub fn left(&self) -> Option<Millis> {
        if self.all_shown() || self.at_once() || self.is_live() {
            return None;
        }
        let mut ahead = self.ahead();
        let letters = Manner::from(self.manner.pace);
        let (mut cost, mut count) = (0.0, 0);
        let mut scripts = self.steady.scripts;
        while count < SAMPLE
            && let Some(step) = ahead.step(letters, scripts)
        {
            cost += step.cost;
            count += 1;
            scripts = step.scripts;
            ahead.text = text::from(ahead.text, step.end);
            ahead.whole = ahead.whole.saturating_sub(step.end);
        }
        let all = self.clusters.waiting() as f64;
        let each = cost / f64::from(u16::try_from(count).unwrap_or(1).max(1));
        let whole = if ahead.whole == 0 { cost } else { all * each };
        Some(whole / self.steady.speed())
    }

    fn all_shown(&self) -> bool {
        self.clusters.shown() == self.clusters.text().len()
    }

    fn at_once(&self) -> bool {
        self.skipped
            || self.instant
            || self.manner.pace.is_at_once()
            // A burst is smoothed so that it meets the next one; after the last there is none to wait for.
            || self.is_live() && self.finished
    }

    fn is_live(&self) -> bool {
        self.manner.pace == Pace::Live
    }

    fn accrue(&mut self, now: Millis) {
        if self.is_live() {
            self.live.accrue(now, &self.clusters);
        }
    }

    /// Notes an arrival; `fresh`: the last cluster began with it.
    fn arrived(&mut self, now: Millis, fresh: bool) {
        if fresh {
            self.open_since = now;
        }
        self.last_came = now;
        if self.is_live() {
            self.live.arrived(now, &self.clusters);
        }
        self.look(now);
    }

    /// Looks whether the next step is whole now, and was not before: it appears as soon as the one before has been read.
    fn look(&mut self, now: Millis) {
        if !self.ready && !self.is_live() {
            self.ready = self
                .ahead()
                .step(self.manner, self.steady.scripts)
                .is_some();
            if self.ready {
                self.steady.was_idle(now);
            }
        }
    }

    /// What was shown at once is read no faster for that: the next step waits its turn.
    fn rush(&mut self, now: Millis) {
        self.ready = false;
        self.steady.was_idle(now);
    }

    fn ahead(&self) -> Ahead<'_> {
        let shown = self.clusters.shown();
        Ahead {
            text: text::from(self.clusters.text(), shown),
            whole: self.clusters.open().saturating_sub(shown),
            closed: self.clusters.open() == self.clusters.text().len() && self.finished,
        }
    }

    /// The next step of a fixed pace, and the time from which on it may appear; `None` where all is shown.
    fn next_step(&self) -> Option<(Step, Millis)> {
        let ahead = self.ahead();
        let scripts = self.steady.scripts;
        if let Some(step) = ahead.step(self.manner, scripts) {
            return Some((step, f64::NEG_INFINITY));
        }
        if ahead.whole > 0 {
            let whole = ahead.all(self.manner, scripts);
            return Some((whole, self.last_came + LIVE_LAG));
        }
        if ahead.text.is_empty() {
            return None;
        }
        let is_ascii = ahead.text.is_ascii();
        let lag = if is_ascii { LIVE_LAG } else { OPEN_LAG };
        Some((ahead.open(self.manner, scripts), self.open_since + lag))
    }

    fn show_steps(&mut self, now: Millis) {
        while !self.held
            && let Some((step, since)) = self.next_step()
        {
            let due = self.steady.due().max(since);
            if now < due {
                break;
            }
            let end = self.clusters.shown() + step.end.max(1);
            self.clusters.show_to(end);
            self.steady.show(due, &step, self.manner);
            self.ready = false;
        }
        if !self.ready && !self.held {
            let step = self.ahead().step(self.manner, self.steady.scripts);
            self.ready = step.is_some();
        }
    }
}
