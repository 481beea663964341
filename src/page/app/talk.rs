//! What a person does to the conversation: send, stop, retry, edit, go on, begin anew.
//!
//! In: a command. Out: turns in the tree, and a reply that begins or ends. Who answers is not its business.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::chat::request::Image;
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::Turn;
use crate::event::End;
use crate::page::browser::made_up;
use crate::page::live::Order;

use super::second_half::SecondHalf;
use super::{Chat, LinkState, Trouble};

impl Chat {
    pub(super) fn send(self, text: String) {
        let text = text.trim().to_owned();
        let images = self.images.with_untracked(|images| {
            let images = images.iter().map(|image| Image::clone(image));
            images.collect::<Vec<_>>()
        });
        if text.is_empty() && images.is_empty() {
            return;
        }
        let Some(half) = self.ready() else {
            return self.send_later(text);
        };
        self.supersede();
        let mut asked = 0;
        self.tree.update(|tree| {
            let last = tree.last();
            let mut turn = Turn::user(text.clone());
            turn.images = images;
            asked = tree.add(last, turn);
        });
        self.images.set(Vec::new());
        self.refused.set(None);
        self.draft.set(String::new());
        self.shared().store.keep_draft("");
        self.tell("rill-send", &[("text", &text.into())]);
        self.answer(half, asked);
    }

    /// Sends once the second half of the page is here. The text stays in the field until then, where it may still be changed;
    /// a second send changes nothing.
    pub(super) fn send_later(self, text: String) {
        self.draft.set(text);
        if self.waits.get_value() {
            return;
        }
        self.waits.set_value(true);
        self.spawn(async move {
            let half = self.second_half().await;
            self.waits.set_value(false);
            if half.is_some() {
                self.send(self.draft.get_untracked());
            } else {
                self.link.update(|link| {
                    let server = match link {
                        LinkState::Connected(server) => Some(server.clone()),
                        LinkState::Failed { server, .. } => server.clone(),
                        _ => None,
                    };
                    *link = LinkState::Failed {
                        server,
                        trouble: Trouble::Unloaded,
                    };
                });
            }
        });
    }

    /// Begins a reply to the turn `asked`.
    pub(super) fn answer(self, half: &SecondHalf, asked: TurnId) {
        let mut id = 0;
        self.tree
            .update(|tree| id = tree.add(Some(asked), Turn::reply()));
        self.pinned.set(true);
        (half.begin)(self, id, false);
    }

    pub(super) fn retry(self, id: TurnId) {
        self.supersede();
        let asked = self.tree.with_untracked(|tree| tree.parent(id));
        if let (Some(asked), Some(half)) = (asked, self.ready()) {
            self.answer(half, asked);
        }
    }

    pub(super) fn go_on(self, id: TurnId) {
        self.supersede();
        self.pinned.set(true);
        if let Some(half) = self.ready() {
            (half.begin)(self, id, true);
        }
    }

    pub(super) fn edit(self, id: TurnId, text: String) {
        let text = text.trim().to_owned();
        if text.is_empty() {
            return;
        }
        self.supersede();
        let mut asked = 0;
        self.tree.update(|tree| {
            let parent = tree.parent(id);
            let mut turn = Turn::user(text);
            turn.images = tree
                .turn(id)
                .map(|turn| turn.images.clone())
                .unwrap_or_default();
            asked = tree.add(parent, turn);
        });
        if let Some(half) = self.ready() {
            self.answer(half, asked);
        }
    }

    pub(super) fn stop(self) {
        self.order(Order::Stop(End::Stopped));
    }

    /// What runs gives way to something newer.
    pub fn supersede(self) {
        self.order(Order::Stop(End::Superseded));
        // Its own end may still be on the way; nothing of it may show in the newer reply from here on.
        self.order(Order::Conclude);
    }

    pub(super) fn clear(self) {
        self.turn_to((made_up(), None), Tree::default());
        self.shared().store.keep_session(None);
    }

    /// Another conversation takes the place of the one that is there, which is kept.
    pub fn turn_to(self, names: (String, Option<String>), tree: Tree) {
        self.part();
        self.looks.set_value(BTreeMap::new());
        self.names.set_value(names);
        self.tree.set(tree);
        self.starts.set(Vec::new());
        self.conversation.update(|number| *number += 1);
        self.meter.set(None);
        self.finding.set(None);
        self.shared().patient.take();
        self.doctor.set(false);
        self.to_end();
    }

    /// The conversation that is there is about to be left: its reply ends, and all is kept.
    pub fn part(self) {
        self.supersede();
        self.keep(false);
    }

    pub(super) fn order(self, order: Order) {
        let live = self.live.try_get_untracked().flatten();
        if let Some(reply) = live {
            reply.order(order);
        }
    }

    /// A reply begins, or begins again.
    pub fn begun(self, id: TurnId) {
        self.starts.update(|starts| {
            if starts.len() <= id {
                starts.resize(id + 1, 0);
            }
            if let Some(count) = starts.get_mut(id) {
                *count = count.wrapping_add(1);
            }
        });
    }
}
