//! Why a store did not do what it was asked.
//!
//! In: the names that browsers give to their errors. Out: what a person can be told, and whether it may go better later. It must not
//! know any words for it.

use serde::{Deserialize, Serialize};

/// A reason why a store did not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// Lack of a store: the window is a private one, or the browser keeps nothing for this page.
    Absent,
    /// Lack of room for more.
    Full,
    /// A newer page has changed the store's form.
    Newer,
    /// The connection was closed by the browser, as it does to a page that was away.
    Closed,
    /// No answer came in time.
    Late,
    /// The browser failed otherwise.
    Failed,
}

impl Fault {
    /// The meaning of an error of this name while a store is opened (the names are those of Indexed Database API 3.0, section
    /// 3.1, and of the Storage Standard).
    pub fn at_opening(name: &str) -> Fault {
        match name {
            // What a private window says.
            "InvalidStateError" | "SecurityError" => Fault::Absent,
            name => Fault::at_work(name),
        }
    }

    /// The meaning of an error of this name while a store is read or written.
    pub fn at_work(name: &str) -> Fault {
        match name {
            "QuotaExceededError" => Fault::Full,
            "VersionError" => Fault::Newer,
            "InvalidStateError" => Fault::Closed,
            _ => Fault::Failed,
        }
    }

    /// Tells whether the same may succeed a few seconds later, without a word of the person.
    pub fn may_pass(self) -> bool {
        match self {
            Fault::Full | Fault::Closed | Fault::Late | Fault::Failed => true,
            Fault::Absent | Fault::Newer => false,
        }
    }
}

/// A fault of the history of a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Words that could not be written, and why.
    Unwritten(Fault),
    /// The conversation of this tab could not be read.
    Unread,
    /// Records of the conversation on the page could not be read. What could is there.
    Damaged,
}
