//! Where in a document the reader stands, as far as that decides what may stay.
//!
//! In: brackets and keys, one after the other. Out: whether what stands here is the protocol's, the model's or an error's. It must
//! not know what is written in the place of what goes.

/// Numbers under this key are harmless also where they stand in a list; all others in lists may be tokens of the text.
const SHAPE: &str = "shape";
/// Keys whose numbers are tokens of the text, or given by the person.
const TOKENS: [&str; 3] = ["seed", "token", "token_id"];
/// Keys below which everything is the model's or the person's.
const CLOSED: [&str; 5] = ["args", "arguments", "input", "parameters", "properties"];
/// Keys below which an error is told.
const FAILED: [&str; 2] = ["detail", "error"];

/// Things that can stand below an open bracket.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Place {
    /// The protocol's own.
    Open,
    /// The model's or the person's: nothing stays.
    Closed,
    /// An error, as it is told.
    Failed,
}

/// The state of the reader of one part.
#[derive(Default)]
pub(super) struct State<'a> {
    /// Open brackets: for each whether it is a list, and what is below it.
    open: Vec<(bool, Place)>,
    /// The last key, if it is one of the protocol's; else it is empty.
    pub(super) key: &'a [u8],
    /// Set while the last thing was the key's colon.
    pub(super) colon: bool,
}

impl State<'_> {
    /// Returns what stands below the innermost open bracket.
    pub(super) fn place(&self) -> Place {
        self.open.last().map_or(Place::Open, |(_, place)| *place)
    }

    /// The last key as text; empty where it is none of the protocol's.
    pub(super) fn key(&self) -> &str {
        std::str::from_utf8(self.key).unwrap_or_default()
    }

    /// Notes that a bracket opens.
    pub(super) fn enter(&mut self, list: bool) {
        let place = match self.place() {
            Place::Open if CLOSED.contains(&self.key()) => Place::Closed,
            Place::Open if FAILED.contains(&self.key()) => Place::Failed,
            place => place,
        };
        self.open.push((list, place));
    }

    /// Notes that a bracket closes.
    pub(super) fn leave(&mut self) {
        self.open.pop();
    }

    /// Tells whether a number may stay.
    pub(super) fn keeps_number(&self) -> bool {
        let in_list = self.open.last().is_some_and(|(list, _)| *list);
        let known = !self.key.is_empty() && !TOKENS.contains(&self.key());
        let stands = if in_list {
            self.key() == SHAPE
        } else {
            self.colon
        };
        known && stands && self.place() != Place::Closed
    }
}
