//! Search over all conversations, as somebody types.
//!
//! In: titles and turns as they are added, changed and removed; a query. Out: hits in their order, with their places in the text as it
//! was written; the index in pieces, one for each conversation, for a store. It must not know a store, a worker or a page.
//!
//! | file | gives |
//! |---|---|
//! | `letters` | a letter without case, accents and width |
//! | `fold` | a text as search sees it |
//! | `places` | a place in that, in the text as it was written |
//! | `query` | terms, and where they stand |
//! | `index` | all conversations, and the hits in them |
//! | [`piece`] | one conversation of the index as bytes |
//! | `desk` | the index, kept in step with what is stored |
//! | [`excerpt`](excerpt()) | a few words around a hit |
//!
//! The index is the text itself: folded, one string for each conversation, and looked through from end to end for the longest term. No
//! list of words, and no trigrams before it. Measured with 10,000 turns of 5.4 million characters (6.9 MB), in release:
//!
//! | | bytes per byte of text | taking all in | a common word | a rare word |
//! |---|---:|---:|---:|---:|
//! | words, with the turns that hold them, and places | 0.73, and the list of words | 1.9 s | 0.8 ms | 0.01 ms |
//! | trigrams, with turns, before a look through the text | 0.78, and the text | 1.0 s | 1.3 ms | 0.2 ms |
//! | the text alone (this) | 1.05; in memory 1.18 | 0.3 s | 3.7 ms | 1.0 ms |
//!
//! The words were made up, and more of them different than people use: a list of words is shorter in life, the rest is not. The text
//! alone finds any part of a word in any script, in one way for all of them; a turn that changes is put in its place, and a piece is as
//! good as its text. Built for a page's size (`opt-level = "z"`) and run as WebAssembly, a key stroke costs 1 to 9 ms, the first one 20;
//! with 40,000 turns 8 to 42, the first one 45. What a list of words would save there, few would notice; what it cannot find,
//! everybody would. `benches/river/search.rs` has the figures of this machine.

mod desk;
mod excerpt;
mod fold;
mod index;
mod letters;
pub mod piece;
mod places;
mod query;

#[cfg(test)]
mod tests;

pub use desk::{Desk, Stored};
pub use excerpt::{Excerpt, excerpt};
pub use index::{Found, Hit, Index};
pub use piece::Unusable;
pub use query::Query;
