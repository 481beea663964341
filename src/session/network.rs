//! The network and the clock as the session sees them: traits that the page and the tests fill.
//!
//! In: [`Call`]s. Out: bytes, whole answers, failures. It must not know a reply, nor the browser.

use std::pin::pin;

use futures_util::future::{Either, select};

use crate::dialect::{BodyRule, Call, Question};
use crate::event::Millis;

/// Milliseconds that a small request (is the server alive? stop!) may take, and the body of an error.
pub const SMALL: Millis = 5_000.0;

/// Milliseconds that something which answers at all may take to do so. Several such questions may follow each other.
pub const REACH: Millis = 3_000.0;

/// The Content-Type of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// `text/plain`: a simple request, no preflight.
    Plain,
    /// `application/json`: a preflight comes first.
    Json,
}

/// Reason why a request failed, in the browser's words.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Failure {
    /// The browser's message.
    pub message: String,
    /// This way to the server does not work here (a WebSocket that does not open, say); another may.
    pub unsupported: bool,
}

impl Failure {
    /// A failure in the browser's words.
    pub fn new(message: impl Into<String>) -> Failure {
        Failure {
            message: message.into(),
            unsupported: false,
        }
    }
}

/// A piece of a body.
#[derive(Debug, Clone, PartialEq)]
pub enum Chunk {
    /// Bytes of a stream, cut anywhere.
    Bytes(Vec<u8>),
    /// A whole message: a text frame of a WebSocket, or the answer to one of several requests.
    Text(String),
    /// A binary frame of a WebSocket.
    Binary(Vec<u8>),
}

impl Chunk {
    pub(super) fn len(&self) -> usize {
        self.bytes().len()
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Chunk::Bytes(bytes) | Chunk::Binary(bytes) => bytes,
            Chunk::Text(text) => text.as_bytes(),
        }
    }
}

/// Headers that tell what stands between server and page, and whether it holds bytes back. None of them holds a secret.
/// Of another origin's answer a browser lets only the first two be read, unless the server exposes more.
pub const TELLING: [&str; 8] = [
    "content-length",
    "cache-control",
    "x-accel-buffering",
    "content-encoding",
    "server",
    "via",
    "cf-ray",
    "x-cache",
];

/// An answer whose headers are here.
pub struct Opened<B> {
    /// The HTTP status.
    pub status: u16,
    /// The Content-Type, lower case, empty if none. It may lie.
    pub content_type: String,
    /// Headers among [`TELLING`] that came and may be read, each with its value.
    pub told: Vec<(&'static str, String)>,
    /// The body. Dropping it aborts the request.
    pub body: B,
}

/// A whole small answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The Content-Type, lower case, empty if none.
    pub content_type: String,
    /// The text.
    pub body: String,
}

impl Answer {
    /// The text, where the status says that it is what was asked for: figures and lists are read from nothing else.
    pub fn good(&self) -> Option<&str> {
        (200..300).contains(&self.status).then_some(&*self.body)
    }

    /// The answer to this question; `None` where the status is not good, or the text does not tell.
    pub fn to<T>(&self, question: &Question<T>) -> Option<T> {
        question.read(self.good()?)
    }
}

/// Pieces as they come. Dropping it closes the connection.
#[allow(async_fn_in_trait)]
pub trait Body {
    /// The next piece, `None` at a clean end.
    async fn next(&mut self) -> Result<Option<Chunk>, Failure>;
}

/// The way to one server.
#[allow(async_fn_in_trait)]
pub trait Wire {
    /// Type of the bodies that come over this way.
    type Body: Body;
    /// Sends a request and waits for its headers. Dropping the future aborts it.
    async fn open(&self, call: &Call, media: Media) -> Result<Opened<Self::Body>, Failure>;
    /// Sends a small request and reads its whole answer.
    async fn small(&self, call: &Call, media: Media) -> Result<Answer, Failure> {
        let mut opened = self.open(call, media).await?;
        let mut body = Vec::new();
        read(&mut opened.body, usize::MAX, &mut body).await?;
        Ok(Answer {
            status: opened.status,
            content_type: opened.content_type,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }
    /// Sends a small request as [`Wire::small`] does, over the connection that is always kept free for this, where there is one.
    async fn urgent(&self, call: &Call, media: Media) -> Result<Answer, Failure> {
        self.small(call, media).await
    }
    /// Tells whether it is no wonder that nothing gets through: there is no network, or nobody looks at the page and the browser
    /// lets it sleep.
    fn is_away(&self) -> bool {
        false
    }
    /// Waits until something says that the network may be there again. Never, where nothing does.
    async fn back(&self) {
        std::future::pending().await
    }
}

/// Time.
#[allow(async_fn_in_trait)]
pub trait Clock {
    /// Milliseconds, never going back.
    fn now(&self) -> Millis;
    /// Waits until `due`.
    async fn until(&self, due: Millis);
}

/// The media type for a call, from its rule and what is known of its path.
pub fn media_for(call: &Call, json: &dyn Fn(&str) -> bool) -> Media {
    if call.rule == BodyRule::JsonOnly || json(&call.path) {
        Media::Json
    } else {
        Media::Plain
    }
}

/// Asks a question, and reads the answer if it is one. `json`: paths that take only JSON.
pub async fn ask<W: Wire, T>(
    wire: &W,
    question: &Question<T>,
    json: &dyn Fn(&str) -> bool,
) -> Option<T> {
    let call = &question.call;
    let answer = wire.small(call, media_for(call, json)).await.ok()?;
    answer.to(question)
}

/// Runs `work`, or gives `None` when `span` is over.
pub async fn within<C: Clock, F: Future>(clock: &C, span: Millis, work: F) -> Option<F::Output> {
    before(clock.until(clock.now() + span), work).await
}

/// Runs `work`, or gives `None` when `end` is there first.
pub async fn before<F: Future>(end: impl Future, work: F) -> Option<F::Output> {
    match select(pin!(work), pin!(end)).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    }
}

/// Reads a body to its end, or until it is longer than so many bytes.
async fn read<B: Body>(body: &mut B, most: usize, bytes: &mut Vec<u8>) -> Result<(), Failure> {
    while bytes.len() <= most
        && let Some(chunk) = body.next().await?
    {
        bytes.extend_from_slice(chunk.bytes());
    }
    Ok(())
}

/// The text of an error's body, as much of it as is worth reading.
pub(super) async fn whole<B: Body>(body: &mut B) -> String {
    const ENOUGH: usize = 64 * 1024;
    let mut bytes = Vec::new();
    // What came before it failed is worth reading too.
    let _ = read(body, ENOUGH, &mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}
