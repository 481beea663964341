//! Claude: `conversations.json`, and single conversations as the site's own interface gives them.
//!
//! What is said stands in `content`, block by block. `text` beside it is all of it made flat, thinking and notes about tools among it: it is
//! read only where no block says anything. Without parents, neighbours of one sender are forks.

use crate::import::document::Json;
use crate::import::outcome::{About, Left, Why};
use crate::import::reader::Output;
use crate::import::rules::draft::{Draft, Place, short_name, title};
use crate::import::rules::graph::Parent;
use crate::import::rules::said::{Said, Speaker};
use crate::import::rules::time;
use crate::text;

use super::parts;

/// The sentence that stands in a fence for each block of a tool.
const NOTE: &str = "This block is not supported on your current device yet.";

/// Reads one conversation.
pub fn entry(entry: Json<'_>, out: &mut Output<'_>) {
    let moment = |field: &str| entry.get(field).and_then(time::of);
    let mut draft = Draft {
        about: About {
            id: entry.get("uuid").and_then(Json::name),
            title: title(entry, &["name"]),
            model: short_name(entry, "model"),
            created: moment("created_at"),
            updated: moment("updated_at"),
            ..About::default()
        },
        current: entry.get("current_leaf_message_uuid").and_then(Json::name),
        ..Draft::default()
    };
    let model = draft.about.model.clone();
    let parent = |message: Json<'_>| message.get("parent_message_uuid").and_then(Json::name);
    let has_parents = entry
        .list("chat_messages")
        .any(|message| parent(message).is_some());
    let mut before: Option<(Speaker, Parent)> = None;
    for message in entry.list("chat_messages") {
        let speaker = Speaker::in_field(message, "sender");
        let below = match (has_parents, before) {
            (true, _) => parent(message).map_or(Parent::Root, Parent::Named),
            // The same sender again is beside itself.
            (false, Some((same, beside))) if same == speaker => beside,
            (false, _) => draft.behind().parent,
        };
        before = Some((speaker, below.clone()));
        let said = said(message, &mut draft.left);
        let place = Place {
            id: message.get("uuid").and_then(Json::name),
            ..Place::below(below)
        };
        draft.say(place, speaker, said, |speech| {
            speech.time = message.get("created_at").and_then(time::of);
            speech.model = message.string("model").or_else(|| model.clone());
        });
    }
    out.give(draft.finish());
}

fn said(message: Json<'_>, left: &mut Left) -> Said {
    let mut said = Said::default();
    let mut thoughts = Vec::new();
    for block in message.list("content") {
        match block.string("type").unwrap_or_default().as_str() {
            "text" => said.text_in(block, "text"),
            "thinking" => {
                said.thought_in(block, "thinking");
                thoughts.extend(block.string("thinking"));
            }
            // Figures, not words.
            "token_budget" => {}
            _ => parts::part(block, &mut said, left),
        }
    }
    if !said.has_text()
        && let Some(flat) = message.string("text")
    {
        let flat = without_notes(&flat);
        let mut rest = flat.trim();
        for thought in &thoughts {
            rest = rest
                .strip_prefix(thought.trim())
                .unwrap_or(rest)
                .trim_start();
        }
        said.text(rest);
    }
    for attachment in message.list("attachments") {
        match attachment.string("extracted_content") {
            Some(text) if !text.trim().is_empty() => said.text(&text),
            _ => said.missing(Why::File, left),
        }
    }
    for _ in message.list("files") {
        said.missing(Why::File, left);
    }
    said
}

/// A flat text without the fences that stand for tools.
fn without_notes(flat: &str) -> String {
    let mut out = String::with_capacity(flat.len());
    let mut rest = flat;
    while let Some(at) = rest.find(NOTE) {
        let (before, behind) = (text::up_to(rest, at), text::from(rest, at + NOTE.len()));
        let opening = before.trim_end().strip_suffix("```");
        let closing = behind.trim_start().strip_prefix("```");
        match (opening, closing) {
            (Some(before), Some(behind)) => {
                out.push_str(before.trim_end());
                out.push_str("\n\n");
                rest = behind.trim_start();
            }
            _ => {
                out.push_str(before);
                out.push_str(NOTE);
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use crate::import::testing::{lines, one};
    use serde_json::{Value, json};

    fn check(messages: Value, expect: &[&str]) {
        let file = json!({"uuid": "c", "name": "", "chat_messages": messages});
        assert_eq!(lines(&one(&file.to_string())), expect);
    }

    #[test]
    fn the_flat_text_is_read_only_where_no_block_says_anything() {
        let note = "```\nThis block is not supported on your current device yet.\n```";
        check(
            json!([{"sender": "human", "text": "old"},
                {"sender": "assistant", "text": format!("hm\n\n{note}\n\nso"), "content": [{"type": "thinking", "thinking": "hm"}, {"type": "tool_use"}]},
                {"sender": "human", "text": "trap", "content": [{"type": "text", "text": "new"}]},
                {"sender": "assistant", "text": "This block is not supported on your current device yet."}]),
            &[
                "user: old",
                "assistant: so | hm",
                "user: new",
                "assistant: This block is not supported on your current device yet.",
            ],
        );
    }

    #[test]
    fn neighbours_of_one_sender_are_forks_where_nobody_names_parents() {
        let flat = json!([{"sender": "human", "text": "a"}, {"sender": "human", "text": "b"},
            {"sender": "assistant", "text": "c"}, {"sender": "assistant", "text": "d"}, {"sender": "human", "text": "e"}]);
        let file = json!({"chat_messages": flat}).to_string();
        let read = one(&file);
        assert_eq!(lines(&read), ["user: b", "assistant: d", "user: e"]);
        assert_eq!(read.tree.len(), 5);
    }

    #[test]
    fn text_that_was_pasted_is_part_of_the_message() {
        check(
            json!([{"sender": "human", "text": "", "attachments": [{"file_name": "", "extracted_content": "pasted"}], "files": [{"file_name": "a.png"}]},
                {"sender": "human", "text": "", "files": [{"file_name": "a.png"}], "parent_message_uuid": "gone"}]),
            &["user: "],
        );
    }
}
