//! LM Studio: its native stream of named events, which tells of loading and reading, and OpenAI's `/v1`. Unknown paths are no error to it.
//!
//! Its switch for other origins is on here; `nocors` turns it off, as it is on a fresh installation.

use super::openai::{self, error};
use super::{Ask, Chat, Server};
use crate::http::Answer;
use crate::plan::Voice;
use crate::reply::Reply;
use serde_json::{Value, json};
use std::cell::RefCell;

/// The server.
pub struct LmStudio;

const NAMES: [&str; 2] = ["openai/gpt-oss-20b", "qwen3-vl-8b"];

impl Server for LmStudio {
    fn answer(&self, ask: &Ask<'_>) -> Answer {
        match (ask.request.method.as_str(), ask.path) {
            ("GET", "/v1/models") => {
                Answer::json(200, &openai::models(ask, &NAMES, "organization_owner"))
            }
            ("GET", "/api/v0/models") => Answer::json(200, &older_list(ask)),
            ("GET", "/api/v1/models") => Answer::json(200, &newer_list(ask)),
            ("POST", "/v1/chat/completions") => compatible(ask),
            ("POST", "/api/v1/chat") => native(ask),
            (method, path) => Answer::json(
                200,
                &json!({"error": format!("Unexpected endpoint or method. ({method} {path})")}),
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
                "GET,HEAD,PUT,PATCH,POST,DELETE",
            )
            .header(
                "Access-Control-Allow-Headers",
                "*,Authorization,Content-Type",
            )
    }

    fn error(&self, _ask: &Ask<'_>, status: u16, message: &str) -> Answer {
        Answer::json(status, &error(message, "internal_error", Value::Null))
    }

    fn unauthorized(&self, _ask: &Ask<'_>) -> Answer {
        let message = "An LM Studio API token is required";
        Answer::json(
            401,
            &error(message, "invalid_request", json!("invalid_api_key")),
        )
    }
}

fn names(ask: &Ask<'_>) -> Vec<String> {
    let all = ask.script.models.clone();
    all.unwrap_or_else(|| NAMES.map(str::to_owned).to_vec())
}

fn context(ask: &Ask<'_>) -> u32 {
    ask.script.context.unwrap_or(4096)
}

fn older_list(ask: &Ask<'_>) -> Value {
    let loaded = context(ask);
    let item = |(place, name): (usize, &String)| {
        let mut item = json!({"id": name, "object": "model", "type": "llm", "state": "not-loaded", "max_context_length": 131_072});
        if place == 0 {
            item["state"] = json!("loaded");
            item["loaded_context_length"] = json!(loaded);
        }
        item
    };
    let list: Vec<Value> = names(ask).iter().enumerate().map(item).collect();
    json!({"data": list, "object": "list"})
}

fn newer_list(ask: &Ask<'_>) -> Value {
    let loaded = context(ask);
    let item = |(place, name): (usize, &String)| {
        let instances = if place == 0 {
            json!([{"id": name, "config": {"context_length": loaded}}])
        } else {
            json!([])
        };
        json!({
            "type": "llm", "key": name, "display_name": name, "loaded_instances": instances, "max_context_length": 131_072,
            "format": "gguf", "capabilities": {"vision": place == 1, "trained_for_tool_use": true},
        })
    };
    let list: Vec<Value> = names(ask).iter().enumerate().map(item).collect();
    json!({"models": list})
}

fn compatible(ask: &Ask<'_>) -> Answer {
    let Some(chat) = Chat::read(ask, false) else {
        return Answer::json(400, &json!({"error": "'messages' field is required"}));
    };
    let voice = openai::Chunks {
        id: "chatcmpl-lab".into(),
        model: chat.model.clone().unwrap_or_else(|| NAMES[0].into()),
        usage: chat.usage,
        reasoning: "reasoning",
        fingerprint: Some("lab"),
        role: true,
    };
    if chat.stream {
        chat.stream(ask, "text/event-stream", &voice, false)
    } else {
        Answer::json(200, &voice.whole(&chat.reply))
    }
}

fn native(ask: &Ask<'_>) -> Answer {
    let body = ask.json.clone().unwrap_or_default();
    let (Some(model), Some(input)) = (body["model"].as_str(), body["input"].as_str()) else {
        let missing = if body["model"].is_string() {
            "input"
        } else {
            "model"
        };
        let error = json!({
            "type": "invalid_request", "message": format!("\"{missing}\" is required"),
            "code": "missing_required_parameter", "param": missing,
        });
        return Answer::json(400, &json!({"error": error}));
    };
    let system = body["system_prompt"].as_str().unwrap_or_default();
    let reply = Reply::write(
        ask.script,
        input,
        "",
        &format!("{system} {input}"),
        body["max_output_tokens"].as_u64(),
    );
    let voice = Events {
        model: model.to_owned(),
        reply: reply.clone(),
        named: RefCell::default(),
    };
    if ask.script.whole || body["stream"] != json!(true) {
        return Answer::json(200, &voice.result());
    }
    let chat = Chat {
        model: Some(model.to_owned()),
        stream: true,
        usage: true,
        reply,
    };
    chat.stream(ask, "text/event-stream", &voice, true)
}

fn event(name: &str, more: Value) -> Vec<u8> {
    let mut data = json!({"type": name});
    if let (Some(data), Value::Object(more)) = (data.as_object_mut(), more) {
        data.extend(more);
    }
    format!("event: {name}\ndata: {data}\n\n").into_bytes()
}

struct Events {
    model: String,
    reply: Reply,
    /// The part that is open: `reasoning` or `message`.
    named: RefCell<&'static str>,
}

impl Events {
    /// Ends the part that is open, and opens another.
    fn part(&self, name: &'static str) -> Vec<u8> {
        let before = self.named.replace(name);
        let mut bytes = Vec::new();
        if before != name {
            if !before.is_empty() {
                bytes.extend(event(&format!("{before}.end"), json!({})));
            }
            if !name.is_empty() {
                bytes.extend(event(&format!("{name}.start"), json!({})));
            }
        }
        bytes
    }

    fn result(&self) -> Value {
        let mut output = Vec::new();
        if !self.reply.thinking.is_empty() {
            output.push(json!({"type": "reasoning", "content": self.reply.thinking.concat()}));
        }
        if !self.reply.tokens.is_empty() {
            output.push(json!({"type": "message", "content": self.reply.text()}));
        }
        let made = self.reply.thinking.len() + self.reply.tokens.len();
        json!({
            "model_instance_id": self.model, "output": output,
            "stats": {
                "input_tokens": self.reply.prompt_tokens, "total_output_tokens": made,
                "reasoning_output_tokens": self.reply.thinking.len(), "tokens_per_second": 40.0, "time_to_first_token_seconds": 0.2,
            },
        })
    }
}

impl Voice for Events {
    /// The model is loaded first, then the prompt is read.
    fn progress(&self, done: usize, total: usize, _ms: f64) -> Vec<u8> {
        let part = done as f64 / total.max(1) as f64;
        let model = json!({"model_instance_id": self.model});
        let mut bytes = Vec::new();
        if done == 0 {
            bytes.extend(event("chat.start", model.clone()));
            bytes.extend(event("model_load.start", model.clone()));
            bytes.extend(event(
                "model_load.progress",
                json!({"model_instance_id": self.model, "progress": 0.5}),
            ));
            bytes.extend(event(
                "model_load.end",
                json!({"model_instance_id": self.model, "load_time_seconds": 0.25}),
            ));
            bytes.extend(event("prompt_processing.start", json!({})));
        }
        bytes.extend(event(
            "prompt_processing.progress",
            json!({"progress": part}),
        ));
        if done == total {
            bytes.extend(event("prompt_processing.end", json!({})));
        }
        bytes
    }

    fn thinking(&self, text: &str) -> Vec<u8> {
        let mut bytes = self.part("reasoning");
        bytes.extend(event("reasoning.delta", json!({"content": text})));
        bytes
    }

    fn text(&self, text: &str, _count: usize) -> Vec<u8> {
        let mut bytes = self.part("message");
        bytes.extend(event("message.delta", json!({"content": text})));
        bytes
    }

    fn end(&self, _word: &str, _reply: &Reply) -> Vec<Vec<u8>> {
        vec![
            self.part(""),
            event("chat.end", json!({"result": self.result()})),
        ]
    }

    /// What was made comes once more behind the error.
    fn error(&self) -> Vec<u8> {
        let error = json!({"type": "internal_error", "message": "The model ran out of memory", "code": "out_of_memory"});
        let mut bytes = event("error", json!({"error": error}));
        bytes.extend(event("chat.end", json!({"result": self.result()})));
        bytes
    }

    fn bad(&self) -> Vec<u8> {
        b"event: message.delta\ndata: {\"type\":\"message.delta\",\"content\":\n\n".to_vec()
    }
}
