//! llama.cpp's own server: echoes every origin, tells the prompt's progress and its timings, counts tokens.

use super::{Ask, CREATED, Chat, Server, data};
use crate::http::{Answer, Body};
use crate::plan::Voice;
use crate::recordings;
use crate::reply::{Reply, tokens};
use serde_json::{Value, json};

const MODEL: &str = "/models/recorded/models/SmolLM2-135M-Instruct.Q4_1.gguf";
const JSON: &str = "application/json; charset=utf-8";
/// What the recorded server had.
const CONTEXT: u32 = 2048;

/// The server.
pub struct LlamaCpp;

impl Server for LlamaCpp {
    fn answer(&self, ask: &Ask<'_>) -> Answer {
        let post = ask.request.method == "POST";
        match ask.path {
            "/health" | "/v1/health" => recorded("health"),
            "/props" if !post => with_context(ask, "props", |body, context| {
                body["default_generation_settings"]["n_ctx"] = context
            }),
            "/v1/models" | "/models" if !post => models(ask),
            "/slots" if !post => ok(
                &json!([{"id": 0, "n_ctx": context(ask), "is_processing": false, "id_task": -1}]),
            ),
            "/" if !post => Answer::new(
                200,
                "text/html; charset=utf-8",
                "<!doctype html><title>llama.cpp</title>",
            ),
            _ if post && ask.json.as_ref().is_none_or(|body| !body.is_object()) => self.error(
                ask,
                400,
                "[json.exception.parse_error.101] parse error at line 1, column 1",
            ),
            "/tokenize" if post => ok(
                &json!({"tokens": (1..=tokens(field(ask, "content")).len()).collect::<Vec<_>>()}),
            ),
            "/apply-template" if post => ok(&json!({"prompt": prompt(ask)})),
            "/v1/chat/completions/input_tokens" if post => ok(
                &json!({"input_tokens": tokens(&prompt(ask)).len() + 1, "object": "response.input_tokens"}),
            ),
            "/v1/stream" => self.again(ask),
            "/v1/streams/lookup" if post => lookup(ask),
            "/v1/chat/completions" if post => self.chat(ask),
            "/completion" if post => self.completion(ask),
            _ => self.error(ask, 404, "File Not Found"),
        }
    }

    fn cors(&self, ask: &Ask<'_>) -> Vec<(&'static str, String)> {
        // Present but empty where the request has no Origin.
        let origin = ask.request.header("origin").unwrap_or_default().to_owned();
        vec![
            ("Server", "llama.cpp".into()),
            ("Access-Control-Allow-Origin", origin),
            ("Keep-Alive", "timeout=5, max=100".into()),
        ]
    }

    fn preflight(&self, _ask: &Ask<'_>) -> Answer {
        Answer::new(200, "text/html", "")
            .header("Access-Control-Allow-Credentials", "true")
            .header("Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS")
            .header("Access-Control-Allow-Headers", "*")
    }

    fn error(&self, _ask: &Ask<'_>, status: u16, message: &str) -> Answer {
        let (message, kind) = match status {
            404 => ("File Not Found", "not_found_error"),
            503 => ("Loading model", "unavailable_error"),
            400 => (message, "invalid_request_error"),
            _ => (message, "server_error"),
        };
        Answer::new(
            status,
            JSON,
            json!({"error": {"code": status, "message": message, "type": kind}}).to_string(),
        )
    }

    fn unauthorized(&self, _ask: &Ask<'_>) -> Answer {
        let body = json!({"error": {"message": "Invalid API Key", "type": "authentication_error", "code": 401}});
        Answer::new(401, JSON, body.to_string())
    }

    fn open(&self, path: &str) -> bool {
        matches!(
            path,
            "/health" | "/v1/health" | "/models" | "/v1/models" | "/"
        )
    }
}

impl LlamaCpp {
    fn chat(&self, ask: &Ask<'_>) -> Answer {
        let Some(chat) = Chat::read(ask, false) else {
            return self.error(ask, 400, "not an object");
        };
        if let Some(refusal) = too_long(ask, &chat) {
            return refusal;
        }
        let flag = |name: &str| ask.json.as_ref().is_some_and(|body| body[name] == true);
        let voice = Chunks {
            usage: chat.usage,
            timings: flag("timings_per_token"),
            prompt: chat.reply.prompt_tokens,
        };
        if chat.stream {
            let answer = chat.stream(ask, "text/event-stream", &voice, flag("return_progress"));
            detached(ask, answer).header("X-Accel-Buffering", "no")
        } else {
            let mut body = json!({"choices": [{"finish_reason": chat.reply.word(), "index": 0, "message": {"role": "assistant", "content": chat.reply.text()}}]});
            body["usage"] = super::openai::usage(&chat.reply);
            ok(&body)
        }
    }

    /// A reply that has a name, read again from a byte on, or ended.
    fn again(&self, ask: &Ask<'_>) -> Answer {
        let name = super::query(ask.request, "conv_id").unwrap_or_default();
        let making = ask.kept.get(&name);
        if ask.request.method == "DELETE" {
            making.inspect(|making| {
                making.stop();
            });
            // For names that nobody knows as well.
            return Answer::new(204, JSON, "");
        }
        let from = super::query(ask.request, "from").and_then(|from| from.parse().ok());
        match making {
            Some(making) => Answer {
                status: 200,
                headers: Vec::new(),
                body: Body::Kept(making, Some(from.unwrap_or(0))),
            }
            .header("Content-Type", "text/event-stream"),
            None => self.error(ask, 404, "no such stream"),
        }
    }

    fn completion(&self, ask: &Ask<'_>) -> Answer {
        let Some(chat) = Chat::read(ask, false) else {
            return self.error(ask, 400, "not an object");
        };
        if chat.stream {
            return detached(ask, chat.stream(ask, "text/event-stream", &Completion, false));
        }
        ok(
            &json!({"index": 0, "content": chat.reply.text(), "stop": true, "stop_type": stop_type(chat.reply.word())}),
        )
    }
}

/// The stream of a request that gives the reply a name goes on without its connection.
fn detached(ask: &Ask<'_>, mut answer: Answer) -> Answer {
    let name = ask.request.header("x-conversation-id");
    if let (Some(name), false) = (name, ask.script.forgets) {
        answer.body = match answer.body {
            Body::Stream(plan) => Body::Kept(ask.kept.begin(name, plan), None),
            other => other,
        };
    }
    answer
}

fn lookup(ask: &Ask<'_>) -> Answer {
    let names = ask
        .json
        .as_ref()
        .and_then(|body| body["conversation_ids"].as_array().cloned());
    let known = |name: &Value| {
        let making = ask.kept.get(name.as_str()?)?;
        Some(json!({
            "conversation_id": name, "is_done": making.is_done(), "total_bytes": making.total(), "started_at": CREATED,
            "completed_at": if making.is_done() { CREATED } else { 0 },
        }))
    };
    let known: Vec<Value> = names.iter().flatten().filter_map(known).collect();
    ok(&json!(known))
}

fn ok(body: &Value) -> Answer {
    Answer::new(200, JSON, body.to_string())
}

fn recorded(case: &str) -> Answer {
    Answer::new(200, JSON, recordings::body("llamacpp", case))
}

fn context(ask: &Ask<'_>) -> u32 {
    ask.script.context.unwrap_or(CONTEXT)
}

fn with_context(ask: &Ask<'_>, case: &str, set: impl FnOnce(&mut Value, Value)) -> Answer {
    let mut body: Value =
        serde_json::from_slice(recordings::body("llamacpp", case)).unwrap_or_default();
    set(&mut body, json!(context(ask)));
    ok(&body)
}

fn models(ask: &Ask<'_>) -> Answer {
    with_context(ask, "models", |body, context| {
        body["data"][0]["meta"]["n_ctx"] = context;
        if let Some(names) = &ask.script.models {
            let model = body["data"][0].clone();
            let named = |name: &String| {
                let mut model = model.clone();
                model["id"] = json!(name);
                model
            };
            body["data"] = names.iter().map(named).collect();
        }
    })
}

fn field<'a>(ask: &'a Ask<'_>, name: &str) -> &'a str {
    ask.json
        .as_ref()
        .and_then(|body| body[name].as_str())
        .unwrap_or_default()
}

fn prompt(ask: &Ask<'_>) -> String {
    let messages = ask
        .json
        .as_ref()
        .and_then(|body| body["messages"].as_array())
        .cloned()
        .unwrap_or_default();
    let line = |message: &Value| {
        format!(
            "<|im_start|>{}\n{}<|im_end|>\n",
            message["role"].as_str().unwrap_or_default(),
            super::text(&message["content"])
        )
    };
    messages.iter().map(line).collect::<String>() + "<|im_start|>assistant\n"
}

fn too_long(ask: &Ask<'_>, chat: &Chat) -> Option<Answer> {
    let (asked, context) = (chat.reply.prompt_tokens, context(ask));
    (asked > usize::try_from(context).unwrap_or(usize::MAX)).then(|| {
        let message = format!("request ({asked} tokens) exceeds the available context size ({context} tokens), try increasing it");
        let body = json!({"error": {"code": 400, "message": message, "type": "exceed_context_size_error", "n_prompt_tokens": asked, "n_ctx": context}});
        Answer::new(400, JSON, body.to_string()).header("Connection", "close")
    })
}

struct Chunks {
    usage: bool,
    timings: bool,
    prompt: usize,
}

impl Chunks {
    fn chunk(&self, delta: Value, finish: Value, timings: Option<Value>) -> Vec<u8> {
        let mut chunk = shell(json!([{"finish_reason": finish, "index": 0, "delta": delta}]));
        if let Some(timings) = timings {
            chunk["timings"] = timings;
        }
        data(&chunk)
    }

    fn timings(&self, made: usize) -> Value {
        let (prompt, made_f) = (self.prompt, made as f64);
        json!({
            "cache_n": 0, "prompt_n": prompt, "prompt_ms": prompt as f64 * 3.5, "prompt_per_token_ms": 3.5, "prompt_per_second": 285.7,
            "predicted_n": made, "predicted_ms": made_f * 10.0, "predicted_per_token_ms": 10.0, "predicted_per_second": 100.0,
        })
    }

    fn each(&self, made: usize) -> Option<Value> {
        self.timings.then(|| self.timings(made))
    }
}

fn shell(choices: Value) -> Value {
    json!({
        "choices": choices, "created": CREATED, "id": "chatcmpl-lab", "model": MODEL, "system_fingerprint": "b0-unknown",
        "object": "chat.completion.chunk",
    })
}

impl Voice for Chunks {
    fn open(&self) -> Vec<u8> {
        self.chunk(
            json!({"role": "assistant", "content": null}),
            Value::Null,
            None,
        )
    }

    fn progress(&self, done: usize, total: usize, ms: f64) -> Vec<u8> {
        let mut chunk = shell(
            json!([{"finish_reason": null, "index": 0, "delta": {"role": "assistant", "content": null}}]),
        );
        chunk["prompt_progress"] =
            json!({"total": total, "cache": 0, "processed": done, "time_ms": ms.round()});
        data(&chunk)
    }

    fn thinking(&self, text: &str) -> Vec<u8> {
        self.chunk(
            json!({"reasoning_content": text}),
            Value::Null,
            self.each(1),
        )
    }

    fn text(&self, text: &str, count: usize) -> Vec<u8> {
        self.chunk(json!({"content": text}), Value::Null, self.each(count))
    }

    fn end(&self, word: &str, reply: &Reply) -> Vec<Vec<u8>> {
        let made = reply.thinking.len() + reply.tokens.len();
        let mut out = vec![self.chunk(json!({}), json!(word), Some(self.timings(made)))];
        if self.usage {
            let mut chunk = shell(json!([]));
            chunk["usage"] = super::openai::usage(reply);
            chunk["usage"]["prompt_tokens_details"] = json!({"cached_tokens": 0});
            chunk["timings"] = self.timings(made);
            out.push(data(&chunk));
        }
        out.push(b"data: [DONE]\n\n".to_vec());
        out
    }

    fn error(&self) -> Vec<u8> {
        // The stream then ends without `[DONE]`.
        data(
            &json!({"error": {"code": 500, "message": "Context size has been exceeded.", "type": "server_error"}}),
        )
    }

    fn comment(&self) -> Vec<u8> {
        b":\n\n".to_vec()
    }
}

struct Completion;

impl Voice for Completion {
    fn thinking(&self, _text: &str) -> Vec<u8> {
        Vec::new()
    }

    fn text(&self, text: &str, count: usize) -> Vec<u8> {
        data(
            &json!({"index": 0, "content": text, "tokens": [count], "stop": false, "id_slot": -1, "tokens_predicted": count, "tokens_evaluated": 13}),
        )
    }

    fn end(&self, word: &str, reply: &Reply) -> Vec<Vec<u8>> {
        let made = reply.tokens.len();
        vec![data(&json!({
            "index": 0, "content": "", "tokens": [], "id_slot": 0, "stop": true, "model": MODEL, "tokens_predicted": made,
            "tokens_evaluated": reply.prompt_tokens, "truncated": false, "stop_type": stop_type(word), "stopping_word": "",
            "tokens_cached": reply.prompt_tokens + made, "timings": {"predicted_n": made, "predicted_ms": made as f64 * 10.0, "predicted_per_second": 100.0},
        }))]
    }

    fn error(&self) -> Vec<u8> {
        data(
            &json!({"error": {"code": 500, "message": "Context size has been exceeded.", "type": "server_error"}}),
        )
    }
}

fn stop_type(word: &str) -> &str {
    match word {
        "length" => "limit",
        "stop" => "eos",
        other => other,
    }
}
