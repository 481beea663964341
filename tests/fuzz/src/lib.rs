//! What strangers send: long texts in twelve scripts and every shape of markdown, cut anywhere, again and again.
//!
//! In: a seed. Out: the same texts and cuts each time, so that a finding can be had again. It must not know any room of Rill:
//! each has a file of its own in `tests/`, and says there what must hold. `cargo xtask fuzz` runs them on and on.
//!
//! | room | gives |
//! |---|---|
//! | [`scripts`] | words, lines and bare characters of twelve scripts |
//! | [`shapes`] | markdown in every shape, made of them |
//! | [`cuts`] | a text or bytes in pieces |
//! | [`rounds`](rounds()) | the same check over many seeds, and the seed of the one that failed |

pub mod cuts;
mod rounds;
pub mod scripts;
pub mod shapes;

pub use fastrand::Rng;
pub use rounds::rounds;

/// The longest text that is made, in bytes.
pub const LONGEST: usize = 64 * 1024;
