//! Leaves out what is private, and keeps the length: stand-ins for texts, stars for keys.
//!
//! In: bytes of a reply or a request. Out: as many bytes with the same framing, the same JSON shape and the same events, in which
//! every text is `x`. What it cannot know to be harmless it takes for text.

use crate::dialect::{SILENT, TAGS};

/// Keys whose words tell what an event is, and never what it says.
const KEPT: [&str; 24] = [
    "type",
    "object",
    "event",
    "role",
    "finish_reason",
    "done_reason",
    "stop_type",
    "reason",
    "status",
    "stage",
    "format",
    "encoding",
    "dtype",
    "model",
    "owned_by",
    "system_fingerprint",
    "code",
    "error_type",
    "id",
    "request_id",
    "stream_id",
    "trace_id",
    "created_at",
    // What a server says of its own failure.
    "error",
];

/// Numbers under these keys are harmless also where they stand in a list; all others in lists may be tokens of the text.
const SHAPES: [&str; 1] = ["shape"];

/// Numbers under these keys are tokens of the text.
const TOKENS: [&str; 3] = ["token_id", "token", "seed"];

/// A stand-in for a stream or a document, byte for byte as long.
pub fn stand_in(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut lines = bytes.split_inclusive(|byte| matches!(byte, b'\n' | b'\r'));
    let mut key = String::new();
    for line in &mut lines {
        let body = field(line);
        out.extend_from_slice(&line[..line.len() - body.len()]);
        match body.first() {
            Some(b'{' | b'[' | b'"') if !body.starts_with(b"[DONE]") => {
                json(body, &mut key, &mut out);
            }
            // A whole document may be spread over lines.
            Some(b'}' | b']' | b',') => json(body, &mut key, &mut out),
            Some(b' ' | b'\t') if !key.is_empty() => json(body, &mut key, &mut out),
            _ if body.starts_with(b"[DONE]") || body.len() < line.len() && is_name(line) => {
                out.extend_from_slice(body);
            }
            _ => plain(body, &mut out),
        }
    }
    out
}

/// What stands behind the name of an SSE field; the whole line where there is none.
fn field(line: &[u8]) -> &[u8] {
    for name in [&b"data:"[..], b"event:", b"id:", b"retry:", b":"] {
        if let Some(rest) = line.strip_prefix(name) {
            return rest.strip_prefix(b" ").unwrap_or(rest);
        }
    }
    line
}

/// The fields that carry names and comments, not texts.
fn is_name(line: &[u8]) -> bool {
    !line.starts_with(b"data:")
}

/// Letters outside of JSON become `x`; tags stay, so that a page of HTML still is one.
fn plain(text: &[u8], out: &mut Vec<u8>) {
    let mut in_tag = false;
    for byte in text {
        in_tag |= *byte == b'<';
        out.push(match byte {
            _ if in_tag => *byte,
            byte if byte.is_ascii_whitespace() || byte.is_ascii_punctuation() => *byte,
            _ => b'x',
        });
        in_tag &= *byte != b'>';
    }
}

fn json(text: &[u8], key: &mut String, out: &mut Vec<u8>) {
    let mut at = 0;
    // For each open bracket, whether it is a list.
    let mut lists: Vec<bool> = Vec::new();
    while at < text.len() {
        match text[at] {
            b'"' => {
                let end = string_end(text, at);
                let inner = &text[at + 1..end];
                out.push(b'"');
                if names_a_key(&text[end..]) {
                    key.clear();
                    key.push_str(&String::from_utf8_lossy(inner));
                    out.extend_from_slice(inner);
                } else if is_kept(key) {
                    out.extend_from_slice(inner);
                } else {
                    string(inner, out);
                }
                if end < text.len() {
                    out.push(b'"');
                }
                at = end + 1;
            }
            byte => {
                match byte {
                    b'[' => lists.push(true),
                    b'{' => lists.push(false),
                    b']' | b'}' => {
                        lists.pop();
                    }
                    _ => {}
                }
                let in_list = lists.last() == Some(&true) && !SHAPES.contains(&key.as_str());
                let hides = in_list || TOKENS.contains(&key.as_str());
                out.push(if hides && byte.is_ascii_digit() {
                    b'1'
                } else {
                    byte
                });
                at += 1;
            }
        }
    }
}

fn is_kept(key: &str) -> bool {
    KEPT.contains(&key)
}

/// Where the string that begins at `start` ends: its closing quote, or the end of the text.
fn string_end(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < text.len() {
        match text[at] {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

/// Whether a colon follows the closing quote.
fn names_a_key(rest: &[u8]) -> bool {
    rest.iter()
        .skip(1)
        .find(|byte| !byte.is_ascii_whitespace())
        .is_some_and(|byte| *byte == b':')
}

/// The inside of a string: escapes keep their length, tags of thinking stay, blanks alone stay blanks.
fn string(inner: &[u8], out: &mut Vec<u8>) {
    let blank = inner.iter().all(u8::is_ascii_whitespace) || matches!(inner, b"\\n" | b"\\n\\n");
    // KoboldCpp spells nothing as a word.
    if blank || inner == b"null" {
        out.extend_from_slice(inner);
        return;
    }
    let mut at = 0;
    while at < inner.len() {
        let rest = &inner[at..];
        if let Some(tag) = tag(rest) {
            out.extend_from_slice(tag.as_bytes());
            at += tag.len();
        } else if rest.starts_with(b"\\u") && rest.len() >= 6 {
            out.extend_from_slice(b"\\u0078");
            at += 6;
        } else if rest[0] == b'\\' && rest.len() >= 2 {
            out.extend_from_slice(b"\\n");
            at += 2;
        } else {
            // Padding of base64 must stay where it is.
            out.push(if rest[0] == b'=' { b'=' } else { b'x' });
            at += 1;
        }
    }
}

/// A tag that tells thinking from answering, at the beginning of a text.
fn tag(text: &[u8]) -> Option<&'static str> {
    TAGS.into_iter()
        .flat_map(|(open, close)| [open, close])
        .chain(SILENT)
        .find(|tag| text.starts_with(tag.as_bytes()))
}

/// The same text with stars in the place of keys: those that are known, and whatever looks like one.
pub fn scrub(text: &str, secrets: &[&str]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().filter(|secret| secret.len() >= 4) {
        text = text.replace(secret, &"*".repeat(secret.len()));
    }
    for mark in ["Bearer ", "sk-", "api_key=", "apikey=", "token="] {
        let mut from = 0;
        while let Some(found) = text[from..].find(mark) {
            let start = from + found + mark.len();
            let rest = &text[start..];
            let end = start
                + rest
                    .find(|char: char| !(char.is_ascii_alphanumeric() || "-_.~+/=*".contains(char)))
                    .unwrap_or(rest.len());
            // "Bearer of news" is no key.
            if end - start >= 8 {
                text.replace_range(start..end, &"*".repeat(end - start));
            }
            from = start;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: &str, expect: &str) {
        let stood_in = stand_in(given.as_bytes());
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
            r#"{"token_id":7042,"tokens":[19556,905],"n":12,"shape":[28,256]}"#,
            r#"{"token_id":1111,"tokens":[11111,111],"n":12,"shape":[28,256]}"#,
        );
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
    fn keys_become_stars() {
        let check = |given: &str, expect: &str| assert_eq!(scrub(given, &["geheim42"]), expect);
        check("wrong key: geheim42!", "wrong key: ********!");
        check(
            "Incorrect key sk-abcdefgh1234!",
            "Incorrect key sk-************!",
        );
        check(
            "Authorization: Bearer abcdefghij",
            "Authorization: Bearer **********",
        );
        check("the Bearer of news", "the Bearer of news");
        check("/x?api_key=0123456789&y=1", "/x?api_key=**********&y=1");
    }
}
