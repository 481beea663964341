//! Conversations whose messages name the one before them, as ChatGPT and LibreChat export them: with all their branches.
//!
//! In: the JSON of a file. Out: the first conversation in it in which somebody speaks, shown as the file shows it. What is no turn (a
//! tool's traffic, a hidden message) leaves the tree: what hangs on it hangs on the turn before it. Thinking that is a message of its
//! own belongs to the reply below it.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::{Imported, messages, take};
use crate::chat::request::Role;
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::Turn;

/// One message, before it has its place.
struct Node {
    parent: Option<String>,
    /// Names of the messages below this one, where the file lists them.
    below: Vec<String>,
    message: Value,
}

/// The nodes of one conversation, in the file's order.
#[derive(Default)]
struct Linked {
    names: Vec<String>,
    nodes: HashMap<String, Node>,
    /// The message that the file shows last.
    current: Option<String>,
}

/// The conversation in a file of such messages; `None` where it is none of these files.
pub(super) fn read(file: &mut Value) -> Option<Imported> {
    if let Some(Value::Array(messages)) = file.get_mut("messages") {
        let is_linked = |message: &Value| message.get("parentMessageId").is_some();
        let is_linked = messages.iter().any(is_linked);
        return is_linked.then(|| of_list(std::mem::take(messages)).tree());
    }
    for name in ["conversations", "data"] {
        if file.get(name).is_some_and(has_mapping) {
            *file = take(file, name);
        }
    }
    if !has_mapping(file) {
        return None;
    }
    let all = match file {
        Value::Array(all) => std::mem::take(all),
        one => vec![one.take()],
    };
    // One file, one conversation: those behind the first are left behind.
    let mut found: Option<Imported> = None;
    let mut left = 0;
    for conversation in all {
        let read = of_mapping(conversation).tree();
        left += read.left;
        match found {
            None if !read.tree.is_empty() => found = Some(read),
            None => {}
            Some(_) => left += read.tree.len(),
        }
    }
    found.map(|found| Imported { left, ..found })
}

fn has_mapping(file: &Value) -> bool {
    let holds = |value: &Value| value.get("mapping").is_some_and(Value::is_object);
    match file {
        Value::Array(all) => all.iter().any(holds),
        one => holds(one),
    }
}

/// LibreChat's list.
fn of_list(messages: Vec<Value>) -> Linked {
    let mut linked = Linked::default();
    for (at, mut message) in messages.into_iter().enumerate() {
        let name = name(message.get("messageId")).unwrap_or_else(|| at.to_string());
        let parent = self::name(message.get("parentMessageId"));
        if let Value::Object(fields) = &mut message {
            let by_user = fields.get("isCreatedByUser").and_then(Value::as_bool);
            if let Some(by_user) = by_user {
                let role = if by_user { "user" } else { "assistant" };
                fields.insert("role".to_owned(), json!(role));
            }
            // What is said stands in the parts, where there are any.
            if fields
                .get("content")
                .and_then(Value::as_array)
                .is_none_or(Vec::is_empty)
            {
                fields.remove("content");
            }
        }
        linked.add(
            name,
            Node {
                parent,
                below: Vec::new(),
                message,
            },
        );
    }
    linked
}

/// ChatGPT's mapping.
fn of_mapping(mut conversation: Value) -> Linked {
    let mut linked = Linked {
        current: name(conversation.get("current_node")),
        ..Linked::default()
    };
    let Value::Object(mapping) = take(&mut conversation, "mapping") else {
        return linked;
    };
    for (key, mut node) in mapping {
        let below = node.get("children").and_then(Value::as_array);
        let below = below.into_iter().flatten();
        let node = Node {
            parent: name(node.get("parent")),
            below: below.filter_map(|child| name(Some(child))).collect(),
            message: visible(take(&mut node, "message")),
        };
        linked.add(key, node);
    }
    linked
}

/// A message of ChatGPT's that a person saw, in the form that lists of messages have; null for all others.
fn visible(mut message: Value) -> Value {
    let says = |at: &str, expect: &Value| message.pointer(at) == Some(expect);
    let hidden = says(
        "/metadata/is_visually_hidden_from_conversation",
        &json!(true),
    );
    let kind = message
        .pointer("/content/content_type")
        .and_then(Value::as_str);
    let is_setting = matches!(
        kind,
        Some("user_editable_context" | "model_editable_context" | "reasoning_recap")
    );
    let recipient = message.get("recipient").and_then(Value::as_str);
    if hidden || is_setting || recipient.is_some_and(|to| to != "all") {
        return Value::Null;
    }
    if kind == Some("thoughts") {
        let thoughts = message
            .pointer("/content/thoughts")
            .and_then(Value::as_array);
        let words = |thought: &Value| {
            let word = |key: &str| thought.get(key)?.as_str().filter(|text| !text.is_empty());
            word("content")
                .or_else(|| word("summary"))
                .map(str::to_owned)
        };
        let thoughts: Vec<String> = thoughts.into_iter().flatten().filter_map(words).collect();
        return json!({ "role": "assistant", "thinking": thoughts.join("\n\n") });
    }
    let model = message.pointer_mut("/metadata/model_slug").map(Value::take);
    if let (Value::Object(fields), Some(model)) = (&mut message, model) {
        fields.insert("model".to_owned(), model);
    }
    message
}

/// A name, whatever its type.
fn name(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(name) => Some(name.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The place of a message: below this turn, behind this thinking.
#[derive(Default, Clone)]
struct Place {
    parent: Option<TurnId>,
    thinking: String,
    model: Option<String>,
}

impl Linked {
    fn add(&mut self, name: String, node: Node) {
        // A name that is there already names the first.
        if !self.nodes.contains_key(&name) {
            self.names.push(name.clone());
            self.nodes.insert(name, node);
        }
    }

    /// Messages below each message: in the order of its own list, then of the file.
    fn below(&self) -> HashMap<&str, Vec<&str>> {
        let mut below: HashMap<&str, Vec<&str>> = HashMap::new();
        let is_parent = |parent: &str, child: &str| {
            let child = self.nodes.get(child);
            child.is_some_and(|child| child.parent.as_deref() == Some(parent))
        };
        let listed = self
            .names
            .iter()
            .filter_map(|name| Some((name, self.nodes.get(name)?)));
        for (name, node) in listed.clone() {
            let own = node.below.iter().filter(|child| is_parent(name, child));
            below.insert(name, own.map(String::as_str).collect());
        }
        let mut known: HashSet<&str> = below.values().flatten().copied().collect();
        for (name, node) in listed {
            let parent = node
                .parent
                .as_deref()
                .and_then(|parent| below.get_mut(parent));
            if let (true, Some(parent)) = (known.insert(name), parent) {
                parent.push(name);
            }
        }
        below
    }

    /// The conversation.
    fn tree(&self) -> Imported {
        let mut imported = Imported {
            tree: Tree::default(),
            left: 0,
        };
        let below = self.below();
        let is_root = |name: &&String| {
            let parent = self.nodes.get(*name).and_then(|node| node.parent.as_ref());
            parent.is_none_or(|parent| !self.nodes.contains_key(parent))
        };
        let mut places: HashMap<&str, Option<TurnId>> = HashMap::new();
        // Behind the roots those that are in a circle: the first of one begins it.
        let order = self.names.iter().filter(is_root).chain(&self.names);
        for root in order {
            let mut open = vec![(root.as_str(), Place::default())];
            while let Some((name, place)) = open.pop() {
                if places.contains_key(name) {
                    continue;
                }
                let children = below.get(name).map_or(&[][..], Vec::as_slice);
                let place = self.put(name, place, children.is_empty(), &mut imported);
                places.insert(name, place.parent);
                let children = children.iter().rev();
                open.extend(children.map(|child| (*child, place.clone())));
            }
        }
        let mut shown = self.current.as_deref().and_then(|name| *places.get(name)?);
        while let Some(id) = shown {
            imported.tree.show(id);
            shown = imported.tree.parent(id);
        }
        imported
    }

    /// Gives a message its place; what is below it comes behind that.
    fn put(&self, name: &str, mut place: Place, is_last: bool, imported: &mut Imported) -> Place {
        let message = self
            .nodes
            .get(name)
            .map_or(&Value::Null, |node| &node.message);
        let Some(mut turn) = messages::turn(message, &mut imported.left) else {
            return place;
        };
        let is_reply = turn.role == Role::Assistant;
        if is_reply && !place.thinking.is_empty() {
            let before = std::mem::take(&mut place.thinking);
            let own = std::mem::replace(&mut turn.reasoning, before);
            if !own.is_empty() {
                turn.reasoning.push_str("\n\n");
                turn.reasoning.push_str(&own);
            }
        }
        turn.model = turn.model.or_else(|| place.model.take());
        if is_reply && is_nothing_but_thinking(&turn) && !is_last {
            place.thinking = turn.reasoning;
            place.model = turn.model;
            return place;
        }
        let id = imported.tree.add(place.parent, turn);
        Place {
            parent: Some(id),
            ..Place::default()
        }
    }
}

fn is_nothing_but_thinking(turn: &Turn) -> bool {
    turn.text.trim().is_empty() && turn.images.is_empty() && turn.tools.is_empty()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::import;
    use super::*;

    /// The branch that is shown: what was said, and what was thought.
    fn shown(file: &Value) -> Vec<(String, String)> {
        let tree = import(&file.to_string()).unwrap().tree;
        let turns = tree.path().filter_map(|id| tree.turn(id));
        turns
            .map(|turn| (turn.text.clone(), turn.reasoning.clone()))
            .collect()
    }

    fn said(text: &str) -> (String, String) {
        (text.to_owned(), String::new())
    }

    fn message(role: &str, text: &str) -> Value {
        json!({"author": {"role": role}, "content": {"content_type": "text", "parts": [text]}})
    }

    #[test]
    fn hidden_messages_and_tools_leave_no_gap() {
        let file = json!({"current_node": "e", "mapping": {
            "a": {"parent": null, "children": ["b"], "message": null},
            "b": {"parent": "a", "children": ["c"], "message": message("user", "Q")},
            "c": {"parent": "b", "children": ["d"], "message": {"author": {"role": "assistant"}, "recipient": "python", "content": {"content_type": "code", "text": "1+1"}}},
            "d": {"parent": "c", "children": ["e"], "message": message("tool", "2")},
            "e": {"parent": "d", "children": [], "message": message("assistant", "Two.")}
        }});
        assert_eq!(shown(&file), [said("Q"), said("Two.")]);
    }

    #[test]
    fn a_circle_and_a_parent_that_is_not_there_lose_nothing() {
        let file = json!([{"mapping": {
            "a": {"parent": "b", "message": message("user", "one")},
            "b": {"parent": "a", "message": message("assistant", "two")},
            "c": {"parent": "gone", "message": message("user", "three")}
        }}]);
        let imported = import(&file.to_string()).unwrap();
        assert_eq!(imported.tree.len(), 3);
    }

    #[test]
    fn thinking_without_an_answer_is_a_reply() {
        let thoughts = json!({"author": {"role": "assistant"}, "content": {"content_type": "thoughts", "thoughts": [{"summary": "Hm", "content": ""}]}});
        let file = json!({"mapping": {
            "a": {"parent": null, "message": message("user", "Q")},
            "b": {"parent": "a", "message": thoughts}
        }});
        assert_eq!(shown(&file), [said("Q"), (String::new(), "Hm".to_owned())]);
    }

    #[test]
    fn a_long_conversation_is_read_without_going_deeper() {
        let mut mapping = serde_json::Map::new();
        for at in 0..20_000_u32 {
            let role = if at % 2 == 0 { "user" } else { "assistant" };
            let parent = at.checked_sub(1).map(|before| format!("{before:06}"));
            mapping.insert(
                format!("{at:06}"),
                json!({"parent": parent, "message": message(role, "x")}),
            );
        }
        assert_eq!(shown(&json!({"mapping": mapping})).len(), 20_000);
    }
}
