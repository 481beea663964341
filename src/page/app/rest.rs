//! What comes to a chat after its first view, and what goes when it goes: the rest of the page, a conversation that was kept.
//!
//! In: who needs it. Out: the rest, once it is here and the conversation is back. It must not know how either is kept.

use futures_channel::oneshot;
use leptos::prelude::*;

use crate::page::later::{self, Later};
use crate::page::live::Order;

use super::{Chat, LinkState, Trouble};

impl Chat {
    /// The rest of the page, if it is here.
    pub(super) fn ready(self) -> Option<&'static Later> {
        let later = later::ready().filter(|_| !self.returning.get_untracked())?;
        // Another chat on the same page may have fetched it.
        if !self.loaded.get_untracked() {
            self.loaded.set(true);
        }
        Some(later)
    }

    /// Sees to it that the rest of the page is here soon.
    pub fn fetch_rest(self) {
        if self.ready().is_none() && !self.loading.get_untracked() {
            self.spawn(async move {
                self.later().await;
            });
        }
    }

    /// The rest of the page, once it is here; `None` where it cannot be had. For work that the chat has [spawned](Chat::spawn): it
    /// ends with the chat.
    pub async fn later(self) -> Option<&'static Later> {
        self.loading.set(true);
        let later = later::load().await;
        self.loading.set(false);
        self.loaded.set(later.is_ok());
        match later {
            Ok(later) => self.come_back(later).await,
            Err(_) => {
                // It stays where it is kept.
                self.returning.set(false);
                // And nobody can be asked.
                if self
                    .link
                    .with_untracked(|link| matches!(link, LinkState::Asking(_)))
                {
                    self.settle(LinkState::Failed {
                        server: None,
                        trouble: Trouble::Unloaded,
                    });
                }
            }
        }
        later.ok()
    }

    /// Waits until the conversation is here that is on its way, if there is one.
    async fn come_back(self, later: &Later) {
        if !self.returning.get_untracked() {
            return;
        }
        let asked_for = self.shared().returns.borrow_mut().as_mut().map(|waiting| {
            let (sender, turn) = oneshot::channel();
            waiting.push(sender);
            turn
        });
        match asked_for {
            // Those who wait are dropped with their list.
            Some(turn) => drop(turn.await),
            None => {
                self.returns(true);
                (later.restore)(self).await;
                self.returns(false);
            }
        }
    }

    /// A conversation is asked for; or it is here, all of it.
    pub fn returns(self, begins: bool) {
        self.shared().returns.replace(begins.then(Vec::new));
        if self.returning.get_untracked() != begins {
            self.returning.set(begins);
        }
    }

    /// The page closes: tells the server to stop what runs, in the one way that outlives a page.
    pub fn leave(self) {
        self.order(Order::Leave);
        self.keep(true);
    }

    /// What is not kept yet of the conversation is kept.
    pub(super) fn keep(self, at_once: bool) {
        let memory = self.shared().memory.borrow().clone();
        if let Some(memory) = memory {
            memory.keep(at_once);
        }
    }
}
