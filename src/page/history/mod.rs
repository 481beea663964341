//! The history of a chat in this browser: conversations in its database, a record for each turn, so that a reload, a crash or a
//! closed tab lose nothing of what arrived.
//!
//! In: the conversation of a chat, as it changes. Out: records; and conversations, when they are asked for again. Nothing at all
//! with `storage=none`. What is written when, and what records mean together, is decided in [`crate::history`]; here are the hands.
//! A tab knows its conversation by a name in its session.
//!
//! | file | gives |
//! |---|---|
//! | `write` | what the journal wants written, written |
//! | [`shelf`] | all conversations and folders, and what is done to them |
//! | [`finder`] | what is found in them |
//! | [`tabs`] | which tab writes, and what the others show |
//! | [`room`] | how much room the browser has |
//! | `unite` | a conversation that arrives, united with the one of its name |
//! | [`folder`] | a folder of the person's own, in which each stands as a file |

pub mod finder;
pub mod folder;
pub mod import;
pub mod room;
pub mod shelf;
pub mod tabs;
mod unite;
mod write;

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;

use futures_util::future::{Either, select};
use futures_util::lock::Mutex;
use gloo_events::EventListener;
use gloo_timers::callback::Interval;
use leptos::prelude::*;

use super::app::{Chat, Memory};
use super::browser::made_up;
use super::clock::{hidden, sleep};
use super::follow::follow;
use crate::chat::archive::export;
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::Turn;
use crate::database::Db;
use crate::event::Millis;
use crate::history::reading::{Left, PIECE};
use crate::history::{Fault, Head, Journal, Opened, Reading, Trouble, Unwritten};
use finder::Finder;
use shelf::Shelf;
use tabs::Tabs;

/// Number of turns at the end of a long conversation that are brought before the others; no more are drawn at once.
pub const END: usize = 64;
/// Longest time that the page waits for its conversation, in milliseconds.
const PATIENCE: Millis = 5000.0;

/// History of one chat: a journal and its hands.
pub struct History {
    chat: Chat,
    /// Trouble with keeping the conversation, if there is any, for those who say so.
    pub trouble: ArcRwSignal<Option<Trouble>>,
    /// All that is kept, as far as it was read.
    pub shelf: Shelf,
    finder: Finder,
    db: Db,
    /// Lock of the writer: one writes at a time.
    pen: Mutex<()>,
    journal: RefCell<Journal>,
    /// Set while somebody is about to write.
    planned: Cell<bool>,
    /// Timer that ticks while a reply runs.
    tick: RefCell<Option<Interval>>,
    /// Import of files, if there is one.
    pub import: import::Import,
    /// The other tabs.
    pub tabs: Tabs,
    /// Folder of the person's own, if there is one.
    pub folder: folder::Keeper,
}

/// Returns the history of a chat, made at the first call; `None` where nothing may be kept.
pub fn of(chat: Chat) -> Option<Rc<History>> {
    let shared = chat.shared();
    if !shared.store.lasts() {
        return None;
    }
    let known = chat.memory().map(|known| known as Rc<dyn Any>);
    let history = known.and_then(|known| known.downcast().ok());
    Some(history.unwrap_or_else(|| {
        let history = Rc::new_cyclic(|this| History {
            chat,
            trouble: ArcRwSignal::new(None),
            shelf: Shelf::default(),
            finder: Finder::default(),
            db: Db::default(),
            pen: Mutex::new(()),
            journal: RefCell::new(Journal::new(made_up())),
            planned: Cell::new(false),
            tick: RefCell::default(),
            import: import::Import::default(),
            tabs: Tabs::new(this),
            folder: folder::Keeper::default(),
        });
        chat.keep_with(history.clone());
        history
    }))
}

/// Begins to write down what is said from now on. Call it under an owner: it ends with it.
pub fn watch(chat: Chat) {
    let Some(history) = of(chat) else { return };
    let listener = history.clone();
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
        history.changed(live);
    });
}

/// Brings the conversation of this tab back, if there was one. One that cannot be read stays where it is kept, and the page says
/// so.
pub fn restore(chat: Chat) -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(async move {
        let id = chat.shared().store.session();
        let (Some(id), Some(history)) = (id, of(chat)) else {
            return;
        };
        let brought = pin!(history.bring(&id));
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
            Err(_) => {
                history.journal.borrow_mut().unread();
                history.say_trouble();
            }
        }
    })
}

/// Writes the conversation of a chat as a file, with the reply that runs as far as it has come.
pub fn file(chat: Chat) -> String {
    export(&as_it_is(chat))
}

/// Returns the conversation of a chat, with the reply that runs as far as it has come.
pub fn as_it_is(chat: Chat) -> Tree {
    let mut tree = chat.tree.get_untracked();
    if let Some((id, turn)) = running(chat)
        && let Some(kept) = tree.turn_mut(id)
    {
        *kept = turn;
    }
    tree
}

/// Returns the reply that runs, as far as it has come.
fn running(chat: Chat) -> Option<(TurnId, Turn)> {
    let live = chat.live.try_get_untracked().flatten()?;
    Some((live.id(), live.turn()))
}

impl History {
    /// Puts a conversation of the list on the page, in the place of the one that is there; returns `false` where there is none of
    /// that name, or where it is no longer wanted.
    pub async fn open(self: &Rc<Self>, id: &str) -> Result<bool, Fault> {
        self.chat.part();
        self.chat.returns(true);
        let opened = self.bring(id).await;
        self.chat.returns(false);
        opened
    }

    async fn bring(self: &Rc<Self>, id: &str) -> Result<bool, Fault> {
        // Whoever has the lock writes; who reads before that is known may read what is not all.
        let has_lock = self.stand_in_line(id).await;
        let brought = self.bring_as(id, has_lock).await;
        if !matches!(brought, Ok(true)) {
            self.step_back(id);
        }
        brought
    }

    async fn bring_as(self: &Rc<Self>, id: &str, has_lock: Option<bool>) -> Result<bool, Fault> {
        let chat = self.chat;
        // Where the person begins anew meanwhile, it stays away.
        let began = chat.conversation.get_untracked();
        let is_wanted = |number: u32| chat.conversation.get_untracked() == number;
        // What was said here a moment ago may still be on its way there.
        self.write().await;
        let Some(reading) = self.find(id, self.left(id)).await? else {
            return Ok(false);
        };
        let names = self.names(reading.head());
        // Of a long conversation without branches the end is shown before all the rest is read.
        let end = self.end(&reading).await;
        let is_long = end.is_some();
        if let Some(tree) = end {
            if !is_wanted(began) {
                return Ok(false);
            }
            chat.turn_to(names.clone(), tree);
        }
        let opened = self.all(reading).await;
        if !is_wanted(began.wrapping_add(u32::from(is_long))) {
            return Ok(false);
        }
        let opened = match opened {
            Ok(Some(opened)) => opened,
            missing => {
                if is_long {
                    chat.turn_to((made_up(), None), Tree::default());
                }
                return missing.map(|_| false);
            }
        };
        self.journal.borrow_mut().opened(&opened);
        chat.shared().store.keep_session(Some(&opened.head.id));
        let folder = opened.head.marks.folder.clone();
        let version = opened.version;
        if is_long {
            chat.fill(opened.tree);
        } else {
            chat.turn_to(names, opened.tree);
        }
        self.seated(&opened.of, &opened.head.id, has_lock, version);
        self.say_trouble();
        self.enter(folder.as_deref()).await;
        Ok(true)
    }

    /// Reads a conversation, which the page need not show; `None` where there is none of that name.
    pub async fn read(&self, id: &str) -> Result<Option<Opened>, Fault> {
        match self.find(id, self.left(id)).await? {
            Some(reading) => self.all(reading).await,
            None => Ok(None),
        }
    }

    /// Returns what is left unwritten of a conversation in this page and this tab.
    fn left(&self, id: &str) -> Left {
        let tab = self.chat.shared().store.left();
        Left {
            waiting: self.journal.borrow().unwritten(id),
            tab: tab.and_then(|text| Unwritten::read(&text)),
            store: None,
        }
    }

    /// Returns the names of a conversation: this page's, and that of the server of now.
    fn names(&self, head: &Head) -> (String, Option<String>) {
        let base = untrack(|| self.chat.base());
        let called = head.called.clone().filter(|(server, _)| *server == base);
        (head.id.clone(), called.map(|(_, called)| called))
    }

    /// Begins to read a conversation, of which `left` is known to be left unwritten; `None` where there is none of that name.
    async fn find(&self, id: &str, left: Left) -> Result<Option<Reading>, Fault> {
        let (head, store) = match self.heads(id).await {
            Ok((head, left)) => (Ok(head), left),
            Err(fault) => (Err(fault), None),
        };
        Reading::begin(id, head, Left { store, ..left }, made_up)
    }

    /// Reads a conversation's record, and what stands left unwritten beside it.
    async fn heads(&self, id: &str) -> Result<(Option<Head>, Option<Unwritten>), Fault> {
        let work = self.db.work(false).await?;
        let head = work.head(id).await?;
        let left = work.left(id).await?;
        Ok((
            head.and_then(|head| Head::read_of(id, &head)),
            left.and_then(|left| Unwritten::read(&left)),
        ))
    }

    /// Reads the last turns of a long conversation, with empty places for those before; `None` where the conversation is to be
    /// read whole, or cannot be read.
    async fn end(&self, reading: &Reading) -> Option<Tree> {
        let first = reading.end_from(END)?;
        let id = &reading.head().id;
        let work = self.db.work(false).await.ok()?;
        let count = work.count(id).await.ok()?;
        let records = work.turns(id, first, PIECE).await.ok()?;
        reading.end(first, &records, count)
    }

    /// Reads all that a reading wants, a piece at a time; `None` where the conversation is not there any more.
    async fn all(&self, mut reading: Reading) -> Result<Option<Opened>, Fault> {
        while let Some(from) = reading.next() {
            // Between two pieces the page may do something else.
            let records = match self.db.work(false).await {
                Ok(work) => work.turns(reading.of(), from, PIECE).await,
                Err(fault) => Err(fault),
            };
            reading.take(records);
        }
        reading.finish()
    }

    /// Drops what waits, and what is left in this tab, of conversations that were deleted.
    fn forget(&self, is_gone: impl Fn(&str) -> bool) {
        let shared = self.chat.shared();
        let left = shared.store.left().and_then(|text| Unwritten::read(&text));
        if left.is_some_and(|left| is_gone(&left.head.id)) {
            shared.store.keep_left(None);
        }
        self.journal.borrow_mut().forget(is_gone);
    }

    /// Tells those who say it what is wrong with keeping the conversation.
    fn say_trouble(&self) {
        let trouble = self.journal.borrow().trouble();
        if self.trouble.get_untracked() != trouble {
            self.trouble.set(trouble);
        }
    }
}
