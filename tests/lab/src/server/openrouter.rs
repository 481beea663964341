//! OpenRouter: comments while the request waits for a model elsewhere, thinking in two fields at once, a code that is a number.

use super::openai;
use super::{Ask, CREATED, Chat, Server, data};
use crate::http::Answer;
use crate::plan::Voice;
use crate::reply::Reply;
use serde_json::{Value, json};

/// The server.
pub struct OpenRouter;

impl Server for OpenRouter {
    fn answer(&self, ask: &Ask<'_>) -> Answer {
        match (ask.request.method.as_str(), ask.path) {
            ("GET", "/v1/models") => Answer::json(200, &models(ask)),
            ("POST", "/v1/chat/completions") => chat(ask),
            _ => Answer::json(404, &error("Not Found", 404)),
        }
    }

    fn cors(&self, _ask: &Ask<'_>) -> Vec<(&'static str, String)> {
        vec![("Access-Control-Allow-Origin", "*".into())]
    }

    fn preflight(&self, _ask: &Ask<'_>) -> Answer {
        Answer::new(204, "text/plain", "")
            .header(
                "Access-Control-Allow-Methods",
                "GET,OPTIONS,PATCH,DELETE,POST,PUT",
            )
            .header(
                "Access-Control-Allow-Headers",
                "Authorization, Content-Type, HTTP-Referer, X-Title",
            )
    }

    fn error(&self, _ask: &Ask<'_>, status: u16, message: &str) -> Answer {
        Answer::json(status, &error(message, status))
    }

    fn unauthorized(&self, _ask: &Ask<'_>) -> Answer {
        Answer::json(401, &error("No auth credentials found", 401))
    }

    /// Its list is open to everybody.
    fn open(&self, path: &str) -> bool {
        path == "/v1/models"
    }
}

fn error(message: &str, code: u16) -> Value {
    json!({"error": {"code": code, "message": message, "metadata": {"provider_name": "Lab"}}})
}

fn models(ask: &Ask<'_>) -> Value {
    let mut list = openai::models(ask, &["lab/river", "lab/lake"], "lab");
    for (place, model) in list["data"]
        .as_array_mut()
        .into_iter()
        .flatten()
        .enumerate()
    {
        let inputs = if place == 0 {
            json!(["text", "image"])
        } else {
            json!(["text"])
        };
        model["context_length"] = json!(ask.script.context.unwrap_or(32_768));
        model["architecture"] = json!({"input_modalities": inputs});
    }
    list
}

fn chat(ask: &Ask<'_>) -> Answer {
    let Some(chat) = Chat::read(ask, false) else {
        return Answer::json(400, &error("Invalid request", 400));
    };
    let voice = Chunks(openai::Chunks {
        id: "gen-lab".into(),
        model: chat.model.clone().unwrap_or_else(|| "lab/river".into()),
        usage: true,
        reasoning: "reasoning",
        fingerprint: None,
        role: false,
    });
    let answer = if chat.stream {
        chat.stream(ask, "text/event-stream", &voice, false)
    } else {
        Answer::json(200, &voice.0.whole(&chat.reply))
    };
    answer.header("X-Generation-Id", "gen-lab")
}

struct Chunks(openai::Chunks);

impl Chunks {
    fn chunk(&self, choice: Value, more: Option<Value>) -> Vec<u8> {
        let mut chunk = json!({"id": self.0.id, "object": "chat.completion.chunk", "created": CREATED, "model": self.0.model, "choices": [choice]});
        if let Some(more) = more {
            chunk["error"] = more["error"].clone();
        }
        data(&chunk)
    }
}

impl Voice for Chunks {
    fn open(&self) -> Vec<u8> {
        self.comment()
    }

    fn thinking(&self, text: &str) -> Vec<u8> {
        let details =
            json!([{"type": "reasoning.text", "text": text, "format": "unknown", "index": 0}]);
        let delta = json!({"role": "assistant", "content": "", "reasoning": text, "reasoning_details": details});
        self.chunk(
            json!({"index": 0, "delta": delta, "finish_reason": null}),
            None,
        )
    }

    fn text(&self, text: &str, count: usize) -> Vec<u8> {
        self.0.text(text, count)
    }

    fn end(&self, word: &str, reply: &Reply) -> Vec<Vec<u8>> {
        self.0.end(word, reply)
    }

    fn error(&self) -> Vec<u8> {
        let choice = json!({"index": 0, "delta": {"content": ""}, "finish_reason": "error"});
        self.chunk(choice, Some(error("The provider ran out of memory", 502)))
    }

    fn comment(&self) -> Vec<u8> {
        b": OPENROUTER PROCESSING\n\n".to_vec()
    }
}
