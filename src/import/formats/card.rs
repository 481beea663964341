//! Character cards, of all three versions and Pygmalion's: a system prompt and a greeting, the other greetings beside it.
//!
//! Where a file has fields both in `data` and at its top, those in `data` count. `creator_notes` are for people and never for a model.

use crate::chat::request::Role;
use crate::import::document::Json;
use crate::import::outcome::{About, Why};
use crate::import::reader::Output;
use crate::import::rules::draft::{Draft, LONGEST_NAME, title_of};
use crate::import::rules::graph::{Parent, What};
use crate::import::rules::said::{Said, append};
use crate::import::rules::time;
use crate::text;

/// The name by which a card calls its reader, who has none here.
const READER: &str = "User";

/// Fields of the system prompt in their order, each with Pygmalion's name for it.
const PROMPT: [[&str; 2]; 6] = [
    ["system_prompt", ""],
    ["description", "char_persona"],
    ["personality", ""],
    ["scenario", "world_scenario"],
    ["mes_example", "example_dialogue"],
    ["post_history_instructions", ""],
];

/// Reads a card.
pub fn entry(card: Json<'_>, out: &mut Output<'_>) {
    let data = card.get("data").filter(|data| data.is_object());
    let field = |name: &str| {
        let inner = data.and_then(|data| data.get(name));
        inner.or_else(|| card.get(name))
    };
    let words = |[name, older]: [&str; 2]| {
        let text = field(name).or_else(|| field(older)).and_then(Json::text);
        text.map(String::from).unwrap_or_default()
    };
    let name = words(["name", "char_name"]);
    let nickname = words(["nickname", ""]);
    let called = if nickname.trim().is_empty() {
        name.trim()
    } else {
        nickname.trim()
    };
    // A card may call it a thousand times.
    let called = text::up_to(called, LONGEST_NAME);
    let mut draft = Draft {
        about: About {
            title: title_of(&name),
            created: field("creation_date").and_then(time::of),
            ..About::default()
        },
        current: Some("0".to_owned()),
        ..Draft::default()
    };
    let mut system = String::new();
    for names in PROMPT {
        append(&mut system, filled(&words(names), called).trim());
    }
    let is_nothing = system.is_empty() && draft.about.title.is_none();
    draft.about.system = Some(system).filter(|system| !system.is_empty());
    let mut greetings = vec![words(["first_mes", "char_greeting"])];
    if let Some(others) = field("alternate_greetings") {
        greetings.extend(others.text().map(String::from));
        greetings.extend(others.items().filter_map(Json::text).map(String::from));
    }
    for greeting in greetings {
        let mut said = Said::default();
        said.text(&filled(&greeting, called));
        if let Some(speech) = said.speech(Role::Assistant) {
            let place = draft.numbered(Parent::Root);
            draft.add(place, What::Turn(speech));
        }
    }
    let has_book = field("character_book").is_some_and(|book| book.is_object());
    draft.left.add(Why::Lorebook, usize::from(has_book));
    let for_groups = field("group_only_greetings")
        .into_iter()
        .flat_map(Json::items);
    draft.left.add(Why::Greeting, for_groups.count());
    match is_nothing && draft.count() == 0 {
        true => out.skip(),
        false => out.give(Some(draft.finish_empty())),
    }
}

/// A text with the names of character and reader in the place of their macros, and without remarks.
fn filled(from: &str, called: &str) -> String {
    let mut out = String::with_capacity(from.len());
    let mut rest = from;
    while let Some(at) = rest.find(['{', '<']) {
        out.push_str(text::up_to(rest, at));
        rest = text::from(rest, at);
        let (with, length) = macro_of(rest, called).unwrap_or_else(|| {
            let plain = text::up_to(rest, 1);
            (plain, plain.len())
        });
        out.push_str(with);
        rest = text::from(rest, length);
    }
    out.push_str(rest);
    out
}

/// The text in the place of the macro that a text begins with, and the macro's length; `None` where there is none that is known here.
fn macro_of<'t>(from: &'t str, called: &'t str) -> Option<(&'t str, usize)> {
    let tags = [("<bot>", called), ("<char>", called), ("<user>", READER)];
    for (tag, with) in tags {
        let begin = from.get(..tag.len());
        if begin.is_some_and(|begin| begin.eq_ignore_ascii_case(tag)) {
            return Some((with, tag.len()));
        }
    }
    let inside = from.strip_prefix("{{")?;
    let end = inside.find("}}")?;
    let name = text::up_to(inside, end);
    let name = name.trim_start().to_ascii_lowercase();
    let is_remark = ["//", "comment:", "hidden_key:"]
        .iter()
        .any(|word| name.starts_with(word));
    let with = match name.trim_end() {
        "char" => called,
        "user" => READER,
        // What would stand there otherwise: nothing.
        "original" => "",
        _ if is_remark => "",
        _ => return None,
    };
    Some((with, end + 4))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::testing::{lines, one};
    use serde_json::json;

    #[test]
    fn macros_are_filled_in_any_case_and_others_stay() {
        let check = |text: &str, expect: &str| assert_eq!(filled(text, "Mira"), expect);
        check(
            "{{Char}} <BOT> <char> {{USER}} <User>",
            "Mira Mira Mira User User",
        );
        check(
            "a{{// {note} }}b{{comment: x}}{{hidden_key:y}}{{original}}",
            "ab",
        );
        check(
            "{{random:a,b}} {{roll:6}} {x} <b> {{char",
            "{{random:a,b}} {{roll:6}} {x} <b> {{char",
        );
        check("{{{{user}}", "{{User");
        check("é{", "é{");
    }

    #[test]
    fn data_counts_and_the_top_fills_its_gaps() {
        let card = json!({"spec": "chara_card_v2", "name": "{{char}} old", "first_mes": "stale", "personality": "calm",
            "data": {"name": " Mira\nB ", "first_mes": "hi {{user}}", "alternate_greetings": "hello", "creator_notes": "secret",
                "character_book": {"entries": []}, "group_only_greetings": ["a", "b"], "system_prompt": "Be {{original}}{{char}}."}});
        let read = one(&card.to_string());
        assert_eq!(lines(&read), ["assistant: hi User"]);
        assert_eq!(read.about.title.as_deref(), Some("Mira B"));
        assert_eq!(read.about.system.as_deref(), Some("Be Mira\nB.\n\ncalm"));
        assert_eq!(read.tree.len(), 2);
        let left = |why| read.left.count(why);
        assert_eq!((left(Why::Lorebook), left(Why::Greeting)), (1, 2));
    }

    #[test]
    fn a_card_without_a_greeting_is_one_all_the_same() {
        let card =
            json!({"char_name": "Ko", "char_persona": "<USER>'s friend", "char_greeting": ""});
        let read = one(&card.to_string());
        assert!(read.tree.is_empty());
        assert_eq!(read.about.system.as_deref(), Some("User's friend"));
    }
}
