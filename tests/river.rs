//! The river from bytes to events: every recorded answer, cut in every way, and what servers do wrong.
//!
//! Beside each `tests/fixtures/<server>/<case>.body` stands `<case>.events`, what Rill makes of it. `UPDATE_FIXTURES=1` writes those
//! files anew; read the difference before you keep it.

#![allow(missing_docs, clippy::unwrap_used)]

#[path = "river/cases.rs"]
mod cases;
#[path = "river/cuts.rs"]
mod cuts;
#[path = "river/frames.rs"]
mod frames;
#[path = "river/recognised.rs"]
mod recognised;
#[path = "river/refusals.rs"]
mod refusals;
#[path = "river/requests.rs"]
mod requests;
#[path = "river/sampling.rs"]
mod sampling;
#[path = "river/show.rs"]
mod show;
#[path = "river/stream.rs"]
mod stream;
#[path = "river/systems.rs"]
mod systems;
