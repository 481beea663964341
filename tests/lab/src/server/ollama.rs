//! Ollama: NDJSON, an allow-list of origins that answers 403 without a CORS header, no headers of one's own.

use super::openai::{Chunks, error as openai_error};
use super::{Ask, Chat, Server};
use crate::http::{Answer, Body};
use crate::plan::Voice;
use crate::recordings;
use crate::reply::Reply;
use serde_json::{Value, json};

const JSON: &str = "application/json; charset=utf-8";
const ALLOWED: &str = "Authorization,Content-Type,User-Agent,Accept,X-Requested-With,Openai-Beta,X-Stainless-Arch,X-Stainless-Async,X-Stainless-Custom-Poll-Interval,X-Stainless-Helper-Method,X-Stainless-Lang,X-Stainless-Os,X-Stainless-Package-Version,X-Stainless-Poll-Helper,X-Stainless-Retry-Count,X-Stainless-Runtime,X-Stainless-Runtime-Version,X-Stainless-Timeout";
/// The one model that the recorded server has.
const MODEL: &str = "smollm2:latest";

/// The server.
pub struct Ollama;

impl Server for Ollama {
    fn answer(&self, ask: &Ask<'_>) -> Answer {
        let post = ask.request.method == "POST";
        match ask.path {
            "/" if !post => recorded("root", "text/plain; charset=utf-8"),
            "/api/version" if !post => recorded("version", JSON),
            "/api/tags" if !post => tags(ask),
            "/api/ps" if !post => ps(ask),
            "/v1/models" if !post => Answer::new(
                200,
                JSON,
                super::openai::models(ask, &[MODEL], "library").to_string(),
            ),
            "/api/show" if post => self.show(ask),
            "/api/chat" | "/api/generate" if post => self.native(ask),
            "/v1/chat/completions" if post => self.openai(ask),
            _ => Answer::new(404, "text/plain", "404 page not found"),
        }
    }

    fn refuses(&self, ask: &Ask<'_>) -> Option<Answer> {
        let origin = ask.request.header("origin")?;
        (!allowed(origin, &ask.script.origins)).then(|| Answer {
            status: 403,
            headers: Vec::new(),
            body: Body::Whole(Vec::new()),
        })
    }

    fn cors(&self, ask: &Ask<'_>) -> Vec<(&'static str, String)> {
        match ask.request.header("origin") {
            Some(origin) => vec![
                ("Access-Control-Allow-Origin", origin.to_owned()),
                ("Vary", "Origin".into()),
            ],
            None => Vec::new(),
        }
    }

    fn preflight(&self, _ask: &Ask<'_>) -> Answer {
        Answer {
            status: 204,
            headers: Vec::new(),
            body: Body::Whole(Vec::new()),
        }
        .header("Access-Control-Allow-Headers", ALLOWED)
        .header(
            "Access-Control-Allow-Methods",
            "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS",
        )
        .header("Access-Control-Max-Age", "43200")
    }

    fn error(&self, ask: &Ask<'_>, status: u16, message: &str) -> Answer {
        if status == 404 {
            return Answer::new(404, "text/plain", "404 page not found");
        }
        let body = if ask.path.starts_with("/v1/") {
            openai_error(message, "api_error", Value::Null)
        } else {
            json!({"error": message})
        };
        Answer::new(status, JSON, body.to_string())
    }

    fn unauthorized(&self, _ask: &Ask<'_>) -> Answer {
        // Ollama itself knows no keys: this is what a proxy before it says.
        Answer::new(401, JSON, json!({"error": "unauthorized"}).to_string())
    }
}

impl Ollama {
    fn native(&self, ask: &Ask<'_>) -> Answer {
        let Some(chat) = Chat::read(ask, true) else {
            return self.error(
                ask,
                400,
                "invalid character 'o' in literal null (expecting 'u')",
            );
        };
        let model = match has(ask, &chat) {
            Ok(model) => model,
            Err(missing) => return Answer::new(404, JSON, json!({"error": missing}).to_string()),
        };
        let voice = Lines {
            model,
            generate: ask.path == "/api/generate",
        };
        if chat.stream {
            return chat.stream(ask, "application/x-ndjson", &voice, false);
        }
        let mut whole = voice.last(chat.reply.word(), &chat.reply);
        whole["message"]["content"] = json!(chat.reply.text());
        Answer::new(200, JSON, whole.to_string())
    }

    fn openai(&self, ask: &Ask<'_>) -> Answer {
        let Some(chat) = Chat::read(ask, false) else {
            return self.error(ask, 400, "invalid JSON");
        };
        let model = match has(ask, &chat) {
            Ok(model) => model,
            Err(missing) => {
                return Answer::new(
                    404,
                    JSON,
                    openai_error(&missing, "not_found_error", Value::Null).to_string(),
                );
            }
        };
        let voice = Chunks {
            id: "chatcmpl-882".into(),
            model,
            usage: chat.usage,
            reasoning: "reasoning",
            fingerprint: Some("fp_ollama"),
            role: false,
        };
        if chat.stream {
            chat.stream(ask, "text/event-stream", &voice, false)
        } else {
            Answer::new(200, JSON, voice.whole(&chat.reply).to_string())
        }
    }

    fn show(&self, ask: &Ask<'_>) -> Answer {
        let context = ask.script.context.unwrap_or(8192);
        Answer::new(200, JSON, json!({"details": {"family": "llama"}, "model_info": {"llama.context_length": context}, "capabilities": ["completion"]}).to_string())
    }
}

/// Loopback by name or number, on any port, and the schemes of desktop applications and extensions.
fn allowed(origin: &str, more: &[String]) -> bool {
    if more
        .iter()
        .any(|allowed| allowed == "*" || allowed == origin)
    {
        return true;
    }
    let Some((scheme, rest)) = origin.split_once("://") else {
        return false;
    };
    let host = rest.split(':').next().unwrap_or_default();
    match scheme {
        "http" | "https" => matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0"),
        "app" | "file" | "tauri" | "vscode-webview" | "vscode-file" => true,
        _ => scheme.ends_with("-extension"),
    }
}

fn recorded(case: &str, media_type: &str) -> Answer {
    Answer::new(200, media_type, recordings::body("ollama", case))
}

fn models(ask: &Ask<'_>) -> Vec<String> {
    ask.script
        .models
        .clone()
        .unwrap_or_else(|| vec![MODEL.to_owned()])
}

fn has(ask: &Ask<'_>, chat: &Chat) -> Result<String, String> {
    let wanted = chat.model.clone().unwrap_or_default();
    let found = models(ask)
        .iter()
        .any(|model| *model == wanted || model.strip_suffix(":latest") == Some(wanted.as_str()));
    if found {
        Ok(wanted)
    } else {
        Err(format!("model '{wanted}' not found"))
    }
}

fn tags(ask: &Ask<'_>) -> Answer {
    let mut body: Value =
        serde_json::from_slice(recordings::body("ollama", "tags")).unwrap_or_default();
    let model = body["models"][0].clone();
    let named = |name: String| {
        let mut model = model.clone();
        model["name"] = json!(name);
        model["model"] = json!(name);
        if name.starts_with("llava") {
            model["capabilities"] = json!(["completion", "vision"]);
        }
        model
    };
    body["models"] = models(ask).into_iter().map(named).collect();
    Answer::new(200, JSON, body.to_string())
}

fn ps(ask: &Ask<'_>) -> Answer {
    let mut body: Value =
        serde_json::from_slice(recordings::body("ollama", "ps")).unwrap_or_default();
    let name = models(ask).first().cloned().unwrap_or_default();
    body["models"][0]["name"] = json!(name);
    body["models"][0]["model"] = json!(name);
    if let Some(context) = ask.script.context {
        body["models"][0]["context_length"] = json!(context);
    }
    Answer::new(200, JSON, body.to_string())
}

struct Lines {
    model: String,
    generate: bool,
}

impl Lines {
    fn line(&self, value: &Value) -> Vec<u8> {
        format!("{value}\n").into_bytes()
    }

    fn shell(&self) -> Value {
        json!({"model": self.model, "created_at": "2026-11-21T08:38:15.026457112Z"})
    }

    fn part(&self, text: &str, thinking: Option<&str>) -> Value {
        let mut value = self.shell();
        if self.generate {
            value["response"] = json!(text);
        } else {
            value["message"] = json!({"role": "assistant", "content": text});
        }
        if let Some(thinking) = thinking {
            let place = if self.generate {
                &mut value
            } else {
                &mut value["message"]
            };
            place["thinking"] = json!(thinking);
        }
        value["done"] = json!(false);
        value
    }

    fn last(&self, word: &str, reply: &Reply) -> Value {
        let made = reply.thinking.len() + reply.tokens.len();
        let mut value = self.part("", None);
        value["done"] = json!(true);
        value["done_reason"] = json!(word);
        value["total_duration"] = json!(2_658_940_504_u64);
        value["load_duration"] = json!(829_146_979_u64);
        value["prompt_eval_count"] = json!(reply.prompt_tokens);
        value["prompt_eval_duration"] = json!(113_353_000);
        value["eval_count"] = json!(made);
        value["eval_duration"] = json!(made as u64 * 10_000_000);
        value
    }
}

impl Voice for Lines {
    fn thinking(&self, text: &str) -> Vec<u8> {
        self.line(&self.part("", Some(text)))
    }

    fn text(&self, text: &str, _count: usize) -> Vec<u8> {
        self.line(&self.part(text, None))
    }

    fn end(&self, word: &str, reply: &Reply) -> Vec<Vec<u8>> {
        vec![self.line(&self.last(word, reply))]
    }

    fn error(&self) -> Vec<u8> {
        // Status 200, and no `done` line.
        self.line(
            &json!({"error": "an error was encountered while running the model: unexpected EOF"}),
        )
    }

    fn bad(&self) -> Vec<u8> {
        b"{\"model\":\"smollm2\",\"message\":{\"role\":\n".to_vec()
    }

    fn comment(&self) -> Vec<u8> {
        // NDJSON has none, and Ollama sends no heartbeats.
        Vec::new()
    }
}
