//! The union of two states of one conversation: the turns of one that the other does not have are added to it.
//!
//! In: two trees. Out: the first with more turns. It must not know where they come from.
//!
//! A number says nothing beyond its own tree. So a turn is known by its words and by the turns before it; of equal ones beside each other the
//! first is the first and the second the second. A reply that did not come to its end, with nothing behind it, is an earlier state of one
//! beside it that begins with all of its words: that one stands for it.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::chat::request::Role;
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::Turn;
use crate::event::End;

/// Adds the turns of another state of a conversation that `mine` does not have; returns how many. What is shown stays; a turn behind the last
/// one of a branch goes on with it.
pub fn add(mine: &mut Tree, theirs: &Tree) -> usize {
    let missing = missing(mine, theirs);
    for (parent, id) in &missing {
        let Some(turn) = theirs.turn(*id) else {
            continue;
        };
        let shown = mine.shown_behind(*parent);
        mine.add(*parent, turn.clone());
        if let Some(shown) = shown {
            mine.show(shown);
        }
    }
    if mine.system.is_none() {
        mine.system.clone_from(&theirs.system);
    }
    missing.len()
}

/// Tells whether a conversation has every turn of another state of it.
pub fn holds(mine: &Tree, theirs: &Tree) -> bool {
    missing(mine, theirs).is_empty()
}

/// The turns of the other tree that are missing, each with the turn behind which it belongs, by the numbers that both have once all before
/// them are added.
fn missing(mine: &Tree, theirs: &Tree) -> Vec<(Option<TurnId>, TurnId)> {
    let (own, other) = (Families::of(mine), Families::of(theirs));
    let mut missing = Vec::new();
    let mut pairs = VecDeque::from([(None, None)]);
    while let Some((here, there)) = pairs.pop_front() {
        let ours = own.behind(here);
        let ours = ours.iter().filter_map(|id| One::of(mine, &own, *id));
        let ours: Vec<One> = ours.collect();
        let new = other.behind(there).iter();
        let new: Vec<One> = new.filter_map(|id| One::of(theirs, &other, *id)).collect();
        let is_earlier = |one: &One| {
            one.may_grow
                && ours
                    .iter()
                    .chain(&new)
                    .any(|later| goes_on(later.turn, one.turn))
        };
        let mut free: HashMap<u64, VecDeque<&One>> = HashMap::new();
        for one in ours.iter().filter(|one| !is_earlier(one)) {
            let alike = free.entry(fingerprint(one.turn)).or_default();
            alike.push_back(one);
        }
        for one in new.iter().filter(|one| !is_earlier(one)) {
            let place = take(&mut free, one.turn).unwrap_or_else(|| {
                let place = mine.len().saturating_add(missing.len());
                missing.push((here, one.id));
                place
            });
            pairs.push_back((Some(place), Some(one.id)));
        }
    }
    missing
}

/// Takes the first turn that says the same.
fn take(free: &mut HashMap<u64, VecDeque<&One>>, turn: &Turn) -> Option<TurnId> {
    let alike = free.get_mut(&fingerprint(turn))?;
    let at = alike.iter().position(|one| says_the_same(one.turn, turn))?;
    alike.remove(at).map(|one| one.id)
}

/// One turn among those beside it.
struct One<'t> {
    id: TurnId,
    turn: &'t Turn,
    /// `true` for a reply that did not come to its end and has nothing behind it: another device may have gone on with it.
    may_grow: bool,
}

impl<'t> One<'t> {
    fn of(tree: &'t Tree, families: &Families, id: TurnId) -> Option<One<'t>> {
        let turn = tree.turn(id)?;
        let is_last = families.behind(Some(id)).is_empty();
        Some(One {
            id,
            turn,
            may_grow: !is_whole(turn) && is_last,
        })
    }
}

/// The turns behind each turn of a tree, in the order of making.
struct Families {
    roots: Vec<TurnId>,
    behind: Vec<Vec<TurnId>>,
}

impl Families {
    fn of(tree: &Tree) -> Families {
        let mut families = Families {
            roots: Vec::new(),
            behind: vec![Vec::new(); tree.len()],
        };
        for id in 0..tree.len() {
            let parent = tree.parent(id);
            match parent.and_then(|parent| families.behind.get_mut(parent)) {
                Some(behind) => behind.push(id),
                None => families.roots.push(id),
            }
        }
        families
    }

    fn behind(&self, parent: Option<TurnId>) -> &[TurnId] {
        match parent {
            Some(parent) => self.behind.get(parent).map_or(&[], Vec::as_slice),
            None => &self.roots,
        }
    }
}

/// Tells whether nobody goes on with a turn: all but replies that did not come to their end.
fn is_whole(turn: &Turn) -> bool {
    turn.role != Role::Assistant
        || match &turn.end {
            Some(End::Complete { reason }) => reason != "length",
            Some(End::Empty { .. } | End::Blocked { .. }) => true,
            _ => false,
        }
}

fn says_the_same(one: &Turn, other: &Turn) -> bool {
    one.role == other.role
        && is_whole(one) == is_whole(other)
        && one.text == other.text
        && one.reasoning == other.reasoning
        && one.images == other.images
        && one.tools == other.tools
}

/// Tells whether a reply says all that one which may grow says, and more; or came to its end with it.
fn goes_on(later: &Turn, earlier: &Turn) -> bool {
    let length = |turn: &Turn| (turn.text.len(), turn.reasoning.len(), turn.tools.len());
    later.role == earlier.role
        && (length(later) != length(earlier) || is_whole(later))
        && later.text.starts_with(&earlier.text)
        && later.reasoning.starts_with(&earlier.reasoning)
        && later.tools.starts_with(&earlier.tools)
}

fn fingerprint(turn: &Turn) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&turn.text, &turn.reasoning, turn.tools.len()).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
