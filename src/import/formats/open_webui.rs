//! Open WebUI: all chats, or one; also older files without the wrapper around a chat.
//!
//! Messages stand by their names in `history.messages`. Nodes may be null, lack their name, their role or their parent; whatever its own
//! loader mends is mended here. Thinking and tools stand in the text ([`details`]), in newer files also in `output`.

mod details;

use std::collections::HashMap;

use crate::chat::request::Role;
use crate::event::End;
use crate::import::document::Json;
use crate::import::outcome::{About, Left, Why};
use crate::import::reader::Output;
use crate::import::rules::draft::{Draft, Place, title};
use crate::import::rules::graph::What;
use crate::import::rules::said::{Said, Speaker, Speech};
use crate::import::rules::time;

use super::chatgpt::parent;
use super::parts;

/// Reads one chat.
pub fn entry(entry: Json<'_>, out: &mut Output<'_>) {
    let wrapped = entry.get("chat").filter(|chat| chat.is_object());
    let chat = wrapped.unwrap_or(entry);
    let moment = |of: Json<'_>, field: &str| of.get(field).and_then(time::of);
    let name = |of: Json<'_>| of.get("id").and_then(Json::name);
    let system = |of: Option<Json<'_>>| of.and_then(|of| of.string("system"));
    let mut draft = Draft {
        about: About {
            id: name(entry).or_else(|| name(chat)),
            title: title(entry, &["title"]).or_else(|| title(chat, &["title"])),
            system: system(chat.get("params")).or_else(|| system(Some(chat))),
            created: moment(entry, "created_at").or_else(|| moment(chat, "timestamp")),
            updated: moment(entry, "updated_at").or_else(|| moment(chat, "timestamp")),
            ..About::default()
        },
        current: chat.at(&["history", "currentId"]).and_then(Json::name),
        ..Draft::default()
    };
    let messages = chat.at(&["history", "messages"]);
    let has_any = messages.is_some_and(|messages| messages.fields().next().is_some());
    match messages.filter(|_| has_any) {
        Some(messages) => linked(messages, &mut draft),
        None => {
            for message in chat.list("messages") {
                let place = draft.behind();
                add(
                    message,
                    Speaker::in_field(message, "role"),
                    place,
                    &mut draft,
                );
            }
        }
    }
    out.give(draft.finish());
}

fn linked(messages: Json<'_>, draft: &mut Draft) {
    let roles = roles(messages);
    for (key, message) in messages.fields() {
        // A message that calls itself otherwise is known by its key.
        let id = key.text().map(String::from);
        let role = id.as_ref().and_then(|id| roles.get(id));
        let speaker = match role {
            Some(role) => *role,
            None => Speaker::Tool,
        };
        let place = Place {
            id,
            parent: parent(message, "parentId"),
            children: message.list("childrenIds").filter_map(Json::name).collect(),
        };
        match message.is_object() {
            true => add(message, speaker, place, draft),
            false => {
                draft.left.add(Why::Message, 1);
                draft.add(place, What::Hidden)
            }
        };
    }
}

/// The speaker of each message: as it says, as its fields tell, or the other of its parent's.
fn roles(messages: Json<'_>) -> HashMap<String, Speaker> {
    let mut known = HashMap::new();
    let mut parents = HashMap::new();
    let mut unknown = Vec::new();
    for (key, message) in messages.fields() {
        let Some(key) = key.name() else { continue };
        let is_reply = ["model", "usage", "done"]
            .iter()
            .any(|field| message.get(field).is_some());
        match message.string("role") {
            Some(role) => drop(known.insert(key, Speaker::of(&role))),
            None if is_reply => drop(known.insert(key, Speaker::Assistant)),
            None => {
                unknown.push(key.clone());
                parents.insert(key, message.get("parentId").and_then(Json::name));
            }
        }
    }
    for begin in unknown {
        // Up to one that is known. Whoever was passed is taken out, so that none is passed twice, nor a circle.
        let mut passed = Vec::new();
        let mut next = Some(begin);
        let mut speaker = None;
        while let Some(key) = next {
            if let Some(found) = known.get(&key) {
                speaker = Some(*found);
                break;
            }
            let Some(parent) = parents.remove(&key) else {
                break;
            };
            passed.push(key);
            next = parent;
        }
        for key in passed.into_iter().rev() {
            let other = match speaker {
                Some(Speaker::User) => Speaker::Assistant,
                _ => Speaker::User,
            };
            known.insert(key, other);
            speaker = Some(other);
        }
    }
    known
}

fn add(message: Json<'_>, speaker: Speaker, place: Place, draft: &mut Draft) -> usize {
    let mut said = Said::default();
    let is_reply = speaker == Speaker::Assistant;
    if is_reply {
        output(message, &mut said, &mut draft.left);
    }
    if !said.has_text() {
        match message.get("content") {
            Some(content) if is_reply && content.is_text() => {
                let text = content.text().unwrap_or_default();
                details::read(&text, &mut said, &mut draft.left);
            }
            Some(content) => parts::content(content, &mut said, &mut draft.left),
            None => {}
        }
    }
    for file in message.list("files") {
        match (file.says("type", "image"), file.string("url")) {
            (true, Some(url)) if !url.is_empty() => said.picture(&url, &mut draft.left),
            (true, _) => said.missing(Why::Picture, &mut draft.left),
            (false, _) => said.missing(Why::File, &mut draft.left),
        }
    }
    draft.say(place, speaker, said, |speech| known_of(message, speech))
}

fn known_of(message: Json<'_>, speech: &mut Speech) {
    speech.time = message.get("timestamp").and_then(time::of);
    speech.model = message.string("model");
    let is_cut = message.get("done").and_then(Json::flag) == Some(false);
    if is_cut && speech.role == Role::Assistant {
        speech.end = Some(End::Cut { page_closed: false });
    }
}

/// Takes the items that newer versions keep beside the text.
fn output(message: Json<'_>, said: &mut Said, left: &mut Left) {
    for item in message.list("output") {
        match item.string("type").unwrap_or_default().as_str() {
            "reasoning" => {
                let texts = |field: &str| -> Vec<String> {
                    let texts = item.list(field).filter_map(|part| part.string("text"));
                    texts.filter(|text| !text.trim().is_empty()).collect()
                };
                let content = texts("content");
                let texts = if content.is_empty() {
                    texts("summary")
                } else {
                    content
                };
                texts.iter().for_each(|text| said.thought(text));
            }
            "message" => parts::content_in(item, "content", said, left),
            "function_call" | "function_call_output" => left.add(Why::Tool, 1),
            _ => left.add(Why::Part, 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::import::testing::{lines, one};
    use serde_json::{Value, json};

    fn check(messages: Value, current: &str, expect: &[&str]) {
        let file = json!([{"title": "t", "chat": {"history": {"currentId": current, "messages": messages}}}]);
        assert_eq!(lines(&one(&file.to_string())), expect);
    }

    #[test]
    fn a_damaged_tree_is_mended() {
        check(
            json!({
                "a": {"parentId": null, "childrenIds": ["n", "gone"], "role": "user", "content": "Q"},
                "n": null,
                "b": {"id": "other", "parentId": "a", "model": "m", "content": "A"},
                "c": {"parentId": "b", "content": "and?", "childrenIds": ["d"]},
                "d": {"role": "assistant", "content": "so"}
            }),
            "gone",
            &["user: Q", "assistant: A", "user: and?", "assistant: so"],
        );
        let circle =
            json!({"a": {"parentId": "b", "content": "x"}, "b": {"parentId": "a", "content": "y"}});
        check(circle, "b", &["assistant: x", "user: y"]);
    }

    #[test]
    fn what_stands_beside_the_text_is_preferred() {
        check(
            json!({"a": {"role": "assistant", "content": "old", "output": [
                {"type": "reasoning", "content": [], "summary": null},
                {"type": "reasoning", "content": [{"type": "text", "text": "hm"}], "summary": [{"text": "x"}]},
                {"type": "function_call", "name": "f"},
                {"type": "message", "content": [{"type": "output_text", "text": "new"}]}]}}),
            "a",
            &["assistant: new | hm"],
        );
    }

    #[test]
    fn an_older_file_is_the_chat_itself_and_a_flat_list_is_read_at_last() {
        let file = json!([{"title": " a  b ", "timestamp": 1_767_225_600_000_i64, "system": "s", "history": {"messages": {}},
            "messages": [{"role": "user", "content": [{"type": "text", "text": "Q"}]}, {"role": "assistant", "content": "A", "done": false}]}]);
        let read = one(&file.to_string());
        assert_eq!(lines(&read), ["user: Q", "assistant: A"]);
        assert_eq!(
            (read.about.title.as_deref(), read.about.system.as_deref()),
            (Some("a b"), Some("s"))
        );
        assert_eq!(read.about.created, Some(1_767_225_600_000));
        let end = read.tree.turn(1).and_then(|turn| turn.end.clone());
        assert_eq!(end, Some(crate::event::End::Cut { page_closed: false }));
    }
}
