//! One file per server family: a neutral request becomes calls, frames become events.
//!
//! In: [`ChatRequest`] and [`Frame`]. Out: [`Call`] and [`ChatEvent`]. Knows every wire; does no I/O, has no clock.
//! To add a family: one file here with its [`Family`] and its [`Dialect`], its `mod` line below and its line in the list of [`Kind`];
//! one emulation in the lab, one row in README's table. Nothing else names a family: a test holds that (`tests/families.rs`).

mod ai4artsed;
mod attention;
pub mod bridge;
mod call;
mod calls;
mod choices;
mod errors;
mod family;
mod halo;
mod jarvis;
mod kind;
mod koboldcpp;
mod litellm;
mod llama_chat;
mod llama_cpp_python;
mod llamacpp;
mod lmstudio;
mod marks;
mod mention;
mod ollama;
mod openai;
mod openrouter;
mod qolaba;
mod read;
mod recognise;
mod reply;
mod resume;
pub mod sampling;
mod stencil;
mod stops;
pub mod templates;
mod textgen;
mod think;
mod tokens;
mod transport;
mod vllm;
mod whole_text;

pub use call::{BodyRule, Call, Method, Question, Via, Watch};
pub use errors::{read_error, wants_json};
pub use family::{Commands, Family, Heard, Known, Origins, Probe, Quirks, Seen, Sign, Stage};
pub use kind::{Kind, UnknownKind, ports};
pub(crate) use marks::{SILENT, TAGS};
pub use recognise::{Answer, Recognised, Recogniser, Recognition};
pub use resume::{CatchUp, Deaf, Doing, Replay, Resume, Retell, Told};
pub use transport::{Carrier, Transport};

use crate::chat::request::ChatRequest;
use crate::event::{ChatEvent, ServerError, Timings, Token, Usage};
use crate::wire::Frame;

/// The field of a request that says what to do with the prompt.
pub const TASK: &str = "task";

/// Settings and parts of a request beside words that a family of servers understands.
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
    /// Goes on from an unfinished message of the assistant, also from one that it did not make.
    pub continues: bool,
    /// Makes another text of the person's, which is then worked on: both are worth to be seen.
    pub two_steps: bool,
    /// Takes a flat prompt, so that the page formats the conversation.
    pub templates: bool,
    /// Holds the conversation itself: editing and branching are not heard there.
    pub keeps_history: bool,
    /// Reads nothing but the person's words: a system prompt is not heard there.
    pub deaf_to_system: bool,
    /// Fields of its own beside the prompt, by name.
    pub fields: &'static [&'static str],
    /// Tasks that can be done with the prompt, by name, the usual first; chosen in the field [`TASK`].
    pub tasks: &'static [&'static str],
}

/// A model that a server offers.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Model {
    /// Name that requests use for the model.
    pub id: String,
    /// Name that people use for the model.
    pub name: String,
    /// Tokens that fit into the model's context, where the list tells.
    pub context: Option<u32>,
    /// `true` if the model can see pictures, `false` if it cannot; `None` where the list does not tell.
    #[serde(default)]
    pub sees: Option<bool>,
}

/// A list of models, or what a server says in place of one.
pub type Models = Result<Vec<Model>, ServerError>;

/// The language of a family of servers.
pub trait Dialect: Sync {
    /// Returns what is known of the family beside its language.
    fn family(&self) -> &'static Family;
    /// The ways to ask for a reply, best first; at least one. Tried in turn where an endpoint is missing.
    fn transports(&self) -> &'static [Transport];
    /// The request for a streamed reply over one of its transports.
    fn chat(&self, request: &ChatRequest, over: &Transport) -> Call;
    /// A fresh decoder for the reply to this request over that transport.
    fn decoder(&self, request: &ChatRequest, over: &Transport) -> Box<dyn Decoder>;
    /// Returns the settings and parts of a request beside words that the family understands.
    fn takes(&self) -> Takes {
        Takes::default()
    }
    /// Asks for the list of models.
    fn models(&self) -> Question<Models> {
        Question::new(Call::get("/v1/models"), |body| Some(read::models(body)))
    }
    /// Asks for the size of the context in tokens, where that is another request than the list of models.
    fn context(&self, _model: Option<&str>) -> Option<Question<u32>> {
        None
    }
    /// Asks how many tokens the prompt has, its template included, where the server can count.
    fn count(&self, _request: &ChatRequest) -> Option<Question<u32>> {
        None
    }
    /// Tells the server to stop this reply, where closing the connection is not enough or not all. `id` is the last
    /// [`ChatEvent::Id`] of the reply, for servers that stop by an id of their own.
    fn stop(&self, _generation: &str, _id: Option<&str>) -> Option<Call> {
        None
    }
    /// The means by which a reply to this request, over that transport, is taken up again where its connection broke in the middle;
    /// `None` where the server has none.
    fn resume(&self, _request: &ChatRequest, _over: &Transport) -> Option<Resume> {
        None
    }
    /// Asks for figures about the last reply once it has ended, where the stream does not carry them.
    fn perf(&self) -> Option<Question<(Usage, Timings)>> {
        None
    }
    /// Asks what is known of the tokens of the last reply once it has ended, in their order, where the stream does not carry it.
    fn tokens(&self, _generation: &str) -> Option<Question<Vec<Token>>> {
        None
    }
}

impl dyn Dialect + '_ {
    /// A small GET that any live server of this family answers at once.
    pub fn alive(&self) -> Call {
        let open = self.family().alive;
        open.map_or_else(|| self.models().call, Call::get)
    }

    /// The transport of that name; the best one where there is no such name or none of it here.
    pub fn transport(&self, name: Option<&str>) -> &'static Transport {
        let all = self.transports();
        let named = all.iter().find(|transport| Some(transport.name) == name);
        named.or(all.first()).unwrap_or(&openai::TRANSPORT)
    }

    /// The transport to try where this one is not there.
    pub fn after(&self, transport: &Transport) -> Option<&'static Transport> {
        let mut all = self.transports().iter();
        all.find(|known| known.name == transport.name)?;
        all.next()
    }
}

/// Turns the frames of one reply into events. It cannot fail: what it does not know becomes [`ChatEvent::Odd`].
pub trait Decoder {
    /// Decodes one frame; the events that it holds are appended to `out`.
    fn frame(&mut self, frame: Frame<'_>, out: &mut Vec<ChatEvent>);
    /// Ends the stream: gives what was held back. It never invents an end mark.
    fn finish(&mut self, out: &mut Vec<ChatEvent>);
}
