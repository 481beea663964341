//! The history, against a model of a store: whatever fails, whoever goes, and whoever else writes.

#![allow(clippy::unwrap_used)]

mod journal;
mod list;
mod marks;
mod reading;
mod records;
mod stores;
mod world;
