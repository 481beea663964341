//! The lab: a real HTTP server over loopback that speaks every dialect and commits every fault.
//!
//! In: requests from the page, from tests, from `curl`. Out: what the real servers answer (from recordings and scripts), and a log of
//! all that was asked. It is written on bare sockets, because it must do what no HTTP library lets its users do: reset a connection,
//! stop in the middle of a chunk, answer in HTTP/1.0, leave out a length. It must not know Rill's own code: it is the outside world.
//!
//! The map, in reading order:
//! [`script`] what the base path asks for; [`reply`] the words; [`http`] requests and answers on the wire; [`log`] what happened;
//! [`plan`] the words as pieces of a stream, and [`play`] the pieces as bytes, with their faults, [`socket`] as frames, [`kept`] what goes on without a connection; [`server`] one file per server that
//! is emulated; [`recordings`] bytes of the real ones; [`site`] static files, and paths that [`proxy`] leads elsewhere; [`lab`] puts them together.
//!
//! To emulate one more server: one file in `server/`, one line in [`server::Dialect`].

#![warn(unreachable_pub)]

mod http;
mod kept;
mod lab;
mod log;
mod plan;
mod play;
mod proxy;
pub mod recordings;
pub mod reply;
mod script;
// Each server is a file with the same few functions, which all are called from one place.
#[allow(unreachable_pub)]
mod server;
mod site;
mod socket;

pub use crate::lab::Lab;
pub use crate::log::{Entry, Way};
pub use crate::script::percent_encode;
pub use crate::server::Dialect;
pub use crate::site::{SiteBuilder, StaticSite};
