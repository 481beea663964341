//! One neutral set of settings, spelled as each family spells it. What a family does not know is not sent.
//!
//! In: [`Sampling`] and a family's table. Out: fields of a request. Knows names, not what they do.

use serde_json::{Map, Value, json};

use crate::chat::request::{Knob, Sampling};

/// How a family spells the settings that it knows.
pub type Spelling = &'static [(Knob, &'static str)];

/// OpenAI's own, which every compatible server knows.
pub const OPENAI: Spelling = &[
    (Knob::Temperature, "temperature"),
    (Knob::TopP, "top_p"),
    (Knob::PresencePenalty, "presence_penalty"),
    (Knob::FrequencyPenalty, "frequency_penalty"),
    (Knob::Seed, "seed"),
    (Knob::MaxTokens, "max_tokens"),
];

/// vLLM, LM Studio, OpenRouter: OpenAI's and the common ones beyond (protocols, 9.1 to 9.3).
pub const WIDE: Spelling = &[
    (Knob::Temperature, "temperature"),
    (Knob::TopP, "top_p"),
    (Knob::TopK, "top_k"),
    (Knob::MinP, "min_p"),
    (Knob::RepeatPenalty, "repetition_penalty"),
    (Knob::PresencePenalty, "presence_penalty"),
    (Knob::FrequencyPenalty, "frequency_penalty"),
    (Knob::Seed, "seed"),
    (Knob::MaxTokens, "max_tokens"),
];

/// text-generation-webui (protocols, 10).
pub const TEXT_GEN: Spelling = &[
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

/// llama.cpp (protocols, 7.3).
pub const LLAMACPP: Spelling = &[
    (Knob::Temperature, "temperature"),
    (Knob::TopP, "top_p"),
    (Knob::TopK, "top_k"),
    (Knob::MinP, "min_p"),
    (Knob::TypicalP, "typical_p"),
    (Knob::RepeatPenalty, "repeat_penalty"),
    (Knob::PresencePenalty, "presence_penalty"),
    (Knob::FrequencyPenalty, "frequency_penalty"),
    (Knob::DryMultiplier, "dry_multiplier"),
    (Knob::DryBase, "dry_base"),
    (Knob::DryAllowedLength, "dry_allowed_length"),
    (Knob::XtcProbability, "xtc_probability"),
    (Knob::XtcThreshold, "xtc_threshold"),
    (Knob::Mirostat, "mirostat"),
    (Knob::MirostatTau, "mirostat_tau"),
    (Knob::MirostatEta, "mirostat_eta"),
    (Knob::Seed, "seed"),
    (Knob::MaxTokens, "max_tokens"),
];

/// KoboldCpp's native endpoint (protocols, 2.3).
pub const KOBOLDCPP: Spelling = &[
    (Knob::Temperature, "temperature"),
    (Knob::TopP, "top_p"),
    (Knob::TopK, "top_k"),
    (Knob::MinP, "min_p"),
    (Knob::TypicalP, "typical"),
    (Knob::RepeatPenalty, "rep_pen"),
    (Knob::PresencePenalty, "presence_penalty"),
    (Knob::DryMultiplier, "dry_multiplier"),
    (Knob::DryBase, "dry_base"),
    (Knob::DryAllowedLength, "dry_allowed_length"),
    (Knob::XtcProbability, "xtc_probability"),
    (Knob::XtcThreshold, "xtc_threshold"),
    (Knob::Mirostat, "mirostat"),
    (Knob::MirostatTau, "mirostat_tau"),
    (Knob::MirostatEta, "mirostat_eta"),
    (Knob::Seed, "sampler_seed"),
    (Knob::MaxTokens, "max_length"),
    (Knob::Context, "max_context_length"),
];

/// KoboldCpp's `/v1` side: OpenAI's names where OpenAI has one, its own for the rest.
pub const KOBOLDCPP_V1: Spelling = &[
    (Knob::Temperature, "temperature"),
    (Knob::TopP, "top_p"),
    (Knob::TopK, "top_k"),
    (Knob::MinP, "min_p"),
    (Knob::TypicalP, "typical"),
    (Knob::RepeatPenalty, "rep_pen"),
    (Knob::PresencePenalty, "presence_penalty"),
    (Knob::FrequencyPenalty, "frequency_penalty"),
    (Knob::DryMultiplier, "dry_multiplier"),
    (Knob::DryBase, "dry_base"),
    (Knob::DryAllowedLength, "dry_allowed_length"),
    (Knob::XtcProbability, "xtc_probability"),
    (Knob::XtcThreshold, "xtc_threshold"),
    (Knob::Mirostat, "mirostat"),
    (Knob::MirostatTau, "mirostat_tau"),
    (Knob::MirostatEta, "mirostat_eta"),
    (Knob::Seed, "seed"),
    (Knob::MaxTokens, "max_tokens"),
    (Knob::Context, "max_context_length"),
];

/// Ollama, inside `options` (protocols, 8.2).
pub const OLLAMA: Spelling = &[
    (Knob::Temperature, "temperature"),
    (Knob::TopP, "top_p"),
    (Knob::TopK, "top_k"),
    (Knob::MinP, "min_p"),
    (Knob::TypicalP, "typical_p"),
    (Knob::RepeatPenalty, "repeat_penalty"),
    (Knob::PresencePenalty, "presence_penalty"),
    (Knob::FrequencyPenalty, "frequency_penalty"),
    (Knob::Seed, "seed"),
    (Knob::MaxTokens, "num_predict"),
    (Knob::Context, "num_ctx"),
];

/// The settings that are set and known, under the family's names; texts that end the reply under `stop`.
pub fn fields(sampling: &Sampling, spelling: Spelling, stop: &str) -> Map<String, Value> {
    let known = spelling
        .iter()
        .filter_map(|(knob, name)| Some(((*name).to_owned(), sampling.value(*knob)?)));
    let mut fields: Map<String, Value> = known.collect();
    if !sampling.stop.is_empty() {
        fields.insert(stop.to_owned(), json!(sampling.stop));
    }
    fields
}

/// Puts fields into a request; they win over what is there.
pub fn put(body: &mut Value, fields: Map<String, Value>) {
    if let Value::Object(body) = body {
        body.extend(fields);
    }
}

/// Puts one field into a request; it wins over what is there.
pub(super) fn set(body: &mut Value, name: &str, value: Value) {
    if let Value::Object(body) = body {
        body.insert(name.to_owned(), value);
    }
}
