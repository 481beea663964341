//! vLLM: OpenAI's wire; it goes on from a message only where it is told to, and counts at `/tokenize`.

use super::openai::{Count, OpenAi};
use super::{Commands, Dialect, Family, Origins, Sign};

pub(super) static FAMILY: Family = Family {
    word: "vllm",
    name: "vLLM",
    ports: &[8000],
    signs: &[Sign::Owner("vllm")],
    // Open even where `/v1` wants a key; without one `/v1` refuses in a way that a page cannot read.
    alive: Some("/health"),
    commands: Commands {
        start: Some("vllm serve MODEL --port 8000"),
        listen_all: Some("vllm serve MODEL --host 0.0.0.0"),
        more_context: Some("vllm serve MODEL --max-model-len 16384"),
        parallel: Some("vllm serve MODEL --max-num-seqs 8"),
        key: Some("vllm serve MODEL --api-key KEY"),
        fetch_model: Some("vllm serve MODEL --served-model-name {model}"),
        origins: Origins::Command("vllm serve MODEL --allowed-origins '[\"{page}\"]'"),
        ..Commands::NONE
    },
    ..Family::UNKNOWN
};

pub(super) const DIALECT: &dyn Dialect = &OpenAi {
    continues: &[
        ("continue_final_message", true),
        ("add_generation_prompt", false),
    ],
    count: Some(Count::Messages("/tokenize")),
    ..OpenAi::json_only(&FAMILY)
};
