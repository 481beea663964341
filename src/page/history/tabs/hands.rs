//! What is done of that which [`crate::tabs`] decides.
//!
//! In: [`Act`]s, in order. Out: that they are done.

use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;

use super::super::{History, running};
use crate::chat::tree::{Tree, TurnId};
use crate::event::{End, Millis};
use crate::history::Change;
use crate::history::reading::Left;
use crate::history::records::mend;
use crate::page::app::{Chat, Command, second_half};
use crate::page::clock::sleep;
use crate::session::Report;
use crate::tabs::{Act, GRACE, Role};

/// Time between two looks whether the reply that was stopped is over, in milliseconds.
const LOOKS: Millis = 30.0;

impl History {
    pub(super) fn acts(self: &Rc<Self>, acts: Vec<Act>) {
        for act in acts {
            untrack(|| self.act(act));
        }
        let follows = self.tabs.tab.borrow().role() == Role::Follower;
        if self.tabs.follows.get_untracked() != follows {
            self.tabs.follows.set(follows);
        }
    }

    fn act(self: &Rc<Self>, act: Act) {
        let (chat, tabs) = (self.chat, &self.tabs);
        match (act, &tabs.locks) {
            (Act::Request(id), Some(locks)) => locks.request(&id, false),
            (Act::Steal(id), Some(locks)) => locks.request(&id, true),
            (Act::Release(id), Some(locks)) => locks.release(&id),
            (Act::Request(_) | Act::Steal(_) | Act::Release(_), None) => {}
            (Act::Say(message), _) => tabs.say(&message),
            (Act::SayRunning, _) => {
                if let Some((id, turn)) = running(chat) {
                    self.began(id, &turn);
                }
            }
            (Act::Yield(end), _) => self.give_way(end),
            (Act::Read, _) => self.read_anew(),
            (Act::Amend { turns, aside }, _) => amend(chat, &turns, &aside),
            (Act::Begin(id, turn), _) => {
                chat.settle_turn(id, *turn);
                if let Some(half) = second_half::ready() {
                    (half.follow)(chat, id);
                }
            }
            (Act::Grow(events), _) => tell_reply(chat, Report::Events(events)),
            (Act::End(end), _) => tell_reply(chat, Report::End(end)),
            (Act::Stop, _) => chat.run(Command::Stop),
            (Act::GoOn, _) => {
                if let Some(command) = tabs.held.take() {
                    chat.run(command);
                }
            }
            (Act::Gone(deleted), _) => {
                let id = deleted.of.clone();
                self.leave_deleted(&|of| of == id);
                tabs.gone.set(Some(Arc::new(deleted)));
            }
            (Act::Leave, _) => self.leave_deleted(&|_| true),
            (Act::Back(id), _) => {
                tabs.gone.set(None);
                self.show_again(id);
            }
            (Act::List, _) => self.list_changed(),
        }
    }

    /// Ends the reply that runs, writes all, and lets another tab write.
    fn give_way(self: &Rc<Self>, end: End) {
        let (chat, history) = (self.chat, self.clone());
        chat.halt(end.clone(), false);
        chat.spawn(async move {
            let mut left = GRACE / 2.0;
            while chat.live.with_untracked(Option::is_some) && left > 0.0 {
                sleep(LOOKS).await;
                left -= LOOKS;
            }
            chat.halt(end, true);
            history.word_all();
            history.write().await;
            let acts = history.tabs.tab.borrow_mut().yielded();
            history.acts(acts);
        });
    }

    /// Reads the conversation as the store holds it, and shows it in the place of what is on the page.
    fn read_anew(self: &Rc<Self>) {
        let history = self.clone();
        self.chat.spawn(async move {
            let id = history.tabs.tab.borrow().id().to_owned();
            // What this tab has not written when another took over goes its own way.
            history.write().await;
            let read = match history.find(&id, Left::default()).await {
                Ok(Some(reading)) => history.all(reading).await,
                other => other.map(|_| None),
            };
            if history.tabs.tab.borrow().id() != id {
                return;
            }
            let acts = match read {
                Ok(Some(mut opened)) => {
                    let is_own = history.tabs.tab.borrow().role() == Role::Taking;
                    // What was followed until now is in it.
                    history.chat.halt(End::Superseded, true);
                    let mended = history.tabs.tab.borrow().mend(&mut opened.tree);
                    opened.touched.extend(mended);
                    opened.is_unwritten |= mended.is_some();
                    history.show_read(&opened.tree);
                    history.journal.borrow_mut().opened(&opened);
                    history.say_trouble();
                    let acts = history.tabs.tab.borrow_mut().read(opened.version);
                    if is_own {
                        history.write_soon(0.0);
                    }
                    acts
                }
                // It is not written yet, or cannot be read: what is on the page stays.
                Ok(None) => history.tabs.tab.borrow_mut().read(0),
                Err(_) => history.tabs.tab.borrow_mut().unread(),
            };
            history.acts(acts);
        });
    }

    /// Shows a conversation as it was read; turns that are the same stay as they are drawn.
    fn show_read(&self, read: &Tree) {
        self.chat.amend(&mut |tree| {
            let is_new = |id: &TurnId| tree.turn(*id) != read.turn(*id);
            let changed = (0..tree.len().min(read.len())).filter(is_new).collect();
            tree.clone_from(read);
            changed
        });
    }

    fn leave_deleted(self: &Rc<Self>, is_gone: &dyn Fn(&str) -> bool) {
        self.forget(is_gone);
        self.chat.run(Command::Clear);
        // What was put into words as it was left is of what is gone.
        self.forget(is_gone);
        self.sit();
    }

    /// Puts a conversation back that another tab has deleted, and shows it.
    pub async fn undo(self: &Rc<Self>) {
        let Some(deleted) = self.tabs.gone.get_untracked() else {
            return;
        };
        let back = Change::put_back(&deleted.of);
        if self
            .apply(&back, std::slice::from_ref(&deleted))
            .await
            .is_ok()
        {
            self.tabs.gone.set(None);
            self.show_again(deleted.of.clone());
        }
    }

    fn show_again(self: &Rc<Self>, id: String) {
        let history = self.clone();
        // Who has begun something else stays with that.
        if self.chat.tree.with_untracked(Tree::is_empty) {
            self.chat.spawn(async move {
                // Where it cannot be read, it stands in the list.
                let _ = history.open(&id).await;
            });
        }
    }
}

/// Puts records into the conversation on the page.
fn amend(chat: Chat, turns: &[(TurnId, String)], aside: &[TurnId]) {
    chat.amend(&mut |tree| {
        let known = tree.len();
        mend(tree, turns);
        aside.iter().for_each(|id| tree.show(*id));
        let ids = turns.iter().map(|(id, _)| *id);
        ids.filter(|id| *id < known).collect()
    });
}

fn tell_reply(chat: Chat, report: Report) {
    if let Some(live) = chat.live.get_untracked() {
        live.hear(report);
    }
}
