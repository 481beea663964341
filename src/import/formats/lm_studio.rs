//! LM Studio: one conversation a file. Each message has versions, which are siblings; what follows hangs on the selected one.

use crate::import::document::Json;
use crate::import::outcome::{About, Left, Why};
use crate::import::reader::Output;
use crate::import::rules::draft::{Draft, Place, title};
use crate::import::rules::graph::Parent;
use crate::import::rules::said::{Said, Speaker};
use crate::import::rules::time::{self, Moment};

use super::parts;

/// The setting that beats the system prompt of the conversation.
const PROMPT: &str = "llm.prediction.systemPrompt";

/// Reads the conversation of a file.
pub fn entry(entry: Json<'_>, out: &mut Output<'_>) {
    let fields = entry.get("perChatPredictionConfig");
    let fields = fields.into_iter().flat_map(|config| config.list("fields"));
    let mut own = fields.filter(|field| field.says("key", PROMPT));
    let own = own
        .find_map(|field| field.string("value"))
        .filter(|own| !own.trim().is_empty());
    let mut draft = Draft {
        about: About {
            title: title(entry, &["name"]),
            system: own.or_else(|| entry.string("systemPrompt")),
            model: entry
                .get("lastUsedModel")
                .and_then(|model| model.string("identifier")),
            created: entry.get("createdAt").and_then(time::of),
            ..About::default()
        },
        ..Draft::default()
    };
    let mut below = Parent::Root;
    for message in entry.list("messages") {
        let versions: Vec<Json<'_>> = message.list("versions").collect();
        let selected = message.get("currentlySelected").and_then(Json::number);
        let selected = selected.filter(|at| *at >= 0.0 && (*at as usize) < versions.len());
        let last = versions.len().saturating_sub(1);
        let selected = selected.map_or(last, |at| at as usize);
        draft
            .left
            .add(Why::Message, usize::from(versions.is_empty()));
        let mut next = below.clone();
        for (index, version) in versions.into_iter().enumerate() {
            let place = draft.numbered(below.clone());
            let id = place.id.clone();
            let at = add(version, place, &mut draft);
            if index == selected {
                next = Parent::At(at);
                draft.current = id;
            }
        }
        below = next;
    }
    out.give(draft.finish());
}

fn add(version: Json<'_>, place: Place, draft: &mut Draft) -> usize {
    let mut said = Said::default();
    let mut when = None;
    content(version, &mut said, &mut draft.left);
    for step in version.list("steps") {
        when = when.or_else(|| moment(step));
        if !step.says("type", "contentBlock") {
            let kind = step.string("type").unwrap_or_default();
            draft
                .left
                .add(Why::Tool, usize::from(kind.starts_with("tool")));
            continue;
        }
        let thinks = step
            .get("style")
            .is_some_and(|style| style.says("type", "thinking"));
        match thinks {
            true => {
                let mut thought = Said::default();
                content(step, &mut thought, &mut draft.left);
                said.thought(&thought.words());
            }
            false => content(step, &mut said, &mut draft.left),
        }
    }
    let speaker = Speaker::in_field(version, "role");
    draft.say(place, speaker, said, |speech| {
        let sender = version.get("senderInfo");
        speech.model = sender.and_then(|sender| sender.string("senderName"));
        speech.time = when;
    })
}

fn content(of: Json<'_>, said: &mut Said, left: &mut Left) {
    for part in of.list("content") {
        match part.says("fileType", "image") {
            true => said.missing(Why::Picture, left),
            false => parts::part(part, said, left),
        }
    }
}

/// The time in a step's name: `1767225601000-0.5`.
fn moment(step: Json<'_>) -> Option<Moment> {
    let name = step.string("stepIdentifier")?;
    time::of_text(name.split_once('-')?.0)
}

#[cfg(test)]
mod tests {
    use crate::import::testing::{lines, one};

    #[test]
    fn versions_are_siblings_and_what_follows_hangs_on_the_selected() {
        let version = |role: &str, text: &str| {
            format!(
                r#"{{"type":"singleStep","role":"{role}","content":[{{"type":"text","text":"{text}"}}]}}"#
            )
        };
        let message = |versions: &[String], selected: &str| {
            format!(
                r#"{{"versions":[{}],"currentlySelected":{selected}}}"#,
                versions.join(",")
            )
        };
        let file = format!(
            r#"{{"name":"n","systemPrompt":"old","perChatPredictionConfig":{{"fields":[{{"key":"llm.prediction.systemPrompt","value":"new"}}]}},"messages":[{},{},{}]}}"#,
            message(&[version("user", "Q")], "0"),
            message(&[version("assistant", "A"), version("assistant", "B")], "0"),
            message(&[version("user", "x"), version("user", "y")], "9"),
        );
        let read = one(&file);
        assert_eq!(lines(&read), ["user: Q", "assistant: A", "user: y"]);
        assert_eq!(
            (read.tree.len(), read.about.system.as_deref()),
            (5, Some("new"))
        );
    }

    #[test]
    fn steps_are_thinking_words_or_tools() {
        let file = r#"{"messages":[{"versions":[{"type":"multiStep","role":"assistant","senderInfo":{"senderName":"m"},"steps":[
            {"type":"contentBlock","stepIdentifier":"1767225601000-0.5","style":{"type":"thinking"},"content":[{"type":"text","text":"t"}]},
            {"type":"toolStatus"},{"type":"contentBlock","content":[{"type":"text","text":"a"},{"type":"file","fileType":"image"}]},
            {"type":"contentBlock","content":[{"type":"text","text":"b"}]}]}],"currentlySelected":0}]}"#;
        let read = one(file);
        assert_eq!(lines(&read), ["assistant: a\n\nb | t"]);
        assert_eq!(read.times, [Some(1_767_225_601_000)]);
    }
}
