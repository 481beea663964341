//! A path of a site that leads to another server: bytes go through as they come, both ways of leaving are passed on.
//!
//! In: a request to the site, an address. Out: the other server's answer, unchanged and never held back. It knows HTTP/1's framing, for
//! the end of an answer must be found without closing, and no server's words.

use crate::http::Request;
use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The most bytes that the head of an answer may have.
const MAX_HEAD: usize = 1 << 20;

/// Where a path leads.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    host: String,
    base: String,
}

impl Target {
    /// From an address: `http://127.0.0.1:4000/jarvis;delay=2`.
    pub(crate) fn of(address: &str) -> Target {
        let rest = address.strip_prefix("http://").unwrap_or(address);
        let (host, base) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        Target {
            host: host.to_owned(),
            base: base.trim_end_matches('/').to_owned(),
        }
    }

    /// Asks for `path` there and passes the answer on; whether the client's connection can be used again.
    pub(crate) async fn pass(
        &self,
        client: &mut TcpStream,
        request: &Request,
        path: &str,
    ) -> io::Result<bool> {
        let Ok(mut server) = TcpStream::connect(&self.host).await else {
            let answer = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n";
            client.write_all(answer.as_bytes()).await?;
            return Ok(true);
        };
        server.set_nodelay(true)?;
        server.write_all(&self.head(request, path)).await?;
        server.write_all(&request.body).await?;

        let mut bytes = Vec::new();
        let mut end = None;
        let mut early = [0; 1];
        loop {
            let read = tokio::select! {
                read = server.read_buf(&mut bytes) => read?,
                // Nothing is said while an answer comes, so this is the client leaving. The other connection closes with it.
                gone = client.read(&mut early) => return gone.map(|_| false),
            };
            if end.is_none() {
                match head_end(&bytes) {
                    Some(at) => {
                        end = Some(End::of(&bytes[..at]));
                        client.write_all(&bytes[..at]).await?;
                        bytes.drain(..at);
                    }
                    None if read == 0 || bytes.len() > MAX_HEAD => return Ok(false),
                    None => continue,
                }
            }
            client.write_all(&bytes).await?;
            let is_over = end.as_mut().is_some_and(|end| end.after(&bytes));
            bytes.clear();
            if is_over {
                return Ok(true);
            }
            if read == 0 {
                return Ok(false);
            }
        }
    }

    fn head(&self, request: &Request, path: &str) -> Vec<u8> {
        let mut head = format!(
            "{} {}{path} HTTP/1.1\r\nHost: {}\r\n",
            request.method, self.base, self.host
        );
        // The body has been read to its end: its length is known, however it came.
        let own = ["host", "content-length", "transfer-encoding", "connection"];
        for (name, value) in &request.headers {
            if !own.contains(&name.as_str()) {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", request.body.len()));
        head.into_bytes()
    }
}

fn head_end(bytes: &[u8]) -> Option<usize> {
    let at = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some(at + 4)
}

/// How the end of an answer is found.
#[derive(Debug, PartialEq)]
enum End {
    /// So many bytes are still to come.
    Length(usize),
    /// In chunks: the line of a size so far, or so many bytes of a chunk (with its line end) still to come.
    Chunks { line: Vec<u8>, left: usize },
    /// When the server closes.
    Closed,
}

impl End {
    fn of(head: &[u8]) -> End {
        let head = String::from_utf8_lossy(head).to_ascii_lowercase();
        let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name));
        let bare = [" 204 ", " 304 "].iter().any(|status| {
            head.lines()
                .next()
                .is_some_and(|line| format!("{line} ").contains(status))
        });
        if bare {
            return End::Length(0);
        }
        if field("transfer-encoding:").is_some_and(|value| value.contains("chunked")) {
            return End::Chunks {
                line: Vec::new(),
                left: 0,
            };
        }
        match field("content-length:").and_then(|value| value.trim().parse().ok()) {
            Some(length) => End::Length(length),
            None => End::Closed,
        }
    }

    /// Whether the answer is over behind these bytes, which follow those of the last call.
    fn after(&mut self, mut bytes: &[u8]) -> bool {
        match self {
            End::Closed => false,
            End::Length(left) => {
                *left = left.saturating_sub(bytes.len());
                *left == 0
            }
            End::Chunks { line, left } => {
                while !bytes.is_empty() {
                    let skip = (*left).min(bytes.len());
                    *left -= skip;
                    bytes = &bytes[skip..];
                    let Some((byte, rest)) = bytes.split_first() else {
                        break;
                    };
                    bytes = rest;
                    line.push(*byte);
                    if !line.ends_with(b"\r\n") {
                        continue;
                    }
                    let text = String::from_utf8_lossy(line).into_owned();
                    line.clear();
                    // The empty line behind the chunk of size 0.
                    if text == "\r\n" {
                        return true;
                    }
                    let size = text.split(';').next().unwrap_or_default().trim();
                    // Behind the last size comes an empty line, behind every other its chunk.
                    *left = match usize::from_str_radix(size, 16) {
                        Ok(0) | Err(_) => 0,
                        Ok(size) => size + 2,
                    };
                }
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_an_answer_is_found_however_its_bytes_are_cut() {
        let check = |head: &str, body: &[u8], expect: bool| {
            for size in 1..=body.len().max(1) {
                let mut end = End::of(format!("HTTP/1.1 {head}\r\n\r\n").as_bytes());
                let mut over = end == End::Length(0);
                for part in body.chunks(size) {
                    assert!(!over, "{head} in pieces of {size}");
                    over = end.after(part);
                }
                assert_eq!(over, expect, "{head} in pieces of {size}");
            }
        };
        check("200 OK\r\nContent-Length: 5", b"hello", true);
        check("200 OK\r\nContent-Length: 6", b"hello", false);
        check("204 No Content", b"", true);
        check("200 OK", b"hello", false);
        let chunked = "200 OK\r\nTransfer-Encoding: chunked";
        check(
            chunked,
            b"5\r\nhe\r\no\r\na\r\n0123456789\r\n0\r\n\r\n",
            true,
        );
        check(chunked, b"5\r\nhello\r\n0\r\n", false);
    }
}
