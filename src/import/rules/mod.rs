//! Rules that hold for every format, so that no reader of one has its own.
//!
//! In: what a reader of a format found: messages with their names, words and pictures. Out: a [`Conversation`](super::Conversation). It
//! must not know any format.
//!
//! | file | rule |
//! |---|---|
//! | [`said`] | whose turn it is; how the parts of a message become its text; thinking; pictures; what is empty |
//! | [`thinking`] | thinking at the beginning of a text |
//! | [`time`] | times |
//! | [`order`] | things in the order of their numbers |
//! | [`graph`] | what hangs on what: lifting, joining, circles, the order of siblings, the branch that is shown |
//! | [`draft`] | a conversation while it is read: title, system prompt, messages |

pub mod draft;
pub mod graph;
pub mod order;
pub mod said;
pub mod thinking;
pub mod time;
