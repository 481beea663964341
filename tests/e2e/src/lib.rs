//! Whole conversations in a real browser: the built page on one origin, the lab (or a real server) on another.
//!
//! In: `dist/`. Out: verdicts. Tests lean on what a person or a screen reader can find (names, roles, `data-*` of the public surface),
//! never on class names or on the page's code. The map: [`suite`] runs cases; [`stage`] is what a case gets; [`browser`] the browser, by one of the [`engine`]s;
//! [`access`] whether anybody is shut out;
//! [`page`] one tab with real keys and a real mouse; [`chat`] one `<rill-chat>` in it; [`example`] the examples as somebody's site; [`tls`] the page on `https`; [`bench`](mod@bench) what a reply costs the page.

#![warn(unreachable_pub)]

pub mod access;
pub mod bench;
pub mod browser;
pub mod chat;
pub mod engine;
pub mod example;
pub mod page;
pub mod stage;
pub mod suite;
pub mod tls;

pub use crate::chat::Chat;
pub use crate::example::Example;
pub use crate::page::Page;
pub use crate::stage::Stage;
pub use crate::suite::Case;
pub use e2e_case::case;
#[doc(hidden)]
pub use inventory;
