//! What a reply is doing, as its reader is told.

use crate::event::{Deadline, Millis, Progress};

/// Activities of a reply, for the status line.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// No headers yet.
    Connecting,
    /// Headers, but nothing else.
    Waiting,
    /// A step that the server tells of.
    Progress(Progress),
    /// A small request found the server alive.
    Slow,
    /// Thinking comes.
    Thinking,
    /// Text comes; tokens per second, and whether the server measured them.
    Writing(Option<(u32, bool)>),
    /// The rest is being shown at the reader's pace: all is here.
    Showing,
    /// A deadline passed; the person may wait on.
    Asking(Deadline),
    /// The reply is over.
    Ended,
}

impl Status {
    /// The name of the phase, in the document and to the page around.
    pub fn phase(&self) -> &'static str {
        match self {
            Status::Connecting => "connecting",
            Status::Waiting | Status::Slow => "waiting",
            Status::Progress(_) => "reading",
            Status::Thinking => "thinking",
            Status::Writing(_) => "writing",
            Status::Showing => "showing",
            Status::Asking(_) => "asking",
            Status::Ended => "ended",
        }
    }
}

/// Time that is left until all that is here is shown, as coarse as it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// So many seconds, in steps of five, from twenty on of ten.
    Seconds(u32),
    /// So many minutes.
    Minutes(u32),
}

impl Left {
    /// Makes words of a time; `None` where it is too short to be told.
    pub fn of(left: Millis) -> Option<Left> {
        let seconds = (left / 1000.0).clamp(0.0, 1e9);
        let in_steps = |step: f64| Left::Seconds(((seconds / step).round() * step) as u32);
        match seconds {
            ..5.0 => None,
            ..20.0 => Some(in_steps(5.0)),
            ..90.0 => Some(in_steps(10.0)),
            _ => Some(Left::Minutes((seconds / 60.0).round() as u32)),
        }
    }
}
