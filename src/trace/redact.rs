//! Leaves out what is private, and keeps the length: stand-ins for texts.
//!
//! In: bytes of a reply or a request. Out: as many bytes with the same framing, the same JSON shape and the same events. A word
//! stays only if it is on a list of the protocol's own words and stands where the protocol has it, a number only behind such a key;
//! every other letter becomes `x`, every other digit `1`. So nothing hangs on whether the bytes are whole: in a frame that is cut,
//! glued or begins inside a string, a text that is taken for structure is still on no list. It must not know whose server wrote them.

mod hide;
mod place;

use std::collections::HashMap;

use super::protocol::{is_key, is_name};

pub(super) use hide::error;

use hide::{is_letter, masked, str_of, string};
use place::{Place, State};

/// Keys whose values are names of the protocol.
const NAMED: [&str; 19] = [
    "code",
    "done_reason",
    "dtype",
    "encoding",
    "error_type",
    "event",
    "finish_reason",
    "format",
    "object",
    "owned_by",
    "reason",
    "role",
    "service",
    "stage",
    "state",
    "status",
    "stop_reason",
    "stop_type",
    "type",
];
/// The most letters of a number that may be a figure: a time in nanoseconds has 19.
const LONGEST_FIGURE: usize = 19;
/// Keys whose values are only compared with each other: each gets a number in the place of its end.
const COMPARED: [&str; 9] = [
    "conversation_id",
    "genkey",
    "id",
    "request_id",
    "response_id",
    "run_id",
    "session_id",
    "stream_id",
    "trace_id",
];
/// The keys of an error's own words.
const TOLD: [&str; 3] = ["detail", "message", "msg"];
/// Words of JSON that stand outside of strings.
const BARE: [&[u8]; 6] = [b"true", b"false", b"null", b"NaN", b"Infinity", b"DONE"];
/// Names of the fields of an event stream.
const FIELDS: [&[u8]; 4] = [b"data", b"event", b"id", b"retry"];
/// Elements by which a page of HTML is known as one.
const ELEMENTS: [&[u8]; 10] = [
    b"!DOCTYPE",
    b"!doctype",
    b"html",
    b"head",
    b"title",
    b"body",
    b"h1",
    b"p",
    b"center",
    b"pre",
];

/// Makes stand-ins for the parts of one recording: what is the same in two of them is so in their stand-ins.
#[derive(Default)]
pub(super) struct Redactor {
    /// Values that are only compared, each with its number.
    compared: HashMap<Vec<u8>, usize>,
}

impl Redactor {
    /// A stand-in for a stream or a document, byte for byte as long.
    pub(super) fn stand_in(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        let mut state = State::default();
        // A mark of byte order is no letter, and framing looks for it.
        let bytes = match bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) => {
                out.extend_from_slice(b"\xef\xbb\xbf");
                rest
            }
            None => bytes,
        };
        for line in bytes.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
            // Where a document begins anew, nothing of a broken one before it counts any more.
            if line.starts_with(b"{\"") || line.starts_with(b"data:") {
                state = State::default();
            }
            match field(line) {
                Some((name, value)) if matches!(name, b"event:" | b":" | b"id:") => {
                    let (blank, value) = value.split_at(blanks(value));
                    let word = value.trim_ascii_end();
                    out.extend_from_slice(name);
                    out.extend_from_slice(blank);
                    if str_of(word).is_some_and(is_name) {
                        out.extend_from_slice(value);
                    } else {
                        masked(value, &mut out);
                    }
                }
                _ => self.json(line, &mut state, &mut out),
            }
        }
        out
    }

    /// One line, as JSON where it is some; whatever it is, only known words stay.
    fn json<'a>(&mut self, mut rest: &'a [u8], state: &mut State<'a>, out: &mut Vec<u8>) {
        let mut before = b' ';
        while let Some((&byte, behind)) = rest.split_first() {
            match byte {
                b'"' => {
                    let (inner, closing, behind) = string_of(behind);
                    let is_value = state.colon;
                    out.push(byte);
                    if behind.trim_ascii_start().first() == Some(&b':') && closing {
                        let known = state.place() != Place::Closed;
                        let known = known && str_of(inner).is_some_and(is_key);
                        state.key = if known { inner } else { b"" };
                        if known {
                            out.extend_from_slice(inner);
                        } else {
                            masked(inner, out);
                        }
                    } else {
                        self.value(inner, is_value, state, out);
                    }
                    if closing {
                        out.push(b'"');
                    }
                    state.colon = false;
                    before = b'"';
                    rest = behind;
                    continue;
                }
                _ if is_letter(byte) || byte == b'-' || (byte == b'!' && before == b'<') => {
                    let length = rest
                        .iter()
                        .skip(1)
                        .position(|&byte| !(is_letter(byte) || b"+-.".contains(&byte)))
                        .map_or(rest.len(), |at| at + 1);
                    let (run, behind) = rest.split_at(length);
                    bare(run, before, behind, state, out);
                    state.colon = false;
                    before = byte;
                    rest = behind;
                    continue;
                }
                b'[' | b'{' => {
                    state.enter(byte == b'[');
                    state.colon = false;
                }
                b']' | b'}' => {
                    state.leave();
                    state.colon = false;
                }
                b':' => state.colon = before == b'"',
                _ if byte.is_ascii_whitespace() => {
                    out.push(byte);
                    rest = behind;
                    continue;
                }
                _ => state.colon = false,
            }
            out.push(byte);
            before = byte;
            rest = behind;
        }
    }

    /// The inside of a string that is a value.
    fn value(&mut self, inner: &[u8], is_value: bool, state: &State<'_>, out: &mut Vec<u8>) {
        let key = state.key();
        let word = str_of(inner).unwrap_or_default();
        let closed = state.place() == Place::Closed;
        let failed = state.place() == Place::Failed;
        let named = NAMED.contains(&key) || key == "error";
        if is_value && !closed && named && (is_name(word) || is_status(word)) {
            out.extend_from_slice(inner);
        } else if is_value && !closed && COMPARED.contains(&key) {
            self.compared(inner, out);
        } else if (is_value && !closed && key == "error")
            || (failed && (TOLD.contains(&key) || key == "code" || key == "loc"))
        {
            error(inner, out);
        } else {
            string(inner, out);
        }
    }

    /// A value of which only matters which others are the same: its number in the place of its last letters.
    fn compared(&mut self, inner: &[u8], out: &mut Vec<u8>) {
        let next = self.compared.len();
        let number = *self.compared.entry(inner.to_vec()).or_insert(next);
        let digits = number.to_string();
        let start = out.len();
        masked(inner, out);
        // Not into an escape: there are none in such values, and where there is one it stays as it was made.
        if !inner.contains(&b'\\') {
            let places = out.iter_mut().skip(start).rev();
            for (place, digit) in places.zip(digits.bytes().rev()) {
                *place = digit;
            }
        }
    }
}

/// The name of an event stream's field, and what stands behind it.
fn field(line: &[u8]) -> Option<(&'static [u8], &[u8])> {
    [&b"event:"[..], b"id:", b":"]
        .into_iter()
        .find_map(|name| Some((name, line.strip_prefix(name)?)))
}

fn blanks(text: &[u8]) -> usize {
    text.len() - text.trim_ascii_start().len()
}

/// The status of an answer, as a word.
fn is_status(word: &str) -> bool {
    word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// A run of letters outside of strings.
fn bare(run: &[u8], before: u8, behind: &[u8], state: &State<'_>, out: &mut Vec<u8>) {
    let is_over = |next: Option<&u8>| {
        next.is_none_or(|byte| byte.is_ascii_whitespace() || b",]}".contains(byte))
    };
    let names_field = FIELDS.contains(&run) && behind.first() == Some(&b':');
    let names_element = matches!(before, b'<' | b'/') && ELEMENTS.contains(&run);
    if BARE.contains(&run) || run == b"-Infinity" || names_field || names_element {
        out.extend_from_slice(run);
        return;
    }
    let number = str_of(run).filter(|run| {
        !run.bytes()
            .any(|byte| byte.is_ascii_alphabetic() && !b"eE".contains(&byte))
            && run.parse::<f64>().is_ok()
    });
    // A figure stands by itself, between JSON's own marks, and is no longer than figures are.
    let begins = before.is_ascii_whitespace() || b"[,:\0".contains(&before);
    let is_figure = begins && run.len() <= LONGEST_FIGURE && is_over(behind.first());
    match number {
        Some(_) if state.keeps_number() && is_figure => out.extend_from_slice(run),
        // It stays a number: what is no digit of it stays.
        Some(number) => out.extend(number.bytes().map(|byte| match byte {
            b'0'..=b'9' => b'1',
            byte => byte,
        })),
        None => masked(run, out),
    }
}

/// The inside of the string whose opening quote is left behind, whether it is closed, and what stands behind it.
fn string_of(text: &[u8]) -> (&[u8], bool, &[u8]) {
    let mut bytes = text.iter().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => {
                let (inner, behind) = text.split_at(at);
                return (
                    inner,
                    true,
                    behind.split_first().map_or(b"", |(_, rest)| rest),
                );
            }
            b'\\' => {
                bytes.next();
            }
            // A string ends with its line, if not before.
            b'\n' | b'\r' => {
                let (inner, behind) = text.split_at(at);
                return (inner, false, behind);
            }
            _ => {}
        }
    }
    (text, false, b"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: &str, expect: &str) {
        let stood_in = Redactor::default().stand_in(given.as_bytes());
        assert_eq!(String::from_utf8_lossy(&stood_in), expect);
        assert_eq!(given.len(), expect.len());
    }

    #[test]
    fn texts_become_x_and_what_tells_the_events_stays() {
        check(
            "data: {\"object\":\"chunk\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi you\"},\"finish_reason\":null}]}\n\ndata: [DONE]\n\n",
            "data: {\"object\":\"chunk\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"xxxxxx\"},\"finish_reason\":null}]}\n\ndata: [DONE]\n\n",
        );
        check(
            "event: message\r\ndata: {\"token\": \"Hi\", \"finish_reason\": \"null\"}\r\n: ping\r\n",
            "event: message\r\ndata: {\"token\": \"xx\", \"finish_reason\": \"null\"}\r\n: ping\r\n",
        );
    }

    #[test]
    fn escapes_blanks_and_tags_of_thinking_keep_their_length() {
        check(
            r#"{"content":"a\nb\u00e9\"c"}"#,
            r#"{"content":"x\nx\u0078\nx"}"#,
        );
        check(r#"{"content":" ","x":""}"#, r#"{"content":" ","x":""}"#);
        check(
            r#"{"content":"<think>hm</think>ja"}"#,
            r#"{"content":"<think>xx</think>xx"}"#,
        );
        check("{\"content\":\"añ\"}", "{\"content\":\"xxx\"}");
    }

    #[test]
    fn numbers_that_are_tokens_go_and_figures_stay() {
        check(
            r#"{"token_id":7042,"tokens":[19556,905],"index":12,"shape":[28,256]}"#,
            r#"{"token_id":1111,"tokens":[11111,111],"index":12,"shape":[28,256]}"#,
        );
        check(r#"{"shape":[x!907,2]}"#, r#"{"shape":[x!111,2]}"#);
        check(
            r#"{"usage":{"prompt_tokens":36},"bytes":[72,101]}"#,
            r#"{"usage":{"prompt_tokens":36},"bytes":[11,111]}"#,
        );
    }

    #[test]
    fn a_page_of_html_stays_one_and_bare_words_go() {
        check("<title>Hi Bob</title>", "<title>xx xxx</title>");
        check("data: secret word\n\n", "data: xxxxxx xxxx\n\n");
    }

    #[test]
    fn cut_json_is_no_trouble() {
        check(r#"{"content":"ab"#, r#"{"content":"xx"#);
        check(r#"{"content":"ab\"#, r#"{"content":"xxx"#);
    }

    #[test]
    fn words_of_the_protocol_stay_only_where_it_has_them() {
        check(
            r#"{"finish_reason":"stop","content":"stop","model":"my model","stop":["user"]}"#,
            r#"{"finish_reason":"stop","content":"xxxx","model":"xxxxxxxx","stop":["xxxx"]}"#,
        );
        check(
            r#"{"finish_reason":"my diary","diary of mine":7,"n":{"index":3}}"#,
            r#"{"finish_reason":"xxxxxxxx","xxxxx xx xxxx":1,"x":{"index":3}}"#,
        );
    }

    #[test]
    fn nothing_that_a_tool_is_called_with_stays() {
        check(
            r#"{"name":"diary","arguments":{"code":"stop","id":42,"a":[{"status":"ok"}]},"index":1}"#,
            r#"{"name":"xxxxx","arguments":{"xxxx":"xxxx","xx":11,"x":[{"xxxxxx":"xx"}]},"index":1}"#,
        );
        check(
            r#"{"arguments":"{\"code\":\"my diary\"}"}"#,
            r#"{"arguments":"x\nxxxx\nx\nxxxxxxxx\nx"}"#,
        );
    }

    #[test]
    fn frames_that_are_glued_or_begin_inside_a_string_hold_no_text() {
        check(
            r#"{"content":"a data: {"content":"my secret diary words"}"#,
            r#"{"content":"xxxxxxxxx"xxxxxxx"x"xx xxxxxx xxxxx xxxxx"x"#,
        );
        check(
            r#"cret diary", "content": "more 0176 of it"}"#,
            r#"xxxx xxxxx"xx"xxxxxxx"xx"xxxx 1111 xx xx"x"#,
        );
    }

    #[test]
    fn what_is_only_compared_stays_the_same_or_another() {
        check(
            "{\"id\":\"call-abc\"}\n{\"id\":\"call-xyz\"}\n{\"id\":\"call-abc\"}",
            "{\"id\":\"xxxx-xx0\"}\n{\"id\":\"xxxx-xx1\"}\n{\"id\":\"xxxx-xx0\"}",
        );
    }

    #[test]
    fn an_error_keeps_the_words_of_which_errors_are_made() {
        check(
            r#"{"error":{"message":"model Alice not found","code":404}}"#,
            r#"{"error":{"message":"model xxxxx not found","code":404}}"#,
        );
        check(
            r#"{"error":"invalid key of Bob\u00e9"}"#,
            r#"{"error":"invalid key of xxx\u0078"}"#,
        );
        check(
            r#"{"message":"model Alice not found"}"#,
            r#"{"message":"xxxxxxxxxxxxxxxxxxxxx"}"#,
        );
    }
}
