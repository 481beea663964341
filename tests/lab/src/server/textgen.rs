//! text-generation-webui, through FastAPI: JSON or nothing, pings as comments, a failure that just ends, a guard of hosts before CORS.

use super::openai::{self, error};
use super::{Ask, Chat, Server};
use crate::http::Answer;
use crate::plan::Voice;
use crate::reply::{Reply, tokens};
use serde_json::{Value, json};

/// The server.
pub struct TextGen;

impl Server for TextGen {
    fn answer(&self, ask: &Ask<'_>) -> Answer {
        let method = ask.request.method.as_str();
        if method == "POST"
            && ask.path != "/v1/internal/stop-generation"
            && ask.request.media_type() != "application/json"
        {
            let complaint = json!({
                "type": "model_attributes_type", "loc": ["body"],
                "msg": "Input should be a valid dictionary or object to extract fields from",
            });
            return Answer::json(422, &json!({"detail": [complaint]}));
        }
        match (method, ask.path) {
            ("GET", "/v1/internal/health") => Answer::json(200, &json!({"status": "ok"})),
            ("GET", "/v1/internal/model/info") => Answer::json(
                200,
                &json!({"model_name": "river.gguf", "lora_names": [], "loader": "llama.cpp"}),
            ),
            ("GET", "/v1/models") => {
                Answer::json(200, &openai::models(ask, &["river.gguf"], "user"))
            }
            ("POST", "/v1/internal/token-count") => {
                let text = ask.json.as_ref().and_then(|body| body["text"].as_str());
                match text {
                    Some(text) => Answer::json(200, &json!({"length": tokens(text).len()})),
                    None => missing("text"),
                }
            }
            ("POST", "/v1/internal/stop-generation") => Answer::json(200, &json!("OK")),
            ("POST", "/v1/chat/completions") => chat(ask),
            _ => Answer::json(404, &json!({"detail": "Not Found"})),
        }
    }

    fn cors(&self, ask: &Ask<'_>) -> Vec<(&'static str, String)> {
        let mut headers = openai::OpenAi.cors(ask);
        if !headers.is_empty() {
            headers.push(("access-control-allow-credentials", "true".into()));
        }
        headers
    }

    fn error(&self, _ask: &Ask<'_>, status: u16, message: &str) -> Answer {
        Answer::json(status, &error(message, "OpenAIError", Value::Null))
    }

    fn unauthorized(&self, _ask: &Ask<'_>) -> Answer {
        Answer::json(401, &json!({"detail": "Unauthorized"}))
    }

    fn refuses(&self, ask: &Ask<'_>) -> Option<Answer> {
        let host = ask.request.header("host").unwrap_or_default();
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        let known = matches!(name, "localhost" | "127.0.0.1");
        (!known).then(|| Answer::json(400, &json!({"detail": "Invalid host header"})))
    }
}

fn missing(field: &str) -> Answer {
    let complaint = json!({"type": "missing", "loc": ["body", field], "msg": "Field required"});
    Answer::json(422, &json!({"detail": [complaint]}))
}

fn chat(ask: &Ask<'_>) -> Answer {
    let Some(chat) = Chat::read(ask, false) else {
        return missing("messages");
    };
    let voice = Chunks(openai::Chunks {
        id: "chatcmpl-lab".into(),
        model: chat.model.clone().unwrap_or_else(|| "river.gguf".into()),
        usage: chat.usage,
        reasoning: "reasoning_content",
        fingerprint: None,
        role: true,
    });
    if chat.stream {
        chat.stream(ask, "text/event-stream; charset=utf-8", &voice, false)
    } else {
        Answer::json(200, &voice.0.whole(&chat.reply))
    }
}

struct Chunks(openai::Chunks);

impl Voice for Chunks {
    fn open(&self) -> Vec<u8> {
        self.0.open()
    }

    fn thinking(&self, text: &str) -> Vec<u8> {
        self.0.thinking(text)
    }

    fn text(&self, text: &str, count: usize) -> Vec<u8> {
        self.0.text(text, count)
    }

    fn end(&self, word: &str, reply: &Reply) -> Vec<Vec<u8>> {
        self.0.end(word, reply)
    }

    /// An exception in its generator: the stream is over, and nobody says why.
    fn error(&self) -> Vec<u8> {
        Vec::new()
    }

    fn comment(&self) -> Vec<u8> {
        b": ping - 2026-11-21 10:00:00.000000+00:00\n\n".to_vec()
    }
}
