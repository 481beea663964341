//! llama-cpp-python's server: OpenAI's wire through FastAPI.
//!
//! It takes nothing but `application/json`, and answers anything else with a 500; it counts the tokens of a text; it answers with
//! whatever model it has, by whatever name it is asked (protocols, 15). Closing the connection is the only stop.

use super::openai::{Count, OpenAi};
use super::sampling::Spelling;
use super::{Commands, Dialect, Family, Sign};
use crate::chat::request::Knob;

/// Names of the settings as the server's list of fields has them; what it does not know it passes over.
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

pub(super) static FAMILY: Family = Family {
    word: "llama-cpp-python",
    name: "llama-cpp-python",
    ports: &[8000],
    // Every model of its list is owned by `me`.
    signs: &[Sign::Owner("me")],
    // Each field of its settings is an option of this name. Its default lets every page read its answers (protocols, 15).
    commands: Commands {
        start: Some("python3 -m llama_cpp.server --model MODEL.gguf --port 8000"),
        listen_all: Some("python3 -m llama_cpp.server --model MODEL.gguf --host 0.0.0.0"),
        more_context: Some("python3 -m llama_cpp.server --model MODEL.gguf --n_ctx 16384"),
        use_gpu: Some("python3 -m llama_cpp.server --model MODEL.gguf --n_gpu_layers -1"),
        key: Some("python3 -m llama_cpp.server --model MODEL.gguf --api_key KEY"),
        ..Commands::NONE
    },
    ..Family::UNKNOWN
};

pub(super) const DIALECT: &dyn Dialect = &OpenAi {
    knobs: KNOBS,
    count: Some(Count::Text("/extras/tokenize/count", "input")),
    ..OpenAi::json_only(&FAMILY)
};
