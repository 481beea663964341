//! KoboldCpp 1.76: HTTP/1.0, one answer per connection, `*` for every origin, an abort by the client's own id.

use super::{Ask, CREATED, Chat, Server};
use crate::http::{Answer, Body};
use crate::plan::{Piece, Plan, Voice};
use crate::recordings;
use crate::reply::{Reply, tokens};
use serde_json::{Value, json};

const MODEL: &str = "koboldcpp/SmolLM2-135M-Instruct.Q4_1";
const ALLOWED: &str = "*, Accept, Content-Type, Content-Length, Cache-Control, Accept-Encoding, X-CSRF-Token, Client-Agent, X-Fields, Content-Type, Authorization, X-Requested-With, X-HTTP-Method-Override, apikey, genkey";

/// The server.
pub struct KoboldCpp;

impl Server for KoboldCpp {
    fn answer(&self, ask: &Ask<'_>) -> Answer {
        if ask.request.method == "POST" {
            self.post(ask)
        } else {
            self.get(ask)
        }
    }

    fn cors(&self, ask: &Ask<'_>) -> Vec<(&'static str, String)> {
        let _ = ask;
        vec![
            ("Server", "ConcedoLlamaForKoboldServer ".into()),
            ("access-control-allow-origin", "*".into()),
            ("access-control-allow-methods", "*".into()),
            ("access-control-allow-headers", ALLOWED.into()),
            ("cache-control", "no-store".into()),
        ]
    }

    fn preflight(&self, _ask: &Ask<'_>) -> Answer {
        Answer {
            status: 200,
            headers: Vec::new(),
            body: Body::Bare,
        }
        .header("content-type", "text/html")
    }

    fn error(&self, _ask: &Ask<'_>, status: u16, message: &str) -> Answer {
        let detail = match status {
            404 => return gone(),
            503 => {
                json!({"msg": "Server is busy; please try again later.", "type": "service_unavailable"})
            }
            _ => json!({"msg": message, "type": "bad_input"}),
        };
        Answer::json(status, &json!({"detail": detail}))
    }

    fn unauthorized(&self, _ask: &Ask<'_>) -> Answer {
        Answer::json(
            401,
            &json!({"detail": {"error": "Unauthorized", "msg": "Authentication key is missing or invalid.", "type": "unauthorized"}}),
        )
    }

    fn open(&self, path: &str) -> bool {
        // A password guards what generates; who the server is may be read.
        path.starts_with("/api/extra/version")
            || path == "/api/v1/info/version"
            || path == "/v1/models"
            || path == "/api/v1/model"
    }
}

impl KoboldCpp {
    fn get(&self, ask: &Ask<'_>) -> Answer {
        let recorded =
            |case| Answer::new(200, "application/json", recordings::body("koboldcpp", case));
        match ask.path {
            "/api/extra/version" | "/api/v1/extra/version" => recorded("version"),
            "/api/v1/info/version" => Answer::json(200, &json!({"result": "1.2.5"})),
            "/api/v1/model" => recorded("model"),
            "/v1/models" => match &ask.script.models {
                Some(_) => Answer::json(200, &super::openai::models(ask, &[], "koboldcpp")),
                None => recorded("models"),
            },
            "/api/extra/true_max_context_length"
            | "/api/v1/config/max_context_length"
            | "/api/v1/config/max_length" => {
                Answer::json(200, &json!({"value": ask.script.context.unwrap_or(4096)}))
            }
            "/api/extra/perf" => {
                let mut perf: Value = serde_json::from_slice(recordings::body("koboldcpp", "perf"))
                    .unwrap_or_default();
                if let Some(made) = ask.stops.last_count() {
                    perf["last_token_count"] = json!(made);
                }
                if ask.script.goes_on {
                    perf["idle"] = json!(u8::from(!ask.kept.works()));
                    // 1 is the model's own end; 0, the limit, stands for an abort as well.
                    perf["stop_reason"] = json!(u8::from(ask.kept.all_whole()));
                }
                Answer::json(200, &perf)
            }
            "/" => Answer::new(
                200,
                "text/html",
                "<!doctype html><title>KoboldAI Lite</title>".to_owned() + &" ".repeat(900_000),
            ),
            _ => gone(),
        }
    }

    fn post(&self, ask: &Ask<'_>) -> Answer {
        let field = |name: &str| {
            ask.json
                .as_ref()
                .and_then(|body| body[name].as_str())
                .unwrap_or_default()
        };
        match ask.path {
            "/api/extra/tokencount" | "/api/extra/tokenize" => {
                if ask.json.as_ref().is_none_or(|body| !body.is_object()) {
                    return Answer::new(
                        400,
                        "application/json",
                        recordings::body("koboldcpp", "error-tokencount"),
                    );
                }
                // The first id is the BOS.
                let count = tokens(field("prompt")).len() + 1;
                Answer::json(
                    200,
                    &json!({"value": count, "ids": (1..=count).collect::<Vec<_>>()}),
                )
            }
            "/api/extra/abort" => {
                // Strings, not booleans; 200 for a wrong key too.
                let kept = ask.kept.get(field("genkey"));
                let done = if ask.stops.stop(field("genkey")) || kept.is_some_and(|kept| kept.stop()) {
                    "true"
                } else {
                    "false"
                };
                Answer::json(200, &json!({"success": done, "done": done}))
            }
            "/api/extra/generate/check" => {
                let kept = ask.kept.get(field("genkey")).map(|kept| kept.text());
                let text = ask.stops.text(field("genkey")).or(kept);
                Answer::json(200, &json!({"results": [{"text": text.unwrap_or_default()}]}))
            }
            // What it knows of the tokens of the last reply; null where nobody had asked for it.
            "/api/extra/last_logprobs" => {
                Answer::json(200, &json!({"logprobs": ask.memory.get(field("genkey"))}))
            }
            "/v1/chat/completions" => self.generate(ask, &Chunks),
            "/api/extra/generate/stream" => self.generate(ask, &Native),
            "/api/v1/generate" => self.whole(ask),
            _ => gone(),
        }
    }

    /// The whole answer, once it is made; what there is of it can be asked for meanwhile.
    fn whole(&self, ask: &Ask<'_>) -> Answer {
        let Some(chat) = Chat::read(ask, true) else {
            return self.error(ask, 500, "Error parsing input.");
        };
        let result = |text: String, word: &str| {
            json!({"results": [{"text": text, "finish_reason": word}]})
                .to_string()
                .into_bytes()
        };
        let script = ask.script;
        let mut plan = Plan::default();
        plan.pieces
            .push(Piece::new(script.first.unwrap_or(FIRST), Vec::new()));
        for token in &chat.reply.tokens {
            let mut piece = Piece::new(script.delay.unwrap_or(4.0), Vec::new());
            piece.text.clone_from(token);
            plan.pieces.push(piece);
        }
        plan.pieces.push(Piece::new(
            0.0,
            result(chat.reply.text(), chat.reply.word()),
        ));
        let body = ask.json.as_ref();
        let genkey = body.and_then(|body| body["genkey"].as_str());
        plan.stop = Some((
            genkey.unwrap_or_default().to_owned(),
            result(String::new(), "stop"),
        ));
        Answer {
            status: 200,
            headers: Vec::new(),
            body: Body::Stream(plan),
        }
        .header("content-type", "application/json")
    }

    fn generate(&self, ask: &Ask<'_>, voice: &dyn Voice) -> Answer {
        let native = ask.path.starts_with("/api/");
        let Some(chat) = Chat::read(ask, native) else {
            return self.error(ask, 500, "Error parsing input.");
        };
        if !chat.stream {
            let choice = json!({"index": 0, "finish_reason": chat.reply.word(), "message": {"role": "assistant", "content": chat.reply.text()}});
            return Answer::json(
                200,
                &json!({"id": "koboldcpp", "object": "chat.completion", "created": CREATED, "model": MODEL, "choices": [choice]}),
            );
        }
        remember_tokens(ask, &chat);
        let mut answer = chat.stream(ask, "text/event-stream", voice, false);
        if let Body::Stream(plan) = &mut answer.body {
            let genkey = ask
                .json
                .as_ref()
                .and_then(|body| body["genkey"].as_str())
                .unwrap_or_default();
            if ask.script.goes_on {
                let plan = std::mem::take(plan);
                answer.body = Body::Kept(ask.kept.begin(genkey, plan), None);
            } else {
                // Seen as `length` and as `stop` in aborted streams.
                plan.stop = Some((genkey.to_owned(), voice.end("length", &chat.reply).concat()));
            }
        }
        // Misleading: it closes after the answer.
        answer
            .header("cache-control", "no-cache")
            .header("connection", "keep-alive")
    }
}

/// Keeps what it knows of the tokens, for whoever asks after the end.
fn remember_tokens(ask: &Ask<'_>, chat: &Chat) {
    let Some(body) = ask.json.as_ref() else {
        return;
    };
    if body["logprobs"] != json!(true) {
        return;
    }
    let tokens = chat.reply.tokens.iter().map(|text| {
        let other = json!({"token": format!("{text}?"), "logprob": -2.5});
        let own = json!({"token": text, "logprob": -0.25});
        json!({"token": text, "logprob": -0.25, "top_logprobs": [own, other]})
    });
    let tokens: Vec<Value> = tokens.collect();
    let genkey = body["genkey"].as_str().unwrap_or_default();
    ask.memory.set(genkey, json!({ "content": tokens }));
}

fn gone() -> Answer {
    let mut answer = Answer {
        status: 404,
        headers: Vec::new(),
        body: Body::Whole(recordings::body("koboldcpp", "props").to_vec()),
    };
    answer = answer.header("content-type", "text/html");
    answer
}

/// JSON as Python writes it, with a space after each colon and comma outside of strings.
pub(super) fn python(value: &Value) -> String {
    match value {
        Value::Array(items) => format!(
            "[{}]",
            items.iter().map(python).collect::<Vec<_>>().join(", ")
        ),
        Value::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), python(value)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

/// It sends its first byte no sooner than this.
const FIRST: f64 = 350.0;

struct Chunks;

impl Chunks {
    fn chunk(text: &str, finish: &str) -> Vec<u8> {
        let choice = json!({"index": 0, "finish_reason": finish, "delta": {"role": "assistant", "content": text}});
        let chunk = json!({"id": "koboldcpp", "object": "chat.completion.chunk", "created": CREATED, "model": MODEL, "choices": [choice]});
        format!("data: {}\n\n", python(&chunk)).into_bytes()
    }
}

impl Voice for Chunks {
    fn first(&self) -> f64 {
        FIRST
    }

    fn thinking(&self, text: &str) -> Vec<u8> {
        Chunks::chunk(text, "null")
    }

    fn text(&self, text: &str, _count: usize) -> Vec<u8> {
        // A string, not JSON's null.
        Chunks::chunk(text, "null")
    }

    fn end(&self, word: &str, _reply: &Reply) -> Vec<Vec<u8>> {
        // No blank line after it.
        vec![Chunks::chunk("", word), b"data: [DONE]\n".to_vec()]
    }

    fn error(&self) -> Vec<u8> {
        // The connection just closes.
        Vec::new()
    }
}

struct Native;

impl Native {
    fn frame(text: &str, finish: &str) -> Vec<u8> {
        format!(
            "event: message\ndata: {}\n\n",
            python(&json!({"token": text, "finish_reason": finish}))
        )
        .into_bytes()
    }
}

impl Voice for Native {
    fn first(&self) -> f64 {
        FIRST
    }

    fn thinking(&self, text: &str) -> Vec<u8> {
        Native::frame(text, "null")
    }

    fn text(&self, text: &str, _count: usize) -> Vec<u8> {
        Native::frame(text, "null")
    }

    fn end(&self, word: &str, _reply: &Reply) -> Vec<Vec<u8>> {
        vec![Native::frame("", word)]
    }

    fn error(&self) -> Vec<u8> {
        Vec::new()
    }

    fn bad(&self) -> Vec<u8> {
        b"event: message\ndata: {\"token\": \n\n".to_vec()
    }
}
