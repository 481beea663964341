//! What a person does with the list, as data: a change, and its inverse.
//!
//! In: heads and folders as they are, and what is wished. Out: the edits that do it. It must not know a store: the page writes what
//! comes of them, and deletes and puts back.
//!
//! An edit says what was there before. It does nothing where something else is there by now: what another tab did meanwhile is not
//! undone.

use std::collections::BTreeSet;
use std::mem::swap;

use super::marks::{Folder, Marks};
use super::records::Head;

/// A change of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Another name of a conversation; `None` for its title.
    Name(Of<Option<String>>),
    /// A conversation pinned, or not.
    Pin(Of<bool>),
    /// A conversation put away, or brought back.
    Archive(Of<bool>),
    /// Another folder of a conversation; `None` for none.
    Move(Of<Option<String>>),
    /// A folder made, changed, or taken away.
    Folder(Of<Option<Folder>>),
    /// A conversation deleted, or put back: `true` where it is there.
    Presence(Of<bool>),
}

/// The value of one thing, before and after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Of<T> {
    /// The conversation's or the folder's name in the store.
    pub id: String,
    /// The value before.
    pub before: T,
    /// The value after.
    pub after: T,
}

/// A change of the list: what a person did at once, and undoes at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// The edits, in order.
    pub edits: Vec<Edit>,
}

impl<T: PartialEq + Clone> Of<T> {
    fn made(id: &str, before: T, after: T) -> Option<Of<T>> {
        let id = id.to_owned();
        (before != after).then_some(Of { id, before, after })
    }

    /// Sets a value, where it is still what it was before.
    fn apply(&self, value: &mut T) -> bool {
        let is_due = *value == self.before;
        if is_due {
            value.clone_from(&self.after);
        }
        is_due
    }
}

impl Edit {
    /// The edit that undoes this one.
    pub fn inverse(mut self) -> Edit {
        match &mut self {
            Edit::Name(of) | Edit::Move(of) => swap(&mut of.before, &mut of.after),
            Edit::Pin(of) | Edit::Archive(of) | Edit::Presence(of) => {
                swap(&mut of.before, &mut of.after);
            }
            Edit::Folder(of) => swap(&mut of.before, &mut of.after),
        }
        self
    }

    /// The name of the conversation that is changed; `None` where a folder is.
    pub fn conversation(&self) -> Option<&str> {
        match self {
            Edit::Name(of) | Edit::Move(of) => Some(&of.id),
            Edit::Pin(of) | Edit::Archive(of) | Edit::Presence(of) => Some(&of.id),
            Edit::Folder(_) => None,
        }
    }
}

impl Change {
    /// Gives a conversation a name; white space alone is none, and gives it its title back.
    pub fn rename(head: &Head, name: &str) -> Change {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let name = Some(name).filter(|name| !name.is_empty() && *name != head.title);
        let of = Of::made(&head.id, head.marks.name.clone(), name);
        Change::of(of.map(Edit::Name))
    }

    /// Pins conversations, or lets them go.
    pub fn pin<'a>(heads: impl IntoIterator<Item = &'a Head>, is_pinned: bool) -> Change {
        let of = |head: &'a Head| Of::made(&head.id, head.marks.is_pinned, is_pinned);
        Change::of(heads.into_iter().filter_map(of).map(Edit::Pin))
    }

    /// Puts conversations away, or brings them back.
    pub fn archive<'a>(heads: impl IntoIterator<Item = &'a Head>, is_archived: bool) -> Change {
        let of = |head: &'a Head| Of::made(&head.id, head.marks.is_archived, is_archived);
        Change::of(heads.into_iter().filter_map(of).map(Edit::Archive))
    }

    /// Moves conversations into a folder, or with `None` out of all.
    pub fn put_into<'a>(heads: impl IntoIterator<Item = &'a Head>, folder: Option<&str>) -> Change {
        let folder = folder.map(str::to_owned);
        let of = |head: &'a Head| Of::made(&head.id, head.marks.folder.clone(), folder.clone());
        Change::of(heads.into_iter().filter_map(of).map(Edit::Move))
    }

    /// Deletes conversations.
    pub fn delete<'a>(heads: impl IntoIterator<Item = &'a Head>) -> Change {
        let of = |head: &'a Head| Of::made(&head.id, true, false);
        Change::of(heads.into_iter().filter_map(of).map(Edit::Presence))
    }

    /// Puts a deleted conversation back.
    pub fn put_back(id: &str) -> Change {
        Change::of(Of::made(id, false, true).map(Edit::Presence))
    }

    /// Makes a folder, or gives it another name, system prompt or model.
    pub fn set_folder(before: Option<&Folder>, after: Folder) -> Change {
        let id = after.id.clone();
        let of = Of::made(&id, before.cloned(), Some(after));
        Change::of(of.map(Edit::Folder))
    }

    /// Takes a folder away; its conversations, which are among `heads`, stay and are in none.
    pub fn remove_folder<'a>(folder: &Folder, heads: impl IntoIterator<Item = &'a Head>) -> Change {
        let is_in = |head: &&Head| head.marks.folder.as_ref() == Some(&folder.id);
        let mut change = Change::put_into(heads.into_iter().filter(is_in), None);
        let of = Of::made(&folder.id, Some(folder.clone()), None);
        change.edits.extend(of.map(Edit::Folder));
        change
    }

    fn of(edits: impl IntoIterator<Item = Edit>) -> Change {
        Change {
            edits: edits.into_iter().collect(),
        }
    }

    /// Tells whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// The change that undoes this one.
    pub fn inverse(self) -> Change {
        Change::of(self.edits.into_iter().rev().map(Edit::inverse))
    }

    /// The names of the conversations whose marks are changed, each once.
    pub fn marked(&self) -> BTreeSet<&str> {
        let is_mark = |edit: &&Edit| !matches!(edit, Edit::Presence(_));
        let marks = self.edits.iter().filter(is_mark);
        marks.filter_map(Edit::conversation).collect()
    }

    /// The names of the conversations that are deleted, or with `false` of those that are put back.
    pub fn gone(&self, is_gone: bool) -> impl Iterator<Item = &str> {
        self.edits.iter().filter_map(move |edit| match edit {
            Edit::Presence(of) if of.after != is_gone => Some(of.id.as_str()),
            _ => None,
        })
    }

    /// Changes the marks of the conversation `id`; tells whether that changed anything.
    pub fn mark(&self, id: &str, marks: &mut Marks) -> bool {
        let mut is_changed = false;
        for edit in &self.edits {
            is_changed |= edit.conversation() == Some(id)
                && match edit {
                    Edit::Name(of) => of.apply(&mut marks.name),
                    Edit::Pin(of) => of.apply(&mut marks.is_pinned),
                    Edit::Archive(of) => of.apply(&mut marks.is_archived),
                    Edit::Move(of) => of.apply(&mut marks.folder),
                    Edit::Folder(_) | Edit::Presence(_) => false,
                };
        }
        is_changed
    }

    /// Changes a conversation's record, which keeps its version; `None` where there is nothing to be written, or the text is no
    /// record.
    pub fn record(&self, record: &str) -> Option<String> {
        let mut head = Head::read(record)?;
        let id = head.id.clone();
        self.mark(&id, &mut head.marks).then(|| head.write())
    }

    /// Changes folders; tells which of them are to be written, or with `None` taken away.
    pub fn put_folders(&self, folders: &mut Vec<Folder>) -> Vec<(String, Option<Folder>)> {
        let mut written = Vec::new();
        for edit in &self.edits {
            let Edit::Folder(of) = edit else { continue };
            let at = folders.iter().position(|folder| folder.id == of.id);
            let known = at.and_then(|at| folders.get(at)).cloned();
            if known != of.before {
                continue;
            }
            match (at.and_then(|at| folders.get_mut(at)), &of.after) {
                (Some(folder), Some(after)) => folder.clone_from(after),
                (None, Some(after)) => folders.push(after.clone()),
                (_, None) => folders.retain(|folder| folder.id != of.id),
            }
            written.push((of.id.clone(), of.after.clone()));
        }
        written
    }
}
