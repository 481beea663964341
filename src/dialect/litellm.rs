//! The LiteLLM proxy: OpenAI's wire. It takes any media type, counts with the tokenizer of the model behind it, and lives without a key.

use super::openai::{Count, OpenAi};
use super::{Commands, Dialect, Family, Origins};

pub(super) static FAMILY: Family = Family {
    word: "litellm",
    name: "LiteLLM",
    ports: &[4000],
    alive: Some("/health/liveliness"),
    commands: Commands {
        start: Some("litellm --config config.yaml --port 4000"),
        listen_all: Some("litellm --config config.yaml --host 0.0.0.0"),
        key: Some("LITELLM_MASTER_KEY"),
        origins: Origins::Command("LITELLM_CORS_ORIGINS={page} litellm --config config.yaml"),
        ..Commands::NONE
    },
    ..Family::UNKNOWN
};

pub(super) const DIALECT: &dyn Dialect = &OpenAi {
    count: Some(Count::Messages("/utils/token_counter")),
    ..OpenAi::of(&FAMILY)
};
