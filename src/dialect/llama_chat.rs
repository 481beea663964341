//! llama_chat_web: the server keeps the conversation; one message goes up, and tokens, or pictures of the whole text, come down.
//!
//! In: the last message of a [`ChatRequest`]; typed JSON over a WebSocket, the same as data-only events, or the watch socket's
//! snapshots. Out: events. One decoder reads all three, for each shape is its own.
//!
//! In its events `max_tokens` is the size of the context, not a limit of the reply. The snapshots never say that they are the last:
//! silence ends such a reply.

use serde_json::{Value, json};

use super::read::{count, measured, text};
use super::reply::Reply;
use super::whole_text::WholeText;
use super::{
    Call, Carrier, Commands, Decoder, Dialect, Family, Model, Models, Question, Quirks, Sign,
    Takes, Transport, Via, Watch, read, sampling,
};
use crate::chat::request::{ChatRequest, Role};
use crate::event::{ChatEvent, Odd, Progress, Timings, Usage};
use crate::wire::Frame;

const SOCKET: &str = "/ws/chat/stream";
const STREAM: &str = "/api/chat/stream";
const WATCHED: &str = "/api/chat";

/// Mark before the person's turns in a snapshot.
const ASKS: &str = "USER:\n";
/// Mark before the model's turns in a snapshot.
const ANSWERS: &str = "ASSISTANT:\n";

pub(super) static FAMILY: Family = Family {
    word: "llama-chat",
    name: "llama_chat_web",
    ports: &[8000],
    signs: &[Sign::Service("llama-chat-web")],
    alive: Some("/health"),
    commands: Commands {
        start: Some("llama_chat_web"),
        ..Commands::NONE
    },
    quirks: Quirks {
        starves_its_sender: true,
        ..Quirks::NONE
    },
};

pub(super) const DIALECT: &dyn Dialect = &LlamaChat;

/// llama_chat_web, old and new.
struct LlamaChat;

impl Dialect for LlamaChat {
    fn family(&self) -> &'static Family {
        &FAMILY
    }

    fn transports(&self) -> &'static [Transport] {
        const {
            &[
                Transport::new(SOCKET, Carrier::Socket).then(STREAM),
                Transport::new(STREAM, Carrier::Stream).then(WATCHED),
                Transport::new(WATCHED, Carrier::Watch),
            ]
        }
    }

    fn chat(&self, request: &ChatRequest, over: &Transport) -> Call {
        let mut messages = request.messages.iter().rev();
        let asked = messages.find(|message| message.role == Role::User);
        let mut body = json!({
            "message": asked.map(|message| message.text.as_str()).unwrap_or_default(),
            "conversation_id": request.server_conversation,
        });
        sampling::put(&mut body, request.sampling.extra.clone());
        let via = match over.via {
            Carrier::Socket => Via::Socket,
            // The server drops a `.txt` at the end of its ids itself.
            Carrier::Watch => Via::Watch(Watch {
                before: "/ws/conversation/watch/",
                id: "conversation_id",
            }),
            _ => Via::Http,
        };
        Call {
            via,
            ..Call::post(over.name, &body)
        }
    }

    fn decoder(&self, _request: &ChatRequest, _over: &Transport) -> Box<dyn Decoder> {
        Box::new(Tokens::default())
    }

    fn takes(&self) -> Takes {
        Takes {
            keeps_history: true,
            deaf_to_system: true,
            ..Takes::default()
        }
    }

    /// Asks for the one model that is loaded: there is no list at first.
    fn models(&self) -> Question<Models> {
        Question::new(Call::get("/api/model/status"), |body| Some(models(body)))
    }

    fn stop(&self, _generation: &str, _id: Option<&str>) -> Option<Call> {
        // Closing does not stop it. Older servers have no such path; the newer one's answer may not be read by a page from elsewhere.
        Some(Call::post("/api/chat/cancel", &json!({})))
    }
}

fn models(body: &str) -> Models {
    let Some(status) = read::object(body).filter(|status| status.get("loaded").is_some()) else {
        return read::models(body);
    };
    let path =
        text(&status, "model_path").filter(|_| status.get("loaded") == Some(&Value::Bool(true)));
    let model = path.map(|path| Model {
        id: path.to_owned(),
        name: read::short_name(path),
        ..Model::default()
    });
    Ok(model.into_iter().collect())
}

/// Reads typed frames, events without a type, and snapshots.
#[derive(Debug, Default)]
struct Tokens {
    reply: Reply,
    told: WholeText,
    snapshot: Snapshot,
}

impl Decoder for Tokens {
    fn frame(&mut self, frame: Frame<'_>, out: &mut Vec<ChatEvent>) {
        let Some(said) = self.reply.read(frame, out) else {
            return;
        };
        let value = &said.value;
        let conversation = text(value, "conversation_id").filter(|id| *id != "null");
        self.reply.conversation(conversation, out);
        // Its name says otherwise, but no reply is ever limited by it.
        self.reply.context(count(value, "max_tokens"), out);
        match text(value, "type") {
            Some("token") => self.token(value, out),
            Some("done") => {
                self.figures(value, out);
                self.reply
                    .done(text(value, "finish_reason").unwrap_or("stop"), out);
            }
            Some("abort") => self.reply.done("abort", out),
            Some("update") => self.update(value, out),
            Some("status") => self.stage(text(value, "message").map(str::to_owned), out),
            // The reply waits until somebody says yes or no on the server's own page.
            Some("approval_required") => {
                let words = [text(value, "tool"), text(value, "reason")];
                let words: Vec<&str> = words.into_iter().flatten().collect();
                self.stage(Some(words.join(": ")), out);
            }
            // One more turn follows on this socket, in the place of a `done`.
            Some("heartbeat" | "server_continuing" | "tool_timing" | "model_status") => {
                out.push(ChatEvent::Alive);
            }
            _ if self.reply.error_in(value, out) => {}
            None if value.get("token").is_some() => self.token(value, out),
            None if value.get("message").is_some_and(Value::is_object) => {
                // The answer at once, which is empty while the text is being made: a socket tells it.
                let message = value.get("message").unwrap_or(value);
                let whole = text(message, "content").filter(|text| !text.trim().is_empty());
                if let Some(whole) = whole {
                    self.told.add(whole, &mut self.reply, out);
                    self.reply.done("stop", out);
                }
            }
            _ => self.reply.unknown(&said, out),
        }
    }

    fn finish(&mut self, out: &mut Vec<ChatEvent>) {
        self.reply.finish(out);
    }
}

impl Tokens {
    fn token(&mut self, value: &Value, out: &mut Vec<ChatEvent>) {
        let piece = text(value, "token").unwrap_or_default();
        self.told.add(piece, &mut self.reply, out);
        self.figures(value, out);
    }

    fn stage(&mut self, words: Option<String>, out: &mut Vec<ChatEvent>) {
        match words.filter(|words| !words.is_empty()) {
            Some(words) => self.reply.progress(Progress::Stage(words), out),
            None => out.push(ChatEvent::Alive),
        }
    }

    fn figures(&mut self, value: &Value, out: &mut Vec<ChatEvent>) {
        let usage = Usage {
            prompt_tokens: count(value, "prompt_tokens"),
            completion_tokens: count(value, "gen_tokens"),
            cached_tokens: None,
        };
        let timings = Timings {
            load_ms: None,
            prompt_ms: measured(value, "prompt_eval_ms"),
            predicted_ms: measured(value, "gen_eval_ms"),
            predicted_per_second: measured(value, "gen_tok_per_sec"),
        };
        self.reply.usage(usage, out);
        self.reply.timings(timings, out);
    }

    fn update(&mut self, value: &Value, out: &mut Vec<ChatEvent>) {
        let Some(content) = value.get("content").and_then(Value::as_str) else {
            return self.reply.odd(Odd::UnknownShape, &value.to_string(), out);
        };
        match self.snapshot.answer(content) {
            Some(answer) => self.told.whole(&answer, &mut self.reply, out),
            // Nothing new, but it lives.
            None => out.push(ChatEvent::Alive),
        }
    }
}

/// Finds the newest answer in pictures of a whole conversation.
#[derive(Debug, Default)]
struct Snapshot {
    /// Everything up to the answer, once it has begun: what the model writes may look like the beginning of a turn.
    before: Option<String>,
    /// The bytes of the answer so far.
    length: usize,
}

impl Snapshot {
    /// The whole answer in this picture, if it has more of it than those before.
    fn answer(&mut self, content: &str) -> Option<String> {
        let known = self.before.as_deref();
        let after = match known.and_then(|before| content.strip_prefix(before)) {
            Some(after) => after,
            None => {
                let start = begin(content)?;
                let (before, after) = content.split_at_checked(start)?;
                self.before = Some(before.to_owned());
                self.length = 0;
                after
            }
        };
        // Blanks at the end may turn out to stand before the next turn.
        let answer = after.trim();
        // Pictures are dropped and may be late, but an answer only grows.
        if answer.len() <= self.length {
            return None;
        }
        self.length = answer.len();
        Some(answer.to_owned())
    }
}

/// Returns the place, in bytes, at which the answer to the last question begins; `None` while it has not begun.
fn begin(content: &str) -> Option<usize> {
    let starts_line = |at: usize| at == 0 || crate::text::up_to(content, at).ends_with('\n');
    let asked = content
        .rmatch_indices(ASKS)
        .map(|(at, _)| at)
        .find(|&at| starts_line(at))
        .unwrap_or(0);
    let mut answers = crate::text::from(content, asked)
        .match_indices(ANSWERS)
        .map(|(at, _)| asked + at);
    Some(answers.find(|&at| starts_line(at))? + ANSWERS.len())
}
