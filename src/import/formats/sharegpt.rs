//! ShareGPT: lists of `from` and `value`, as data sets for training have them.

use crate::import::document::Json;
use crate::import::outcome::{About, Why};
use crate::import::reader::Output;
use crate::import::rules::draft::Draft;
use crate::import::rules::said::{Said, Speaker};

use super::Entries;
use super::parts;

/// Reads items that are conversations; or messages, which together are one.
#[derive(Default)]
pub struct Lists {
    /// The conversation whose messages are the items of the file.
    alone: Option<Draft>,
}

impl Entries for Lists {
    fn entry(&mut self, entry: Json<'_>, out: &mut Output<'_>) {
        let is_message = entry.get("conversations").is_none() && entry.get("from").is_some();
        if is_message || self.alone.is_some() {
            return message(entry, self.alone.get_or_insert_default());
        }
        let mut draft = Draft {
            about: About {
                id: entry.get("id").and_then(Json::name),
                system: entry.string("system"),
                ..About::default()
            },
            ..Draft::default()
        };
        entry
            .list("conversations")
            .for_each(|item| message(item, &mut draft));
        out.give(draft.finish());
    }

    fn items_are_conversations(&self) -> bool {
        self.alone.is_none()
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        if let Some(draft) = self.alone.take() {
            out.give(draft.finish());
        }
    }
}

fn message(message: Json<'_>, draft: &mut Draft) {
    let Some(word) = parts::words(message, &["from", "role"]) else {
        return draft.left.add(Why::Message, 1);
    };
    let speaker = match word.to_ascii_lowercase().as_str() {
        "bard" | "bing" => Speaker::Assistant,
        word => Speaker::of(word),
    };
    let mut said = Said::default();
    let content = ["value", "content", "text"]
        .into_iter()
        .find_map(|field| message.get(field));
    if let Some(content) = content {
        parts::content(content, &mut said, &mut draft.left);
    }
    draft.say(draft.behind(), speaker, said, |_| {});
}

#[cfg(test)]
mod tests {
    use crate::import::testing::{lines, one};

    #[test]
    fn a_system_prompt_may_stand_beside_or_first_and_other_keys_are_met() {
        let check = |file: &str, expect: &[&str], system: Option<&str>| {
            let read = one(file);
            assert_eq!(lines(&read), expect, "{file}");
            assert_eq!(read.about.system.as_deref(), system, "{file}");
        };
        check(
            r#"{"conversations":[{"from":"gpt","value":"hi"},{"from":"human","value":"a"},{"from":"function_call","value":"{}"},{"from":"observation","value":"2"},{"from":"bing","text":"b"}],"system":"s"}"#,
            &["assistant: hi", "user: a", "assistant: b"],
            Some("s"),
        );
        check(
            r#"[{"from":"system","value":"s"},{"from":"human","value":"a"},null]"#,
            &["user: a"],
            Some("s"),
        );
        check(
            "{\"conversations\":[{\"role\":\"user\",\"content\":\"a\"}]}\n{\"conversations\":[]}",
            &["user: a"],
            None,
        );
    }
}
