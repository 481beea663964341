//! Writing what is kept: what has changed, in order, and again where the browser did not take it.
//!
//! In: the conversation of a chat, as it changes. Out: batches in the database; what it does not take waits, and nothing of it is
//! dropped for as long as the page lives.

use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

use gloo_timers::callback::Interval;
use leptos::prelude::*;

use super::db::Fault;
use super::records::{Written, put, write};
use super::{Keeper, Trouble, keeper, running};
use crate::chat::archive::record;
use crate::chat::records::{Batch, Head, Left, length, title};
use crate::chat::tree::TurnId;
use crate::event::Millis;
use crate::page::app::Memory;
use crate::page::browser::made_up;
use crate::page::clock::{now, sleep};

/// So many milliseconds after a change it is written: a send comes first.
const SOON: Millis = 100.0;
/// So often, in milliseconds, a reply that runs is written.
const EVERY: u32 = 1000;
/// Writing takes no more than this part of the time.
const PART: Millis = 50.0;
/// So much is written at once: turns, and bytes.
const AT_ONCE: (usize, usize) = (64, 1 << 18);
/// So long after a failure it is tried again.
const AGAIN: Millis = 5000.0;

#[derive(Default)]
pub(super) struct State {
    /// The conversation that is being kept, and the version of it that is written, or on its way.
    id: String,
    version: u64,
    /// The turns below are written, or on their way.
    written: usize,
    /// Of these, those that have changed since.
    touched: BTreeSet<TurnId>,
    /// What its record says, but for version and time.
    told: String,
    /// What was to be written before, of this conversation or another.
    pub(super) queue: VecDeque<Batch>,
    /// What is being written.
    going: Option<Rc<Batch>>,
    /// Somebody is about to write.
    planned: bool,
    /// The reply that ran when something last changed, whatever conversation is kept since.
    running: Option<TurnId>,
    /// Ticks while one runs.
    tick: Option<Interval>,
    /// No sooner than this is a running reply written again.
    rest: Millis,
    /// How much of the running reply is written.
    length: usize,
}

impl State {
    /// Keeps a conversation of this name from now on, of which nothing is written yet.
    fn begin(&mut self, id: String) {
        self.id = id;
        self.version = 0;
        self.written = 0;
        self.touched.clear();
        self.told.clear();
    }

    /// A batch waits behind the others; with the last of them, where that is of the same conversation.
    fn push(&mut self, batch: Batch) {
        let alone = match self.queue.back_mut() {
            Some(last) => last.join(batch, AT_ONCE.1),
            None => Some(batch),
        };
        self.queue.extend(alone);
    }
}

impl Memory for Keeper {
    fn keep(&self, at_once: bool) {
        let mut state = self.state.borrow_mut();
        // It may have ended a moment ago, and nobody was told yet.
        let runs = running(self.chat).map(|(id, _)| id);
        let ended = std::mem::replace(&mut state.running, runs);
        state.touched.extend(ended.into_iter().chain(runs));
        drop(state);
        // The tree is about to go: what is not written yet is put into words now.
        while let Some(batch) = self.next() {
            self.state.borrow_mut().push(batch);
        }
        if at_once {
            self.leave();
        }
        self.write_soon(0.0);
    }
}

impl Keeper {
    /// The page may be gone a moment later: all that waits is written without a question, and once more as ever if the page lives.
    fn leave(&self) {
        let state = self.state.borrow();
        let going = state.going.clone();
        let batches = || going.iter().map(Rc::as_ref).chain(&state.queue);
        // Of two conversations the later is the one that comes back.
        let last = batches().last().map(|batch| batch.head.id.clone());
        if let Some(left) = last.and_then(|id| Left::of(&id, batches())) {
            self.chat.shared().store.keep_left(&left.write());
            if let Some(work) = self.db.work_at_once(true) {
                batches().for_each(|batch| put(&work, batch));
                work.commit();
            }
        }
    }

    /// Something has changed.
    pub(super) fn changed(self: &Rc<Self>, live: Option<TurnId>) {
        let mut state = self.state.borrow_mut();
        let before = std::mem::replace(&mut state.running, live);
        state.touched.extend(before.into_iter().chain(live));
        if live.is_some() {
            if state.tick.is_none() {
                let keeper = Rc::downgrade(self);
                state.tick = Some(Interval::new(EVERY, move || {
                    if let Some(keeper) = keeper.upgrade() {
                        keeper.tick();
                    }
                }));
            }
        } else {
            state.tick = None;
        }
        drop(state);
        self.write_soon(SOON);
    }

    /// A reply runs.
    fn tick(&self) {
        if !self.chat.is_mounted() || now() < self.state.borrow().rest {
            return;
        }
        let Some((id, turn)) = running(self.chat) else {
            return;
        };
        let mut state = self.state.borrow_mut();
        if length(&turn) != state.length {
            state.touched.insert(id);
            drop(state);
            self.write_soon(0.0);
        }
    }

    /// Writes what there is to write, unless somebody is about to.
    pub(super) fn write_soon(&self, wait: Millis) {
        if std::mem::replace(&mut self.state.borrow_mut().planned, true) {
            return;
        }
        let chat = self.chat;
        chat.spawn(async move {
            if wait > 0.0 {
                sleep(wait).await;
            }
            let Some(keeper) = keeper(chat) else { return };
            keeper.write().await;
            keeper.state.borrow_mut().planned = false;
            keeper.again();
        });
    }

    /// Tries again later, where something could not be written.
    fn again(&self) {
        // Where there is no database at all there will be none a moment later.
        let hope = [Fault::Full, Fault::Failed]
            .map(Trouble::Unwritten)
            .map(Some);
        if hope.contains(&self.trouble.get_untracked()) {
            self.write_soon(AGAIN);
        }
    }

    /// Writes what there is to write; what the database does not take waits for the next time.
    pub(super) async fn write(&self) {
        let _alone = self.pen.lock().await;
        loop {
            let queued = self.state.borrow_mut().queue.pop_front();
            let Some(batch) = queued.or_else(|| self.next()) else {
                return;
            };
            let batch = Rc::new(batch);
            self.state.borrow_mut().going = Some(batch.clone());
            let written = write(&self.db, &batch).await;
            self.state.borrow_mut().going = None;
            match written {
                Written::Yes => {
                    if self.trouble.with_untracked(Option::is_some) {
                        self.trouble.set(None);
                    }
                }
                Written::Otherwise(is_there) => self.part(&batch, is_there),
                Written::Failed(fault) => {
                    let batch = Rc::unwrap_or_clone(batch);
                    self.state.borrow_mut().queue.push_front(batch);
                    self.trouble.set(Some(Trouble::Unwritten(fault)));
                    return self.again();
                }
            }
        }
    }

    /// The conversation is no longer as this tab knows it. The one on the page goes on under a name of its own; of one that was
    /// left, the end is kept where it still is.
    fn part(&self, batch: &Batch, is_there: bool) {
        let id = &batch.head.id;
        let is_here = self.chat.names().0 == *id;
        let mut state = self.state.borrow_mut();
        if is_here {
            let own = made_up();
            self.chat.rename(own.clone());
            // All of it is on the page, and is written anew.
            state.queue.retain(|batch| batch.head.id != *id);
            state.begin(own);
        } else if is_there {
            state.queue.push_front(Batch {
                expect: None,
                ..batch.clone()
            });
        }
    }

    /// A conversation is on the page as it was kept, so many of its turns in the database, and what was left of it besides.
    pub(super) fn brought(&self, head: &Head, version: u64, written: usize, left: Option<Left>) {
        let mut state = self.state.borrow_mut();
        state.queue.retain(|batch| batch.head.id != head.id);
        state.begin(head.id.clone());
        state.version = version;
        state.written = written;
        match left {
            // It is written once more.
            Some(left) => state.touched.extend(left.turns.iter().map(|(id, _)| *id)),
            None => state.told = head.clone().told().write(),
        }
    }

    /// What waits to be written of these conversations need not be.
    pub(super) fn forget(&self, is_gone: impl Fn(&str) -> bool) {
        let mut state = self.state.borrow_mut();
        state.queue.retain(|batch| !is_gone(&batch.head.id));
    }

    /// What is to be written next.
    fn next(&self) -> Option<Batch> {
        let chat = self.chat;
        // Of one that is on its way here nothing is to be written.
        if chat.returning.try_get_untracked() != Some(false) {
            return None;
        }
        let live = running(chat);
        let began = now();
        let (id, server_name) = chat.names();
        let mut state = self.state.borrow_mut();
        if state.id != id {
            state.begin(id);
        }
        chat.tree.with_untracked(|tree| {
            if tree.is_empty() {
                return None;
            }
            let mut turns = Vec::new();
            let mut size = 0;
            let mut add = |id: TurnId| {
                let turn = match &live {
                    Some((live, turn)) if *live == id => Some(turn),
                    _ => tree.turn(id),
                };
                if let Some(turn) = turn {
                    let record = record(tree.parent(id), turn);
                    size += record.len();
                    turns.push((id, record));
                }
                turns.len() < AT_ONCE.0 && size < AT_ONCE.1
            };
            let written = state.written;
            while state.written < tree.len() && add(state.written) {
                state.written += 1;
            }
            if state.written < tree.len() {
                // The last one was added as well.
                state.written += 1;
            } else {
                for id in std::mem::take(&mut state.touched) {
                    if id < written {
                        add(id);
                    }
                }
            }
            let head = Head {
                id: state.id.clone(),
                title: title(tree),
                turns: tree.path().count(),
                count: tree.len(),
                aside: tree.shown_aside().collect(),
                called: server_name.map(|called| (untrack(|| chat.base()), called)),
                ..Head::default()
            };
            let told = head.write();
            if turns.is_empty() && told == state.told {
                return None;
            }
            state.told = told;
            if state.version == 0 {
                chat.shared().store.keep_session(Some(&state.id));
            }
            let expect = Some(state.version);
            state.version = state.version.saturating_add(1);
            let head = Head {
                version: state.version,
                at: js_sys::Date::now(),
                by: self.name.clone(),
                ..head
            };
            state.length = live.as_ref().map_or(0, |(_, turn)| length(turn));
            state.rest = now() + (now() - began) * PART;
            Some(Batch {
                expect,
                head,
                turns,
            })
        })
    }
}
