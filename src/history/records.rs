//! The form in which a store holds a conversation: texts for its head, its turns, and what was left unwritten when a page went.
//!
//! In: trees. Out: records, and trees again. It must not know a chat, nor the store. What is read may have been written by another
//! version, or cut off: what cannot be read is as good as not there.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::marks::Marks;
use crate::chat::archive::add_record;
use crate::chat::request::Role;
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::Turn;

/// The most letters of the first question that name a conversation.
const TITLE: usize = 90;

/// The record of a conversation: what the list shows, and what its turns do not say themselves.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Head {
    /// The conversation's name in the store.
    pub id: String,
    /// The beginning of the conversation's first question.
    pub title: String,
    /// The number of turns that are shown of the conversation.
    pub turns: usize,
    /// The number of all turns, those on other branches among them.
    pub count: usize,
    /// The time of the last change, in milliseconds since 1970.
    pub at: f64,
    /// A number that grows with every change: the time of it in milliseconds since 1970, or one more than before.
    pub version: u64,
    /// Older versions of a turn that are shown instead of the newest.
    pub aside: Vec<TurnId>,
    /// A server's base address, and its own name for the conversation.
    pub called: Option<(String, String)>,
    /// The writer of this record: a name that a page makes up for as long as it lives.
    pub by: String,
    /// The person's own marks.
    pub marks: Marks,
    /// The conversation's own system prompt.
    pub system: Option<String>,
}

/// Records that are written together, all of them or none.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// The version that the store must hold, 0 for none; else another page has changed the conversation.
    pub expect: u64,
    /// The conversation's new record.
    pub head: Head,
    /// New records of the conversation's turns, each with the turn's number.
    pub turns: Vec<(TurnId, String)>,
}

impl Batch {
    /// Tells whether the batch belongs on top of `known`, the head that the store holds. What its own page wrote may be newer
    /// than expected: not all that is said to have failed has.
    pub fn fits(&self, known: Option<&Head>) -> bool {
        let version = known.map_or(0, |known| known.version);
        version == self.expect || known.is_some_and(|known| self.head.is_of_the_same_page(known))
    }

    /// The conversation's record as it is to be written on top of `known`, the head that the store holds, whose marks it keeps.
    pub fn record(&self, known: Option<&Head>) -> String {
        self.head.clone().marked_as(known).write()
    }

    /// Takes in a newer batch of the same conversation; gives it back where it is of another, or where both together are more
    /// than `most` bytes.
    pub fn join(&mut self, newer: Batch, most: usize) -> Option<Batch> {
        let is_replaced = |id: &TurnId| newer.turns.iter().any(|(newer, _)| newer == id);
        let kept = self.turns.iter().filter(|(id, _)| !is_replaced(id));
        let kept: usize = kept.map(|(_, record)| record.len()).sum();
        let added: usize = newer.turns.iter().map(|(_, record)| record.len()).sum();
        // A turn that alone is more takes the place of what it was.
        let fits = kept == 0 || kept.saturating_add(added) <= most;
        if self.head.id != newer.head.id || !fits {
            return Some(newer);
        }
        self.turns.retain(|(id, _)| !is_replaced(id));
        self.turns.extend(newer.turns);
        self.head = newer.head;
        None
    }
}

impl Head {
    /// Reads a record; `None` where the text is none.
    pub fn read(text: &str) -> Option<Head> {
        let record: Value = serde_json::from_str(text).ok()?;
        let word = |name: &str| record.get(name)?.as_str().map(str::to_owned);
        let number = |name: &str| record.get(name).and_then(Value::as_u64).unwrap_or(0);
        let aside = record.get("aside").and_then(Value::as_array);
        let aside = aside.into_iter().flatten().filter_map(Value::as_u64);
        Some(Head {
            id: word("id")?,
            title: word("title").unwrap_or_default(),
            turns: number("turns") as usize,
            count: number("count") as usize,
            at: record.get("at").and_then(Value::as_f64).unwrap_or(0.0),
            version: number("version"),
            aside: aside.map(|id| id as usize).collect(),
            called: word("server").zip(word("called")),
            by: word("by").unwrap_or_default(),
            marks: Marks::read(&record),
            system: word("system"),
        })
    }

    /// Reads the record that stands under the name `id`; `None` where it is of something else than a conversation. One that is
    /// damaged is known by its turns alone: its version is 0.
    pub fn read_of(id: &str, text: &str) -> Option<Head> {
        let is_damaged = || serde_json::from_str::<IgnoredAny>(text).is_err();
        Head::read(text).or_else(|| is_damaged().then(|| Head::lost(id)))
    }

    /// The record that stands under the name `id`, as it is; where it is damaged, one that names the conversation.
    pub fn mended(id: &str, text: String) -> String {
        match serde_json::from_str::<IgnoredAny>(&text) {
            Ok(_) => text,
            Err(_) => Head::lost(id).write(),
        }
    }

    fn lost(id: &str) -> Head {
        Head {
            id: id.to_owned(),
            ..Head::default()
        }
    }

    /// The record as text.
    pub fn write(&self) -> String {
        let (server, called) = self.called.clone().unzip();
        let mut record = json!({
            "id": self.id,
            "title": self.title,
            "turns": self.turns,
            "count": self.count,
            "at": self.at,
            "version": self.version,
            "aside": self.aside,
            "server": server,
            "called": called,
            "by": self.by,
        });
        if let Some(record) = record.as_object_mut() {
            self.marks.write(record);
            if let Some(system) = &self.system {
                record.insert("system".to_owned(), json!(system));
            }
        }
        record.to_string()
    }

    /// The name that the person gave, else the title.
    pub fn name(&self) -> &str {
        self.marks.name.as_deref().unwrap_or(&self.title)
    }

    /// The same record with the marks of `known`, where there is such a record.
    pub(super) fn marked_as(self, known: Option<&Head>) -> Head {
        match known {
            Some(known) => Head {
                marks: known.marks.clone(),
                ..self
            },
            None => self,
        }
    }

    /// The record without version, time, writer and marks: the same for as long as the conversation is.
    pub fn undated(self) -> Head {
        Head {
            version: 0,
            at: 0.0,
            by: String::new(),
            marks: Marks::default(),
            ..self
        }
    }

    /// Tells whether two records were written by one page, which is known by its name.
    fn is_of_the_same_page(&self, other: &Head) -> bool {
        !self.by.is_empty() && self.by == other.by
    }
}

/// The part of a conversation that was still to be written when its page was left.
#[derive(Debug, Clone, PartialEq)]
pub struct Unwritten {
    /// The version on top of which it belongs, 0 for none; `None` where that is not known.
    pub expect: Option<u64>,
    /// The conversation's record.
    pub head: Head,
    /// Records of the conversation's turns, each with the turn's number, the older first.
    pub turns: Vec<(TurnId, String)>,
}

/// The standing of what was left unwritten towards what the store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Text that belongs on top of what the store holds.
    Newer,
    /// Text that is written by now.
    Written,
    /// Text that has gone astray: another page has written something else meanwhile.
    Diverged,
}

impl Head {
    /// The same record under another name; `None` where the text is no record.
    pub fn renamed(record: &str, id: &str) -> Option<String> {
        let head = Head::read(record)?;
        let id = id.to_owned();
        Some(Head { id, ..head }.write())
    }
}

impl Unwritten {
    /// The same text under another name; `None` where it is no such text.
    pub fn renamed(text: &str, id: &str) -> Option<String> {
        let mut left = Unwritten::read(text)?;
        left.head.id = id.to_owned();
        Some(left.write())
    }

    /// The part that batches hold of one conversation; `None` where they hold nothing of it.
    pub fn of<'a>(id: &str, batches: impl Iterator<Item = &'a Batch>) -> Option<Unwritten> {
        let mut all: Option<Unwritten> = None;
        for batch in batches.filter(|batch| batch.head.id == id) {
            let all = all.get_or_insert_with(|| Unwritten {
                expect: Some(batch.expect),
                head: Head::default(),
                turns: Vec::new(),
            });
            all.head = batch.head.clone();
            all.turns.extend(batch.turns.iter().cloned());
        }
        all
    }

    /// Writes the text that is left.
    pub fn write(&self) -> String {
        json!({ "expect": self.expect, "head": self.head.write(), "turns": self.turns }).to_string()
    }

    /// Reads a text that was left; `None` where it is no such text.
    pub fn read(text: &str) -> Option<Unwritten> {
        let record: Value = serde_json::from_str(text).ok()?;
        let turn = |turn: &Value| {
            let id = turn.get(0)?.as_u64()? as usize;
            Some((id, turn.get(1)?.as_str()?.to_owned()))
        };
        let turns = record.get("turns")?.as_array()?.iter().filter_map(turn);
        Some(Unwritten {
            expect: record.get("expect").and_then(Value::as_u64),
            head: Head::read(record.get("head")?.as_str()?)?,
            turns: turns.collect(),
        })
    }

    /// The standing towards `known`, the head that the store holds.
    pub fn standing(&self, known: Option<&Head>) -> Standing {
        let Some(known) = known else {
            return Standing::Newer;
        };
        let is_own = self.head.is_of_the_same_page(known);
        match self.expect {
            Some(expect) if !is_own && expect == known.version => Standing::Newer,
            Some(_) if !is_own => Standing::Diverged,
            _ if self.head.version >= known.version => Standing::Newer,
            _ => Standing::Written,
        }
    }

    /// Tells whether the conversation can be made of this part alone: it holds each turn.
    pub fn is_whole(&self) -> bool {
        self.head.count > 0 && self.first_own() == 0
    }

    /// The number from which on this part holds every turn: those below it shares with what was written before.
    pub fn first_own(&self) -> TurnId {
        let mut ids: Vec<TurnId> = self.turns.iter().map(|(id, _)| *id).collect();
        ids.sort_unstable_by(|one, other| other.cmp(one));
        ids.dedup();
        let mut first = self.head.count;
        for id in ids {
            if first.checked_sub(1) == Some(id) {
                first = id;
            }
        }
        first
    }

    /// Puts the turns of this part into a tree, in the place of older ones. A turn whose place is not there yet, beyond a gap, is
    /// left out.
    pub fn mend(&self, tree: &mut Tree) {
        mend(tree, &self.turns);
    }
}

/// Puts turns, each with its number, into a tree, in the place of older ones. A turn whose place is not there yet, beyond a gap,
/// is left out.
pub fn mend(tree: &mut Tree, turns: &[(TurnId, String)]) {
    // In the order in which they were said; of one that was written more than once the newest is the last.
    let mut turns: Vec<&(TurnId, String)> = turns.iter().collect();
    turns.sort_by_key(|(id, _)| *id);
    for (id, record) in turns {
        let mut one = Tree::default();
        if *id == tree.len() {
            add(tree, record);
        } else if add_record(&mut one, record)
            && let (Some(kept), Some(turn)) = (tree.turn_mut(*id), one.turn(0))
        {
            kept.clone_from(turn);
        }
    }
}

/// Lists all conversations, the newest first: of the heads' records, and of what pages left unwritten beside them.
pub fn list(heads: &[String], unwritten: &[String]) -> Vec<Head> {
    let heads = heads.iter().filter_map(|head| Head::read(head));
    list_of(heads.collect(), unwritten)
}

/// The same of heads that are read already.
pub fn list_of(heads: Vec<Head>, unwritten: &[String]) -> Vec<Head> {
    let heads = heads.into_iter();
    let mut all: BTreeMap<String, Head> = heads.map(|head| (head.id.clone(), head)).collect();
    for left in unwritten.iter().filter_map(|text| Unwritten::read(text)) {
        let known = all.get(&left.head.id);
        // What stands on something that is not there any more belongs to a conversation that was deleted.
        let is_there = known.is_some() || left.is_whole();
        if is_there && left.standing(known) == Standing::Newer {
            let head = left.head.marked_as(known);
            all.insert(head.id.clone(), head);
        }
    }
    let mut all: Vec<Head> = all.into_values().collect();
    all.sort_by(newest_first);
    all
}

fn newest_first(one: &Head, other: &Head) -> Ordering {
    other.at.total_cmp(&one.at)
}

/// Adds a turn, of which this is the record, to a tree. A record that cannot be read leaves the turn's place empty: the turns
/// behind it are known by their numbers; `false` then.
pub fn add(tree: &mut Tree, record: &str) -> bool {
    let is_read = add_record(tree, record);
    if !is_read {
        tree.add(tree.last(), Turn::reply());
    }
    is_read
}

/// The beginning of the first question, on one line: the title of a conversation.
pub fn title(tree: &Tree) -> String {
    let asked = |id: &TurnId| tree.turn(*id).is_some_and(|turn| turn.role == Role::User);
    let first = tree.path().take(2).find(asked).and_then(|id| tree.turn(id));
    let mut title = String::new();
    let words = first.map_or("", |turn| turn.text.as_str());
    for word in words.split_whitespace() {
        if title.chars().count() >= TITLE {
            title.push('…');
            break;
        }
        if !title.is_empty() {
            title.push(' ');
        }
        // A single word may be very long.
        title.extend(word.chars().take(TITLE));
    }
    title
}
