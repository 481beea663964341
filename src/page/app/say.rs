//! A message that goes out, and the place of its reply.
//!
//! In: words and pictures. Out: turns in the tree, and a reply that begins. It comes with the second half of the page.

use leptos::prelude::*;

use super::second_half::SecondHalf;
use super::{Chat, Command};
use crate::chat::request::Image;
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::Turn;

/// Says a text, with the pictures of the next message; a reply that runs is superseded.
pub fn send(chat: Chat, text: String) {
    let Some(half) = chat.ready() else { return };
    if chat.holds(&Command::Send(text.clone())) {
        return;
    }
    let images = chat.next_images();
    let Some(text) = chat.permitted(text, images.len()) else {
        return;
    };
    chat.write(|signals| {
        signals.images.set(Vec::new());
        signals.refused.set(None);
    });
    chat.keep_draft(String::new());
    chat.say(half, text, images);
}

impl Chat {
    /// Tells whether a command waits until this tab writes the conversation.
    pub(super) fn holds(self, command: &Command) -> bool {
        self.memory().is_some_and(|memory| memory.holds(command))
    }

    /// Returns the pictures of the next message.
    pub(super) fn next_images(self) -> Vec<Image> {
        self.images.with_untracked(|images| {
            let images = images.iter().map(|image| Image::clone(image));
            images.collect()
        })
    }

    /// Says something at the end of the conversation, and begins the reply; one that runs is superseded.
    pub(super) fn say(self, half: &SecondHalf, text: String, images: Vec<Image>) {
        self.supersede();
        let last = self.tree.with_untracked(Tree::last);
        let mut turn = Turn::user(text.clone());
        turn.images = images;
        let asked = self.add(last, turn);
        self.tell("rill-send", &[("text", &text.into())]);
        self.answer(half, asked);
    }

    /// Adds a turn behind another one, or as the first; returns its id.
    pub(super) fn add(self, parent: Option<TurnId>, turn: Turn) -> TurnId {
        let mut id = 0;
        self.write(|signals| signals.tree.update(|tree| id = tree.add(parent, turn)));
        id
    }

    /// Begins a reply to the turn `asked`.
    pub(super) fn answer(self, half: &SecondHalf, asked: TurnId) {
        let id = self.add(Some(asked), Turn::reply());
        self.pin();
        (half.begin)(self, id, false);
    }

    /// Adds a question and the place of its answer at the end of the conversation, for a reply that comes from a file; returns
    /// the id of the answer.
    pub fn add_question(self, question: &str) -> TurnId {
        self.supersede();
        let last = self.tree.with_untracked(Tree::last);
        let asked = self.add(last, Turn::user(question));
        self.pin();
        self.add(Some(asked), Turn::reply())
    }
}
