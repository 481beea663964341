//! The Doctor on scripted replies that follow what real servers do: each verdict's fault, and the near misses that must not be
//! taken for it. The scripts pass through a real `Trace`; times are arguments, nothing waits.

#![allow(missing_docs, clippy::unwrap_used)]

#[path = "doctor/arrivals.rs"]
mod arrivals;
#[path = "doctor/checks.rs"]
mod checks;
#[path = "doctor/copies.rs"]
mod copies;
#[path = "doctor/failures.rs"]
mod failures;
#[path = "doctor/pictures.rs"]
mod pictures;
#[path = "doctor/remedies.rs"]
mod remedies;
#[path = "doctor/scenarios.rs"]
mod scenarios;
#[path = "doctor/script.rs"]
mod script;
