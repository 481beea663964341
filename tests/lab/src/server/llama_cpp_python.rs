//! llama-cpp-python's server, through FastAPI: anything but JSON is a 500, any model's name will do, no usage in the stream.

use super::openai;
use super::{Ask, Chat, Server, wants_json};
use crate::http::Answer;
use crate::recordings;
use crate::reply::tokens;
use serde_json::{Value, json};

/// The server.
pub struct LlamaCppPython;

impl Server for LlamaCppPython {
    fn answer(&self, ask: &Ask<'_>) -> Answer {
        let method = ask.request.method.as_str();
        if method == "POST" && ask.request.media_type() != "application/json" {
            return wants_json(500);
        }
        match (method, ask.path) {
            ("GET", "/v1/models") => Answer::new(
                200,
                "application/json",
                recordings::body("llama-cpp-python", "models"),
            ),
            ("POST", "/extras/tokenize/count") => {
                let text = ask.json.as_ref().and_then(|body| body["input"].as_str());
                let count = tokens(text.unwrap_or_default()).len();
                Answer::json(200, &json!({ "count": count }))
            }
            ("POST", "/v1/chat/completions") => chat(ask),
            _ => Answer::json(404, &json!({"detail": "Not Found"})),
        }
    }

    fn error(&self, _ask: &Ask<'_>, status: u16, message: &str) -> Answer {
        Answer::json(status, &error(message))
    }

    fn unauthorized(&self, _ask: &Ask<'_>) -> Answer {
        Answer::json(401, &json!({"detail": "Invalid API key"}))
    }
}

/// Its form of an error, whatever happened.
fn error(message: &str) -> Value {
    openai::error(message, "internal_server_error", Value::Null)
}

fn chat(ask: &Ask<'_>) -> Answer {
    let Some(chat) = Chat::read(ask, false) else {
        return Answer::json(500, &error("1 validation error"));
    };
    let voice = openai::Chunks {
        id: "chatcmpl-lab".into(),
        model: chat.model.clone().unwrap_or_else(|| "smollm2".into()),
        usage: false,
        reasoning: "reasoning_content",
        fingerprint: None,
        role: true,
    };
    if chat.stream {
        chat.stream(ask, "text/event-stream; charset=utf-8", &voice, false)
    } else {
        Answer::json(200, &voice.whole(&chat.reply))
    }
}
