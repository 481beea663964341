//! KoboldCpp's word on itself: what it does, and what the last reply took.
//!
//! In: the body of an answer. Out: what it does, figures. It must not know whose reply it was.

use crate::dialect::read::{self, count, measured};
use crate::dialect::resume::Doing;
use crate::event::{Timings, Usage};

/// Reads what the server does. Its reasons (1 the model's own end, 2 a stop text) are sure; 0, the limit, it gives as well for what
/// was aborted, and so for a reply whose connection broke.
pub(super) fn doing(body: &str) -> Option<Doing> {
    let perf = read::object(body)?;
    Some(match count(&perf, "idle")? {
        0 => Doing::Works,
        _ => Doing::Rests(match count(&perf, "stop_reason") {
            Some(1 | 2) => Some("stop"),
            _ => None,
        }),
    })
}

/// Reads the figures of the last reply.
pub(super) fn figures(body: &str) -> Option<(Usage, Timings)> {
    let perf = read::object(body)?;
    let tokens = count(&perf, "last_token_count")?;
    let seconds = |newer, older| measured(&perf, newer).or_else(|| measured(&perf, older));
    let predicted = seconds("last_eval_time", "last_eval");
    let usage = Usage {
        prompt_tokens: count(&perf, "last_input_count"),
        completion_tokens: Some(tokens),
        cached_tokens: None,
    };
    let timings = Timings {
        load_ms: None,
        prompt_ms: seconds("last_process_time", "last_process").map(|seconds| seconds * 1000.0),
        predicted_ms: predicted.map(|seconds| seconds * 1000.0),
        predicted_per_second: measured(&perf, "last_eval_speed")
            .or_else(|| predicted.map(|seconds| f64::from(tokens) / seconds)),
    };
    Some((usage, timings))
}
