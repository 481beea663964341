//! Reading aloud, and dictation: what of a text is spoken, and where what was heard goes.
//!
//! In: markdown as it grows, the voices of a browser; words that were heard. Out: sentences one after the other, each with its language
//! and with what of the page it is; the place of such a sentence in the page's text; the text of a field. It must not know who speaks,
//! nor a word for people: those come as [`Words`].

mod cut;
mod dictated;
mod language;
mod place;
mod say;
mod script;
mod voices;

pub use dictated::Dictated;
pub use language::language_of;
pub use place::place;
pub use say::{GAP, Words};
pub use script::{Script, Sentence, Step};
pub use voices::{Voice, best_voice};

#[cfg(test)]
mod tests;
