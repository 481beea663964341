//! Hollama's sessions. Its pictures are base64 without a prefix; messages that have `knowledge` are documents, no turns.

use crate::import::document::Json;
use crate::import::outcome::{About, Why};
use crate::import::reader::Output;
use crate::import::rules::draft::{Draft, short_name, title};
use crate::import::rules::graph::What;
use crate::import::rules::said::{Said, Speaker};
use crate::import::rules::time;

use super::parts;

/// Reads one session.
pub fn entry(session: Json<'_>, out: &mut Output<'_>) {
    let mut draft = Draft {
        about: About {
            id: session.get("id").and_then(Json::name),
            title: title(session, &["title"]),
            system: session
                .get("systemPrompt")
                .and_then(|prompt| prompt.string("content")),
            model: session
                .get("model")
                .and_then(|model| short_name(model, "name")),
            updated: session.get("updatedAt").and_then(time::of),
            ..About::default()
        },
        ..Draft::default()
    };
    let model = draft.about.model.clone();
    for message in session.list("messages") {
        if message.get("knowledge").is_some() {
            draft.left.add(Why::File, 1);
            draft.add(draft.behind(), What::Hidden);
            continue;
        }
        let mut said = Said::default();
        parts::content_in(message, "content", &mut said, &mut draft.left);
        said.thought_in(message, "reasoning");
        for image in message.list("images") {
            said.picture(&image.string("data").unwrap_or_default(), &mut draft.left);
        }
        let speaker = Speaker::in_field(message, "role");
        draft.say(draft.behind(), speaker, said, |speech| {
            speech.model = model.clone()
        });
    }
    out.give(draft.finish());
}

#[cfg(test)]
mod tests {
    use crate::import::testing::{lines, one};

    #[test]
    fn documents_are_no_turns_and_bare_pictures_are_taken() {
        let file = r#"[{"id":"a","model":{"name":"m"},"systemPrompt":{"content":" "},"messages":[{"role":"user","content":"doc","knowledge":{"id":"k"}},
            {"role":"user","content":"Q","images":[{"data":"iVBORw0KGgo=","filename":"a.png"}]},{"role":"assistant","content":"A"}]}]"#;
        let read = one(file);
        assert_eq!(lines(&read), ["user: Q + 1", "assistant: A"]);
        assert_eq!(
            (read.about.title.as_deref(), read.about.system.as_deref()),
            (None, None)
        );
        assert_eq!(
            read.tree.turn(1).and_then(|turn| turn.model.as_deref()),
            Some("m")
        );
    }
}
