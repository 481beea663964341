//! Time in a [`Session`]: its deadlines, the question whether to wait on, and the quiet behind an end mark.
//!
//! In: the time. Out: what it brings about, and when it next will. It must not know what is read.

use super::{Due, LINGER, QUIET, QUIET_AT_MOST, QUIET_BEFORE_ALL, Session, State};
use crate::event::{ChatEvent, Deadline, End, Millis};

impl Session {
    /// Notes that the person chose to wait on.
    pub fn wait_on(&mut self, now: Millis) {
        if let Some((clock, _)) = self.asking.take() {
            self.last_sign = now;
            if clock == Deadline::Total {
                self.total_due = self.deadlines.total.map(|span| now + span);
            }
        }
    }

    /// Takes the answer to [`Due::AskAlive`].
    pub fn alive(&mut self, alive: bool) {
        if matches!(self.state, State::Connecting { .. }) && !alive {
            self.finish_with(End::Stalled {
                clock: Deadline::Connect,
            });
        }
    }

    /// The next moment at which [`Session::tick`] has something to do.
    pub fn next_due(&self) -> Option<Millis> {
        let own = match &self.state {
            State::Ended(_) => return None,
            State::Connecting { ask_alive } => *ask_alive,
            State::Closing { until } => Some(*until),
            State::Waiting | State::Flowing => None,
        };
        let others = match self.asking {
            Some((_, until)) => [Some(until), None],
            None => [self.quiet_due().map(|(_, due)| due), self.total_due],
        };
        let all = others.into_iter().chain([own]).flatten();
        all.min_by(f64::total_cmp)
    }

    /// Tells what the time brings about. Text that was held back comes out where quiet behind an end mark ends the reply.
    pub fn tick(&mut self, now: Millis, out: &mut Vec<ChatEvent>) -> Option<Due> {
        if self.has_ended() {
            return None;
        }
        if let State::Closing { until } = self.state
            && until <= now
        {
            self.closed(now, out);
            return Some(Due::Ended);
        }
        if let Some((clock, until)) = self.asking {
            if until <= now {
                self.finish_with(End::Stalled { clock });
                return Some(Due::Ended);
            }
        } else {
            let total = self.total_due.map(|due| (Deadline::Total, due));
            let passed = [self.quiet_due(), total]
                .into_iter()
                .flatten()
                .find(|(_, due)| *due <= now);
            if let Some((clock, _)) = passed {
                if self.deadlines.grace <= 0.0 {
                    self.finish_with(End::Stalled { clock });
                    return Some(Due::Ended);
                }
                let until = now + self.deadlines.grace;
                self.asking = Some((clock, until));
                return Some(Due::AskPerson(clock, until));
            }
        }
        if let State::Connecting { ask_alive } = &mut self.state
            && ask_alive.is_some_and(|due| due <= now)
        {
            *ask_alive = None;
            return Some(Due::AskAlive);
        }
        None
    }

    /// The question that waits for the person, and until when.
    pub fn asking(&self) -> Option<(Deadline, Millis)> {
        self.asking
    }

    /// The end of the longest quiet that is allowed now, and the clock that counts it.
    fn quiet_due(&self) -> Option<(Deadline, Millis)> {
        let (clock, span) = match self.state {
            _ if self.parted => return None,
            State::Connecting { .. } | State::Waiting => {
                (Deadline::FirstToken, self.deadlines.first_token)
            }
            State::Flowing => (Deadline::Silence, self.deadlines.silence),
            State::Closing { .. } | State::Ended(_) => return None,
        };
        span.map(|span| (clock, self.last_sign + span))
    }

    /// Milliseconds that it must be quiet behind an end mark.
    pub(super) fn quiet_behind(&self, sure: bool) -> Millis {
        match self.last_text {
            _ if sure => LINGER,
            Some(_) => (2.0 * self.longest_pause).clamp(QUIET, QUIET_AT_MOST),
            None => QUIET_BEFORE_ALL,
        }
    }

    /// Notes that something came: the clocks begin anew, and a question that waits for the person is answered, unless it is about
    /// the whole reply.
    pub(super) fn sign_of_life(&mut self, now: Millis) {
        self.last_sign = now;
        if self
            .asking
            .is_some_and(|(clock, _)| clock != Deadline::Total)
        {
            self.asking = None;
        }
    }
}
