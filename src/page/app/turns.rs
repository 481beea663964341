//! What a person does with turns that are there: retry, edit, go on, other branches; taking turns away and putting them back;
//! pinning; summaries; moving on into another conversation.
//!
//! In: a command. Out: the tree as it is then, a reply that begins, what can be undone. It comes with the second half of the page.

use leptos::prelude::*;

use super::{Chat, Command};
use crate::chat::request::{Image, Role};
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::{Gone, Summary, Turn};

/// A change that can be undone.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A turn was taken away.
    TakenAway(TurnId, Gone),
    /// The summary behind a turn has other words, or none.
    SummedUp(TurnId, Option<Summary>),
}

/// Changes of the conversation on the page that can be undone, the last one last.
#[derive(Default)]
pub struct Changes {
    /// Number of the conversation.
    of: ArcRwSignal<u32>,
    made: ArcRwSignal<Vec<Change>>,
}

/// Does what a person asks of turns that are there.
pub fn on_turns(chat: Chat, command: Command) {
    if chat.is_too_late(&command) || chat.holds(&command) {
        return;
    }
    match command {
        Command::Retry(id) => chat.retry(id),
        Command::Continue(id) => chat.go_on(id),
        Command::Branch(id, at, word) => chat.branch(id, at, &word),
        Command::Edit(id, text) => chat.edit(id, text),
        Command::Switch(id, step) => chat.change_tree(|tree| tree.switch(id, step)),
        Command::Reveal(id) => chat.change_tree(|tree| tree.reveal(id)),
        Command::TakeAway(id, how) => chat.take_away(id, how),
        Command::Pin(id, is_pinned) => {
            chat.note(id, |turn| turn.note(|notes| notes.is_pinned = is_pinned));
        }
        Command::SumUp(id, text) => chat.change_summary(id, text),
        Command::Undo => chat.undo(),
        Command::MoveOn(id) => chat.move_on(id),
        Command::Queue => chat.queue(),
        Command::EditQueued(number, text) => chat.edit_queued(number, text),
        Command::DropQueued(number) => chat.drop_queued(number),
        Command::SendQueued => chat.send_queued(),
        // All others are done at once.
        _ => {}
    }
}

impl Chat {
    fn change_tree(self, change: impl FnOnce(&mut Tree)) {
        self.write(|signals| signals.tree.update(change));
    }

    /// Changes the person's notes on a turn, and has them kept.
    fn note(self, id: TurnId, change: impl FnOnce(&mut Turn)) {
        self.change_turn(id, change);
        self.noted(id);
    }

    fn noted(self, id: TurnId) {
        if let Some(memory) = self.memory() {
            memory.noted(id);
        }
    }

    /// Shows a turn, on whichever branch it is. (No [`Command`]: the first view searches nothing.)
    pub fn show_turn(self, id: TurnId) {
        let is_shown = self
            .tree
            .with_untracked(|tree| tree.path().any(|shown| shown == id));
        if !is_shown {
            self.change_tree(|tree| tree.reveal(id));
        }
    }

    fn retry(self, id: TurnId) {
        self.supersede();
        let asked = self.tree.with_untracked(|tree| tree.parent(id));
        if let (Some(asked), Some(half)) = (asked, self.ready()) {
            self.answer(half, asked);
        }
    }

    fn go_on(self, id: TurnId) {
        self.supersede();
        self.pin();
        if let Some(half) = self.ready() {
            (half.begin)(self, id, true);
        }
    }

    fn edit(self, id: TurnId, text: String) {
        let text = text.trim().to_owned();
        if text.is_empty() {
            return;
        }
        let images = self.with_turn(id, |turn| turn.images.len());
        let Some(text) = self.permitted(text, images) else {
            return;
        };
        self.supersede();
        let mut turn = Turn::user(text);
        let parent = self.tree.with_untracked(|tree| {
            let shown = tree.turn(id).map(|turn| turn.images.clone());
            turn.images = shown.unwrap_or_default();
            tree.parent(id)
        });
        let asked = self.add(parent, turn);
        if let Some(half) = self.ready() {
            self.answer(half, asked);
        }
    }

    /// Takes a turn away. A reply that runs in what goes is superseded.
    fn take_away(self, id: TurnId, how: Gone) {
        let runs = self
            .live
            .with_untracked(|live| live.as_ref().map(|live| live.id()));
        let is_in_it = runs.is_some_and(|runs| {
            let is_behind = || self.tree.with_untracked(|tree| tree.up(runs).contains(&id));
            runs == id || how == Gone::Branch && is_behind()
        });
        if is_in_it {
            self.supersede();
        }
        let mut is_done = false;
        self.change_tree(|tree| is_done = tree.take_away(id, how));
        if is_done {
            self.noted(id);
            self.can_undo(Change::TakenAway(id, how));
        }
    }

    /// Puts a summary behind a turn that was just made by the model.
    pub fn sum_up(self, id: TurnId, summary: Summary) {
        self.note(id, |turn| turn.note(|notes| notes.summary = Some(summary)));
    }

    fn change_summary(self, id: TurnId, text: String) {
        let before = self.with_turn(id, |turn| turn.summary().cloned());
        let turns = before.as_ref().map_or(0, |before| before.turns);
        if before.as_ref().is_some_and(|before| before.text == text) {
            return;
        }
        self.sum_up(id, Summary { text, turns });
        self.can_undo(Change::SummedUp(id, before));
    }

    fn can_undo(self, change: Change) {
        let changes = self.state::<Changes>();
        let here = self.conversation.get_untracked();
        changes.made.update(|made| {
            if changes.of.get_untracked() != here {
                made.clear();
            }
            made.push(change);
        });
        changes.of.set(here);
    }

    /// Returns the last change that can be undone, and the number of such changes; `None` where there is none. Tracked.
    pub fn last_change(self) -> Option<(Change, usize)> {
        let changes = self.state::<Changes>();
        let is_here = changes.of.get() == self.conversation.get();
        let made = changes.made.get();
        let count = made.len();
        made.into_iter()
            .last()
            .filter(|_| is_here)
            .map(|change| (change, count))
    }

    /// Takes the changes that were made for final.
    pub fn forget_changes(self) {
        let changes = self.state::<Changes>();
        if changes.made.with_untracked(|made| !made.is_empty()) {
            changes.made.set(Vec::new());
        }
    }

    fn undo(self) {
        let Some((last, _)) = untrack(|| self.last_change()) else {
            return;
        };
        self.state::<Changes>().made.update(|made| {
            made.pop();
        });
        match last {
            Change::TakenAway(id, _) => {
                self.change_tree(|tree| tree.put_back(id));
                self.noted(id);
            }
            Change::SummedUp(id, before) => {
                self.note(id, |turn| turn.note(|notes| notes.summary = before));
            }
        }
    }

    /// Begins a conversation with all that leads to a turn. Without the person's own: that is put into the field, unless something
    /// is written there.
    fn move_on(self, id: TurnId) {
        self.part();
        let (tree, words) = self.tree.with_untracked(|tree| {
            let asked = tree.turn(id).filter(|turn| turn.role == Role::User);
            match asked {
                None => (tree.copy_up_to(id), None),
                Some(asked) => {
                    let before = tree.before(id).map(|before| tree.copy_up_to(before));
                    let words = (asked.text.clone(), asked.images.clone());
                    (before.unwrap_or_default(), Some(words))
                }
            }
        });
        self.begin_with(tree);
        let is_free = self.draft.with_untracked(|draft| draft.trim().is_empty())
            && self.images.with_untracked(Vec::is_empty);
        if let Some((text, images)) = words.filter(|_| is_free) {
            self.keep_draft(text);
            images
                .into_iter()
                .for_each(|image: Image| self.add_picture(image));
        }
    }
}
