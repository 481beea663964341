//! What a person does with the branches of a conversation: going from one to another, taking turns away and putting them back,
//! moving on from a turn into another conversation.
//!
//! In: a tree, a turn. Out: the same tree with another path; lists of what is there. It must not know who asks. What was taken away
//! stays in its place, marked as gone, so that it can be put back and every id stays what it was.

use std::collections::BTreeSet;

use super::{Tree, TurnId};
use crate::chat::turn::Gone;

/// One of several turns that stand in the same place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// The turn.
    pub id: TurnId,
    /// Number of such places before it, on the way to it.
    pub depth: usize,
    /// `true` where it is on the path that is shown.
    pub is_shown: bool,
}

impl Tree {
    /// The turn before this one among those that are there; `None` for a first turn.
    pub fn before(&self, id: TurnId) -> Option<TurnId> {
        let mut line = std::iter::successors(self.parent(id), |id| self.parent(*id));
        line.find(|id| self.gone(*id).is_none())
    }

    /// The turns that are there right behind another one, or the first turns, in the order of making: where one was taken away
    /// alone, those behind it stand in its place.
    pub fn after(&self, id: Option<TurnId>) -> Vec<TurnId> {
        let children = |id: Option<TurnId>| {
            let children = match id {
                Some(id) => self.nodes.get(id).map(|node| &node.children),
                None => Some(&self.roots),
            };
            children.into_iter().flatten().rev().copied()
        };
        let mut found = Vec::new();
        let mut next: Vec<TurnId> = children(id).collect();
        while let Some(id) = next.pop() {
            match self.gone(id) {
                None => found.push(id),
                Some(Gone::Turn) => next.extend(children(Some(id))),
                Some(Gone::Branch) => {}
            }
        }
        found
    }

    /// The place of the branch that is shown at this turn, from 0, and the number of branches.
    pub fn branch(&self, id: TurnId) -> (usize, usize) {
        let all = self.after(self.before(id));
        let at = all.iter().position(|other| *other == id);
        (at.unwrap_or(0), all.len())
    }

    /// Shows the branch `step` places beside this turn, if there is one.
    pub fn switch(&mut self, id: TurnId, step: isize) {
        let all = self.after(self.before(id));
        let at = all.iter().position(|other| *other == id);
        let to = at.and_then(|at| all.get(at.checked_add_signed(step)?));
        if let Some(to) = to {
            self.reveal(*to);
        }
    }

    /// Shows the path that leads to this turn, and goes on behind it as it did when it was last shown.
    pub fn reveal(&mut self, id: TurnId) {
        let mut next = Some(id);
        while let Some(id) = next {
            self.show(id);
            next = self.parent(id);
        }
    }

    /// All turns that stand beside others in the same place, each followed by those further on; none in a conversation without
    /// branches.
    pub fn versions(&self) -> Vec<Version> {
        let shown: BTreeSet<TurnId> = self.path().collect();
        let mut found = Vec::new();
        // Turns that are to be looked at, each with its depth and whether others stand beside it.
        let mut next = vec![(None, 0, false)];
        while let Some((id, depth, has_others)) = next.pop() {
            if let Some(id) = id.filter(|_| has_others) {
                found.push(Version {
                    id,
                    depth,
                    is_shown: shown.contains(&id),
                });
            }
            let depth = depth + usize::from(has_others);
            let all = self.after(id);
            let are_many = all.len() > 1;
            next.extend(all.into_iter().rev().map(|id| (Some(id), depth, are_many)));
        }
        found
    }

    /// Number of branches: of turns behind which nothing stands.
    pub fn branches(&self) -> usize {
        let mut count = 0;
        let mut next = self.after(None);
        while let Some(id) = next.pop() {
            let all = self.after(Some(id));
            count += usize::from(all.is_empty());
            next.extend(all);
        }
        count
    }

    /// Takes a turn away, alone or with all that stands behind it; `false` where it is not there. The branch beside it is shown in
    /// its place, if there is one.
    pub fn take_away(&mut self, id: TurnId, how: Gone) -> bool {
        if self.nodes.get(id).is_none() || self.gone(id).is_some() {
            return false;
        }
        // Where nothing stands behind it, there is nothing to go through to.
        let how = match self.after(Some(id)).is_empty() {
            true => Gone::Branch,
            false => how,
        };
        let was_shown = self.path().any(|shown| shown == id);
        let beside = self.after(self.before(id));
        if let Some(turn) = self.turn_mut(id) {
            turn.note(|notes| notes.gone = Some(how));
        }
        if how == Gone::Branch && was_shown {
            let at = beside.iter().position(|other| *other == id).unwrap_or(0);
            let next = match at.checked_sub(1) {
                Some(before) => beside.get(before),
                None => beside.get(1),
            };
            if let Some(next) = next {
                self.reveal(*next);
            }
        }
        true
    }

    /// Puts a turn back that was taken away, and shows it.
    pub fn put_back(&mut self, id: TurnId) {
        if let Some(turn) = self.turn_mut(id) {
            turn.note(|notes| notes.gone = None);
            self.reveal(id);
        }
    }

    /// The turns that nobody sees any more and that still have words: those that were taken away, and those behind a branch that
    /// was.
    pub fn lost(&self) -> Vec<TurnId> {
        let mut is_lost = vec![false; self.nodes.len()];
        let mut lost = Vec::new();
        for (id, node) in self.nodes.iter().enumerate() {
            // A turn stands behind the one that it follows.
            let above = node.parent.and_then(|parent| is_lost.get(parent).copied());
            let is_below = above == Some(true);
            let gone = node.turn.gone();
            if let Some(is_lost) = is_lost.get_mut(id) {
                *is_lost = is_below || gone == Some(Gone::Branch);
            }
            if (is_below || gone.is_some()) && !node.turn.is_empty() {
                lost.push(id);
            }
        }
        lost
    }

    /// A conversation of its own: the turns that lead to `id`, with itself, and no other branch.
    pub fn copy_up_to(&self, id: TurnId) -> Tree {
        let mut copy = Tree::default();
        for turn in self.up(id).into_iter().filter_map(|id| self.turn(id)) {
            let last = copy.len().checked_sub(1);
            copy.add(last, turn.clone());
        }
        copy
    }
}
