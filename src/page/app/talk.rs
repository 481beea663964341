//! What a person does to the conversation: send, stop, begin anew.
//!
//! In: a command. Out: a conversation in the place of another, a reply that ends. What is sent is [`say`](super::say)'s business; what is
//! done with turns that are there, that of [`turns`](super::turns).

use leptos::prelude::*;

use super::Chat;
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::Turn;
use crate::event::End;
use crate::link::Link;
use crate::page::browser::made_up;
use crate::page::live::Order;

impl Chat {
    pub(super) fn send(self, text: String) {
        let text = text.trim().to_owned();
        if text.is_empty() && self.images.with_untracked(Vec::is_empty) {
            return;
        }
        match self.ready() {
            Some(half) => (half.send)(self, text),
            None => self.send_later(text),
        }
    }

    /// Sends the text once the second half of the page is here. The text stays in the field until then, where it may still be
    /// changed; a second send changes nothing.
    fn send_later(self, text: String) {
        self.write(|signals| signals.draft.set(text));
        if self.shared().waits.replace(true) {
            return;
        }
        self.spawn(async move {
            let half = self.second_half().await;
            self.shared().waits.set(false);
            if half.is_some() {
                self.send(self.draft.get_untracked());
            } else {
                self.change_link(Link::unloaded);
            }
        });
    }

    pub(super) fn keep_draft(self, text: String) {
        self.shared().store.keep_draft(&text);
        self.write(|signals| signals.draft.set(text));
    }

    pub(super) fn stop(self) {
        self.order(Order::Stop(End::Stopped));
    }

    /// Ends the reply that runs, since it gives way to something newer.
    pub(super) fn supersede(self) {
        self.order(Order::Stop(End::Superseded));
        // Its own end may still be on the way; nothing of it may show in the newer reply from here on.
        self.order(Order::Conclude);
    }

    pub(super) fn clear(self) {
        self.begin_with(Tree::default());
        self.shared().store.keep_session(None);
    }

    /// Puts a conversation that has no name yet in the place of the one that is there.
    pub(super) fn begin_with(self, tree: Tree) {
        self.turn_to((made_up(), None), tree);
    }

    /// Puts another conversation in the place of the one that is there, which is kept.
    pub fn turn_to(self, names: (String, Option<String>), tree: Tree) {
        self.part();
        let shared = self.shared();
        shared.insights.take();
        shared.names.replace(names);
        shared.inspected.take();
        self.write(|signals| {
            signals.tree.set(tree);
            signals.starts.set(Vec::new());
            signals.conversation.update(|number| *number += 1);
            signals.meter.set(None);
            signals.finding.set(None);
            signals.doctor.set(false);
        });
        self.to_end();
    }

    /// Fills in all turns of the conversation whose end is on the page.
    pub fn fill(self, tree: Tree) {
        self.write(|signals| signals.tree.set(tree));
    }

    /// Prepares to leave the conversation that is there: its reply ends, and all is kept.
    pub fn part(self) {
        self.supersede();
        self.keep(false);
    }

    /// Looks at a turn; at an empty reply, where the turn is gone. Untracked.
    pub fn with_turn<T>(self, id: TurnId, look: impl FnOnce(&Turn) -> T) -> T {
        self.tree.with_untracked(|tree| match tree.turn(id) {
            Some(turn) => look(turn),
            None => look(&Turn::reply()),
        })
    }

    /// Returns the names of the conversation: the one this page gives it, and that of a server that keeps it itself.
    pub fn names(self) -> (String, Option<String>) {
        self.shared().names.borrow().clone()
    }

    /// Sets the name that this page gives the conversation from now on.
    pub fn rename(self, own: String) {
        self.shared().names.borrow_mut().0 = own;
    }

    /// Sets the name that the server has given the conversation.
    pub fn is_called(self, name: String) {
        self.shared().names.borrow_mut().1 = Some(name);
    }
}
