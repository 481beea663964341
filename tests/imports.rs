//! Files of other programs, each with what has to come out of it; and what holds for any file.
//!
//! In: `tests/fixtures/imports/FORMAT/`, files and an `expected.json`. Out: a conversation that differs, by its file.

#![allow(missing_docs, clippy::unwrap_used)]

#[path = "imports/any.rs"]
mod any;
#[path = "imports/samples.rs"]
mod samples;
