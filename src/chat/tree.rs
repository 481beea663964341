//! The turns of a conversation and their branches: a retry or an edit stands beside what it replaces, nothing is lost.
//!
//! In: turns. Out: the path that is shown. Must not know who asks or why. [`branches`] is what a person does with branches: going
//! from one to another, taking turns away, putting them back.

pub mod branches;

#[cfg(test)]
mod tests;

use serde::Serialize;

use super::request::{Message, Role};
use super::turn::{Gone, Turn};

/// Names a turn of one conversation, from its first to its last day.
pub type TurnId = usize;

/// Turns of a conversation, on all branches. Turns are never removed; an id is its turn's place in the order of making. Those that
/// a person took away are marked as gone, and are not seen.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Tree {
    nodes: Vec<Node>,
    /// First turns, in the order of making, and which of them is shown.
    roots: Vec<TurnId>,
    chosen_root: usize,
    /// The conversation's own system prompt, which counts more than that of the settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Node {
    turn: Turn,
    parent: Option<TurnId>,
    children: Vec<TurnId>,
    /// Index into `children` of the branch that is shown.
    chosen: usize,
}

#[cfg(test)]
std::thread_local! {
    /// Steps along paths, for a test that none is walked again and again.
    static STEPS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

impl Tree {
    /// Steps that this thread made along paths.
    #[cfg(test)]
    pub(super) fn steps() -> u64 {
        STEPS.get()
    }

    /// Tells whether nothing was said yet.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Number of turns, on all branches. Their ids are the numbers below.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Adds a turn below `parent`, and shows it; gives its id. With `None`, or a parent that is not in the tree, it is a first
    /// turn.
    pub fn add(&mut self, parent: Option<TurnId>, turn: Turn) -> TurnId {
        let id = self.nodes.len();
        // Nobody's child is a first turn.
        let parent = parent.filter(|parent| *parent < id);
        self.nodes.push(Node {
            turn,
            parent,
            children: Vec::new(),
            chosen: 0,
        });
        let (siblings, chosen) = match parent.and_then(|parent| self.nodes.get_mut(parent)) {
            Some(node) => (&mut node.children, &mut node.chosen),
            None => (&mut self.roots, &mut self.chosen_root),
        };
        *chosen = siblings.len();
        siblings.push(id);
        id
    }

    /// The turn of that id.
    pub fn turn(&self, id: TurnId) -> Option<&Turn> {
        self.nodes.get(id).map(|node| &node.turn)
    }

    /// The turn of that id, to finish it.
    pub fn turn_mut(&mut self, id: TurnId) -> Option<&mut Turn> {
        self.nodes.get_mut(id).map(|node| &mut node.turn)
    }

    /// The id of the turn before this one; `None` for a first turn.
    pub fn parent(&self, id: TurnId) -> Option<TurnId> {
        self.nodes.get(id)?.parent
    }

    /// The shown turns, oldest first.
    pub fn path(&self) -> impl Iterator<Item = TurnId> + '_ {
        let line = std::iter::successors(self.chosen(None), |id| {
            #[cfg(test)]
            STEPS.set(STEPS.get() + 1);
            self.chosen(Some(*id))
        });
        line.filter(|id| self.gone(*id).is_none())
    }

    /// The turn that is chosen among those right behind another one, or among the first turns; `None` where there is none, or
    /// the person took its branch away.
    fn chosen(&self, behind: Option<TurnId>) -> Option<TurnId> {
        let (all, at) = match behind {
            Some(id) => self
                .nodes
                .get(id)
                .map(|node| (&node.children, node.chosen))?,
            None => (&self.roots, self.chosen_root),
        };
        let chosen = all.get(at).copied();
        chosen.filter(|id| self.gone(*id) != Some(Gone::Branch))
    }

    fn gone(&self, id: TurnId) -> Option<Gone> {
        self.nodes.get(id).and_then(|node| node.turn.gone())
    }

    /// The turn that is shown behind this one; with `None` the first that is shown.
    pub fn shown_behind(&self, id: Option<TurnId>) -> Option<TurnId> {
        let (all, chosen) = match id {
            Some(id) => {
                let node = self.nodes.get(id)?;
                (&node.children, node.chosen)
            }
            None => (&self.roots, self.chosen_root),
        };
        all.get(chosen).copied()
    }

    /// The last shown turn.
    pub fn last(&self) -> Option<TurnId> {
        self.path().last()
    }

    /// Shows this turn among those beside it, wherever that is in the conversation.
    pub fn show(&mut self, id: TurnId) {
        let at = self.beside(id).iter().position(|beside| *beside == id);
        let Some(at) = at else { return };
        match self
            .parent(id)
            .and_then(|parent| self.nodes.get_mut(parent))
        {
            Some(node) => node.chosen = at,
            None => self.chosen_root = at,
        }
    }

    /// The turns that lead to `id` and are there, with itself, oldest first.
    pub fn up(&self, id: TurnId) -> Vec<TurnId> {
        let line = std::iter::successors(self.nodes.get(id).map(|_| id), |id| self.parent(*id));
        let mut up: Vec<TurnId> = line.filter(|id| self.gone(*id).is_none()).collect();
        up.reverse();
        up
    }

    /// Messages that a server should hear: everything up to and with `id`, oldest first.
    pub fn messages(&self, id: TurnId) -> Vec<Message> {
        let up = self.up(id).into_iter();
        up.filter_map(|id| self.turn(id)?.message()).collect()
    }

    /// The tree without a running reply: those that ran were cut when the page closed. What was taken away has no words any more.
    pub fn settled(mut self) -> Tree {
        for id in self.lost() {
            if let Some(turn) = self.turn_mut(id) {
                turn.empty();
            }
        }
        for node in &mut self.nodes {
            if node.turn.role == Role::Assistant && node.turn.end.is_none() {
                node.turn.end = Some(crate::event::End::Cut { page_closed: true });
            }
        }
        self
    }

    /// The turns that are shown although a newer one stands beside them.
    pub fn shown_aside(&self) -> impl Iterator<Item = TurnId> + '_ {
        let roots = (&self.roots, self.chosen_root);
        let below = self.nodes.iter().map(|node| (&node.children, node.chosen));
        std::iter::once(roots)
            .chain(below)
            .filter(|(all, chosen)| chosen + 1 < all.len())
            .filter_map(|(all, chosen)| all.get(chosen).copied())
    }

    /// The turns that were made in one place, whether they are there or not: `id`, and those beside it.
    fn beside(&self, id: TurnId) -> &[TurnId] {
        match self.parent(id).and_then(|parent| self.nodes.get(parent)) {
            Some(node) => &node.children,
            None => &self.roots,
        }
    }
}
