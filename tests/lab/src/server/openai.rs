//! A plain OpenAI-compatible server: CORS for everyone, any media type, `[DONE]`.

use super::{Ask, CREATED, Chat, Server, data};
use crate::http::Answer;
use crate::plan::Voice;
use crate::reply::Reply;
use serde_json::{Value, json};

/// The server.
pub struct OpenAi;

impl Server for OpenAi {
    fn answer(&self, ask: &Ask<'_>) -> Answer {
        match (ask.request.method.as_str(), ask.path) {
            ("GET", "/v1/models") => {
                Answer::json(200, &models(ask, &["river-small", "river-large"], "lab"))
            }
            ("GET", "/health") => Answer::json(200, &json!({"status": "ok"})),
            ("POST", "/v1/chat/completions") => chat(ask),
            _ => Answer::json(404, &json!({"detail": "Not Found"})),
        }
    }

    fn cors(&self, ask: &Ask<'_>) -> Vec<(&'static str, String)> {
        if ask.request.header("origin").is_none() {
            return Vec::new();
        }
        vec![
            ("access-control-allow-origin", "*".into()),
            ("vary", "Origin".into()),
        ]
    }

    fn preflight(&self, ask: &Ask<'_>) -> Answer {
        // Starlette's: a private-network preflight is refused, headers are echoed.
        let private = ask
            .request
            .header("access-control-request-private-network")
            .is_some();
        Answer::new(
            if private { 400 } else { 200 },
            "text/plain; charset=utf-8",
            "OK",
        )
        .header(
            "access-control-allow-methods",
            "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT",
        )
        .header("access-control-max-age", "600")
        .header(
            "access-control-allow-headers",
            ask.request
                .header("access-control-request-headers")
                .unwrap_or_default(),
        )
    }

    fn error(&self, _ask: &Ask<'_>, status: u16, message: &str) -> Answer {
        Answer::json(
            status,
            &error(
                message,
                if status == 429 {
                    "rate_limit_exceeded"
                } else {
                    "server_error"
                },
                Value::Null,
            ),
        )
    }

    /// As some gateways do, it repeats the key that came.
    fn unauthorized(&self, ask: &Ask<'_>) -> Answer {
        let message = match ask.request.bearer() {
            Some(key) => format!("Incorrect API key provided: {key}."),
            None => "Incorrect API key provided.".to_owned(),
        };
        Answer::json(
            401,
            &error(
                &message,
                "invalid_request_error",
                json!("invalid_api_key"),
            ),
        )
    }

    fn open(&self, path: &str) -> bool {
        path == "/health"
    }
}

/// OpenAI's form of an error.
pub fn error(message: &str, kind: &str, code: Value) -> Value {
    json!({"error": {"message": message, "type": kind, "param": null, "code": code}})
}

/// OpenAI's form of a list of models.
pub fn models(ask: &Ask<'_>, names: &[&str], owner: &str) -> Value {
    let names = ask
        .script
        .models
        .clone()
        .unwrap_or_else(|| names.iter().map(|name| (*name).to_owned()).collect());
    let data: Vec<Value> = names
        .iter()
        .map(|name| json!({"id": name, "object": "model", "created": CREATED, "owned_by": owner}))
        .collect();
    json!({"object": "list", "data": data})
}

fn chat(ask: &Ask<'_>) -> Answer {
    let Some(chat) = Chat::read(ask, false) else {
        return Answer::json(
            400,
            &error(
                "We could not parse the JSON body of your request.",
                "invalid_request_error",
                Value::Null,
            ),
        );
    };
    let model = chat.model.clone().unwrap_or_else(|| "river-small".into());
    if let Some(models) = ask
        .script
        .models
        .as_ref()
        .filter(|models| !models.contains(&model))
    {
        let message = format!(
            "The model `{model}` does not exist. It has {}.",
            models.join(", ")
        );
        return Answer::json(
            404,
            &error(&message, "NotFoundError", json!("model_not_found")),
        );
    }
    if let Some(refusal) = too_long(ask, &chat) {
        return refusal;
    }
    let voice = Chunks {
        id: "chatcmpl-lab".into(),
        model,
        usage: chat.usage,
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

/// The refusal of a prompt that is longer than the context, where the script says how much that holds. No list tells it.
fn too_long(ask: &Ask<'_>, chat: &Chat) -> Option<Answer> {
    let (asked, context) = (chat.reply.prompt_tokens, ask.script.context?);
    (asked > usize::try_from(context).unwrap_or(usize::MAX)).then(|| {
        let message = format!("This model's maximum context length is {context} tokens. However, your messages resulted in {asked} tokens. Please reduce the length of the messages.");
        Answer::json(400, &error(&message, "invalid_request_error", json!("context_length_exceeded")))
    })
}

/// OpenAI's chunks.
pub struct Chunks {
    /// Of the reply.
    pub id: String,
    /// That answers.
    pub model: String,
    /// Whether usage was asked for.
    pub usage: bool,
    /// The name of the field for thinking.
    pub reasoning: &'static str,
    /// Told by some.
    pub fingerprint: Option<&'static str>,
    /// A first chunk that has nothing but the role.
    pub role: bool,
}

impl Chunks {
    fn chunk(&self, delta: Value, finish: Value) -> Vec<u8> {
        data(&self.shell(json!([{"index": 0, "delta": delta, "finish_reason": finish}])))
    }

    fn shell(&self, choices: Value) -> Value {
        let mut shell = json!({"id": self.id, "object": "chat.completion.chunk", "created": CREATED, "model": self.model});
        if let Some(fingerprint) = self.fingerprint {
            shell["system_fingerprint"] = json!(fingerprint);
        }
        shell["choices"] = choices;
        shell
    }

    /// The answer to a request that wants no stream.
    pub fn whole(&self, reply: &Reply) -> Value {
        let mut message = json!({"role": "assistant", "content": reply.text()});
        if !reply.thinking.is_empty() {
            message[self.reasoning] = json!(reply.thinking.concat());
        }
        json!({
            "id": self.id, "object": "chat.completion", "created": CREATED, "model": self.model,
            "choices": [{"index": 0, "message": message, "finish_reason": reply.word()}],
            "usage": usage(reply),
        })
    }
}

impl Voice for Chunks {
    fn open(&self) -> Vec<u8> {
        if self.role {
            self.chunk(json!({"role": "assistant", "content": ""}), Value::Null)
        } else {
            Vec::new()
        }
    }

    fn thinking(&self, text: &str) -> Vec<u8> {
        self.chunk(json!({self.reasoning: text}), Value::Null)
    }

    fn text(&self, text: &str, _count: usize) -> Vec<u8> {
        self.chunk(json!({"content": text}), Value::Null)
    }

    fn end(&self, word: &str, reply: &Reply) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        if word == "tool_calls" {
            let call = json!({"index": 0, "id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": "{\"river\":\"Rhine\"}"}});
            out.push(self.chunk(json!({"tool_calls": [call]}), Value::Null));
        }
        out.push(self.chunk(json!({}), json!(word)));
        if self.usage {
            let mut shell = self.shell(json!([]));
            shell["usage"] = usage(reply);
            out.push(data(&shell));
        }
        out.push(b"data: [DONE]\n\n".to_vec());
        out
    }

    fn error(&self) -> Vec<u8> {
        data(&error(
            "The model ran out of memory",
            "server_error",
            json!("out_of_memory"),
        ))
    }
}

/// OpenAI's form of the usage.
pub fn usage(reply: &Reply) -> Value {
    let made = reply.thinking.len() + reply.tokens.len();
    json!({"prompt_tokens": reply.prompt_tokens, "completion_tokens": made, "total_tokens": reply.prompt_tokens + made})
}
