//! Reading: of a long conversation the end first, then all, and what was left on top.

use crate::chat::archive::record;
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::Turn;
use crate::history::reading::Left;
use crate::history::records::list;
use crate::history::{Conversation, Fault, Head, Journal, Opened, Reading, Trouble, Unwritten};

fn head(count: usize, version: u64, by: &str) -> Head {
    Head {
        id: "a".to_owned(),
        turns: count,
        count,
        version,
        by: by.to_owned(),
        ..Head::default()
    }
}

fn turn(id: TurnId, text: &str) -> String {
    record(id.checked_sub(1), &Turn::user(text))
}

fn left(expect: u64, head: Head, turns: &[(TurnId, &str)]) -> Unwritten {
    Unwritten {
        expect: Some(expect),
        head,
        turns: turns
            .iter()
            .map(|(id, text)| (*id, turn(*id, text)))
            .collect(),
    }
}

/// A conversation of which the store holds these turns.
fn read(known: Option<Head>, stored: &[&str], left: Left) -> Option<Opened> {
    let begun = Reading::begin("a", Ok(known), left, || "copy".to_owned());
    let mut reading = begun.unwrap()?;
    while let Some(from) = reading.next() {
        // Two at a time.
        let records = stored.iter().enumerate().skip(from).take(2);
        reading.take(Ok(records.map(|(id, text)| turn(id, text)).collect()));
    }
    reading.finish().unwrap()
}

fn words(tree: &Tree) -> Vec<&str> {
    tree.path()
        .map(|id| tree.turn(id).unwrap().text.as_str())
        .collect()
}

fn in_tab(left: Unwritten) -> Left {
    Left {
        tab: Some(left),
        ..Left::default()
    }
}

fn in_store(left: Unwritten) -> Left {
    Left {
        store: Some(left),
        ..Left::default()
    }
}

#[test]
fn what_was_left_and_is_newer_wins() {
    let newer = left(2, head(3, 3, "page"), &[(1, "one!"), (2, "two")]);
    for left in [in_tab(newer.clone()), in_store(newer)] {
        let opened = read(Some(head(2, 2, "other")), &["zero", "one"], left).unwrap();
        assert_eq!(words(&opened.tree), ["zero", "one!", "two"]);
        assert_eq!(
            (opened.version, opened.written, opened.head.id.as_str()),
            (2, 2, "a")
        );
        assert_eq!(opened.touched, [1, 2], "they are written once more");
    }
}

#[test]
fn what_was_left_and_is_written_by_now_is_not_read_again() {
    let older = left(1, head(2, 2, "page"), &[(1, "o")]);
    let opened = read(Some(head(2, 3, "page")), &["zero", "one"], in_tab(older)).unwrap();
    assert_eq!(words(&opened.tree), ["zero", "one"]);
    assert!(opened.touched.is_empty());
    assert!(opened.was_left, "the tab need not hold it any more");
}

#[test]
fn what_was_left_beside_another_tabs_words_becomes_a_copy() {
    let mine = left(2, head(3, 3, "page"), &[(2, "mine")]);
    let stored = ["zero", "one", "theirs", "and theirs"];
    let known = Some(head(4, 4, "other"));
    let opened = read(known.clone(), &stored, in_tab(mine.clone())).unwrap();
    assert_eq!(words(&opened.tree), ["zero", "one", "mine"]);
    assert_eq!(
        (opened.head.id.as_str(), opened.version, opened.written),
        ("copy", 0, 0)
    );
    assert_eq!(opened.tree.len(), 3, "nothing of theirs");
    // Who opens the conversation elsewhere gets the other tab's.
    let opened = read(known, &stored, in_store(mine)).unwrap();
    assert_eq!(words(&opened.tree), stored);
}

#[test]
fn what_no_store_holds_is_read_of_what_was_left_if_that_is_all_of_it() {
    let whole = left(0, head(2, 1, "page"), &[(0, "zero"), (1, "one")]);
    let opened = read(None, &[], in_tab(whole.clone())).unwrap();
    assert_eq!(words(&opened.tree), ["zero", "one"]);
    let end = left(4, head(9, 5, "page"), &[(8, "eight")]);
    assert_eq!(read(None, &[], in_tab(end.clone())), None, "it was deleted");
    assert_eq!(read(None, &[], Left::default()), None);
    // The store fails.
    let begin = |left| Reading::begin("a", Err(Fault::Closed), left, || unreachable!());
    assert_eq!(begin(in_tab(end.clone())).err(), Some(Fault::Closed));
    let opened = begin(in_tab(whole))
        .unwrap()
        .unwrap()
        .finish()
        .unwrap()
        .unwrap();
    assert_eq!(words(&opened.tree), ["zero", "one"]);
    // It fails in the middle: the end alone is not shown as the whole, nor written over it.
    let begun = Reading::begin(
        "a",
        Ok(Some(head(9, 4, "page"))),
        in_tab(end),
        || unreachable!(),
    );
    let mut reading = begun.unwrap().unwrap();
    reading.take(Err(Fault::Late));
    assert_eq!(
        (reading.next(), reading.finish().err()),
        (None, Some(Fault::Late))
    );
}

#[test]
fn of_a_long_conversation_the_end_is_shown_first() {
    let begin = |head: &Head, left| {
        let begun = Reading::begin("a", Ok(Some(head.clone())), left, || unreachable!());
        begun.unwrap().unwrap()
    };
    let long = head(10, 3, "page");
    let reading = begin(&long, Left::default());
    assert_eq!((reading.end_from(4), reading.end_from(5)), (Some(6), None));
    let records: Vec<String> = (6..10).map(|id| turn(id, &id.to_string())).collect();
    let end = reading.end(6, &records, 10).unwrap();
    assert_eq!(
        (end.len(), &words(&end)[5..]),
        (10, &["", "6", "7", "8", "9"][..])
    );
    assert_eq!(reading.end(6, &records, 9), None, "the head says too much");
    let newer = left(3, head(10, 4, "page"), &[(9, "nine")]);
    let end = begin(&long, in_tab(newer)).end(6, &records, 10).unwrap();
    assert_eq!(words(&end).last(), Some(&"nine"));
    let branches = Head { turns: 8, ..long };
    assert_eq!(begin(&branches, Left::default()).end_from(4), None);
}

#[test]
fn the_list_is_of_heads_and_of_what_was_left_beside_them() {
    let named = |id: &str, at: f64, version| Head {
        id: id.to_owned(),
        at,
        ..head(1, version, "page")
    };
    let heads = [named("a", 1.0, 1), named("b", 2.0, 4)].map(|head| head.write());
    let unwritten = [
        // Newer; older; never written; of a deleted one; no record.
        left(1, named("a", 3.0, 2), &[(0, "x")]).write(),
        left(2, named("b", 9.0, 3), &[(0, "x")]).write(),
        left(0, named("c", 2.5, 1), &[(0, "x")]).write(),
        left(3, named("d", 9.0, 4), &[]).write(),
        "{}".to_owned(),
    ];
    let all = list(&heads, &unwritten);
    let all: Vec<(&str, f64)> = all.iter().map(|head| (head.id.as_str(), head.at)).collect();
    assert_eq!(all, [("a", 3.0), ("c", 2.5), ("b", 2.0)]);
}

#[test]
fn a_record_that_cannot_be_read_is_told_and_the_rest_is_there() {
    let begun = Reading::begin("a", Ok(Some(head(3, 1, "x"))), Left::default(), || {
        "copy".to_owned()
    });
    let mut reading = begun.unwrap().unwrap();
    reading.take(Ok(vec![
        turn(0, "one"),
        "{\"half".to_owned(),
        turn(2, "three"),
    ]));
    reading.take(Ok(Vec::new()));
    let opened = reading.finish().unwrap().unwrap();
    assert!(opened.is_damaged);
    assert_eq!(words(&opened.tree), ["one", "", "three"]);
    let mut journal = Journal::new("x".to_owned());
    journal.opened(&opened);
    assert_eq!(journal.trouble(), Some(Trouble::Damaged));
    // Another conversation is whole.
    let whole = read(Some(head(1, 1, "x")), &["one"], Left::default()).unwrap();
    assert!(!whole.is_damaged);
    journal.opened(&whole);
    assert_eq!(journal.trouble(), None);
}

#[test]
fn a_conversation_whose_own_record_is_damaged_is_told_and_written_anew() {
    let lost = Head::read_of("a", "{\"id\":\"a\",\"tit").unwrap();
    let opened = read(Some(lost), &["one"], Left::default()).unwrap();
    assert!(opened.is_damaged);
    assert_eq!(words(&opened.tree), ["one"]);
    let mut journal = Journal::new("x".to_owned());
    journal.opened(&opened);
    let here = Conversation {
        id: "a",
        tree: &opened.tree,
        running: None,
        called: None,
    };
    let batch = journal.next(Some(&here), 5.0).unwrap();
    assert!(
        batch.fits(None),
        "what cannot be read is as good as not there"
    );
    assert_eq!((batch.head.title.as_str(), batch.turns.len()), ("one", 0));
}
