//! A conversation outside the page: as a file, our own versioned JSON, in and out; and turn by turn, for a store that keeps each in
//! a record of its own. Keys and addresses are not part of a conversation.
//!
//! What is read may come from anywhere and be of any age: what is missing is as good as not said, what nobody knows is left out.

mod marks;

use serde_json::{Value, json};

use super::request::{Image, Role};
use super::tree::{Tree, TurnId};
use super::turn::Turn;
use crate::event::End;
use crate::json;

pub use marks::Marks;

/// The version that is written.
pub const VERSION: u64 = 1;

/// A conversation in which nothing was said.
pub const NOTHING: &str = "{\n  \"rill\": 1,\n  \"conversation\": {\n    \"nodes\": []\n  }\n}";

/// Reasons why a file cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// A text that is not JSON.
    NotJson,
    /// JSON, but nobody says anything in it.
    NotAConversation,
    /// Written by a newer Rill.
    Newer,
}

/// What a file says of a conversation beside its turns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// The conversation's name in the store from which it comes: the same for as long as it lives.
    pub id: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// The time of its last change, in milliseconds since 1970.
    pub updated: Option<i64>,
    /// The marks that the person gave it.
    pub marks: Marks,
}

/// The conversation as JSON text.
pub fn export(tree: &Tree) -> String {
    export_about(tree, &About::default())
}

/// The conversation as JSON text, with what is known of it (docs/format.md).
pub fn export_about(tree: &Tree, about: &About) -> String {
    let tree = tree.clone().settled();
    let mut file = json!({ "rill": VERSION });
    let known = [
        ("id", json!(about.id)),
        ("title", json!(about.title)),
        ("updated", json!(about.updated)),
        ("marks", about.marks.told()),
    ];
    let known = known.into_iter().filter(|(_, value)| !value.is_null());
    // Plain data with string keys: serialising it cannot fail.
    let tree = ("conversation", json!(&tree));
    if let Some(file) = file.as_object_mut() {
        let fields = known.chain([tree]);
        file.extend(fields.map(|(name, value)| (name.to_owned(), value)));
    }
    format!("{file:#}")
}

/// A conversation that was read from a file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Imported {
    /// All but its turns.
    pub about: About,
    /// The conversation.
    pub tree: Tree,
    /// Turns and parts of turns that were left behind: of speakers that have no place here, without anything that can be shown,
    /// pictures that are elsewhere, and the like.
    pub left: usize,
}

/// Reads what [`export`] wrote. A file in which nobody says anything is no conversation. Files of other programs are read by `import`.
pub fn import(text: &str) -> Result<Imported, Unreadable> {
    let mut file = json::value(text).ok_or(Unreadable::NotJson)?;
    if file.get("rill").and_then(Value::as_u64) > Some(VERSION) {
        return Err(Unreadable::Newer);
    }
    let word = |name| Some(file.get(name)?.as_str()?.to_owned());
    let about = About {
        id: word("id"),
        title: word("title"),
        updated: file.get("updated").and_then(Value::as_i64),
        marks: file.get("marks").map(Marks::read).unwrap_or_default(),
    };
    let mut conversation = take(&mut file, "conversation");
    let Value::Array(nodes) = take(&mut conversation, "nodes") else {
        return Err(Unreadable::NotAConversation);
    };
    let (tree, left) = of_nodes(nodes, &conversation);
    // A person may have shown something that is not in the file.
    let says = |turn: &Turn| {
        turn.role == Role::User
            || !(turn.text.trim().is_empty()
                && turn.reasoning.trim().is_empty()
                && turn.images.is_empty()
                && turn.tools.is_empty())
    };
    if !(0..tree.len()).any(|id| tree.turn(id).is_some_and(says)) {
        return Err(Unreadable::NotAConversation);
    }
    Ok(Imported {
        about,
        tree: tree.settled(),
        left,
    })
}

/// One turn of a tree as JSON text.
pub fn record(parent: Option<TurnId>, turn: &Turn) -> String {
    let turn = serde_json::to_value(turn).unwrap_or_default();
    json!({ "parent": parent, "turn": turn }).to_string()
}

/// Adds to the tree what [`record`] wrote; `false` where that is none.
pub fn add_record(tree: &mut Tree, text: &str) -> bool {
    let record = json::value(text);
    record.is_some_and(|record| add(tree, record))
}

/// The text of the turn that [`record`] wrote, as it was said; `None` where that is none.
pub fn text_of(record: &str) -> Option<String> {
    let mut record = json::value(record)?;
    match take(&mut take(&mut record, "turn"), "text") {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// Adds a turn below the one that it names.
fn add(tree: &mut Tree, mut node: Value) -> bool {
    let parent = node.get("parent").and_then(number);
    let parent = parent.filter(|parent| tree.turn(*parent).is_some());
    match turn(take(&mut node, "turn")) {
        Some(turn) => {
            tree.add(parent, turn);
            true
        }
        None => false,
    }
}

/// The turns of a conversation, and how many of them were left behind.
fn of_nodes(nodes: Vec<Value>, conversation: &Value) -> (Tree, usize) {
    let chosen = |node: &Value, all: &str, at: &str| {
        let at = number(node.get(at)?)?;
        number(node.get(all)?.get(at)?)
    };
    let of_node = |node: &Value| chosen(node, "children", "chosen");
    let mut shown: Vec<TurnId> = nodes.iter().filter_map(of_node).collect();
    shown.extend(chosen(conversation, "roots", "chosen_root"));
    let system = conversation.get("system").and_then(Value::as_str);
    let mut tree = Tree::default();
    let (mut left, mut before) = (0, None);
    for node in nodes {
        if !add(&mut tree, node) {
            // Who stands behind it is known by its number: what cannot be read leaves its place empty.
            tree.add(before, Turn::reply());
            left += 1;
        }
        before = tree.len().checked_sub(1);
    }
    shown.into_iter().for_each(|id| tree.show(id));
    tree.system = system.map(str::to_owned);
    (tree, left)
}

fn turn(mut told: Value) -> Option<Turn> {
    let mut turn = match told.get("role")?.as_str()? {
        "assistant" => Turn::reply(),
        _ => Turn::user(""),
    };
    turn.text = text(&mut told, "text").unwrap_or_default();
    turn.reasoning = text(&mut told, "reasoning").unwrap_or_default();
    turn.model = text(&mut told, "model");
    turn.time = told.get("time").and_then(Value::as_i64);
    if let Value::Array(images) = take(&mut told, "images") {
        // Only what is a picture by its bytes.
        let image = |mut image| Image::of(text(&mut image, "base64")?);
        turn.images = images.into_iter().filter_map(image).collect();
    }
    if turn.role == Role::Assistant {
        turn.end = match take(&mut told, "end") {
            Value::Null => None,
            end => Some(serde_json::from_value(end).unwrap_or(End::Cut { page_closed: false })),
        };
    }
    turn.tools = serde_json::from_value(take(&mut told, "tools")).unwrap_or_default();
    turn.usage = serde_json::from_value(take(&mut told, "usage")).unwrap_or_default();
    turn.timings = serde_json::from_value(take(&mut told, "timings")).unwrap_or_default();
    turn.notes = serde_json::from_value(take(&mut told, "notes")).unwrap_or_default();
    Some(turn)
}

/// Takes the value out from under a name; null where there is none.
fn take(value: &mut Value, name: &str) -> Value {
    value.get_mut(name).map(Value::take).unwrap_or_default()
}

fn text(value: &mut Value, name: &str) -> Option<String> {
    match take(value, name) {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn number(value: &Value) -> Option<usize> {
    usize::try_from(value.as_u64()?).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::event::{ErrorCause, ServerError, Timings, ToolCallDelta, Usage};
    use proptest::prelude::*;

    #[test]
    fn the_text_of_a_record_is_read_without_all_else() {
        let turn = Turn::user("Ὁ \"ποταμός\"");
        assert_eq!(text_of(&record(None, &turn)), Some(turn.text));
        for other in ["", "[]", "{}", r#"{"turn":{}}"#, r#"{"turn":{"text":7}}"#] {
            assert_eq!(text_of(other), None, "{other}");
        }
    }

    fn end() -> impl Strategy<Value = End> {
        let error = ServerError {
            message: "no".into(),
            code: Some("500".into()),
            cause: ErrorCause::Busy,
        };
        prop_oneof![
            Just(End::Stopped),
            Just(End::Superseded),
            "[a-z]{0,5}".prop_map(|reason| End::Complete { reason }),
            any::<bool>().prop_map(|page_closed| End::Cut { page_closed }),
            Just(End::Refused {
                status: Some(500),
                error: error.clone()
            }),
            Just(End::Broken {
                error,
                before_headers: true
            }),
        ]
    }

    fn reply() -> impl Strategy<Value = Turn> {
        (".{0,40}", ".{0,9}", end(), any::<Option<u32>>(), 0..9_u32).prop_map(
            |(text, reasoning, end, tokens, tenths)| Turn {
                text,
                reasoning,
                end: Some(end),
                tools: vec![ToolCallDelta {
                    name: Some("f".into()),
                    ..ToolCallDelta::default()
                }],
                usage: Usage {
                    completion_tokens: tokens,
                    ..Usage::default()
                },
                timings: Timings {
                    predicted_ms: Some(f64::from(tenths) / 10.0),
                    ..Timings::default()
                },
                model: tokens.map(|_| "a model".to_owned()),
                time: tokens.map(|tokens| i64::from(tokens) - 5),
                ..Turn::reply()
            },
        )
    }

    fn said() -> impl Strategy<Value = Turn> {
        (".{0,40}", any::<bool>()).prop_map(|(text, pictured)| {
            let image = pictured.then(|| Image::of("iVBORw0KGgo=".to_owned()).unwrap());
            Turn {
                images: image.into_iter().collect(),
                ..Turn::user(text)
            }
        })
    }

    /// Turns below any of those before them, or at the beginning; and then the reader looks at this branch and that.
    fn tree() -> impl Strategy<Value = Tree> {
        let turn = prop_oneof![said(), reply()];
        let turns = prop::collection::vec((any::<prop::sample::Index>(), turn), 1..20);
        let shows = prop::collection::vec(any::<prop::sample::Index>(), 0..5);
        let system = any::<Option<bool>>();
        (turns, shows, system).prop_map(|(turns, shows, system)| {
            let mut tree = Tree::default();
            // Where nobody says anything, there is no conversation.
            tree.add(None, Turn::user("?"));
            tree.system = system.map(|_| "You are a river.".to_owned());
            for (at, (below, turn)) in turns.into_iter().enumerate() {
                let parent = below.index(at + 2).checked_sub(1);
                tree.add(parent, turn);
            }
            for show in shows {
                tree.show(show.index(tree.len()));
            }
            tree
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_exported_comes_back_the_same(tree in tree()) {
            let about = About::default();
            prop_assert_eq!(import(&export(&tree)), Ok(Imported { about, tree, left: 0 }));
        }

        #[test]
        fn what_is_kept_turn_by_turn_comes_back_the_same(tree in tree()) {
            let mut back = Tree::default();
            back.system.clone_from(&tree.system);
            for id in 0..tree.len() {
                let record = record(tree.parent(id), tree.turn(id).unwrap());
                prop_assert!(add_record(&mut back, &record));
            }
            for child in tree.shown_aside() {
                back.show(child);
            }
            prop_assert_eq!(back, tree);
        }

        #[test]
        fn nothing_that_is_read_can_break_the_page(text in r#"[\[\]{}",:a-z0-9 ]{0,60}"#) {
            let _ = import(&text);
            let _ = add_record(&mut Tree::default(), &text);
        }
    }

    #[test]
    fn nothing_is_what_an_empty_tree_is_written_as() {
        let nothing: Value = serde_json::from_str(NOTHING).unwrap();
        let written: Value = serde_json::from_str(&export(&Tree::default())).unwrap();
        assert_eq!(nothing["rill"], written["rill"]);
        assert_eq!(
            nothing["conversation"]["nodes"],
            written["conversation"]["nodes"]
        );
    }

    #[test]
    fn other_files_are_refused_by_name() {
        let check = |text: &str, expect| assert_eq!(import(text), Err(expect), "{text}");
        check("", Unreadable::NotJson);
        check("<html>", Unreadable::NotJson);
        check(r#"{"rill":1,"conversation":{"no"#, Unreadable::NotJson);
        check("{}", Unreadable::NotAConversation);
        check("3", Unreadable::NotAConversation);
        check(r#"["a"]"#, Unreadable::NotAConversation);
        check(r#"{"rill":99}"#, Unreadable::Newer);
        check(NOTHING, Unreadable::NotAConversation);
        check(
            r#"{"rill":1,"conversation":{"nodes":[],"roots":[3]}}"#,
            Unreadable::NotAConversation,
        );
        check(
            r#"{"rill":1,"conversation":{"nodes":[{}, 7]}}"#,
            Unreadable::NotAConversation,
        );
        check(
            r#"{"rill":1,"conversation":{"nodes":[{"turn":{"role":"assistant","text":" "}}]}}"#,
            Unreadable::NotAConversation,
        );
        check(
            r#"[{"role":"user","content":[{"strange":1}]}]"#,
            Unreadable::NotAConversation,
        );
    }

    /// Counts the steps along the paths of a tree that this makes.
    fn steps(what: impl FnOnce()) -> u64 {
        let before = Tree::steps();
        what();
        Tree::steps() - before
    }

    #[test]
    fn a_long_file_is_read_turn_by_turn() {
        const MANY: usize = 10_000;
        let unreadable = vec![r#"{"turn":{"role":"user","text":"hi"}},7"#; MANY / 2].join(",");
        let file = format!(r#"{{"rill":1,"conversation":{{"nodes":[{unreadable}]}}}}"#);
        let mut found = None;
        let steps = steps(|| found = import(&file).ok());
        let found = found.unwrap();
        assert_eq!((found.tree.len(), found.left), (MANY, MANY / 2));
        // Each of them goes below the one before it, and no path is walked to find that one.
        assert!(steps <= 10, "{steps} steps");
    }

    #[test]
    fn what_a_file_lacks_is_as_good_as_not_said() {
        let file = r#"{"rill":1,"id":7,"updated":"soon","conversation":{"nodes":[
            {"turn":{"role":"user","text":"hello","images":[{"base64":"PHN2Zz4="}]},"parent":77,"children":[5],"chosen":9},
            {"turn":"what is this","parent":0},
            {"turn":{"role":"assistant","text":"hi","end":{"end":"abducted"},"tools":8},"parent":1},
            {"turn":{"role":"assistant","text":"and"},"parent":2}
        ],"chosen_root":4}}"#;
        let Imported { about, tree, left } = import(file).unwrap();
        assert_eq!(about, About::default());
        assert_eq!(left, 1);
        assert_eq!(tree.path().collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert!(tree.turn(0).unwrap().images.is_empty(), "no raster image");
        let end = |id: TurnId| tree.turn(id).unwrap().end.clone();
        assert_eq!(end(2), Some(End::Cut { page_closed: false }));
        assert_eq!(end(3), Some(End::Cut { page_closed: true }));
    }
}
