//! How long a worker is waited for, and what is no longer asked of it.
//!
//! In: what it is asked, its signs of life, and the time of each. Out: how long it may still be silent, and which things it has
//! never come back from. It must not know what a worker is, or how one is ended.

use std::collections::HashSet;

use crate::event::Millis;

/// Silence on a kind of thing that this worker has answered before. A line of code takes a few milliseconds, and it tells between
/// lines that it is at work.
pub const WARM: Millis = 1_000.0;
/// Silence on a kind of thing that it is asked for the first time: grammars are read when they are first needed.
pub const COLD: Millis = 5_000.0;
/// The longest wait before anything is known of the machine, and on a slow one: what is given up wrongly stays plain.
pub const MOST: Millis = 20_000.0;
/// Times that the longest silence so far counts, on a slow or busy machine.
const SLOW: Millis = 8.0;

/// The patience with one worker after the other.
#[derive(Debug, Default)]
pub struct Patience {
    /// Kinds of things that have ended a worker: they are not asked any more.
    given_up: HashSet<String>,
    /// Kinds that the present worker has answered.
    warm: HashSet<String>,
    /// The kind of the question that is open, and since when the worker is silent.
    asked: Option<(String, Millis)>,
    /// The worker's longest silence before an answer of a kind that it knew.
    longest: Millis,
    /// The longest silence of any worker on a kind that was new to it.
    longest_cold: Option<Millis>,
}

impl Patience {
    /// Notes that the worker is asked for something of this kind.
    pub fn asks(&mut self, kind: &str, now: Millis) {
        self.asked = Some((kind.to_owned(), now));
    }

    /// Notes that the worker is at work on the question.
    pub fn hears(&mut self, now: Millis) {
        if let Some((kind, since)) = &mut self.asked {
            let span = now - *since;
            if self.warm.contains(kind) {
                self.longest = self.longest.max(span);
            } else {
                let longest = self.longest_cold.unwrap_or_default();
                self.longest_cold = Some(longest.max(span));
            }
            *since = now;
        }
    }

    /// Notes that the worker has answered.
    pub fn answered(&mut self, now: Millis) {
        self.hears(now);
        if let Some((kind, _)) = self.asked.take() {
            self.warm.insert(kind);
        }
    }

    /// Time that the worker may still be silent; `None` where it is asked nothing.
    pub fn left(&self, now: Millis) -> Option<Millis> {
        let (kind, since) = self.asked.as_ref()?;
        let most = match self.longest_cold {
            _ if self.warm.contains(kind) => (SLOW * self.longest).clamp(WARM, MOST),
            Some(longest) => (SLOW * longest).clamp(COLD, MOST),
            None => MOST,
        };
        Some((most - (now - since)).max(0.0))
    }

    /// Notes that the worker is ended in the middle of this: the next one begins anew, and is never asked for that kind.
    pub fn gives_up(&mut self) {
        if let Some((kind, _)) = self.asked.take() {
            self.given_up.insert(kind);
        }
        self.ended();
    }

    /// Notes that the worker is ended with nothing to answer.
    pub fn ended(&mut self) {
        self.asked = None;
        self.warm.clear();
    }

    /// Tells whether things of this kind are asked at all.
    pub fn asks_for(&self, kind: &str) -> bool {
        !self.given_up.contains(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_comes_back_is_given_up_and_nothing_else() {
        let mut patience = Patience::default();
        assert_eq!(patience.left(0.0), None);
        patience.asks("js", 0.0);
        patience.answered(300.0);
        assert_eq!(patience.left(300.0), None);
        patience.asks("js", 1000.0);
        assert_eq!(patience.left(1500.0), Some(WARM - 500.0));
        assert_eq!(patience.left(9000.0), Some(0.0));
        patience.gives_up();
        assert!(!patience.asks_for("js") && patience.asks_for("rust"));
        assert_eq!(patience.left(9000.0), None);
        // More than three may go that way.
        for kind in ["a", "b", "c", "d", "e"] {
            patience.asks(kind, 0.0);
            assert_eq!(patience.left(COLD), Some(0.0));
            patience.gives_up();
        }
        patience.asks("rust", 0.0);
        patience.answered(10.0);
        assert!(patience.asks_for("rust"));
    }

    #[test]
    fn the_first_of_a_kind_may_take_longer_and_again_in_a_new_worker() {
        let mut patience = Patience::default();
        patience.asks("rust", 0.0);
        assert_eq!(patience.left(WARM), Some(MOST - WARM));
        patience.answered(100.0);
        patience.asks("rust", 2000.0);
        assert_eq!(patience.left(2000.0), Some(WARM));
        patience.ended();
        patience.asks("rust", 3000.0);
        assert_eq!(patience.left(3000.0), Some(COLD));
        // Where the first took long, so may the next.
        patience.answered(4500.0);
        patience.asks("python", 5000.0);
        assert_eq!(patience.left(5000.0), Some(SLOW * 1500.0));
    }

    #[test]
    fn signs_of_life_hold_the_clock_back_and_a_slow_machine_gets_more() {
        let mut patience = Patience::default();
        patience.asks("rust", 0.0);
        patience.answered(10.0);
        patience.asks("rust", 100.0);
        for at in 1..20 {
            patience.hears(100.0 + 400.0 * f64::from(at));
            assert!(patience.left(100.0 + 400.0 * f64::from(at)) >= Some(WARM));
        }
        patience.answered(8000.0);
        patience.asks("rust", 8000.0);
        assert_eq!(patience.left(8000.0), Some(SLOW * 400.0));
        patience.answered(9500.0);
        patience.asks("rust", 9500.0);
        assert_eq!(
            patience.left(9500.0),
            Some(SLOW * 1500.0),
            "the longest counts"
        );
    }
}
