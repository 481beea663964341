//! The annex: what the page lets a worker do beside it, with a wasm of its own that is loaded when it is first needed.
//!
//! [`code`] gives the colours of code, [`formula`] gives MathML for TeX. Neither knows a browser or the page; `main.rs` carries
//! the words between them and the page.

#![cfg_attr(
    not(test),
    deny(clippy::string_slice, clippy::indexing_slicing, clippy::get_unwrap)
)]
#![warn(unreachable_pub)]

pub mod code;
pub mod formula;
