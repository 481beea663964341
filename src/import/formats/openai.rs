//! Messages as OpenAI's servers and many others take them: one list, a request, a list of such, or a file for fine-tuning, one conversation a
//! line. Also plain lists of programs that have no format of their own.

use crate::import::document::Json;
use crate::import::outcome::{About, Why};
use crate::import::reader::Output;
use crate::import::rules::draft::{Draft, title};
use crate::import::rules::said::{Said, Speaker};
use crate::import::rules::time;

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
        if entry.is_array() {
            return conversation(entry, Draft::default(), out);
        }
        let names = ["messages", "contents", "history"];
        let list = names
            .into_iter()
            .find_map(|name| entry.get(name).filter(|list| list.is_array()));
        match list {
            // ChatbotUI lists its conversations there.
            Some(list) if list.items().any(|item| item.get("messages").is_some()) => {
                list.items().for_each(|item| self.entry(item, out));
            }
            Some(list) => {
                let draft = Draft {
                    about: About {
                        title: title(entry, &["title", "name"]),
                        ..About::default()
                    },
                    ..Draft::default()
                };
                conversation(list, draft, out);
            }
            None if speaker(entry).is_some() || self.alone.is_some() => {
                message(entry, self.alone.get_or_insert_default());
            }
            None => out.skip(),
        }
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

fn conversation(list: Json<'_>, mut draft: Draft, out: &mut Output<'_>) {
    list.items().for_each(|item| message(item, &mut draft));
    out.give(draft.finish());
}

/// The speaker that a message names.
fn speaker(message: Json<'_>) -> Option<Speaker> {
    let word = ["role", "from", "sender"]
        .into_iter()
        .find_map(|field| message.string(field));
    let word = word.or_else(|| message.get("author")?.string("role"));
    word.map(|word| Speaker::of(&word))
}

fn message(message: Json<'_>, draft: &mut Draft) {
    let Some(speaker) = speaker(message) else {
        return draft.left.add(Why::Message, 1);
    };
    let mut said = Said::default();
    let content = ["content", "parts", "text", "value"]
        .into_iter()
        .find_map(|field| message.get(field));
    if let Some(content) = content {
        let inner = content.get("parts").unwrap_or(content);
        parts::content(inner, &mut said, &mut draft.left);
    }
    for field in ["reasoning_content", "reasoning", "thinking"] {
        if !said.has_thoughts() {
            said.thought_in(message, field);
        }
    }
    for image in message.list("images").filter_map(Json::text) {
        said.picture(&image, &mut draft.left);
    }
    draft
        .left
        .add(Why::Tool, message.list("tool_calls").count());
    draft.say(draft.behind(), speaker, said, |speech| {
        speech.model = message.string("model");
        let when = ["created_at", "createdAt", "timestamp"];
        speech.time = when
            .into_iter()
            .find_map(|field| time::of(message.get(field)?));
    });
}

#[cfg(test)]
mod tests {
    use crate::import::Why;
    use crate::import::testing::{all, lines, one};

    #[test]
    fn a_list_of_messages_is_a_conversation() {
        let list = r#"[{"role":"system","content":"s"},{"role":"user","content":"Q"},7,
            {"role":"assistant","content":null,"tool_calls":[{"id":"c"}]},{"role":"tool","content":"2"},
            {"role":"assistant","content":[{"type":"output_text","text":"A"}],"reasoning_content":"t","model":"m"}]"#;
        let expect = ["user: Q", "assistant: A | t"];
        for name in ["messages", "contents", "history"] {
            assert_eq!(lines(&one(&format!("{{\"{name}\":{list}}}"))), expect);
        }
        for file in [
            list.to_owned(),
            format!("[{list}]"),
            format!("[{{\"messages\":{list}}}]"),
        ] {
            let read = one(&file);
            assert_eq!(lines(&read), expect, "{file}");
            assert_eq!(read.about.system.as_deref(), Some("s"));
        }
    }

    #[test]
    fn an_item_that_is_no_message_is_no_conversation_either() {
        let (read, report) = all(r#"[null,{"role":"user","content":"a"},null]"#);
        assert_eq!((read.len(), report.skipped), (1, 0));
        assert_eq!(report.left.count(Why::Message), 2);
    }

    #[test]
    fn every_line_is_a_conversation_and_an_empty_one_is_skipped() {
        let file = "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}\r\n\r\nno json\n{\"messages\":[]}\n{\"messages\":[{\"role\":\"user\",\"content\":\"b\"}]}";
        let (read, report) = all(file);
        assert_eq!((read.len(), report.skipped), (2, 1));
        let lines_of = r#"[{"role":"user","parts":[{"text":"c"}]}]"#;
        assert_eq!(lines(&one(lines_of)), ["user: c"]);
    }

    #[test]
    fn tool_traffic_joins_two_replies() {
        let list = r#"[{"role":"user","content":"Q"},{"role":"assistant","content":"wait","tool_calls":[{}]},{"role":"tool","content":"x"},{"role":"assistant","content":"A"},{"role":"assistant","content":"B"}]"#;
        assert_eq!(
            lines(&one(list)),
            ["user: Q", "assistant: wait\n\nA", "assistant: B"]
        );
    }
}
