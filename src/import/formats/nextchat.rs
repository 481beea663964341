//! NextChat: a backup of all it has, keys among it, of which only the sessions are read. Its dates are words of the reader's language: no
//! times. (A single topic's file is a list of messages: `openai`.)

use crate::import::document::Json;
use crate::import::outcome::{About, Why};
use crate::import::reader::Output;
use crate::import::rules::draft::{Draft, title};
use crate::import::rules::said::{Said, Speaker, append};
use crate::import::rules::time;

use super::parts;

/// Titles of sessions that nobody gave one, in the two languages that it was made in.
const UNTITLED: [&str; 2] = ["New Conversation", "新的聊天"];

/// Reads a backup.
pub fn entry(entry: Json<'_>, out: &mut Output<'_>) {
    let store = entry.get("chat-next-web-store").unwrap_or(entry);
    store.list("sessions").for_each(|one| session(one, out));
}

fn session(session: Json<'_>, out: &mut Output<'_>) {
    let mut draft = Draft {
        about: About {
            id: session.get("id").and_then(Json::name),
            title: title(session, &["topic"]).filter(|title| !UNTITLED.contains(&title.as_str())),
            model: session
                .at(&["mask", "modelConfig"])
                .and_then(|config| config.string("model")),
            updated: session.get("lastUpdate").and_then(time::of),
            ..About::default()
        },
        ..Draft::default()
    };
    let mut system = String::new();
    for line in session
        .get("mask")
        .into_iter()
        .flat_map(|mask| mask.list("context"))
    {
        let mut said = Said::default();
        parts::content_in(line, "content", &mut said, &mut draft.left);
        match Speaker::in_field(line, "role") {
            Speaker::System => append(&mut system, &said.words()),
            // Examples that go before every talk.
            _ => draft.left.add(Why::Message, 1),
        }
    }
    draft.about.system = Some(system).filter(|system| !system.is_empty());
    for message in session.list("messages") {
        let mut said = Said::default();
        parts::content_in(message, "content", &mut said, &mut draft.left);
        let speaker = Speaker::in_field(message, "role");
        draft.say(draft.behind(), speaker, said, |speech| {
            speech.model = message.string("model");
        });
    }
    out.give(draft.finish());
}

#[cfg(test)]
mod tests {
    use crate::import::testing::{all, lines};

    #[test]
    fn sessions_are_read_and_nothing_else() {
        let file = r#"{"access-control":{"openaiApiKey":"secret"},"chat-next-web-store":{"sessions":[{"topic":"New Conversation","messages":[]},
            {"topic":"新的聊天","mask":{"context":[{"role":"system","content":"a"},{"role":"user","content":"x"},{"role":"system","content":"b"}]},
            "messages":[{"role":"user","content":[{"type":"text","text":"Q"}],"date":"1/1/2026"},{"role":"assistant","content":"A","model":"m"}]}]}}"#;
        let (read, report) = all(file);
        assert_eq!(lines(&read[0]), ["user: Q", "assistant: A"]);
        assert_eq!(
            (
                read[0].about.title.as_deref(),
                read[0].about.system.as_deref()
            ),
            (None, Some("a\n\nb"))
        );
        assert_eq!((report.skipped, &read[0].times), (1, &vec![None, None]));
        assert!(!format!("{read:?}").contains("secret"));
    }
}
