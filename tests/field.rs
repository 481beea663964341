//! What other people met: cases from public bug reports of chat frontends, as far as they can be judged without a page.
//!
//! The bytes stand in `fixtures/field/`, what is right in the tables under `field/`, and what is known to fail in `field/known.txt`,
//! which must be right in both directions: to mend a case is to take it off the list.

#![allow(missing_docs, clippy::unwrap_used)]

#[path = "field/drawn.rs"]
mod drawn;
#[path = "field/files.rs"]
mod files;
#[path = "suites/known.rs"]
mod known;
#[path = "field/sends.rs"]
mod sends;
#[path = "field/streams.rs"]
mod streams;

use std::panic::{AssertUnwindSafe, catch_unwind};

use known::{Outcome, judge};

/// The bytes of a case.
fn input(name: &str) -> Vec<u8> {
    let place = format!("{}/tests/fixtures/field/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&place).unwrap_or_else(|error| panic!("{place}: {error}"))
}

fn text(name: &str) -> String {
    String::from_utf8(input(name)).unwrap()
}

/// What a case comes to. A panic, of the code or of an assertion, is its failure and nobody else's.
fn outcome(case: impl FnOnce()) -> Outcome {
    catch_unwind(AssertUnwindSafe(case)).map_err(|panic| {
        let words = panic.downcast_ref::<String>().cloned();
        let words = words.or_else(|| panic.downcast_ref::<&str>().map(|word| (*word).to_owned()));
        words.unwrap_or_default()
    })
}

#[test]
fn every_case_is_right_or_known_to_fail() {
    let outcomes = [streams::all(), sends::all(), drawn::all(), files::all()].concat();
    judge("Field cases", include_str!("field/known.txt"), &outcomes);
}
