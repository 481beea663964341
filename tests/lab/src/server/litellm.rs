//! The LiteLLM proxy: any media type, codes that are texts, and without its key a bare failure that no page can read.

use super::openai;
use super::{Ask, Chat, Server, data};
use crate::http::Answer;
use crate::plan::Voice;
use crate::reply::Reply;
use serde_json::{Value, json};

/// The server.
pub struct LiteLlm;

impl Server for LiteLlm {
    fn answer(&self, ask: &Ask<'_>) -> Answer {
        match (ask.request.method.as_str(), ask.path) {
            ("GET", "/health/liveliness") => Answer::json(200, &json!("I'm alive!")),
            ("GET", "/v1/models") => Answer::json(200, &openai::models(ask, &["river"], "openai")),
            ("POST", "/utils/token_counter") => {
                let count = Chat::read(ask, false).map_or(0, |chat| chat.reply.prompt_tokens);
                Answer::json(
                    200,
                    &json!({"total_tokens": count, "request_model": "river", "model_used": "river", "tokenizer_type": "openai_tokenizer"}),
                )
            }
            ("POST", "/v1/chat/completions") => chat(ask),
            _ => Answer::json(404, &json!({"detail": "Not Found"})),
        }
    }

    fn error(&self, _ask: &Ask<'_>, status: u16, message: &str) -> Answer {
        Answer::json(status, &error(message, status))
    }

    fn unauthorized(&self, _ask: &Ask<'_>) -> Answer {
        Answer::new(500, "text/plain; charset=utf-8", "Internal Server Error")
    }

    fn open(&self, path: &str) -> bool {
        path == "/health/liveliness"
    }

    /// What fails that early has passed no other layer.
    fn bare(&self, status: u16) -> bool {
        status == 500
    }
}

/// Its form of an error: the code is a text, and nothing is Python's word for it.
fn error(message: &str, code: u16) -> Value {
    json!({"error": {"message": message, "type": "None", "param": "None", "code": code.to_string()}})
}

fn chat(ask: &Ask<'_>) -> Answer {
    let Some(chat) = Chat::read(ask, false) else {
        return Answer::json(400, &error("Invalid JSON payload: Expecting value", 400));
    };
    let voice = Chunks(openai::Chunks {
        id: "chatcmpl-lab".into(),
        model: chat.model.clone().unwrap_or_else(|| "river".into()),
        usage: chat.usage,
        reasoning: "reasoning_content",
        fingerprint: None,
        role: false,
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

    fn error(&self) -> Vec<u8> {
        data(&error("The upstream model ran out of memory", 500))
    }
}
