//! Records: what is written comes back, and what is no record stops nothing.

use crate::chat::archive::record;
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::Turn;
use crate::event::End;
use crate::history::records::{add, list, title};
use crate::history::{Batch, Head, Marks, Unwritten};

fn batch(id: &str, expect: u64, turns: &[(TurnId, &str)]) -> Batch {
    let record = |(turn, text): &(TurnId, &str)| {
        let parent = turn.checked_sub(1);
        (*turn, record(parent, &Turn::user((*text).to_owned())))
    };
    Batch {
        expect,
        head: Head {
            id: id.to_owned(),
            version: expect + 1,
            by: "me".to_owned(),
            ..Head::default()
        },
        turns: turns.iter().map(record).collect(),
    }
}

#[test]
fn a_head_comes_back_as_it_was() {
    let head = Head {
        id: "RILL1".to_owned(),
        title: "Größe 🌊".to_owned(),
        turns: 4,
        count: 5,
        at: 1.5e12,
        version: 7,
        aside: vec![2],
        called: Some(("http://a.test".to_owned(), "s1".to_owned())),
        by: "me".to_owned(),
        marks: Marks {
            name: Some("my own".to_owned()),
            is_pinned: true,
            is_archived: true,
            folder: Some("f".to_owned()),
        },
        system: Some("Be brief.".to_owned()),
    };
    assert_eq!(Head::read(&head.write()), Some(head));
}

#[test]
fn what_is_no_record_or_an_older_one_is_read_as_far_as_it_goes() {
    for text in [
        "",
        "null",
        "7",
        "[]",
        "{",
        "\"x\"",
        "{\"id\":7}",
        "{\"title\":\"x\"}",
    ] {
        assert_eq!(Head::read(text), None, "{text}");
    }
    let odd = r#"{"id":"a","title":9,"turns":-1,"count":1e30,"at":"now","version":null,"aside":[1.5,"x",null,3],"server":1,"called":"x"}"#;
    let head = Head::read(odd).expect("it has a name");
    assert_eq!((head.id.as_str(), head.turns, head.count), ("a", 0, 0));
    assert_eq!((head.version, head.called), (0, None));
    for text in [
        "",
        "{}",
        "{\"head\":{}}",
        "{\"head\":\"\",\"turns\":[]}",
        "{\"head\":\"{}\",\"turns\":[]}",
    ] {
        assert_eq!(Unwritten::read(text), None, "{text}");
    }
    let left = r#"{"head":"{\"id\":\"a\"}","turns":[[],[0],[0,1],["0","x"],[99999999999,"x"],[0,"not a record"],7]}"#;
    let left = Unwritten::read(left).expect("it has a head");
    let mut tree = Tree::default();
    left.mend(&mut tree);
    assert_eq!(tree.len(), 1, "its place is there, and empty");
}

#[test]
fn any_text_cut_anywhere_is_read_without_a_panic() {
    let mut tree = Tree::default();
    let asked = tree.add(None, Turn::user("Größe? 👩‍👩‍👧‍👦"));
    let mut reply = Turn::reply();
    reply.text = "日本 \u{0} \"x\"".to_owned();
    reply.end = Some(End::Stopped);
    tree.add(Some(asked), reply);
    let records: Vec<String> = (0..2)
        .filter_map(|id| tree.turn(id).map(|turn| record(tree.parent(id), turn)))
        .collect();
    let left = Unwritten::of("a", [batch("a", 0, &[(0, "x"), (1, "y")])].iter());
    let left = left.expect("it is there").write();
    for text in records.iter().chain([&left]) {
        for (at, _) in text.char_indices() {
            let (begin, end) = text.split_at(at);
            for part in [begin, end, &format!("{end}{begin}")] {
                let mut tree = Tree::default();
                add(&mut tree, part);
                Head::read(part);
                if let Some(left) = Unwritten::read(part) {
                    left.mend(&mut tree);
                }
                title(&tree);
            }
        }
    }
}

#[test]
fn another_pages_words_are_not_written_over() {
    let batch = batch("a", 4, &[]);
    let known = |version: u64, by: &str| Head {
        version,
        by: by.to_owned(),
        ..Head::default()
    };
    assert!(batch.fits(Some(&known(4, "another"))));
    assert!(!batch.fits(Some(&known(5, "another"))));
    assert!(
        !batch.fits(Some(&known(5, ""))),
        "one that is older says no name"
    );
    assert!(batch.fits(Some(&known(9, "me"))));
    assert!(!batch.fits(None), "it was deleted");
}

#[test]
fn what_waits_grows_with_what_is_said_and_not_with_the_waiting() {
    let mut waiting = batch("a", 0, &[(0, "x"), (1, "y")]);
    let before = waiting.turns.len();
    for version in 1..50 {
        let newer = batch("a", version, &[(1, "y and more")]);
        assert_eq!(waiting.join(newer, 10_000), None);
    }
    assert_eq!(waiting.turns.len(), before);
    assert_eq!((waiting.expect, waiting.head.version), (0, 50));
    // One of another conversation, or too much, waits by itself.
    assert!(waiting.join(batch("b", 0, &[]), 10_000).is_some());
    assert!(waiting.join(batch("a", 50, &[(2, "z")]), 10).is_some());
}

#[test]
fn a_damaged_record_names_its_conversation_and_a_folder_is_none() {
    let head = Head {
        id: "a".to_owned(),
        version: 3,
        ..Head::default()
    };
    assert_eq!(Head::read_of("a", &head.write()), Some(head));
    let lost = Head::read_of("a", "{\"id\":\"a\",\"tit").unwrap();
    assert_eq!((lost.id.as_str(), lost.version), ("a", 0));
    assert_eq!(list(&[Head::mended("a", "{".to_owned())], &[]), [lost]);
    let folder = "{\"is_folder\":\"f\",\"name\":\"Rivers\"}";
    assert_eq!(Head::mended("f", folder.to_owned()), folder);
    assert_eq!(
        Head::read_of("f", "{\"is_folder\":\"f\",\"name\":\"Rivers\"}"),
        None
    );
}
