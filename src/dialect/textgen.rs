//! text-generation-webui: OpenAI's wire with many settings.
//!
//! It has a stop endpoint, but that one stops everybody; closing the connection stops this reply.

use super::openai::{Count, OpenAi};
use super::read::text;
use super::sampling::Spelling;
use super::{Commands, Dialect, Family, Origins, Probe, Seen, Sign, Stage};
use crate::chat::request::Knob;

/// Path at which the server says that it lives.
const HEALTH: &str = "/v1/internal/health";

/// text-generation-webui's names of the settings (protocols, 10).
const KNOBS: Spelling = &[
    (Knob::Temperature, "temperature"),
    (Knob::TopP, "top_p"),
    (Knob::TopK, "top_k"),
    (Knob::MinP, "min_p"),
    (Knob::TypicalP, "typical_p"),
    (Knob::RepeatPenalty, "repetition_penalty"),
    (Knob::PresencePenalty, "presence_penalty"),
    (Knob::FrequencyPenalty, "frequency_penalty"),
    (Knob::DryMultiplier, "dry_multiplier"),
    (Knob::DryBase, "dry_base"),
    (Knob::DryAllowedLength, "dry_allowed_length"),
    (Knob::XtcProbability, "xtc_probability"),
    (Knob::XtcThreshold, "xtc_threshold"),
    (Knob::Mirostat, "mirostat_mode"),
    (Knob::MirostatTau, "mirostat_tau"),
    (Knob::MirostatEta, "mirostat_eta"),
    (Knob::Seed, "seed"),
    (Knob::MaxTokens, "max_tokens"),
    (Knob::Context, "truncation_length"),
];

pub(super) static FAMILY: Family = Family {
    word: "textgen",
    name: "text-generation-webui",
    ports: &[5000],
    signs: &[Sign::Asked(
        Stage::Listed,
        Probe {
            path: HEALTH,
            read: |heard| Seen::just(text(heard.value, "status").is_some()),
        },
    )],
    alive: Some(HEALTH),
    commands: Commands {
        start: Some("python server.py --api"),
        listen_all: Some("python server.py --api --listen"),
        more_context: Some("python server.py --api --ctx-size 16384"),
        key: Some("python server.py --api --api-key KEY"),
        // Its check of the Host header comes before CORS, and its refusal carries none.
        origins: Origins::KnownNames,
        ..Commands::NONE
    },
    ..Family::UNKNOWN
};

pub(super) const DIALECT: &dyn Dialect = &OpenAi {
    knobs: KNOBS,
    continues: &[("continue_", true)],
    count: Some(Count::Text("/v1/internal/token-count", "text")),
    ..OpenAi::json_only(&FAMILY)
};
