//! The facts of a trace: what can be stamped. No message text and no key is in any of them, but for the sample of an odd frame
//! and the words of an error.

use crate::dialect::Method;
use crate::event::{ChatEvent, Deadline, End, Millis, Oddity};

/// One stamped fact.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamp {
    /// The time.
    pub at: Millis,
    /// The fact.
    pub fact: Fact,
}

/// Things worth knowing when text does not flow. Reads, events and paints are too many to stand among them.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// A request went out.
    Sent {
        /// The transport's name.
        transport: String,
        /// The method.
        method: Method,
        /// Path and query. A query may hold the message: it is left out of what is exported.
        path: String,
        /// Called JSON, so that a preflight came first.
        json: bool,
        /// Bytes of its body.
        body: usize,
    },
    /// Headers came.
    Headers {
        /// The HTTP status.
        status: u16,
        /// The Content-Type.
        content_type: String,
        /// Other headers that tell about the way, where the browser lets them be read.
        told: Vec<(String, String)>,
    },
    /// The first text or thinking.
    FirstToken,
    /// A deadline passed, and the person was asked.
    Asked(Deadline),
    /// The person chose to wait on.
    WaitedOn,
    /// A small request said whether the server lives.
    Alive(bool),
    /// The person stopped it.
    StopPressed,
    /// The server confirmed the stop, or did not in time.
    StopAnswered(bool),
    /// A frame that could not be used.
    Odd(Oddity),
    /// The page promises to show text no later than this after it came.
    Promise(Millis),
    /// The page itself was held up for so long, until now.
    Busy(Millis),
    /// The tab went out of sight, or came back.
    Hidden(bool),
    /// The browser's measures of the request.
    Resource(Resource),
    /// The result of further questions to the server.
    Probed(Probe),
    /// The end.
    End(End),
}

impl Fact {
    /// Bytes of the words in it.
    pub(super) fn words(&self) -> usize {
        match self {
            Fact::Sent {
                transport, path, ..
            } => transport.len() + path.len(),
            Fact::Headers {
                content_type, told, ..
            } => {
                let told: usize = told
                    .iter()
                    .map(|(name, value)| name.len() + value.len())
                    .sum();
                content_type.len() + told
            }
            Fact::Odd(oddity) => oddity.sample.len(),
            Fact::Resource(resource) => resource.protocol.len(),
            Fact::End(end) => end.error().map_or(0, |error| error.message.len()),
            _ => 0,
        }
    }
}

/// A browser's measures of one request (PerformanceResourceTiming). Milliseconds; a span that it hides from this page is `None`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Resource {
    /// Waited for a free connection, before anything was done.
    pub blocked: Option<u32>,
    /// Looked up the name and opened the connection.
    pub connect: Option<u32>,
    /// The span from the request to the first byte of the answer.
    pub wait: Option<u32>,
    /// The span from the first byte to the last.
    pub receive: Option<u32>,
    /// `http/1.1`, `h2`, `h3`; empty where hidden.
    pub protocol: String,
}

/// Results of further requests to a server that a request could not reach.
/// A browser reports every such failure with the same words, so they have to be asked.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray, strum::IntoStaticStr, strum::EnumString,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Probe {
    /// No answer at all, not even an opaque one: nothing listens there.
    NothingThere,
    /// An opaque answer came, but none that this page may read.
    RefusesPage,
    /// A simple GET may be read; the preflighted request may not.
    RefusesPreflight,
    /// A page of health may be read, the list of models behind a key may not: the refusal itself comes without CORS headers.
    HidesRefusal,
    /// The browser does not let a secure page ask.
    MixedContent,
    /// The browser keeps this page from the local network.
    LocalNetworkDenied,
    /// Answers of the same server under another name of this computer, and none under this one, whose connections are all taken.
    SocketsExhausted,
    /// A server that takes connections under every name and answers under none.
    Hangs,
    /// A server that answers simple questions, and dropped this request or answered it without CORS headers.
    DropsRequest,
}

impl Probe {
    /// Every result.
    pub const ALL: &'static [Probe] = <Probe as strum::VariantArray>::VARIANTS;

    /// The result's name in an export.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// The names of events, without what they carry.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray, strum::IntoStaticStr, strum::EnumString,
)]
#[strum(serialize_all = "kebab-case")]
#[allow(missing_docs)]
pub enum EventName {
    Text,
    Replace,
    Reasoning,
    Token,
    ToolCall,
    Progress,
    Alive,
    Usage,
    Timings,
    Id,
    Model,
    Done,
    Blocked,
    Error,
    Odd,
}

impl EventName {
    /// Every name.
    pub const ALL: &'static [EventName] = <EventName as strum::VariantArray>::VARIANTS;

    /// The name of an event.
    pub fn of(event: &ChatEvent) -> EventName {
        match event {
            ChatEvent::Text(_) => EventName::Text,
            ChatEvent::ReplaceText(_) | ChatEvent::TextWasReasoning => EventName::Replace,
            ChatEvent::Reasoning(_) => EventName::Reasoning,
            ChatEvent::Token(_) => EventName::Token,
            ChatEvent::ToolCall(_) => EventName::ToolCall,
            ChatEvent::Progress(_) => EventName::Progress,
            ChatEvent::Alive => EventName::Alive,
            ChatEvent::Usage(_) => EventName::Usage,
            ChatEvent::Timings(_) => EventName::Timings,
            ChatEvent::Id(_) | ChatEvent::Conversation(_) => EventName::Id,
            ChatEvent::Model(_) | ChatEvent::Context(_) => EventName::Model,
            ChatEvent::Done(_) => EventName::Done,
            ChatEvent::Blocked(_) => EventName::Blocked,
            ChatEvent::Error(_) => EventName::Error,
            ChatEvent::Odd(_) => EventName::Odd,
        }
    }

    /// The event's name in an export.
    pub fn word(self) -> &'static str {
        self.into()
    }

    /// Tells whether the event brings text, thinking or a tool call: what a reader waits for.
    pub fn is_text(self) -> bool {
        matches!(
            self,
            EventName::Text | EventName::Replace | EventName::Reasoning | EventName::ToolCall
        )
    }

    /// Tells whether the event only says that the server is at work.
    pub fn is_sign(self) -> bool {
        matches!(self, EventName::Progress | EventName::Alive)
    }
}
