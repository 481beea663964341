//! Small readers of JSON that every dialect uses. What is missing or of another type is `None`, never an error.

use serde_json::Value;

use super::Model;
use crate::event::{ErrorCause, ServerError};
use crate::json;

/// A text that is there and not empty.
pub(super) fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str().filter(|text| !text.is_empty())
}

/// A whole number of things.
pub(super) fn count(value: &Value, key: &str) -> Option<u32> {
    let value = value.get(key)?;
    value
        .as_u64()
        .or_else(|| {
            value
                .as_f64()
                .filter(|number| *number >= 0.0)
                .map(|number| number as u64)
        })?
        .try_into()
        .ok()
}

/// A measured number.
pub(super) fn number(value: &Value, key: &str) -> Option<f64> {
    value.get(key)?.as_f64().filter(|number| number.is_finite())
}

/// A speed or a span that was really measured: servers write 0 before they know.
pub(super) fn measured(value: &Value, key: &str) -> Option<f64> {
    number(value, key).filter(|number| *number > 0.0)
}

/// The JSON of a body, if it is an object.
pub(super) fn object(body: &str) -> Option<Value> {
    json::value(body).filter(Value::is_object)
}

/// Reads a list of models in any known shape: OpenAI's `data`, Ollama's `models`, a bare list, KoboldCpp's single `result`.
pub(super) fn models(body: &str) -> Result<Vec<Model>, ServerError> {
    let value = json::value(body);
    let list = value.as_ref().and_then(|value| {
        let lists = [value.get("data"), value.get("models"), Some(value)];
        lists.into_iter().flatten().find_map(Value::as_array)
    });
    if let Some(list) = list {
        return Ok(list.iter().filter_map(model).collect());
    }
    if let Some(id) = value.as_ref().and_then(|value| text(value, "result")) {
        return Ok(vec![named(id, None)]);
    }
    let mut error = super::read_error(200, "", body);
    if value.is_none() {
        error.cause = ErrorCause::NotAModelServer;
    }
    Err(error)
}

fn model(item: &Value) -> Option<Model> {
    if let Some(id) = item.as_str() {
        return Some(named(id, None));
    }
    let id = ["id", "model", "name", "key"]
        .into_iter()
        .find_map(|key| text(item, key))?;
    let context = item
        .get("meta")
        .and_then(|meta| count(meta, "n_ctx"))
        .or_else(|| {
            [
                "max_model_len",
                "loaded_context_length",
                "context_length",
                "max_context_length",
            ]
            .into_iter()
            .find_map(|key| count(item, key))
        });
    let mut model = named(id, context);
    model.sees = sees(item);
    if let Some(name) = ["display_name", "name"]
        .into_iter()
        .find_map(|key| text(item, key))
    {
        model.name = short_name(name);
    }
    Some(model)
}

/// Tells whether a listed model can see pictures; `None` where the list does not say. OpenRouter lists what goes in, LM Studio's
/// newer list says `vision`, its older one has a type for such models, Ollama and llama.cpp list words.
fn sees(item: &Value) -> Option<bool> {
    let names = |list: &Value, word: &str| {
        let list = list.as_array()?;
        Some(list.iter().any(|item| item.as_str() == Some(word)))
    };
    let architecture = item.get("architecture");
    if let Some(inputs) = architecture.and_then(|of| of.get("input_modalities")) {
        return names(inputs, "image");
    }
    match item.get("capabilities") {
        Some(Value::Object(can)) => can.get("vision").and_then(Value::as_bool),
        _ if item.get("type").and_then(Value::as_str) == Some("vlm") => Some(true),
        Some(can) => Some(names(can, "vision")? || names(can, "multimodal")?),
        None => None,
    }
}

fn named(id: &str, context: Option<u32>) -> Model {
    Model {
        id: id.to_owned(),
        name: short_name(id),
        context,
        sees: None,
    }
}

/// Returns the name that people use for a model: its id without the folder and the file ending of llama.cpp, KoboldCpp's prefix,
/// Ollama's tag `latest`.
pub(super) fn short_name(id: &str) -> String {
    let mut name = id.strip_prefix("koboldcpp/").unwrap_or(id);
    let ending = name.len().saturating_sub(".gguf".len());
    if let Some((path, ending)) = name.split_at_checked(ending)
        && ending.eq_ignore_ascii_case(".gguf")
    {
        name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    }
    name.strip_suffix(":latest").unwrap_or(name).to_owned()
}
