//! Parts of a message, as most programs write them: a text, or a list of texts and objects that say their `type`.

use crate::import::document::Json;
use crate::import::outcome::{Left, Why};
use crate::import::rules::said::Said;

/// Takes the content of a message: a text, or parts.
pub fn content(content: Json<'_>, said: &mut Said, left: &mut Left) {
    match content.is_array() {
        true => content.items().for_each(|item| part(item, said, left)),
        false => part(content, said, left),
    }
}

/// Takes the content in a field, if there is one.
pub fn content_in(message: Json<'_>, field: &str, said: &mut Said, left: &mut Left) {
    if let Some(inner) = message.get(field) {
        content(inner, said, left);
    }
}

/// Takes one part.
pub fn part(part: Json<'_>, said: &mut Said, left: &mut Left) {
    if let Some(text) = part.text() {
        return said.text(&text);
    }
    if !part.is_object() {
        // Null, and what else may stand in lists.
        return left.add(Why::Part, usize::from(!part.is_null()));
    }
    let kind = part.string("type").unwrap_or_default();
    match kind.as_str() {
        "" if picture(part, said, left) => {}
        "" | "text" | "input_text" | "output_text" | "refusal" => {
            match words(part, &["text", "refusal", "content", "value"]) {
                Some(text) => said.text(&text),
                None => left.add(Why::Part, 1),
            }
        }
        "think" | "thinking" | "reasoning" => {
            let fields = ["think", "thinking", "reasoning", "text"];
            if let Some(text) = words(part, &fields) {
                said.thought(&text);
            }
        }
        "image_url" | "input_image" | "image" => {
            if !picture(part, said, left) {
                said.missing(Why::Picture, left);
            }
        }
        "image_file" | "image_ref" => said.missing(Why::Picture, left),
        "file" | "input_file" | "video_url" | "input_audio" | "audio" | "video" => {
            said.missing(Why::File, left);
        }
        kind if kind.starts_with("tool") || kind.starts_with("function") => {
            left.add(Why::Tool, 1);
        }
        _ => left.add(Why::Part, 1),
    }
}

/// Takes the picture that a part holds; `false` where it holds none.
fn picture(part: Json<'_>, said: &mut Said, left: &mut Left) -> bool {
    let places = ["image_url", "source", "inline_data", "inlineData", "image"];
    let inside = places.into_iter().find_map(|place| part.get(place));
    let address = |value: Json<'_>| {
        let fields = ["url", "data", "base64"];
        let inner = fields.into_iter().find_map(|field| value.string(field));
        value.text().map(String::from).or(inner)
    };
    let address = inside.and_then(address);
    if let Some(address) = &address {
        said.picture(address, left);
    }
    address.is_some()
}

/// The first of these fields that holds a text, as itself or as the `value` of an object.
pub fn words(part: Json<'_>, fields: &[&str]) -> Option<String> {
    let word = |field: &&str| {
        let value = part.get(field)?;
        let text = value.text().map(String::from);
        text.or_else(|| value.string("value"))
    };
    fields.iter().find_map(word)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::chat::request::Role;
    use crate::import::document::Document;

    #[test]
    fn what_is_said_is_found_in_every_form() {
        let check = |json: &str, text: &str, thinking: &str| {
            let doc = Document::of(json).unwrap();
            let (mut said, mut left) = (Said::default(), Left::default());
            content(doc.root(), &mut said, &mut left);
            let speech = said.speech(Role::Assistant).unwrap();
            assert_eq!(
                (speech.text.as_str(), speech.thinking.as_str()),
                (text, thinking),
                "{json}"
            );
        };
        check(r#""a""#, "a", "");
        check(
            r#"["a",null,{"type":"text","text":"b"},{"text":{"value":"c"}}]"#,
            "a\n\nb\n\nc",
            "",
        );
        check(
            r#"[{"type":"output_text","text":"a"},{"type":"refusal","refusal":"b"}]"#,
            "a\n\nb",
            "",
        );
        check(
            r#"[{"type":"think","think":"a"},{"type":"reasoning","text":{"value":"b"}},"c"]"#,
            "c",
            "a\n\nb",
        );
    }

    #[test]
    fn pictures_are_taken_with_their_bytes_and_counted_without() {
        let check = |json: &str, images: usize, pictures: usize| {
            let doc = Document::of(json).unwrap();
            let (mut said, mut left) = (Said::default(), Left::default());
            content(doc.root(), &mut said, &mut left);
            let speech = said.speech(Role::User).unwrap();
            assert_eq!(
                (speech.images.len(), left.count(Why::Picture)),
                (images, pictures),
                "{json}"
            );
        };
        let url = "data:image/png;base64,iVBORw0KGgo=";
        check(
            &format!(r#"[{{"type":"image_url","image_url":{{"url":"{url}"}}}}]"#),
            1,
            0,
        );
        check(
            &format!(r#"[{{"type":"input_image","image_url":"{url}"}}]"#),
            1,
            0,
        );
        check(
            r#"[{"type":"image","source":{"type":"base64","data":"iVBORw0KGgo="}}]"#,
            1,
            0,
        );
        check(r#"[{"inline_data":{"data":"iVBORw0KGgo="}}]"#, 1, 0);
        check(
            r#"[{"type":"image_url","image_url":{"url":"https://example.org/a.png"}}]"#,
            0,
            1,
        );
        check(r#"[{"type":"image","storageKey":"picture:1"}]"#, 0, 1);
    }
}
