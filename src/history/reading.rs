//! Reading a conversation: of a long one its end first, then all of it, and what was left unwritten on top.
//!
//! In: the conversation's head, its records piece by piece, and what was left of it. Out: which records are wanted next, and the
//! conversation. It must not know where records stand.

use super::fault::Fault;
use super::records::{Head, Standing, Unwritten, add};
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::Turn;

/// The most records that are asked for at once: between two pieces the page may do something else.
pub const PIECE: u32 = 250;

/// Parts of a conversation that may be unwritten, by the place where they are looked for.
#[derive(Debug, Clone, Default)]
pub struct Left {
    /// The part that waits in the page's own journal.
    pub waiting: Option<Unwritten>,
    /// The part in the tab, left by the page that was there before.
    pub tab: Option<Unwritten>,
    /// The part in the store, left by any page.
    pub store: Option<Unwritten>,
}

/// A conversation that is being read.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The name under which the conversation stands in the store.
    of: String,
    /// Head of the conversation: that of the records, or a newer one that was left unwritten.
    head: Head,
    /// The version that the store holds; 0 for none.
    version: u64,
    /// The unwritten part that is put on top of the records.
    unwritten: Option<Unwritten>,
    /// `true` where something of the conversation was left in the tab.
    was_left: bool,
    /// Number of records that are copied, from the first on, where another page has changed the records: a copy is made of these,
    /// and of what was left.
    copied: Option<usize>,
    tree: Tree,
    /// `true` once the store has no more records to give.
    is_whole: bool,
    fault: Option<Fault>,
    /// `true` where a record could not be read.
    is_damaged: bool,
}

/// A conversation as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// The name under which it was read.
    pub of: String,
    /// Head of the conversation; it says the name under which the conversation goes on.
    pub head: Head,
    /// Turns of the conversation, none of which runs.
    pub tree: Tree,
    /// The version that the store holds under the head's name; 0 for none.
    pub version: u64,
    /// Number of first turns that the store holds.
    pub written: usize,
    /// `true` where something of the conversation is not written.
    pub is_unwritten: bool,
    /// Turns that have changed since they were written.
    pub touched: Vec<TurnId>,
    /// Turns that were taken away and still have words in the store.
    pub lost: Vec<TurnId>,
    /// `true` where this tab holds a text of what was left unwritten of the conversation.
    pub was_left: bool,
    /// `true` where a record could not be read: the turn in its place is empty, or what the list knew of the conversation is lost.
    pub is_damaged: bool,
}

impl Reading {
    /// Begins to read the conversation `id`, of which the store holds this head. `fresh` makes a name for a copy, which no
    /// conversation has. Gives `None` where there is no such conversation.
    ///
    /// # Errors
    /// The fault for which there is no head, where nothing that was left makes up for it.
    pub fn begin(
        id: &str,
        head: Result<Option<Head>, Fault>,
        left: Left,
        fresh: impl FnOnce() -> String,
    ) -> Result<Option<Reading>, Fault> {
        let known = head.as_ref().ok().and_then(Option::as_ref);
        let is_ours = |left: &Unwritten| left.head.id == id && (known.is_some() || left.is_whole());
        let own = |left: &Unwritten| is_ours(left) && left.standing(known) != Standing::Written;
        // Another page's words go their own way: here they would only be in the way of the records.
        let any = |left: &Unwritten| is_ours(left) && left.standing(known) == Standing::Newer;
        let was_left = left.tab.as_ref().is_some_and(|left| left.head.id == id);
        let unwritten = left.waiting.filter(own);
        let unwritten = unwritten.or_else(|| left.tab.filter(own));
        let unwritten = unwritten.or_else(|| left.store.filter(any));
        let standing = unwritten.as_ref().map(|left| left.standing(known));
        let is_copy = standing == Some(Standing::Diverged);
        // Behind these the other page's turns have the same numbers.
        let copied = unwritten
            .as_ref()
            .filter(|_| is_copy)
            .map(Unwritten::first_own);
        // Marks are the list's: what was left of the words knows older ones.
        let marks = known.map(|known| known.marks.clone());
        let fault = head.as_ref().err().copied();
        let version = match (known, &unwritten) {
            (Some(known), _) => known.version,
            // What is there nobody knows: it is to be what was there before.
            (None, Some(left)) if fault.is_some() => left.expect.unwrap_or(0),
            (None, _) => 0,
        };
        // Each record that was written has a version.
        let is_damaged = known.is_some_and(|known| known.version == 0);
        let mut head = match (&unwritten, head) {
            (Some(left), _) => left.head.clone(),
            (None, Ok(Some(head))) => head,
            (None, Ok(None)) => return Ok(None),
            (None, Err(fault)) => return Err(fault),
        };
        head.id = if is_copy { fresh() } else { id.to_owned() };
        head.marks = marks.unwrap_or(head.marks);
        Ok(Some(Reading {
            of: id.to_owned(),
            head,
            version: if is_copy { 0 } else { version },
            unwritten,
            was_left,
            copied,
            tree: Tree::default(),
            is_whole: fault.is_some(),
            fault,
            is_damaged,
        }))
    }

    /// The name under which the records stand in the store.
    pub fn of(&self) -> &str {
        &self.of
    }

    /// Head of the conversation that comes of the reading.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The number from which on the records may make an end that is shown before all is read, where `end` turns are enough for
    /// it; `None` for a short conversation, and for one with branches, where only the whole says what is shown.
    pub fn end_from(&self, end: usize) -> Option<TurnId> {
        let first = self.head.count.checked_sub(end)?;
        let has_branches = self.head.turns != self.head.count;
        (first > end && !has_branches && self.copied.is_none()).then_some(first)
    }

    /// The end of the conversation: empty places up to `first`, and the turns of the records from there on; `None` where the
    /// store does not hold as many records as the head says, for a head may say anything.
    pub fn end(&self, first: TurnId, records: &[String], in_all: usize) -> Option<Tree> {
        if in_all != self.head.count {
            return None;
        }
        let mut tree = Tree::default();
        for _ in 0..first {
            tree.add(tree.len().checked_sub(1), Turn::reply());
        }
        for record in records {
            add(&mut tree, record);
        }
        self.unwritten.iter().for_each(|left| left.mend(&mut tree));
        tree.system.clone_from(&self.head.system);
        Some(tree.settled())
    }

    /// The number from which on at most [`PIECE`] records are wanted next; `None` where all are here.
    pub fn next(&self) -> Option<TurnId> {
        (!self.is_whole).then_some(self.tree.len())
    }

    /// Takes the records that [`next`](Reading::next) asked for; none are the end.
    pub fn take(&mut self, records: Result<Vec<String>, Fault>) {
        match records {
            Ok(records) => {
                self.is_whole = records.is_empty();
                for record in records {
                    if self.copied == Some(self.tree.len()) {
                        self.is_whole = true;
                        return;
                    }
                    self.is_damaged |= !add(&mut self.tree, &record);
                }
            }
            Err(fault) => {
                self.is_whole = true;
                self.fault = Some(fault);
            }
        }
    }

    /// The conversation; `None` where nothing is left of it.
    ///
    /// # Errors
    /// The fault for which not all could be read, where what was left unwritten is not the whole by itself.
    pub fn finish(self) -> Result<Option<Opened>, Fault> {
        let mut tree = self.tree;
        if let Some(fault) = self.fault {
            // What was never written may all have been left.
            if !self.unwritten.as_ref().is_some_and(Unwritten::is_whole) {
                return Err(fault);
            }
            tree = Tree::default();
        }
        let written = if self.copied.is_some() { 0 } else { tree.len() };
        let mut touched = Vec::new();
        if let Some(left) = &self.unwritten {
            left.mend(&mut tree);
            touched.extend(left.turns.iter().map(|(id, _)| *id));
        }
        if tree.is_empty() {
            return Ok(None);
        }
        self.head.aside.iter().for_each(|id| tree.show(*id));
        tree.system.clone_from(&self.head.system);
        let lost = tree.lost();
        Ok(Some(Opened {
            of: self.of,
            head: self.head,
            tree: tree.settled(),
            version: self.version,
            written,
            is_unwritten: self.unwritten.is_some(),
            touched,
            lost,
            was_left: self.was_left,
            is_damaged: self.is_damaged,
        }))
    }
}
