//! What the base path asks for: `ollama;tokens=200;delay=20` becomes a dialect's name and a [`Script`].
//!
//! In: the first segment of a path. Out: replies and faults to commit. It keeps no state, so a browser test needs nothing but a URL.

/// The replies and faults that one base path asks for. Every span of time is in milliseconds, every size in bytes of the body.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Script {
    /// The tokens of the reply; the text is repeated or cut to reach it.
    pub tokens: Option<usize>,
    /// Between two tokens.
    pub delay: Option<f64>,
    /// The reply.
    pub text: Option<String>,
    /// The thinking before it.
    pub think: Option<String>,
    /// From the headers to the first token (or the first progress, where the server tells).
    pub first: Option<f64>,
    /// From the request to the headers.
    pub headers: Option<f64>,
    /// `headers` holds back every request, not only the chat: the server seems dead.
    pub all: bool,
    /// Close cleanly after so many bytes.
    pub cut: Option<usize>,
    /// Reset the connection after so many bytes.
    pub reset: Option<usize>,
    /// Send nothing more after so many bytes, and keep the connection open.
    pub stall: Option<usize>,
    /// Write so many bytes at a time.
    pub chunk: Option<usize>,
    /// Hold back, and let go whenever so many bytes have gathered.
    pub burst: Option<usize>,
    /// Answer the chat with this status.
    pub error_before: Option<u16>,
    /// Fail in the middle of the stream, in the server's own way.
    pub error_inside: bool,
    /// The Content-Type of the stream.
    pub content_type: Option<String>,
    /// An HTML page on every path.
    pub html: bool,
    /// The key that must come as a bearer.
    pub key: Option<String>,
    /// Refuse bodies that are not called `application/json`, with this status.
    pub json: Option<u16>,
    /// Fields of a chat that are refused, by name.
    pub refused: Vec<String>,
    /// A template that wants person and model in turn: two messages of one role are refused.
    pub turns: bool,
    /// Leave out the end mark.
    pub no_done: bool,
    /// A malformed frame in the middle.
    pub bad_frame: bool,
    /// An end mark and not one token.
    pub empty: bool,
    /// Comments while nothing else comes, every so many milliseconds.
    pub comments: Option<f64>,
    /// The reply repeats the last message of the user.
    pub echo: bool,
    /// One token of so many bytes.
    pub huge: Option<usize>,
    /// Steps of the prompt's progress, spread over `first`.
    pub prefill: Option<usize>,
    /// The server's word for the end.
    pub finish: Option<String>,
    /// The models that the server has.
    pub models: Option<Vec<String>>,
    /// The size of the context, in tokens; what is longer is refused, where the server refuses.
    pub context: Option<u32>,
    /// One whole answer where a stream was asked for.
    pub whole: bool,
    /// Keep the connection open so long after the end mark.
    pub linger: Option<f64>,
    /// Play this recording, byte by byte, in its own time.
    pub recording: Option<String>,
    /// How much faster than recorded.
    pub speed: Option<f64>,
    /// Paths (beginnings) that this server does not have.
    pub missing: Vec<String>,
    /// Origins that are allowed on top of the server's own rule; `*` for any.
    pub origins: Vec<String>,
    /// No CORS header on anything.
    pub no_cors: bool,
    /// Answer the preflight with this status; 0 never ends the answer, as a KoboldCpp does after a WebSocket upgrade.
    pub preflight: Option<u16>,
    /// Lines end with CR and LF.
    pub crlf: bool,
    /// Text after the end mark.
    pub after_end: bool,
    /// No WebSocket is opened: an upgrade is answered as any GET.
    pub no_socket: bool,
    /// No stream of events over HTTP, where the server has another way: that path is missing.
    pub no_sse: bool,
    /// The older of two versions of the server, where both are emulated.
    pub older: bool,
    /// Halo tells its attention by layers and heads, so many of each, instead of one row.
    pub layers: Option<usize>,
    /// The server declines on purpose, where it can.
    pub blocked: bool,
    /// Every so many-th piece is lost, where the server says the whole text with each.
    pub lose: Option<usize>,
    /// The whole text that the server says at its end, where it is another one than was streamed.
    pub last: Option<String>,
    /// KoboldCpp goes on with a reply whose connection broke, and tells what there is of it.
    pub goes_on: bool,
    /// llama.cpp knows nothing of a reply whose connection broke, whatever it was called.
    pub forgets: bool,
    /// Parts that this script could not understand: the lab answers 400 and names them.
    pub unknown: Vec<String>,
}

impl Script {
    /// Reads the options after the dialect's name, which are joined by `;`.
    pub fn parse(options: &str) -> Script {
        let mut script = Script::default();
        for part in options.split(';').filter(|part| !part.is_empty()) {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            let value = percent_decode(value);
            if !script.set(key, &value) {
                script.unknown.push(part.to_owned());
            }
        }
        script
    }

    fn set(&mut self, key: &str, value: &str) -> bool {
        match key {
            "tokens" => read(&mut self.tokens, value),
            "delay" => read(&mut self.delay, value),
            "text" => read(&mut self.text, value),
            "think" => read(&mut self.think, value),
            "first" => read(&mut self.first, value),
            "headers" => read(&mut self.headers, value),
            "all" => flag(&mut self.all),
            "cut" => read(&mut self.cut, value),
            "reset" => read(&mut self.reset, value),
            "stall" => read(&mut self.stall, value),
            "chunk" => read(&mut self.chunk, value),
            "burst" => read(&mut self.burst, value),
            "error" => match value.split_once(':') {
                Some(("before", status)) => read(&mut self.error_before, status),
                None if value == "inside" => flag(&mut self.error_inside),
                _ => false,
            },
            "type" => read(&mut self.content_type, value),
            "html" => flag(&mut self.html),
            "key" => read(&mut self.key, value),
            "json" if value.is_empty() => read(&mut self.json, "400"),
            "json" => read(&mut self.json, value),
            "refuse" => {
                self.refused = list(value);
                true
            }
            "turns" => flag(&mut self.turns),
            "nodone" => flag(&mut self.no_done),
            "badframe" => flag(&mut self.bad_frame),
            "empty" => flag(&mut self.empty),
            "comments" if value.is_empty() => read(&mut self.comments, "200"),
            "comments" => read(&mut self.comments, value),
            "echo" => flag(&mut self.echo),
            "huge" => read(&mut self.huge, value),
            "prefill" => read(&mut self.prefill, value),
            "finish" => read(&mut self.finish, value),
            "models" => {
                self.models = Some(list(value));
                true
            }
            "context" => read(&mut self.context, value),
            "whole" => flag(&mut self.whole),
            "linger" => read(&mut self.linger, value),
            "recording" => read(&mut self.recording, value),
            "speed" => read(&mut self.speed, value),
            "missing" => {
                self.missing = list(value);
                true
            }
            "origins" => {
                self.origins = list(value);
                true
            }
            "nocors" => flag(&mut self.no_cors),
            "preflight" => read(&mut self.preflight, value),
            "crlf" => flag(&mut self.crlf),
            "blocked" => flag(&mut self.blocked),
            "lose" => read(&mut self.lose, value),
            "final" => read(&mut self.last, value),
            "afterend" => flag(&mut self.after_end),
            "older" => flag(&mut self.older),
            "layers" => read(&mut self.layers, value),
            "nosocket" => flag(&mut self.no_socket),
            "nosse" => flag(&mut self.no_sse),
            "goeson" => flag(&mut self.goes_on),
            "forgets" => flag(&mut self.forgets),
            _ => false,
        }
    }
}

fn read<T: std::str::FromStr>(field: &mut Option<T>, value: &str) -> bool {
    *field = value.parse().ok();
    field.is_some()
}

fn flag(field: &mut bool) -> bool {
    *field = true;
    true
}

fn list(value: &str) -> Vec<String> {
    value
        .split(',')
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Undoes percent-encoding; what is not a valid escape stays as it is.
pub(crate) fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match escape {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Percent-encodes everything but letters, digits and `-._~`, for a value in a base path.
pub fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_base_path_is_the_script() {
        let script = Script::parse(
            "tokens=200;delay=0.5;text=a%20b%3B%2F;html;error=before:503;models=a,b;json",
        );
        assert_eq!(script.tokens, Some(200));
        assert_eq!(script.delay, Some(0.5));
        assert_eq!(script.text.as_deref(), Some("a b;/"));
        assert!(script.html);
        assert_eq!(script.error_before, Some(503));
        assert_eq!(script.models.unwrap(), ["a", "b"]);
        assert_eq!(script.json, Some(400));
        assert!(script.unknown.is_empty());
    }

    #[test]
    fn a_slip_of_the_pen_is_named() {
        assert_eq!(
            Script::parse("tokesn=2;cut=x;error=later").unknown,
            ["tokesn=2", "cut=x", "error=later"]
        );
    }

    #[test]
    fn encoding_comes_back() {
        for text in ["", "a b", "100 % sure; a=b/c?d#e", "👩‍👩‍👧‍👦 é 日本", "%zz", "%"]
        {
            assert_eq!(percent_decode(&percent_encode(text)), text);
        }
        assert_eq!(percent_decode("%zz%"), "%zz%");
    }
}
