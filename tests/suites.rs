//! What others test with: their cases are data under `suites/` (licences and sources in its README), and a list of deviations with a
//! reason for each stands beside every suite. A list that is wrong in either direction fails.

#![allow(missing_docs, clippy::unwrap_used)]

#[path = "suites/event_stream.rs"]
mod event_stream;
#[path = "suites/examples.rs"]
mod examples;
#[path = "suites/html.rs"]
mod html;
#[path = "suites/known.rs"]
mod known;
#[path = "suites/markdown.rs"]
mod markdown;
