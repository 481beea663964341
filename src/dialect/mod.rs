//! One file per server family: a neutral request becomes calls, frames become events.
//!
//! In: [`ChatRequest`] and [`Frame`]. Out: [`Call`] and [`ChatEvent`]. Knows every wire; does no I/O, has no clock.
//! To add a family: one file here with a [`Dialect`], its row in the table of [`Kind`], one emulation in the lab with its row, one row in README's table.

mod ai4artsed;
mod attention;
mod calls;
mod choices;
mod errors;
mod halo;
mod jarvis;
mod kind;
mod koboldcpp;
mod llama_chat;
mod llama_cpp_python;
mod llamacpp;
mod lmstudio;
mod marks;
mod mention;
mod ollama;
mod openai;
mod qolaba;
mod read;
mod recognise;
mod reply;
pub mod sampling;
mod stencil;
mod stops;
pub mod templates;
mod think;
mod tokens;
mod told;

pub use ai4artsed::Ai4ArtsEd;
pub use errors::{read_error, wants_json};
pub use halo::Halo;
pub use jarvis::Jarvis;
pub use kind::{Kind, UnknownKind};
pub use koboldcpp::KoboldCpp;
pub use llama_chat::LlamaChat;
pub use llamacpp::LlamaCpp;
pub use lmstudio::LmStudio;
pub(crate) use marks::{SILENT, TAGS};
pub use ollama::Ollama;
pub use openai::OpenAi;
pub use qolaba::Qolaba;
pub use recognise::{Answer, PORTS, Recognised, Recogniser, Verdict};

use crate::chat::request::ChatRequest;
use crate::event::{ChatEvent, ServerError};
use crate::wire::Frame;

/// How a request goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Sends a body.
    Post,
    /// Ends something.
    Delete,
}

/// Which Content-Type a body may have at this endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyRule {
    /// `text/plain` first, which needs no preflight; JSON only if the server answers that it wants it.
    PlainFirst,
    /// The server is known to take nothing but `application/json`.
    JsonOnly,
}

/// What carries a call.
// Calls are compared in tests only; a function that looks different where it is the same would fail there, and be seen.
#[allow(unpredictable_function_pointer_comparisons)]
#[derive(Debug, Clone, PartialEq)]
pub enum Via {
    /// An HTTP request; its body is read as it comes.
    Http,
    /// A WebSocket at the path: the body goes out as the first text frame. It becomes [`Frame::Json`] for each text frame that
    /// comes in, [`Frame::Binary`] for each binary one. Close codes 1000 and 1001 are a clean end, others a failure.
    Socket,
    /// An HTTP request that answers when all is done, and meanwhile, every so many milliseconds, another that tells what is there
    /// so far. Each answer of either becomes one [`Frame::Json`]; the whole answer comes last.
    Poll {
        /// Tells what is there so far.
        check: Box<Call>,
        /// Milliseconds between two checks.
        every: f64,
    },
    /// An HTTP request that answers at once, and then a WebSocket that is only listened to. The answer and each text frame become
    /// one [`Frame::Json`] each.
    Watch {
        /// The socket's path, from the answer; `None` where the answer names none.
        socket: fn(&str) -> Option<String>,
    },
    /// An HTTP request that gives its answer in one piece when all is done: for where nothing else gets through.
    Whole,
}

/// One request, relative to the server's base address.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The method.
    pub method: Method,
    /// Path and query, beginning with `/`.
    pub path: String,
    /// The JSON text to send.
    pub body: Option<String>,
    /// What the body may be called.
    pub rule: BodyRule,
    /// Headers beyond the ordinary; each makes a preflight unavoidable.
    pub headers: Vec<(&'static str, String)>,
    /// What carries it.
    pub via: Via,
}

impl Call {
    /// A simple GET.
    pub fn get(path: impl Into<String>) -> Call {
        Call {
            method: Method::Get,
            path: path.into(),
            body: None,
            rule: BodyRule::PlainFirst,
            headers: Vec::new(),
            via: Via::Http,
        }
    }

    /// A POST of JSON text that the server parses whatever it is called.
    pub fn post(path: impl Into<String>, body: &serde_json::Value) -> Call {
        Call {
            method: Method::Post,
            path: path.into(),
            body: Some(body.to_string()),
            rule: BodyRule::PlainFirst,
            headers: Vec::new(),
            via: Via::Http,
        }
    }

    /// The same call of nothing but JSON.
    pub fn json_only(mut self) -> Call {
        self.rule = BodyRule::JsonOnly;
        self
    }

    /// The same call, whose answer comes in one piece.
    pub fn whole(mut self) -> Call {
        self.via = Via::Whole;
        self
    }

    /// The same call over a WebSocket.
    pub fn socket(mut self) -> Call {
        self.via = Via::Socket;
        self
    }
}

/// The field of a request that says what to do with the prompt.
pub const TASK: &str = "task";

/// What a family of servers understands beside words.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Takes {
    /// The settings that it knows, in its spelling; others are not sent.
    pub knobs: sampling::Spelling,
    /// Texts that end the reply.
    pub stop_texts: bool,
    /// Pictures, where the model can see.
    pub images: bool,
    /// Tells the alternatives to each token.
    pub alternatives: bool,
    /// Tells what each token looked at.
    pub attention: bool,
    /// Takes a flat prompt, so that the page formats the conversation.
    pub templates: bool,
    /// Keeps the conversation itself: editing and branching are not heard there.
    pub keeps_history: bool,
    /// Reads nothing but the person's words: a system prompt is not heard there.
    pub deaf_to_system: bool,
    /// Fields of its own beside the prompt, by name.
    pub fields: &'static [&'static str],
    /// What can be done with the prompt, by name, the usual first; chosen in the field [`TASK`].
    pub tasks: &'static [&'static str],
}

/// A model that a server offers.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Model {
    /// What requests call it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Tokens that fit into its context, where the list tells.
    pub context: Option<u32>,
    /// Whether it can see pictures, where the list tells.
    #[serde(default)]
    pub sees: Option<bool>,
}

/// A family of servers.
pub trait Dialect {
    /// The ways to ask for a reply, best first; at least one. Tried in turn where an endpoint is missing.
    fn rungs(&self) -> &'static [&'static str];
    /// The request for a streamed reply over rung `rung` (an index into [`Dialect::rungs`]).
    fn chat(&self, request: &ChatRequest, rung: usize) -> Call;
    /// The rung to take for the next reply where this one held everything back until the end, although a stream was asked for;
    /// `None` where no other is a better bet.
    fn next_rung(&self, _rung: usize) -> Option<usize> {
        None
    }
    /// A fresh decoder for one reply over that rung.
    fn decoder(&self, rung: usize) -> Box<dyn Decoder>;
    /// The same for the reply to this request, where decoding depends on what was asked (stop texts that the server lets through).
    fn decoder_for(&self, _request: &ChatRequest, rung: usize) -> Box<dyn Decoder> {
        self.decoder(rung)
    }
    /// What it understands beside words.
    fn takes(&self) -> Takes {
        Takes::default()
    }
    /// Asks for the list of models.
    fn models(&self) -> Call;
    /// Reads that list.
    fn read_models(&self, body: &str) -> Result<Vec<Model>, ServerError>;
    /// Asks for the size of the context, where that is another request than the list of models.
    fn context(&self, _model: Option<&str>) -> Option<Call> {
        None
    }
    /// Reads the answer to [`Dialect::context`].
    fn read_context(&self, _body: &str, _model: Option<&str>) -> Option<u32> {
        None
    }
    /// Asks how many tokens the prompt has, its template included, where the server can count.
    fn count(&self, _request: &ChatRequest) -> Option<Call> {
        None
    }
    /// Reads the answer to [`Dialect::count`].
    fn read_count(&self, _body: &str) -> Option<u32> {
        None
    }
    /// Tells the server to stop this reply, where closing the connection is not enough or not all. `id` is the last
    /// [`ChatEvent::Id`] of the reply, for servers that stop by an id of their own.
    fn stop(&self, _generation: &str, _id: Option<&str>) -> Option<Call> {
        None
    }
    /// Asks for figures about the last reply once it has ended, where the stream does not carry them.
    fn perf(&self) -> Option<Call> {
        None
    }
    /// Reads the answer to [`Dialect::perf`].
    fn read_perf(&self, _body: &str) -> Option<(crate::event::Usage, crate::event::Timings)> {
        None
    }
    /// Asks what is known of the tokens of the last reply once it has ended, where the stream does not carry it.
    fn tokens(&self, _generation: &str) -> Option<Call> {
        None
    }
    /// Reads the answer to [`Dialect::tokens`]: the tokens of the whole reply, in their order.
    fn read_tokens(&self, _body: &str) -> Vec<crate::event::Token> {
        Vec::new()
    }
    /// A small GET that any live server of this family answers at once.
    fn alive(&self) -> Call {
        self.models()
    }
}

/// Turns the frames of one reply into events. It cannot fail: what it does not know becomes [`ChatEvent::Odd`].
pub trait Decoder {
    /// One frame; the events it holds are appended to `out`.
    fn frame(&mut self, frame: Frame<'_>, out: &mut Vec<ChatEvent>);
    /// The stream is over: gives what was held back. It never invents an end mark.
    fn finish(&mut self, out: &mut Vec<ChatEvent>);
}
