//! OpenRouter: OpenAI's wire with more settings.

use super::openai::{self, OpenAi};
use super::{Commands, Dialect, Family, Sign};

pub(super) static FAMILY: Family = Family {
    word: "openrouter",
    name: "OpenRouter",
    signs: &[Sign::Host("openrouter.ai")],
    commands: Commands {
        key: Some("https://openrouter.ai/keys"),
        ..Commands::NONE
    },
    ..Family::UNKNOWN
};

pub(super) const DIALECT: &dyn Dialect = &OpenAi {
    knobs: openai::WIDE,
    ..OpenAi::of(&FAMILY)
};
