//! One neutral set of settings, spelled as each family spells it. What a family does not know is not sent.
//!
//! In: [`Sampling`] and a family's table, which stands in the family's file. Out: fields of a request. Knows names, not what they do.

use serde_json::{Map, Value, json};

use crate::chat::request::{Knob, Sampling};

/// A family's spelling of the settings that it knows.
pub type Spelling = &'static [(Knob, &'static str)];

/// The settings that are set and known, under the family's names; texts that end the reply under `stop`.
pub fn fields(
    sampling: &Sampling,
    spelling: impl IntoIterator<Item = &'static (Knob, &'static str)>,
    stop: &str,
) -> Map<String, Value> {
    let known = spelling
        .into_iter()
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
