//! The hostile answers: what a model, or who speaks through it, may say to harm a reader. Data, in the JSON files beside this.
//!
//! In: those files. Out: answers with their names, each part in each place. Every address of theirs that would be asked for stands on
//! `hostile.example`, so that whoever plays them can see that nobody asks.

use serde_json::{Map, Value};

/// An answer, and what it is.
#[derive(Debug, Clone)]
pub struct Hostile {
    /// The answer's name: a part and its place.
    pub name: String,
    /// The answer.
    pub text: String,
}

/// All answers: each part of markup and each address in every place, and texts that stand by themselves.
pub fn answers() -> Vec<Hostile> {
    let markup = crossed(include_str!("markup.json"));
    let links = crossed(include_str!("links.json"));
    let texts = crossed(include_str!("texts.json"));
    markup.into_iter().chain(links).chain(texts).collect()
}

/// Each of what is there in each place, if there are places.
pub fn crossed(file: &str) -> Vec<Hostile> {
    let file: Value = serde_json::from_str(file).expect("JSON");
    let alone = Map::from_iter([(String::new(), Value::from("{}"))]);
    let inside = file["inside"].as_object().unwrap_or(&alone);
    let what = file["what"].as_object().expect("what is hostile");
    let all = what.iter().flat_map(|(name, text)| {
        inside.iter().map(move |(place, form)| Hostile {
            name: format!("{name} {place}").trim_end().to_owned(),
            text: put(form, text),
        })
    });
    all.collect()
}

fn put(form: &Value, text: &Value) -> String {
    let (form, text) = (form.as_str().expect("a place"), text.as_str());
    form.replace("{}", text.expect("a text"))
}
