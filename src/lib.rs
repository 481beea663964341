//! Rill.

pub mod chat;
pub mod dialect;
pub mod event;
pub mod markdown;
pub mod pacer;
pub mod wire;
