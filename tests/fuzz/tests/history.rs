//! Records of conversations as they stand in a browser's stores, where other versions, other pages and broken disks write as well.

#![allow(missing_docs, clippy::unwrap_used)]

use fuzz::scripts::{noise, pick};
use fuzz::{Rng, rounds, shapes};
use rill::chat::archive::record;
use rill::chat::turn::Turn;
use rill::history::reading::Left;
use rill::history::records::list;
use rill::history::{Conversation, Fault, Head, Journal, Marks, Outcome, Reading, Unwritten};

/// A text with a few places of it overwritten.
fn broken(rng: &mut Rng, mut text: String) -> String {
    let others = [
        "",
        "null",
        "[",
        "}",
        ",",
        "-1",
        "18446744073709551615",
        "1e30",
        "\\ud83d",
        "\"id\":\"a\",",
    ];
    for _ in 0..rng.usize(0..4) {
        let at = text.floor_char_boundary(rng.usize(0..=text.len()));
        let to = text.ceil_char_boundary((at + rng.usize(0..9)).min(text.len()));
        text.replace_range(at..to, pick(rng, &others));
    }
    text
}

/// A number, mostly a small one.
fn number(rng: &mut Rng) -> usize {
    match rng.u8(0..9) {
        0 => usize::MAX,
        1 => rng.usize(..),
        _ => rng.usize(0..12),
    }
}

fn head(rng: &mut Rng) -> Head {
    Head {
        id: pick(rng, &["a", "b", ""]).to_owned(),
        title: noise(rng, 9),
        turns: number(rng),
        count: number(rng),
        at: f64::from(rng.u32(..)),
        version: number(rng) as u64,
        aside: (0..rng.usize(0..3)).map(|_| number(rng)).collect(),
        called: None,
        by: pick(rng, &["", "one", "other"]).to_owned(),
        marks: Marks {
            name: rng.bool().then(|| noise(rng, 9)),
            is_pinned: rng.bool(),
            is_archived: rng.bool(),
            folder: rng.bool().then(|| noise(rng, 3)),
        },
        system: rng.bool().then(|| noise(rng, 9)),
    }
}

fn turn(rng: &mut Rng) -> String {
    let turn = match rng.bool() {
        true => Turn::user(shapes::document(rng, 60)),
        false => Turn::reply(),
    };
    let record = record(rng.bool().then(|| number(rng)), &turn);
    match rng.u8(0..4) {
        0 => broken(rng, record),
        _ => record,
    }
}

fn unwritten(rng: &mut Rng) -> String {
    let turns = (0..rng.usize(0..6)).map(|at| match rng.bool() {
        true => (at, turn(rng)),
        false => (number(rng), turn(rng)),
    });
    let turns = turns.collect();
    let unwritten = Unwritten {
        expect: rng.bool().then(|| number(rng) as u64),
        head: head(rng),
        turns,
    };
    let text = unwritten.write();
    assert_eq!(Unwritten::read(&text), Some(unwritten));
    match rng.bool() {
        true => broken(rng, text),
        false => text,
    }
}

#[test]
fn whatever_stands_in_the_stores_is_read_as_far_as_it_goes_and_can_be_written_again() {
    rounds(80, |rng| {
        let text = head(rng).write();
        let known = broken(rng, text);
        let left = [unwritten(rng), unwritten(rng), unwritten(rng)];
        let all = list(&[known.clone(), noise(rng, 20)], &left);
        assert!(all.is_sorted_by(|one, other| one.at >= other.at));
        let [waiting, tab, store] = left.map(|text| Unwritten::read(&text));
        let left = Left {
            waiting,
            tab,
            store,
        };
        let known = match rng.u8(0..4) {
            0 => Err(Fault::Failed),
            _ => Ok(Head::read(&known)),
        };
        let Ok(Some(mut reading)) = Reading::begin("a", known, left, || "copy".to_owned()) else {
            return;
        };
        let records: Vec<String> = (0..rng.usize(0..9)).map(|_| turn(rng)).collect();
        if let Some(first) = reading.end_from(1 + rng.usize(0..4)) {
            let end = reading.end(first, &records, rng.usize(0..12));
            assert!(end.is_none_or(|end| end.len() >= first));
        }
        while let Some(from) = reading.next() {
            let more = records.get(from..).unwrap_or_default();
            let more: Vec<String> = more.iter().take(3).cloned().collect();
            reading.take(if rng.u8(0..20) == 0 {
                Err(Fault::Late)
            } else {
                Ok(more)
            });
        }
        let Ok(Some(opened)) = reading.finish() else {
            return;
        };
        assert!(opened.head.id == "a" || opened.head.id == "copy" && opened.version == 0);
        assert!(opened.written <= opened.tree.len());
        // It goes on, and all of it can be written.
        let mut journal = Journal::new("page".to_owned());
        journal.opened(&opened);
        let here = Conversation {
            id: &opened.head.id,
            tree: &opened.tree,
            running: None,
            called: None,
        };
        while journal.next(Some(&here), 0.0).is_some() {
            journal.written(Outcome::Done, Some(here.id), || unreachable!());
        }
    });
}
