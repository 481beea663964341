//! What a reply is doing, as its reader is told.

use crate::event::{Deadline, Progress};

/// What the reply is doing, for the status line.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// No headers yet.
    Connecting,
    /// Headers, but nothing else.
    Waiting,
    /// What the server says that it does.
    Progress(Progress),
    /// A small request found the server alive.
    Slow,
    /// Thinking comes.
    Thinking,
    /// Text comes; tokens per second, and whether the server measured them.
    Writing(Option<(u32, bool)>),
    /// All is here; the rest is being shown at the reader's pace.
    Showing,
    /// A deadline passed; the person may wait on.
    Asking(Deadline),
    /// It is over.
    Ended,
}
