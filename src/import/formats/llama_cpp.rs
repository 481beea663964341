//! The page of llama.cpp's server: a session and its messages line by line; older files as one list. llama.ui writes the same messages.

use crate::import::document::Json;
use crate::import::outcome::{About, Left, Why};
use crate::import::reader::Output;
use crate::import::rules::draft::{Draft, Place, title};
use crate::import::rules::graph::What;
use crate::import::rules::said::{Said, Speaker};
use crate::import::rules::time;

use super::Entries;
use super::chatgpt::parent;
use super::parts;

/// Reads sessions.
#[derive(Default)]
pub struct Sessions {
    /// The session whose messages come line by line.
    open: Option<Draft>,
}

impl Entries for Sessions {
    fn entry(&mut self, entry: Json<'_>, out: &mut Output<'_>) {
        if let Some(conversation) = entry.get("conv") {
            let mut draft = draft(conversation);
            entry
                .list("messages")
                .for_each(|item| message(item, &mut draft));
            return out.give(draft.finish());
        }
        match (entry.says("type", "session"), entry.get("message")) {
            (true, _) => {
                self.finish(out);
                self.open = Some(draft(entry));
            }
            (false, Some(item)) => message(item, self.open.get_or_insert_default()),
            // Lines of a sort that is not known yet; items that are nothing.
            (false, None) if entry.string("type").is_some() => {}
            (false, None) => out.skip(),
        }
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        if let Some(draft) = self.open.take() {
            out.give(draft.finish());
        }
    }
}

/// The conversation that a record describes.
pub fn draft(record: Json<'_>) -> Draft {
    let name = |field: &str| record.get(field).and_then(Json::name);
    Draft {
        about: About {
            id: name("id"),
            title: title(record, &["name"]),
            updated: record.get("lastModified").and_then(time::of),
            ..About::default()
        },
        current: name("currNode"),
        ..Draft::default()
    }
}

/// Adds a message.
pub fn message(message: Json<'_>, draft: &mut Draft) {
    if !message.is_object() {
        return draft.left.add(Why::Message, 1);
    }
    let place = Place {
        id: message.get("id").and_then(Json::name),
        parent: parent(message, "parent"),
        children: message.list("children").filter_map(Json::name).collect(),
    };
    if message.says("type", "root") {
        draft.add(place, What::Hidden);
        return;
    }
    let speaker = match message.says("type", "system") {
        true => Speaker::System,
        false => Speaker::in_field(message, "role"),
    };
    let mut said = Said::default();
    parts::content_in(message, "content", &mut said, &mut draft.left);
    for field in ["reasoningContent", "reasoning_content", "thinking"] {
        if !said.has_thoughts() {
            said.thought_in(message, field);
        }
    }
    for extra in message.list("extra") {
        attached(extra, &mut said, &mut draft.left);
    }
    draft.say(place, speaker, said, |speech| {
        speech.time = message.get("timestamp").and_then(time::of);
        speech.model = message.string("model");
    });
}

fn attached(extra: Json<'_>, said: &mut Said, left: &mut Left) {
    let kind = extra
        .string("type")
        .unwrap_or_default()
        .to_ascii_lowercase();
    match kind.as_str() {
        "image" | "imagefile" => match extra.string("base64Url") {
            Some(url) => said.picture(&url, left),
            None => said.missing(Why::Picture, left),
        },
        "text" | "textfile" | "context" | "pdf" | "mcp_prompt" | "mcp_resource" => {
            match extra.string("content") {
                Some(text) => said.text(&text),
                None => said.missing(Why::File, left),
            }
        }
        _ => said.missing(Why::File, left),
    }
}

#[cfg(test)]
mod tests {
    use crate::import::testing::{all, lines, one};

    #[test]
    fn each_session_of_a_file_is_a_conversation() {
        let file = r#"{"type":"session","id":"a","name":"A"}
{"type":"message","message":{"id":1,"type":"system","role":"system","content":"s","parent":null}}
{"type":"message","message":{"id":2,"parent":1,"role":"user","content":"Q"}}
{"type":"later","x":1}
{"type":"session","id":"b","name":"B","currNode":2}
{"type":"message","message":{"id":4,"parent":3,"role":"assistant","content":"A","timestamp":9000000000000}}
{"type":"message","message":{"id":3,"parent":2,"role":"tool","content":"x"}}
{"type":"message","message":{"id":2,"parent":1,"role":"assistant","content":"B","thinking":"t","toolCalls":"[]"}}"#;
        let (read, report) = all(file);
        let titles: Vec<_> = read
            .iter()
            .map(|read| read.about.title.as_deref())
            .collect();
        assert_eq!((titles, report.skipped), (vec![Some("A"), Some("B")], 0));
        assert_eq!(read[0].about.system.as_deref(), Some("s"));
        assert_eq!(lines(&read[1]), ["assistant: B\n\nA | t"]);
    }

    #[test]
    fn attached_texts_and_pictures_are_part_of_the_message() {
        let file = r#"{"conv":{"id":"c"},"messages":[{"id":1,"role":"user","content":"Q","extra":[
            {"type":"IMAGE","name":"a","base64Url":"data:image/png;base64,iVBORw0KGgo="},{"type":"PDF","content":"p"},{"type":"textFile","content":"t"},{"type":"AUDIO","base64Data":"x"}]}]}"#;
        let read = one(file);
        assert_eq!(lines(&read), ["user: Q\n\np\n\nt + 1"]);
        assert_eq!(read.left.count(crate::import::Why::File), 1);
    }
}
