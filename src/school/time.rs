//! How much of a session is left, where its time is limited.
//!
//! In: when it began, how long it may take, the time of now (all of one clock, which people may set back). Out: what is to be said. It
//! must not know a timer, nor where the beginning is kept.

use crate::event::Millis;

/// One minute.
pub const MINUTE: Millis = 60_000.0;
/// The times left at which a word is said, in minutes.
const FIVE: f64 = 5.0;

/// A session whose time is limited.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Session {
    /// The time at which it began, in milliseconds.
    pub began: Millis,
    /// Minutes that it may take.
    pub minutes: u16,
}

/// The parts of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Left {
    /// More time than needs a word, or no limit.
    #[default]
    Plenty,
    /// Five minutes at most.
    Five,
    /// One minute at most.
    Last,
    /// None.
    Over,
}

impl Session {
    /// Reads the beginning of a session as it was kept; one that lies ahead, or cannot be read, is now.
    pub fn read(kept: Option<&str>, minutes: u16, now: Millis) -> Session {
        let kept = kept.and_then(|kept| kept.parse::<u64>().ok());
        let began = kept.map_or(now, |began| began as Millis);
        Session {
            began: began.min(now),
            minutes,
        }
    }

    /// The beginning, as it is kept.
    pub fn write(&self) -> String {
        (self.began.max(0.0) as u64).to_string()
    }

    /// What is left by now, and in how many milliseconds that changes; `None` where it does not change any more.
    pub fn left(&self, now: Millis) -> (Left, Option<Millis>) {
        let whole = f64::from(self.minutes) * MINUTE;
        let left = whole - (now - self.began).max(0.0);
        // A word that is said at the beginning already says nothing.
        let is_long = |minutes: f64| whole > minutes * MINUTE;
        if left <= 0.0 {
            (Left::Over, None)
        } else if left <= MINUTE && is_long(1.0) {
            (Left::Last, Some(left))
        } else if left <= FIVE * MINUTE && is_long(FIVE) {
            (Left::Five, Some(left - MINUTE))
        } else if is_long(FIVE) {
            (Left::Plenty, Some(left - FIVE * MINUTE))
        } else if is_long(1.0) {
            (Left::Plenty, Some(left - MINUTE))
        } else {
            (Left::Plenty, Some(left))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_said_at_five_minutes_at_one_and_at_the_end() {
        let check = |minutes: u16, gone: f64, left: Left, next: Option<f64>| {
            let session = Session {
                began: 1000.0,
                minutes,
            };
            let expect = (left, next.map(|next| next * MINUTE));
            let now = 1000.0 + gone * MINUTE;
            assert_eq!(session.left(now), expect, "{minutes} {gone}");
        };
        check(45, 0.0, Left::Plenty, Some(40.0));
        check(45, 40.0, Left::Five, Some(4.0));
        check(45, 44.0, Left::Last, Some(1.0));
        check(45, 45.0, Left::Over, None);
        check(45, 450.0, Left::Over, None);
        check(5, 0.0, Left::Plenty, Some(4.0));
        check(5, 4.0, Left::Last, Some(1.0));
        check(1, 0.0, Left::Plenty, Some(1.0));
        check(1, 1.0, Left::Over, None);
        // A clock that was set back.
        check(45, -100.0, Left::Plenty, Some(40.0));
    }

    #[test]
    fn a_session_begins_once_however_often_it_is_read() {
        let first = Session::read(None, 45, 5000.0);
        assert_eq!(first.began, 5000.0);
        let again = Session::read(Some(&first.write()), 45, 9000.0);
        assert_eq!(again, first);
        for bad in ["", "soon", "-1", "99999"] {
            assert_eq!(Session::read(Some(bad), 45, 9000.0).began, 9000.0, "{bad}");
        }
    }
}
