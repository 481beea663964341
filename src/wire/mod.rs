//! Bytes to frames. Knows framing (UTF-8, SSE, NDJSON), not meaning.
//!
//! In: bytes, cut anywhere. Out: [`Frame`]s, the same however the bytes were cut.
//! [`Framer`] is the one decoder: it looks at every line, because servers mix framings and Content-Type lies.
//!
//! ```
//! use rill::wire::{Frame, Framer};
//!
//! let mut framer = Framer::new();
//! let mut heard = Vec::new();
//! let mut hear = |frame: Frame<'_>| match frame {
//!     Frame::Event { data, .. } | Frame::Json(data) => heard.push(data.to_owned()),
//!     _ => {}
//! };
//! // A cut in the middle of a letter, an event of SSE, a bare line of JSON, and an end without a blank line.
//! let bytes = "data: {\"t\":\"é\"}\n\n{\"t\":\"a\"}\ndata: [DONE]".as_bytes();
//! let (first, second) = bytes.split_at(13);
//! framer.feed(first, &mut hear);
//! framer.feed(second, &mut hear);
//! framer.finish(&mut hear);
//! assert_eq!(heard, ["{\"t\":\"é\"}", "{\"t\":\"a\"}", "[DONE]"]);
//! ```

mod framer;
mod json;
mod utf8;

pub use framer::{CEILING, Framer};
pub use json::end_of_object;

pub(crate) use utf8::sample;

/// One unit of a stream, borrowed from the decoder's buffer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Frame<'a> {
    /// An SSE event that was dispatched with data.
    Event {
        /// The `event:` field, empty if there was none.
        name: &'a str,
        /// The `data:` lines, joined by line feeds.
        data: &'a str,
        /// The last `id:` seen in the stream, empty if none.
        id: &'a str,
    },
    /// A line of JSON that stood bare in the stream (NDJSON, or servers that forget `data:`), or a whole JSON document.
    Json(&'a str),
    /// A binary frame of a WebSocket.
    Binary(&'a [u8]),
    /// An SSE comment, without its colon: a sign of life.
    Comment(&'a str),
    /// The `retry:` field, in milliseconds.
    Retry(u64),
    /// A markup document where a stream should be; its text so far, at most 64 KiB. Sent once, at the end.
    Html(&'a str),
    /// Framing that could not be used; for the trace.
    Odd(crate::event::Odd, &'a str),
}
