//! Conversations that other programs wrote.

use rill::chat::request::Role;
use rill::chat::tree::Tree;
use rill::import::first;

use crate::known::Outcome;
use crate::{outcome, text};

/// Who said what, on the branch that is shown.
fn shown(tree: &Tree) -> Vec<(Role, String)> {
    let turns = tree.path().filter_map(|id| tree.turn(id));
    turns.map(|turn| (turn.role, turn.text.clone())).collect()
}

/// What stands in the place of the last answer, the shown one first told.
fn check(name: &str, question: &str, answers: [&str; 2]) {
    let mut tree = first(name, text(name).as_bytes()).unwrap().0.tree;
    let asked = (Role::User, question.to_owned());
    let answered = |answer: &str| (Role::Assistant, answer.to_owned());
    assert_eq!(shown(&tree), [asked.clone(), answered(answers[0])]);
    let last = tree.last().unwrap();
    let (at, count) = tree.branch(last);
    assert_eq!(count, 2, "answers beside each other");
    tree.switch(last, if at == 0 { 1 } else { -1 });
    assert_eq!(shown(&tree), [asked, answered(answers[1])]);
}

pub fn all() -> Vec<(String, Outcome)> {
    let chatgpt = || check("B60.json", "When is high water?", ["At six.", "At five."]);
    let librechat = || check("B62.json", "Name a boat.", ["Schooner.", "Skiff."]);
    let nothing = || {
        for name in ["B64-1.json", "B64-2.json", "B64-3.txt"] {
            assert!(first(name, text(name).as_bytes()).is_err(), "{name}");
        }
    };
    vec![
        ("B60".to_owned(), outcome(chatgpt)),
        ("B62".to_owned(), outcome(librechat)),
        ("B64".to_owned(), outcome(nothing)),
    ]
}
