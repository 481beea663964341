//! The Doctor's hands: what it looks at, and the questions that it puts to a server.
//!
//! In: replies, addresses. Out: [`Snapshot`]s to look at; what came of each [`crate::doctor::check::Ask`]. What it means is decided in
//! `crate::doctor`, in what words it is told in `ui::doctor`.

pub mod ask;
pub mod resource;

use super::browser::page_origin;
use crate::address::Address;
use crate::dialect::Kind;
use crate::doctor::{Finding, Place, diagnose};
use crate::event::{End, Millis};
use crate::trace::Trace;

/// Origin of a reply: the server, the model and the key that it was asked with, and the page that asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Origin {
    /// Address of the server; `None` for the demo.
    pub server: Option<Address>,
    /// Kind of the server, where it is known.
    pub kind: Option<Kind>,
    /// The model that was asked for.
    pub model: Option<String>,
    /// The key that goes along: the Doctor takes it out of everything that leaves the page.
    pub key: Option<String>,
    /// Origin of the page that asked, where it was another one than this.
    pub page: Option<String>,
}

/// One reply on the Doctor's table.
pub struct Snapshot<'a> {
    /// Trace of the reply: all that happened, with times.
    pub trace: &'a Trace,
    /// End of the reply; `None` while it runs.
    pub end: Option<&'a End>,
    /// Time of the look, in milliseconds on the trace's clock.
    pub now: Millis,
    /// Origin of the reply.
    pub origin: &'a Origin,
}

/// A reply that can be looked into: one that runs, the last one, one from a file.
pub trait Inspect {
    /// Hands a snapshot of the reply to `see`, unless the reply is just being changed: then `see` is not called.
    fn inspect(&self, see: &mut dyn FnMut(&Snapshot<'_>));
}

impl Origin {
    /// Returns the origin of the page that asked: the recorded one, else that of this page.
    pub fn page(&self) -> String {
        self.page.clone().unwrap_or_else(page_origin)
    }

    /// Returns this origin as the Doctor takes it, on the page of the origin `page`. The key is left out: only whether there is
    /// one is told.
    pub fn place<'a>(&'a self, page: &'a str) -> Place<'a> {
        Place {
            page,
            server: self.server.as_ref(),
            kind: self.kind,
            model: self.model.as_deref(),
            has_key: self.key.is_some(),
        }
    }
}

impl Snapshot<'_> {
    /// Returns what the Doctor says of the reply.
    pub fn finding(&self) -> Finding {
        let page = self.origin.page();
        diagnose(self.trace, self.end, self.now, &self.origin.place(&page))
    }
}
