//! The marks that a person gives a conversation in the list, and the folders that hold some.
//!
//! In: what is set. Out: fields of a conversation's record, and records of folders. It must not know who sets them. A record of an
//! earlier version has none of these fields, and is read as one without marks.
//!
//! Marks belong to the list, not to what is said: they are written without a new version of the conversation, so that a tab in which
//! it goes on is not taken for one that has diverged; and whoever writes what is said leaves the store's marks as they are
//! ([`Batch::record`](super::Batch::record)).

use serde_json::{Map, Value, json};

use crate::chat::archive;

/// The marks of one conversation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks {
    /// A name that the person gave, in the place of the title.
    pub name: Option<String>,
    /// `true` where the conversation stands above all others.
    pub is_pinned: bool,
    /// `true` where the conversation is put away.
    pub is_archived: bool,
    /// The name in the store of the folder that holds the conversation.
    pub folder: Option<String>,
}

/// A folder of conversations: a project, where it says how they are answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Folder {
    /// The folder's name in the store.
    pub id: String,
    /// The name that the person gave.
    pub name: String,
    /// The system prompt of the conversations in the folder, where it has one of its own.
    pub system: Option<String>,
    /// The model that answers in the folder, where it has one of its own.
    pub model: Option<String>,
}

impl Marks {
    /// Reads the marks out of a conversation's record.
    pub(super) fn read(record: &Value) -> Marks {
        Marks {
            name: word(record, "name"),
            is_pinned: is_set(record, "pinned"),
            is_archived: is_set(record, "archived"),
            folder: word(record, "folder"),
        }
    }

    /// The marks as a file has them, with the name of the folder.
    pub fn for_file(&self, folders: &[Folder]) -> archive::Marks {
        let is_it = |folder: &&Folder| Some(&folder.id) == self.folder.as_ref();
        archive::Marks {
            is_pinned: self.is_pinned,
            is_archived: self.is_archived,
            folder: folders.iter().find(is_it).map(|folder| folder.name.clone()),
        }
    }

    /// Takes the marks of a file over; gives the folder that is to be made, where there is none of its name. `fresh` makes a name in the
    /// store for it.
    pub fn take_from_file(
        &mut self,
        file: &archive::Marks,
        folders: &[Folder],
        fresh: impl FnOnce() -> String,
    ) -> Option<Folder> {
        self.is_pinned = file.is_pinned;
        self.is_archived = file.is_archived;
        let name = file.folder.as_ref()?;
        let known = folders.iter().find(|folder| folder.name == *name);
        let made = known.is_none().then(|| Folder {
            id: fresh(),
            name: name.clone(),
            ..Folder::default()
        });
        self.folder = known.or(made.as_ref()).map(|folder| folder.id.clone());
        made
    }

    /// Adds the marks that are set to a conversation's record.
    pub(super) fn write(&self, record: &mut Map<String, Value>) {
        let mut set = |field: &str, value: Value, is_set: bool| {
            if is_set {
                record.insert(field.to_owned(), value);
            }
        };
        set("name", json!(self.name), self.name.is_some());
        set("pinned", json!(true), self.is_pinned);
        set("archived", json!(true), self.is_archived);
        set("folder", json!(self.folder), self.folder.is_some());
    }
}

impl Folder {
    /// Reads a record; `None` where the text is that of no folder.
    pub fn read(text: &str) -> Option<Folder> {
        let record: Value = serde_json::from_str(text).ok()?;
        Some(Folder {
            id: word(&record, "is_folder")?,
            name: word(&record, "name").unwrap_or_default(),
            system: word(&record, "system"),
            model: word(&record, "model"),
        })
    }

    /// The record as text. An earlier version takes it for no conversation: it has no `id`.
    pub fn write(&self) -> String {
        json!({ "is_folder": self.id, "name": self.name, "system": self.system, "model": self.model })
            .to_string()
    }
}

/// The folders among the records of a store, in the order of their names.
pub fn folders(records: &[String]) -> Vec<Folder> {
    let mut folders: Vec<Folder> = records.iter().filter_map(|one| Folder::read(one)).collect();
    sort_folders(&mut folders);
    folders
}

/// Sorts folders by their names.
pub fn sort_folders(folders: &mut [Folder]) {
    folders.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
}

fn word(record: &Value, field: &str) -> Option<String> {
    record.get(field)?.as_str().map(str::to_owned)
}

fn is_set(record: &Value, field: &str) -> bool {
    record.get(field).and_then(Value::as_bool) == Some(true)
}
