//! What hangs on what: from the nodes of a file to the turns of a tree.
//!
//! In: nodes in the order of the file, each with its name and that of its parent, and what it is. Out: [`Grown`]: the tree, shown as the
//! file shows it, the time of each turn, and the system prompt. Every node is kept once, whatever the names say; the work grows with the
//! number of nodes and names alone.

mod links;

use std::collections::HashMap;

use links::Links;

use super::said::{Speech, append};
use super::time::Moment;
use crate::chat::request::Role;
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::Turn;
use crate::event::End;

/// The node that a node hangs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parent {
    /// None: it is a first one.
    Root,
    /// The one of that name; where there is none, it is a first one.
    Named(String),
    /// The one at that place among the nodes.
    At(usize),
    /// The file does not say: whoever lists it among its children, else it is a first one.
    Unknown,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A turn.
    Turn(Speech),
    /// Thinking that belongs to the replies below it, or is a reply of its own where there are none.
    Thoughts(Speech),
    /// Words for the system prompt, if nothing was said before them.
    System(String),
    /// Traffic with a tool, or a reply that says nothing.
    Tool,
    /// Anything else that is no turn.
    Hidden,
}

/// One node of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its name; the first of two nodes with one name has it.
    pub id: Option<String>,
    /// The node that it hangs on.
    pub parent: Parent,
    /// Names of those that hang on it, in their order, where the file has such a list.
    pub children: Vec<String>,
    /// What it is.
    pub what: What,
}

/// When two replies, one behind the other, are one turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Join {
    /// Where only traffic with tools, and some of it, stood between them.
    #[default]
    AcrossTools,
    /// Always.
    Always,
}

/// A tree that was made of nodes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Grown {
    /// The turns.
    pub tree: Tree,
    /// The time of each turn, by its id.
    pub times: Vec<Option<Moment>>,
    /// The system prompt.
    pub system: Option<String>,
    /// Nodes that were traffic with tools, and others that are no turns.
    pub tools: usize,
    /// Texts of the system behind the first words.
    pub dropped: usize,
}

/// Makes a tree of nodes. `current` names the node that the file shows last.
pub fn grow(nodes: Vec<Node>, current: Option<&str>, join: Join) -> Grown {
    let links = Links::of(&nodes);
    let order = links.order();
    let mut kept = Kept::of(&nodes, &links, &order);
    let current = current.and_then(|name| links.names.get(name).copied());
    let mut growth = Growth {
        grown: Grown::default(),
        turns: vec![None; nodes.len()],
        below: Vec::new(),
        roots: Vec::new(),
    };
    let mut whats: Vec<What> = nodes.into_iter().map(|node| node.what).collect();
    for at in order {
        if let Some(what) = whats.get_mut(at) {
            let what = std::mem::replace(what, What::Hidden);
            growth.take(at, what, &mut kept, join);
        }
    }
    let shown = current.and_then(|at| growth.turn_of(at, &kept));
    growth.show(shown);
    growth.grown
}

/// What stands between a node and the nearest turn above it.
#[derive(Debug, Clone, Copy, Default)]
struct Between {
    /// The turn, by its place among the nodes.
    turn: Option<usize>,
    tools: usize,
    others: usize,
    /// The nearest thoughts that belong to the next reply; those before them are above them.
    thoughts: Option<usize>,
}

/// Which nodes become turns, and below which.
struct Kept {
    is_turn: Vec<bool>,
    above: Vec<Between>,
    /// Number of turns right below each turn.
    below: Vec<usize>,
    /// Thoughts that the first reply below them takes.
    thoughts: HashMap<usize, Speech>,
}

impl Kept {
    fn of(nodes: &[Node], links: &Links, order: &[usize]) -> Kept {
        // From the leaves up: is there a reply below, with nobody else's turn between?
        let mut answered = vec![false; nodes.len()];
        let mut is_turn = vec![false; nodes.len()];
        let mut thoughts = HashMap::new();
        for &at in order.iter().rev() {
            let Some(node) = nodes.get(at) else { continue };
            let below = links.below(at).iter();
            let is_answered = below.filter_map(|at| answered.get(*at)).any(|is| *is);
            let (answers, turn) = match &node.what {
                What::Turn(speech) => (speech.role == Role::Assistant, true),
                What::Thoughts(speech) if is_answered => {
                    thoughts.insert(at, speech.clone());
                    (true, false)
                }
                What::Thoughts(_) => (false, true),
                What::System(_) | What::Tool | What::Hidden => (is_answered, false),
            };
            if let (Some(answered), Some(is_turn)) = (answered.get_mut(at), is_turn.get_mut(at)) {
                (*answered, *is_turn) = (answers, turn);
            }
        }
        let mut kept = Kept {
            above: vec![Between::default(); nodes.len()],
            below: vec![0; nodes.len()],
            is_turn,
            thoughts,
        };
        for &at in order {
            let between = links.parent(at).map(|parent| kept.below_of(parent, nodes));
            let between = between.unwrap_or_default();
            if kept.is(at)
                && let Some(below) = between.turn.and_then(|turn| kept.below.get_mut(turn))
            {
                *below += 1;
            }
            if let Some(above) = kept.above.get_mut(at) {
                *above = between;
            }
        }
        kept
    }

    fn is(&self, at: usize) -> bool {
        self.is_turn.get(at) == Some(&true)
    }

    /// What stands between a child of this node and the nearest turn.
    fn below_of(&self, at: usize, nodes: &[Node]) -> Between {
        if self.is(at) {
            return Between {
                turn: Some(at),
                ..Between::default()
            };
        }
        let mut between = self.above.get(at).copied().unwrap_or_default();
        match nodes.get(at).map(|node| &node.what) {
            Some(What::Thoughts(_)) => between.thoughts = Some(at),
            Some(What::Tool) => between.tools += 1,
            _ => between.others += 1,
        }
        between
    }
}

/// The tree while it grows.
struct Growth {
    grown: Grown,
    /// The turn that each node became a part of.
    turns: Vec<Option<TurnId>>,
    below: Vec<Vec<TurnId>>,
    roots: Vec<TurnId>,
}

impl Growth {
    /// Gives a node its place. Those above it have theirs.
    fn take(&mut self, at: usize, what: What, kept: &mut Kept, join: Join) {
        let between = kept.above.get(at).copied().unwrap_or_default();
        match what {
            What::Turn(speech) | What::Thoughts(speech) if kept.is(at) => {
                self.speech(at, speech, between, kept, join);
            }
            What::System(text) => {
                let is_first = between.turn.is_none() && self.grown.system.is_none();
                match is_first && !text.is_empty() {
                    true => self.grown.system = Some(text),
                    false => self.grown.dropped += usize::from(!text.is_empty()),
                }
            }
            What::Tool => self.grown.tools += 1,
            What::Turn(_) | What::Thoughts(_) | What::Hidden => {}
        }
    }

    fn speech(
        &mut self,
        at: usize,
        mut speech: Speech,
        between: Between,
        kept: &mut Kept,
        join: Join,
    ) {
        let is_reply = speech.role == Role::Assistant;
        let thoughts = match is_reply {
            true => think(&mut speech, between.thoughts, kept),
            false => Vec::new(),
        };
        let parent = between.turn.and_then(|turn| self.turn(turn));
        let is_only = between.turn.and_then(|turn| kept.below.get(turn)) == Some(&1);
        let stands_behind = match join {
            Join::Always => true,
            Join::AcrossTools => between.tools > 0 && between.others == 0,
        };
        let joined = parent.filter(|_| is_reply && is_only && stands_behind);
        let joined = joined.filter(|id| self.append(*id, &speech));
        let id = joined.unwrap_or_else(|| self.add(parent, speech));
        for at in thoughts.into_iter().chain([at]) {
            // Whoever names the thoughts means their reply.
            if let Some(turn) = self.turns.get_mut(at) {
                *turn = Some(id);
            }
        }
    }

    /// Appends a reply to the turn above it; `false` where that is no reply.
    fn append(&mut self, id: TurnId, speech: &Speech) -> bool {
        let Some(turn) = self.grown.tree.turn_mut(id) else {
            return false;
        };
        if turn.role != Role::Assistant {
            return false;
        }
        append(&mut turn.text, &speech.text);
        append(&mut turn.reasoning, &speech.thinking);
        turn.images.extend(speech.images.iter().cloned());
        turn.model = turn.model.take().or_else(|| speech.model.clone());
        turn.end = Some(end(speech));
        if let Some(time) = self.grown.times.get_mut(id) {
            *time = (*time).max(speech.time);
        }
        true
    }

    fn add(&mut self, parent: Option<TurnId>, speech: Speech) -> TurnId {
        let end = (speech.role == Role::Assistant).then(|| end(&speech));
        let turn = Turn {
            role: speech.role,
            text: speech.text,
            reasoning: speech.thinking,
            images: speech.images,
            model: speech.model.filter(|_| speech.role == Role::Assistant),
            end,
            ..Turn::user("")
        };
        let id = self.grown.tree.add(parent, turn);
        self.grown.times.push(speech.time);
        self.below.push(Vec::new());
        match parent.and_then(|parent| self.below.get_mut(parent)) {
            Some(below) => below.push(id),
            None => self.roots.push(id),
        }
        id
    }

    fn turn(&self, at: usize) -> Option<TurnId> {
        self.turns.get(at).copied().flatten()
    }

    /// The turn that a node became a part of, or else hangs on.
    fn turn_of(&self, at: usize, kept: &Kept) -> Option<TurnId> {
        let own = self.turn(at);
        own.or_else(|| self.turn(kept.above.get(at)?.turn?))
    }

    /// The newest of these: the one with the greatest time where all have one, else the last.
    fn newest(&self, among: &[TurnId]) -> Option<TurnId> {
        let time = |id: &TurnId| self.grown.times.get(*id).copied().flatten();
        match among.iter().all(|id| time(id).is_some()) {
            true => among.iter().copied().max_by_key(|id| time(id)),
            false => among.last().copied(),
        }
    }

    /// Shows everywhere the newest, and the branch with this turn in it.
    fn show(&mut self, shown: Option<TurnId>) {
        let groups = self.below.iter().chain([&self.roots]);
        let newest: Vec<TurnId> = groups.filter_map(|group| self.newest(group)).collect();
        let tree = &mut self.grown.tree;
        newest.into_iter().for_each(|id| tree.show(id));
        let mut next = shown;
        while let Some(id) = next {
            tree.show(id);
            next = tree.parent(id);
        }
    }
}

/// Puts the thoughts before a reply in front of its own, unless another has taken them; gives their places.
fn think(speech: &mut Speech, nearest: Option<usize>, kept: &mut Kept) -> Vec<usize> {
    let mut places = Vec::new();
    let mut thoughts = Vec::new();
    let mut next = nearest;
    while let Some(at) = next {
        let Some(thought) = kept.thoughts.remove(&at) else {
            break;
        };
        thoughts.push(thought);
        places.push(at);
        next = kept.above.get(at).and_then(|above| above.thoughts);
    }
    let mut thinking = String::new();
    let mut model = None;
    for thought in thoughts.into_iter().rev() {
        append(&mut thinking, &thought.thinking);
        speech.time = speech.time.max(thought.time);
        model = model.or(thought.model);
    }
    append(&mut thinking, &speech.thinking);
    speech.thinking = thinking;
    speech.model = model.or(speech.model.take());
    places
}

/// The end of a reply that a file holds.
fn end(speech: &Speech) -> End {
    let complete = || End::Complete {
        reason: "stop".to_owned(),
    };
    speech.end.clone().unwrap_or_else(complete)
}

#[cfg(test)]
mod tests;
