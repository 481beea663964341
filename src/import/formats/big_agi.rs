//! big-AGI: one conversation, or a backup of all, keys among it, of which only the conversations are read.

use crate::import::document::Json;
use crate::import::outcome::{About, Left, Reason, Why};
use crate::import::reader::Output;
use crate::import::rules::draft::{Draft, Place, title};
use crate::import::rules::said::{Said, Speaker};
use crate::import::rules::time;

use super::parts;

/// The name of its backup of whole databases, which is another file.
pub const FLASH_BACKUP: &str = "vnd.agi.flash-backup";

/// Reads a conversation, or a backup.
pub fn entry(entry: Json<'_>, out: &mut Output<'_>) {
    if entry.says("schema", FLASH_BACKUP) {
        return out.refuse(Reason::FlashBackup);
    }
    match entry.get("conversations") {
        Some(list) => list.items().for_each(|one| conversation(one, out)),
        None => conversation(entry, out),
    }
}

fn conversation(entry: Json<'_>, out: &mut Output<'_>) {
    let moment = |field: &str| entry.get(field).and_then(time::of);
    let mut draft = Draft {
        about: About {
            id: entry.get("id").and_then(Json::name),
            title: title(entry, &["userTitle", "autoTitle"]),
            created: moment("created"),
            updated: moment("updated"),
            ..About::default()
        },
        ..Draft::default()
    };
    for message in entry.list("messages") {
        let mut said = Said::default();
        for fragment in message.list("fragments") {
            fragment_of(fragment, &mut said, &mut draft.left);
        }
        if !said.has_text() && message.get("fragments").is_none() {
            said.text_in(message, "text");
        }
        let place = Place {
            id: message.get("id").and_then(Json::name),
            ..draft.behind()
        };
        let speaker = Speaker::in_field(message, "role");
        draft.say(place, speaker, said, |speech| {
            let generator = message.get("generator");
            let model = generator.and_then(|generator| generator.string("name"));
            speech.model = model.or_else(|| message.string("originLLM"));
            speech.time = message.get("created").and_then(time::of);
        });
    }
    out.give(draft.finish());
}

fn fragment_of(fragment: Json<'_>, said: &mut Said, left: &mut Left) {
    let Some(part) = fragment.get("part") else {
        return;
    };
    match part.string("pt").unwrap_or_default().as_str() {
        "text" => said.text_in(part, "text"),
        "doc" => match part.get("data").and_then(|data| data.string("text")) {
            Some(text) => said.text(&text),
            None => said.missing(Why::File, left),
        },
        "ma" if part.says("aType", "reasoning") => said.thought_in(part, "aText"),
        "image_ref" => said.missing(Why::Picture, left),
        // A place for what was still to come; what went wrong.
        "ph" | "error" | "ma" => {}
        kind if kind.starts_with("tool") => left.add(Why::Tool, 1),
        _ => match parts::words(part, &["text"]) {
            Some(text) => said.text(&text),
            None => left.add(Why::Part, 1),
        },
    }
}

#[cfg(test)]
mod tests {
    use crate::import::testing::{all, lines, refused};
    use crate::import::{Reason, Why};

    #[test]
    fn a_backup_is_its_conversations() {
        let file = r#"{"models":{"sources":[{"apiKey":"secret"}]},"conversations":[{"id":"a","userTitle":" ","autoTitle":"auto","messages":[
            {"id":"1","role":"user","fragments":[null,{"ft":"attachment","part":{"pt":"doc","data":{"text":"d"}}},{"part":{"pt":"image_ref"}},{"part":{"pt":"text","text":"Q"}}]},
            {"id":"2","role":"assistant","text":"A","originLLM":"m"}]},null,{"id":"b","messages":[]}]}"#;
        let (read, report) = all(file);
        assert_eq!(lines(&read[0]), ["user: d\n\nQ", "assistant: A"]);
        assert_eq!(
            (read[0].about.title.as_deref(), report.skipped),
            (Some("auto"), 2)
        );
        assert_eq!(report.left.count(Why::Picture), 1);
        assert!(!format!("{read:?}").contains("secret"));
    }

    #[test]
    fn a_backup_of_whole_databases_is_refused_by_name() {
        assert_eq!(
            refused(r#"{"schema":"vnd.agi.flash-backup","storage":{}}"#),
            Reason::FlashBackup
        );
        assert_eq!(
            refused(r#"{"schema":"vnd.agi.flash-backup","conversations":[]}"#),
            Reason::FlashBackup
        );
    }
}
