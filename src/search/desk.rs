//! The desk at which a search is served: the index, kept in step with what is stored.
//!
//! In: what the store holds of conversations, records of turns as they are read and written; queries. Out: the names of conversations
//! that are to be handed in, hits. It must not know a store, nor where it stands: in a worker, or in the page itself where there is none.

use super::{Found, Hit, Index, Query};
use crate::chat::archive::text_of;

/// A conversation as the store's list has it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stored {
    /// The name in the store.
    pub id: String,
    /// The version that the store holds.
    pub version: u64,
    /// The name that the person gave, else the title.
    pub name: String,
    /// The time of the last change, in milliseconds since 1970.
    pub at: f64,
}

/// The index, and what was found last.
#[derive(Debug, Default)]
pub struct Desk {
    index: Index,
    /// A query that only grew is looked for in that.
    last: Option<Found>,
}

impl Desk {
    /// Takes all names, and drops what is not stored any more; gives the conversations whose turns are to be handed in, in this order.
    pub fn begin(&mut self, stored: &[Stored]) -> Vec<String> {
        let versions = stored.iter().map(|one| (one.id.as_str(), one.version));
        let other = self.index.compare(versions);
        let other: Vec<String> = other.into_iter().map(str::to_owned).collect();
        for id in &other {
            self.index.remove(id);
        }
        for Stored { id, name, at, .. } in stored {
            self.index.set_head(id, name, *at);
        }
        let is_other = |one: &&Stored| other.binary_search(&one.id).is_ok();
        let other = stored.iter().filter(is_other);
        other.map(|one| one.id.clone()).collect()
    }

    /// Takes records of turns of a conversation.
    pub fn turns(&mut self, id: &str, records: impl IntoIterator<Item = (usize, String)>) {
        for (turn, record) in records {
            if let Some(text) = text_of(&record) {
                self.index.set_turn(id, turn, &text);
            }
        }
    }

    /// Takes note that all turns of this version of a conversation are handed in.
    pub fn whole(&mut self, id: &str, version: u64) {
        self.index.set_version(id, version);
    }

    /// Takes what was written of a conversation on top of the version `expect`. Where another one is held, nothing: it is handed in
    /// whole by the next search.
    pub fn wrote(
        &mut self,
        head: &Stored,
        expect: u64,
        records: impl IntoIterator<Item = (usize, String)>,
    ) {
        if self.index.version(&head.id) != expect {
            return;
        }
        self.turns(&head.id, records);
        self.index.set_head(&head.id, &head.name, head.at);
        self.index.set_version(&head.id, head.version);
    }

    /// The piece of a conversation, for a store; `None` where none of that name is held.
    pub fn piece(&self, id: &str) -> Option<Vec<u8>> {
        self.index.write(id)
    }

    /// Takes a piece in; gives the name of its conversation, `None` where it is of no use: then that is handed in anew.
    pub fn take_piece(&mut self, piece: &[u8]) -> Option<String> {
        self.index.read(piece).ok()
    }

    /// Looks for a query; gives the best `most` hits, and the number of all.
    pub fn find(&mut self, query: &Query, most: usize) -> (Vec<Hit>, usize) {
        let found = self.index.find(query, most, self.last.as_ref());
        let told = (found.hits.clone(), found.count);
        self.last = Some(found);
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::archive::record;
    use crate::chat::turn::Turn;

    fn stored(id: &str, version: u64) -> Stored {
        Stored {
            id: id.to_owned(),
            version,
            name: format!("Of {id}"),
            at: 1.0,
        }
    }

    fn said(text: &str) -> Vec<(usize, String)> {
        vec![(0, record(None, &Turn::user(text)))]
    }

    fn count(desk: &mut Desk, words: &str) -> usize {
        desk.find(&Query::new(words), 10).1
    }

    #[test]
    fn what_is_stored_is_handed_in_once_and_what_was_written_since_is_found() {
        let mut desk = Desk::default();
        let all = [stored("b", 2), stored("a", 1)];
        assert_eq!(desk.begin(&all), ["b", "a"]);
        assert_eq!(count(&mut desk, "of b"), 1, "titles are there at once");
        desk.turns("a", said("A river."));
        desk.whole("a", 1);
        assert_eq!(
            desk.begin(&all),
            ["b"],
            "what is not whole is asked for again"
        );
        desk.turns("b", said("A sea."));
        desk.whole("b", 2);
        assert_eq!(desk.begin(&all), [""; 0]);
        assert_eq!(count(&mut desk, "river"), 1);
        desk.wrote(&stored("a", 5), 1, said("A brook."));
        assert_eq!(
            (count(&mut desk, "river"), count(&mut desk, "brook")),
            (0, 1)
        );
        desk.wrote(&stored("a", 7), 6, said("A lake."));
        assert_eq!(
            count(&mut desk, "lake"),
            0,
            "it stands on what is not known"
        );
        assert_eq!(desk.begin(&[stored("a", 7)]), ["a"]);
        assert_eq!(count(&mut desk, "sea"), 0, "what was deleted is not found");
        // Another page has it from a store, and needs nothing else of the same version.
        desk.turns("a", said("A pond."));
        desk.whole("a", 7);
        let piece = desk.piece("a").expect("a piece");
        let mut other = Desk::default();
        assert_eq!(other.take_piece(&piece).as_deref(), Some("a"));
        assert_eq!(other.take_piece(&piece[1..]), None);
        assert_eq!(other.begin(&[stored("a", 7)]), [""; 0]);
        assert_eq!(count(&mut other, "pond"), 1);
        assert_eq!(other.begin(&[stored("a", 8)]), ["a"]);
    }
}
