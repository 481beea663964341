//! What happened when, during one reply: a bounded ring of stamped facts.
//!
//! It observes and never steers. No message text and no key enters it; odd frames bring their sample along.

use std::collections::VecDeque;

use crate::event::{ChatEvent, Deadline, Millis, Oddity};

/// How many facts are kept; the oldest reads and events go first.
pub const CAPACITY: usize = 4096;

/// One stamped fact.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamp {
    /// When.
    pub at: Millis,
    /// What.
    pub fact: Fact,
}

/// Things worth knowing when tokens do not flow.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// A request went out: its rung, its path, and whether it was called JSON.
    Sent {
        /// The rung's name.
        rung: String,
        /// The path.
        path: String,
        /// Called JSON, so that a preflight came first.
        json: bool,
    },
    /// Headers came.
    Headers {
        /// The HTTP status.
        status: u16,
        /// The Content-Type.
        content_type: String,
    },
    /// Bytes came in one read.
    Read(usize),
    /// One event came out of them.
    Event(EventName),
    /// The first text or thinking.
    FirstToken,
    /// The page showed text up to this many bytes of the answer.
    Shown(usize),
    /// A deadline passed, and the person was asked.
    Asked(Deadline),
    /// A small request said whether the server lives.
    Alive(bool),
    /// The person stopped it.
    StopPressed,
    /// The server confirmed the stop, or did not in time.
    StopAnswered(bool),
    /// A frame that could not be used.
    Odd(Oddity),
    /// It ended; the word of `data-end`.
    End(&'static str),
}

/// The names of events, without what they carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum EventName {
    Text,
    Replace,
    Reasoning,
    Token,
    ToolCall,
    Progress,
    Alive,
    Usage,
    Timings,
    Id,
    Model,
    Done,
    Blocked,
    Error,
}

/// The ring.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    stamps: VecDeque<Stamp>,
    dropped: usize,
    first_token: bool,
    /// Reads so far, with those that fell out of the ring.
    pub reads: usize,
    /// Bytes so far.
    pub bytes: usize,
    /// Events so far that carried text or thinking.
    pub texts: usize,
}

impl Trace {
    /// Keeps a fact.
    pub fn stamp(&mut self, at: Millis, fact: Fact) {
        if let Fact::Read(bytes) = fact {
            self.reads += 1;
            self.bytes += bytes;
        }
        if self.stamps.len() == CAPACITY {
            self.stamps.pop_front();
            self.dropped += 1;
        }
        self.stamps.push_back(Stamp { at, fact });
    }

    /// Keeps an event, without its text.
    pub fn event(&mut self, at: Millis, event: &ChatEvent) {
        let name = match event {
            ChatEvent::Text(_) => EventName::Text,
            ChatEvent::ReplaceText(_) | ChatEvent::TextWasReasoning => EventName::Replace,
            ChatEvent::Reasoning(_) => EventName::Reasoning,
            ChatEvent::Token(_) => EventName::Token,
            ChatEvent::ToolCall(_) => EventName::ToolCall,
            ChatEvent::Progress(_) => EventName::Progress,
            ChatEvent::Alive => EventName::Alive,
            ChatEvent::Usage(_) => EventName::Usage,
            ChatEvent::Timings(_) => EventName::Timings,
            ChatEvent::Id(_) | ChatEvent::Conversation(_) => EventName::Id,
            ChatEvent::Model(_) => EventName::Model,
            ChatEvent::Done(_) => EventName::Done,
            ChatEvent::Blocked(_) => EventName::Blocked,
            ChatEvent::Error(_) => EventName::Error,
            ChatEvent::Odd(oddity) => {
                self.stamp(at, Fact::Odd(oddity.clone()));
                return;
            }
        };
        if matches!(
            name,
            EventName::Text | EventName::Replace | EventName::Reasoning
        ) {
            self.texts += 1;
            if !self.first_token {
                self.first_token = true;
                self.stamp(at, Fact::FirstToken);
            }
        }
        self.stamp(at, Fact::Event(name));
    }

    /// The kept facts, oldest first.
    pub fn stamps(&self) -> impl Iterator<Item = &Stamp> {
        self.stamps.iter()
    }

    /// How many facts fell out of the ring.
    pub fn dropped(&self) -> usize {
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ring_is_bounded_and_the_counts_are_not() {
        let mut trace = Trace::default();
        for at in 0..CAPACITY + 10 {
            trace.stamp(at as Millis, Fact::Read(2));
        }
        assert_eq!(trace.stamps().count(), CAPACITY);
        assert_eq!(
            (trace.dropped(), trace.reads, trace.bytes),
            (10, CAPACITY + 10, 2 * (CAPACITY + 10))
        );
    }

    #[test]
    fn the_first_token_is_stamped_once_and_no_text_is_kept() {
        let mut trace = Trace::default();
        trace.event(1.0, &ChatEvent::Alive);
        trace.event(2.0, &ChatEvent::Text("secret".into()));
        trace.event(3.0, &ChatEvent::Text("secret".into()));
        let firsts: Vec<_> = trace
            .stamps()
            .filter(|stamp| stamp.fact == Fact::FirstToken)
            .map(|stamp| stamp.at)
            .collect();
        assert_eq!(firsts, [2.0]);
        assert!(!format!("{trace:?}").contains("secret"));
    }
}
