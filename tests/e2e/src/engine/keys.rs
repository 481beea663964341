//! Keys and the mouse as WebDriver has them, in both of its protocols.
//!
//! In: names of keys in the DOM, texts, places. Out: sources of actions.

use super::Tab;
use crate::browser::Error;
use serde_json::{Value, json};
use unicode_segmentation::UnicodeSegmentation;

/// The modifiers, as bits, and WebDriver's letters for them.
const MODIFIERS: [(i64, &str); 4] = [
    (1, "\u{e00a}"),
    (2, "\u{e009}"),
    (4, "\u{e03d}"),
    (8, "\u{e008}"),
];
const SHIFT: i64 = 8;
/// So many bytes are typed key by key.
const FEW: usize = 60;

/// A key that is pressed and let go while modifiers are held.
pub(super) fn press(key: &str, modifiers: i64) -> Value {
    source(stroke(key, modifiers))
}

/// A text, letter by letter; its lines are broken as a person breaks them who does not want to send.
pub(super) fn text(text: &str) -> Value {
    let strokes = text.graphemes(true).flat_map(|letter| match letter {
        "\n" => stroke("Enter", SHIFT),
        letter => stroke(letter, 0),
    });
    source(strokes.collect())
}

/// Whether a text is typed in no time: a letter takes some milliseconds.
pub(super) fn are_few(text: &str) -> bool {
    text.len() <= FEW
}

/// Enters a text where the focus is, all at once, as pasting does.
pub(super) async fn enter(tab: &dyn Tab, text: &str) -> Result<(), Error> {
    let enter = format!("document.execCommand('insertText', false, {})", json!(text));
    match tab.evaluate(&enter, false).await? {
        Value::Bool(true) => Ok(()),
        _ => Err("nothing that has the focus takes text".into()),
    }
}

/// A click of the mouse, at a place in CSS pixels.
pub(super) fn click(x: f64, y: f64) -> Value {
    json!({ "type": "pointer", "id": "mouse", "actions": [
        { "type": "pointerMove", "duration": 0, "x": x.floor() as i64, "y": y.floor() as i64 },
        { "type": "pointerDown", "button": 0 },
        { "type": "pointerUp", "button": 0 },
    ] })
}

/// A tap of a finger, at a place in CSS pixels.
pub(super) fn tap(x: f64, y: f64) -> Value {
    let mut tap = click(x, y);
    tap["id"] = json!("finger");
    tap["parameters"] = json!({ "pointerType": "touch" });
    tap
}

fn source(strokes: Vec<Value>) -> Value {
    json!({ "type": "key", "id": "keys", "actions": strokes })
}

fn stroke(key: &str, modifiers: i64) -> Vec<Value> {
    let value = match key {
        "Enter" => "\u{e007}",
        "Tab" => "\u{e004}",
        "Escape" => "\u{e00c}",
        "End" => "\u{e010}",
        "Home" => "\u{e011}",
        "ArrowLeft" => "\u{e012}",
        "ArrowUp" => "\u{e013}",
        "ArrowRight" => "\u{e014}",
        "ArrowDown" => "\u{e015}",
        "Delete" => "\u{e017}",
        letter => letter,
    };
    let held = MODIFIERS.iter().filter(|(bit, _)| modifiers & bit != 0);
    let held = held.map(|(_, key)| *key);
    let down = |key: &str| json!({ "type": "keyDown", "value": key });
    let up = |key: &str| json!({ "type": "keyUp", "value": key });
    let begin = held.clone().chain([value]).map(down);
    let end = [value].into_iter().chain(held).map(up);
    begin.chain(end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(source: &Value) -> Vec<String> {
        let strokes = source["actions"].as_array().into_iter().flatten();
        strokes
            .map(|one| format!("{}{}", one["type"], one["value"]).replace('"', ""))
            .collect()
    }

    #[test]
    fn a_letter_of_many_parts_is_one_key() {
        let family = "👩‍👩‍👧‍👦";
        let expected = [format!("keyDown{family}"), format!("keyUp{family}")];
        assert_eq!(keys(&text(family)), expected);
    }

    #[test]
    fn a_line_is_broken_and_not_sent() {
        let held = [
            "keyDown\u{e008}",
            "keyDown\u{e007}",
            "keyUp\u{e007}",
            "keyUp\u{e008}",
        ];
        assert_eq!(keys(&text("\n")), held);
        assert_eq!(
            keys(&press("Enter", 0)),
            ["keyDown\u{e007}", "keyUp\u{e007}"]
        );
    }
}
