//! The Qolaba proxy: OpenAI's wire behind a key, strict about what it is sent.
//!
//! It parses nothing but `application/json`, refuses empty messages, and knows few settings. Its chunks have an `id:` line and another
//! id each; a failure in the middle is a chunk with `finish_reason` `error` and the error beside it, then `[DONE]`: [`Chunks`] reads all
//! of that. Closing the connection is the only stop.

use serde_json::{Value, json};

use super::openai::{self, CHAT, Chunks};
use super::sampling::{self, Spelling};
use super::{Call, Commands, Decoder, Dialect, Family, Origins, Quirks, Sign, Takes, Transport};
use crate::chat::request::{ChatRequest, Knob};

/// Settings that are offered. The limit of tokens is none of them: the proxy checks it and hands it to nobody, so offering it
/// would be a promise that nobody keeps.
const KNOBS: Spelling = &[(Knob::Temperature, "temperature")];

pub(super) static FAMILY: Family = Family {
    word: "qolaba",
    name: "Qolaba",
    ports: &[3000],
    // Its source spells it with an o.
    signs: &[Sign::Service("qoloba-proxy"), Sign::Service("qolaba-proxy")],
    alive: Some("/health"),
    commands: Commands {
        start: Some("npm start"),
        origins: Origins::Command("CORS_ORIGIN={page} npm start"),
        ..Commands::NONE
    },
    quirks: Quirks {
        own_timers: true,
        ..Quirks::NONE
    },
};

pub(super) const DIALECT: &dyn Dialect = &Qolaba;

/// The Qolaba proxy.
struct Qolaba;

impl Dialect for Qolaba {
    fn family(&self) -> &'static Family {
        &FAMILY
    }

    fn transports(&self) -> &'static [Transport] {
        &[openai::TRANSPORT]
    }

    fn chat(&self, request: &ChatRequest, _over: &Transport) -> Call {
        let says = request.messages.iter();
        let messages: Value = says
            .filter(|message| !message.text.trim().is_empty())
            .map(|message| json!({ "role": message.role.word(), "content": message.text }))
            .collect();
        let mut body = json!({ "messages": messages, "stream": true });
        // Without a model, or with one that it does not know, the proxy takes its own.
        if let Some(model) = &request.model {
            sampling::set(&mut body, "model", json!(model));
        }
        for (knob, name) in KNOBS {
            if let Some(value) = request.sampling.value(*knob) {
                sampling::set(&mut body, name, value);
            }
        }
        sampling::put(&mut body, request.sampling.extra.clone());
        Call::post(CHAT, &body).json_only()
    }

    fn decoder(&self, _request: &ChatRequest, _over: &Transport) -> Box<dyn Decoder> {
        Box::new(Chunks::default())
    }

    fn takes(&self) -> Takes {
        Takes {
            knobs: KNOBS,
            ..Takes::default()
        }
    }
}
