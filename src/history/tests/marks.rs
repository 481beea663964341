//! Marks and folders: what is set stays, whoever writes beside it; and each change is undone by its inverse.

use crate::chat::tree::Tree;
use crate::chat::turn::Turn;
use crate::history::change::{Edit, Of};
use crate::history::marks::folders;
use crate::history::reading::Left;
use crate::history::records::list;
use crate::history::{
    Batch, Change, Conversation, Folder, Head, Journal, Marks, Outcome, Reading, Then, Unwritten,
};

fn head(id: &str, marks: Marks) -> Head {
    Head {
        id: id.to_owned(),
        title: "Title".to_owned(),
        turns: 1,
        count: 1,
        version: 3,
        by: "page".to_owned(),
        marks,
        ..Head::default()
    }
}

fn pinned() -> Marks {
    Marks {
        name: Some("mine".to_owned()),
        is_pinned: true,
        ..Marks::default()
    }
}

fn project() -> Folder {
    Folder {
        id: "f".to_owned(),
        name: "Rivers 🌊".to_owned(),
        system: Some("Be brief.".to_owned()),
        model: None,
    }
}

#[test]
fn a_record_of_the_version_before_is_read_as_one_without_marks() {
    // As it stood in a browser before there were marks.
    let record = r#"{"id":"RILL7","title":"Hello","turns":2,"count":2,"at":1764412800000.0,"version":1764412800000,"aside":[],"server":null,"called":null,"by":"RILL8"}"#;
    let head = Head::read(record).unwrap();
    assert_eq!((head.name(), &head.marks), ("Hello", &Marks::default()));
    assert_eq!(head.write(), record, "and is written as that version did");
    let odd = r#"{"id":"a","name":7,"pinned":"yes","archived":null,"folder":[]}"#;
    assert_eq!(Head::read(odd).unwrap().marks, Marks::default());
}

#[test]
fn a_folder_comes_back_and_is_no_conversation() {
    let folder = project();
    assert_eq!(Folder::read(&folder.write()), Some(folder.clone()));
    assert_eq!(Head::read(&folder.write()), None);
    for other in ["", "{}", "[]", &head("a", pinned()).write()] {
        assert_eq!(Folder::read(other), None, "{other}");
    }
}

#[test]
fn marks_go_through_a_file_and_find_their_folder_by_its_name() {
    let folder = |id: &str, name: &str| Folder {
        id: id.to_owned(),
        name: name.to_owned(),
        ..Folder::default()
    };
    let marks = Marks {
        is_pinned: true,
        folder: Some("f".to_owned()),
        ..Marks::default()
    };
    let file = marks.for_file(&[folder("e", "Lakes"), folder("f", "Rivers")]);
    assert_eq!(file.folder.as_deref(), Some("Rivers"));
    // A folder that is gone is none.
    assert_eq!(marks.for_file(&[folder("e", "Lakes")]).folder, None);
    let taken = |folders: &[Folder]| {
        let mut marks = Marks::default();
        let made = marks.take_from_file(&file, folders, || "new".to_owned());
        assert!(marks.is_pinned && !marks.is_archived);
        (marks.folder, made)
    };
    let there = [folder("a", "Lakes"), folder("b", "Rivers")];
    assert_eq!(taken(&there), (Some("b".to_owned()), None));
    let made = folder("new", "Rivers");
    assert_eq!(taken(&there[..1]), (Some("new".to_owned()), Some(made)));
}

#[test]
fn whoever_writes_what_is_said_leaves_the_marks_as_they_are() {
    let mut tree = Tree::default();
    tree.add(None, Turn::user("hello"));
    let here = Conversation {
        id: "a",
        tree: &tree,
        running: None,
        called: None,
    };
    let mut journal = Journal::new("page".to_owned());
    let first = journal.next(Some(&here), 5.0).unwrap();
    let stored = first.record(None);
    assert_eq!(
        journal.written(Outcome::Done, Some("a"), || unreachable!()),
        Then::Next
    );
    // The list pins it meanwhile, and its tab has not diverged for that.
    let known = Head::read(&stored).unwrap();
    let stored = Change::pin([&known], true).record(&stored).unwrap();
    let known = Head::read(&stored).unwrap();
    let mut longer = tree.clone();
    longer.add(Some(0), Turn::reply());
    let here = Conversation {
        tree: &longer,
        ..here
    };
    journal.changed(None);
    let next = journal.next(Some(&here), 6.0).unwrap();
    assert!(next.fits(Some(&known)));
    let written = Head::read(&next.record(Some(&known))).unwrap();
    assert!(written.marks.is_pinned);
    assert_eq!((written.count, written.at), (2, 6.0));
}

#[test]
fn what_was_left_unwritten_does_not_bring_older_marks_back() {
    let known = head("a", pinned());
    let left = Unwritten {
        expect: Some(3),
        head: Head {
            version: 4,
            ..head("a", Marks::default())
        },
        turns: Vec::new(),
    };
    let all = list(&[known.write()], &[left.write()]);
    assert_eq!((all[0].version, &all[0].marks), (4, &pinned()));
    let tab = Some(left);
    let left = Left {
        tab,
        ..Left::default()
    };
    let reading = Reading::begin("a", Ok(Some(known)), left, || unreachable!());
    assert_eq!(reading.unwrap().unwrap().head().marks, pinned());
}

#[test]
fn a_copy_begins_with_the_marks_of_what_it_was_made_of() {
    let mut tree = Tree::default();
    tree.add(None, Turn::user("hello"));
    let mut journal = Journal::new("page".to_owned());
    let record = crate::chat::archive::record(None, tree.turn(0).unwrap());
    let known = Head {
        title: "hello".to_owned(),
        ..head("a", pinned())
    };
    let begun = Reading::begin("a", Ok(Some(known)), Left::default(), || unreachable!());
    let mut reading = begun.unwrap().unwrap();
    reading.take(Ok(vec![record]));
    reading.take(Ok(Vec::new()));
    journal.opened(&reading.finish().unwrap().unwrap());
    let here = |id| Conversation {
        id,
        tree: &tree,
        running: None,
        called: None,
    };
    assert_eq!(
        journal.next(Some(&here("a")), 9.0),
        None,
        "nothing has changed"
    );
    tree.add(Some(0), Turn::reply());
    let here = |id| Conversation {
        id,
        tree: &tree,
        running: None,
        called: None,
    };
    journal.changed(None);
    assert!(journal.next(Some(&here("a")), 9.0).is_some());
    let diverged = Outcome::Diverged { is_there: true };
    let then = journal.written(diverged, Some("a"), || "copy".to_owned());
    assert_eq!(then, Then::Renamed("copy".to_owned()));
    let copy = journal.next(Some(&here("copy")), 9.0).unwrap();
    let copy: &Batch = &copy;
    assert_eq!(Head::read(&copy.record(None)).unwrap().marks, pinned());
}

#[test]
fn each_change_is_undone_by_its_inverse() {
    let heads = [
        head("a", pinned()),
        head("b", Marks::default()),
        head(
            "c",
            Marks {
                folder: Some("f".to_owned()),
                ..Marks::default()
            },
        ),
    ];
    let changes = [
        Change::rename(&heads[0], "  another \n name "),
        Change::rename(&heads[0], " "),
        Change::pin(&heads, true),
        Change::pin(&heads, false),
        Change::archive(&heads[..2], true),
        Change::put_into(&heads, Some("f")),
        Change::put_into(&heads, None),
        Change::set_folder(
            Some(&project()),
            Folder {
                name: "Lakes".to_owned(),
                ..project()
            },
        ),
        Change::set_folder(
            None,
            Folder {
                id: "g".to_owned(),
                ..project()
            },
        ),
        Change::remove_folder(&project(), &heads),
    ];
    for change in changes {
        assert!(!change.is_empty());
        let mut folders = vec![project()];
        let done = change.put_folders(&mut folders);
        let now = heads.clone().map(|mut head| {
            let id = head.id.clone();
            change.mark(&id, &mut head.marks);
            head
        });
        assert!(now != heads || folders != [project()], "{change:?}");
        let undo = change.inverse();
        let undone = undo.put_folders(&mut folders);
        assert_eq!((done.len(), folders), (undone.len(), vec![project()]));
        let back = now.map(|mut head| {
            let id = head.id.clone();
            undo.mark(&id, &mut head.marks);
            head
        });
        assert_eq!(back, heads, "{undo:?}");
    }
    assert!(
        Change::pin(&heads[..1], true).is_empty(),
        "it is pinned already"
    );
    assert!(
        Change::rename(&heads[1], "Title").is_empty(),
        "that is its title"
    );
    let gone = Change::delete(&heads[..1]);
    let there = |before, after| {
        let id = "a".to_owned();
        [Edit::Presence(Of { id, before, after })]
    };
    assert_eq!(gone.edits, there(true, false));
    assert_eq!(gone.inverse(), Change::put_back("a"));
    assert_eq!(Change::put_back("a").edits, there(false, true));
}

#[test]
fn an_undo_leaves_alone_what_another_tab_did_since() {
    let before = head("a", Marks::default());
    let change = Change::rename(&before, "mine");
    let stored = change.record(&before.write()).unwrap();
    let now = Head::read(&stored).unwrap();
    let stored = Change::rename(&now, "theirs").record(&stored).unwrap();
    let stored = Change::pin([&now], true).record(&stored).unwrap();
    let undo = change.inverse();
    assert_eq!(undo.record(&stored), None);
    assert_eq!(undo.record("no record"), None);
    let mut folders = vec![Folder {
        name: "theirs".to_owned(),
        ..project()
    }];
    let change = Change::set_folder(
        Some(&project()),
        Folder {
            name: "mine".to_owned(),
            ..project()
        },
    );
    assert!(change.put_folders(&mut folders).is_empty());
    assert_eq!(folders[0].name, "theirs");
}

#[test]
fn folders_are_told_from_conversations_and_stand_in_the_order_of_their_names() {
    let named = |id: &str, name: &str| Folder {
        id: id.to_owned(),
        name: name.to_owned(),
        ..Folder::default()
    };
    let (lakes, rivers) = (named("2", "Lakes"), named("1", "Rivers"));
    let records = [
        rivers.write(),
        head("a", pinned()).write(),
        "?".to_owned(),
        lakes.write(),
    ];
    assert_eq!(folders(&records), [lakes, rivers]);
}

#[test]
fn a_change_names_what_it_marks_and_what_it_deletes() {
    let (a, b) = (head("a", pinned()), head("b", Marks::default()));
    let archived = Change::archive([&a, &b], true);
    assert_eq!(
        archived.marked().into_iter().collect::<Vec<_>>(),
        ["a", "b"]
    );
    assert_eq!(archived.gone(true).count(), 0);
    let deleted = Change::delete([&a, &b]);
    assert!(deleted.marked().is_empty());
    assert_eq!(deleted.gone(true).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(deleted.gone(false).count(), 0);
    assert_eq!(deleted.inverse().gone(false).count(), 2);
    let moved = Change::remove_folder(&project(), []);
    assert!(moved.marked().is_empty(), "a folder is no conversation");
}

#[test]
fn a_conversation_that_begins_in_a_folder_is_written_there() {
    let mut tree = Tree::default();
    tree.add(None, Turn::user("hello"));
    let here = Conversation {
        id: "a",
        tree: &tree,
        running: None,
        called: None,
    };
    let mut journal = Journal::new("page".to_owned());
    journal.begin_in("a", "f");
    journal.changed(None);
    let batch = journal.next(Some(&here), 5.0).unwrap();
    let written = Head::read(&batch.record(None)).unwrap();
    assert_eq!(written.marks.folder.as_deref(), Some("f"));
    assert_eq!(journal.begun().as_deref(), Some("a"));
    // Another one that begins later is in none.
    journal.written(Outcome::Done, Some("a"), String::new);
    let other = Conversation { id: "b", ..here };
    let batch = journal.next(Some(&other), 6.0).unwrap();
    assert_eq!(batch.head.marks, Marks::default());
}
