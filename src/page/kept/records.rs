//! What stands in the database for a conversation, as texts: its head, its turns, and what was left of it when a page went.
//!
//! In: trees. Out: records, and trees again. It must not know a chat.

use serde_json::{Value, json};

use super::db::{Db, Work};
use crate::chat::archive::add_record;
use crate::chat::request::Role;
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::Turn;

/// So many turns are read at once.
pub(super) const PIECE: u32 = 250;
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
    pub(super) count: usize,
    /// When something was last said, in milliseconds since 1970.
    pub at: f64,
    /// Grows with every change.
    pub(super) version: u64,
    /// Older versions of a turn that are shown instead of the newest.
    pub(super) aside: Vec<TurnId>,
    /// What the server at this address calls it.
    pub(super) called: Option<(String, String)>,
}

/// What is written together.
#[derive(Clone)]
pub(super) struct Batch {
    pub(super) id: String,
    /// Writes only on top of this version, where it is said.
    pub(super) expect: Option<u64>,
    pub(super) head: String,
    pub(super) turns: Vec<(TurnId, String)>,
}

pub(super) enum Written {
    Yes,
    /// The conversation has another version by now; and whether it is there at all.
    Otherwise(bool),
    Failed,
}

impl Head {
    pub(super) fn read(text: &str) -> Option<Head> {
        let told: Value = serde_json::from_str(text).ok()?;
        let word = |value: &Value| value.as_str().map(str::to_owned);
        let number = |value: &Value| value.as_u64().unwrap_or(0);
        let aside = told["aside"].as_array().into_iter().flatten();
        Some(Head {
            id: word(&told["id"])?,
            title: word(&told["title"]).unwrap_or_default(),
            turns: number(&told["turns"]) as usize,
            count: number(&told["count"]) as usize,
            at: told["at"].as_f64().unwrap_or(0.0),
            version: number(&told["version"]),
            aside: aside.map(|id| number(id) as usize).collect(),
            called: word(&told["server"]).zip(word(&told["called"])),
        })
    }

    /// What it says beside version and time.
    pub(super) fn told(self) -> Head {
        Head {
            version: 0,
            at: 0.0,
            ..self
        }
    }

    pub(super) fn write(&self) -> String {
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
        })
        .to_string()
    }
}

/// All turns of a conversation.
pub(super) async fn all(db: &Db, id: &str) -> Option<Tree> {
    let mut tree = Tree::default();
    loop {
        // Between two pieces the page may do something else.
        let records = db.work(false)?.turns(id, tree.len(), PIECE).await?;
        if records.is_empty() {
            return Some(tree);
        }
        records.iter().for_each(|record| add(&mut tree, record));
    }
}

/// What was still to be written when the page was left.
pub(super) struct Left {
    pub(super) head: Head,
    pub(super) turns: Vec<(TurnId, String)>,
}

/// As text; `None` where nothing is left.
pub(super) fn left<'a>(batches: impl Iterator<Item = &'a Batch>) -> Option<String> {
    let mut head = None;
    let mut turns = Vec::new();
    for batch in batches {
        // Of two conversations the later is the one that comes back.
        if head.is_some_and(|(id, _)| id != &batch.id) {
            turns.clear();
        }
        head = Some((&batch.id, &batch.head));
        turns.extend(batch.turns.iter().map(|(id, record)| json!([id, record])));
    }
    let (_, head) = head?;
    Some(json!({ "head": head, "turns": turns }).to_string())
}

impl Left {
    pub(super) fn read(text: &str) -> Option<Left> {
        let told: Value = serde_json::from_str(text).ok()?;
        let turn = |turn: &Value| Some((turn[0].as_u64()? as usize, turn[1].as_str()?.to_owned()));
        let turns = told["turns"].as_array()?.iter().filter_map(turn);
        Some(Left {
            head: Head::read(told["head"].as_str()?)?,
            turns: turns.collect(),
        })
    }

    pub(super) fn mend(&self, tree: &mut Tree) {
        for (id, record) in &self.turns {
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
pub(super) fn add(tree: &mut Tree, record: &str) {
    if !add_record(tree, record) {
        tree.add(tree.last(), Turn::reply());
    }
}

pub(super) async fn write(db: &Db, batch: &Batch) -> Written {
    let Some(work) = db.work(true) else {
        return Written::Failed;
    };
    if let Some(expect) = batch.expect {
        let Some(known) = work.head(&batch.id).await else {
            return Written::Failed;
        };
        let version = Head::read(&known).map(|head| head.version);
        if version.unwrap_or(0) != expect {
            return Written::Otherwise(version.is_some());
        }
    }
    put(&work, batch);
    match work.finish().await {
        Some(()) => Written::Yes,
        None => Written::Failed,
    }
}

pub(super) fn put(work: &Work, batch: &Batch) {
    for (turn, record) in &batch.turns {
        work.put_turn(&batch.id, *turn, record);
    }
    work.put_head(&batch.id, &batch.head);
}

/// How much has come of a reply.
pub(super) fn length(turn: &Turn) -> usize {
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
