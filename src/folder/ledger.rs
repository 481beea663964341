//! The ledger of a folder: what is known of its files and of what was written into them, and so what is to be done.
//!
//! In: the files that stand there, each with its stamp; heads of conversations; what was read and written. Out: the names of files that are to
//! be read, and of conversations that are to be written and where. It must not know what is in a file, nor a file system.
//!
//! A conversation that is deleted here leaves its file, and the file does not bring it back before somebody changes it. A file that is deleted
//! in the folder comes again when its conversation changes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::file;
use crate::history::Head;
use crate::history::arrival::Number;

/// The mark of a file's state: with another state it is another.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Stamp {
    /// The time of the last change, in milliseconds since 1970, by the clock of the device that holds the file.
    pub modified: f64,
    /// The number of bytes.
    pub size: f64,
}

/// A file as it was read or written last.
#[derive(Debug, Clone, PartialEq)]
struct Known {
    stamp: Stamp,
    /// The name of its conversation in the store; `None` where the file cannot be read.
    of: Option<String>,
}

/// The ledger of one folder.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ledger {
    /// The files, by their names.
    files: BTreeMap<String, Known>,
    /// The time of the last writing, in milliseconds since 1970.
    pub at: Option<f64>,
    /// The states of conversations of which every word is in the folder, by the conversations' names.
    states: BTreeMap<String, String>,
}

impl Ledger {
    /// Reads a ledger that was kept. What cannot be read is as good as not known: then files are read once more.
    pub fn read(text: &str) -> Ledger {
        let kept: Value = serde_json::from_str(text).unwrap_or_default();
        let mut ledger = Ledger {
            at: kept.get("at").and_then(Value::as_f64),
            ..Ledger::default()
        };
        let entries = |name: &str| {
            let entries = kept.get(name).and_then(Value::as_object);
            entries.into_iter().flatten()
        };
        for (name, file) in entries("files") {
            let number = |at: usize| file.get(at).and_then(Value::as_f64);
            let (Some(modified), Some(size)) = (number(0), number(1)) else {
                continue;
            };
            let of = file.get(2).and_then(Value::as_str);
            ledger.took(name, Stamp { modified, size }, of);
        }
        let states = entries("states");
        let states =
            states.filter_map(|(id, state)| Some((id.clone(), state.as_str()?.to_owned())));
        ledger.states.extend(states);
        ledger
    }

    /// The ledger as a text that is kept; without the files that cannot be read, which are tried once more by the next page.
    pub fn write(&self) -> String {
        let files = self.files.iter().filter_map(|(name, known)| {
            let Stamp { modified, size } = known.stamp;
            let of = known.of.as_ref()?;
            Some((name.clone(), json!([modified, size, of])))
        });
        let files: serde_json::Map<String, Value> = files.collect();
        json!({ "at": self.at, "files": files, "states": self.states }).to_string()
    }

    /// Takes note of the files that stand in the folder; returns the names of those that are to be read, and forgets those that are gone.
    pub fn look(&mut self, files: &[(String, Stamp)]) -> Vec<String> {
        let is_there = |name: &str| files.iter().any(|(there, _)| there == name);
        self.files.retain(|name, _| is_there(name));
        let is_new = |(name, stamp): &&(String, Stamp)| {
            let known = self.files.get(name);
            // An empty one is on its way.
            file::is_meant(name)
                && stamp.size > 0.0
                && known.is_none_or(|known| known.stamp != *stamp)
        };
        let new = files.iter().filter(is_new);
        new.map(|(name, _)| name.clone()).collect()
    }

    /// Takes note that a file was read: it is of the conversation `of`, or with `None` it cannot be read.
    pub fn took(&mut self, name: &str, stamp: Stamp, of: Option<&str>) {
        let of = of.map(str::to_owned);
        self.files.insert(name.to_owned(), Known { stamp, of });
    }

    /// Takes note that the folder has every word of a conversation as this head has it.
    pub fn is_written(&mut self, head: &Head) {
        self.states.insert(head.id.clone(), state(head));
    }

    /// The conversations of which not every word is in the folder, or that have another title there.
    pub fn due<'h>(&self, heads: &'h [Head]) -> Vec<&'h Head> {
        let is_due = |head: &&Head| self.states.get(&head.id) != Some(&state(head));
        heads.iter().filter(is_due).collect()
    }

    /// The name of the file into which a conversation is written, and the stamp that the file must have; no stamp where there must be no such
    /// file yet. Of several files, those of a sync program among them, the one with the shortest name is written.
    pub fn place(&self, head: &Head, untitled: &str) -> (String, Option<Stamp>) {
        if let Some((name, known)) = self.own(&head.id) {
            return (name.clone(), Some(known.stamp));
        }
        let name = file::name(head, untitled);
        let stem = name.strip_suffix(".json").unwrap_or(&name).to_owned();
        let mut numbers = 2_u64..;
        let mut free = name;
        while self.is_taken(&free) {
            let number = numbers.next().unwrap_or(u64::MAX);
            free = format!("{stem} ({number}).json");
        }
        (free, None)
    }

    /// Tells whether a conversation is written into the file of this name, and not into another one of it.
    pub fn is_place(&self, id: &str, name: &str) -> bool {
        self.own(id).is_some_and(|(own, _)| own == name)
    }

    fn own(&self, id: &str) -> Option<(&String, &Known)> {
        let own = self.files.iter();
        let own = own.filter(|(_, known)| known.of.as_deref() == Some(id));
        own.min_by_key(|(name, _)| (name.chars().count(), *name))
    }

    /// Tells whether a file of this name stands there; some systems take two names for the same that differ in case.
    fn is_taken(&self, name: &str) -> bool {
        let lower = name.to_lowercase();
        self.files.keys().any(|known| known.to_lowercase() == lower)
    }
}

/// The state of a conversation: another one once a turn or the title has changed.
fn state(head: &Head) -> String {
    let version = head.version.to_string();
    Number::of_texts(&[&version, head.name()]).hex()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn head(id: &str, version: u64) -> Head {
        Head {
            id: id.to_owned(),
            title: "Rivers".to_owned(),
            version,
            ..Head::default()
        }
    }

    fn stamp(modified: f64) -> Stamp {
        Stamp {
            modified,
            size: 10.0,
        }
    }

    fn due(ledger: &Ledger, heads: &[Head]) -> Vec<String> {
        let due = ledger.due(heads);
        due.iter().map(|head| head.id.clone()).collect()
    }

    #[test]
    fn a_copy_is_no_place_of_its_conversation() {
        let mut ledger = Ledger::default();
        ledger.took("Rivers (conflict).json", stamp(1.0), Some("a"));
        assert!(ledger.is_place("a", "Rivers (conflict).json"));
        ledger.took("Rivers.json", stamp(1.0), Some("a"));
        assert!(ledger.is_place("a", "Rivers.json"));
        assert!(!ledger.is_place("a", "Rivers (conflict).json"));
        assert!(!ledger.is_place("b", "Rivers.json"));
    }

    #[test]
    fn a_file_is_read_when_it_is_new_and_when_it_has_changed() {
        let mut ledger = Ledger::default();
        let there = |modified| [("a.json".to_owned(), stamp(modified))];
        assert_eq!(ledger.look(&there(1.0)), ["a.json"]);
        // It was not read: it still is to be.
        assert_eq!(ledger.look(&there(1.0)), ["a.json"]);
        ledger.took("a.json", stamp(1.0), Some("RILL1"));
        assert!(ledger.look(&there(1.0)).is_empty());
        assert_eq!(ledger.look(&there(2.0)), ["a.json"]);
        // One that cannot be read is not read again and again.
        ledger.took("a.json", stamp(2.0), None);
        assert!(ledger.look(&there(2.0)).is_empty());
        assert!(ledger.look(&[("a.txt".to_owned(), stamp(1.0))]).is_empty());
        assert_eq!(ledger.look(&there(2.0)), ["a.json"], "it was gone");
    }

    #[test]
    fn a_conversation_is_written_once_for_each_version() {
        let mut ledger = Ledger::default();
        assert_eq!(due(&ledger, &[head("a", 1), head("b", 1)]), ["a", "b"]);
        ledger.is_written(&head("a", 1));
        assert_eq!(due(&ledger, &[head("a", 1), head("b", 1)]), ["b"]);
        assert_eq!(due(&ledger, &[head("a", 2)]), ["a"]);
        let mut renamed = head("a", 1);
        renamed.marks.name = Some("Brooks".to_owned());
        assert_eq!(due(&ledger, &[renamed]), ["a"]);
    }

    #[test]
    fn a_conversation_stays_in_its_file_whatever_its_title_is() {
        let mut ledger = Ledger::default();
        let (name, none) = ledger.place(&head("RILL1", 1), "");
        assert!(name.starts_with("Rivers ") && none.is_none(), "{name}");
        ledger.took(&name, stamp(1.0), Some("RILL1"));
        let renamed = Head {
            title: "Brooks".to_owned(),
            ..head("RILL1", 2)
        };
        assert_eq!(ledger.place(&renamed, ""), (name.clone(), Some(stamp(1.0))));
        // The copy of a sync program is read, and the file itself is written.
        let copy = name.replace(".json", " (conflict).json");
        ledger.took(&copy, stamp(5.0), Some("RILL1"));
        assert_eq!(ledger.place(&renamed, ""), (name, Some(stamp(1.0))));
    }

    #[test]
    fn nothing_is_written_over_what_is_not_known() {
        let mut ledger = Ledger::default();
        let (name, _) = ledger.place(&head("RILL1", 1), "");
        // It cannot be read; and another one is there under the next name.
        ledger.took(&name.to_uppercase(), stamp(1.0), None);
        let (second, none) = ledger.place(&head("RILL1", 1), "");
        assert!(second.ends_with(" (2).json") && none.is_none(), "{second}");
        ledger.took(&second, stamp(1.0), Some("RILL2"));
        let (third, none) = ledger.place(&head("RILL1", 1), "");
        assert!(third.ends_with(" (3).json") && none.is_none(), "{third}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_kept_is_read_again(
            files in prop::collection::btree_map(".{0,9}", (any::<u32>(), any::<u32>(), any::<u8>()), 0..5),
            versions in prop::collection::btree_map("[a-z]{1,3}", any::<u64>(), 0..5),
        ) {
            let mut ledger = Ledger::default();
            for (name, (modified, size, of)) in &files {
                let stamp = Stamp { modified: f64::from(*modified), size: f64::from(*size) };
                ledger.took(name, stamp, Some(&of.to_string()));
            }
            for (id, version) in &versions {
                ledger.is_written(&head(id, *version));
            }
            ledger.at = versions.values().next().map(|at| (at % 9) as f64);
            prop_assert_eq!(&Ledger::read(&ledger.write()), &ledger);
            let mut with_bad = ledger.clone();
            with_bad.took("this one cannot be read", Stamp::default(), None);
            prop_assert_eq!(Ledger::read(&with_bad.write()), ledger);
        }

        #[test]
        fn any_text_is_a_ledger(text in r#"[\[\]{}",:a-z0-9 ]{0,60}"#) {
            let _ = Ledger::read(&text);
        }
    }
}
