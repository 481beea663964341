//! What is found in all conversations, as somebody types.
//!
//! In: the records of the database, read once and then followed; a query. Out: hits and the texts around them. What counts as a hit is
//! decided in [`crate::search`]. The index is made when somebody first searches, the newest conversations first, by a worker of its own, which
//! keeps a piece of it for each conversation beside the records: the next page reads those, and only what has changed since anew. Where
//! there can be no worker, the page makes it, a few milliseconds at a time, and keeps nothing.

mod worker;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use leptos::prelude::*;

use super::History;
use crate::chat::archive::text_of;
use crate::event::Millis;
use crate::history::{Batch, Fault, Head};
use crate::page::clock::{now, sleep};
use crate::search::{Desk, Hit, Query, Stored};
use worker::{Answer, Worker};

/// Time for which records are taken in one after another, in milliseconds: then the page may do something else.
const MOMENT: Millis = 8.0;
/// Number of records that are read at once.
const TOGETHER: u32 = 64;
/// Number of conversations after which the progress is told.
const STEP: usize = 16;

/// Lets the page do something else, where work that began then has taken a moment: there may be thousands of conversations.
pub(super) async fn pause(began: &mut Millis) {
    if now() - *began > MOMENT {
        sleep(0.0).await;
        *began = now();
    }
}

/// The index of all conversations, and how far it is.
#[derive(Default)]
pub(super) struct Finder {
    place: RefCell<Place>,
    is_busy: Cell<bool>,
    /// Number of conversations that are taken in, and of all that are to be; `None` while there is nothing to be done.
    progress: ArcRwSignal<Option<(usize, usize)>>,
}

/// The place where the index is.
#[derive(Default)]
enum Place {
    /// Nowhere: nobody has searched.
    #[default]
    Nowhere,
    /// In a worker.
    Away(Rc<Worker>),
    /// In the page, where there can be no worker.
    Here(Desk),
}

impl Finder {
    /// Takes in what was written of a conversation, where all that was there before is taken in.
    pub(super) fn take(&self, batch: &Batch, head: &Head) {
        match &mut *self.place.borrow_mut() {
            Place::Nowhere => {}
            Place::Away(worker) => worker.wrote(&stored(head), batch.expect, &batch.turns),
            Place::Here(desk) => {
                desk.wrote(&stored(head), batch.expect, batch.turns.iter().cloned());
            }
        }
    }

    fn worker(&self) -> Option<Rc<Worker>> {
        match &*self.place.borrow() {
            Place::Away(worker) => Some(worker.clone()),
            Place::Nowhere | Place::Here(_) => None,
        }
    }

    /// Does something with the index of the page; it has one from then on, and no worker.
    fn here<T>(&self, work: impl FnOnce(&mut Desk) -> T) -> T {
        let mut place = self.place.borrow_mut();
        match &mut *place {
            Place::Here(desk) => work(desk),
            other => {
                let mut desk = Desk::default();
                let done = work(&mut desk);
                *other = Place::Here(desk);
                done
            }
        }
    }

    /// Hands in what is stored; gives the names of the conversations whose turns are missing.
    async fn begin(&self, stored: &[Stored]) -> Vec<String> {
        let is_nowhere = matches!(*self.place.borrow(), Place::Nowhere);
        if is_nowhere && let Some(worker) = Worker::start().await {
            self.place.replace(Place::Away(Rc::new(worker)));
        }
        if let Some(worker) = self.worker()
            && let Some(missing) = worker.begin(stored).await
        {
            return missing;
        }
        self.here(|desk| desk.begin(stored))
    }

    /// Waits until the worker has taken in what it was handed: what is said to be found is found, and it is not buried under messages.
    async fn catch_up(&self) {
        if let Some(worker) = self.worker() {
            // One that has failed is given up by the next search.
            let _ = worker.catch_up().await;
        }
    }

    async fn find(&self, words: &str, most: usize) -> Answer {
        match self.worker() {
            // One that has failed is given up by the next search.
            Some(worker) => worker.find(words, most).await.unwrap_or_default(),
            None => match &mut *self.place.borrow_mut() {
                Place::Here(desk) => desk.find(&Query::new(words), most),
                // Whoever types before it has begun is told as soon as it has.
                Place::Nowhere | Place::Away(_) => Answer::default(),
            },
        }
    }
}

fn stored(head: &Head) -> Stored {
    Stored {
        id: head.id.clone(),
        version: head.version,
        name: head.name().to_owned(),
        at: head.at,
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
        let heads = self.shelf.heads.get_untracked().unwrap_or_default();
        let all: Vec<Stored> = heads.iter().map(stored).collect();
        let missing = self.finder.begin(&all).await;
        let versions: HashMap<&str, u64> = heads
            .iter()
            .map(|head| (head.id.as_str(), head.version))
            .collect();
        let all = missing.len();
        for (at, id) in missing.iter().enumerate() {
            if at.is_multiple_of(STEP) {
                self.finder.catch_up().await;
                self.finder.progress.set(Some((at, all)));
            }
            let version = versions.get(id.as_str()).copied().unwrap_or_default();
            self.take_in(id, version).await?;
        }
        self.finder.catch_up().await;
        Ok(())
    }

    async fn take_in(&self, id: &str, version: u64) -> Result<(), Fault> {
        let mut first = 0;
        loop {
            let work = self.db.work(false).await?;
            let records = work.turns(id, first, TOGETHER).await?;
            let mut began = now();
            let count = records.len();
            match self.finder.worker() {
                Some(worker) => worker.turns(id, first, &records),
                None => self
                    .finder
                    .here(|desk| desk.turns(id, (first..).zip(records))),
            }
            first += count;
            pause(&mut began).await;
            if count < TOGETHER as usize {
                match self.finder.worker() {
                    Some(worker) => worker.whole(id, version),
                    None => self.finder.here(|desk| desk.whole(id, version)),
                }
                return Ok(());
            }
        }
    }

    /// Looks for what somebody typed; returns the best `most` hits, and the number of all.
    pub async fn look_for(&self, words: &str, most: usize) -> (Vec<Hit>, usize) {
        self.finder.find(words, most).await
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
