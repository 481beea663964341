//! Requests: what goes out, what may carry it, and how the answer to a question is read.
//!
//! In: paths and JSON. Out: [`Call`]s and [`Question`]s. It must not know what answers them, nor when.

use super::read;

/// HTTP methods that calls use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Sends a body.
    Post,
    /// Ends something.
    Delete,
}

/// Content-Types that the body of a call may have at its endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyRule {
    /// `text/plain` first, which needs no preflight; JSON only if the server answers that it wants it.
    PlainFirst,
    /// The server is known to take nothing but `application/json`.
    JsonOnly,
}

/// Carriers of a call, with what each needs beside the request itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Via {
    /// An HTTP request; its body is read as it comes.
    Http,
    /// A WebSocket at the path: the body goes out as the first text frame. It becomes [`Frame::Json`](crate::wire::Frame::Json)
    /// for each text frame that comes in, [`Frame::Binary`](crate::wire::Frame::Binary) for each binary one. Close codes 1000 and
    /// 1001 are a clean end, others a failure.
    Socket,
    /// An HTTP request that answers when all is done, and meanwhile, every so many milliseconds, another that tells what is there
    /// so far. Each answer of either becomes one [`Frame::Json`](crate::wire::Frame::Json); the whole answer comes last.
    Poll {
        /// Tells what is there so far.
        check: Box<Call>,
        /// Milliseconds between two checks.
        every: f64,
    },
    /// An HTTP request that answers at once, and then a WebSocket that is only listened to. The answer and each text frame become
    /// one [`Frame::Json`](crate::wire::Frame::Json) each.
    Watch(Watch),
    /// An HTTP request that gives its answer in one piece when all is done: for where nothing else gets through.
    Whole,
}

/// Place of the socket to which an answer points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watch {
    /// The path before the id.
    pub before: &'static str,
    /// The field of the answer that holds the id.
    pub id: &'static str,
}

impl Watch {
    /// The socket's path, from the answer; `None` where the answer names none.
    pub fn socket(self, answer: &str) -> Option<String> {
        let answer = read::object(answer)?;
        let id = read::text(&answer, self.id)?;
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.~".contains(letter);
        // It goes into a path: whatever is not plain is no id of a server's.
        id.chars()
            .all(plain)
            .then(|| format!("{}{id}", self.before))
    }
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
    /// Content-Types that the body may have.
    pub rule: BodyRule,
    /// Headers beyond the ordinary; each makes a preflight unavoidable.
    pub headers: Vec<(&'static str, String)>,
    /// The carrier.
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
            body: Some(body.to_string()),
            ..Call::get(path)
        }
    }

    /// Makes the call go out as `application/json` alone.
    pub fn json_only(mut self) -> Call {
        self.rule = BodyRule::JsonOnly;
        self
    }

    /// Makes the answer of the call come in one piece.
    pub fn whole(mut self) -> Call {
        self.via = Via::Whole;
        self
    }

    /// Makes the call go over a WebSocket.
    pub fn socket(mut self) -> Call {
        self.via = Via::Socket;
        self
    }
}

/// A small request together with the reading of its answer: neither is of use without the other.
pub struct Question<T> {
    /// The request.
    pub call: Call,
    read: Reader<T>,
}

/// Reader of an answer; gives `None` where the answer does not tell.
type Reader<T> = Box<dyn Fn(&str) -> Option<T>>;

impl<T> Question<T> {
    /// A question whose answer `read` understands.
    pub fn new(call: Call, read: impl Fn(&str) -> Option<T> + 'static) -> Question<T> {
        Question {
            call,
            read: Box::new(read),
        }
    }

    /// Reads the body of an answer with a good status (`session::Answer::to` checks that); `None` where it does not tell.
    pub fn read(&self, body: &str) -> Option<T> {
        (self.read)(body)
    }
}
