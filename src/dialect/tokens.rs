//! What servers tell of single tokens: their probabilities and what could have stood there instead.
//!
//! In: the field of a frame that holds them. Out: [`Token`]s in their order. It must not know where in a frame that field stands.
//! Three shapes are known: OpenAI's (`content`, a list of objects: llama.cpp, vLLM, KoboldCpp), the same list bare (Ollama, llama.cpp's
//! native endpoint), and OpenAI's older one (lists side by side: completions).

use serde_json::Value;

use super::read::text;
use crate::event::Token;

/// The tokens in this field; none where it is null or of another shape.
pub(super) fn read(field: &Value) -> Vec<Token> {
    let list = field
        .as_array()
        .or_else(|| field.get("content").and_then(Value::as_array));
    if let Some(list) = list {
        return list.iter().filter_map(one).collect();
    }
    let beside = |key| field.get(key).and_then(Value::as_array);
    let Some(tokens) = beside("tokens") else {
        return Vec::new();
    };
    let token = |(place, token): (usize, &Value)| {
        let at = |key| beside(key).and_then(|list| list.get(place));
        Some(Token {
            text: token.as_str()?.to_owned(),
            logprob: at("token_logprobs").and_then(chance),
            alternatives: at("top_logprobs").map(by_text).unwrap_or_default(),
            ..Token::default()
        })
    };
    tokens.iter().enumerate().filter_map(token).collect()
}

fn one(item: &Value) -> Option<Token> {
    // An end mark is a token without a text: nothing on the page could show it.
    let alternative = |other: &Value| {
        let text = other.get("token")?.as_str()?.to_owned();
        Some((text, chance(other.get("logprob")?)?))
    };
    let others = item.get("top_logprobs").and_then(Value::as_array);
    Some(Token {
        text: text(item, "token")?.to_owned(),
        logprob: item.get("logprob").and_then(chance),
        alternatives: others
            .map(|others| others.iter().filter_map(alternative).collect())
            .unwrap_or_default(),
        ..Token::default()
    })
}

/// The older shape's alternatives: an object from text to logarithm, in no order.
fn by_text(others: &Value) -> Vec<(String, f32)> {
    let others = others.as_object().into_iter().flatten();
    let mut others: Vec<(String, f32)> = others
        .filter_map(|(text, value)| Some((text.clone(), chance(value)?)))
        .collect();
    others.sort_by(|a, b| b.1.total_cmp(&a.1));
    others
}

/// The logarithm of a probability, which rounding may have lifted above 0.
fn chance(value: &Value) -> Option<f32> {
    let chance = value.as_f64()? as f32;
    (!chance.is_nan()).then_some(chance.min(0.0))
}
