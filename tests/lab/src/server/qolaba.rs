//! The Qolaba proxy: OpenAI's wire behind a key, through Express. JSON or nothing, strict fields, `id:` lines, another id for each chunk.

use super::openai::{self, error};
use super::{Ask, CREATED, Chat, Server};
use crate::http::Answer;
use crate::plan::Voice;
use crate::reply::Reply;
use serde_json::{Value, json};
use std::cell::Cell;

/// The server.
pub struct Qolaba;

impl Server for Qolaba {
    fn answer(&self, ask: &Ask<'_>) -> Answer {
        match (ask.request.method.as_str(), ask.path) {
            ("GET", "/health") => Answer::json(
                200,
                &json!({"status": "healthy", "service": "qoloba-proxy", "timestamp": "2026-11-21T10:00:00.000Z"}),
            ),
            (_, path) if path.starts_with("/v1") && !has_key(ask) => self.unauthorized(ask),
            ("GET", "/v1/models") => Answer::json(
                200,
                &openai::models(ask, &["gpt-4.1-mini-2025-04-14", "claude-3-7"], "qolaba"),
            ),
            ("POST", "/v1/chat/completions") => chat(ask),
            _ => Answer::json(
                404,
                &error(
                    "Endpoint not found",
                    "not_found_error",
                    json!("endpoint_not_found"),
                ),
            ),
        }
    }

    fn cors(&self, _ask: &Ask<'_>) -> Vec<(&'static str, String)> {
        vec![("Access-Control-Allow-Origin", "*".into())]
    }

    fn preflight(&self, _ask: &Ask<'_>) -> Answer {
        Answer::new(204, "text/plain", "")
            .header(
                "Access-Control-Allow-Methods",
                "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS",
            )
            .header(
                "Access-Control-Allow-Headers",
                "Content-Type,Authorization,x-api-key,X-Requested-With,Accept,Origin",
            )
            .header("Access-Control-Max-Age", "86400")
    }

    fn error(&self, _ask: &Ask<'_>, status: u16, message: &str) -> Answer {
        Answer::json(
            status,
            &error(message, "api_error", json!("upstream_error")),
        )
    }

    fn unauthorized(&self, _ask: &Ask<'_>) -> Answer {
        let message = "API key is required and must have at least 10 characters";
        Answer::json(
            401,
            &error(message, "authentication_error", json!("invalid_api_key")),
        )
    }

    fn open(&self, path: &str) -> bool {
        path == "/health"
    }
}

/// Any key will do that is long enough; it may come in three places.
fn has_key(ask: &Ask<'_>) -> bool {
    let header = ask.request.header("x-api-key");
    let query = super::query(ask.request, "api_key");
    let keys = [ask.request.bearer(), header, query.as_deref()];
    keys.into_iter().flatten().any(|key| key.len() >= 10)
}

fn invalid(message: &str, code: &str) -> Answer {
    Answer::json(400, &error(message, "invalid_request_error", json!(code)))
}

/// What is wrong with the body, in the proxy's words.
fn complaint(body: &Value) -> Option<Answer> {
    let Some(messages) = body["messages"].as_array() else {
        return Some(invalid("messages field is required", "missing_messages"));
    };
    let empty = |message: &Value| {
        message["content"]
            .as_str()
            .is_none_or(|text| text.trim().is_empty())
    };
    if let Some(place) = messages.iter().position(empty) {
        let message = format!("messages[{place}].content must not be empty");
        return Some(invalid(&message, "invalid_message"));
    }
    let outside = |name: &str, low: f64, high: f64| {
        body.get(name).is_some_and(|value| {
            value
                .as_f64()
                .is_none_or(|number| number < low || number > high)
        })
    };
    if outside("temperature", 0.0, 2.0) {
        let message = "temperature must be a number between 0 and 2";
        return Some(invalid(message, "invalid_temperature"));
    }
    if outside("max_tokens", 1.0, 32768.0) {
        let message = "max_tokens must be between 1 and 32768";
        return Some(invalid(message, "invalid_max_tokens"));
    }
    (!body["stream"].is_null() && !body["stream"].is_boolean())
        .then(|| invalid("stream must be a boolean", "invalid_stream"))
}

fn chat(ask: &Ask<'_>) -> Answer {
    // Express parses JSON types alone: any other body is an empty object.
    let is_json = ask.request.media_type() == "application/json";
    let body = ask
        .json
        .clone()
        .filter(|_| is_json)
        .unwrap_or_else(|| json!({}));
    if let Some(complaint) = complaint(&body) {
        return complaint;
    }
    let Some(chat) = Chat::read(ask, false) else {
        return invalid("Invalid JSON", "invalid_json");
    };
    let model = chat
        .model
        .clone()
        .unwrap_or_else(|| "gpt-4.1-mini-2025-04-14".into());
    let voice = Chunks {
        model,
        count: Cell::new(0),
    };
    if chat.stream {
        chat.stream(ask, "text/event-stream; charset=utf-8", &voice, false)
    } else {
        let whole = openai::Chunks {
            id: "chatcmpl-lab".into(),
            model: voice.model,
            usage: true,
            reasoning: "reasoning_content",
            fingerprint: None,
            role: false,
        };
        Answer::json(200, &whole.whole(&chat.reply))
    }
}

struct Chunks {
    model: String,
    count: Cell<usize>,
}

impl Chunks {
    fn chunk(&self, delta: Value, finish: Value, error: Option<Value>) -> Vec<u8> {
        self.count.set(self.count.get() + 1);
        let id = format!("chatcmpl-{:04x}", self.count.get() * 40_503 % 65_536);
        let mut chunk = json!({
            "id": id, "object": "chat.completion.chunk", "created": CREATED, "model": self.model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        });
        if let Some(error) = error {
            chunk["error"] = error;
        }
        format!("id: {id}\ndata: {chunk}\n\n").into_bytes()
    }
}

impl Voice for Chunks {
    /// It knows none.
    fn thinking(&self, _text: &str) -> Vec<u8> {
        Vec::new()
    }

    fn text(&self, text: &str, _count: usize) -> Vec<u8> {
        self.chunk(json!({"content": text}), Value::Null, None)
    }

    fn end(&self, word: &str, _reply: &Reply) -> Vec<Vec<u8>> {
        vec![
            self.chunk(json!({}), json!(word), None),
            b"data: [DONE]\n\n".to_vec(),
        ]
    }

    fn error(&self) -> Vec<u8> {
        let error = json!({"message": "Request timeout", "type": "api_error", "code": "timeout"});
        let mut bytes = self.chunk(json!({}), json!("error"), Some(error));
        bytes.extend_from_slice(b"data: [DONE]\n\n");
        bytes
    }
}
