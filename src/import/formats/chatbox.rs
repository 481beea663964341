//! Chatbox: a backup of all it has, keys among it, of which only the sessions are read.
//!
//! Each thread of a session is a conversation of its own. Forks hang on their message; the list at their `position` is empty, for it is what
//! stands behind that message in the thread.

use std::collections::{HashMap, HashSet};

use crate::import::document::Json;
use crate::import::outcome::{About, Why};
use crate::import::reader::Output;
use crate::import::rules::draft::{Draft, Place, title};
use crate::import::rules::graph::Parent;
use crate::import::rules::said::{Said, Speaker};
use crate::import::rules::time;

use super::parts;

/// Reads a backup.
pub fn entry(entry: Json<'_>, out: &mut Output<'_>) {
    for older in entry.list("chat-sessions") {
        session(older, out);
    }
    let mut sessions: HashMap<String, Json<'_>> = HashMap::new();
    let mut order: Vec<String> = Vec::new();
    let listed = entry.list("chat-sessions-list");
    order.extend(listed.filter_map(|item| item.get("id")?.name()));
    for (name, value) in entry.fields() {
        let name = name.text().unwrap_or_default();
        if let Some(id) = name.strip_prefix("session:") {
            order.push(id.to_owned());
            sessions.insert(id.to_owned(), value);
        }
    }
    for id in order {
        if let Some(one) = sessions.remove(&id) {
            session(one, out);
        }
    }
}

fn session(session: Json<'_>, out: &mut Output<'_>) {
    if !session.is_object() {
        return out.skip();
    }
    let id = session.get("id").and_then(Json::name);
    let mut forks: HashMap<String, Json<'_>> = HashMap::new();
    for (message, fork) in session
        .get("messageForksHash")
        .into_iter()
        .flat_map(Json::fields)
    {
        forks.extend(message.name().map(|message| (message, fork)));
    }
    let open = Draft {
        about: About {
            id: id.clone(),
            title: title(session, &["threadName", "name"]),
            ..About::default()
        },
        ..Draft::default()
    };
    thread(open, session.list("messages").collect(), &forks, out);
    for (at, one) in session.list("threads").enumerate() {
        let own = one.get("id").and_then(Json::name);
        let draft = Draft {
            about: About {
                id: own.or_else(|| Some(format!("{}#{at}", id.clone()?))),
                title: title(one, &["name"]).or_else(|| title(session, &["name"])),
                ..About::default()
            },
            ..Draft::default()
        };
        thread(draft, one.list("messages").collect(), &forks, out);
    }
}

/// Messages one behind the other, and the one that the first of them hangs on.
type Chain<'d> = (Vec<Json<'d>>, Parent);

fn thread<'d>(
    mut draft: Draft,
    messages: Vec<Json<'d>>,
    forks: &HashMap<String, Json<'d>>,
    out: &mut Output<'_>,
) {
    let name = |message: &Json<'d>| message.get("id").and_then(Json::name);
    let mut seen: HashSet<String> = HashSet::new();
    let mut open: Vec<Chain<'d>> = vec![(messages, Parent::Root)];
    let mut is_first = true;
    while let Some((chain, mut below)) = open.pop() {
        for (at, message) in chain.iter().enumerate() {
            let id = name(message);
            let fork = id.as_ref().and_then(|id| forks.get(id));
            let fork = fork.filter(|_| id.clone().is_some_and(|id| seen.insert(id)));
            let position = fork.and_then(|fork| fork.get("position")?.number());
            let mut lists = Vec::new();
            let mut children = Vec::new();
            for (index, list) in fork
                .into_iter()
                .flat_map(|fork| fork.list("lists"))
                .enumerate()
            {
                let list: Vec<Json<'d>> = list.list("messages").collect();
                let live = chain.get(at + 1).filter(|_| position == Some(index as f64));
                children.extend(live.or(list.first()).and_then(name));
                lists.push(list);
            }
            let place = Place {
                id: id.clone(),
                parent: below,
                children,
            };
            below = Parent::At(add(*message, place, &mut draft));
            for list in lists.into_iter().filter(|list| !list.is_empty()) {
                open.push((list, below.clone()));
            }
            if is_first {
                draft.current = id;
            }
        }
        is_first = false;
    }
    out.give(draft.finish());
}

fn add(message: Json<'_>, place: Place, draft: &mut Draft) -> usize {
    let mut said = Said::default();
    for part in message.list("contentParts") {
        // Pictures are kept elsewhere, under a key.
        match part.says("type", "image") {
            true => said.missing(Why::Picture, &mut draft.left),
            false => parts::part(part, &mut said, &mut draft.left),
        }
    }
    if !said.has_text() {
        said.text_in(message, "content");
    }
    if !said.has_thoughts() {
        said.thought_in(message, "reasoningContent");
    }
    let speaker = Speaker::in_field(message, "role");
    draft.say(place, speaker, said, |speech| {
        speech.time = message.get("timestamp").and_then(time::of);
        speech.model = message.string("model");
    })
}

#[cfg(test)]
mod tests {
    use crate::import::testing::{all, lines};
    use serde_json::{Value, json};

    fn message(id: &str, role: &str, text: &str) -> Value {
        json!({"id": id, "role": role, "contentParts": [{"type": "text", "text": text}]})
    }

    #[test]
    fn threads_are_conversations_and_forks_are_branches() {
        let forks = json!({"1": {"position": 1, "lists": [
            {"messages": [message("4", "assistant", "first"), message("5", "user", "and?")]}, {"messages": []}, {"messages": [message("6", "assistant", "third")]}]},
            "4": {"position": 0, "lists": [{"messages": []}, {"messages": [message("7", "user", "or?")]}]},
            "6": {"position": 0, "lists": [{"messages": [message("1", "user", "again")]}]}});
        let file = json!({"settings": {"apiKey": "secret"}, "session:b": {"id": "b", "name": "B", "messages": [{"role": "user", "content": "old"}]},
            "session:a": {"id": "a", "name": "A", "threadName": "open", "messages": [message("1", "user", "Q"), message("2", "assistant", "second")],
                "threads": [{"name": "", "messages": [message("9", "user", "T")]}, {"messages": []}], "messageForksHash": forks},
            "chat-sessions-list": [{"id": "a"}, {"id": "gone"}]});
        let (read, report) = all(&file.to_string());
        let titles: Vec<_> = read
            .iter()
            .map(|read| read.about.title.as_deref())
            .collect();
        assert_eq!(titles, [Some("open"), Some("A"), Some("B")]);
        assert_eq!(report.skipped, 1);
        assert_eq!(lines(&read[0]), ["user: Q", "assistant: second"]);
        assert_eq!(lines(&read[2]), ["user: old"]);
        let last = read[0].tree.last().map(|last| read[0].tree.branch(last));
        assert_eq!(last, Some((1, 3)));
        assert_eq!(read[0].tree.len(), 7);
        assert!(!format!("{read:?}").contains("secret"));
    }
}
