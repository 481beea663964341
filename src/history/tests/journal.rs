//! The journal: what is written when, what waits, and what is left when the page goes.

use crate::chat::archive::add_record;
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::{Gone, Turn};
use crate::event::End;
use crate::history::{Batch, Conversation, Fault, Head, Journal, Opened, Outcome, Then, Trouble};

fn reply(text: &str) -> Turn {
    Turn {
        text: text.to_owned(),
        ..Turn::reply()
    }
}

/// A question, and a reply that runs in the turn behind it.
fn asked() -> Tree {
    let mut tree = Tree::default();
    let asked = tree.add(None, Turn::user("Why?"));
    tree.add(Some(asked), Turn::reply());
    tree
}

fn here<'a>(id: &'a str, tree: &'a Tree, running: Option<(TurnId, &'a Turn)>) -> Conversation<'a> {
    Conversation {
        id,
        tree,
        running,
        called: None,
    }
}

fn journal() -> Journal {
    Journal::new("page".to_owned())
}

fn no_name() -> String {
    panic!("nothing has diverged")
}

/// The words and the end of the turns in a batch.
fn said(batch: &Batch) -> Vec<(TurnId, String, Option<End>)> {
    let read = |(id, record): &(TurnId, String)| {
        let mut one = Tree::default();
        assert!(add_record(&mut one, record));
        let turn = one.turn(0).unwrap();
        (*id, turn.text.clone(), turn.end.clone())
    };
    batch.turns.iter().map(read).collect()
}

fn ids(batch: &Batch) -> Vec<TurnId> {
    batch.turns.iter().map(|(id, _)| *id).collect()
}

/// All that is to be written, each with success.
fn all(journal: &mut Journal, here: &Conversation) -> Vec<Batch> {
    let mut all = Vec::new();
    while let Some(batch) = journal.next(Some(here), 0.0) {
        all.push(Batch::clone(&batch));
        drop(batch);
        journal.written(Outcome::Done, Some(here.id), no_name);
    }
    all
}

#[test]
fn what_has_changed_is_written_and_nothing_else() {
    let (mut journal, mut tree) = (journal(), asked());
    let running = reply("Be");
    journal.changed(Some(1));
    let batches = all(&mut journal, &here("a", &tree, Some((1, &running))));
    assert_eq!(batches.len(), 1);
    assert_eq!(ids(&batches[0]), [0, 1]);
    assert_eq!(said(&batches[0])[1].1, "Be", "as far as it has come");
    assert_eq!(
        all(&mut journal, &here("a", &tree, Some((1, &running)))),
        []
    );
    // It ends.
    *tree.turn_mut(1).unwrap() = reply("Because.");
    journal.changed(None);
    let batches = all(&mut journal, &here("a", &tree, None));
    assert_eq!(said(&batches[0]), [(1, "Because.".to_owned(), None)]);
    assert_eq!((batches[0].expect, batches[0].head.version), (1, 2));
    // Another branch is shown: the head alone says so.
    tree.add(Some(0), reply("Just so."));
    journal.changed(None);
    all(&mut journal, &here("a", &tree, None));
    tree.switch(2, -1);
    journal.changed(None);
    let batches = all(&mut journal, &here("a", &tree, None));
    assert_eq!(
        (ids(&batches[0]), &batches[0].head.aside),
        (vec![], &vec![1])
    );
}

#[test]
fn a_reply_whose_text_is_replaced_by_one_of_the_same_length_is_written_again() {
    let (mut journal, tree) = (journal(), asked());
    let before = reply("teh");
    all(&mut journal, &here("a", &tree, Some((1, &before))));
    assert!(!journal.is_due(1000.0, (1, &before)), "nothing has come");
    let after = reply("the");
    assert!(journal.is_due(1000.0, (1, &after)));
    let batches = all(&mut journal, &here("a", &tree, Some((1, &after))));
    assert_eq!(said(&batches[0])[0].1, "the");
    // So is one that only calls tools.
    let mut calls = after.clone();
    calls.tools.push(crate::event::ToolCallDelta::default());
    assert!(journal.is_due(2000.0, (1, &calls)));
}

#[test]
fn a_long_reply_takes_no_more_than_its_share_of_the_time() {
    let (mut journal, tree) = (journal(), asked());
    all(&mut journal, &here("a", &tree, Some((1, &reply("a")))));
    // It took 40 ms to put it into words.
    journal.worked(1000.0, 1040.0);
    assert!(!journal.is_due(3000.0, (1, &reply("ab"))));
    assert!(journal.is_due(3040.0, (1, &reply("ab"))));
}

#[test]
fn a_conversation_that_is_left_while_its_reply_runs_keeps_its_last_words_and_its_end() {
    let (mut journal, mut tree) = (journal(), asked());
    journal.changed(Some(1));
    all(&mut journal, &here("a", &tree, Some((1, &reply("Be")))));
    // More has come, and the person opens another conversation: the reply ends, and the tree goes.
    let end = Some(End::Superseded);
    *tree.turn_mut(1).unwrap() = Turn {
        end: end.clone(),
        ..reply("Because.")
    };
    journal.leave(Some(&here("a", &tree, None)), 0.0);
    drop(tree);
    let other = asked();
    let batches = all(&mut journal, &here("b", &other, None));
    assert_eq!(batches.len(), 2);
    assert_eq!(batches[0].head.id, "a");
    assert_eq!(said(&batches[0]), [(1, "Because.".to_owned(), end)]);
    assert_eq!(
        (batches[1].head.id.as_str(), ids(&batches[1])),
        ("b", vec![0, 1])
    );
}

#[test]
fn a_long_conversation_is_written_in_pieces_and_none_is_left_out() {
    let (mut journal, mut tree) = (journal(), Tree::default());
    for _ in 0..150 {
        tree.add(tree.last(), Turn::user("x"));
    }
    let batches = all(&mut journal, &here("a", &tree, None));
    assert_eq!(
        batches.iter().flat_map(ids).collect::<Vec<_>>(),
        (0..150).collect::<Vec<_>>()
    );
    assert!(batches.len() > 1 && batches.iter().all(|batch| batch.turns.len() <= 64));
    // A few long turns are pieces as well.
    tree.add(tree.last(), Turn::user("x".repeat(300_000)));
    tree.add(tree.last(), Turn::user("y"));
    let batches = all(&mut journal, &here("a", &tree, None));
    assert_eq!(
        batches.iter().map(ids).collect::<Vec<_>>(),
        [vec![150], vec![151]]
    );
}

#[test]
fn what_could_not_be_written_waits_in_order_and_says_why() {
    let (mut journal, tree) = (journal(), asked());
    let conversation = here("a", &tree, None);
    let first = journal.next(Some(&conversation), 0.0).unwrap();
    assert_eq!(
        journal.next(Some(&conversation), 0.0),
        None,
        "one at a time"
    );
    let first = Batch::clone(&first);
    let then = journal.written(Outcome::Failed(Fault::Full), Some("a"), no_name);
    assert_eq!(then, Then::Wait);
    assert_eq!(journal.trouble(), Some(Trouble::Unwritten(Fault::Full)));
    assert!(journal.may_pass());
    assert_eq!(journal.next(None, 0.0).as_deref(), Some(&first));
    journal.written(Outcome::Failed(Fault::Absent), Some("a"), no_name);
    assert!(!journal.may_pass(), "there will be no store a moment later");
    // Nobody waits any more for what is being written.
    assert_eq!(journal.next(None, 0.0).as_deref(), Some(&first));
    journal.take_back();
    assert_eq!(journal.next(None, 0.0).as_deref(), Some(&first));
    assert_eq!(
        journal.written(Outcome::Done, Some("a"), no_name),
        Then::Next
    );
    assert_eq!((journal.trouble(), journal.next(None, 0.0)), (None, None));
}

#[test]
fn what_is_left_is_all_that_is_not_confirmed_and_is_settled_by_the_write() {
    let (mut journal, mut tree) = (journal(), asked());
    journal.leave(Some(&here("a", &tree, None)), 0.0);
    let going = journal.next(None, 0.0).unwrap();
    tree.add(Some(1), Turn::user("And then?"));
    journal.leave(Some(&here("a", &tree, None)), 0.0);
    let left = journal.left();
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].expect, left[0].head.version), (Some(0), 2));
    assert_eq!(
        left[0].turns.iter().map(|(id, _)| *id).collect::<Vec<_>>(),
        [0, 1, 2]
    );
    assert!(left[0].is_whole());
    drop(going);
    journal.written(Outcome::Done, Some("a"), no_name);
    assert!(!journal.is_settled(), "half of it is written");
    assert!(journal.next(None, 0.0).is_some());
    journal.written(Outcome::Done, Some("a"), no_name);
    assert!(journal.is_settled());
    assert!(!journal.is_settled(), "it is said once");
    assert_eq!(journal.left(), []);
}

#[test]
fn who_comes_too_late_goes_on_with_a_copy_and_the_other_tab_keeps_its_own() {
    let (mut journal, mut tree) = (journal(), asked());
    all(&mut journal, &here("a", &tree, None));
    tree.add(Some(1), Turn::user("And then?"));
    journal.changed(None);
    assert!(journal.next(Some(&here("a", &tree, None)), 0.0).is_some());
    let diverged = Outcome::Diverged { is_there: true };
    let then = journal.written(diverged, Some("a"), || "b".to_owned());
    assert_eq!(then, Then::Renamed("b".to_owned()));
    let batches = all(&mut journal, &here("b", &tree, None));
    assert_eq!((batches[0].expect, ids(&batches[0])), (0, vec![0, 1, 2]));
    assert_eq!(
        journal.begun().as_deref(),
        Some("b"),
        "the tab's own from now on"
    );
}

#[test]
fn what_has_diverged_and_was_left_becomes_a_copy_in_the_store() {
    let (mut journal, mut tree) = (journal(), asked());
    all(&mut journal, &here("a", &tree, None));
    tree.add(Some(1), Turn::user("And then?"));
    journal.leave(Some(&here("a", &tree, None)), 0.0);
    assert!(journal.next(None, 0.0).is_some());
    let diverged = Outcome::Diverged { is_there: true };
    let then = journal.written(diverged, None, no_name);
    let Then::Copy(unwritten) = then else {
        panic!("{then:?}");
    };
    assert_eq!(
        journal.left(),
        vec![*unwritten.clone()],
        "it waits for its copy"
    );
    assert_eq!(journal.next(None, 0.0), None);
    let copy = Opened {
        of: "a".to_owned(),
        head: Head {
            id: "b".to_owned(),
            ..unwritten.head.clone()
        },
        tree,
        version: 0,
        written: 0,
        is_unwritten: true,
        touched: vec![2],
        lost: Vec::new(),
        was_left: false,
        is_damaged: false,
    };
    // The store fails first, and is asked again.
    assert_eq!(journal.copy(Err(Fault::Late), 0.0), Then::Wait);
    assert_eq!(journal.next(None, 0.0).unwrap().head.id, "a");
    journal.written(diverged, None, no_name);
    assert_eq!(journal.copy(Ok(Some(copy)), 0.0), Then::Next);
    let batch = journal.next(None, 0.0).unwrap();
    assert_eq!(
        (batch.head.id.as_str(), batch.expect, ids(&batch)),
        ("b", 0, vec![0, 1, 2])
    );
}

#[test]
fn a_turn_that_was_taken_away_loses_its_words_once_nobody_can_put_it_back() {
    let (mut journal, mut tree) = (journal(), asked());
    tree.add(Some(1), Turn::user("Really?"));
    all(&mut journal, &here("a", &tree, None));
    tree.take_away(2, Gone::Branch);
    journal.touch(2);
    let batches = all(&mut journal, &here("a", &tree, None));
    assert_eq!(said(&batches[0])[0].1, "Really?", "it may come back");
    // Another page reads the conversation.
    let head = batches[0].head.clone();
    let opened = Opened {
        of: "a".to_owned(),
        version: head.version,
        head,
        tree: tree.clone().settled(),
        written: 3,
        is_unwritten: false,
        touched: Vec::new(),
        lost: tree.lost(),
        was_left: false,
        is_damaged: false,
    };
    let mut page = Journal::new("another".to_owned());
    page.opened(&opened);
    let mut tree = opened.tree;
    let none = all(&mut page, &here("a", &tree, None));
    assert_eq!(none, [], "nothing is written for that alone");
    tree.add(Some(1), Turn::user("Well."));
    let batches = all(&mut page, &here("a", &tree, None));
    let words: Vec<_> = said(&batches[0])
        .into_iter()
        .map(|(id, words, _)| (id, words))
        .collect();
    assert_eq!(words, [(3, "Well.".to_owned()), (2, String::new())]);
}
