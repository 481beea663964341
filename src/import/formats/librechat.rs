//! LibreChat: one conversation a file, as a flat list or with each message inside of the one before it.
//!
//! In nested files the nesting counts, whatever `parentMessageId` says; they may be thousands of levels deep.

use crate::chat::request::Role;
use crate::event::End;
use crate::import::document::Json;
use crate::import::outcome::{About, Why};
use crate::import::reader::Output;
use crate::import::rules::draft::{Draft, Place, title};
use crate::import::rules::graph::Parent;
use crate::import::rules::said::{Said, Speaker};
use crate::import::rules::time;

use super::chatgpt::parent;
use super::parts;

/// Reads the conversation of a file.
pub fn entry(entry: Json<'_>, out: &mut Output<'_>) {
    let option = |field: &str| entry.get("options")?.string(field);
    let mut draft = Draft {
        about: About {
            id: entry.get("conversationId").and_then(Json::name),
            title: title(entry, &["title"]),
            system: option("promptPrefix"),
            model: option("model"),
            ..About::default()
        },
        ..Draft::default()
    };
    let nested = entry.get("messagesTree").filter(|tree| tree.is_array());
    let list = nested.or_else(|| entry.get("messages"));
    let top: Vec<Json<'_>> = list.into_iter().flat_map(Json::items).collect();
    let has_children = |message: &Json<'_>| message.list("children").next().is_some();
    let is_nested = nested.is_some() || top.iter().any(has_children);
    let is_linked = top
        .iter()
        .any(|message| message.get("parentMessageId").is_some());
    let place = |message: Json<'_>, draft: &Draft| match (is_nested, is_linked) {
        (true, _) => Parent::Root,
        (false, true) => parent(message, "parentMessageId"),
        (false, false) => draft.behind().parent,
    };
    let mut open = Vec::new();
    for message in top {
        let below = place(message, &draft);
        let at = add(message, below, &mut draft);
        push_children(message, at, &mut open);
        while let Some((message, below)) = open.pop() {
            let at = add(message, Parent::At(below), &mut draft);
            push_children(message, at, &mut open);
        }
    }
    out.give(draft.finish());
}

/// Notes the messages inside of one, the first of them on top.
fn push_children<'d>(message: Json<'d>, at: usize, open: &mut Vec<(Json<'d>, usize)>) {
    let older = open.len();
    open.extend(message.list("children").map(|child| (child, at)));
    if let Some(newer) = open.get_mut(older..) {
        newer.reverse();
    }
}

/// Adds a message; gives its place.
fn add(message: Json<'_>, below: Parent, draft: &mut Draft) -> usize {
    let by_user = message.get("isCreatedByUser").and_then(Json::flag);
    // The sender is a free name; only where nothing else tells.
    let by_user = by_user.unwrap_or_else(|| {
        message
            .string("sender")
            .is_some_and(|sender| sender.eq_ignore_ascii_case("user"))
    });
    let speaker = match by_user {
        _ if !message.is_object() => Speaker::Tool,
        true => Speaker::User,
        false => Speaker::Assistant,
    };
    let mut said = Said::default();
    parts::content_in(message, "content", &mut said, &mut draft.left);
    if !said.has_text() && !said.has_thoughts() {
        said.text_in(message, "text");
    }
    for file in message.list("files") {
        let is_picture = file
            .string("type")
            .is_some_and(|kind| kind.starts_with("image/"));
        let why = if is_picture { Why::Picture } else { Why::File };
        said.missing(why, &mut draft.left);
    }
    let place = Place {
        id: message.get("messageId").and_then(Json::name),
        ..Place::below(below)
    };
    draft.say(place, speaker, said, |speech| {
        speech.time = message.get("createdAt").and_then(time::of);
        speech.model = message.string("model");
        let is_cut = message.get("unfinished").and_then(Json::flag) == Some(true);
        if is_cut && speech.role == Role::Assistant {
            speech.end = Some(End::Cut { page_closed: false });
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::import::testing::{lines, one};
    use serde_json::json;

    #[test]
    fn what_is_inside_of_a_message_hangs_on_it() {
        for name in ["messages", "messagesTree"] {
            let file = json!({"conversationId": "c", "recursive": true, name: [
                {"messageId": "a", "parentMessageId": "b", "isCreatedByUser": true, "text": "Q", "children": [
                    {"messageId": "b", "parentMessageId": "gone", "isCreatedByUser": false, "sender": "User", "text": "A", "model": "m"},
                    {"messageId": "c", "isCreatedByUser": false, "text": "B", "unfinished": true}]}]});
            let read = one(&file.to_string());
            assert_eq!(lines(&read), ["user: Q", "assistant: B"]);
            assert_eq!(read.tree.len(), 3);
        }
    }

    #[test]
    fn a_file_may_be_deeper_than_any_stack() {
        const DEEP: usize = 50_000;
        let open = r#"{"text":"x","isCreatedByUser":true,"children":["#.repeat(DEEP);
        let file = format!(
            r#"{{"conversationId":1,"messagesTree":[{open}{}]}}"#,
            "]}".repeat(DEEP)
        );
        assert_eq!(one(&file).tree.len(), DEEP);
    }
}
