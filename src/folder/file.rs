//! One file of the folder: a conversation out of its bytes, and the text and the name of one.
//!
//! In: bytes that may be anything; a conversation. Out: a conversation with its name in the store, or why there is none; a text. The form is
//! that of every file of Rill (`docs/format.md`).

use crate::chat::archive::{self, Unreadable as Refused};
use crate::chat::tree::Tree;
use crate::export::{self, Document, Form, Words};
use crate::history::Head;
use crate::history::arrival::{Number, is_name};

/// The most bytes of a file that is read.
pub const MOST: f64 = 64.0 * 1024.0 * 1024.0;

/// The ending of the names of all files.
const ENDING: &str = ".json";

/// A conversation that came out of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrived {
    /// The conversation's name in the store: the same on every device.
    pub id: String,
    /// The title, if there is one.
    pub title: Option<String>,
    /// The time of the last change in milliseconds since 1970, if it is known.
    pub updated: Option<i64>,
    /// The turns.
    pub tree: Tree,
}

/// A reason why a file is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unreadable {
    /// No JSON, or only a part of it.
    NotJson,
    /// JSON, but nobody says anything in it.
    NotAConversation,
    /// Written by a newer Rill.
    Newer,
    /// Turns that cannot be read: so many. What stands behind them would hang in the air.
    Damaged(usize),
    /// More bytes than [`MOST`].
    TooBig,
}

/// Tells whether a file of this name is one of the folder's.
pub fn is_meant(name: &str) -> bool {
    let lower = name.to_lowercase();
    // A name with a dot before it is that of a sync program, on its way to its own.
    lower.ends_with(ENDING) && !lower.starts_with('.')
}

/// Reads a file; `name` is the file's name.
///
/// # Errors
/// The reason why the file is no conversation that can be added to.
pub fn read(name: &str, bytes: &[u8]) -> Result<Arrived, Unreadable> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| Unreadable::NotJson)?;
    let read = archive::import(text).map_err(|refused| match refused {
        Refused::NotJson => Unreadable::NotJson,
        Refused::NotAConversation => Unreadable::NotAConversation,
        Refused::Newer => Unreadable::Newer,
    })?;
    if read.left > 0 {
        return Err(Unreadable::Damaged(read.left));
    }
    Ok(Arrived {
        id: id(read.about.id.as_deref(), name),
        title: read.about.title,
        updated: read.about.updated,
        tree: read.tree,
    })
}

/// Writes the file of a conversation.
pub fn write(head: &Head, tree: &Tree) -> String {
    let document = Document {
        title: head.name(),
        tree,
        known: Some((&head.id, head.at as i64)),
        // They are this browser's own.
        marks: None,
    };
    export::write(&document, Form::Rill, &Words::default())
}

/// The name of a new file: of the title that the conversation has now, and of what no other conversation has. `untitled` stands for a title
/// of which nothing is left.
pub fn name(head: &Head, untitled: &str) -> String {
    let stem = export::stem(head.name(), untitled);
    let own = Number::of_texts(&[&head.id]).hex();
    let own: String = own.chars().take(8).collect();
    format!("{stem} {own}{ENDING}")
}

/// The conversation's name in the store: what the file says, where a store takes that; else one that is made of it.
fn id(told: Option<&str>, name: &str) -> String {
    match told {
        Some(id) if is_name(id) => id.to_owned(),
        Some(id) => format!("file-{}", Number::of_texts(&["id", id]).hex()),
        None => format!("file-{}", Number::of_texts(&["name", name]).hex()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::chat::turn::Turn;
    use proptest::prelude::*;

    fn head(id: &str, title: &str) -> Head {
        Head {
            id: id.to_owned(),
            title: title.to_owned(),
            at: 1_795_971_600_000.0,
            ..Head::default()
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut tree = Tree::default();
        let asked = tree.add(None, Turn::user("Why?"));
        tree.add(Some(asked), Turn::user("And?"));
        let head = head("RILL000000000007", "Why?");
        let text = write(&head, &tree);
        let arrived = read("a.json", text.as_bytes()).unwrap();
        assert_eq!(
            (arrived.id.as_str(), arrived.title.as_deref()),
            (head.id.as_str(), Some("Why?"))
        );
        assert_eq!(arrived.updated, Some(1_795_971_600_000));
        assert_eq!(arrived.tree, tree);
        let marked = format!("\u{feff}{text}");
        assert_eq!(read("a.json", marked.as_bytes()), Ok(arrived));
    }

    #[test]
    fn what_cannot_be_read_has_a_reason() {
        let check = |text: &[u8], expect| assert_eq!(read("a.json", text), Err(expect));
        check(b"", Unreadable::NotJson);
        check(b"\xff", Unreadable::NotJson);
        check(br#"{"rill":1,"conversation":{"no"#, Unreadable::NotJson);
        check(br#"{"rill":2}"#, Unreadable::Newer);
        check(br#"[{"mapping":{}}]"#, Unreadable::NotAConversation);
        let damaged =
            br#"{"rill":1,"conversation":{"nodes":[{"turn":{"role":"user","text":"a"}},7]}}"#;
        check(damaged, Unreadable::Damaged(1));
    }

    #[test]
    fn a_name_in_the_store_is_one_that_a_store_takes() {
        let of = |told| id(told, "a.json");
        for told in ["RILL000000000007", "import-00ff", "5c1d0a2e"] {
            assert_eq!(of(Some(told)), told);
        }
        // They would stand among other records.
        for told in ["", "left", "folder", "folder/abc", "a/0", "ä-1234", "a.b-c"] {
            let own = of(Some(told));
            assert!(own.starts_with("file-") && own.len() == 37, "{told}: {own}");
            assert_eq!(own, of(Some(told)));
        }
        assert_ne!(of(None), id(None, "b.json"));
        assert_ne!(of(None), of(Some("a.json")));
    }

    #[test]
    fn the_name_of_a_file_is_one_that_every_system_takes() {
        assert_eq!(
            name(
                &head("RILL000000000007", "Why does a river bend?"),
                "Untitled"
            ),
            "Why does a river bend 016bc34f.json"
        );
        assert!(name(&head("a", "CON"), "x").starts_with("_CON "));
        assert!(name(&head("a", " ../.. "), "x").starts_with("x "));
        assert_ne!(name(&head("a", "A"), ""), name(&head("b", "A"), ""));
        assert!(name(&head("a", &"水".repeat(500)), "x").len() < 255);
    }

    #[test]
    fn files_of_a_sync_program_on_their_way_are_not_meant() {
        for name in [
            "a.json",
            "A (conflict).JSON",
            "a.sync-conflict-20261129-1.json",
        ] {
            assert!(is_meant(name), "{name}");
        }
        for name in [".a.json", "a.json.tmp", "a.txt", "json", ".~a.json"] {
            assert!(!is_meant(name), "{name}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn any_bytes_are_a_conversation_or_a_reason(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read("a.json", &bytes);
        }

        #[test]
        fn a_file_that_is_broken_anywhere_is_a_conversation_or_a_reason(
            at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()
        ) {
            let mut tree = Tree::default();
            tree.add(None, Turn::user("Why?"));
            tree.add(Some(0), Turn::reply());
            let mut bytes = write(&head("RILL000000000007", "Why?"), &tree).into_bytes();
            let at = at.index(bytes.len());
            match cut {
                true => bytes.truncate(at),
                false => bytes[at] = byte,
            }
            let _ = read("a.json", &bytes);
        }
    }
}
