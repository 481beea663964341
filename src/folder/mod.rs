//! A folder of a person's own, in which every conversation stands as a file: what is read out of it, and what is written into it.
//!
//! In: what stands in the folder, what the store holds, what files say. Out: turns to be added, files to be read and to be written. It must
//! not know a file system, nor a store; the page is its hand (`page::history::folder`).
//!
//! | file | gives |
//! |---|---|
//! | [`union`] | the turns of one conversation that another does not have |
//! | [`mod@file`] | a conversation out of a file, and the text and the name of one |
//! | [`ledger`] | what is known of the files, and so which are to be read and which to be written |
//! | [`fault`] | why a folder did not do what it was asked |
//!
//! - Turns are only added. Of two devices that wrote at once each gets the other's turns as a branch of its own.
//! - A turn is known by its words and by the turns before it, so that it is the same one on every device, in files of every age, and in
//!   the copies that a sync program makes where two have written at once.
//! - No file is written over that is not known: one that has changed is read first, and one that cannot be read stays as it is.

pub mod fault;
pub mod file;
pub mod ledger;
pub mod union;

pub use fault::Trouble;
pub use file::{Arrived, Unreadable};
pub use ledger::{Ledger, Stamp};
