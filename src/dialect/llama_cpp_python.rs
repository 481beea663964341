//! llama-cpp-python's server: OpenAI's wire through FastAPI.
//!
//! It takes nothing but `application/json`, and answers anything else with a 500; it counts the tokens of a text; it answers with
//! whatever model it has, by whatever name it is asked (protocols, 15). Closing the connection is the only stop.

use super::openai::{Count, OpenAi};
use super::sampling::Spelling;
use crate::chat::request::Knob;

/// Its own names, as its list of fields has them; what it does not know it passes over.
const KNOBS: Spelling = &[
    (Knob::Temperature, "temperature"),
    (Knob::TopP, "top_p"),
    (Knob::TopK, "top_k"),
    (Knob::MinP, "min_p"),
    (Knob::RepeatPenalty, "repeat_penalty"),
    (Knob::PresencePenalty, "presence_penalty"),
    (Knob::FrequencyPenalty, "frequency_penalty"),
    (Knob::Mirostat, "mirostat_mode"),
    (Knob::MirostatTau, "mirostat_tau"),
    (Knob::MirostatEta, "mirostat_eta"),
    (Knob::Seed, "seed"),
    (Knob::MaxTokens, "max_tokens"),
];

/// The server.
pub(super) fn llama_cpp_python() -> OpenAi {
    OpenAi {
        knobs: KNOBS,
        count: Some(Count::Text("/extras/tokenize/count", "input")),
        ..OpenAi::json_only()
    }
}
