//! The union of two states of one conversation: the turns of one that the other does not have are added to it.
//!
//! In: two trees. Out: the first with more turns. It must not know where they come from.
//!
//! A number says nothing beyond its own tree. So a turn is known by its words and by the turns before it: those that say the same in the same
//! place are one. A reply that did not come to its end, with nothing behind it, is an earlier state of one beside it that begins with all of
//! its words: that one stands for it.

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
    let mut pairs = VecDeque::from([(Place::Root, Place::Root)]);
    while let Some((here, there)) = pairs.pop_front() {
        let ours = alike(mine, own.behind(&here));
        let new = alike(theirs, other.behind(&there));
        for one in &new.all {
            let known = ours.find(one.turn);
            let is_last = one.ids.iter().all(|id| other.is_last(*id));
            let all = ours.all.iter().chain(&new.all);
            let is_earlier = || {
                let may_grow = is_last && !is_whole(one.turn);
                may_grow && all.into_iter().any(|later| goes_on(later.turn, one.turn))
            };
            let ids = match known {
                Some(known) => known.ids.clone(),
                None if is_earlier() => continue,
                None => {
                    let place = mine.len().saturating_add(missing.len());
                    missing.extend(one.ids.first().map(|id| (here.newest(), *id)));
                    vec![place]
                }
            };
            pairs.push_back((Place::Behind(ids), Place::Behind(one.ids.clone())));
        }
    }
    missing
}

/// A place in a tree: the beginning, or behind turns that are the same.
enum Place {
    Root,
    Behind(Vec<TurnId>),
}

impl Place {
    fn newest(&self) -> Option<TurnId> {
        match self {
            Place::Root => None,
            Place::Behind(ids) => ids.last().copied(),
        }
    }
}

/// Turns in one place that say the same.
struct Alike<'t> {
    turn: &'t Turn,
    ids: Vec<TurnId>,
}

/// All turns in one place, in the order of making.
#[derive(Default)]
struct All<'t> {
    all: Vec<Alike<'t>>,
    /// Their places in the list, by fingerprint.
    known: HashMap<u64, Vec<usize>>,
}

impl<'t> All<'t> {
    fn find(&self, turn: &Turn) -> Option<&Alike<'t>> {
        let places = self.known.get(&fingerprint(turn))?;
        let mut alike = places.iter().filter_map(|at| self.all.get(*at));
        alike.find(|alike| says_the_same(alike.turn, turn))
    }

    fn take(&mut self, turn: &'t Turn, id: TurnId) {
        let places = self.known.entry(fingerprint(turn)).or_default();
        for at in places.iter() {
            if let Some(alike) = self.all.get_mut(*at)
                && says_the_same(alike.turn, turn)
            {
                alike.ids.push(id);
                return;
            }
        }
        places.push(self.all.len());
        let ids = vec![id];
        self.all.push(Alike { turn, ids });
    }
}

fn alike(tree: &Tree, ids: impl Iterator<Item = TurnId>) -> All<'_> {
    let mut all = All::default();
    for id in ids {
        if let Some(turn) = tree.turn(id) {
            all.take(turn, id);
        }
    }
    all
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

    fn behind(&self, place: &Place) -> impl Iterator<Item = TurnId> {
        let (roots, parents): (&[TurnId], &[TurnId]) = match place {
            Place::Root => (&self.roots, &[]),
            Place::Behind(ids) => (&[], ids),
        };
        let behind = parents.iter().filter_map(|id| self.behind.get(*id));
        roots.iter().chain(behind.flatten()).copied()
    }

    fn is_last(&self, id: TurnId) -> bool {
        self.behind.get(id).is_none_or(Vec::is_empty)
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
