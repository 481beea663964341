//! Jan: the messages of a thread line by line; its title is in `thread.json` beside them. That file alone gives a conversation without turns,
//! whose title whoever gathers both puts where it belongs.

use std::collections::HashMap;

use crate::event::End;
use crate::import::document::Json;
use crate::import::outcome::{About, Why};
use crate::import::reader::Output;
use crate::import::rules::draft::{Draft, Place, title};
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
        let is_head = message.says("object", "thread");
        let field = if is_head { "id" } else { "thread_id" };
        let id = message.get(field).and_then(Json::name);
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
        match self.drafts.get_mut(at) {
            Some(draft) if is_head => draft.about.title = title(message, &["title"]),
            Some(draft) => add(message, draft),
            None => {}
        }
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        self.drafts
            .drain(..)
            .for_each(|draft| match draft.about.title.is_some() {
                true => out.give(Some(draft.finish_empty())),
                false => out.give(draft.finish()),
            });
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
