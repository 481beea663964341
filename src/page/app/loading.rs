//! What comes to a chat after its first view, and what goes when it goes: the second half of the page, a conversation that was kept.
//!
//! In: who needs it. Out: the rest, once it is here and the conversation is back. It must not know how either is kept.

use futures_channel::oneshot;
use leptos::prelude::*;

use crate::page::live::Order;

use super::second_half::{self, SecondHalf};
use super::{Chat, LinkState, Trouble};

impl Chat {
    /// The second half of the page, if it is here.
    pub(super) fn ready(self) -> Option<&'static SecondHalf> {
        let half = second_half::ready().filter(|_| !self.returning.get_untracked())?;
        // Another chat on the same page may have fetched it.
        if !self.loaded.get_untracked() {
            self.loaded.set(true);
        }
        Some(half)
    }

    /// Sees to it that the second half of the page is here soon.
    pub fn load_second_half(self) {
        if self.ready().is_none() && !self.loading.get_untracked() {
            self.spawn(async move {
                self.second_half().await;
            });
        }
    }

    /// The second half of the page, once it is here; `None` where it cannot be had. For work that the chat has [spawned](Chat::spawn): it
    /// ends with the chat.
    pub async fn second_half(self) -> Option<&'static SecondHalf> {
        self.loading.set(true);
        let half = second_half::load().await;
        self.loading.set(false);
        self.loaded.set(half.is_ok());
        match half {
            Ok(half) => self.come_back(half).await,
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
        half.ok()
    }

    /// Waits until the conversation is here that is on its way, if there is one.
    async fn come_back(self, half: &SecondHalf) {
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
                (half.restore)(self).await;
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
