//! The net under the page, as far as Rust has a part in it: it tells `fault.js` what must not be lost while a reply runs. Should the
//! wasm stop, that file alone goes on: it says so, keeps what it was told, and loads the page anew.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use super::app::Chat;
use super::words::{Locale, word};
use crate::chat::archive::record;
use crate::chat::tree::TurnId;
use crate::chat::turn::Turn;
use crate::reply::TextChange;

#[wasm_bindgen(module = "/src/page/fault.js")]
extern "C" {
    /// Returns what the launcher enters the wasm by: `comes`, `goes`, `enter`.
    pub fn doors() -> JsValue;
    fn guard(functions: &JsValue, version: &str, words: Vec<String>);
    #[wasm_bindgen(js_name = begins)]
    fn js_begins(host: &HtmlElement, name: &str, asked: i32, question: &str, id: i32, record: &str);
    #[wasm_bindgen(js_name = grows)]
    fn js_grows(host: &HtmlElement, anew: bool, text: &JsValue, thinking: &str);
    #[wasm_bindgen(js_name = notes)]
    fn js_notes(host: &HtmlElement, word: &str);
    #[wasm_bindgen(js_name = ends)]
    fn js_ends(host: &HtmlElement, record: &str);
}

/// Spreads the net under the page: `fault.js` watches over the wasm from now on.
pub fn spread() {
    let locale = Locale::default();
    let words = vec![
        word!(locale, fault_said),
        word!(locale, fault_reload),
        word!(locale, fault_report),
        word!(locale, copied),
    ];
    guard(
        &wasm_bindgen::function_table(),
        env!("CARGO_PKG_VERSION"),
        words,
    );
    // What ships has no words for a panic, and stops all the same.
    #[cfg(not(rill_split))]
    std::panic::set_hook(Box::new(|panic| {
        web_sys::console::error_1(&panic.to_string().into());
    }));
}

/// Tells the net that a reply begins, or goes on, as the turn `id`.
pub fn begins(chat: Chat, id: TurnId) {
    let shared = chat.shared();
    let (name, _) = chat.names();
    // Where nothing may be kept, nothing is told.
    let name = Some(name).filter(|_| shared.store.lasts());
    chat.tree.with_untracked(|tree| {
        let written = |id: TurnId| {
            tree.turn(id)
                .map(|turn| record(tree.parent(id), turn))
                .unwrap_or_default()
        };
        let asked = tree.parent(id);
        js_begins(
            &shared.host,
            &name.unwrap_or_default(),
            asked.map_or(-1, number),
            &asked.map(written).unwrap_or_default(),
            number(id),
            &written(id),
        );
    });
}

/// Tells the net what has come of the reply: of its text, which is told to the page around as well, and of its thinking.
pub fn grows(chat: Chat, told: Option<TextChange>, thinking: &str) {
    let (name, text) = match told {
        Some(TextChange::Delta(text)) => ("rill-delta", text),
        Some(TextChange::Replace(text)) => ("rill-replace", text),
        None if thinking.is_empty() => return,
        None => ("", String::new()),
    };
    let text = JsValue::from_str(&text);
    if !thinking.is_empty() {
        chat.tell("rill-reasoning", &[("text", &thinking.into())]);
    }
    js_grows(&chat.shared().host, name == "rill-replace", &text, thinking);
    if !name.is_empty() {
        chat.tell(name, &[("text", &text)]);
    }
}

/// Tells the net that something happened to the reply; `word` is never a word of anybody's.
pub fn notes(chat: Chat, word: &str) {
    if chat.is_mounted() {
        js_notes(&chat.shared().host, word);
    }
}

/// Tells the net that the reply is over.
pub fn ends(chat: Chat, id: TurnId, turn: &Turn) {
    let parent = chat.tree.with_untracked(|tree| tree.parent(id));
    js_ends(&chat.shared().host, &record(parent, turn));
}

fn number(id: TurnId) -> i32 {
    i32::try_from(id).unwrap_or(-1)
}
