//! Halo Weave's patched KoboldCpp: KoboldCpp, tokens with what they looked at, a WebSocket, and the fault that the socket leaves behind.
//!
//! Its handler answers in HTTP/1.0 and closes, until a WebSocket was upgraded once: that sets HTTP/1.1 for good, and from then on an
//! answer to OPTIONS has neither a length nor an end. All its threads are taken to be touched by the first upgrade.

use super::koboldcpp::{KoboldCpp, python};
use super::{Ask, Chat, Server};
use crate::http::{Answer, Body};
use crate::plan::{Voice, plan};
use crate::reply::{Reply, tokens};
use crate::socket::{Opening, Say, Talk};
use serde_json::{Value, json};

const STREAM: &str = "/api/extra/generate/stream";
const SOCKET: &str = "/api/extra/generate/stream/ws";
/// What it remembers of a WebSocket that was upgraded once.
const STICKY: &str = "halo: upgraded";
/// The context of a stack of heads: it is not cut to what is filled.
const PADDED: usize = 256;

/// The server.
pub struct Halo;

impl Server for Halo {
    fn answer(&self, ask: &Ask<'_>) -> Answer {
        match (ask.request.method.as_str(), ask.path) {
            ("GET", "/api/v1/model") => Answer::json(200, &model(ask)),
            ("POST", "/api/v1/tokenize") => tokenize(ask),
            ("POST", "/api/v1/detokenize") => detokenize(ask),
            ("POST", STREAM) if ask.script.no_sse => KoboldCpp.error(ask, 404, "not found"),
            ("POST", STREAM) => stream(ask),
            _ => KoboldCpp.answer(ask),
        }
    }

    fn cors(&self, ask: &Ask<'_>) -> Vec<(&'static str, String)> {
        KoboldCpp.cors(ask)
    }

    fn preflight(&self, ask: &Ask<'_>) -> Answer {
        let mut answer = KoboldCpp.preflight(ask);
        if ask.memory.get(STICKY) == json!(true) {
            answer.body = Body::Endless;
        }
        answer
    }

    fn error(&self, ask: &Ask<'_>, status: u16, message: &str) -> Answer {
        KoboldCpp.error(ask, status, message)
    }

    fn unauthorized(&self, ask: &Ask<'_>) -> Answer {
        KoboldCpp.unauthorized(ask)
    }

    fn open(&self, path: &str) -> bool {
        KoboldCpp.open(path)
    }

    fn opens(&self, ask: &Ask<'_>) -> Option<Opening> {
        (ask.path == SOCKET).then(|| {
            ask.memory.set(STICKY, json!(true));
            Opening::Asked
        })
    }

    fn talk(&self, ask: &Ask<'_>) -> Talk {
        let Some(chat) = chat(ask) else {
            return Talk {
                lines: vec![(0.0, Say::Close(1002))],
                deaf: false,
            };
        };
        let voice = Typed::of(ask, &chat, true);
        let mut talk = Talk::of(plan(&voice, ask.script, &chat.reply, false));
        let mut count = 0;
        let lines = std::mem::take(&mut talk.lines);
        for (wait, say) in lines {
            let is_token = matches!(&say, Say::Text(text) if text.contains("\"type\": \"token\""));
            talk.lines.push((wait, say));
            if is_token {
                count += 1;
                // The row of the token before it, by nothing but its place; empty where there is none.
                let row = if count > 1 && voice.looks {
                    voice.numbers(count)
                } else {
                    Vec::new()
                };
                talk.lines.push((0.0, Say::Binary(bytes(&row))));
            }
        }
        let code = if ask.script.error_inside { 1011 } else { 1000 };
        talk.lines.push((0.0, Say::Close(code)));
        // It never reads while it writes.
        talk.deaf = true;
        talk
    }
}

fn model(ask: &Ask<'_>) -> Value {
    json!({
        "result": "koboldcpp/SmolLM2-135M-Instruct.Q4_1", "model_name": "SmolLM2-135M-Instruct.Q4_1",
        "vocab_size": 49152, "num_layers": 30, "num_attention_heads": 9, "num_key_value_heads": 3, "embedding_size": 576,
        "max_context_length": ask.script.context.unwrap_or(4096), "max_trained_context": 8192,
        "bos_token_id": 1, "eos_token_id": 2, "eot_token_id": -1, "rope_freq_base": 100000.0, "rope_freq_scale": 1.0,
    })
}

fn tokenize(ask: &Ask<'_>) -> Answer {
    let body = ask.json.clone().unwrap_or_default();
    let Some(text) = body["text"].as_str().or(body["content"].as_str()) else {
        return Answer::json(400, &json!({"error": "Missing text"}));
    };
    let special = [&body["add_special_tokens"], &body["add_special"]];
    let special = special.into_iter().find_map(Value::as_bool).unwrap_or(true);
    let mut pieces = tokens(text);
    if special {
        pieces.insert(0, String::new());
    }
    if body["with_pieces"] == json!(false) {
        let ids: Vec<Value> = (1..=pieces.len()).map(|id| json!({"id": id})).collect();
        return Answer::json(200, &json!({"tokens": ids}));
    }
    let told = pieces.iter().zip(1..);
    let told: Vec<Value> = told
        .map(|(text, id)| json!({"token_id": id, "text": text}))
        .collect();
    let ids: Vec<usize> = (1..=pieces.len()).collect();
    Answer::json(
        200,
        &json!({"tokens": told, "token_ids": ids, "token_count": ids.len()}),
    )
}

fn detokenize(ask: &Ask<'_>) -> Answer {
    let ids = ask
        .json
        .as_ref()
        .and_then(|body| body["token_ids"].as_array().cloned());
    match ids {
        Some(ids) => Answer::json(200, &json!({"text": "flow ".repeat(ids.len()).trim_end()})),
        None => Answer::json(400, &json!({"error": "Missing token_ids"})),
    }
}

/// What is asked for, and what the model says to it. In attention mode a stop text stays in what it says.
fn chat(ask: &Ask<'_>) -> Option<Chat> {
    let mut chat = Chat::read(ask, true)?;
    let body = ask.json.as_ref()?;
    let looks = body["output_attentions"] == json!(true);
    if let (true, Some(stop)) = (
        looks && !chat.reply.limited,
        body["stop_sequence"][0].as_str(),
    ) {
        chat.reply.tokens.extend(tokens(stop));
    }
    Some(chat)
}

fn stream(ask: &Ask<'_>) -> Answer {
    let Some(chat) = chat(ask) else {
        return KoboldCpp.error(ask, 500, "Error parsing input.");
    };
    let typed = Typed::of(ask, &chat, false);
    let voice: &dyn Voice = if typed.looks { &typed } else { &Stock };
    let mut answer = chat.stream(ask, "text/event-stream", voice, false);
    if let Body::Stream(plan) = &mut answer.body {
        let field = |name: &str| ask.json.as_ref().and_then(|body| body[name].as_str());
        let key = field("genkey").or(field("request_id")).unwrap_or_default();
        plan.stop = Some((key.to_owned(), voice.end("length", &chat.reply).concat()));
    }
    answer
        .header("cache-control", "no-cache")
        .header("connection", "keep-alive")
}

/// The frames with a type; attention is in them, or follows in a binary frame of the socket.
struct Typed {
    socket: bool,
    looks: bool,
    layers: Option<usize>,
    prompt: usize,
    id: String,
}

impl Typed {
    fn of(ask: &Ask<'_>, chat: &Chat, socket: bool) -> Typed {
        let body = ask.json.clone().unwrap_or_default();
        Typed {
            socket,
            looks: body["output_attentions"] == json!(true),
            layers: ask.script.layers,
            prompt: chat.reply.prompt_tokens,
            id: body["request_id"].as_str().unwrap_or_default().to_owned(),
        }
    }

    /// What the token of this number looked at: the nearer, the more. One row, or one for each head of each layer.
    fn numbers(&self, count: usize) -> Vec<f32> {
        let length = self.prompt + count - 1;
        let row = (0..length).map(|at| 1.0 / (length - at) as f32);
        match self.layers {
            None => row.collect(),
            Some(layers) => {
                let width = length.max(PADDED);
                let row: Vec<f32> = row.chain(std::iter::repeat(0.0)).take(width).collect();
                row.repeat(layers * layers)
            }
        }
    }

    fn attention(&self, count: usize) -> Value {
        if count <= 1 {
            return Value::Null;
        }
        let numbers = self.numbers(count);
        let (format, shape) = match self.layers {
            None => ("aggregated", json!([numbers.len()])),
            Some(layers) => {
                let width = numbers.len() / (layers * layers);
                ("per_layer", json!([layers, layers, width]))
            }
        };
        json!({"format": format, "shape": shape, "context_length": shape[shape.as_array().map_or(0, Vec::len) - 1],
            "encoding": "base64", "dtype": "float32", "data": base64(&bytes(&numbers))})
    }

    fn frame(&self, value: &Value) -> Vec<u8> {
        match self.socket {
            true => python(value).into_bytes(),
            false => format!("event: message\ndata: {}\n\n", python(value)).into_bytes(),
        }
    }
}

impl Voice for Typed {
    fn thinking(&self, text: &str) -> Vec<u8> {
        self.text(text, 1)
    }

    fn text(&self, text: &str, count: usize) -> Vec<u8> {
        let id = 1000 + count;
        self.frame(&match self.socket {
            true => json!({"type": "token", "token_id": id, "text": text, "request_id": self.id}),
            false => json!({"type": "token", "token": {"token_id": id, "text": text}, "request_id": self.id,
                "attention": self.attention(count)}),
        })
    }

    fn end(&self, word: &str, reply: &Reply) -> Vec<Vec<u8>> {
        let total = reply.tokens.len();
        vec![self.frame(
            &json!({"type": "done", "finish_reason": word, "total_tokens": total, "request_id": self.id}),
        )]
    }

    fn error(&self) -> Vec<u8> {
        // The connection just closes.
        Vec::new()
    }

    fn bad(&self) -> Vec<u8> {
        match self.socket {
            true => b"{\"type\": \"token\", ".to_vec(),
            false => b"event: message\ndata: {\"type\": \"token\", \n\n".to_vec(),
        }
    }

    fn comment(&self) -> Vec<u8> {
        match self.socket {
            true => Vec::new(),
            false => b": still here\n\n".to_vec(),
        }
    }
}

/// The stock frames, with a real null.
struct Stock;

impl Stock {
    fn frame(text: &str, finish: Value) -> Vec<u8> {
        let frame = json!({"token": text, "finish_reason": finish});
        format!("event: message\ndata: {}\n\n", python(&frame)).into_bytes()
    }
}

impl Voice for Stock {
    fn thinking(&self, text: &str) -> Vec<u8> {
        Stock::frame(text, Value::Null)
    }

    fn text(&self, text: &str, _count: usize) -> Vec<u8> {
        Stock::frame(text, Value::Null)
    }

    fn end(&self, word: &str, _reply: &Reply) -> Vec<Vec<u8>> {
        vec![Stock::frame("", json!(word))]
    }

    fn error(&self) -> Vec<u8> {
        Vec::new()
    }
}

fn bytes(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|one| one.to_le_bytes()).collect()
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place)) as usize & 63];
            out.push(if place <= three.len() {
                letter.into()
            } else {
                '='
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_as_the_standard_has_it() {
        for (bytes, text) in [
            (&b""[..], ""),
            (b"f", "Zg=="),
            (b"fo", "Zm8="),
            (b"foo", "Zm9v"),
            (&[0xff, 0xef], "/+8="),
        ] {
            assert_eq!(base64(bytes), text);
        }
    }
}
