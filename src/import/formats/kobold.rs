//! KoboldAI Lite, KoboldCpp and KoboldAI United: a save is one text, whatever mode it was written in.
//!
//! In: the save. Out: the conversation, with all alternative texts as branches. How a text falls into turns is in [`turns`].

mod turns;

use std::collections::HashMap;

use crate::import::document::Json;
use crate::import::outcome::{About, Why};
use crate::import::reader::Output;
use crate::import::rules::draft::Draft;
use crate::import::rules::graph::Parent;
use crate::import::rules::order::by_number;
use crate::import::rules::said::{Said, Speaker};
use crate::text;

use turns::{Mode, Settings, Turn};

/// Reads a save.
pub fn entry(save: Json<'_>, out: &mut Output<'_>) {
    let memory = save.string("memory");
    let mut draft = Draft {
        about: About {
            system: memory.map(|memory| memory.trim().to_owned()),
            ..About::default()
        },
        ..Draft::default()
    };
    let shown = story(save);
    let mut texts = Vec::new();
    let mut at = None;
    for branch in save.list("altbranches") {
        match branch.is_array() {
            true => texts.push(branch.items().filter_map(Json::text).collect::<String>()),
            // The place of the one that is shown.
            false if at.is_none() => {
                at = Some(texts.len());
                texts.push(shown.clone());
            }
            false => {}
        }
    }
    if at.is_none() {
        texts.insert(0, shown);
    }
    let at = at.unwrap_or(0);
    let settings = settings(save, texts.get(at).map_or("", String::as_str));
    let mut known = Known::default();
    for (index, text) in texts.iter().enumerate() {
        let (text, pictures) = without_pictures(text);
        draft.left.add(Why::Picture, pictures);
        let mut below = None;
        for turn in turns::of(&text, &settings) {
            below = Some(known.put(turn, below, &mut draft));
        }
        if index == at {
            draft.current = below.map(|place| place.to_string());
        }
    }
    out.give(draft.finish());
}

/// Turns that have their place: equal beginnings are one path.
#[derive(Default)]
struct Known(HashMap<(Option<usize>, Turn), usize>);

impl Known {
    fn put(&mut self, turn: Turn, below: Option<usize>, draft: &mut Draft) -> usize {
        if let Some(place) = self.0.get(&(below, turn.clone())) {
            return *place;
        }
        let mut said = Said::default();
        said.text(&turn.text);
        let place = draft.numbered(below.map_or(Parent::Root, Parent::At));
        let place = draft.say(place, turn.speaker, said, |_| {});
        self.0.insert((below, turn), place);
        place
    }
}

/// The text of a save: its prompt and all its actions, with nothing between them.
fn story(save: Json<'_>) -> String {
    let mut text = save.string("prompt").unwrap_or_default();
    let actions = save.get("actions").or_else(|| save.get("ga"));
    let Some(actions) = actions else { return text };
    text.extend(actions.items().filter_map(Json::text));
    // KoboldAI United numbers them, in no order.
    let inner = actions.get("actions").unwrap_or(actions);
    let numbered = inner.fields().filter_map(|(number, action)| {
        let number: u64 = number.text()?.parse().ok()?;
        Some((number, action.string("Selected Text")?))
    });
    let numbered: Vec<(u64, String)> = numbered.collect();
    let numbered = by_number(numbered, |(number, _)| *number);
    text.extend(numbered.into_iter().map(|(_, text)| text));
    text
}

fn settings(save: Json<'_>, text: &str) -> Settings {
    let saved = save.get("savedsettings").unwrap_or(save);
    let mode = saved.get("opmode").and_then(Json::number);
    let has_tags = text.contains("{{[INPUT]}}") || text.contains("{{[OUTPUT]}}");
    let mode = match mode {
        Some(2.0) => Mode::Adventure,
        Some(3.0) => Mode::Chat,
        Some(4.0) => Mode::Instruct,
        Some(_) => Mode::Story,
        None if has_tags => Mode::Instruct,
        None => Mode::Story,
    };
    let name = |field: &str, other: &str| {
        let name = saved.string(field).unwrap_or_default();
        let name = name.trim();
        if name.is_empty() {
            other.to_owned()
        } else {
            name.to_owned()
        }
    };
    let mut settings = Settings {
        mode,
        user: name("chatname", "User"),
        others: Vec::new(),
        tags: Vec::new(),
    };
    let others = name("chatopponent", "KoboldAI");
    let others = others
        .split("||$||")
        .map(str::trim)
        .filter(|name| !name.is_empty());
    settings.others.extend(others.map(str::to_owned));
    let own = [
        ("instruct_starttag", Speaker::User),
        ("instruct_endtag", Speaker::Assistant),
        ("instruct_systag", Speaker::System),
    ];
    for (field, speaker) in own {
        let tag = |field: &str| {
            let tag = saved.string(field).unwrap_or_default();
            // Line ends are written as a backslash and a letter.
            tag.replace("\\n", "\n").trim().to_owned()
        };
        settings.tags.push((tag(field), Some(speaker)));
        settings.tags.push((tag(&format!("{field}_end")), None));
    }
    settings
}

/// The text without the places of pictures, and their number.
fn without_pictures(from: &str) -> (String, usize) {
    let mut out = String::with_capacity(from.len());
    let (mut rest, mut count) = (from, 0);
    while let Some((before, behind)) = rest.split_once("[<|") {
        out.push_str(before);
        let kind = behind
            .chars()
            .next()
            .filter(|kind| matches!(kind, 'p' | 'h'));
        let inside = kind.and_then(|kind| behind.strip_prefix(kind)?.strip_prefix('|'));
        let closing = kind.map(|kind| format!("|{kind}|>]"));
        // No name of a picture is that long.
        let near = inside.map(|inside| text::up_to(inside, 1000));
        let end = near
            .zip(closing.as_ref())
            .and_then(|(near, closing)| near.find(closing));
        match (end, inside, closing) {
            (Some(end), Some(inside), Some(closing)) => {
                count += 1;
                rest = text::from(inside, end + closing.len());
            }
            _ => {
                out.push_str("[<|");
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    (out, count)
}

#[cfg(test)]
mod tests {
    use crate::import::Why;
    use crate::import::testing::{lines, one};
    use serde_json::{Value, json};

    #[test]
    fn equal_beginnings_of_alternative_texts_are_one_path() {
        let file = json!({"gamestarted": true, "prompt": "{{[INPUT]}}Q{{[OUTPUT]}}", "actions": ["A", "{{[INPUT]}}R{{[OUTPUT]}}B"], "savedsettings": null,
            "altbranches": [["{{[INPUT]}}Q{{[OUTPUT]}}", "X"], null, ["{{[INPUT]}}Q{{[OUTPUT]}}A{{[INPUT]}}S"]]});
        let read = one(&file.to_string());
        assert_eq!(
            lines(&read),
            ["user: Q", "assistant: A", "user: R", "assistant: B"]
        );
        assert_eq!(read.tree.len(), 6);
        assert_eq!(read.tree.branch(2), (1, 2));
    }

    #[test]
    fn a_numbered_save_is_read_by_number_and_pictures_go() {
        let mut actions = serde_json::Map::new();
        for at in [10, 9, 0] {
            actions.insert(
                at.to_string(),
                json!({"Selected Text": format!(" {at}[<|p|id|p|>]")}),
            );
        }
        let file = json!({"file_version": 2, "prompt": "Once[<|h|ab|h|>] [<|x", "actions": {"actions": Value::Object(actions)}});
        let read = one(&file.to_string());
        assert_eq!(lines(&read), ["assistant: Once [<|x 0 9 10"]);
        assert_eq!(read.left.count(Why::Picture), 4);
    }
}
