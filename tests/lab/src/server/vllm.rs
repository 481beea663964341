//! vLLM: JSON or nothing, a count of tokens, the usage in every chunk, `[DONE]` behind an error too, a refusal of keys that no page can read.

use super::openai::{self, error, usage};
use super::{Ask, CREATED, Chat, Server, data, text};
use crate::http::Answer;
use crate::plan::Voice;
use crate::recordings;
use crate::reply::{Reply, tokens};
use serde_json::{Value, json};

/// The server.
pub struct Vllm;

impl Server for Vllm {
    fn answer(&self, ask: &Ask<'_>) -> Answer {
        let method = ask.request.method.as_str();
        if method == "POST" && ask.request.media_type() != "application/json" {
            let body = recordings::body("vllm", "error-content-type");
            return Answer::new(400, "application/json", body);
        }
        match (method, ask.path) {
            ("GET", "/health") => Answer::new(200, "text/plain", ""),
            ("GET", "/version") => Answer::json(200, &json!({"version": "0.32.0"})),
            ("GET", "/v1/models") => {
                let mut list = openai::models(ask, &["smollm2"], "vllm");
                for model in list["data"].as_array_mut().into_iter().flatten() {
                    model["max_model_len"] = json!(ask.script.context.unwrap_or(2048));
                }
                Answer::json(200, &list)
            }
            ("POST", "/tokenize") => {
                let count = tokens(&prompt(ask)).len();
                Answer::json(
                    200,
                    &json!({"count": count, "max_model_len": ask.script.context.unwrap_or(2048), "tokens": vec![7; count], "token_strs": null}),
                )
            }
            ("POST", "/v1/chat/completions") => chat(ask),
            _ => Answer::json(404, &json!({"detail": "Not Found"})),
        }
    }

    fn error(&self, _ask: &Ask<'_>, status: u16, message: &str) -> Answer {
        Answer::json(
            status,
            &error(message, "InternalServerError", json!(status)),
        )
    }

    fn unauthorized(&self, _ask: &Ask<'_>) -> Answer {
        Answer::json(401, &json!({"error": "Unauthorized"}))
    }

    fn open(&self, path: &str) -> bool {
        !path.starts_with("/v1")
    }

    /// The guard of keys stands before the one that adds CORS.
    fn bare(&self, status: u16) -> bool {
        status == 401
    }
}

fn prompt(ask: &Ask<'_>) -> String {
    let messages = ask
        .json
        .as_ref()
        .and_then(|body| body["messages"].as_array());
    let flat = ask.json.as_ref().and_then(|body| body["prompt"].as_str());
    let said = messages.into_iter().flatten();
    said.map(|message| text(&message["content"]) + " ")
        .collect::<String>()
        + flat.unwrap_or_default()
}

fn chat(ask: &Ask<'_>) -> Answer {
    let Some(chat) = Chat::read(ask, false) else {
        return Answer::json(400, &error("Invalid JSON", "Bad Request", json!(400)));
    };
    let model = chat.model.clone().unwrap_or_else(|| "smollm2".into());
    let known = ask
        .script
        .models
        .clone()
        .unwrap_or_else(|| vec!["smollm2".into()]);
    if !known.contains(&model) {
        let message = format!("The model `{model}` does not exist.");
        return Answer::json(404, &error(&message, "NotFoundError", json!(404)));
    }
    let wished = |key: &str| ask.json.as_ref().map(|body| body[key].clone());
    let voice = Chunks {
        inner: openai::Chunks {
            id: "chatcmpl-lab".into(),
            model,
            usage: chat.usage,
            reasoning: "reasoning",
            fingerprint: None,
            role: true,
        },
        alternatives: match wished("logprobs") {
            Some(Value::Bool(true)) => wished("top_logprobs").and_then(|count| count.as_u64()),
            _ => None,
        },
    };
    if chat.stream {
        chat.stream(ask, "text/event-stream; charset=utf-8", &voice, false)
    } else {
        Answer::json(200, &voice.inner.whole(&chat.reply))
    }
}

struct Chunks {
    inner: openai::Chunks,
    /// How many alternatives to each token were asked for.
    alternatives: Option<u64>,
}

impl Voice for Chunks {
    fn open(&self) -> Vec<u8> {
        self.inner.open()
    }

    fn thinking(&self, text: &str) -> Vec<u8> {
        self.inner.thinking(text)
    }

    fn text(&self, text: &str, count: usize) -> Vec<u8> {
        let Some(alternatives) = self.alternatives else {
            return self.inner.text(text, count);
        };
        // The token itself is the likeliest; each of the others half as likely as the one before.
        let other = |place: u64| {
            let token = if place == 0 {
                text.to_owned()
            } else {
                format!("{text}{place}")
            };
            json!({"token": token, "logprob": -0.25 - 0.69 * place as f64, "bytes": null})
        };
        let others: Vec<Value> = (0..alternatives).map(other).collect();
        let known = json!({"token": text, "logprob": -0.25, "bytes": null, "top_logprobs": others});
        data(&json!({
            "id": self.inner.id, "object": "chat.completion.chunk", "created": CREATED, "model": self.inner.model,
            "choices": [{"index": 0, "delta": {"content": text}, "logprobs": {"content": [known]}, "finish_reason": null}],
        }))
    }

    fn end(&self, word: &str, reply: &Reply) -> Vec<Vec<u8>> {
        let mut pieces = self.inner.end(word, reply);
        if !self.inner.usage {
            return pieces;
        }
        // Its usage chunk has no `prompt_tokens_details`, and stands where OpenAI's stands.
        let place = pieces.len().saturating_sub(2);
        if let Some(piece) = pieces.get_mut(place) {
            *piece = data(&json!({
                "id": self.inner.id, "object": "chat.completion.chunk", "created": CREATED, "model": self.inner.model,
                "choices": [], "usage": usage(reply),
            }));
        }
        pieces
    }

    fn error(&self) -> Vec<u8> {
        let mut bytes = data(&error("The engine died", "InternalServerError", json!(500)));
        bytes.extend_from_slice(b"data: [DONE]\n\n");
        bytes
    }
}
