//! The Qolaba proxy: OpenAI's wire behind a key, strict about what it is sent.
//!
//! It parses nothing but `application/json`, refuses empty messages, and knows few settings. Its chunks have an `id:` line and another
//! id each; a failure in the middle is a chunk with `finish_reason` `error` and the error beside it, then `[DONE]`: [`Chunks`] reads all
//! of that. Closing the connection is the only stop.

use serde_json::{Value, json};

use super::openai::{CHAT, Chunks};
use super::sampling::{self, Spelling};
use super::{Call, Decoder, Dialect, Model, Takes, read};
use crate::chat::request::{ChatRequest, Knob};
use crate::event::ServerError;

/// The limit of tokens is checked by the proxy and handed to nobody: offering it would be a promise that nobody keeps.
const KNOBS: Spelling = &[(Knob::Temperature, "temperature")];

/// The Qolaba proxy.
#[derive(Debug, Clone, Copy, Default)]
pub struct Qolaba;

impl Dialect for Qolaba {
    fn rungs(&self) -> &'static [&'static str] {
        &[CHAT]
    }

    fn chat(&self, request: &ChatRequest, _rung: usize) -> Call {
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

    fn decoder(&self, _rung: usize) -> Box<dyn Decoder> {
        Box::new(Chunks::default())
    }

    fn takes(&self) -> Takes {
        Takes {
            knobs: KNOBS,
            ..Takes::default()
        }
    }

    fn models(&self) -> Call {
        Call::get("/v1/models")
    }

    fn read_models(&self, body: &str) -> Result<Vec<Model>, ServerError> {
        read::models(body)
    }

    fn alive(&self) -> Call {
        Call::get("/health")
    }
}
