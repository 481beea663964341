//! Whose file it is, by what stands in it: names and endings of files say nothing.
//!
//! In: one entry of a file. Out: the format; the first that fits. It must not read a conversation.

use super::document::Json;
use super::outcome::Format;

/// A format, and where in the entry its own entries stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The format.
    pub format: Format,
    /// The field with a list of them; `None` where the entry is one itself.
    pub under: Option<&'static str>,
}

impl From<Format> for Found {
    fn from(format: Format) -> Found {
        Found {
            format,
            under: None,
        }
    }
}

/// The format of a file by an item of its outer array.
pub fn item(item: Json<'_>) -> Option<Format> {
    if item.is_array() {
        // A list of lists of messages.
        return item.items().find_map(message);
    }
    let has = |field: &str| item.get(field).is_some();
    let known = [
        (has("rill"), Format::Rill),
        (has("mapping"), Format::ChatGpt),
        (has("chat_messages"), Format::Claude),
        (is_web(item), Format::OpenWebui),
        (
            holds(item, "history", Json::is_object) && holds(item, "messages", Json::is_array),
            Format::PageAssist,
        ),
        (has("table") && has("rows"), Format::LlamaUi),
        (has("conv") && has("messages"), Format::LlamaCpp),
        (
            holds(item, "conversations", Json::is_array),
            Format::ShareGpt,
        ),
        (
            holds(item, "systemPrompt", Json::is_object),
            Format::Hollama,
        ),
        (has("messages"), Format::OpenAi),
    ];
    first(&known).or_else(|| message(item))
}

/// The format of a list by one of its messages.
fn message(item: Json<'_>) -> Option<Format> {
    let has = |field: &str| item.get(field).is_some();
    let known = [
        (has("role"), Format::OpenAi),
        (has("from") && has("value"), Format::ShareGpt),
        (has("author") && has("content"), Format::OpenAi),
    ];
    first(&known)
}

/// The format of a file that is one object.
pub fn object(object: Json<'_>) -> Option<Found> {
    let has = |field: &str| object.get(field).is_some();
    let lists = |field: &str, name: &str| object.list(field).any(|item| item.get(name).is_some());
    let spec = object.string("spec").unwrap_or_default();
    let is_card =
        spec.starts_with("chara_card_") || has("first_mes") && has("name") || has("char_name");
    let is_session = |(name, _): (Json<'_>, Json<'_>)| {
        name.text().is_some_and(|name| name.starts_with("session:"))
    };
    let is_chatbox = has("__exported_items")
        || has("chat-sessions-list")
        || holds(object, "chat-sessions", Json::is_array)
        || object.fields().any(is_session);
    let known = [
        (has("rill"), Format::Rill),
        (has("mapping"), Format::ChatGpt),
        (has("chat_messages"), Format::Claude),
        (is_card, Format::Card),
        (
            has("gamestarted") || has("prompt") && has("actions"),
            Format::KoboldLite,
        ),
        (
            has("conversationId") && (has("messages") || has("messagesTree")),
            Format::LibreChat,
        ),
        (has("conv") && has("messages"), Format::LlamaCpp),
        (has("chat-next-web-store"), Format::NextChat),
        (is_chatbox, Format::Chatbox),
        (holds(object, "chat", Json::is_array), Format::PageAssist),
        (is_web(object), Format::OpenWebui),
        (lists("messages", "versions"), Format::LmStudio),
        (
            has("messages") && has("systemPurposeId") || lists("messages", "fragments"),
            Format::BigAgi,
        ),
    ];
    let found = first(&known).map(Found::from);
    found.or_else(|| listed(object)).or_else(|| {
        let known = [
            (lists("messages", "parentMessageId"), Format::LibreChat),
            (
                holds(object, "systemPrompt", Json::is_object),
                Format::Hollama,
            ),
            (has("ga"), Format::KoboldLite),
        ];
        let found = first(&known).or_else(|| line(object));
        let plain = ["messages", "contents", "history"];
        let is_list = plain
            .into_iter()
            .any(|field| holds(object, field, Json::is_array));
        found
            .or_else(|| is_list.then_some(Format::OpenAi))
            .map(Found::from)
    })
}

/// The format of an object by the conversations that it lists.
fn listed(object: Json<'_>) -> Option<Found> {
    let lists = |field: &str, names: &[&str]| {
        let has = |item: Json<'_>| names.iter().any(|name| item.get(name).is_some());
        object.list(field).any(has)
    };
    for field in ["conversations", "data"] {
        for (name, format) in [
            ("mapping", Format::ChatGpt),
            ("chat_messages", Format::Claude),
        ] {
            if lists(field, &[name]) && !lists(field, &["from"]) {
                let under = Some(field);
                return Some(Found { format, under });
            }
        }
    }
    let format = match object.get("conversations")? {
        list if !list.is_array() => return None,
        _ if lists("conversations", &["from", "role"]) => Format::ShareGpt,
        _ => Format::BigAgi,
    };
    Some(Found::from(format))
}

/// The format of a file of lines by one of them.
pub fn line(line: Json<'_>) -> Option<Format> {
    let has = |field: &str| line.get(field).is_some();
    let header = ["user_name", "character_name", "chat_metadata"];
    let is_session = line.says("type", "session")
        || line.says("type", "message") && line.get("message").is_some_and(Json::is_object);
    let known = [
        (is_session, Format::LlamaCpp),
        (
            has("mes") || header.into_iter().any(has),
            Format::SillyTavern,
        ),
        (
            line.says("object", "thread.message")
                || line.says("object", "thread")
                || has("thread_id"),
            Format::Jan,
        ),
        (has("conversations"), Format::ShareGpt),
    ];
    let found = first(&known);
    found.or_else(|| item(line).filter(|_| line.is_array() || !has("role")))
}

/// Tells whether it is a chat of Open WebUI, in its wrapper or without.
fn is_web(of: Json<'_>) -> bool {
    let messages = of.at(&["history", "messages"]);
    holds(of, "chat", Json::is_object) || messages.is_some_and(Json::is_object)
}

fn holds<'d>(of: Json<'d>, field: &str, is: fn(Json<'d>) -> bool) -> bool {
    of.get(field).is_some_and(is)
}

fn first(known: &[(bool, Format)]) -> Option<Format> {
    let found = known.iter().find(|(is_it, _)| *is_it);
    found.map(|(_, format)| *format)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::import::document::Document;

    #[test]
    fn the_first_key_that_fits_says_whose_item_it_is() {
        let check = |text: &str, expect: Option<Format>| {
            assert_eq!(item(Document::of(text).unwrap().root()), expect, "{text}");
        };
        check(r#"{"mapping":{},"messages":[]}"#, Some(Format::ChatGpt));
        check(r#"{"mapping":null}"#, None);
        check(r#"{"chat_messages":[]}"#, Some(Format::Claude));
        check(r#"{"chat":{},"messages":[]}"#, Some(Format::OpenWebui));
        check(r#"{"history":{"messages":{}}}"#, Some(Format::OpenWebui));
        check(r#"{"history":{},"messages":[]}"#, Some(Format::PageAssist));
        check(r#"{"table":"messages","rows":[]}"#, Some(Format::LlamaUi));
        check(r#"{"conv":{},"messages":[]}"#, Some(Format::LlamaCpp));
        check(r#"{"conversations":[]}"#, Some(Format::ShareGpt));
        check(
            r#"{"systemPrompt":{},"messages":[]}"#,
            Some(Format::Hollama),
        );
        check(r#"{"systemPrompt":"","messages":[]}"#, Some(Format::OpenAi));
        check(r#"{"role":"user"}"#, Some(Format::OpenAi));
        check(r#"[{"role":"user"}]"#, Some(Format::OpenAi));
        check(r#"{"title":"x"}"#, None);
        check("null", None);
    }

    #[test]
    fn the_first_key_that_fits_says_whose_object_it_is() {
        let check = |text: &str, format: Option<Format>, under: Option<&str>| {
            let found = object(Document::of(text).unwrap().root());
            assert_eq!(found.map(|found| found.format), format, "{text}");
            assert_eq!(found.and_then(|found| found.under), under, "{text}");
        };
        check(r#"{"rill":9}"#, Some(Format::Rill), None);
        check(r#"{"spec":"chara_card_v4"}"#, Some(Format::Card), None);
        check(r#"{"name":"a","first_mes":""}"#, Some(Format::Card), None);
        check(r#"{"char_name":"a"}"#, Some(Format::Card), None);
        check(
            r#"{"prompt":"","actions":[]}"#,
            Some(Format::KoboldLite),
            None,
        );
        check(
            r#"{"conversationId":1,"messagesTree":[]}"#,
            Some(Format::LibreChat),
            None,
        );
        check(
            r#"{"chat-next-web-store":{}}"#,
            Some(Format::NextChat),
            None,
        );
        check(r#"{"session:1":{}}"#, Some(Format::Chatbox), None);
        check(r#"{"chat":[]}"#, Some(Format::PageAssist), None);
        check(r#"{"chat":{}}"#, Some(Format::OpenWebui), None);
        check(
            r#"{"messages":[{"versions":[]}]}"#,
            Some(Format::LmStudio),
            None,
        );
        check(
            r#"{"messages":[{"fragments":[]}]}"#,
            Some(Format::BigAgi),
            None,
        );
        check(
            r#"{"conversations":[null,{"from":"a"}]}"#,
            Some(Format::ShareGpt),
            None,
        );
        check(
            r#"{"conversations":[{"mapping":{}}]}"#,
            Some(Format::ChatGpt),
            Some("conversations"),
        );
        check(
            r#"{"data":[{"mapping":{}}]}"#,
            Some(Format::ChatGpt),
            Some("data"),
        );
        check(
            r#"{"conversations":[{"id":1}]}"#,
            Some(Format::BigAgi),
            None,
        );
        check(r#"{"messages":[]}"#, Some(Format::OpenAi), None);
        check(r#"{"mes":"a"}"#, Some(Format::SillyTavern), None);
        check(r#"{"thread_id":"a"}"#, Some(Format::Jan), None);
        check(r#"{"version":3,"chats":[]}"#, None, None);
        check("3", None, None);
    }
}
