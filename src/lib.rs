//! Rill: a streaming chat page for language-model servers that people run themselves.
//!
//! This is the map of the house. A reply is a river, and each room takes from the one above, does one step, and hands on:
//!
//! ```text
//! bytes -> text -> frames -> events -> turn -> blocks -> page
//! ```
//!
//! | room | takes | gives | must not know |
//! |---|---|---|---|
//! | [`json`] | JSON, strict or not | its value, and whether something was forgiven | what it means |
//! | [`text`] | a text, and places in it that nobody vouches for | a part of it | what it means |
//! | [`decimal`] | a plain number as text | the number | |
//! | [`base64`] | base64 as people write it | bytes | what they are |
//! | [`event`] | | the words that every room speaks | any wire, the browser |
//! | [`address`] | what a person typed | a server's base address | the network |
//! | [`key`] | an API key as it was pasted | one that a header can carry | whose it is |
//! | [`budget`] | who wants a connection, and to whom | no more than the browser has | the network |
//! | [`wire`] | bytes, cut anywhere | frames | what they mean |
//! | [`chat`] | events | turns, their tree, its archive | servers, the page |
//! | [`import`] | files of other programs | conversations, and what was left behind | a store, the page |
//! | [`dialect`] | a neutral request; frames | calls; events | time, I/O |
//! | [`session`] | what network, clock and person do | events and one honest end | the browser |
//! | [`pacer`] | text and when it came | how much of it is shown by now | what the text means |
//! | [`shortcuts`] | | every key that the page hears, by its place | what a key does, words |
//! | [`reading`] | values of settings, each with its name | how a person reads: pace, theme, language | who shows or keeps it |
//! | [`options`] | attributes, URL parameters | typed values, and complaints | the page |
//! | [`patience`] | what a worker is asked and when it spoke | how long it is still waited for | what a worker is |
//! | [`markdown`] | text that grows | committed blocks and one open tail | the DOM |
//! | [`aloud`] | text that grows, the voices of a browser; words that were heard | sentences to be spoken, their voice; the text of a field | who speaks and listens |
//! | [`reply`] | what the session reports, and the time of each frame | what a reader sees by then, and one end | the DOM, the network |
//! | [`school`] | a message, an end, a status, a clock | whether it is sent, what to do next, where it is, what time is left | words, the page |
//! | [`window`] | turns with their tokens, the size of the context, a rule | which turns are sent, and where the window begins | a server, the page |
//! | [`history`] | a conversation as it changes, and what became of each write | records to be written; conversations made of them | a store, the page |
//! | [`tabs`] | what other tabs say of a conversation, and who has its lock | who writes, what a follower shows | a lock, a channel, a store |
//! | [`search`] | titles and turns as they change; a query | hits and their places | a store, a worker |
//! | [`export`] | a conversation | files of it: Rill's own, and texts for people; archives | where files go, the page |
//! | [`folder`] | files in a folder, what a store holds | turns to be added, files to be written | a file system, a store |
//! | [`trace`] | what happened when | a bounded record of it | how to steer |
//! | [`doctor`] | a trace, an end, where the server is | a named cause, its evidence, its remedies | words, languages |
//! | [`link`] | what is wished, done and answered | whom the page talks to, and what it takes | the network, the browser |
//! | [`surface`] | settings, kinds, ends, verdicts | what a site may lean on, as data: tables, a manifest, declarations | the page |
//! | `database` | records, by name | what of them is kept in this browser | what stands in them, who asks |
//! | `page` | all of these | what is seen | |
//!
//! A room may name those above it in this table, and none below (`tests/layers.rs` holds it).
//!
//! What a person asks flows up as a `page::app::Command`; what the hands of replies and of what is kept report comes through the same
//! door, `page::app`, as calls that say so. Nothing else writes the page's state. Everything above `database` is plain Rust that has never
//! heard of a browser: it compiles and is tested on the host. `page` knows the browser, and `database` what of it keeps records: a worker that
//! writes has the one without the other. The wall is the compile target: browser crates stand only under
//! `target_arch = "wasm32"` in `Cargo.toml`, so a pure room that names a browser type does not compile on the host.
//!
//! What always holds: however bytes are cut, the events are the same. Decoding cannot fail; what is not understood is an
//! event for the trace. A reply ends exactly once. What arrived is not lost. Deadlines live in `session` alone. Committed
//! blocks do not change while a reply runs. No model output becomes markup but through [`markdown`]'s tree.

// Text that comes from outside stops nothing: rooms ask for parts of it, and get them or not. Tests may point.
#![cfg_attr(
    not(test),
    deny(clippy::string_slice, clippy::indexing_slicing, clippy::get_unwrap)
)]

pub mod address;
pub mod aloud;
pub mod base64;
pub mod budget;
pub mod chat;
pub mod decimal;
pub mod dialect;
pub mod doctor;
pub mod event;
pub mod export;
pub mod folder;
pub mod history;
pub mod import;
pub mod json;
pub mod key;
pub mod link;
pub mod markdown;
pub mod options;
pub mod pacer;
pub mod patience;
pub mod reading;
pub mod reply;
pub mod school;
pub mod search;
pub mod session;
pub mod shortcuts;
pub mod surface;
pub mod tabs;
pub mod text;
pub mod trace;
pub mod window;
pub mod wire;

#[cfg(all(target_arch = "wasm32", feature = "database"))]
pub mod database;
#[cfg(all(target_arch = "wasm32", feature = "page"))]
pub mod page;
