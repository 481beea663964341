//! What comes to a chat after its first view, and what goes when it goes: the second half of the page, a conversation that was kept.
//!
//! In: who needs it. Out: the rest, once it is here and the conversation is back. It must not know how either is kept.

use std::rc::Rc;

use futures_channel::oneshot;
use leptos::prelude::*;

use crate::page::live::Order;

use super::second_half::{self, SecondHalf};
use super::{Chat, LinkState, Memory};
use crate::link::Link;

impl Chat {
    /// Returns the second half of the page, if it is here and the conversation is back.
    pub(super) fn ready(self) -> Option<&'static SecondHalf> {
        let half = second_half::ready().filter(|_| !self.returning.get_untracked())?;
        // Another chat on the same page may have fetched it.
        if !self.loaded.get_untracked() {
            self.write(|signals| signals.loaded.set(true));
        }
        Some(half)
    }

    /// Loads the second half of the page, so that it is here soon; returns at once.
    pub fn load_second_half(self) {
        if self.ready().is_none() && !self.shared().is_loading.get() {
            self.spawn(async move {
                self.second_half().await;
            });
        }
    }

    /// Waits for the second half of the page, and for the conversation that comes with it; `None` where it cannot be had. For
    /// work that the chat has [spawned](Chat::spawn): it ends with the chat.
    pub async fn second_half(self) -> Option<&'static SecondHalf> {
        self.shared().is_loading.set(true);
        let half = second_half::load().await;
        self.shared().is_loading.set(false);
        self.write(|signals| signals.loaded.set(half.is_ok()));
        match half {
            Ok(half) => {
                (half.take_texts)(self);
                self.come_back(half).await;
                (half.rehearse)(self);
            }
            Err(_) => {
                // It stays where it is kept.
                self.write(|signals| signals.returning.set(false));
                // And nobody can be asked.
                let asks = |link: &LinkState| matches!(link, LinkState::Asking(_));
                if self.link.with_untracked(asks) {
                    self.change_link(Link::unloaded);
                }
            }
        }
        half.ok()
    }

    /// Waits until the conversation that is on its way is here, if there is one.
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

    /// Notes that a conversation is on its way here, with `begins`; else that it is here, all of it.
    pub fn returns(self, begins: bool) {
        self.shared().returns.replace(begins.then(Vec::new));
        if self.returning.get_untracked() != begins {
            self.write(|signals| signals.returning.set(begins));
        }
    }

    /// Tells the server to stop what runs, in the one way that outlives a page, and writes the conversation: the page closes.
    pub fn leave(self) {
        self.order(Order::Leave);
        self.keep(true);
    }

    /// Returns the memory that keeps the conversation, if there is one.
    pub fn memory(self) -> Option<Rc<dyn Memory>> {
        self.shared().memory.borrow().clone()
    }

    /// Sets the memory that keeps the conversation from now on.
    pub fn keep_with(self, memory: Rc<dyn Memory>) {
        self.shared().memory.replace(Some(memory));
    }

    /// Has the memory keep what is not kept yet of the conversation. With `at_once` the page may be gone a moment later.
    pub(super) fn keep(self, at_once: bool) {
        if let Some(memory) = self.memory() {
            memory.keep(at_once);
        }
    }
}
