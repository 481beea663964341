//! AI4ArtsEd's server, through Flask: GET streams of named events, the seed's routes and today's, a fixed list of origins, HTML errors.
//!
//! `missing=/api/text_stream` makes it today's server. `blocked` declines, `lose=N` drops every Nth piece (its text is still in what
//! the next one says of the whole), `final=TEXT` ends with another text than was streamed.

use super::{Ask, Server, query};
use crate::http::{Answer, Body};
use crate::plan::{Voice, plan};
use crate::reply::Reply;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};

/// The server.
pub struct Ai4ArtsEd;

/// The pages that may call it: its own.
const ORIGINS: [&str; 4] = [
    "http://localhost:17802",
    "http://127.0.0.1:17802",
    "http://localhost:5173",
    "https://lab.ai4artsed.org",
];

const HTML: &str = "text/html; charset=utf-8";

impl Server for Ai4ArtsEd {
    fn answer(&self, ask: &Ask<'_>) -> Answer {
        let method = ask.request.method.as_str();
        if let ("GET", Some(rest)) = (method, ask.path.strip_prefix("/api/text_stream/"))
            && let Some((task, run)) = rest.split_once('/')
        {
            return match task {
                "stage1" | "stage3" => stream(ask, run, true, &["text"]),
                "stage2" | "stage4" => stream(ask, run, true, &["prompt"]),
                "optimize" => stream(ask, run, true, &["input_text"]),
                _ => page(404, "Not Found"),
            };
        }
        let today = &["prompt", "text", "input_text"];
        match (method, ask.path) {
            (
                "GET",
                "/api/schema/pipeline/interception"
                | "/api/schema/pipeline/optimize"
                | "/api/schema/pipeline/generation",
            ) => stream(ask, "run_lab", false, today),
            ("POST", "/api/schema/pipeline/interception")
                if ask.request.media_type() != "application/json" =>
            {
                page(415, "Unsupported Media Type")
            }
            ("POST", "/api/schema/pipeline/interception") => stream(ask, "run_lab", false, today),
            ("GET", "/") => {
                Answer::new(200, HTML, "<!doctype html>\n<title>AI4ArtsEd Lab</title>\n")
            }
            _ => page(404, "Not Found"),
        }
    }

    fn cors(&self, ask: &Ask<'_>) -> Vec<(&'static str, String)> {
        let Some(origin) = ask.request.header("origin") else {
            return Vec::new();
        };
        let more = &ask.script.origins;
        let allowed =
            ORIGINS.contains(&origin) || more.iter().any(|other| other == "*" || other == origin);
        if !allowed {
            return Vec::new();
        }
        vec![
            ("Access-Control-Allow-Origin", origin.into()),
            ("Access-Control-Allow-Credentials", "true".into()),
            ("Vary", "Origin".into()),
        ]
    }

    fn preflight(&self, _ask: &Ask<'_>) -> Answer {
        Answer::new(200, HTML, "").header("Access-Control-Allow-Headers", "Content-Type")
    }

    fn error(&self, _ask: &Ask<'_>, status: u16, message: &str) -> Answer {
        match status {
            404 => page(404, "Not Found"),
            _ => Answer::json(status, &json!({"status": "error", "error": message})),
        }
    }

    fn unauthorized(&self, _ask: &Ask<'_>) -> Answer {
        page(401, "Unauthorized")
    }
}

/// Flask's own page for a status.
fn page(status: u16, title: &str) -> Answer {
    let body = format!(
        "<!doctype html>\n<html lang=en>\n<title>{status} {title}</title>\n<h1>{title}</h1>\n"
    );
    Answer::new(status, HTML, body)
}

/// A run; the prompt has one of these names.
fn stream(ask: &Ask<'_>, run: &str, seed: bool, names: &[&str]) -> Answer {
    let body = |name: &str| Some(ask.json.as_ref()?.get(name)?.as_str()?.to_owned());
    let field = |name: &str| query(ask.request, name).or_else(|| body(name));
    let Some(prompt) = names
        .iter()
        .find_map(|name| field(name))
        .filter(|text| !text.is_empty())
    else {
        return Answer::json(400, &json!({"error": "prompt is required"}));
    };
    let reply = Reply::write(ask.script, &prompt, "", &prompt, None);
    let events = Events {
        run: run.to_owned(),
        seed,
        model: field("model").unwrap_or_else(|| "mistral-small".into()),
        lose: ask.script.lose,
        last: ask.script.last.clone(),
        told: RefCell::default(),
        count: Cell::new(0),
    };
    if ask.script.blocked {
        let pieces = vec![
            crate::plan::Piece::new(0.0, events.open()),
            crate::plan::Piece::new(
                ask.script.first.unwrap_or(0.0),
                event(
                    "blocked",
                    &json!({"stage": "stage1", "reason": "not for children", "found_terms": ["x"]}),
                ),
            ),
        ];
        return answer(crate::plan::Plan { pieces, stop: None });
    }
    answer(plan(&events, ask.script, &reply, false))
}

fn answer(plan: crate::plan::Plan) -> Answer {
    Answer {
        status: 200,
        headers: Vec::new(),
        body: Body::Stream(plan),
    }
    .header("Content-Type", "text/event-stream; charset=utf-8")
    .header("Cache-Control", "no-cache")
}

fn event(name: &str, data: &Value) -> Vec<u8> {
    format!("event: {name}\ndata: {data}\n\n").into_bytes()
}

struct Events {
    run: String,
    seed: bool,
    model: String,
    lose: Option<usize>,
    last: Option<String>,
    told: RefCell<String>,
    count: Cell<usize>,
}

impl Voice for Events {
    fn open(&self) -> Vec<u8> {
        if self.seed {
            return event(
                "connected",
                &json!({"stage": "stage2", "run_id": self.run, "status": "streaming", "model": self.model}),
            );
        }
        [
            event(
                "connected",
                &json!({"run_id": self.run, "schema": "user_defined", "stages": ["safety", "interception"]}),
            ),
            event(
                "queue_status",
                &json!({"status": "waiting", "message": "1 before you"}),
            ),
            event(
                "stage_start",
                &json!({"stage": "stage1", "name": "Safety", "description": "Checking the words"}),
            ),
            event(
                "wikipedia_lookup",
                &json!({"status": "start", "terms": ["river"]}),
            ),
            event(
                "stage_start",
                &json!({"stage": "stage2", "name": "Interception", "description": "Writing"}),
            ),
        ]
        .concat()
    }

    fn thinking(&self, _text: &str) -> Vec<u8> {
        Vec::new()
    }

    fn text(&self, text: &str, _count: usize) -> Vec<u8> {
        self.told.borrow_mut().push_str(text);
        self.count.set(self.count.get() + 1);
        if self
            .lose
            .is_some_and(|every| self.count.get().is_multiple_of(every.max(1)))
        {
            return Vec::new();
        }
        let mut data = json!({"text_chunk": text, "accumulated": *self.told.borrow(), "chunk_count": self.count.get()});
        if !self.seed {
            data["stage"] = json!("stage2");
        }
        event("chunk", &data)
    }

    fn end(&self, _word: &str, _reply: &Reply) -> Vec<Vec<u8>> {
        let told = self.told.borrow();
        let text = self.last.as_deref().unwrap_or(&told);
        let (letters, count) = (text.chars().count(), self.count.get());
        let data = if self.seed {
            json!({"final_text": text, "status": "completed", "char_count": letters, "chunk_count": count, "model_used": self.model})
        } else {
            json!({"stage": "stage2", "final_text": text, "char_count": letters, "chunk_count": count, "run_id": self.run})
        };
        vec![event("complete", &data)]
    }

    fn error(&self) -> Vec<u8> {
        event(
            "error",
            &json!({"message": "The model ran out of memory", "stage": "stage2", "fallback": "batch"}),
        )
    }
}
