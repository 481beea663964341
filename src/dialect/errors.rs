//! What servers say when they refuse.
//!
//! In: a status, a Content-Type and a body, or the JSON of an error inside a stream. Out: a [`ServerError`] that names what a person
//! can do. It must not know which server it is: every known shape is looked for in every body.

use serde_json::Value;

use crate::event::{ErrorCause, ServerError};
use crate::json;
use crate::text;
use crate::wire::{Frame, Framer};

/// The longest message that is taken from a body that is no JSON, in characters.
const PLAIN_KEPT: usize = 300;

/// Reads the body of an answer that is not a reply.
pub fn read_error(status: u16, content_type: &str, body: &str) -> ServerError {
    let text = body.trim();
    if text.starts_with('<') {
        return from_html(status, text);
    }
    let value = json::value(text).or_else(|| first_json(text));
    let Some(value) = value else {
        let message = shorten(text);
        let looks_like_html = content_type.contains("html") && status < 300;
        let cause = match cause(status, &message, None) {
            ErrorCause::Server if looks_like_html => ErrorCause::NotAModelServer,
            ErrorCause::Server if asks_for_json(status, text) => ErrorCause::ContentType,
            cause => cause,
        };
        return ServerError {
            message,
            code: None,
            cause,
        };
    };
    let mut error = said(&value).unwrap_or_else(|| Said::plain(String::new()));
    if error.message.is_empty() && error.code.is_none() && !knows_nothing_more(&value) {
        error.message = shorten(text);
    }
    let mut read = error.into_error(status);
    if asks_for_json(status, text)
        && matches!(read.cause, ErrorCause::Server | ErrorCause::NoEndpoint)
    {
        read.cause = ErrorCause::ContentType;
    }
    read
}

/// The error in a frame of a stream; `None` if there is none in it.
pub(super) fn in_stream(value: &Value) -> Option<ServerError> {
    said(value).map(|said| said.into_error(200))
}

/// Tells whether this answer to a `text/plain` body says that the server wants `application/json`.
///
/// 400, 415, 422 and 500 whose body names the media type, or says that the body was no object: vLLM names it, FastAPI's models do
/// not find a dictionary, Express leaves the body empty and so misses a field.
pub fn wants_json(status: u16, body: &str) -> bool {
    status == 415 || asks_for_json(status, body)
}

fn asks_for_json(status: u16, body: &str) -> bool {
    const PHRASES: [&str; 15] = [
        "application/json",
        "media type",
        "media_type",
        "mediatype",
        "content-type",
        "content type",
        "contenttype",
        "dictionary or object",
        "valid dictionary",
        "valid dict",
        "model_attributes_type",
        "dict_type",
        "not an object",
        "field required",
        "field is required",
    ];
    if !matches!(status, 400 | 415 | 422 | 500) {
        return false;
    }
    let body = body.to_ascii_lowercase();
    status == 415 || PHRASES.iter().any(|phrase| body.contains(phrase))
}

/// Words and code of a body, before the status is looked at.
struct Said {
    message: String,
    /// A word that a program can use.
    code: Option<String>,
    /// A number in place of a status.
    number: Option<u16>,
}

impl Said {
    /// Words alone.
    fn plain(message: String) -> Said {
        Said {
            message,
            code: None,
            number: None,
        }
    }

    fn into_error(self, status: u16) -> ServerError {
        // Inside a stream the status was 200; the number in the error tells more.
        let status = if status < 300 {
            self.number.unwrap_or(status)
        } else {
            status
        };
        let cause = cause(status, &self.message, self.code.as_deref());
        let code = self
            .code
            .or_else(|| self.number.map(|number| number.to_string()));
        ServerError {
            message: self.message,
            code,
            cause,
        }
    }
}

/// Looks for every shape that an error is known to have.
fn said(value: &Value) -> Option<Said> {
    if let Value::Array(items) = value {
        return items.first().and_then(said);
    }
    let object = value.as_object()?;
    match object.get("error") {
        None | Some(Value::Null | Value::Bool(false)) => {}
        Some(Value::String(text)) if text.is_empty() => {}
        Some(Value::Object(error)) if error.is_empty() => {}
        Some(Value::String(text)) => {
            return Some(Said {
                message: text.clone(),
                code: word(object.get("code")),
                number: number(object.get("code")),
            });
        }
        Some(error @ Value::Object(_)) => return Some(of_object(error)),
        Some(other) => return Some(Said::plain(shorten(&other.to_string()))),
    }
    if let Some(said) = object.get("detail").and_then(detailed) {
        return Some(said);
    }
    // A name of its own for the message, and none for the error.
    let named = [
        "error_message",
        "errorMessage",
        "error_msg",
        "errmsg",
        "err_msg",
    ];
    if let Some(message) = named.iter().find_map(|key| filled(object.get(*key)?)) {
        let code = ["error_type", "errorType", "error_code", "errcode", "code"];
        return Some(Said {
            message: message.to_owned(),
            code: code.iter().find_map(|key| word(object.get(*key))),
            number: code.iter().find_map(|key| number(object.get(*key))),
        });
    }
    if let Some(Value::Array(errors)) = object.get("errors") {
        let told: Vec<Said> = errors.iter().filter_map(one_of_several).collect();
        if let Some(first) = told.first() {
            let words: Vec<&str> = told.iter().map(|said| said.message.as_str()).collect();
            return Some(Said {
                message: words.join("; "),
                code: first.code.clone(),
                number: first.number,
            });
        }
    }
    // One name around the whole: `{"fault":{"error":{"message":...}}}`.
    if object.len() == 1
        && let Some(inner) = object.values().next()
        && (inner.get("error").is_some() || inner.get("errors").is_some())
        && let Some(said) = said(inner)
    {
        return Some(said);
    }
    let failed = object.get("object").and_then(Value::as_str) == Some("error")
        || object.get("type").and_then(Value::as_str) == Some("error")
        || object.get("ok") == Some(&Value::Bool(false))
        || object.get("success") == Some(&Value::Bool(false));
    let only_message = object.contains_key("message")
        && !object.contains_key("choices")
        && object.get("message").is_some_and(Value::is_string);
    (failed || only_message).then(|| of_object(value))
}

/// FastAPI's `detail`: a text, a list of complaints, or an object.
fn detailed(detail: &Value) -> Option<Said> {
    Some(match detail {
        Value::Null => return None,
        Value::String(text) => Said::plain(text.clone()),
        Value::Array(items) => {
            let lines = items.iter().map(complaint);
            let lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
            Said {
                message: lines.join("; "),
                code: items.first().and_then(|item| word(item.get("type"))),
                number: None,
            }
        }
        detail => of_object(detail),
    })
}

/// A text with something in it.
fn filled(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.trim().is_empty())
}

/// One of a list of errors: words, an object with words, or a shape of its own.
fn one_of_several(error: &Value) -> Option<Said> {
    if let Some(message) = filled(error) {
        return Some(Said::plain(message.to_owned()));
    }
    let said = said(error).unwrap_or_else(|| of_object(error));
    (!said.message.is_empty()).then_some(said)
}

fn of_object(value: &Value) -> Said {
    // Some put the whole error where its words belong.
    if let Some(inner) = value.get("message").filter(|inner| inner.is_object())
        && let Some(said) = said(inner)
    {
        return said;
    }
    let text = |key: &str| {
        value
            .get(key)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    let message = text("message")
        .or_else(|| text("msg"))
        .or_else(|| text("error"))
        .or_else(|| text("error_message"))
        .or_else(|| text("detail"))
        .or_else(|| text("description"))
        .or_else(|| text("reason"))
        .or_else(|| text("title"))
        .or_else(|| text("content"))
        .unwrap_or_default();
    let code = word(value.get("code"))
        .or_else(|| word(value.get("error_type")))
        .or_else(|| word(value.get("type")));
    Said {
        message: message.to_owned(),
        code: code.filter(|code| code != "error"),
        number: number(value.get("code")),
    }
}

/// One of FastAPI's complaints: where, and what.
fn complaint(item: &Value) -> String {
    let Some(msg) = item.get("msg").and_then(Value::as_str) else {
        return item.as_str().unwrap_or_default().to_owned();
    };
    let place = item.get("loc").and_then(Value::as_array).map(|loc| {
        loc.iter()
            .map(|part| {
                part.as_str()
                    .map_or_else(|| part.to_string(), str::to_owned)
            })
            .collect::<Vec<_>>()
            .join(".")
    });
    match place {
        Some(place) if !place.is_empty() => format!("{place}: {msg}"),
        _ => msg.to_owned(),
    }
}

/// A code that is a word; LiteLLM writes numbers as strings, and Python's word for nothing.
fn word(value: Option<&Value>) -> Option<String> {
    let text = value?.as_str()?;
    (!text.is_empty() && text != "None" && text.parse::<u32>().is_err()).then(|| text.to_owned())
}

fn number(value: Option<&Value>) -> Option<u16> {
    let value = value?;
    value
        .as_u64()
        .and_then(|number| number.try_into().ok())
        .or_else(|| value.as_str()?.parse().ok())
}

/// Tells whether a body means an error and has no words: `{"value":-1}`, `{}`.
fn knows_nothing_more(value: &Value) -> bool {
    value.as_object().is_some_and(|object| {
        object.is_empty()
            || object
                .get("value")
                .is_some_and(|value| value.as_i64() == Some(-1))
    })
}

/// The JSON of the first event: LiteLLM answers 500 with a stream of one error.
fn first_json(body: &str) -> Option<Value> {
    let mut found = None;
    let mut framer = Framer::new();
    let mut sink = |frame: Frame<'_>| {
        if let (None, Frame::Event { data: text, .. } | Frame::Json(text)) = (&found, frame) {
            found = json::value(text);
        }
    };
    framer.feed(body.as_bytes(), &mut sink);
    framer.finish(&mut sink);
    found
}

fn cause(status: u16, message: &str, code: Option<&str>) -> ErrorCause {
    let message = message.to_ascii_lowercase();
    let code = code.unwrap_or_default().to_ascii_lowercase();
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| message.contains(phrase));
    let names = |words: &[&str]| words.iter().any(|word| code.contains(word));
    if names(&["exceed_context", "context_length"])
        || says(&[
            "context size",
            "context length",
            "context window",
            "maximum context",
            "prompt is too long",
            "prompt too long",
            "exceeds the context",
        ])
    {
        return ErrorCause::ContextFull;
    }
    // LM Studio says so under a good status.
    if says(&["unexpected endpoint"]) {
        return ErrorCause::NoEndpoint;
    }
    if matches!(status, 401 | 403)
        || names(&["authentication", "unauthorized", "invalid_api_key"])
        || says(&["invalid api key", "incorrect api key"])
    {
        return ErrorCause::Auth;
    }
    if says(&["loading model", "model is loading", "still loading"]) {
        return ErrorCause::Loading;
    }
    let missing = says(&[
        "not found",
        "does not exist",
        "invalid model",
        "no such model",
        "unknown model",
        "not available",
    ]);
    if names(&["model_not_found"])
        || (matches!(status, 200..=299 | 400 | 404 | 422) && says(&["model"]) && missing)
    {
        return ErrorCause::ModelMissing;
    }
    if matches!(status, 429 | 503) || names(&["rate_limit", "overloaded", "service_unavailable"]) {
        return ErrorCause::Busy;
    }
    match status {
        404 | 405 => ErrorCause::NoEndpoint,
        413 => ErrorCause::TooLarge,
        415 => ErrorCause::ContentType,
        _ => ErrorCause::Server,
    }
}

fn from_html(status: u16, body: &str) -> ServerError {
    let cause = match status {
        401 | 403 => ErrorCause::Auth,
        415 => ErrorCause::ContentType,
        429 | 503 => ErrorCause::Busy,
        413 => ErrorCause::TooLarge,
        // A gateway's own page: what stands behind it may well be a model server. (520 to 530 are Cloudflare's.)
        400 | 408 | 499 | 500..=599 => ErrorCause::Server,
        _ => ErrorCause::NotAModelServer,
    };
    ServerError {
        message: html_text(body),
        code: None,
        cause,
    }
}

/// The title of a markup document, or else its first words.
pub(super) fn html_text(body: &str) -> String {
    // As long as the body, letter by letter: what is found in one is at the same place in the other.
    let lower = body.to_ascii_lowercase();
    let title = lower.find("<title").and_then(|at| {
        let from = at + text::from(&lower, at).find('>')? + 1;
        let to = from + text::from(&lower, from).find("</title")?;
        Some(text::part(body, from..to))
    });
    let text = match title {
        Some(title) if !title.trim().is_empty() => title.to_owned(),
        _ => without_tags(body),
    };
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
    shorten(&text)
}

fn without_tags(body: &str) -> String {
    let mut text = String::new();
    let mut rest = body;
    while let Some(at) = rest.find('<') {
        let (words, tag) = rest.split_at_checked(at).unwrap_or((rest, ""));
        text.push_str(words);
        text.push(' ');
        let name = |name: &str| {
            tag.get(..name.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(name))
        };
        // What stands between these tags is not words.
        let end = if name("<script") {
            "</script>"
        } else if name("<style") {
            "</style>"
        } else {
            ">"
        };
        rest = tag.split_once(end).map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    text
}

/// One line of text, not too long.
fn shorten(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= PLAIN_KEPT {
        line
    } else {
        line.chars().take(PLAIN_KEPT).chain(['…']).collect()
    }
}
