//! What a server has refused of a request, and the same request without it.
//!
//! In: a request, and the words of the refusal. Out: what to leave out, or to join; nothing, where a person has asked for it. It must
//! not know which server it is: what counts is that the refusal names the field.

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::chat::request::{ChatRequest, Message};
use crate::dialect::Call;
use crate::event::ServerError;

/// Fields that Rill adds for figures and comfort; each with those that mean nothing without it.
const COMFORT: [(&str, &[&str]); 7] = [
    ("stream_options", &[]),
    ("logprobs", &["top_logprobs"]),
    ("top_logprobs", &["logprobs"]),
    ("n_probs", &[]),
    ("return_progress", &[]),
    ("timings_per_token", &[]),
    ("cache_prompt", &[]),
];

/// Statuses under which a field is refused; 500 and 501 are those of servers that fail over it.
const STATUSES: [u16; 4] = [400, 422, 500, 501];

/// Things that one server has refused of requests so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refusals {
    /// Fields to be left out.
    pub fields: Vec<String>,
    /// The model's template wants the person and the model in turn: neighbours of one role are joined.
    pub in_a_row: bool,
}

impl Refusals {
    /// Reads what was kept; what is missing or of another type was not refused.
    pub fn read(kept: &Value) -> Refusals {
        let fields = kept.get("fields").and_then(Value::as_array);
        let names = fields.into_iter().flatten().filter_map(Value::as_str);
        Refusals {
            fields: names.map(str::to_owned).collect(),
            in_a_row: kept.get("in_a_row") == Some(&Value::Bool(true)),
        }
    }

    /// Writes the refusals, to be kept.
    pub fn write(&self) -> Value {
        json!({ "fields": self.fields, "in_a_row": self.in_a_row })
    }

    /// The request, as this server takes it.
    pub fn request<'r>(&self, request: &'r ChatRequest) -> Cow<'r, ChatRequest> {
        if !self.in_a_row || !has_neighbours(request) {
            return Cow::Borrowed(request);
        }
        let mut messages: Vec<Message> = Vec::new();
        // What is to be gone on with stays as it is.
        let last = request.messages.len().saturating_sub(1);
        for (at, message) in request.messages.iter().enumerate() {
            match messages.last_mut() {
                Some(before)
                    if before.role == message.role && !(request.continues && at == last) =>
                {
                    before.text.push_str("\n\n");
                    before.text.push_str(&message.text);
                    before.images.extend(message.images.iter().cloned());
                }
                _ => messages.push(message.clone()),
            }
        }
        Cow::Owned(ChatRequest {
            messages,
            ..request.clone()
        })
    }

    /// The call, as this server takes it.
    pub fn call(&self, mut call: Call) -> Call {
        if self.fields.is_empty() {
            return call;
        }
        let body = call.body.as_deref().map(serde_json::from_str);
        if let Some(Ok(Value::Object(mut body))) = body {
            self.fields.iter().for_each(|field| {
                body.remove(field);
            });
            call.body = Some(Value::Object(body).to_string());
        }
        call
    }

    /// Learns from a refusal; `false` where there is nothing new that another try could leave out.
    pub fn learn(
        &mut self,
        asked: (&ChatRequest, &Call),
        status: u16,
        error: &ServerError,
    ) -> bool {
        if !STATUSES.contains(&status) {
            return false;
        }
        let (request, call) = asked;
        let words = format!(
            "{} {}",
            error.message,
            error.code.as_deref().unwrap_or_default()
        );
        let words = words.to_lowercase();
        if !self.in_a_row && wants_turns(&words) && has_neighbours(request) {
            self.in_a_row = true;
            return true;
        }
        let body = call.body.as_deref().map(serde_json::from_str);
        let Some(Ok(Value::Object(body))) = body else {
            return false;
        };
        let before = self.fields.len();
        for (field, with) in COMFORT {
            let ours = |field: &&str| {
                body.contains_key(*field) && !request.sampling.extra.contains_key(*field)
            };
            if !ours(&field) || !names(&words, field) {
                continue;
            }
            for field in std::iter::once(&field)
                .chain(with)
                .filter(|field| ours(field))
            {
                if !self.fields.iter().any(|known| known == field) {
                    self.fields.push((*field).to_owned());
                }
            }
        }
        self.fields.len() > before
    }
}

/// Tells whether a text names a field, as a whole word.
fn names(text: &str, field: &str) -> bool {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut words = text.split(|letter| !is_word(letter));
    words.any(|word| word == field)
}

/// Tells whether a refusal says that person and model must speak in turn.
fn wants_turns(words: &str) -> bool {
    let says = |word: &str| words.contains(word);
    (says("alternat") && (says("role") || says("user")))
        || (says("consecutive") && (says("role") || says("user") || says("message")))
        || (says("in a row") && says("role"))
}

/// Tells whether two messages of one role follow each other.
fn has_neighbours(request: &ChatRequest) -> bool {
    let mut pairs = request.messages.windows(2);
    pairs.any(|pair| matches!(pair, [a, b] if a.role == b.role))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::request::Role;

    fn error(message: &str) -> ServerError {
        ServerError {
            message: message.to_owned(),
            ..ServerError::default()
        }
    }

    fn check(message: &str, status: u16, expect: &[&str]) {
        let body = json!({"messages": [], "stream_options": {}, "logprobs": true, "top_logprobs": 3, "top_k": 4});
        let call = Call::post("/v1/chat/completions", &body);
        let mut refusals = Refusals::default();
        let learned = refusals.learn((&ChatRequest::default(), &call), status, &error(message));
        assert_eq!(refusals.fields, expect, "{message}");
        assert_eq!(learned, !expect.is_empty());
        let left = refusals.call(call).body.unwrap_or_default();
        assert!(
            expect
                .iter()
                .all(|field| !left.contains(&format!("\"{field}\""))),
            "{left}"
        );
        assert!(left.contains("top_k"), "{left}");
    }

    #[test]
    fn a_field_that_is_named_is_left_out() {
        check(
            "body.stream_options.include_usage: Extra inputs are not permitted",
            422,
            &["stream_options"],
        );
        check(
            "Unrecognized request argument supplied: 'stream_options'",
            400,
            &["stream_options"],
        );
        check(
            "This model does not support logprobs",
            500,
            &["logprobs", "top_logprobs"],
        );
        check(
            "stream_options and logprobs are unknown",
            400,
            &["stream_options", "logprobs", "top_logprobs"],
        );
        // Not named; not Rill's own; another word; another failure.
        check("Extra inputs are not permitted", 422, &[]);
        check("top_k is not supported", 400, &[]);
        check("my_stream_options", 400, &[]);
        check("stream_options", 401, &[]);
    }

    #[test]
    fn what_was_kept_is_read_again() {
        let refusals = Refusals {
            fields: vec!["stream_options".to_owned()],
            in_a_row: true,
        };
        assert_eq!(Refusals::read(&refusals.write()), refusals);
        assert_eq!(Refusals::read(&json!({"fields": 7})), Refusals::default());
        assert_eq!(Refusals::read(&Value::Null), Refusals::default());
    }

    #[test]
    fn what_a_person_has_set_is_never_left_out() {
        let call = Call::post("/", &json!({"stream_options": {}}));
        let mut request = ChatRequest::default();
        request
            .sampling
            .extra
            .insert("stream_options".to_owned(), json!({}));
        let mut refusals = Refusals::default();
        assert!(!refusals.learn((&request, &call), 400, &error("stream_options?")));
    }

    #[test]
    fn neighbours_of_one_role_are_joined_once_a_template_has_refused_them() {
        let mut request = ChatRequest::default();
        for (role, text) in [
            (Role::System, "s"),
            (Role::User, "one"),
            (Role::User, "two"),
            (Role::Assistant, "three"),
        ] {
            request.messages.push(Message::new(role, text));
        }
        let mut refusals = Refusals::default();
        let call = Call::post("/", &json!({}));
        assert_eq!(refusals.request(&request).messages.len(), 4);
        let words = error(
            "After the optional system message, conversation roles must alternate user/assistant/…",
        );
        assert!(refusals.learn((&request, &call), 500, &words));
        assert!(!refusals.learn((&request, &call), 500, &words), "once");
        let joined = refusals.request(&request).into_owned();
        let texts: Vec<&str> = joined
            .messages
            .iter()
            .map(|message| message.text.as_str())
            .collect();
        assert_eq!(texts, ["s", "one\n\ntwo", "three"]);
        // Nothing to join: the template means something else.
        let mut refusals = Refusals::default();
        assert!(!refusals.learn((&joined, &call), 500, &words));
    }

    #[test]
    fn the_message_that_is_gone_on_with_stays_alone() {
        let request = ChatRequest {
            messages: vec![
                Message::new(Role::Assistant, "a"),
                Message::new(Role::Assistant, "b"),
            ],
            continues: true,
            ..ChatRequest::default()
        };
        let refusals = Refusals {
            in_a_row: true,
            ..Refusals::default()
        };
        assert_eq!(refusals.request(&request).messages.len(), 2);
    }
}
