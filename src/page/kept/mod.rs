//! Conversations that are kept: in this browser's database, a record for each turn, so that a reload, a crash or a closed tab lose
//! nothing of what arrived.
//!
//! In: the conversation of a chat, as it changes. Out: records; and conversations, when they are asked for again. Nothing at all
//! with `storage=none`. What is written is what has changed: turns that are new, and the one that runs, about once a second. A tab
//! knows its conversation by a name in its session; where two tabs write to the same one, the later goes on with a copy of its own.

pub mod db;
mod records;

use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;

use futures_util::future::{Either, select};
use gloo_events::EventListener;
use gloo_timers::callback::Interval;
use leptos::prelude::*;

use super::app::{Chat, Memory, made_up};
use super::clock::{hidden, now, sleep};
use super::ui::part::follow;
use super::ui::turns::END;
use crate::chat::archive::{export, record};
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::Turn;
use crate::event::Millis;
use db::{Db, Taken};
use records::{Batch, Left, PIECE, Written, add, all, left, length, put, write};
pub use records::{Head, title};

/// So many milliseconds after a change it is written: a send comes first.
const SOON: Millis = 100.0;
/// So often, in milliseconds, a reply that runs is written.
const EVERY: u32 = 1000;
/// Writing takes no more than this part of the time.
const PART: Millis = 50.0;
/// So much is written at once: turns, and bytes.
const AT_ONCE: (usize, usize) = (64, 1 << 18);
/// So long the page waits for its conversation, in milliseconds.
const PATIENCE: Millis = 5000.0;

/// Keeps the conversations of one chat.
pub struct Keeper {
    chat: Chat,
    /// Nothing could be written.
    pub trouble: ArcRwSignal<bool>,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    /// The conversation that is being kept, and the version of it that is written, or on its way.
    id: String,
    version: u64,
    /// The turns below are written.
    written: usize,
    /// Of these, those that have changed since.
    touched: BTreeSet<TurnId>,
    /// What its record says, but for version and time.
    told: String,
    /// What is still to be written of the conversation before.
    queue: VecDeque<Batch>,
    db: Option<Db>,
    /// What is being written.
    going: Option<Rc<Batch>>,
    /// Somebody is writing.
    busy: bool,
    /// The reply that ran when something last changed, whatever conversation is kept since.
    running: Option<TurnId>,
    /// Ticks while one runs.
    tick: Option<Interval>,
    /// No sooner than this is a running reply written again.
    rest: Millis,
    /// How much of the running reply is written.
    length: usize,
}

/// The chat's keeper; `None` where nothing may be kept.
pub fn keeper(chat: Chat) -> Option<Rc<Keeper>> {
    let shared = chat.shared();
    if !shared.store.lasts() {
        return None;
    }
    let mut memory = shared.memory.borrow_mut();
    let known = memory.clone().map(Memory::itself);
    let keeper = known.and_then(|known| known.downcast().ok());
    Some(keeper.unwrap_or_else(|| {
        let keeper = Rc::new(Keeper {
            chat,
            trouble: ArcRwSignal::new(false),
            state: RefCell::default(),
        });
        *memory = Some(keeper.clone());
        keeper
    }))
}

/// Keeps what is said from now on. Call it under an owner: it ends with it.
pub fn watch(chat: Chat) {
    let Some(keeper) = keeper(chat) else { return };
    let listener = keeper.clone();
    let leaves = EventListener::new(&document(), "visibilitychange", move |_| {
        if hidden() {
            listener.keep(true);
        }
    });
    StoredValue::new_local(leaves);
    follow(move || {
        chat.tree.track();
        let live = chat.live.with(|live| live.as_ref().map(|live| live.id()));
        keeper.changed(live);
    });
}

/// Brings the conversation of this tab back, if there was one.
pub fn restore(chat: Chat) -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(async move {
        let id = chat.shared().store.session();
        let (Some(id), Some(keeper)) = (id, keeper(chat)) else {
            return;
        };
        let brought = pin!(keeper.bring(&id));
        match select(brought, pin!(sleep(PATIENCE))).await {
            Either::Left((None, _)) => chat.shared().store.keep_session(None),
            // Its end is here: the rest comes too.
            Either::Right((_, brought)) if chat.tree.with_untracked(|tree| !tree.is_empty()) => {
                brought.await;
            }
            _ => {}
        }
    })
}

/// The conversation of a chat as a file.
pub fn file(chat: Chat) -> String {
    let mut tree = chat.tree.get_untracked();
    if let Some((id, turn)) = running(chat)
        && let Some(kept) = tree.turn_mut(id)
    {
        *kept = turn;
    }
    export(&tree)
}

/// The reply that runs, as far as it has come.
fn running(chat: Chat) -> Option<(TurnId, Turn)> {
    let live = chat.live.try_get_untracked().flatten()?;
    Some((live.id(), live.turn()))
}

impl Memory for Keeper {
    fn keep(&self, at_once: bool) {
        if let Some((id, _)) = running(self.chat) {
            self.state.borrow_mut().touched.insert(id);
        }
        // The tree is about to go: what is not written yet is put into words now.
        while let Some(batch) = self.next() {
            self.state.borrow_mut().queue.push_back(batch);
        }
        if at_once {
            let mut state = self.state.borrow_mut();
            let going = state.going.clone();
            let batches = going.iter().map(Rc::as_ref).chain(&state.queue);
            if let Some(left) = left(batches) {
                self.chat.shared().store.keep_left(&left);
            }
            let work = state.db.as_ref().and_then(|db| db.work(true));
            if let Some(work) = work {
                for batch in state.queue.drain(..) {
                    put(&work, &batch);
                }
                work.commit();
            }
        } else {
            self.write_soon(0.0);
        }
    }

    fn itself(self: Rc<Self>) -> Rc<dyn std::any::Any> {
        self
    }
}

impl Keeper {
    /// All conversations, the newest first; `None` where they cannot be read.
    pub async fn list(&self) -> Option<Vec<Head>> {
        self.write().await;
        let heads = self.db().await?.work(false)?.heads().await?;
        let mut heads: Vec<Head> = heads.iter().filter_map(|head| Head::read(head)).collect();
        heads.sort_by(|a, b| b.at.total_cmp(&a.at));
        Some(heads)
    }

    /// Puts a kept conversation on the page, in the place of the one that is there; `false` where there is none of that name.
    pub async fn open(&self, id: &str) -> bool {
        self.chat.part();
        self.chat.returns(true);
        let opened = self.bring(id).await.is_some();
        if self.chat.is_mounted() {
            self.chat.returns(false);
        }
        opened
    }

    async fn bring(&self, id: &str) -> Option<()> {
        let chat = self.chat;
        // Where the person begins anew meanwhile, it stays away.
        let began = chat.conversation.get_untracked();
        let is_wanted = |number: u32| chat.conversation.try_get_untracked() == Some(number);
        // What was said here a moment ago may still be on its way there.
        self.write().await;
        let db = self.db().await?;
        let work = db.work(false)?;
        let written = Head::read(&work.head(id).await?);
        let version = written.as_ref().map_or(0, |head| head.version);
        let left = chat.shared().store.left();
        let left = left.and_then(|left| Left::read(&left));
        // What was left and is older than what is written is written as well.
        let left = left.filter(|left| left.head.id == id && left.head.version >= version);
        let head = left.as_ref().map(|left| left.head.clone()).or(written)?;
        let base = untrack(|| chat.base());
        let called = head.called.clone().filter(|(server, _)| *server == base);
        let names = (head.id.clone(), called.map(|(_, called)| called));
        // Of a long conversation without branches the end is known at once: it is shown before all the rest is read.
        let first = head.count.saturating_sub(END);
        let is_long = first > END && head.turns == head.count;
        if is_long {
            let end = work.turns(id, first, PIECE).await?;
            let mut tree = Tree::default();
            for _ in 0..first {
                tree.add(tree.len().checked_sub(1), Turn::reply());
            }
            end.iter().for_each(|record| add(&mut tree, record));
            left.iter().for_each(|left| left.mend(&mut tree));
            is_wanted(began).then(|| chat.turn_to(names.clone(), tree.settled()))?;
        }
        let tree = all(&db, id).await;
        let written = tree.as_ref().map_or(0, Tree::len);
        let tree = tree.map(|mut tree| {
            left.iter().for_each(|left| left.mend(&mut tree));
            tree
        });
        let tree = tree.filter(|tree| !tree.is_empty());
        if !is_wanted(began + u32::from(is_long)) {
            return None;
        }
        let Some(mut tree) = tree else {
            if is_long {
                chat.turn_to((made_up(), None), Tree::default());
            }
            return None;
        };
        head.aside.iter().for_each(|id| tree.show(*id));
        if is_long {
            chat.tree.set(tree.settled());
        } else {
            chat.turn_to(names, tree.settled());
        }
        let mut state = self.state.borrow_mut();
        state.begin(head.id.clone());
        state.version = version;
        state.written = written;
        match left {
            // It is written once more.
            Some(left) => state.touched.extend(left.turns.iter().map(|(id, _)| *id)),
            None => state.told = head.told().write(),
        }
        drop(state);
        chat.shared().store.keep_session(Some(id));
        Some(())
    }

    /// Takes a conversation out; what was there can be put back.
    pub async fn take(&self, id: &str) -> Option<Taken> {
        let work = self.db().await?.work(true)?;
        let taken = work.take(id).await?;
        work.finish().await?;
        Some(taken)
    }

    /// Puts it back.
    pub async fn put_back(&self, taken: &Taken) -> Option<()> {
        let work = self.db().await?.work(true)?;
        work.put_back(taken);
        work.finish().await
    }

    /// Forgets all conversations.
    pub async fn clear(&self) -> Option<()> {
        let work = self.db().await?.work(true)?;
        work.clear();
        work.finish().await
    }

    async fn db(&self) -> Option<Db> {
        let known = self.state.borrow().db.clone();
        if known.is_some() {
            return known;
        }
        let db = db::open().await;
        self.state.borrow_mut().db.clone_from(&db);
        db
    }

    /// Something has changed.
    fn changed(self: &Rc<Self>, live: Option<TurnId>) {
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

    /// Writes what there is to write, unless somebody does already.
    fn write_soon(&self, wait: Millis) {
        if std::mem::replace(&mut self.state.borrow_mut().busy, true) {
            return;
        }
        let chat = self.chat;
        chat.spawn(async move {
            if wait > 0.0 {
                sleep(wait).await;
            }
            if let Some(keeper) = chat.is_mounted().then(|| keeper(chat)).flatten() {
                keeper.write().await;
                keeper.state.borrow_mut().busy = false;
            }
        });
    }

    async fn write(&self) {
        let Some(db) = self.db().await else {
            return self.trouble.set(true);
        };
        loop {
            let queued = self.state.borrow_mut().queue.pop_front();
            let Some(batch) = queued.or_else(|| self.next()) else {
                return;
            };
            let batch = Rc::new(batch);
            self.state.borrow_mut().going = Some(batch.clone());
            let written = write(&db, &batch).await;
            self.state.borrow_mut().going = None;
            match written {
                Written::Yes => {
                    if self.trouble.get_untracked() {
                        self.trouble.set(false);
                    }
                }
                Written::Otherwise(is_there) => self.part(&batch, is_there),
                Written::Failed => {
                    let mut state = self.state.borrow_mut();
                    // The next time anew.
                    state.db = None;
                    state.take_back(&batch);
                    drop(state);
                    return self.trouble.set(true);
                }
            }
        }
    }

    /// The conversation is no longer as this tab knows it. The one on the page goes on under a name of its own; of one that was
    /// left, the end is kept where it still is.
    fn part(&self, batch: &Batch, is_there: bool) {
        let mut state = self.state.borrow_mut();
        if state.id == batch.id {
            let id = made_up();
            self.chat
                .names
                .update_value(|names| names.0.clone_from(&id));
            state.begin(id);
        } else if is_there {
            state.queue.push_front(Batch {
                expect: None,
                ..batch.clone()
            });
        }
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
        let id = chat.names.with_value(|names| names.0.clone());
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
                called: chat.names.with_value(|names| {
                    let base = untrack(|| chat.base());
                    names.1.clone().map(|called| (base, called))
                }),
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
            state.version += 1;
            let head = Head {
                version: state.version,
                at: js_sys::Date::now(),
                ..head
            };
            state.length = live.as_ref().map_or(0, |(_, turn)| length(turn));
            state.rest = now() + (now() - began) * PART;
            Some(Batch {
                id: state.id.clone(),
                expect,
                head: head.write(),
                turns,
            })
        })
    }
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

    /// This was not written.
    fn take_back(&mut self, batch: &Batch) {
        if self.id == batch.id {
            self.version = batch.expect.unwrap_or(self.version);
            self.told.clear();
            self.touched.extend(batch.turns.iter().map(|(id, _)| *id));
        }
    }
}
