//! All conversations as search sees them, and what is found in them.
//!
//! In: heads and turns as they are added, changed and removed; a query. Out: hits, the best first. It must not know where either is
//! kept.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;

use super::fold::fold;
use super::query::Query;
use crate::text;

/// A conversation as search sees it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Conversation {
    /// The version of the conversation that is held; 0 while not all of it is handed in.
    pub(super) version: u64,
    /// The time of its last change, in milliseconds since 1970.
    pub(super) at: f64,
    /// The folded title, and its places as written.
    pub(super) title: (String, Box<[u8]>),
    /// The folded turns, each with a line feed behind it.
    pub(super) text: String,
    /// The turns in order of their numbers.
    pub(super) turns: Vec<Turn>,
}

/// A turn of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Turn {
    /// Number of the turn in its conversation.
    pub(super) number: usize,
    /// The end of the turn in the folded text, behind its line feed.
    pub(super) end: usize,
    /// Places of the folded text as written.
    pub(super) places: Box<[u8]>,
}

/// A full-text index of conversations.
#[derive(Debug, Clone, Default)]
pub struct Index {
    pub(super) conversations: BTreeMap<String, Conversation>,
    /// A number that grows with every change.
    revision: u64,
}

/// A turn, or a title, in which all terms of a query occur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The conversation's name in the store.
    pub conversation: String,
    /// The turn's number; `None` where the title is meant.
    pub turn: Option<usize>,
    /// The best place of each term, in order and apart: ranges of bytes of the turn's text, or the title, as it was written, on
    /// boundaries of letters.
    pub places: Vec<Range<usize>>,
}

/// The result of a search.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The hits, the best first: titles before turns; then those where the terms are words rather than parts of words; then the newer.
    pub hits: Vec<Hit>,
    /// The number of all hits, those that are left out among them.
    pub count: usize,
    query: Query,
    /// The conversations that hold a hit, and the revision of the index in which they do.
    among: Vec<String>,
    revision: u64,
}

/// A hit before its places are looked for.
struct Candidate<'a> {
    id: &'a str,
    conversation: &'a Conversation,
    /// The index of the turn; `None` for the title.
    turn: Option<usize>,
    score: u32,
}

impl Index {
    /// Makes an empty index.
    pub fn new() -> Index {
        Index::default()
    }

    /// Sets what the list says of a conversation: the name that it has there, and the time of its last change in milliseconds since
    /// 1970.
    pub fn set_head(&mut self, id: &str, title: &str, at: f64) {
        let mut folded = String::new();
        let places = fold(title, &mut folded);
        let conversation = self.conversation(id);
        conversation.title = (folded, places);
        conversation.at = at;
    }

    /// Notes that all turns of this version of a conversation are handed in.
    pub fn set_version(&mut self, id: &str, version: u64) {
        self.conversation(id).version = version;
    }

    /// The version of a conversation that is held whole; 0 where there is none.
    pub fn version(&self, id: &str) -> u64 {
        let held = self.conversations.get(id);
        held.map_or(0, |held| held.version)
    }

    /// Adds a turn's text, or puts it in the place of the one that it had.
    pub fn set_turn(&mut self, id: &str, turn: usize, text: &str) {
        self.conversation(id).set(turn, Some(text));
    }

    /// Removes a turn.
    pub fn remove_turn(&mut self, id: &str, turn: usize) {
        self.conversation(id).set(turn, None);
    }

    /// Removes a conversation.
    pub fn remove(&mut self, id: &str) {
        self.revision += 1;
        self.conversations.remove(id);
    }

    /// Compares the index with the names and versions of all conversations that a store holds. Those that are there no more are
    /// removed; gives those that are to be handed in anew, of which the index holds another version or none.
    pub fn compare<'a>(
        &mut self,
        stored: impl IntoIterator<Item = (&'a str, u64)>,
    ) -> Vec<&'a str> {
        let stored: BTreeMap<&str, u64> = stored.into_iter().collect();
        self.revision += 1;
        self.conversations
            .retain(|id, _| stored.contains_key(id.as_str()));
        let is_other = |(id, version): &(&str, u64)| {
            !self.conversations.contains_key(*id) || self.version(id) != *version
        };
        stored
            .into_iter()
            .filter(is_other)
            .map(|(id, _)| id)
            .collect()
    }

    /// The names of all conversations that are held.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.conversations.keys().map(String::as_str)
    }

    /// The bytes of memory that the index takes, but for what an allocator adds.
    pub fn bytes(&self) -> usize {
        let of = |(id, one): (&String, &Conversation)| {
            let places: usize = one.turns.iter().map(|turn| turn.places.len()).sum();
            let title = one.title.0.capacity() + one.title.1.len();
            let turns = one.turns.capacity() * size_of::<Turn>();
            let fixed = size_of::<String>() + size_of::<Conversation>();
            fixed + id.capacity() + title + one.text.capacity() + turns + places
        };
        self.conversations.iter().map(of).sum()
    }

    /// Looks for a query; gives the best `most` hits. `before` is what was found a moment ago: where only letters were added to the
    /// query since, only the conversations that held a hit are looked through.
    pub fn find(&self, query: &Query, most: usize, before: Option<&Found>) -> Found {
        let mut candidates = Vec::new();
        let mut among = Vec::new();
        for (id, conversation) in self.worth_a_look(query, before) {
            let known = candidates.len();
            conversation.look_through(id, query, &mut candidates);
            if candidates.len() > known {
                among.push(id.to_owned());
            }
        }
        let count = candidates.len();
        if most < count {
            candidates.select_nth_unstable_by(most, better);
            candidates.truncate(most);
        }
        candidates.sort_unstable_by(better);
        Found {
            hits: candidates.iter().map(|hit| hit.told(query)).collect(),
            count,
            query: query.clone(),
            among,
            revision: self.revision,
        }
    }

    /// The conversations that may hold a hit.
    fn worth_a_look<'a>(
        &'a self,
        query: &Query,
        before: Option<&'a Found>,
    ) -> Box<dyn Iterator<Item = (&'a str, &'a Conversation)> + 'a> {
        let is_of_use = |before: &&Found| {
            before.revision == self.revision
                && !before.query.is_empty()
                && query.narrows(&before.query)
        };
        let named = |(id, one): (&'a String, &'a Conversation)| (id.as_str(), one);
        if query.is_empty() {
            return Box::new(std::iter::empty());
        }
        match before.filter(is_of_use) {
            Some(before) => {
                let ids = before.among.iter();
                let known = ids.filter_map(|id| self.conversations.get_key_value(id));
                Box::new(known.map(named))
            }
            None => Box::new(self.conversations.iter().map(named)),
        }
    }

    /// The conversation of this name, to be changed; a new one where there is none.
    fn conversation(&mut self, id: &str) -> &mut Conversation {
        self.revision += 1;
        self.conversations.entry(id.to_owned()).or_default()
    }

    /// Puts a conversation in the place of what there was of it.
    pub(super) fn insert(&mut self, id: String, conversation: Conversation) {
        self.revision += 1;
        self.conversations.insert(id, conversation);
    }
}

impl Conversation {
    /// Sets a turn's text; takes the turn out with `None`.
    fn set(&mut self, number: usize, text: Option<&str>) {
        let found = self.turns.binary_search_by_key(&number, |turn| turn.number);
        let at = found.unwrap_or_else(|at| at);
        let start = self.start(at);
        let end = match found {
            Ok(at) => self.start(at + 1),
            Err(_) => start,
        };
        let mut folded = String::new();
        let places = text.map(|text| fold(text, &mut folded));
        if text.is_some() {
            folded.push('\n');
        }
        self.make_room(folded.len());
        self.text.replace_range(start..end, &folded);
        match (found, places) {
            (Ok(at), Some(places)) => {
                if let Some(turn) = self.turns.get_mut(at) {
                    turn.places = places;
                }
            }
            (Ok(at), None) => {
                self.turns.remove(at);
            }
            (Err(at), Some(places)) => self.turns.insert(
                at,
                Turn {
                    number,
                    end,
                    places,
                },
            ),
            (Err(_), None) => {}
        }
        for turn in self.turns.iter_mut().skip(at) {
            turn.end = (turn.end + folded.len()).saturating_sub(end.saturating_sub(start));
        }
    }

    /// Makes room for more text: an eighth more than there is, for twice as much would mostly stay empty.
    fn make_room(&mut self, more: usize) {
        if self.text.capacity().saturating_sub(self.text.len()) < more {
            self.text.reserve_exact(more.max(self.text.len() / 8));
        }
    }

    /// The beginning of the turn at this place; behind the last the end of the text.
    fn start(&self, at: usize) -> usize {
        let before = at.checked_sub(1).and_then(|before| self.turns.get(before));
        before.map_or(0, |turn| turn.end)
    }

    /// The folded text of the turn at this place.
    fn folded(&self, at: usize) -> &str {
        let end = self.start(at + 1).saturating_sub(1);
        text::part(&self.text, self.start(at)..end)
    }

    fn look_through<'a>(&'a self, id: &'a str, query: &Query, found: &mut Vec<Candidate<'a>>) {
        let mut add = |turn, score| {
            found.push(Candidate {
                id,
                conversation: self,
                turn,
                score,
            });
        };
        if let Some(score) = query.score(&self.title.0) {
            add(None, score);
        }
        // Most turns do not hold the longest term: those are passed over without a look at where they begin.
        let mut from = 0;
        while let Some(place) = query.next(&self.text, from) {
            let at = self.turns.partition_point(|turn| turn.end <= place);
            if let Some(score) = query.score(self.folded(at)) {
                add(Some(at), score);
            }
            from = self.start(at + 1).max(place + 1);
        }
    }
}

impl Candidate<'_> {
    fn told(&self, query: &Query) -> Hit {
        let of = self.conversation;
        let turn = self.turn.and_then(|at| Some((at, of.turns.get(at)?)));
        let places = match turn {
            Some((at, turn)) => query.best(of.folded(at), &turn.places),
            None => query.best(&of.title.0, &of.title.1),
        };
        Hit {
            conversation: self.id.to_owned(),
            turn: turn.map(|(_, turn)| turn.number),
            places,
        }
    }
}

fn better(one: &Candidate, other: &Candidate) -> Ordering {
    let key = |hit: &Candidate| (hit.turn.is_none(), hit.score);
    let newest = || other.conversation.at.total_cmp(&one.conversation.at);
    key(other)
        .cmp(&key(one))
        .then_with(newest)
        .then_with(|| one.id.cmp(other.id))
        .then_with(|| other.turn.cmp(&one.turn))
}
