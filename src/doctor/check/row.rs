//! The rows of the table that a check fills.

use crate::doctor::Verdict;

/// The subject of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumCount)]
pub enum RowName {
    /// An answer of any sort at the address.
    Reachable,
    /// The server's kind.
    Kind,
    /// Leave for this page to read the server's answers.
    Cors,
    /// A body that is called `text/plain`, and its answer.
    Plain,
    /// A body that is called JSON, and its answer.
    Json,
    /// Answers to preflights.
    Preflight,
    /// The key, and whether it is the right one.
    Key,
    /// The list of models that the server tells.
    Models,
    /// The server's count of tokens.
    Count,
    /// The size of the context, as the server tells it.
    Context,
    /// A reply that comes as a stream.
    Stream,
    /// The gaps of the stream, and whether something holds it back.
    Gaps,
    /// The way to stop a reply.
    Stop,
    /// A transport of the server's kind; its name.
    Transport(&'static str),
}

impl RowName {
    /// Every row but the transports, in the order of the table.
    pub const ALL: [RowName; <RowName as strum::EnumCount>::COUNT - 1] = [
        RowName::Reachable,
        RowName::Kind,
        RowName::Cors,
        RowName::Plain,
        RowName::Json,
        RowName::Preflight,
        RowName::Key,
        RowName::Models,
        RowName::Count,
        RowName::Context,
        RowName::Stream,
        RowName::Gaps,
        RowName::Stop,
    ];
}

/// The outcome of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Not known yet.
    Open,
    /// Success.
    Yes,
    /// Failure.
    No,
    /// This kind of server does not offer it, and nothing is wrong with that.
    NotOffered,
    /// Not tried: it is not needed, could do harm, or something before it failed.
    Skipped,
}

/// A figure or a word to an outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// No more to say.
    None,
    /// A proper name.
    Word(String),
    /// The server's own words.
    Words(String),
    /// Number of models, or of tokens.
    Count(usize),
    /// Reads with text, and events with text.
    Reads {
        /// Number of reads with text.
        reads: usize,
        /// Number of events with text.
        events: usize,
    },
    /// The longest gap, in milliseconds.
    Gap(u32),
    /// Confirmation of the stop by the server.
    Confirmed,
    /// Stop by closing the connection: the server has no other.
    Closes,
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The subject of the row.
    pub name: RowName,
    /// The outcome.
    pub outcome: Outcome,
    /// A figure or a word to the outcome.
    pub detail: Detail,
    /// Cause of a failure, where it is known: with it the page finds words and remedies.
    pub verdict: Option<Verdict>,
}

impl Row {
    /// A row of which nothing is known yet.
    pub fn open(name: RowName) -> Row {
        Row {
            name,
            outcome: Outcome::Open,
            detail: Detail::None,
            verdict: None,
        }
    }
}
