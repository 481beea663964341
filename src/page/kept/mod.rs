//! Conversations that are kept: in this browser's database, a record for each turn, so that a reload, a crash or a closed tab lose
//! nothing of what arrived.
//!
//! In: the conversation of a chat, as it changes. Out: records; and conversations, when they are asked for again. Nothing at all
//! with `storage=none`. What is written is what has changed: turns that are new, and the one that runs, about once a second. A tab
//! knows its conversation by a name in its session; where two tabs write to the same one, the later goes on with a copy of its own.

pub mod db;
mod records;
mod write;

use std::any::Any;
use std::cell::RefCell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;

use futures_util::future::{Either, select};
use futures_util::lock::Mutex;
use gloo_events::EventListener;
use leptos::prelude::*;

use super::app::{Chat, Memory};
use super::browser::made_up;
use super::clock::{hidden, sleep};
use super::follow::follow;
use crate::chat::archive::export;
pub use crate::chat::records::{Head, title};
use crate::chat::records::{Left, add};
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::Turn;
use crate::event::Millis;
use db::{Db, Fault, Taken};
use records::{PIECE, all};
use write::State;

/// So many turns at the end of a long conversation are brought before the others; no more are drawn at once.
pub const END: usize = 64;

/// So long the page waits for its conversation, in milliseconds.
const PATIENCE: Millis = 5000.0;

/// What is wrong with keeping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Not all that was said could be written.
    Unwritten(Fault),
    /// The conversation of this tab could not be read.
    Unread,
}

/// Keeps the conversations of one chat.
pub struct Keeper {
    chat: Chat,
    /// What is wrong, if anything is.
    pub trouble: ArcRwSignal<Option<Trouble>>,
    /// What this page is called in the records that it writes.
    name: String,
    db: Db,
    /// One writes at a time.
    pen: Mutex<()>,
    state: RefCell<State>,
}

/// The chat's keeper; `None` where nothing may be kept.
pub fn keeper(chat: Chat) -> Option<Rc<Keeper>> {
    let shared = chat.shared();
    if !shared.store.lasts() {
        return None;
    }
    let known = chat.memory().map(|known| known as Rc<dyn Any>);
    let keeper = known.and_then(|known| known.downcast().ok());
    Some(keeper.unwrap_or_else(|| {
        let keeper = Rc::new(Keeper {
            chat,
            trouble: ArcRwSignal::new(None),
            name: made_up(),
            db: Db::default(),
            pen: Mutex::new(()),
            state: RefCell::default(),
        });
        chat.keep_with(keeper.clone());
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
        } else {
            // While nobody looked, the browser may have closed the database.
            listener.write_soon(0.0);
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
        let brought = match select(brought, pin!(sleep(PATIENCE))).await {
            Either::Left((brought, _)) => brought,
            // Its end is here: the rest comes too.
            Either::Right((_, brought)) if chat.tree.with_untracked(|tree| !tree.is_empty()) => {
                brought.await
            }
            Either::Right(_) => Err(Fault::Failed),
        };
        match brought {
            Ok(true) => {}
            Ok(false) => chat.shared().store.keep_session(None),
            // It stays where it is kept.
            Err(_) => keeper.trouble.set(Some(Trouble::Unread)),
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

impl Keeper {
    /// All conversations, the newest first.
    pub async fn list(&self) -> Result<Vec<Head>, Fault> {
        self.write().await;
        let heads = self.db.work(false).await?.heads().await;
        let heads = heads.ok_or(Fault::Failed)?;
        let mut heads: Vec<Head> = heads.iter().filter_map(|head| Head::read(head)).collect();
        heads.sort_by(|a, b| b.at.total_cmp(&a.at));
        Ok(heads)
    }

    /// Puts a kept conversation on the page, in the place of the one that is there; `false` where there is none of that name, or
    /// where it is no longer wanted.
    pub async fn open(&self, id: &str) -> Result<bool, Fault> {
        self.chat.part();
        self.chat.returns(true);
        let opened = self.bring(id).await;
        self.chat.returns(false);
        opened
    }

    async fn bring(&self, id: &str) -> Result<bool, Fault> {
        let chat = self.chat;
        // Where the person begins anew meanwhile, it stays away.
        let began = chat.conversation.get_untracked();
        let is_wanted = |number: u32| chat.conversation.get_untracked() == number;
        // What was said here a moment ago may still be on its way there.
        self.write().await;
        let read = self.read(id).await;
        let (written, left) = (read.as_ref().ok().cloned().flatten(), self.left(id));
        let version = written.as_ref().map_or(0, |head| head.version);
        // What was left and is older than what is written is written as well.
        let left = left.filter(|left| left.head.version >= version);
        let Some(head) = left.as_ref().map(|left| left.head.clone()).or(written) else {
            return read.map(|_| false);
        };
        let base = untrack(|| chat.base());
        let called = head.called.clone().filter(|(server, _)| *server == base);
        let names = (head.id.clone(), called.map(|(_, called)| called));
        // Of a long conversation without branches the end is known at once: it is shown before all the rest is read.
        let end = self.end_of(&head).await;
        let is_long = end.is_some();
        if let Some(mut tree) = end {
            left.iter().for_each(|left| left.mend(&mut tree));
            if !is_wanted(began) {
                return Ok(false);
            }
            chat.turn_to(names.clone(), tree.settled());
        }
        let tree = all(&self.db, id).await;
        let written = tree.as_ref().map_or(0, Tree::len);
        // What was never written may all have been left.
        let mut tree = tree.or_else(|fault| match &left {
            Some(left) if left.turns.iter().any(|(id, _)| *id == 0) => Ok(Tree::default()),
            _ => Err(fault),
        });
        if let (Ok(tree), Some(left)) = (&mut tree, &left) {
            left.mend(tree);
        }
        if !is_wanted(began.wrapping_add(u32::from(is_long))) {
            return Ok(false);
        }
        let mut tree = match tree {
            Ok(tree) if !tree.is_empty() => tree,
            missing => {
                if is_long {
                    chat.turn_to((made_up(), None), Tree::default());
                }
                return missing.map(|_| false);
            }
        };
        head.aside.iter().for_each(|id| tree.show(*id));
        if is_long {
            chat.fill(tree.settled());
        } else {
            chat.turn_to(names, tree.settled());
        }
        self.brought(&head, version, written, left);
        chat.shared().store.keep_session(Some(id));
        Ok(true)
    }

    /// A conversation's record; `None` where there is none.
    async fn read(&self, id: &str) -> Result<Option<Head>, Fault> {
        let head = self.db.work(false).await?.head(id).await;
        Ok(Head::read(&head.ok_or(Fault::Failed)?))
    }

    /// What is not written of a conversation: by this page, or by the one that was left in this tab.
    fn left(&self, id: &str) -> Option<Left> {
        let waits = Left::of(id, self.state.borrow().queue.iter());
        let text = || self.chat.shared().store.left();
        waits.or_else(|| Left::read(&text()?).filter(|left| left.head.id == id))
    }

    /// The last turns of a long conversation without branches, and empty places for those before.
    async fn end_of(&self, head: &Head) -> Option<Tree> {
        let first = head.count.checked_sub(END).filter(|first| *first > END)?;
        let work = self.db.work(false).await.ok()?;
        // A record may say anything: so many there must be.
        let are_there = head.turns == head.count && work.count(&head.id).await? == head.count;
        let end = match are_there {
            true => work.turns(&head.id, first, PIECE).await?,
            false => return None,
        };
        let mut tree = Tree::default();
        for _ in 0..first {
            tree.add(tree.len().checked_sub(1), Turn::reply());
        }
        end.iter().for_each(|record| add(&mut tree, record));
        Some(tree)
    }

    /// Takes a conversation out; what was there can be put back.
    pub async fn take(&self, id: &str) -> Result<Taken, Fault> {
        // What of it is still on its way belongs to it.
        self.write().await;
        let work = self.db.work(true).await?;
        let taken = work.take(id).await.ok_or(Fault::Failed)?;
        work.finish().await?;
        self.forget(|of| of == id);
        Ok(taken)
    }

    /// Puts it back.
    pub async fn put_back(&self, taken: &Taken) -> Result<(), Fault> {
        let work = self.db.work(true).await?;
        work.put_back(taken);
        work.finish().await
    }

    /// Forgets all conversations.
    pub async fn clear(&self) -> Result<(), Fault> {
        let work = self.db.work(true).await?;
        work.clear();
        work.finish().await?;
        self.forget(|_| true);
        Ok(())
    }
}
