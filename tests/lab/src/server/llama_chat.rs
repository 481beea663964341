//! llama_chat_web as it is now, and (`older`) as it was when its users lost their tokens.
//!
//! It keeps the conversations itself, answers over a WebSocket, as events, or at once with nothing while a second socket shows pictures
//! of the whole text. Its way to stop a reply stops whatever runs, and its answer may not be read from elsewhere; the older one has none.

use super::{Ask, Server};
use crate::http::{Answer, Body};
use crate::plan::{Piece, Plan, Voice, plan};
use crate::reply::Reply;
use crate::socket::{Opening, Say, Talk};
use serde_json::{Value, json};

const SOCKET: &str = "/ws/chat/stream";
const WATCH: &str = "/ws/conversation/watch/";
const STOPS: &str = "/api/chat/cancel";
/// How many conversations there are.
const COUNT: &str = "llama-chat: count";
/// What `max_tokens` says: the size of the context.
const CONTEXT: u32 = 4096;
/// From the request to the first token, where the script says nothing: a page must have time to open the second socket.
const FIRST: f64 = 300.0;

/// The server.
pub struct LlamaChat;

impl Server for LlamaChat {
    fn answer(&self, ask: &Ask<'_>) -> Answer {
        let method = ask.request.method.as_str();
        match (method, ask.path) {
            ("GET", "/health") => {
                Answer::json(200, &json!({"status": "ok", "service": "llama-chat-web"}))
            }
            ("GET", "/api/model/status") => Answer::json(
                200,
                &json!({"loaded": true, "model_path": "/models/SmolLM2-135M-Instruct.Q4_1.gguf", "last_used": "2025-01-31 10:20:30",
                    "memory_usage_mb": 512}),
            ),
            ("GET", path) if path.starts_with("/api/conversation/") => {
                let id = path.trim_start_matches("/api/conversation/");
                match ask.memory.get(&key(id)) {
                    Value::Null => self.error(ask, 404, "Conversation not found"),
                    talk => Answer::json(200, &json!({"messages": talk["messages"]})),
                }
            }
            ("POST", "/api/chat") => with_turn(ask, |turn| turn.at_once(ask)),
            ("POST", "/api/chat/stream") => with_turn(ask, |turn| turn.events(ask)),
            ("POST", STOPS) if !ask.script.older => Answer::json(
                200,
                &json!({"success": true, "message": "Generation cancelled"}),
            ),
            _ => self.error(ask, 404, "Not Found"),
        }
    }

    fn cors(&self, ask: &Ask<'_>) -> Vec<(&'static str, String)> {
        // What it does not have it says without the header: no page from elsewhere may read that.
        let missing = &ask.script.missing;
        let known = ["/health", "/api/model/status", "/api/chat", "/api/chat/stream"]
            .contains(&ask.path)
            || ask.path.starts_with("/api/conversation/");
        let known = known && !missing.iter().any(|path| ask.path.starts_with(&**path));
        if !known {
            return Vec::new();
        }
        vec![("access-control-allow-origin", "*".into())]
    }

    fn preflight(&self, _ask: &Ask<'_>) -> Answer {
        Answer::new(200, "text/plain", "")
            .header("access-control-allow-origin", "*")
            .header("access-control-allow-methods", "GET, POST, DELETE, OPTIONS")
            .header("access-control-allow-headers", "content-type")
    }

    fn error(&self, _ask: &Ask<'_>, status: u16, message: &str) -> Answer {
        Answer::json(status, &json!({"error": message}))
    }

    fn unauthorized(&self, ask: &Ask<'_>) -> Answer {
        self.error(ask, 401, "Unauthorized")
    }

    fn opens(&self, ask: &Ask<'_>) -> Option<Opening> {
        match ask.path {
            SOCKET => Some(Opening::Asked),
            path if path.starts_with(WATCH) => Some(Opening::Told),
            _ => None,
        }
    }

    fn talk(&self, ask: &Ask<'_>) -> Talk {
        if let Some(id) = ask.path.strip_prefix(WATCH) {
            return watched(ask, id);
        }
        match Turn::begin(ask, true) {
            Some(turn) => turn.socket(ask),
            None => Talk {
                lines: vec![(
                    0.0,
                    Say::Text(r#"{"type":"error","error":"Invalid JSON format"}"#.to_owned()),
                )],
                deaf: false,
            },
        }
    }
}

/// The name under which a conversation is remembered.
fn key(id: &str) -> String {
    format!("llama-chat: {}", id.trim_end_matches(".txt"))
}

fn with_turn(ask: &Ask<'_>, answer: impl FnOnce(Turn) -> Answer) -> Answer {
    // Its older event stream begins a new conversation every time.
    let keeps = ask.path != "/api/chat/stream" || !ask.script.older;
    match Turn::begin(ask, keeps) {
        Some(turn) => answer(turn),
        None => Answer::json(400, &json!({"error": "Invalid JSON format"})),
    }
}

/// One question, and what the model says to it.
struct Turn {
    id: String,
    reply: Reply,
    newer: bool,
    context: u32,
}

impl Turn {
    /// Puts the question, and the whole answer to it, into the conversation: closing a connection does not stop this server.
    fn begin(ask: &Ask<'_>, keeps: bool) -> Option<Turn> {
        let body = ask.json.as_ref()?;
        let asked = body["message"].as_str()?;
        let id = match body["conversation_id"].as_str() {
            Some(id) if keeps => id.to_owned(),
            _ => {
                let count = ask.memory.get(COUNT).as_u64().unwrap_or(0) + 1;
                ask.memory.set(COUNT, json!(count));
                format!("chat_2025-01-31-10-20-30-{count:03}.txt")
            }
        };
        let mut talk = ask.memory.get(&key(&id));
        let mut messages = talk["messages"].as_array().cloned().unwrap_or_default();
        let prompt: String = messages
            .iter()
            .filter_map(|message| message["content"].as_str())
            .chain([asked])
            .map(|text| format!("{text} "))
            .collect();
        let reply = Reply::write(ask.script, asked, "", &prompt, None);
        messages.push(json!({"role": "user", "content": asked}));
        messages.push(json!({"role": "assistant", "content": reply.text()}));
        talk = json!({"messages": messages, "begun": ask.now});
        ask.memory.set(&key(&id), talk);
        Some(Turn {
            id,
            reply,
            newer: !ask.script.older,
            context: ask.script.context.unwrap_or(CONTEXT),
        })
    }

    fn socket(&self, ask: &Ask<'_>) -> Talk {
        let mut plan = self.plan(
            ask,
            &Frames {
                turn: self,
                socket: true,
            },
        );
        if self.newer {
            let stage = json!({"type": "status", "message": "Reading the prompt"}).to_string();
            plan.pieces.insert(0, Piece::new(0.0, stage.into_bytes()));
        }
        // The socket stays open for the next question.
        Talk::of(plan)
    }

    fn events(&self, ask: &Ask<'_>) -> Answer {
        let voice = Frames {
            turn: self,
            socket: false,
        };
        Answer {
            status: 200,
            headers: Vec::new(),
            body: Body::Stream(self.plan(ask, &voice)),
        }
        .header("Content-Type", "text/event-stream")
        .header("Cache-Control", "no-cache")
    }

    fn at_once(&self, ask: &Ask<'_>) -> Answer {
        let _ = ask;
        let message =
            json!({"id": "m1", "role": "assistant", "content": "", "timestamp": 1_738_315_230});
        Answer::json(
            200,
            &json!({"message": message, "conversation_id": self.id, "tokens_used": null, "max_tokens": null}),
        )
    }

    fn plan(&self, ask: &Ask<'_>, voice: &Frames<'_>) -> Plan {
        plan(voice, ask.script, &self.reply, false)
    }
}

/// Pictures of a conversation whose last answer is being made since it was asked for. Those before now are missed.
fn watched(ask: &Ask<'_>, id: &str) -> Talk {
    let talk = ask.memory.get(&key(id));
    let Some((answer, before)) = talk["messages"].as_array().and_then(|all| all.split_last())
    else {
        return Talk::default();
    };
    let speaker = |message: &Value| match message["role"] == "user" {
        true => "USER:\n",
        false => "ASSISTANT:\n\n\n",
    };
    let said = |message: &Value| message["content"].as_str().unwrap_or_default().to_owned();
    let mut content: String = before
        .iter()
        .map(|message| format!("{}{}\n\n", speaker(message), said(message)))
        .collect();
    let mut lines = vec![(0.0, update(&content, None))];
    content.push_str(speaker(answer));
    let mut at = talk["begun"].as_f64().unwrap_or(ask.now) + ask.script.first.unwrap_or(FIRST);
    let mut now = ask.now;
    for (count, token) in crate::reply::tokens(&said(answer)).iter().enumerate() {
        content.push_str(token);
        if at >= now {
            lines.push((at - now, update(&content, Some(count + 1))));
            now = at;
        }
        at += ask.script.delay.unwrap_or(4.0);
    }
    Talk { lines, deaf: false }
}

fn update(content: &str, tokens: Option<usize>) -> Say {
    let context = tokens.map(|_| CONTEXT);
    Say::Text(
        json!({"type": "update", "content": content, "tokens_used": tokens, "max_tokens": context})
            .to_string(),
    )
}

/// Its frames over the socket, or as events.
struct Frames<'t> {
    turn: &'t Turn,
    socket: bool,
}

impl Frames<'_> {
    fn frame(&self, value: &Value) -> Vec<u8> {
        match self.socket {
            true => value.to_string().into_bytes(),
            false => super::data(value),
        }
    }
}

impl Voice for Frames<'_> {
    fn first(&self) -> f64 {
        FIRST
    }

    fn thinking(&self, text: &str) -> Vec<u8> {
        self.text(text, 0)
    }

    fn text(&self, text: &str, count: usize) -> Vec<u8> {
        let turn = self.turn;
        let used = turn.reply.prompt_tokens + count;
        let mut frame = match self.socket || turn.newer {
            true => json!({"type": "token"}),
            false => json!({}),
        };
        frame["token"] = json!(text);
        frame["tokens_used"] = json!(used);
        frame["max_tokens"] = json!(turn.context);
        if turn.newer {
            frame["gen_tokens"] = json!(count);
            frame["gen_tok_per_sec"] = json!(42.5);
        }
        self.frame(&frame)
    }

    fn end(&self, word: &str, reply: &Reply) -> Vec<Vec<u8>> {
        let turn = self.turn;
        let mut done = json!({"type": "done", "conversation_id": turn.id});
        if turn.newer {
            let figures = json!({
                "prompt_tok_per_sec": 310.0, "gen_tok_per_sec": 42.5, "gen_eval_ms": 250.0, "gen_tokens": reply.tokens.len(),
                "prompt_eval_ms": 90.0, "prompt_tokens": reply.prompt_tokens, "finish_reason": word, "token_breakdown": null,
            });
            if let (Some(done), Value::Object(figures)) = (done.as_object_mut(), figures) {
                done.extend(figures);
            }
        }
        let mut pieces = Vec::new();
        if self.socket || turn.newer {
            pieces.push(self.frame(&done));
        }
        if !self.socket {
            pieces.push(b"data: [DONE]\n\n".to_vec());
        }
        pieces
    }

    fn error(&self) -> Vec<u8> {
        self.frame(&match self.turn.newer {
            true => json!({"type": "error", "error": "Generation timed out"}),
            // An older one swallows what went wrong.
            false => json!({"type": "done", "conversation_id": self.turn.id}),
        })
    }

    fn bad(&self) -> Vec<u8> {
        match self.socket {
            true => br#"{"type":"token","token":"#.to_vec(),
            false => b"data: {\"token\":\n\n".to_vec(),
        }
    }

    fn comment(&self) -> Vec<u8> {
        match self.socket {
            true => br#"{"type":"heartbeat"}"#.to_vec(),
            false => b": still here\n\n".to_vec(),
        }
    }
}
