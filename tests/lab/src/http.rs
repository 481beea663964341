//! Requests and answers on the wire.
//!
//! In: the bytes of a connection. Out: a [`Request`]; the bytes of an [`Answer`]'s head. It knows HTTP/1, and no server's habits.

use std::io;
use tokio::io::{AsyncRead, AsyncReadExt};

/// The most bytes that the head of a request may have: scripts live in the path, and may be long.
const MAX_HEAD: usize = 4 << 20;
/// The most bytes that a body may have.
const MAX_BODY: usize = 64 << 20;

/// A request, read to its end.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    /// The method, in capitals.
    pub method: String,
    /// Path and query as they came.
    pub target: String,
    /// All headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// The value of a header, by its lower-case name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The media type of the body, without parameters, in lower case; empty if none was given.
    pub(crate) fn media_type(&self) -> String {
        let value = self.header("content-type").unwrap_or_default();
        value
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase()
    }

    /// The bearer's key, if one came.
    pub(crate) fn bearer(&self) -> Option<&str> {
        self.header("authorization")
            .and_then(|value| value.strip_prefix("Bearer "))
    }
}

/// What goes back: a head, and a body that is there as a whole, or comes as a stream.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status.
    pub status: u16,
    /// All headers but those of framing.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
}

/// The body of an answer.
#[derive(Debug)]
pub(crate) enum Body {
    /// There at once; its length is told.
    Whole(Vec<u8>),
    /// Empty, and no length is told: HTTP/1.0 servers then close.
    Bare,
    /// Empty, no length is told, and the connection is not closed either: the client waits for ever.
    Endless,
    /// Piece by piece.
    Stream(crate::plan::Plan),
    /// A reply that is made without this connection: with its faults from the beginning, or without any from this byte on.
    Kept(std::sync::Arc<crate::kept::Making>, Option<usize>),
}

impl Answer {
    /// An answer that is there as a whole.
    pub(crate) fn new(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Answer {
        Answer {
            status,
            headers: Vec::new(),
            body: Body::Whole(body.into()),
        }
        .header("Content-Type", media_type)
    }

    /// JSON, in the media type's short form.
    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Answer {
        Answer::new(status, "application/json", body.to_string())
    }

    /// Adds a header.
    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Answer {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Sets a header, in place of all of that name.
    pub(crate) fn set_header(&mut self, name: &str, value: impl Into<String>) {
        self.headers
            .retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.into()));
    }
}

/// How the end of a body is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// HTTP/1.1 with `Content-Length`.
    Length(usize),
    /// HTTP/1.1 in chunks.
    Chunked,
    /// HTTP/1.0: the end of the connection is the end of the body.
    UntilClose,
    /// HTTP/1.1 with neither: a fault.
    Untold,
}

/// The bytes of an answer's head.
pub(crate) fn head(
    status: u16,
    headers: &[(String, String)],
    framing: Framing,
    http10: bool,
) -> Vec<u8> {
    let version = if http10 { "1.0" } else { "1.1" };
    let mut out = format!("HTTP/{version} {status} {}\r\n", reason(status));
    for (name, value) in headers {
        out.push_str(&format!("{name}: {value}\r\n"));
    }
    match framing {
        Framing::Length(length) => out.push_str(&format!("Content-Length: {length}\r\n")),
        Framing::Chunked => out.push_str("Transfer-Encoding: chunked\r\n"),
        Framing::UntilClose | Framing::Untold => {}
    }
    out.push_str("\r\n");
    out.into_bytes()
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Status",
    }
}

/// Reads the next request of a connection; `kept` holds bytes that were read too early. `None` where the connection ends before one.
pub(crate) async fn read_request<R: AsyncRead + Unpin>(
    from: &mut R,
    kept: &mut Vec<u8>,
) -> io::Result<Option<Request>> {
    let (mut request, length) = loop {
        if let Some((request, used, length)) = parse_head(kept)? {
            kept.drain(..used);
            break (request, length);
        }
        if kept.len() > MAX_HEAD {
            return Err(io::Error::other("the head of a request is too long"));
        }
        if read_more(from, kept).await? == 0 {
            return Ok(None);
        }
    };
    request.body = match length {
        Length::Known(length) if length <= MAX_BODY => {
            while kept.len() < length {
                if read_more(from, kept).await? == 0 {
                    return Ok(None);
                }
            }
            kept.drain(..length).collect()
        }
        Length::Known(_) => return Err(io::Error::other("a body is too long")),
        Length::Chunked => match read_chunks(from, kept).await? {
            Some(body) => body,
            None => return Ok(None),
        },
    };
    Ok(Some(request))
}

enum Length {
    Known(usize),
    Chunked,
}

fn parse_head(bytes: &[u8]) -> io::Result<Option<(Request, usize, Length)>> {
    let mut headers = [httparse::EMPTY_HEADER; 128];
    let mut parsed = httparse::Request::new(&mut headers);
    let used = match parsed.parse(bytes).map_err(io::Error::other)? {
        httparse::Status::Complete(used) => used,
        httparse::Status::Partial => return Ok(None),
    };
    let request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        target: parsed.path.unwrap_or_default().to_owned(),
        headers: parsed
            .headers
            .iter()
            .map(|header| {
                (
                    header.name.to_ascii_lowercase(),
                    String::from_utf8_lossy(header.value).into_owned(),
                )
            })
            .collect(),
        body: Vec::new(),
    };
    let chunked = request
        .header("transfer-encoding")
        .is_some_and(|value| value.contains("chunked"));
    let length = match request
        .header("content-length")
        .and_then(|value| value.trim().parse().ok())
    {
        _ if chunked => Length::Chunked,
        Some(length) => Length::Known(length),
        None => Length::Known(0),
    };
    Ok(Some((request, used, length)))
}

async fn read_chunks<R: AsyncRead + Unpin>(
    from: &mut R,
    kept: &mut Vec<u8>,
) -> io::Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    loop {
        let line_end = loop {
            match kept.windows(2).position(|pair| pair == b"\r\n") {
                Some(end) => break end,
                None if read_more(from, kept).await? == 0 => return Ok(None),
                None => {}
            }
        };
        let digits = String::from_utf8_lossy(&kept[..line_end]).into_owned();
        let size = digits.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).map_err(io::Error::other)?;
        if body.len() + size > MAX_BODY {
            return Err(io::Error::other("a body is too long"));
        }
        kept.drain(..line_end + 2);
        while kept.len() < size + 2 {
            if read_more(from, kept).await? == 0 {
                return Ok(None);
            }
        }
        body.extend(kept.drain(..size));
        kept.drain(..2);
        if size == 0 {
            return Ok(Some(body));
        }
    }
}

async fn read_more<R: AsyncRead + Unpin>(from: &mut R, kept: &mut Vec<u8>) -> io::Result<usize> {
    from.read_buf(kept).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    async fn read(bytes: &[u8]) -> Option<Request> {
        read_request(&mut &bytes[..], &mut Vec::new())
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn bodies_come_by_length_and_in_chunks() {
        let request = read(b"POST /a?b HTTP/1.1\r\nHost: x\r\nContent-Type: Text/Plain;charset=utf-8\r\nContent-Length: 2\r\n\r\nhi").await.unwrap();
        assert_eq!(
            (request.target.as_str(), request.body.as_slice()),
            ("/a?b", &b"hi"[..])
        );
        assert_eq!(request.media_type(), "text/plain");
        let request = read(
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n1\r\n!\r\n0\r\n\r\n",
        )
        .await
        .unwrap();
        assert_eq!(request.body, b"hi!");
    }

    #[tokio::test]
    async fn a_connection_that_ends_early_is_no_request() {
        assert!(read(b"").await.is_none());
        assert!(read(b"GET / HTTP/1.1\r\nHo").await.is_none());
        assert!(
            read(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhi")
                .await
                .is_none()
        );
    }

    #[test]
    fn a_head_tells_its_framing() {
        let text = |framing, http10| {
            String::from_utf8(head(200, &[("A".into(), "b".into())], framing, http10)).unwrap()
        };
        assert_eq!(
            text(Framing::Length(3), false),
            "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 3\r\n\r\n"
        );
        assert_eq!(
            text(Framing::UntilClose, true),
            "HTTP/1.0 200 OK\r\nA: b\r\n\r\n"
        );
    }
}
