//! ChatGPT: `conversations.json`, its shards, and single conversations as the site's own interface gives them.
//!
//! A conversation is a `mapping` of nodes by their names. Thinking is a node of its own before the answer; what the model says to a
//! tool has a `recipient`, what the page hides says so in its `metadata`; standing instructions stand there in the person's role.

use super::marks::{self, Links};
use crate::chat::request::{Image, Role};
use crate::import::document::{Document, Json};
use crate::import::outcome::{About, Left, Why};
use crate::import::reader::Output;
use crate::import::rules::draft::{Draft, Place, title};
use crate::import::rules::graph::{Join, Parent, What};
use crate::import::rules::said::{Said, Speaker};
use crate::import::rules::time;

/// The tool that gets documents which the model writes beside the conversation.
const CANVAS: &str = "canmore.create_textdoc";

/// Reads one conversation.
pub fn entry(entry: Json<'_>, out: &mut Output<'_>) {
    let name = |field: &str| entry.get(field).and_then(Json::name);
    let moment = |field: &str| entry.get(field).and_then(time::of);
    let mut draft = Draft {
        about: About {
            id: name("conversation_id").or_else(|| name("id")),
            title: title(entry, &["title"]),
            model: entry.string("default_model_slug"),
            created: moment("create_time"),
            updated: moment("update_time"),
            ..About::default()
        },
        current: name("current_node"),
        join: Join::Always,
        ..Draft::default()
    };
    let mapping = entry.get("mapping");
    for (name, node) in mapping.into_iter().flat_map(Json::fields) {
        let place = Place {
            id: name.text().map(String::from),
            parent: parent(node, "parent"),
            children: node.list("children").filter_map(Json::name).collect(),
        };
        let what = match node.get("message") {
            Some(message) => what(message, &mut draft.left, &mut |name| out.picture(name)),
            None => What::Hidden,
        };
        draft.add(place, what);
    }
    out.give(draft.finish());
}

/// The parent that a field names: nobody where it says `null`.
pub fn parent(node: Json<'_>, field: &str) -> Parent {
    match node.field(field) {
        None => Parent::Unknown,
        Some(parent) => parent.name().map_or(Parent::Root, Parent::Named),
    }
}

/// Finds a picture by its name.
type Find<'f> = &'f mut dyn FnMut(&str) -> Option<Image>;

fn what(message: Json<'_>, left: &mut Left, find: Find<'_>) -> What {
    let content = message.get("content").unwrap_or(message);
    let kind = content.string("content_type").unwrap_or_default();
    let metadata = message.get("metadata").unwrap_or(message);
    let flag = |field: &str| metadata.get(field).and_then(Json::flag) == Some(true);
    let is_aside = matches!(
        kind.as_str(),
        "user_editable_context" | "model_editable_context" | "reasoning_recap"
    );
    if is_aside || flag("is_visually_hidden_from_conversation") {
        return What::Hidden;
    }
    let author = message.get("author").unwrap_or(message);
    let speaker = Speaker::in_field(author, "role");
    let recipient = message.string("recipient");
    let is_to_all = recipient.is_none_or(|to| to == "all");
    let mut said = Said::default();
    let model = metadata.string("model_slug");
    let when = message.get("create_time").and_then(time::of);
    if speaker == Speaker::Assistant && message.says("recipient", CANVAS) {
        canvas(content, &mut said);
        let speech = said.speech(Role::Assistant);
        return speech.map_or(What::Tool, |mut speech| {
            (speech.time, speech.model) = (when, model);
            What::Turn(speech)
        });
    }
    if speaker == Speaker::Tool || !is_to_all {
        // Pictures that a tool made.
        words(content, &kind, &mut said, left, &mut |_| None);
        return What::Tool;
    }
    if kind == "thoughts" {
        thoughts(content, &mut said);
        let speech = said.speech(Role::Assistant);
        return speech.map_or(What::Hidden, |mut speech| {
            (speech.time, speech.model) = (when, model);
            What::Thoughts(speech)
        });
    }
    // The page shows none in replies.
    let is_user = speaker == Speaker::User;
    let find = &mut |name: &str| is_user.then(|| find(name)).flatten();
    let pictures = words(content, &kind, &mut said, left, find);
    let files = metadata.list("attachments").count();
    for _ in pictures..files {
        said.missing(Why::File, left);
    }
    let role = match speaker {
        Speaker::User => Role::User,
        Speaker::Assistant => Role::Assistant,
        Speaker::System | Speaker::Tool => return What::System(said.words()),
    };
    let is_reply = role == Role::Assistant;
    match said.speech(role) {
        Some(mut speech) => {
            if is_reply {
                let text = marks::without(&speech.text, &sources(metadata));
                speech.text = text.trim().to_owned();
            }
            (speech.time, speech.model) = (when, model);
            What::Turn(speech)
        }
        None if is_reply => What::Tool,
        None => What::Hidden,
    }
}

/// Takes the words of a document that the model wrote beside the conversation: its name, and all of it.
fn canvas(content: Json<'_>, said: &mut Said) {
    let text = content.list("parts").find_map(Json::text);
    let text = text.map(String::from).or_else(|| content.string("text"));
    let Some(Ok(doc)) = text.as_deref().map(Document::of) else {
        return;
    };
    let doc = doc.root();
    let Some(words) = doc.string("content") else {
        return;
    };
    if let Some(name) = title(doc, &["name"]) {
        said.text(&format!("**{name}**"));
    }
    let kind = doc.string("type").unwrap_or_default();
    match kind.strip_prefix("code/") {
        Some(language) => said.text(&fenced(&words, language)),
        None => said.text(&words),
    }
}

/// The links to pages of the web that marks in a reply stand for.
fn sources(metadata: Json<'_>) -> Links {
    let mut links = Links::new();
    for reference in metadata.list("content_references") {
        let mark = reference.string("matched_text").unwrap_or_default();
        if !marks::begins(&mark) {
            continue;
        }
        let pages = reference.list("items").filter_map(|item| {
            let url = item.string("url")?;
            marks::web(
                &title(item, &["title"]).unwrap_or_else(|| url.clone()),
                &url,
            )
        });
        let pages: Vec<String> = pages.collect();
        if !pages.is_empty() {
            links.insert(mark, format!(" ({})", pages.join(", ")));
        }
    }
    links
}

fn thoughts(content: Json<'_>, said: &mut Said) {
    for thought in content.list("thoughts") {
        let words = |field: &str| thought.string(field).filter(|text| !text.trim().is_empty());
        if let Some(text) = words("content").or_else(|| words("summary")) {
            said.thought(&text);
        }
    }
}

/// Takes the words of a message; gives the number of its pictures and sounds.
fn words(content: Json<'_>, kind: &str, said: &mut Said, left: &mut Left, find: Find<'_>) -> usize {
    match kind {
        "code" => {
            let code = content.string("text").unwrap_or_default();
            let language = content.string("language").unwrap_or_default();
            if !code.trim().is_empty() {
                said.text(&fenced(&code, &language));
            }
            return 0;
        }
        // What only tools say.
        "execution_output"
        | "tether_quote"
        | "tether_browsing_display"
        | "tether_browsing_code"
        | "system_error"
        | "computer_output" => return 0,
        _ => {}
    }
    let mut pictures = 0;
    for part in content.list("parts") {
        if let Some(text) = part.text() {
            said.text(&text);
            continue;
        }
        match part.string("content_type").unwrap_or_default().as_str() {
            "audio_transcription" => said.text_in(part, "text"),
            "image_asset_pointer" => {
                pictures += 1;
                let pointer = part.string("asset_pointer").unwrap_or_default();
                let name = pointer.split_once("://").map(|(_, name)| name);
                match name.and_then(&mut *find) {
                    Some(image) => said.image(image),
                    None => said.missing(Why::Picture, left),
                }
            }
            kind if kind.ends_with("_asset_pointer") => {
                pictures += 1;
                said.missing(Why::File, left);
            }
            _ if part.is_null() => {}
            _ => left.add(Why::Part, 1),
        }
    }
    if !said.has_text() && kind != "multimodal_text" {
        said.text_in(content, "text");
    }
    pictures
}

/// Code in a fence that is longer than any in it.
fn fenced(code: &str, language: &str) -> String {
    let mut fence = "```".to_owned();
    while code.contains(&fence) {
        fence.push('`');
    }
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || "+-#._".contains(letter);
    let language = match language {
        "unknown" => "",
        language if language.chars().all(is_word) => language,
        _ => "",
    };
    format!(
        "{fence}{language}\n{}\n{fence}",
        code.trim_end_matches('\n')
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::import::testing::{lines, one};
    use serde_json::{Value, json};

    fn message(role: &str, content: Value) -> Value {
        json!({"author": {"role": role}, "content": content, "recipient": "all"})
    }

    fn says(role: &str, text: &str) -> Value {
        message(role, json!({"content_type": "text", "parts": [text]}))
    }

    /// Messages one below the other.
    fn chain(messages: Vec<Value>) -> String {
        let nodes = messages.into_iter().enumerate().map(|(at, message)| {
            let parent = at.checked_sub(1).map(|before| before.to_string());
            (
                at.to_string(),
                json!({"parent": parent, "message": message}),
            )
        });
        let mapping: serde_json::Map<String, Value> = nodes.collect();
        json!({"mapping": mapping}).to_string()
    }

    fn check(messages: Vec<Value>, expect: &[&str]) {
        assert_eq!(lines(&one(&chain(messages))), expect);
    }

    #[test]
    fn what_is_hidden_or_for_tools_is_no_turn() {
        let hidden = |mut message: Value| {
            message["metadata"] = json!({"is_visually_hidden_from_conversation": true});
            message
        };
        let mut call = message("assistant", json!({"content_type": "code", "text": "1+1"}));
        call["recipient"] = json!("python");
        let context = json!({"content_type": "user_editable_context", "user_profile": "x"});
        check(
            vec![
                hidden(says("system", "x")),
                message("user", context),
                says("user", "Q"),
                says("assistant", "Let me see."),
                call,
                message(
                    "tool",
                    json!({"content_type": "execution_output", "text": "2"}),
                ),
                hidden(says("user", "go on")),
                says("assistant", "Two."),
            ],
            &["user: Q", "assistant: Let me see.\n\nTwo."],
        );
    }

    #[test]
    fn words_are_found_in_every_sort_of_content() {
        let spoken = json!({"content_type": "multimodal_text", "parts": [
            {"content_type": "audio_transcription", "text": "aloud", "direction": "in"},
            {"content_type": "audio_asset_pointer", "asset_pointer": "sediment://a"}, null, "", "b"]});
        check(vec![message("user", spoken)], &["user: aloud\n\nb"]);
        let pictured = json!({"content_type": "multimodal_text", "parts": [{"content_type": "image_asset_pointer", "asset_pointer": "sediment://a"}]});
        check(vec![message("user", pictured)], &["user: "]);
        let code = json!({"content_type": "code", "language": "python", "text": "a = '```'"});
        check(
            vec![message("assistant", code)],
            &["assistant: ````python\na = '```'\n````"],
        );
        let unknown = json!({"content_type": "new", "text": "c"});
        check(vec![message("assistant", unknown)], &["assistant: c"]);
    }

    #[test]
    fn thoughts_of_several_nodes_add_up() {
        let thoughts = |content: &str, summary: &str| {
            let thought = json!({"content": content, "summary": summary});
            message(
                "assistant",
                json!({"content_type": "thoughts", "thoughts": [thought]}),
            )
        };
        let recap = message(
            "assistant",
            json!({"content_type": "reasoning_recap", "content": "Thought"}),
        );
        check(
            vec![
                says("user", "Q"),
                thoughts("a", "x"),
                thoughts("", "b"),
                recap,
                says("assistant", "A"),
            ],
            &["user: Q", "assistant: A | a\n\nb"],
        );
    }

    #[test]
    fn a_document_beside_the_conversation_is_told_in_it() {
        let to = |recipient: &str, document: Value| {
            let content =
                json!({"content_type": "code", "text": document.to_string(), "language": "json"});
            let mut message = message("assistant", content);
            message["recipient"] = json!(recipient);
            message
        };
        let words = json!({"name": "A plan", "type": "document", "content": "# First"});
        let code = json!({"name": "a.rs", "type": "code/rust", "content": "fn a() {}\n"});
        let change = json!({"updates": [{"pattern": "a", "replacement": "b"}]});
        check(
            vec![
                says("user", "Q"),
                to("canmore.create_textdoc", words),
                says("tool", "made"),
                to("canmore.create_textdoc", code),
                to("canmore.create_textdoc", json!("no document")),
                to("canmore.update_textdoc", change),
                says("assistant", "There."),
            ],
            &[
                "user: Q",
                "assistant: **A plan**\n\n# First\n\n**a.rs**\n\n```rust\nfn a() {}\n```\n\nThere.",
            ],
        );
    }

    #[test]
    fn a_source_is_a_link_where_it_leads_to_the_web() {
        let cited = |marks: [&str; 2], items: Value| {
            let mut answer = says("assistant", &format!("A {}. B{}.", marks[0], marks[1]));
            let reference = |mark: &str| json!({"matched_text": mark, "items": items});
            let other = json!({"matched_text": " ", "items": [{"url": "https://example.org"}]});
            answer["metadata"] =
                json!({"content_references": [reference(marks[0]), other, reference(marks[1])]});
            answer
        };
        let marks = ["\u{E200}cite\u{E202}turn0search1\u{E201}", "【11†source】"];
        let pages = json!([
            {"title": "One [1]", "url": "https://example.org/a"},
            {"title": "Bad", "url": "javascript:alert(1)"},
            {"url": "https://example.org/b"}]);
        let links = r" ([One \[1\]](https://example.org/a), [https://example.org/b](https://example.org/b))";
        let expect = format!("assistant: A{links}. B{links}.");
        check(vec![cited(marks, pages)], &[expect.as_str()]);
        let bad = json!([{"title": "Bad", "url": "javascript:alert(1)"}]);
        check(vec![cited(marks, bad)], &["assistant: A. B."]);
    }

    #[test]
    fn what_is_not_here_is_counted() {
        let mut question = says("user", "Q");
        question["metadata"] = json!({"attachments": [{"id": "f", "name": "a.pdf"}]});
        let made = json!({"content_type": "multimodal_text", "parts": [{"content_type": "image_asset_pointer"}]});
        let read = one(&chain(vec![question, message("tool", made)]));
        use crate::import::Why;
        let left = |why| read.left.count(why);
        assert_eq!(
            (left(Why::File), left(Why::Picture), left(Why::Tool)),
            (1, 1, 1)
        );
    }
}
