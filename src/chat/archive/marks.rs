//! The marks that a person gave a conversation, as a file has them.
//!
//! In: a part of a file, which may be anything; marks. Out: marks; a part of a file. It must not know a list, nor its folders.

use serde_json::{Map, Value, json};

/// The marks of a conversation as a file has them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks {
    /// `true` where the conversation stands above all others.
    pub is_pinned: bool,
    /// `true` where the conversation is put away.
    pub is_archived: bool,
    /// The name that the person gave the folder that holds the conversation, on one line.
    pub folder: Option<String>,
}

impl Marks {
    /// Reads marks; what is none is passed over.
    pub fn read(told: &Value) -> Marks {
        let is_set = |field| told.get(field).and_then(Value::as_bool) == Some(true);
        let folder = told.get("folder").and_then(Value::as_str);
        let folder = folder.map(|name| name.split_whitespace().collect::<Vec<_>>().join(" "));
        Marks {
            is_pinned: is_set("pinned"),
            is_archived: is_set("archived"),
            folder: folder.filter(|name| !name.is_empty()),
        }
    }

    /// The marks that are set, as [`Marks::read`] reads them; null where none is.
    pub fn told(&self) -> Value {
        let flag = |field: &str, is_set: bool| is_set.then(|| (field.to_owned(), json!(true)));
        let folder = self.folder.as_ref();
        let folder = folder.map(|name| ("folder".to_owned(), json!(name)));
        let set = [
            flag("pinned", self.is_pinned),
            flag("archived", self.is_archived),
            folder,
        ];
        let told: Map<String, Value> = set.into_iter().flatten().collect();
        match told.is_empty() {
            true => Value::Null,
            false => Value::Object(told),
        }
    }
}
