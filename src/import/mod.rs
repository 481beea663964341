//! Conversations of other programs: from the bytes of a file to trees of turns.
//!
//! In: a file, known by what is in it and not by its name. Out: conversations ([`Conversation`]) one after the other, each with its branches,
//! times, title, model and system prompt; counts of what was skipped and left behind, and why ([`Report`]); or a refusal that names file,
//! place and reason ([`Refusal`]). It must not know a store, nor the page. Nothing is fetched, no name in a file is used as a path, and of
//! backups that hold keys nothing but the conversations is looked at.
//!
//! | file | does |
//! |---|---|
//! | [`container`] | tells text files from ZIP archives and pictures, and reads each |
//! | [`zip`], [`png`] | the entries of an archive; the text in a picture |
//! | [`album`] | pictures in an archive beside its conversations |
//! | [`reader`] | one text file, entry by entry |
//! | [`bytes`], [`split`] | bytes to UTF-8; the entries of a text |
//! | [`document`] | JSON of any depth |
//! | [`recognise`] | whose file it is |
//! | [`formats`] | one file for each format: entries to messages |
//! | [`rules`] | what holds for all formats: messages to conversations |
//! | [`gather`] | several files as one import |
//! | [`outcome`] | what comes out |
//!
//! **Memory.** A file that is one array is read item by item, a file of lines line by line. What stands in memory at a time is the piece that
//! was read, the longest entry (bytes, and 16 bytes for each value in it), and what is made of it. A file that is one object is one entry.
//! Archives are read from where they are, their entries in pieces of 64 KB; pictures whole: of those in an archive 15 MB each, and 48 MB
//! for one conversation, at most.
//! Measured: 158 MB of ChatGPT in one line, 4,000 conversations of 40 turns, take 2.1 s and 2.8 MB of memory in all, one conversation at
//! most 8 ms.
//!
//! **Depth** costs no stack: nothing here calls itself.

pub mod album;
pub mod bytes;
pub mod container;
pub mod document;
mod formats;
pub mod gather;
pub mod outcome;
pub mod png;
pub mod reader;
pub mod recognise;
pub mod rules;
pub mod split;
pub mod zip;

#[cfg(test)]
mod testing;

pub use container::{Reading, read};
pub use gather::{Gathered, first};
pub use outcome::{About, Conversation, Format, Left, Reason, Refusal, Report, Why};
pub use reader::{Sink, Takes};
