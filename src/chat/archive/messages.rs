//! Lists of messages, as other pages and programs write them.
//!
//! In: the JSON of a file. Out: a conversation without branches, and how much of the file it has no place for. What is known:
//! - A list, bare or under `messages`, `conversations`, `contents` or `history`; the speaker under `role`, `from` or `sender`.
//! - What is said under `content`, `parts`, `text` or `value`: a text, a list of texts and parts, or an object that holds one of these.
//! - A part's text as `text` or `{"value": text}`; thinking (`reasoning_content`, `reasoning`, `thinking`, also as a part); pictures
//!   with their bytes (`image_url`, `source`, `inline_data`, `images`); `tool_calls`, and `tool_use` and `functionCall` parts.
//!
//! A system prompt belongs to the settings, and what a tool answered has no place yet: both are left behind.

use serde_json::Value;

use super::Imported;
use crate::chat::request::{Image, Role};
use crate::chat::tree::Tree;
use crate::chat::turn::Turn;
use crate::event::{End, ToolCallDelta};

/// The depth to which contents may hold contents.
const DEEPEST: usize = 4;

/// The conversation in a file.
pub(super) fn read(mut file: Value) -> Imported {
    let mut imported = Imported {
        tree: Tree::default(),
        left: 0,
    };
    let lists = ["messages", "conversations", "contents", "history"];
    let list = lists
        .into_iter()
        .map(|name| super::take(&mut file, name))
        .find(Value::is_array);
    let Value::Array(messages) = list.unwrap_or(file) else {
        return imported;
    };
    let mut before = None;
    for message in &messages {
        let Some(turn) = turn(message, &mut imported.left) else {
            imported.left += 1;
            continue;
        };
        before = Some(imported.tree.add(before, turn));
    }
    imported
}

/// Reads one message; `None` where its speaker has no place here, or where nothing is left of it.
pub(super) fn turn(message: &Value, left: &mut usize) -> Option<Turn> {
    let role = role(speaker(message)?)?;
    let mut said = Said::default();
    for key in ["content", "parts", "text", "value"] {
        if let Some(content) = message.get(key) {
            said.content(content, DEEPEST);
            break;
        }
    }
    for key in ["reasoning_content", "reasoning", "thinking"] {
        if let Some(thinking) = message.get(key).and_then(Value::as_str) {
            said.thinking.push(thinking.to_owned());
            break;
        }
    }
    for picture in items(message.get("images")) {
        said.picture(picture);
    }
    for call in items(message.get("tool_calls")).chain(message.get("function_call")) {
        said.call(call);
    }
    let is_reply = role == Role::Assistant;
    if !is_reply {
        // A person's turn shows its words and pictures.
        said.left += said.thinking.len() + said.calls.len();
        said.thinking.clear();
        said.calls.clear();
    }
    *left += said.left;
    let end = is_reply.then(|| End::Complete {
        reason: "stop".to_owned(),
    });
    let model = message.get("model").and_then(Value::as_str);
    let turn = Turn {
        text: said.texts.join("\n\n"),
        reasoning: said.thinking.join("\n\n"),
        images: said.pictures,
        tools: said.calls,
        model: model.filter(|_| is_reply).map(str::to_owned),
        end,
        ..if is_reply {
            Turn::reply()
        } else {
            Turn::user("")
        }
    };
    let nothing = turn.text.trim().is_empty()
        && turn.reasoning.trim().is_empty()
        && turn.images.is_empty()
        && turn.tools.is_empty();
    (!nothing).then_some(turn)
}

/// The speaker, in the file's word.
fn speaker(message: &Value) -> Option<&str> {
    ["role", "from", "sender", "author"]
        .into_iter()
        .filter_map(|key| message.get(key))
        .find_map(|speaker| speaker.as_str().or_else(|| speaker.get("role")?.as_str()))
}

/// The role that this word means, if it has turns here.
fn role(word: &str) -> Option<Role> {
    match word.to_lowercase().as_str() {
        "user" | "human" | "person" | "prompter" => Some(Role::User),
        "assistant" | "model" | "bot" | "ai" | "gpt" | "chatbot" => Some(Role::Assistant),
        // `system`, `developer`, `tool`, `function`.
        _ => None,
    }
}

/// A list's items; a single thing is its own.
fn items(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    match value {
        None | Some(Value::Null) => &[],
        Some(Value::Array(items)) => items.as_slice(),
        Some(single) => std::slice::from_ref(single),
    }
    .iter()
}

/// The parts that were found in one message.
#[derive(Default)]
struct Said {
    texts: Vec<String>,
    thinking: Vec<String>,
    pictures: Vec<Image>,
    calls: Vec<ToolCallDelta>,
    left: usize,
}

impl Said {
    fn content(&mut self, content: &Value, deeper: usize) {
        match content {
            Value::Null => {}
            Value::String(text) => self.texts.push(text.clone()),
            Value::Array(parts) if deeper > 0 => {
                for part in parts {
                    self.content(part, deeper.saturating_sub(1));
                }
            }
            Value::Object(_) if deeper > 0 => self.part(content, deeper.saturating_sub(1)),
            _ => self.left += 1,
        }
    }

    /// A part, by what it holds; what it is called only where that says more.
    fn part(&mut self, part: &Value, deeper: usize) {
        let has = |key: &str| part.get(key).filter(|value| !value.is_null());
        let kind = part.get("type").and_then(Value::as_str).unwrap_or_default();
        if matches!(kind, "tool_use" | "tool-call" | "tool_call") || has("functionCall").is_some() {
            return self.call(has("functionCall").unwrap_or(part));
        }
        if matches!(kind, "tool_result" | "tool-result") {
            self.left += 1;
            return;
        }
        let is_thinking = matches!(kind, "think" | "thinking" | "reasoning")
            || has("thought") == Some(&Value::Bool(true));
        let words = ["thinking", "think", "reasoning", "text", "refusal", "value"];
        if let Some(text) = words.into_iter().filter_map(has).find_map(words_in) {
            let thinks = is_thinking || has("thinking").is_some();
            let to = if thinks {
                &mut self.thinking
            } else {
                &mut self.texts
            };
            return to.push(text.to_owned());
        }
        for key in ["image_url", "source", "inline_data", "inlineData", "image"] {
            if let Some(picture) = has(key) {
                return self.picture(picture);
            }
        }
        match ["parts", "content"].into_iter().find_map(has) {
            Some(inner) => self.content(inner, deeper),
            None => self.left += 1,
        }
    }

    /// A picture that is here with its bytes, in base64: bare, as a `data:` address, or in an object.
    fn picture(&mut self, picture: &Value) {
        let inside = || {
            let keys = ["url", "data", "base64", "image_url"];
            keys.into_iter().find_map(|key| picture.get(key)?.as_str())
        };
        let bytes =
            picture
                .as_str()
                .or_else(inside)
                .and_then(|text| match text.strip_prefix("data:") {
                    Some(data) => data.split_once(";base64,").map(|(_, bytes)| bytes),
                    None => Some(text),
                });
        match bytes.and_then(|bytes| Image::of(bytes.to_owned())) {
            Some(image) => self.pictures.push(image),
            None => self.left += 1,
        }
    }

    fn call(&mut self, call: &Value) {
        let function = call.get("function").unwrap_or(call);
        let text = |value: &Value, key: &str| value.get(key)?.as_str().map(str::to_owned);
        let name = text(function, "name").or_else(|| text(function, "toolName"));
        let arguments = ["arguments", "input", "args"]
            .into_iter()
            .find_map(|key| function.get(key));
        let index = u32::try_from(self.calls.len()).unwrap_or(u32::MAX);
        match name {
            Some(name) => self.calls.push(ToolCallDelta {
                index,
                id: text(call, "id").or_else(|| text(call, "toolCallId")),
                name: Some(name),
                arguments: match arguments {
                    None | Some(Value::Null) => String::new(),
                    Some(Value::String(text)) => text.clone(),
                    Some(other) => other.to_string(),
                },
            }),
            None => self.left += 1,
        }
    }
}

/// A text, as itself or as the `value` of an object.
fn words_in(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value.get("value")?.as_str())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::import;

    /// The turns of a list as `role: text`, thinking, tools and pictures behind it; and how much was left.
    fn check(list: &str, expect: &[&str], left: usize) {
        let found = import(list).unwrap();
        let turns = found.tree.path().map(|id| {
            let turn = found.tree.turn(id).unwrap();
            let mut line = format!("{}: {}", turn.role.word(), turn.text);
            if !turn.reasoning.is_empty() {
                line += &format!(" | thinks {}", turn.reasoning);
            }
            for tool in &turn.tools {
                let id = tool.id.as_deref().unwrap_or("-");
                line += &format!(
                    " | calls {} {id} {}",
                    tool.name.as_deref().unwrap_or("-"),
                    tool.arguments
                );
            }
            for image in &turn.images {
                line += &format!(" | {}", image.media_type);
            }
            line
        });
        assert_eq!(turns.collect::<Vec<_>>(), expect, "{list}");
        assert_eq!(found.left, left, "{list}");
    }

    const PNG: &str = "iVBORw0KGgo=";

    #[test]
    fn a_list_of_messages_is_a_conversation() {
        let list = r#"[{"role":"system","content":"be brief"},{"role":"user","content":"hello"},
            {"role":"assistant","content":[{"type":"text","text":"hi"},{"type":"image_url"},{"type":"text","text":"there"}]}]"#;
        let expect = ["user: hello", "assistant: hi\n\nthere"];
        check(list, &expect, 2);
        for name in ["messages", "conversations", "history"] {
            check(&format!(r#"{{"{name}":{list}}}"#), &expect, 2);
        }
    }

    #[test]
    fn what_is_said_is_found_in_every_form() {
        for content in [
            r#""b""#,
            r#"["b"]"#,
            r#"[{"type":"text","text":"b"}]"#,
            r#"[{"type":"text","text":{"value":"b","annotations":[]}}]"#,
            r#"[{"type":"output_text","text":"b"}]"#,
            r#"{"text":"b"}"#,
            r#"{"parts":["b"]}"#,
            r#"{"content_type":"text","parts":["b"]}"#,
            r#"{"parts":[{"text":"b"}]}"#,
            r#"{"content":"b"}"#,
            r#"{"type":"text","value":"b"}"#,
        ] {
            check(
                &format!(r#"[{{"role":"user","content":{content}}}]"#),
                &["user: b"],
                0,
            );
        }
        check(
            r#"[{"role":"user","parts":[{"text":"b"}]}]"#,
            &["user: b"],
            0,
        );
        check(r#"[{"role":"user","text":"b"}]"#, &["user: b"], 0);
        check(r#"[{"from":"human","value":"b"}]"#, &["user: b"], 0);
        check(
            "[{\"role\":\"user\",\"content\":\"b \\ud83d\"}]",
            &["user: b \u{fffd}"],
            0,
        );
    }

    #[test]
    fn every_word_for_a_speaker_is_understood() {
        for word in ["user", "human", "User", "HUMAN"] {
            check(
                &format!(r#"[{{"role":"{word}","content":"b"}}]"#),
                &["user: b"],
                0,
            );
        }
        for word in ["assistant", "model", "bot", "Assistant", "ai", "gpt"] {
            check(
                &format!(r#"[{{"role":"{word}","content":"b"}}]"#),
                &["assistant: b"],
                0,
            );
        }
        check(
            r#"[{"author":{"role":"user"},"content":{"parts":["b"]}}]"#,
            &["user: b"],
            0,
        );
        let list = r#"[{"role":"developer","content":"d"},{"role":"user","content":"b"},{"role":"tool","content":"t"},{"role":"critic","content":"c"},7]"#;
        check(list, &["user: b"], 4);
    }

    #[test]
    fn what_goes_with_the_words_is_kept_where_it_has_a_place() {
        check(
            r#"[{"role":"assistant","content":null,"reasoning_content":"hm","tool_calls":[{"id":"c1","function":{"name":"f","arguments":"{}"}},
                {"function":{"name":"g","arguments":{"a":1}}}]}]"#,
            &[r#"assistant:  | thinks hm | calls f c1 {} | calls g - {"a":1}"#],
            0,
        );
        check(
            r#"[{"role":"assistant","content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"b"},{"type":"tool_use","id":"t","name":"f","input":{"a":1}}]}]"#,
            &[r#"assistant: b | thinks hm | calls f t {"a":1}"#],
            0,
        );
        for picture in [
            format!(
                r#"{{"type":"image_url","image_url":{{"url":"data:image/png;base64,{PNG}"}}}}"#
            ),
            format!(r#"{{"type":"input_image","image_url":"data:image/png;base64,{PNG}"}}"#),
            format!(
                r#"{{"type":"image","source":{{"type":"base64","media_type":"image/png","data":"{PNG}"}}}}"#
            ),
            format!(r#"{{"inline_data":{{"mime_type":"image/png","data":"{PNG}"}}}}"#),
        ] {
            let list = format!(r#"[{{"role":"user","content":["b",{picture}]}}]"#);
            check(&list, &["user: b | image/png"], 0);
        }
        let ollama = format!(r#"[{{"role":"user","content":"b","images":["{PNG}"]}}]"#);
        check(&ollama, &["user: b | image/png"], 0);
        // A picture that is elsewhere stays there.
        let list = r#"[{"role":"user","content":["b",{"type":"image_url","image_url":{"url":"https://example.org/a.png"}}]}]"#;
        check(list, &["user: b"], 1);
    }

    #[test]
    fn turns_of_which_nothing_is_left_are_counted() {
        check(
            r#"[{"role":"user","content":"b"},{"role":"assistant","content":[{"type":"audio"}]},{"role":"assistant","content":""}]"#,
            &["user: b"],
            3,
        );
    }
}
