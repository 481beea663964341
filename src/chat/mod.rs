//! What was asked and answered, in no server's words and on no page.
//!
//! [`request`] is what goes out, [`turn`] grows as events come in, [`tree`] holds the turns and their branches,
//! [`archive`] is the conversation as a file, [`preferences`] is what a person sets for all replies of a server, [`tokens`] what is known of
//! the tokens of a reply, [`lens`] one place among them.

pub mod archive;
pub mod lens;
pub mod preferences;
pub mod request;
pub mod tokens;
pub mod tree;
pub mod turn;
