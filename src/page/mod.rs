//! The page: the only rooms that know the browser.
//!
//! [`embed`] mounts a chat in `<rill-chat>`, [`app`] holds its state and its commands, [`servers`] finds somebody to talk to,
//! [`net`] carries the bytes, [`reply`] runs one reply, [`painter`] draws it, `plain` takes what is drawn as words or as a table, `clipboard` copies it,
//! [`diagram`] is what only somebody who asks wants to see drawn, [`doctor`] looks into a reply and asks further,
//! [`ui`] is all that is seen, [`words`] all that is said, [`numbers`] how figures are written, [`store`] what is remembered, [`kept`] the conversations, [`wishes`] what is wished of replies,
//! [`annex`] colours code and sets formulas in a worker, [`ways`] is the ladder to a server, [`clock`] time and frames, [`idle`] what
//! may wait, [`fault`] the net below.
//! What the first view does not need comes [`later`].

pub mod annex;
pub mod app;
mod clipboard;
pub mod clock;
pub mod diagram;
pub mod doctor;
pub mod embed;
pub mod fault;
pub mod idle;
pub mod kept;
pub mod later;
pub mod live;
pub mod net;
pub mod numbers;
pub mod painter;
mod plain;
pub mod reply;
pub mod servers;
pub mod store;
pub mod ui;
pub mod ways;
pub mod wishes;
pub mod words;
