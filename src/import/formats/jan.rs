//! Jan: the messages of a thread line by line. (The title is in a file of its own beside them.)

use std::collections::HashMap;

use crate::event::End;
use crate::import::document::Json;
use crate::import::outcome::{About, Why};
use crate::import::reader::Output;
use crate::import::rules::draft::{Draft, Place};
use crate::import::rules::said::{Said, Speaker};
use crate::import::rules::time;

use super::Entries;
use super::parts;

/// Threads while their messages are read.
#[derive(Default)]
pub struct Threads {
    drafts: Vec<Draft>,
    names: HashMap<Option<String>, usize>,
}

impl Entries for Threads {
    fn entry(&mut self, message: Json<'_>, _: &mut Output<'_>) {
        let id = message.get("thread_id").and_then(Json::name);
        let at = *self.names.entry(id.clone()).or_insert_with(|| {
            self.drafts.push(Draft {
                about: About {
                    id,
                    ..About::default()
                },
                ..Draft::default()
            });
            self.drafts.len() - 1
        });
        if let Some(draft) = self.drafts.get_mut(at) {
            add(message, draft);
        }
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        self.drafts
            .drain(..)
            .for_each(|draft| out.give(draft.finish()));
    }
}

fn add(message: Json<'_>, draft: &mut Draft) {
    let mut said = Said::default();
    parts::content_in(message, "content", &mut said, &mut draft.left);
    let place = Place {
        id: message.get("id").and_then(Json::name),
        ..draft.behind()
    };
    let speaker = Speaker::in_field(message, "role");
    let files = message.list("attachments").count();
    draft.left.add(Why::File, files);
    draft.say(place, speaker, said, |speech| {
        speech.time = message.get("created_at").and_then(time::of);
        speech.end = message.says("status", "stopped").then_some(End::Stopped);
    });
}

#[cfg(test)]
mod tests {
    use crate::event::End;
    use crate::import::testing::{all, lines};

    #[test]
    fn each_thread_is_a_conversation_and_a_stopped_reply_stays_one() {
        let file = r#"{"object":"thread.message","thread_id":"a","role":"user","content":[{"type":"text","text":{"value":"Q"}}]}
{"thread_id":"b","role":"user","content":[{"type":"text","text":{"value":"R"}}]}
{"thread_id":"a","role":"assistant","status":"stopped","content":[{"type":"tool_call"},{"type":"text","text":{"value":"A"}}]}"#;
        let (read, _) = all(file);
        assert_eq!(lines(&read[0]), ["user: Q", "assistant: A"]);
        assert_eq!(lines(&read[1]), ["user: R"]);
        let end = read[0].tree.turn(1).and_then(|turn| turn.end.clone());
        assert_eq!(end, Some(End::Stopped));
    }
}
