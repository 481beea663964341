//! What is found in all conversations, as somebody types.
//!
//! In: the records of the database, read once and then followed; a query. Out: hits and the texts around them. What counts as a hit is
//! decided in [`crate::search`]. The index is made in the page's memory when somebody first searches, the newest conversations first
//! and a few milliseconds at a time, and is not kept: a store of it would hold every text twice, and reading that back costs about a
//! third of making it anew.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use leptos::prelude::*;

use super::History;
use crate::chat::archive::text_of;
use crate::event::Millis;
use crate::history::{Batch, Fault, Head};
use crate::page::clock::{now, sleep};
use crate::search::{Found, Hit, Index, Query};

/// Time for which records are taken in one after another, in milliseconds: then the page may do something else.
pub(super) const MOMENT: Millis = 8.0;
/// Number of records that are read at once.
const TOGETHER: u32 = 64;
/// Number of conversations after which the progress is told.
const STEP: usize = 16;

/// The index of all conversations, and how far it is.
#[derive(Default)]
pub(super) struct Finder {
    index: RefCell<Index>,
    /// The last result: a query that only grew is looked for in that.
    last: RefCell<Option<Found>>,
    /// Set once somebody has searched.
    has_begun: Cell<bool>,
    is_busy: Cell<bool>,
    /// Number of conversations that are taken in, and of all that are to be; `None` while there is nothing to be done.
    progress: ArcRwSignal<Option<(usize, usize)>>,
}

impl Finder {
    /// Takes in what was written of a conversation, where all that was there before is taken in.
    pub(super) fn take(&self, batch: &Batch, head: &Head) {
        let mut index = self.index.borrow_mut();
        if !self.has_begun.get() || index.version(&head.id) != batch.expect {
            // It is read whole by the next search.
            return;
        }
        for (turn, record) in &batch.turns {
            if let Some(text) = text_of(record) {
                index.set_turn(&head.id, *turn, &text);
            }
        }
        index.set_head(&head.id, head.name(), head.at);
        index.set_version(&head.id, head.version);
    }
}

impl History {
    /// Returns the progress of the index: conversations that are taken in, and all that are to be; `None` where it is whole.
    pub fn finder_progress(&self) -> ArcRwSignal<Option<(usize, usize)>> {
        self.finder.progress.clone()
    }

    /// Brings the index up to what is kept. Does nothing where somebody does that already.
    pub async fn index(self: &Rc<Self>) -> Result<(), Fault> {
        if self.finder.is_busy.replace(true) {
            return Ok(());
        }
        // How many there are is told by the store.
        self.finder.progress.set(Some((0, 0)));
        let done = self.take_in_all().await;
        self.finder.is_busy.set(false);
        self.finder.progress.set(None);
        done
    }

    async fn take_in_all(self: &Rc<Self>) -> Result<(), Fault> {
        self.refresh().await?;
        self.finder.has_begun.set(true);
        let heads = self.shelf.heads.get_untracked().unwrap_or_default();
        let waiting = self.waiting(heads);
        let all = waiting.len();
        for (at, head) in waiting.iter().enumerate() {
            if at.is_multiple_of(STEP) {
                self.finder.progress.set(Some((at, all)));
            }
            self.take_in(head).await?;
        }
        Ok(())
    }

    /// Takes in all titles; returns the heads of those conversations whose turns are to be taken in.
    fn waiting(&self, mut heads: Vec<Head>) -> Vec<Head> {
        let mut index = self.finder.index.borrow_mut();
        let stored = heads.iter().map(|head| (head.id.as_str(), head.version));
        let other = index.compare(stored).into_iter().map(str::to_owned);
        let other: BTreeSet<String> = other.collect();
        for id in &other {
            index.remove(id);
        }
        for head in &heads {
            index.set_head(&head.id, head.name(), head.at);
        }
        heads.retain(|head| other.contains(&head.id));
        heads
    }

    async fn take_in(&self, head: &Head) -> Result<(), Fault> {
        let mut turn = 0;
        loop {
            let work = self.db.work(false).await?;
            let records = work.turns(&head.id, turn, TOGETHER).await?;
            let mut began = now();
            for record in &records {
                if let Some(text) = text_of(record) {
                    let mut index = self.finder.index.borrow_mut();
                    index.set_turn(&head.id, turn, &text);
                }
                turn += 1;
                if now() - began > MOMENT {
                    sleep(0.0).await;
                    began = now();
                }
            }
            if records.len() < TOGETHER as usize {
                let mut index = self.finder.index.borrow_mut();
                index.set_version(&head.id, head.version);
                return Ok(());
            }
        }
    }

    /// Looks for a query; returns the best `most` hits, and the number of all.
    pub fn look_for(&self, query: &Query, most: usize) -> (Vec<Hit>, usize) {
        let index = self.finder.index.borrow();
        let mut last = self.finder.last.borrow_mut();
        let found = index.find(query, most, last.as_ref());
        let told = (found.hits.clone(), found.count);
        *last = Some(found);
        told
    }

    /// Reads the texts of the turns in which there are hits; `None` for a title, and for a turn that is gone.
    pub async fn texts(&self, hits: &[Hit]) -> Result<Vec<Option<String>>, Fault> {
        let of = |hit: &'_ Hit| hit.turn.map(|turn| (hit.conversation.clone(), turn));
        let turns: Vec<(String, usize)> = hits.iter().filter_map(of).collect();
        let named: Vec<(&str, usize)> = turns
            .iter()
            .map(|(id, turn)| (id.as_str(), *turn))
            .collect();
        let work = self.db.work(false).await?;
        let mut records = work.single(&named).await?.into_iter();
        let text = |hit: &Hit| {
            hit.turn?;
            text_of(&records.next().flatten()?)
        };
        Ok(hits.iter().map(text).collect())
    }
}
