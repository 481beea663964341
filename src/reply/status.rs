//! What a reply is doing, as its reader is told.

use crate::event::{Deadline, Progress};

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
