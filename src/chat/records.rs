//! What stands in a browser's database for a conversation, as texts: its head, its turns, and what was left of it when a page went.
//!
//! In: trees. Out: records, and trees again. It must not know a chat, nor the database. What is read may have been written by
//! another version, or cut off: what cannot be read is as good as not there.

use serde_json::{Value, json};

use super::archive::add_record;
use super::request::Role;
use super::tree::{Tree, TurnId};
use super::turn::Turn;

/// So many letters of the first question name a conversation.
const TITLE: usize = 90;

/// A conversation in the list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Head {
    /// Its name in the database.
    pub id: String,
    /// The beginning of its first question.
    pub title: String,
    /// How many turns are shown of it.
    pub turns: usize,
    /// How many there are, those on other branches among them.
    pub count: usize,
    /// When something was last said, in milliseconds since 1970.
    pub at: f64,
    /// Grows with every change.
    pub version: u64,
    /// Older versions of a turn that are shown instead of the newest.
    pub aside: Vec<TurnId>,
    /// What the server at this address calls it.
    pub called: Option<(String, String)>,
    /// Who wrote this: a name that a page makes up for as long as it lives.
    pub by: String,
}

/// What is written together.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Writes only on top of this version, or of what the same page wrote; on top of any, where none is said.
    pub expect: Option<u64>,
    /// The conversation's record.
    pub head: Head,
    /// Records of its turns.
    pub turns: Vec<(TurnId, String)>,
}

impl Batch {
    /// Whether it belongs on top of what is kept. What this page wrote itself may be newer than it: not all that is said to have
    /// failed has.
    pub fn fits(&self, known: Option<&Head>) -> bool {
        let Some(expect) = self.expect else {
            return true;
        };
        let version = known.map_or(0, |known| known.version);
        let is_own = known.is_some_and(|known| !known.by.is_empty() && known.by == self.head.by);
        version == expect || is_own
    }

    /// Takes a newer batch of the same conversation in; gives it back where it is of another, or where both together are more than
    /// `most` bytes.
    pub fn join(&mut self, newer: Batch, most: usize) -> Option<Batch> {
        let is_replaced = |id: &TurnId| newer.turns.iter().any(|(newer, _)| newer == id);
        let kept = self.turns.iter().filter(|(id, _)| !is_replaced(id));
        let kept: usize = kept.map(|(_, record)| record.len()).sum();
        let added: usize = newer.turns.iter().map(|(_, record)| record.len()).sum();
        // A turn that alone is more takes the place of what it was.
        let fits = kept == 0 || kept.saturating_add(added) <= most;
        if self.head.id != newer.head.id || newer.expect.is_none() || !fits {
            return Some(newer);
        }
        self.turns.retain(|(id, _)| !is_replaced(id));
        self.turns.extend(newer.turns);
        self.head = newer.head;
        None
    }
}

impl Head {
    /// Reads a record; `None` where it is none.
    pub fn read(text: &str) -> Option<Head> {
        let told: Value = serde_json::from_str(text).ok()?;
        let word = |name: &str| told.get(name)?.as_str().map(str::to_owned);
        let number = |name: &str| told.get(name).and_then(Value::as_u64).unwrap_or(0);
        let aside = told.get("aside").and_then(Value::as_array);
        let aside = aside.into_iter().flatten().filter_map(Value::as_u64);
        Some(Head {
            id: word("id")?,
            title: word("title").unwrap_or_default(),
            turns: number("turns") as usize,
            count: number("count") as usize,
            at: told.get("at").and_then(Value::as_f64).unwrap_or(0.0),
            version: number("version"),
            aside: aside.map(|id| id as usize).collect(),
            called: word("server").zip(word("called")),
            by: word("by").unwrap_or_default(),
        })
    }

    /// What it says of the conversation itself.
    pub fn told(self) -> Head {
        Head {
            version: 0,
            at: 0.0,
            by: String::new(),
            ..self
        }
    }

    /// As a record.
    pub fn write(&self) -> String {
        let (server, called) = self.called.clone().unzip();
        json!({
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
        })
        .to_string()
    }
}

/// What was still to be written of a conversation when the page was left.
#[derive(Debug, Clone, PartialEq)]
pub struct Left {
    /// Its record.
    pub head: Head,
    /// Records of its turns, the older first.
    pub turns: Vec<(TurnId, String)>,
}

impl Left {
    /// What batches hold of one conversation; `None` where they hold nothing of it.
    pub fn of<'a>(id: &str, batches: impl Iterator<Item = &'a Batch>) -> Option<Left> {
        let mut left: Option<Left> = None;
        for batch in batches.filter(|batch| batch.head.id == id) {
            let mut turns = left.map(|left| left.turns).unwrap_or_default();
            turns.extend(batch.turns.iter().cloned());
            let head = batch.head.clone();
            left = Some(Left { head, turns });
        }
        left
    }

    /// As text.
    pub fn write(&self) -> String {
        json!({ "head": self.head.write(), "turns": self.turns }).to_string()
    }

    /// Reads such a text; `None` where it is none.
    pub fn read(text: &str) -> Option<Left> {
        let told: Value = serde_json::from_str(text).ok()?;
        let turn = |turn: &Value| {
            let id = turn.get(0)?.as_u64()? as usize;
            Some((id, turn.get(1)?.as_str()?.to_owned()))
        };
        let turns = told.get("turns")?.as_array()?.iter().filter_map(turn);
        Some(Left {
            head: Head::read(told.get("head")?.as_str()?)?,
            turns: turns.collect(),
        })
    }

    /// Puts its turns into a tree, in the place of older ones.
    pub fn mend(&self, tree: &mut Tree) {
        // In the order in which they were said; of one that was written more than once the newest is the last.
        let mut turns: Vec<&(TurnId, String)> = self.turns.iter().collect();
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
}

/// Adds a kept turn. One that cannot be read leaves its place empty: the turns behind it are known by their numbers.
pub fn add(tree: &mut Tree, record: &str) {
    if !add_record(tree, record) {
        tree.add(tree.last(), Turn::reply());
    }
}

/// How much has come of a reply.
pub fn length(turn: &Turn) -> usize {
    turn.text.len() + turn.reasoning.len()
}

/// The beginning of the first question, on one line.
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

#[cfg(test)]
mod tests {
    use super::super::archive::record;
    use super::*;
    use crate::event::End;

    fn batch(id: &str, expect: u64, turns: &[(TurnId, &str)]) -> Batch {
        let record = |(turn, text): &(TurnId, &str)| {
            let parent = turn.checked_sub(1);
            (*turn, record(parent, &Turn::user((*text).to_owned())))
        };
        Batch {
            expect: Some(expect),
            head: Head {
                id: id.to_owned(),
                version: expect + 1,
                by: "me".to_owned(),
                ..Head::default()
            },
            turns: turns.iter().map(record).collect(),
        }
    }

    #[test]
    fn a_head_comes_back_as_it_was() {
        let head = Head {
            id: "RILL1".to_owned(),
            title: "Größe 🌊".to_owned(),
            turns: 4,
            count: 5,
            at: 1.5e12,
            version: 7,
            aside: vec![2],
            called: Some(("http://a.test".to_owned(), "s1".to_owned())),
            by: "me".to_owned(),
        };
        assert_eq!(Head::read(&head.write()), Some(head));
    }

    #[test]
    fn what_is_no_record_or_an_older_one_is_read_as_far_as_it_goes() {
        for text in [
            "",
            "null",
            "7",
            "[]",
            "{",
            "\"x\"",
            "{\"id\":7}",
            "{\"title\":\"x\"}",
        ] {
            assert_eq!(Head::read(text), None, "{text}");
        }
        let odd = r#"{"id":"a","title":9,"turns":-1,"count":1e30,"at":"now","version":null,"aside":[1.5,"x",null,3],"server":1,"called":"x"}"#;
        let head = Head::read(odd).expect("it has a name");
        assert_eq!((head.id.as_str(), head.turns, head.count), ("a", 0, 0));
        assert_eq!((head.version, head.called), (0, None));
        for text in [
            "",
            "{}",
            "{\"head\":{}}",
            "{\"head\":\"\",\"turns\":[]}",
            "{\"head\":\"{}\",\"turns\":[]}",
        ] {
            assert_eq!(Left::read(text), None, "{text}");
        }
        let left = r#"{"head":"{\"id\":\"a\"}","turns":[[],[0],[0,1],["0","x"],[99999999999,"x"],[0,"not a record"],7]}"#;
        let left = Left::read(left).expect("it has a head");
        let mut tree = Tree::default();
        left.mend(&mut tree);
        assert_eq!(tree.len(), 1, "its place is there, and empty");
    }

    #[test]
    fn any_text_cut_anywhere_is_read_without_a_panic() {
        let mut tree = Tree::default();
        let asked = tree.add(None, Turn::user("Größe? 👩‍👩‍👧‍👦"));
        let mut reply = Turn::reply();
        reply.text = "日本 \u{0} \"x\"".to_owned();
        reply.end = Some(End::Stopped);
        tree.add(Some(asked), reply);
        let records: Vec<String> = (0..2)
            .filter_map(|id| tree.turn(id).map(|turn| record(tree.parent(id), turn)))
            .collect();
        let left = Left::of("a", [batch("a", 0, &[(0, "x"), (1, "y")])].iter());
        let left = left.expect("it is there").write();
        for text in records.iter().chain([&left]) {
            for (at, _) in text.char_indices() {
                let (begin, end) = text.split_at(at);
                for part in [begin, end, &format!("{end}{begin}")] {
                    let mut tree = Tree::default();
                    add(&mut tree, part);
                    Head::read(part);
                    if let Some(left) = Left::read(part) {
                        left.mend(&mut tree);
                    }
                    title(&tree);
                }
            }
        }
    }

    #[test]
    fn another_pages_words_are_not_written_over() {
        let batch = batch("a", 4, &[]);
        let known = |version: u64, by: &str| Head {
            version,
            by: by.to_owned(),
            ..Head::default()
        };
        assert!(batch.fits(Some(&known(4, "another"))));
        assert!(!batch.fits(Some(&known(5, "another"))));
        assert!(
            !batch.fits(Some(&known(5, ""))),
            "one that is older says no name"
        );
        assert!(batch.fits(Some(&known(9, "me"))));
        assert!(!batch.fits(None), "it was deleted");
    }

    #[test]
    fn what_waits_grows_with_what_is_said_and_not_with_the_waiting() {
        let mut waiting = batch("a", 0, &[(0, "x"), (1, "y")]);
        let before = waiting.turns.len();
        for version in 1..50 {
            let newer = batch("a", version, &[(1, "y and more")]);
            assert_eq!(waiting.join(newer, 10_000), None);
        }
        assert_eq!(waiting.turns.len(), before);
        assert_eq!((waiting.expect, waiting.head.version), (Some(0), 50));
        // One of another conversation, or too much, waits by itself.
        assert!(waiting.join(batch("b", 0, &[]), 10_000).is_some());
        assert!(waiting.join(batch("a", 50, &[(2, "z")]), 10).is_some());
    }
}
