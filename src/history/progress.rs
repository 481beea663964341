//! The progress of one conversation: how much of it is put into words, and what has changed since.
//!
//! In: the conversation as it is. Out: the batch of records that says what the ones before did not. It must not know when that is
//! wanted, nor what becomes of it.

use std::collections::BTreeSet;

use super::marks::Marks;
use super::reading::Opened;
use super::records::{Batch, Head, title};
use crate::chat::archive::record;
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::Turn;

/// The size of one batch, at most: turns, and bytes.
pub(super) const AT_ONCE: (usize, usize) = (64, 1 << 18);

/// The conversation on the page, as it is at this moment.
#[derive(Debug, Clone, Copy)]
pub struct Conversation<'a> {
    /// The conversation's name in the store.
    pub id: &'a str,
    /// The conversation's turns.
    pub tree: &'a Tree,
    /// The reply that runs, as far as it has come; the tree holds an older state of it.
    pub running: Option<(TurnId, &'a Turn)>,
    /// A server's base address, and its own name for the conversation.
    pub called: Option<(&'a str, &'a str)>,
}

impl Conversation<'_> {
    fn record(&self, id: TurnId) -> Option<(TurnId, String)> {
        let turn = match self.running {
            Some((running, turn)) if running == id => Some(turn),
            _ => self.tree.turn(id),
        };
        Some((id, record(self.tree.parent(id), turn?)))
    }
}

/// The progress of a conversation: how much of it is put into words.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// The conversation's name.
    pub(super) id: String,
    /// The version that was put into words last; 0 before the first.
    version: u64,
    /// The number of turns that are put into words: all with lower numbers than this.
    worded: usize,
    /// Turns that have changed since they were put into words.
    pub(super) touched: BTreeSet<TurnId>,
    /// Turns that were taken away, and lose their words in the store with the next batch.
    lost: Vec<TurnId>,
    /// The undated head that was put into words last.
    head: String,
    /// The marks that a copy of the conversation begins with.
    marks: Marks,
    /// `true` until all that was unwritten when the conversation was read is put into words again.
    pub(super) is_owing: bool,
}

impl Progress {
    /// Makes the progress of the conversation of this name, of which nothing is put into words yet.
    pub(super) fn begin(id: &str) -> Progress {
        Progress {
            id: id.to_owned(),
            ..Progress::default()
        }
    }

    /// Gives the conversation a name of its own, in the place of its title.
    pub(super) fn name_it(&mut self, name: Option<&str>) {
        self.marks.name = name.map(str::to_owned);
    }

    /// Puts the conversation into a folder.
    pub(super) fn put_into(&mut self, folder: &str) {
        self.marks.folder = Some(folder.to_owned());
    }

    /// Makes the progress of a copy of the conversation, of which nothing is put into words yet.
    pub(super) fn copy(&self, id: &str) -> Progress {
        Progress {
            marks: self.marks.clone(),
            ..Progress::begin(id)
        }
    }

    /// Makes the progress of a conversation as it was read: what was unwritten of it is written once more.
    pub(super) fn of(opened: &Opened) -> Progress {
        let head = match opened.is_unwritten {
            true => String::new(),
            false => opened.head.clone().undated().write(),
        };
        Progress {
            id: opened.head.id.clone(),
            version: opened.version,
            worded: opened.written,
            touched: opened.touched.iter().copied().collect(),
            lost: opened.lost.clone(),
            head,
            marks: opened.head.marks.clone(),
            is_owing: opened.is_unwritten,
        }
    }

    /// Puts what has changed since the last time into words, as much of it as fits into one batch; `None` where nothing has.
    pub(super) fn batch(&mut self, of: &Conversation, by: &str, at: f64) -> Option<Batch> {
        if of.tree.is_empty() {
            return None;
        }
        let mut turns = self.turns(of);
        self.is_owing &= !self.touched.is_empty();
        let head = Head {
            id: self.id.clone(),
            title: title(of.tree),
            turns: of.tree.path().count(),
            count: of.tree.len(),
            aside: of.tree.shown_aside().collect(),
            called: of.called.map(|(of, name)| (of.to_owned(), name.to_owned())),
            system: of.tree.system.clone(),
            ..Head::default()
        };
        let undated = head.write();
        if turns.is_empty() && undated == self.head {
            return None;
        }
        let is_new = |id: &TurnId| !turns.iter().any(|(known, _)| known == id);
        let lost: Vec<TurnId> = self.lost.drain(..).filter(is_new).collect();
        turns.extend(lost.into_iter().filter_map(|id| of.record(id)));
        self.head = undated;
        let expect = self.version;
        // No count: what is deleted in one tab and comes back from another must not be taken for what it was.
        self.version = self.version.saturating_add(1).max(at as u64);
        let head = Head {
            version: self.version,
            at,
            by: by.to_owned(),
            marks: self.marks.clone(),
            ..head
        };
        Some(Batch {
            expect,
            head,
            turns,
        })
    }

    /// The records of new turns, in order; once all of those are there, of older ones that have changed.
    fn turns(&mut self, of: &Conversation) -> Vec<(TurnId, String)> {
        let mut size = 0;
        let mut turns = Vec::new();
        while self.worded < of.tree.len() {
            let record = of.record(self.worded);
            size += record.as_ref().map_or(0, |(_, record)| record.len());
            turns.extend(record);
            self.touched.remove(&self.worded);
            self.worded += 1;
            if turns.len() >= AT_ONCE.0 || size >= AT_ONCE.1 {
                return turns;
            }
        }
        let touched = std::mem::take(&mut self.touched).into_iter();
        turns.extend(touched.filter_map(|id| of.record(id)));
        turns
    }
}
