//! The names of records, and the ranges in which those stand that belong together.
//!
//! In: names of conversations and folders, numbers of turns. Out: keys of the browser's database.

use web_sys::IdbKeyRange;

use super::thrown;
use crate::history::Fault;

/// Makes the name of a turn's record: the names of one conversation stand together, in order.
pub(super) fn name(id: &str, turn: usize) -> String {
    format!("{id}/{turn:08}")
}

/// Makes the name of the record of what was left unwritten of a conversation: it stands among no conversation's turns.
pub(super) fn left(id: &str) -> String {
    format!("left/{id}")
}

/// Makes the name of what belongs to no conversation: it stands among no conversation's turns, and no older version reads it.
pub(super) fn own(name: &str) -> String {
    format!("own/{name}")
}

/// Makes the name of a folder's record: it stands among the conversations, none of which has such a name.
pub(super) fn folder(id: &str) -> String {
    format!("folder/{id}")
}

pub(super) fn range(id: &str, from: usize) -> Result<IdbKeyRange, Fault> {
    // The sign behind the slash.
    between(&name(id, from), &format!("{id}0"))
}

pub(super) fn all_left() -> Result<IdbKeyRange, Fault> {
    between(&left(""), "left0")
}

pub(super) fn between(first: &str, last: &str) -> Result<IdbKeyRange, Fault> {
    IdbKeyRange::bound(&first.into(), &last.into()).map_err(|error| thrown(&error))
}
