//! Messages that wait for the reply that runs to end.
//!
//! In: what a person writes meanwhile, and how replies end. Out: messages that are sent, one after each reply that ends well. Where one
//! ended otherwise they stay, and the person is asked. They live as long as the page. It comes with the second half of the page.

use std::cell::Cell;

use leptos::prelude::*;

use super::{Chat, Command};
use crate::chat::request::Image;
use crate::event::End;

/// A message that waits.
#[derive(Debug, Clone, PartialEq)]
pub struct Queued {
    /// Number of the message; no two have the same.
    pub number: u32,
    /// The words.
    pub text: String,
    /// Pictures that go with the words.
    pub images: Vec<Image>,
}

/// Messages that wait, the first of them first.
#[derive(Default)]
pub struct Queue {
    waiting: ArcRwSignal<Vec<Queued>>,
    /// `true` where the person is asked, since a reply did not end well.
    asks: ArcRwSignal<bool>,
    /// Number of the conversation for which messages wait.
    of: ArcRwSignal<u32>,
    last: Cell<u32>,
}

impl Chat {
    /// Returns the messages that wait. Tracked.
    pub fn queued(self) -> Vec<Queued> {
        self.state::<Queue>().waiting.get()
    }

    /// Tells whether messages wait that do not go by themselves: a reply did not end well, or another conversation is on the page.
    /// Tracked.
    pub fn queue_asks(self) -> bool {
        let queue = self.state::<Queue>();
        let is_elsewhere = queue.of.get() != self.conversation.get();
        (queue.asks.get() || is_elsewhere) && queue.waiting.with(|waiting| !waiting.is_empty())
    }

    /// Lets the message in the field wait for the reply that runs.
    pub(super) fn queue(self) {
        let text = self.draft.get_untracked().trim().to_owned();
        let images = self.next_images();
        if text.is_empty() && images.is_empty() {
            return;
        }
        let queue = self.state::<Queue>();
        let number = queue.last.get().wrapping_add(1);
        queue.last.set(number);
        if queue.waiting.with_untracked(Vec::is_empty) {
            queue.asks.set(false);
            queue.of.set(self.conversation.get_untracked());
        }
        queue.waiting.update(|waiting| {
            waiting.push(Queued {
                number,
                text,
                images,
            });
        });
        self.write(|signals| {
            signals.images.set(Vec::new());
            signals.refused.set(None);
        });
        self.keep_draft(String::new());
        // The reply may have ended between two looks of the person.
        if self.live.with_untracked(Option::is_none) {
            self.send_queued();
        }
    }

    pub(super) fn edit_queued(self, number: u32, text: String) {
        let text = text.trim().to_owned();
        self.state::<Queue>().waiting.update(|waiting| {
            if let Some(queued) = waiting.iter_mut().find(|queued| queued.number == number) {
                queued.text = text;
            }
            waiting.retain(|queued| !(queued.text.is_empty() && queued.images.is_empty()));
        });
    }

    pub(super) fn drop_queued(self, number: u32) {
        let queue = self.state::<Queue>();
        let is_other = |queued: &Queued| queued.number != number;
        queue.waiting.update(|waiting| waiting.retain(is_other));
    }

    /// Sends the first message that waits. The others wait for its reply, in the conversation that is on the page.
    pub(super) fn send_queued(self) {
        let queue = self.state::<Queue>();
        let Some(half) = self.ready() else { return };
        if self.holds(&Command::SendQueued) {
            return;
        }
        let first = queue
            .waiting
            .with_untracked(|waiting| waiting.first().cloned());
        let Some(first) = first else { return };
        // What is held back goes into the field; its pictures with it.
        self.drop_queued(first.number);
        let Some(text) = self.permitted(first.text, first.images.len()) else {
            first
                .images
                .into_iter()
                .for_each(|image| self.add_picture(image));
            return;
        };
        queue.asks.set(false);
        queue.of.set(self.conversation.get_untracked());
        self.say(half, text, first.images);
    }

    /// Notes that a reply has ended: well, and the next message goes; else those that wait stay, and the person is asked.
    pub fn reply_ended(self, end: &End) {
        let queue = self.state::<Queue>();
        if queue.waiting.with_untracked(Vec::is_empty) || *end == End::Superseded {
            return;
        }
        let is_well = matches!(end, End::Complete { .. });
        let is_here = queue.of.get_untracked() == self.conversation.get_untracked();
        if !is_well || !is_here {
            return queue.asks.set(true);
        }
        // Once what follows this end is done.
        self.spawn(async move {
            let is_free = self.live.with_untracked(Option::is_none);
            if is_free && !untrack(|| self.queue_asks()) {
                self.send_queued();
            }
        });
    }
}
