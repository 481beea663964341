//! A way to a server, as the page holds it: one of the transports of its family.

use crate::dialect::Transport;

/// A transport of the server's family.
pub type Way = &'static Transport;
