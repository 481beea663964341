//! Words between a running reply and whoever watches it: what the person wishes, what happened.
//!
//! In: nothing. Out: [`Control`] and [`Report`]. It must not know how a reply is run.

use super::network::{Chunk, Media};
use super::refusals::Refusals;
use crate::dialect::{Call, Transport};
use crate::event::{ChatEvent, Deadline, End, Millis};

/// Wishes of the person for a running reply.
#[derive(Debug, Clone, PartialEq)]
pub enum Control {
    /// Ends it: [`End::Stopped`] or [`End::Superseded`].
    Stop(End),
    /// Goes on waiting past a deadline.
    WaitOn,
}

/// Something worth keeping for the next request to this server.
#[derive(Debug, Clone, PartialEq)]
pub enum Learned {
    /// This path takes only `application/json`.
    WantsJson(String),
    /// This transport is the one to begin with: those before it are not there.
    Transport(&'static Transport),
    /// Everything that this server has refused of requests so far, and takes no more.
    Refusals(Refusals),
}

/// Reports of a running reply, in order. [`Report::End`] comes exactly once; only [`Report::StopAnswered`] may follow it.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// A request goes out.
    Sent {
        /// The transport that it takes.
        transport: &'static Transport,
        /// The request, as it goes out.
        call: Call,
        /// The Content-Type under which the body goes out.
        media: Media,
    },
    /// Headers came.
    Headers {
        /// The HTTP status.
        status: u16,
        /// The Content-Type.
        content_type: String,
        /// Headers among [`TELLING`](super::TELLING) that may be read, each with its value.
        told: Vec<(&'static str, String)>,
    },
    /// Bytes came.
    Read {
        /// Number of bytes.
        bytes: usize,
    },
    /// Bytes that are decoded, and no longer needed.
    Decoded(Chunk),
    /// Events that came out of the bytes, at least one.
    Events(Vec<ChatEvent>),
    /// Keep this for next time.
    Learned(Learned),
    /// No headers within the connect deadline, and a small request says whether the server lives.
    Alive(bool),
    /// The connection broke before the end; the server is asked for the rest.
    Resuming,
    /// A deadline passed; the person may choose to wait on until the given time.
    Asking(Deadline, Millis),
    /// The end mark has come and this will be the end; only figures may follow.
    Finishing(End),
    /// The reply ended.
    End(End),
    /// The server confirmed (or not, in time) that it stopped.
    StopAnswered(bool),
}
