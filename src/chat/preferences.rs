//! Preferences of a person for replies, beside the words: how the model picks them, what it is told before, what is looked into.
//!
//! In: what was typed, or what was kept. Out: [`Preferences`], as plain data and as JSON. It must not know which server takes what.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::request::{Knob, Sampling};
use crate::decimal::decimal;

/// Preferences for one server. The default is to leave everything to it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Preferences {
    /// Settings of how the model picks its words; `extra` holds the fields that [`Preferences::typed`] spells.
    pub sampling: Sampling,
    /// Other fields of the request as they were typed, right or not.
    pub typed: String,
    /// System prompt; empty for none.
    pub system: String,
    /// The template of a flat prompt; `None` is the server's own.
    pub template: Option<String>,
    /// Fields of their own beside the prompt, by name.
    pub fields: BTreeMap<String, String>,
    /// `true` if tokens are looked into.
    pub tokens: bool,
    /// The transport that is to be used, by its name; `None` finds one.
    pub way: Option<String>,
    /// The rule by which turns are left out, by its word, see [`Preferences::overflow`]; `None` is the usual one.
    pub left_out: Option<String>,
}

/// Rules by which turns of a conversation are left out that is longer than the model's context.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    strum::VariantArray,
    strum::IntoStaticStr,
    strum::EnumString,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Overflow {
    /// The oldest turns, but for those that the person pinned.
    #[default]
    Unpinned,
    /// The oldest turns, pinned or not.
    Oldest,
    /// The oldest turns, but for those that the person pinned; a summary made by the model takes their place.
    Summary,
}

impl Overflow {
    /// Every rule, in the order in which a person meets them.
    pub const ALL: &'static [Overflow] = <Overflow as strum::VariantArray>::VARIANTS;

    /// The rule's name where settings are kept.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// Reasons why a text cannot be used as fields of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// A text that is not JSON; the place, counted from 1, at which that shows.
    NotJson {
        /// Line.
        line: usize,
        /// Column.
        column: usize,
    },
    /// JSON, but not fields with names.
    NotFields,
}

/// A text that is no value of a setting: not a number, or beyond its span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoValue;

/// Other fields of a request, from what was typed. Nothing typed is no fields.
pub fn fields(typed: &str) -> Result<Map<String, Value>, Mistake> {
    if typed.trim().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_str(typed) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(Mistake::NotFields),
        Err(error) => Err(Mistake::NotJson {
            line: error.line(),
            column: error.column(),
        }),
    }
}

/// The value of a setting, from what was typed: `Ok(None)` is the server's own, else it is none that it can have.
pub fn setting(knob: Knob, typed: &str) -> Result<Option<f64>, NoValue> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    // Half of the world writes a comma.
    let value = decimal(&typed.replace(',', ".")).ok_or(NoValue)?;
    let (least, most) = knob.span();
    let fits = (least..=most).contains(&value) && (!knob.is_whole() || value.fract() == 0.0);
    if fits { Ok(Some(value)) } else { Err(NoValue) }
}

/// A number as people write it.
pub fn number(value: f64) -> String {
    let text = Value::from(value).to_string();
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

impl Preferences {
    /// Reads preferences that were kept. One that is missing or of another type is as good as not wished.
    pub fn read(kept: &Value) -> Preferences {
        let text = |name: &str| kept.get(name)?.as_str().map(str::to_owned);
        let typed = text("extra").unwrap_or_default();
        let knobs = Knob::ALL
            .iter()
            .filter_map(|&knob| Some((knob, kept.get("knobs")?.get(knob.word())?.as_f64()?)));
        let stop = kept.get("stop").and_then(Value::as_array);
        let stop = stop.map_or(&[][..], Vec::as_slice);
        let own = kept.get("fields").and_then(Value::as_object);
        let own = own.into_iter().flatten();
        Preferences {
            sampling: Sampling {
                knobs: knobs.collect(),
                stop: stop
                    .iter()
                    .filter_map(|text| text.as_str().map(str::to_owned))
                    .collect(),
                extra: fields(&typed).unwrap_or_default(),
            },
            typed,
            system: text("system").unwrap_or_default(),
            template: text("template"),
            fields: own
                .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
                .collect(),
            tokens: kept.get("tokens") == Some(&json!(true)),
            way: text("way"),
            left_out: text("left-out"),
        }
    }

    /// The rule by which turns are left out of a conversation that is longer than the context.
    pub fn overflow(&self) -> Overflow {
        let word = self.left_out.as_deref();
        word.and_then(|word| word.parse().ok()).unwrap_or_default()
    }

    /// Writes the preferences to be kept; only those that there are.
    pub fn write(&self) -> Value {
        let mut kept = Map::new();
        let mut keep = |name: &str, value: Value, is_wished: bool| {
            if is_wished {
                kept.insert(name.to_owned(), value);
            }
        };
        let sampling = &self.sampling;
        let knobs: Map<String, Value> = sampling
            .knobs
            .iter()
            .map(|(knob, value)| (knob.word().to_owned(), json!(value)))
            .collect();
        keep("knobs", Value::Object(knobs), !sampling.knobs.is_empty());
        keep("stop", json!(sampling.stop), !sampling.stop.is_empty());
        keep("extra", json!(self.typed), !self.typed.is_empty());
        keep("system", json!(self.system), !self.system.is_empty());
        keep("template", json!(self.template), self.template.is_some());
        keep("fields", json!(self.fields), !self.fields.is_empty());
        keep("tokens", json!(true), self.tokens);
        keep("way", json!(self.way), self.way.is_some());
        keep("left-out", json!(self.left_out), self.left_out.is_some());
        Value::Object(kept)
    }

    /// Sets a setting, or leaves it to the server.
    pub fn set(&mut self, knob: Knob, value: Option<f64>) {
        match value {
            Some(value) => self.sampling.knobs.insert(knob, value),
            None => self.sampling.knobs.remove(&knob),
        };
    }

    /// Takes other fields of the request as they are typed. What is mistaken is kept, but not sent.
    pub fn set_extra(&mut self, typed: String) -> Result<(), Mistake> {
        let read = fields(&typed);
        self.typed = typed;
        self.sampling.extra = read.clone().unwrap_or_default();
        read.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_the_same() {
        let mut preferences = Preferences {
            system: "Be brief.\n\"Always\"".into(),
            template: Some("gemma".into()),
            fields: BTreeMap::from([("style".into(), "haiku".into())]),
            tokens: true,
            way: Some("/ws".into()),
            left_out: Some("summary".into()),
            ..Preferences::default()
        };
        for (place, &knob) in Knob::ALL.iter().enumerate() {
            preferences.set(knob, Some(place as f64 + 0.5));
        }
        preferences.sampling.stop = vec!["END".into(), "\n".into()];
        preferences.set_extra("{\"min_keep\": 3}".into()).ok();
        assert_eq!(preferences.sampling.extra["min_keep"], 3);
        let kept = preferences.write().to_string();
        assert_eq!(
            Preferences::read(&serde_json::from_str(&kept).unwrap_or_default()),
            preferences
        );
        assert_eq!(Preferences::default().write(), json!({}));
        assert_eq!(
            Preferences::read(&json!(["of", "another", "type"])),
            Preferences::default()
        );
    }

    #[test]
    fn mistaken_fields_are_named_kept_and_not_sent() {
        let check = |typed: &str, expect| {
            let mut preferences = Preferences::default();
            assert_eq!(preferences.set_extra(typed.into()), Err(expect), "{typed}");
            assert_eq!(preferences.typed, typed);
            assert!(preferences.sampling.extra.is_empty());
        };
        check("{\n  \"a\": 1,\n}", Mistake::NotJson { line: 3, column: 1 });
        check("{\"a\"", Mistake::NotJson { line: 1, column: 4 });
        check("[1]", Mistake::NotFields);
        check("7", Mistake::NotFields);
        assert_eq!(fields(" \n"), Ok(Map::new()));
    }

    #[test]
    fn a_setting_is_a_number_that_it_can_have() {
        let check = |knob, typed: &str, expect| assert_eq!(setting(knob, typed), expect, "{typed}");
        check(Knob::Temperature, "0.7", Ok(Some(0.7)));
        check(Knob::Temperature, " 0,7 ", Ok(Some(0.7)));
        check(Knob::Temperature, "", Ok(None));
        check(Knob::Temperature, "-1", Err(NoValue));
        check(Knob::Temperature, "hot", Err(NoValue));
        check(Knob::TopP, "1.5", Err(NoValue));
        check(Knob::Seed, "-1", Ok(Some(-1.0)));
        check(Knob::Seed, "4294967295", Ok(Some(4_294_967_295.0)));
        check(Knob::MaxTokens, "80.5", Err(NoValue));
        for (value, text) in [(0.7, "0.7"), (80.0, "80"), (-1.0, "-1"), (0.05, "0.05")] {
            assert_eq!(number(value), text);
        }
    }
}
