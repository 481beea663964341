//! The rows of the table that a check fills.

use crate::doctor::Verdict;

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumCount)]
pub enum RowName {
    /// Something answers there.
    Reachable,
    /// What it is.
    Kind,
    /// This page may read its answers.
    Cors,
    /// A body may be called `text/plain`.
    Plain,
    /// A body may be called JSON.
    Json,
    /// It answers preflights.
    Preflight,
    /// The key is right.
    Key,
    /// It tells its models.
    Models,
    /// It counts tokens.
    Count,
    /// It tells the size of its context.
    Context,
    /// A reply comes as a stream.
    Stream,
    /// The stream is not held back.
    Gaps,
    /// It can be stopped.
    Stop,
    /// This transport of its own works; its name.
    Transport(&'static str),
}

impl RowName {
    /// All but the transports, in the order of the table.
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

/// How it came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Not known yet.
    Open,
    /// It works.
    Yes,
    /// It does not.
    No,
    /// This kind of server does not offer it, and nothing is wrong with that.
    NotOffered,
    /// Not tried: it is not needed, could do harm, or something before it failed.
    Skipped,
}

/// A figure or a word to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// Nothing more to say.
    None,
    /// A proper name.
    Word(String),
    /// The server's own words.
    Words(String),
    /// Models, or tokens.
    Count(usize),
    /// Reads with text, and events with text.
    Reads {
        /// Reads.
        reads: usize,
        /// Events.
        events: usize,
    },
    /// The longest gap, in milliseconds.
    Gap(u32),
    /// The server confirmed the stop.
    Confirmed,
    /// It is stopped by closing the connection.
    Closes,
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it is about.
    pub name: RowName,
    /// How it came out.
    pub outcome: Outcome,
    /// A figure or a word to it.
    pub detail: Detail,
    /// Where it does not work: the cause, with which the page finds words and remedies.
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
