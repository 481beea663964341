//! The turns of a conversation and their branches: a retry or an edit stands beside what it replaces, nothing is lost.
//!
//! In: turns. Out: the path that is shown. Must not know who asks or why.

use serde::Serialize;

use super::request::{Message, Role};
use super::turn::Turn;

/// Names a turn of one conversation, from its first to its last day.
pub type TurnId = usize;

/// Turns of a conversation, on all branches. Turns are never removed; an id is its turn's place in the order of making.
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
        let first = self.roots.get(self.chosen_root).copied();
        std::iter::successors(first, |id| {
            #[cfg(test)]
            STEPS.set(STEPS.get() + 1);
            let node = self.nodes.get(*id)?;
            node.children.get(node.chosen).copied()
        })
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

    /// The place of the branch that is shown at this turn, from 0, and the number of branches.
    pub fn branch(&self, id: TurnId) -> (usize, usize) {
        let siblings = self.siblings(id);
        (
            siblings
                .iter()
                .position(|sibling| *sibling == id)
                .unwrap_or(0),
            siblings.len(),
        )
    }

    /// Shows the branch `step` places beside this turn, if there is one.
    pub fn switch(&mut self, id: TurnId, step: isize) {
        let (at, count) = self.branch(id);
        if let Some(to) = at.checked_add_signed(step).filter(|to| *to < count) {
            self.choose(id, to);
        }
    }

    /// Shows this turn among those beside it.
    pub fn show(&mut self, id: TurnId) {
        if id < self.nodes.len() {
            self.choose(id, self.branch(id).0);
        }
    }

    /// Shows the path that leads to this turn, and goes on behind it as it did.
    pub fn show_way_to(&mut self, id: TurnId) {
        let mut next = Some(id);
        while let Some(id) = next {
            self.show(id);
            // A parent was made before its child, so this comes to an end.
            next = self.parent(id);
        }
    }

    /// Shows the turn at `to` among those beside `id`, itself among them.
    fn choose(&mut self, id: TurnId, to: usize) {
        match self
            .parent(id)
            .and_then(|parent| self.nodes.get_mut(parent))
        {
            Some(node) => node.chosen = to,
            None => self.chosen_root = to,
        }
    }

    /// Messages that a server should hear: everything up to and with `id`, oldest first.
    pub fn messages(&self, id: TurnId) -> Vec<Message> {
        let mut messages = Vec::new();
        let mut next = Some(id);
        while let Some(node) = next.and_then(|id| self.nodes.get(id)) {
            messages.extend(node.turn.message());
            next = node.parent;
        }
        messages.reverse();
        messages
    }

    /// The tree without a running reply: those that ran were cut when the page closed.
    pub fn settled(mut self) -> Tree {
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

    fn siblings(&self, id: TurnId) -> &[TurnId] {
        match self.parent(id).and_then(|parent| self.nodes.get(parent)) {
            Some(node) => &node.children,
            None => &self.roots,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(tree: &Tree) -> Vec<TurnId> {
        tree.path().collect()
    }

    fn asked_twice() -> (Tree, TurnId, TurnId, TurnId) {
        let mut tree = Tree::default();
        let ask = tree.add(None, Turn::user("hello"));
        let first = tree.add(
            Some(ask),
            Turn {
                text: "one".into(),
                ..Turn::reply()
            },
        );
        let second = tree.add(
            Some(ask),
            Turn {
                text: "two".into(),
                ..Turn::reply()
            },
        );
        (tree, ask, first, second)
    }

    #[test]
    fn a_retry_is_shown_and_the_older_reply_is_kept_beside_it() {
        let (mut tree, ask, first, second) = asked_twice();
        assert_eq!(path(&tree), [ask, second]);
        assert_eq!(tree.branch(second), (1, 2));
        tree.switch(second, -1);
        assert_eq!(path(&tree), [ask, first]);
        tree.switch(first, -1);
        assert_eq!(
            path(&tree),
            [ask, first],
            "there is nothing before the first"
        );
    }

    #[test]
    fn a_turn_on_another_branch_is_shown_with_all_that_lead_to_it() {
        let (mut tree, _, first, second) = asked_twice();
        let below = tree.add(Some(first), Turn::user("on"));
        tree.add(None, Turn::user("anew"));
        tree.show_way_to(below);
        assert_eq!(path(&tree), [0, first, below]);
        tree.show_way_to(second);
        assert_eq!(path(&tree), [0, second]);
        tree.show_way_to(99);
        assert_eq!(path(&tree), [0, second], "there is no such turn");
    }

    #[test]
    fn an_edit_of_the_first_turn_begins_another_path() {
        let (mut tree, ask, ..) = asked_twice();
        let edited = tree.add(None, Turn::user("good morning"));
        assert_eq!(path(&tree), [edited]);
        tree.switch(edited, -1);
        assert_eq!(path(&tree)[0], ask);
    }

    #[test]
    fn a_turn_behind_one_that_is_not_there_is_a_first_turn() {
        let mut tree = Tree::default();
        let lost = tree.add(Some(7), Turn::user("hello"));
        assert_eq!((tree.parent(lost), path(&tree)), (None, vec![lost]));
    }

    #[test]
    fn the_server_hears_the_shown_path_without_empty_replies() {
        let (mut tree, _, _, second) = asked_twice();
        let ask = tree.add(Some(second), Turn::user("and now?"));
        let empty = tree.add(Some(ask), Turn::reply());
        let again = tree.add(Some(empty), Turn::user("hm?"));
        let heard: Vec<_> = tree
            .messages(again)
            .into_iter()
            .map(|message| message.text)
            .collect();
        assert_eq!(heard, ["hello", "two", "and now?", "hm?"]);
    }

    #[test]
    fn a_reply_that_ran_when_the_page_closed_is_kept_as_cut() {
        let (tree, _, _, second) = asked_twice();
        let end = tree
            .settled()
            .turn(second)
            .and_then(|turn| turn.end.clone());
        assert_eq!(
            end.and_then(|end| end.reason()).as_deref(),
            Some("page-closed")
        );
    }
}
