//! The history: what of a conversation is written when, and how it is read back, listed and mended.
//!
//! In: the conversation on the page as it changes, what became of each write, and the time of both. Out: batches of records to be
//! written, and conversations made of records. It must not know a browser, a database or a chat; the page is its hand
//! (`page::history`).
//!
//! | file | gives |
//! |---|---|
//! | [`journal`] | the next batch to be written; what is unwritten when the page goes |
//! | `progress` | how much of one conversation is put into words |
//! | [`reading`] | the conversation that records, and what was left unwritten, make together |
//! | [`records`] | the form of both in a store, and the heads of all conversations |
//! | [`marks`] | what a person gives a conversation in the list: a name, a pin, a folder |
//! | [`change`] | what a person does with the list, as data that can be undone |
//! | [`arrival`] | the records of a conversation from a file, or that it is here already |
//! | [`intake`] | several files as one import: what of them is new |
//! | [`list`] | the list as it is shown: groups, pages, what is selected |
//! | [`room`] | how much is used of what the browser grants, and whether it lasts |
//! | [`running`] | the note by which a page that comes back asks for the rest of a reply |
//! | [`fault`] | why a store did not do what it was asked |
//!
//! - What a store has confirmed is never overwritten by a page that did not know it: a batch is written on top of the version that
//!   it was made for, or of what the same page wrote. Whoever comes too late goes on with a copy under a name of its own.
//! - What a store has not confirmed waits, in order, for as long as the page lives; and where the page goes, it is left beside the
//!   records and read together with them.
//! - Nothing of a conversation is ever written under the name of another.

pub mod arrival;
pub mod change;
pub mod fault;
pub mod intake;
pub mod journal;
pub mod list;
pub mod marks;
mod progress;
pub mod reading;
pub mod records;
pub mod room;
pub mod running;

#[cfg(test)]
mod tests;

pub use change::Change;
pub use fault::{Fault, Trouble};
pub use journal::{Journal, Outcome, Then};
pub use marks::{Folder, Marks};
pub use progress::Conversation;
pub use reading::{Opened, Reading};
pub use records::{Batch, Head, Unwritten};
pub use room::Room;
