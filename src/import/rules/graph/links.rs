//! Names to places: which node hangs on which, in which order, without circles.

use std::collections::HashMap;

use super::{Node, Parent};

/// Nodes by their places: who hangs on whom.
pub(super) struct Links {
    pub(super) names: HashMap<String, usize>,
    parents: Vec<Option<usize>>,
    children: Vec<Vec<usize>>,
}

impl Links {
    pub(super) fn of(nodes: &[Node]) -> Links {
        let mut names = HashMap::new();
        for (at, node) in nodes.iter().enumerate() {
            if let Some(id) = &node.id {
                names.entry(id.clone()).or_insert(at);
            }
        }
        let place = |name: &String| names.get(name).copied();
        let mut listed: HashMap<usize, usize> = HashMap::new();
        for (at, node) in nodes.iter().enumerate() {
            for child in node.children.iter().filter_map(place) {
                listed.entry(child).or_insert(at);
            }
        }
        let parent = |(at, node): (usize, &Node)| match &node.parent {
            Parent::Root => None,
            Parent::Named(name) => place(name),
            Parent::At(parent) => Some(*parent).filter(|parent| *parent < nodes.len()),
            Parent::Unknown => listed.get(&at).copied(),
        };
        let mut parents: Vec<Option<usize>> = nodes.iter().enumerate().map(parent).collect();
        cut_circles(&mut parents);
        let mut children = vec![Vec::new(); nodes.len()];
        let mut is_placed = vec![false; nodes.len()];
        let mut put = |child: usize, below: usize| {
            let is_its = parents.get(child).copied().flatten() == Some(below);
            if let (true, Some(placed), Some(children)) =
                (is_its, is_placed.get_mut(child), children.get_mut(below))
                && !std::mem::replace(placed, true)
            {
                children.push(child);
            }
        };
        for (at, node) in nodes.iter().enumerate() {
            for child in node.children.iter().filter_map(place) {
                put(child, at);
            }
        }
        for (at, parent) in parents.iter().enumerate() {
            if let Some(parent) = parent {
                put(at, *parent);
            }
        }
        Links {
            names,
            parents,
            children,
        }
    }

    /// All nodes, each behind its parent and its older siblings with all that is below those.
    pub(super) fn order(&self) -> Vec<usize> {
        let roots = self.parents.iter().enumerate();
        let roots = roots.filter(|(_, parent)| parent.is_none());
        let mut open: Vec<usize> = roots.map(|(at, _)| at).collect();
        open.reverse();
        let mut order = Vec::with_capacity(self.parents.len());
        while let Some(at) = open.pop() {
            order.push(at);
            open.extend(self.below(at).iter().rev());
        }
        order
    }

    /// The nodes that hang on a node.
    pub(super) fn below(&self, at: usize) -> &[usize] {
        self.children.get(at).map_or(&[], Vec::as_slice)
    }

    /// The node that a node hangs on.
    pub(super) fn parent(&self, at: usize) -> Option<usize> {
        self.parents.get(at).copied().flatten()
    }
}

/// Makes the first node of each circle a root.
fn cut_circles(parents: &mut [Option<usize>]) {
    // The walk in which a node was first met; 0 is none.
    let mut met = vec![0_usize; parents.len()];
    for begin in 0..parents.len() {
        let walk = begin + 1;
        let mut next = Some(begin);
        while let Some(at) = next {
            let Some(mark) = met.get_mut(at) else { break };
            if *mark == walk {
                // The node is in a circle, which is walked once more for the first in the file.
                let around = std::iter::successors(parents.get(at).copied().flatten(), |one| {
                    let before = (*one != at).then(|| parents.get(*one).copied().flatten());
                    before.flatten()
                });
                let first = around.min();
                if let Some(parent) = first.and_then(|first| parents.get_mut(first)) {
                    *parent = None;
                }
                break;
            }
            if *mark > 0 {
                break;
            }
            *mark = walk;
            next = parents.get(at).copied().flatten();
        }
    }
}
