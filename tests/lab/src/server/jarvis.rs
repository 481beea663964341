//! jarvis-agent, through FastAPI: bare lines of JSON under `text/event-stream`, real SSE between them, several end marks, no CORS at all.
//!
//! It keeps sessions: one reply each, a newer request cancels the older. A session that it did not make is a 404.
//! `final=TEXT` is rendered differently from what was streamed.

use super::{Ask, CREATED, Chat, Server, data};
use crate::http::{Answer, Body};
use crate::plan::{Plan, Voice, plan};
use crate::reply::Reply;
use serde_json::{Value, json};
use std::cell::Cell;

/// The server.
pub struct Jarvis;

impl Server for Jarvis {
    fn answer(&self, ask: &Ask<'_>) -> Answer {
        match (ask.request.method.as_str(), ask.path) {
            ("GET", "/status") => Answer::json(
                200,
                &json!({"ok": true, "online": true, "version": "0.9.1"}),
            ),
            ("GET", "/models") => {
                let names = ask.script.models.clone();
                let names =
                    names.unwrap_or_else(|| vec!["llama3:latest".into(), "qwen3:8b".into()]);
                Answer::json(200, &json!({"models": names}))
            }
            ("POST", "/v1/chat/completions") => chat(ask),
            ("POST", "/v1/chat/stop") => stop(ask),
            _ => Answer::json(404, &json!({"detail": "Not Found"})),
        }
    }

    fn cors(&self, _ask: &Ask<'_>) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn preflight(&self, _ask: &Ask<'_>) -> Answer {
        Answer::json(405, &json!({"detail": "Method Not Allowed"})).header("Allow", "GET, POST")
    }

    fn error(&self, _ask: &Ask<'_>, status: u16, message: &str) -> Answer {
        Answer::json(status, &json!({"detail": message}))
    }

    fn unauthorized(&self, _ask: &Ask<'_>) -> Answer {
        Answer::json(401, &json!({"detail": "Invalid token"}))
    }

    fn open(&self, path: &str) -> bool {
        path == "/status"
    }
}

/// Its handler takes a dictionary, which FastAPI finds in JSON types alone; the query is not read.
fn stop(ask: &Ask<'_>) -> Answer {
    if ask.request.media_type() != "application/json" {
        let complaint = json!({"type": "dict_type", "loc": ["body"], "msg": "Input should be a valid dictionary"});
        return Answer::json(422, &json!({"detail": [complaint]}));
    }
    let trace = ask.json.as_ref().and_then(|body| body["trace_id"].as_str());
    match trace {
        Some(trace) => {
            ask.stops.stop(trace);
            Answer::json(200, &json!({"ok": true, "trace_id": trace}))
        }
        None => Answer::json(200, &json!({"ok": false, "error": "Missing trace_id"})),
    }
}

fn chat(ask: &Ask<'_>) -> Answer {
    let Some(chat) = Chat::read(ask, false) else {
        return Answer::json(400, &json!({"detail": "Invalid JSON"}));
    };
    let count = ask.memory.get("jarvis").as_u64().unwrap_or(0) + 1;
    ask.memory.set("jarvis", json!(count));
    let (session, trace) = match ask.request.header("x-session-id") {
        Some(session) => {
            let last = ask.memory.get(&format!("jarvis/{session}"));
            let Some(last) = last.as_str() else {
                let error = json!({"type": "SessionNotFound", "message": "Session not found"});
                return Answer::json(404, &json!({"ok": false, "error": error}));
            };
            ask.stops.stop(last);
            (session.to_owned(), format!("t{count}"))
        }
        None => (format!("s{count}"), format!("t{count}")),
    };
    ask.memory.set(&format!("jarvis/{session}"), json!(trace));
    let lines = Lines {
        trace: trace.clone(),
        session,
        model: chat.model.clone().unwrap_or_else(|| "llama3:latest".into()),
        rendered: ask.script.last.clone().unwrap_or_else(|| chat.reply.text()),
        sent: Cell::new(0),
    };
    if !chat.stream {
        return Answer::json(200, &lines.whole(&chat.reply));
    }
    let pieces = plan(&lines, ask.script, &chat.reply, false).pieces;
    let farewell = lines.line("done", Value::Null, "reason", "stream_cancelled");
    Answer {
        status: 200,
        headers: Vec::new(),
        body: Body::Stream(Plan {
            pieces,
            stop: Some((trace, farewell)),
        }),
    }
    .header("Content-Type", "text/event-stream; charset=utf-8")
}

struct Lines {
    trace: String,
    session: String,
    model: String,
    rendered: String,
    sent: Cell<usize>,
}

impl Lines {
    fn line(&self, kind: &str, content: Value, key: &str, word: &str) -> Vec<u8> {
        let mut line = json!({
            "type": kind, "content": content, "stream_id": "chatcmpl-lab", "trace_id": self.trace, "session_id": self.session,
        });
        if !key.is_empty() {
            line[key] = json!(word);
        }
        format!("{line}\n").into_bytes()
    }

    fn chunk(&self, delta: Value, finish: Value, error: Option<Value>) -> Vec<u8> {
        let mut chunk = json!({
            "id": "chatcmpl-lab", "object": "chat.completion.chunk", "created": CREATED, "model": self.model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        });
        if let Some(error) = error {
            chunk["error"] = error;
        }
        data(&chunk)
    }

    fn whole(&self, reply: &Reply) -> Value {
        json!({
            "id": "chatcmpl-lab", "object": "chat.completion", "created": CREATED, "model": self.model,
            "choices": [{"index": 0, "message": {"role": "assistant", "content": reply.text()}, "finish_reason": "stop"}],
            "server_time": "2026-11-21T10:00:00Z", "session_id": self.session, "meta": {},
        })
    }
}

impl Voice for Lines {
    fn open(&self) -> Vec<u8> {
        [
            self.line("status", Value::Null, "status", "thinking"),
            self.line("status", Value::Null, "status", "writing"),
        ]
        .concat()
    }

    fn thinking(&self, _text: &str) -> Vec<u8> {
        self.line("status", Value::Null, "status", "thinking")
    }

    /// In turn: a token of today, a chunk as an event, a delta of the seed's.
    fn text(&self, text: &str, count: usize) -> Vec<u8> {
        self.sent.set(count);
        match count % 3 {
            1 => self.line("token", json!(text), "", ""),
            2 => self.chunk(json!({"content": text}), Value::Null, None),
            _ => data(&json!({"type": "delta", "content": text})),
        }
    }

    fn end(&self, word: &str, _reply: &Reply) -> Vec<Vec<u8>> {
        let word = if word == "stop" { "success" } else { word };
        let done = self.line("done", Value::Null, "reason", word);
        let meta = json!({
            "rendered_text": self.rendered, "data": null, "meta": {}, "trace_id": self.trace, "session_id": self.session,
        });
        vec![
            done.clone(),
            format!("event: meta\ndata: {meta}\n\n").into_bytes(),
            b"data: [DONE]\n\n".to_vec(),
            done,
        ]
    }

    fn error(&self) -> Vec<u8> {
        let error = json!({"type": "AgentError", "message": "The model ran out of memory"});
        [
            self.chunk(json!({}), json!("error"), Some(error)),
            b"data: [DONE]\n\n".to_vec(),
            self.line("done", Value::Null, "reason", "error"),
        ]
        .concat()
    }

    fn bad(&self) -> Vec<u8> {
        b"{\"type\":\"token\",\"content\":\n".to_vec()
    }
}
