//! The words that every room speaks.
//!
//! A dialect turns frames into [`ChatEvent`]s; the session adds the one [`End`]; the turn, the trace and the page read both.
//! This file must not know any server's wire format, nor the browser.

use serde::{Deserialize, Serialize};

/// Milliseconds on the page's monotonic clock (`performance.now()` in a browser), or a span of them.
pub type Millis = f64;

/// One thing that a server said while it made a reply.
#[derive(Debug, Clone, PartialEq)]
pub enum ChatEvent {
    /// Text to append to the answer. Never empty.
    Text(String),
    /// The whole answer so far, as the server now has it. It takes the place of all answer text before it.
    ReplaceText(String),
    /// Thinking to append. Never empty.
    Reasoning(String),
    /// Notice that all answer text so far was thinking: a closing tag came whose opening tag never did.
    TextWasReasoning,
    /// Details of one token of the answer. It stands right behind the [`ChatEvent::Text`] that brought the token.
    Token(Token),
    /// A piece of a tool call that the model asks for.
    ToolCall(ToolCallDelta),
    /// A step of the server before (or between) tokens. A sign of life.
    Progress(Progress),
    /// A comment, ping or heartbeat: a sign of life, not a token.
    Alive,
    /// Tokens counted by the server. Later ones take the place of earlier ones, field by field.
    Usage(Usage),
    /// Times measured by the server. Later ones take the place of earlier ones, field by field.
    Timings(Timings),
    /// The server's own id for this reply, for its stop endpoint and for the trace; never used to judge staleness.
    Id(String),
    /// The server's own id for the conversation that it keeps; later requests bring it along.
    Conversation(String),
    /// The model that answers, in the server's spelling.
    Model(String),
    /// Tokens that fit into the model's context, for servers that tell it nowhere else.
    Context(u32),
    /// The server ended the reply. The first one wins.
    Done(Finish),
    /// The server declined on purpose (a safety stage); its word. An end that is neither success nor error.
    Blocked(String),
    /// The server reports a failure. An end.
    Error(ServerError),
    /// Something that the dialect could not use; for the trace. The stream goes on.
    Odd(Oddity),
}

/// One token of the answer, looked into.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Token {
    /// The token's text, as the server spells it. May be part of a letter, then shown with U+FFFD.
    pub text: String,
    /// Natural logarithm of its probability, at most 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logprob: Option<f32>,
    /// The tokens that could have stood here, likeliest first, with the logarithms of their probabilities.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<(String, f32)>,
    /// Attention to each earlier token of prompt and answer, first token first; not normalised. Empty where unknown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attention: Vec<f32>,
}

/// A piece of a tool call; pieces with the same `index` belong together.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ToolCallDelta {
    /// Place of the call in the list of calls of this reply, from 0.
    pub index: u32,
    /// The server's id of the call, in the first piece.
    pub id: Option<String>,
    /// The function's name, in the first piece.
    pub name: Option<String>,
    /// Text to append to the JSON of the arguments.
    pub arguments: String,
}

/// A step that a server tells of while no text comes.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// The request waits for its turn; the server's own words, if any.
    Queued(Option<String>),
    /// The model is being loaded; from 0 to 1 where the server tells.
    LoadingModel(Option<f32>),
    /// The prompt is being read.
    ReadingPrompt {
        /// Tokens of the prompt read so far, those from the cache included.
        processed: u32,
        /// Tokens of the whole prompt.
        total: u32,
    },
    /// Any other stage; the server's own words.
    Stage(String),
}

/// Tokens, as the server counts them.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the prompt, its template included.
    pub prompt_tokens: Option<u32>,
    /// Tokens of the reply.
    pub completion_tokens: Option<u32>,
    /// Prompt tokens that came from the cache.
    pub cached_tokens: Option<u32>,
}

impl Usage {
    /// Takes every field that `newer` has.
    pub fn update(&mut self, newer: &Usage) {
        self.prompt_tokens = newer.prompt_tokens.or(self.prompt_tokens);
        self.completion_tokens = newer.completion_tokens.or(self.completion_tokens);
        self.cached_tokens = newer.cached_tokens.or(self.cached_tokens);
    }
}

/// Times, as the server measures them. Milliseconds and tokens per second.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Timings {
    /// Loading the model.
    pub load_ms: Option<f64>,
    /// Reading the prompt.
    pub prompt_ms: Option<f64>,
    /// Making the reply.
    pub predicted_ms: Option<f64>,
    /// Speed of making the reply.
    pub predicted_per_second: Option<f64>,
}

impl Timings {
    /// Takes every field that `newer` has.
    pub fn update(&mut self, newer: &Timings) {
        self.load_ms = newer.load_ms.or(self.load_ms);
        self.prompt_ms = newer.prompt_ms.or(self.prompt_ms);
        self.predicted_ms = newer.predicted_ms.or(self.predicted_ms);
        self.predicted_per_second = newer.predicted_per_second.or(self.predicted_per_second);
    }
}

/// The reason for which a server ended a reply on its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finish {
    /// The meaning of the word.
    pub kind: FinishKind,
    /// The server's own word (`stop`, `length`, `eos`, `tool_calls` ...); `stop` where it gave none.
    pub word: String,
    /// `true` if nothing of the answer can follow: `[DONE]`, or an end that the wire itself knows. A finish reason is not sure:
    /// some proxies put one on every chunk.
    #[serde(default)]
    pub sure: bool,
}

/// The meanings of the servers' many words for the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FinishKind {
    /// The model had nothing more to say, or met a stop text.
    Natural,
    /// The limit of tokens was reached.
    Length,
    /// The model asks for a tool.
    Tool,
    /// A filter cut the reply.
    Filter,
    /// Somebody stopped it, by the server's word.
    Cancelled,
    /// A word that we do not know.
    Unknown,
}

/// A failure in the server's own words.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ServerError {
    /// The server's message, as text to show. May be empty.
    pub message: String,
    /// The server's code or type (`exceed_context_size_error`, `404`, `timeout` ...).
    pub code: Option<String>,
    /// The sort of failure, where that can be told.
    pub cause: ErrorCause,
}

/// The sorts of failure that a person can act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ErrorCause {
    /// The server says that it failed.
    #[default]
    Server,
    /// A key is missing or wrong.
    Auth,
    /// The server does not have this model.
    ModelMissing,
    /// Busy, or the rate is limited.
    Busy,
    /// The model is still being loaded.
    Loading,
    /// The conversation is longer than the model's context.
    ContextFull,
    /// The body was refused because of its media type.
    ContentType,
    /// The body is larger than the server, or a proxy before it, takes.
    TooLarge,
    /// The server does not have this endpoint.
    NoEndpoint,
    /// An answer of something that is no language-model server (an HTML page, say).
    NotAModelServer,
}

/// A frame that could not be used, or only in part. For the trace; never fatal.
#[derive(Debug, Clone, PartialEq)]
pub struct Oddity {
    /// The sort of oddity.
    pub what: Odd,
    /// The first bytes of the offending frame, at most 200 characters.
    pub sample: String,
}

/// Ways in which a frame can be odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Odd {
    /// A text that is not JSON, where JSON was expected.
    NotJson,
    /// JSON that a strict reader refuses (see [`json`](crate::json)); it was read all the same.
    Forgiven,
    /// JSON of a shape that this dialect does not know.
    UnknownShape,
    /// An event whose name this dialect does not know.
    UnknownEvent,
    /// Longer than the ceiling for one event; it was dropped.
    TooLong,
    /// Bytes that are not UTF-8; each run became U+FFFD.
    NotUtf8,
    /// Text after the end mark; not shown.
    AfterEnd,
}

/// The code of an [`End::Broken`] that Rill itself is the reason of: it stopped while the reply ran.
pub const PAGE_FAULT: &str = "page-fault";

/// The code of an [`End::Refused`] before anything was sent: the key has a letter that no key can have, which is the message.
pub const BAD_KEY: &str = "bad-key";

/// The code of an [`End::Refused`] before anything was sent: the page around has no key for the server, for the reason in the message.
pub const NO_TOKEN: &str = "no-token";

/// The end of a reply. Every reply ends exactly once, with one of these.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::VariantNames)]
#[serde(tag = "end", rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum End {
    /// An end mark came, after answer text or a tool call.
    Complete {
        /// The server's own word.
        reason: String,
    },
    /// An end mark came, and neither answer text nor a tool call.
    Empty {
        /// The server's own word.
        reason: String,
    },
    /// The user stopped it.
    Stopped,
    /// A newer send replaced it.
    Superseded,
    /// The server declined on purpose.
    Blocked {
        /// The server's own word.
        reason: String,
    },
    /// The stream closed cleanly without any end mark, or the page was closed while it ran.
    Cut {
        /// `true` where the page was closed or reloaded.
        page_closed: bool,
    },
    /// A deadline passed and the user did not choose to wait on.
    Stalled {
        /// The clock that ran out.
        clock: Deadline,
    },
    /// An error before the first text.
    Refused {
        /// The HTTP status, if there is one.
        status: Option<u16>,
        /// The server's own words for the failure.
        error: ServerError,
    },
    /// The connection failed, or an error came after the first text; or Rill itself failed ([`PAGE_FAULT`]).
    Broken {
        /// The words of the server or the browser for the failure.
        error: ServerError,
        /// `true` where not even headers had come: nothing listens there, or it refuses this page.
        before_headers: bool,
    },
}

/// The four clocks of a reply.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::EnumString,
)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum Deadline {
    /// The clock until the headers.
    Connect,
    /// The clock from the request to the first text.
    FirstToken,
    /// The clock between signs of life, after the first text.
    Silence,
    /// The whole reply.
    Total,
}

impl Deadline {
    /// The name in `data-reason` and in the `deadlines` attribute.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

impl End {
    /// Every value of `data-end` of a reply that is over.
    pub const WORDS: &'static [&'static str] = <End as strum::VariantNames>::VARIANTS;

    /// The value of `data-end`.
    pub fn word(&self) -> &'static str {
        match self {
            End::Complete { .. } => "complete",
            End::Empty { .. } => "empty",
            End::Stopped => "stopped",
            End::Superseded => "superseded",
            End::Blocked { .. } => "blocked",
            End::Cut { .. } => "cut",
            End::Stalled { .. } => "stalled",
            End::Refused { .. } => "refused",
            End::Broken { .. } => "broken",
        }
    }

    /// The value of `data-reason`, where there is one.
    pub fn reason(&self) -> Option<String> {
        match self {
            End::Complete { reason } | End::Empty { reason } | End::Blocked { reason } => {
                Some(reason.clone())
            }
            End::Stopped | End::Superseded => None,
            End::Cut { page_closed } => page_closed.then(|| "page-closed".to_owned()),
            End::Stalled { clock } => Some(clock.word().to_owned()),
            End::Refused { status, .. } => status.map(|status| status.to_string()),
            End::Broken { error, .. } => error.code.clone(),
        }
    }

    /// The failure in it, if it is one.
    pub fn error(&self) -> Option<&ServerError> {
        match self {
            End::Refused { error, .. } | End::Broken { error, .. } => Some(error),
            _ => None,
        }
    }

    /// The same end, its words changed: what a server says may hold what it was not asked for.
    pub fn reworded(mut self, change: impl Fn(&str) -> String) -> End {
        match &mut self {
            End::Refused { error, .. } | End::Broken { error, .. } => {
                error.message = change(&error.message);
                error.code = error.code.as_deref().map(change);
            }
            End::Blocked { reason } | End::Complete { reason } => *reason = change(reason),
            _ => {}
        }
        self
    }

    /// Tells whether the person may let the model go on from here: it was cut, stopped, or ran into a limit.
    pub fn can_continue(&self) -> bool {
        match self {
            End::Stopped | End::Superseded | End::Cut { .. } | End::Stalled { .. } => true,
            End::Broken { before_headers, .. } => !before_headers,
            End::Complete { reason } => {
                matches!(reason.as_str(), "length" | "limit" | "max_tokens")
            }
            End::Empty { .. } | End::Blocked { .. } | End::Refused { .. } => false,
        }
    }
}
