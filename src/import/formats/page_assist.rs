//! page-assist: a backup of all it has, keys among it, of which only `chat` is read; or that part alone.

use crate::import::document::Json;
use crate::import::outcome::Why;
use crate::import::reader::Output;
use crate::import::rules::draft::{Draft, title};
use crate::import::rules::order::by_number;
use crate::import::rules::said::{Said, Speaker};
use crate::import::rules::time;

use super::parts;

/// Reads a backup, or one conversation of it.
pub fn entry(entry: Json<'_>, out: &mut Output<'_>) {
    match entry.get("chat") {
        Some(chats) => chats.items().for_each(|chat| conversation(chat, out)),
        None => conversation(entry, out),
    }
}

fn conversation(chat: Json<'_>, out: &mut Output<'_>) {
    let mut draft = Draft::default();
    if let Some(head) = chat.get("history") {
        draft.about.id = head.get("id").and_then(Json::name);
        draft.about.title = title(head, &["title"]);
        draft.about.created = head.get("createdAt").and_then(time::of);
    }
    let when = |message: &Json<'_>| message.get("createdAt").and_then(time::of);
    let all: Vec<Json<'_>> = chat.list("messages").collect();
    let messages: Vec<Json<'_>> = all.iter().copied().filter(|one| one.is_object()).collect();
    draft
        .left
        .add(Why::Message, all.len().saturating_sub(messages.len()));
    // The file has them in no order.
    let are_timed = messages.iter().all(|message| when(message).is_some());
    let messages = by_number(messages, |message| match are_timed {
        true => when(message)
            .and_then(|time| u64::try_from(time).ok())
            .unwrap_or(0),
        false => 0,
    });
    for message in messages {
        let mut said = Said::default();
        parts::content_in(message, "content", &mut said, &mut draft.left);
        for image in message.list("images").filter_map(Json::text) {
            said.picture(&image, &mut draft.left);
        }
        let speaker = Speaker::in_field(message, "role");
        draft.say(draft.behind(), speaker, said, |speech| {
            (speech.time, speech.model) = (when(&message), message.string("modelName"));
        });
    }
    out.give(draft.finish());
}

#[cfg(test)]
mod tests {
    use crate::import::testing::{all, lines};

    #[test]
    fn messages_are_put_in_order_where_all_have_a_time() {
        let file = r#"{"oaiConfigs":[{"apiKey":"secret"}],"chat":[null,
            {"history":{"id":"a","title":" "},"messages":[null,{"role":"assistant","content":"A","createdAt":2},{"role":"user","content":"Q","images":["","data:image/png;base64,iVBORw0KGgo="],"createdAt":1}]},
            {"history":{"id":"b"},"messages":[{"role":"user","content":"x","createdAt":2},{"role":"assistant","content":"y"},{"role":"user","content":"z","createdAt":1}]}]}"#;
        let (read, report) = all(file);
        assert_eq!(lines(&read[0]), ["user: Q + 1", "assistant: A"]);
        assert_eq!(lines(&read[1]), ["user: x", "assistant: y", "user: z"]);
        assert_eq!((report.skipped, &read[0].about.title), (1, &None));
        assert!(!format!("{read:?}").contains("secret"));
    }
}
