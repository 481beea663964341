//! The hand that writes: it gives the journal's batches to the database, one after the other, and says what became of them.
//!
//! In: the conversation of a chat, as it changes; timers. Out: records. What is written when is the
//! [journal](crate::history::journal)'s business alone.

use std::rc::Rc;

use gloo_timers::callback::Interval;
use leptos::prelude::*;

use super::{History, of, running};
use crate::chat::tree::TurnId;
use crate::event::Millis;
use crate::history::journal::{AGAIN, EVERY, SOON};
use crate::history::reading::Left;
use crate::history::{Batch, Conversation, Fault, Head, Journal, Outcome, Then, Unwritten};
use crate::page::app::{Command, Memory};
use crate::page::browser::made_up;
use crate::page::clock::{now, sleep};

impl Memory for History {
    fn holds(&self, command: &Command) -> bool {
        of(self.chat).is_some_and(|history| history.hold(command))
    }

    fn keep(&self, at_once: bool) {
        self.word_all();
        if at_once {
            self.leave();
        }
        self.write_soon(0.0);
    }

    fn noted(&self, id: TurnId) {
        self.journal.borrow_mut().touch(id);
        self.write_soon(SOON);
    }
}

impl History {
    /// Puts all that has changed into words: from then on it waits to be written, whatever is on the page.
    pub(super) fn word_all(&self) {
        self.here(|journal, here| journal.leave(here, date()));
    }

    /// Leaves all that waits in the tab and beside the records, for the page may be gone a moment later. It is written as ever if
    /// the page lives.
    fn leave(&self) {
        let left = self.journal.borrow_mut().left();
        let Some(last) = left.last() else { return };
        // Of two conversations the later is the one that comes back.
        self.chat.shared().store.keep_left(Some(&last.write()));
        if let Some(work) = self.db.work_at_once(true) {
            for left in &left {
                work.put_left(&left.head.id, &left.write());
            }
            work.commit();
        }
    }

    /// Does something with the journal and the conversation on the page, which is `None` while it is only on its way. A
    /// conversation that this first puts into words becomes the one of this tab.
    fn here<R>(&self, work: impl FnOnce(&mut Journal, Option<&Conversation>) -> R) -> R {
        let chat = self.chat;
        let mut journal = self.journal.borrow_mut();
        // What another tab writes is not this one's to write.
        if chat.returning.try_get_untracked() != Some(false) || self.tabs.follows() {
            return work(&mut journal, None);
        }
        let running = running(chat);
        let (id, called) = chat.names();
        let base = called.as_ref().map(|_| untrack(|| chat.base()));
        let done = chat.tree.with_untracked(|tree| {
            let here = Conversation {
                id: &id,
                tree,
                running: running.as_ref().map(|(id, turn)| (*id, turn)),
                called: base.as_deref().zip(called.as_deref()),
            };
            work(&mut journal, Some(&here))
        });
        if let Some(id) = journal.begun() {
            chat.shared().store.keep_session(Some(&id));
            self.ask_to_last();
        }
        done
    }

    /// Notes that the conversation has changed, and which reply runs in it now; plans the next write.
    pub(super) fn changed(self: &Rc<Self>, running: Option<TurnId>) {
        if self.chat.tree.with_untracked(|tree| !tree.is_empty()) {
            self.sit();
        }
        if self.tabs.follows() {
            *self.tick.borrow_mut() = None;
            return;
        }
        if running.is_none() {
            self.follow_server();
        }
        self.journal.borrow_mut().changed(running);
        let mut tick = self.tick.borrow_mut();
        if running.is_none() {
            *tick = None;
        } else if tick.is_none() {
            let history = Rc::downgrade(self);
            *tick = Some(Interval::new(EVERY, move || {
                if let Some(history) = history.upgrade() {
                    history.tick();
                }
            }));
        }
        self.write_soon(SOON);
    }

    /// Plans a write of the reply that runs, where one is due. Called every second or so while one runs.
    fn tick(&self) {
        if !self.chat.is_mounted() {
            return;
        }
        let Some((id, turn)) = running(self.chat) else {
            return;
        };
        if self.journal.borrow_mut().is_due(now(), (id, &turn)) {
            self.write_soon(0.0);
        }
    }

    /// Writes what there is to write in `wait` milliseconds, unless somebody is about to.
    pub(super) fn write_soon(&self, wait: Millis) {
        if self.planned.replace(true) {
            return;
        }
        let chat = self.chat;
        chat.spawn(async move {
            if wait > 0.0 {
                sleep(wait).await;
            }
            let Some(history) = of(chat) else { return };
            history.write().await;
            history.planned.set(false);
            history.again();
        });
    }

    /// Tries again later, where something could not be written.
    fn again(&self) {
        if self.journal.borrow().may_pass() {
            self.write_soon(AGAIN);
        }
    }

    /// Writes what there is to write; what the database does not take waits for the next time.
    pub(super) async fn write(self: &Rc<Self>) {
        let _alone = self.pen.lock().await;
        // Whoever wrote before may have been dropped in the middle of it.
        self.journal.borrow_mut().take_back();
        self.here(|journal, here| {
            journal.inherit(here, date(), |left| {
                let left = left.map(Unwritten::write);
                self.chat.shared().store.keep_left(left.as_deref());
            });
        });
        loop {
            let began = now();
            let next = self.here(|journal, here| journal.next(here, date()));
            let Some(batch) = next else {
                if self.journal.borrow_mut().is_settled() {
                    self.chat.shared().store.keep_left(None);
                }
                // Another conversation may be here, and nothing wrong with it.
                self.say_trouble();
                return;
            };
            self.journal.borrow_mut().worked(began, now());
            let outcome = self.put(&batch).await;
            if outcome == Outcome::Done {
                self.wrote(&batch);
            }
            drop(batch);
            let is_here = !self.chat.returning.get_untracked() && !self.tabs.follows();
            let here = self.chat.names().0;
            let here = is_here.then_some(here.as_str());
            let then = self.journal.borrow_mut().written(outcome, here, made_up);
            let is_over = self.go_on(then).await;
            self.say_trouble();
            if is_over {
                return self.again();
            }
        }
    }

    /// Does what the journal wants after a write; `true` where nothing more is to be written now.
    async fn go_on(self: &Rc<Self>, then: Then) -> bool {
        match then {
            Then::Next => false,
            Then::Renamed(id) => {
                self.shelf.renamed(&id);
                self.chat.rename(id);
                self.sit();
                false
            }
            Then::Copy(unwritten) => {
                let id = unwritten.head.id.clone();
                let left = Left {
                    waiting: Some(*unwritten),
                    ..Left::default()
                };
                let copy = match self.find(&id, left).await {
                    Ok(Some(reading)) => self.all(reading).await,
                    Ok(None) => Ok(None),
                    Err(fault) => Err(fault),
                };
                self.journal.borrow_mut().copy(copy, date()) == Then::Wait
            }
            Then::Wait => true,
        }
    }

    /// Writes a batch; returns the outcome. Where only the connection was bad, another one does it.
    pub(super) async fn put(&self, batch: &Batch) -> Outcome {
        match self.try_to_put(batch).await {
            Ok(outcome) => outcome,
            Err(_) => {
                self.db.forget();
                let outcome = self.try_to_put(batch).await;
                outcome.unwrap_or_else(Outcome::Failed)
            }
        }
    }

    async fn try_to_put(&self, batch: &Batch) -> Result<Outcome, Fault> {
        let work = self.db.work(true).await?;
        let known = work.head(&batch.head.id).await?;
        let known = known.and_then(|known| Head::read(&known));
        if !batch.fits(known.as_ref()) {
            return Ok(Outcome::Diverged {
                is_there: known.is_some(),
            });
        }
        work.put(batch, known.as_ref());
        work.finish().await?;
        self.took(batch, known.as_ref());
        Ok(Outcome::Done)
    }
}

/// Returns the time, in milliseconds since 1970.
fn date() -> f64 {
    js_sys::Date::now()
}
