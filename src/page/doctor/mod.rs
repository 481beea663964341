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

/// Where a reply comes from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Origin {
    /// The server; `None`: the demo.
    pub server: Option<Address>,
    /// What it is.
    pub kind: Option<Kind>,
    /// The model that was asked for.
    pub model: Option<String>,
    /// The key that goes along: the Doctor takes it out of everything that leaves the page.
    pub key: Option<String>,
    /// The page that asked, where it was another one.
    pub page: Option<String>,
}

/// One reply on the Doctor's table.
pub struct Snapshot<'a> {
    /// What happened.
    pub trace: &'a Trace,
    /// How it ended.
    pub end: Option<&'a End>,
    /// The time on its clock.
    pub now: Millis,
    /// Where it comes from.
    pub origin: &'a Origin,
}

/// A reply that can be looked into: one that runs, the last one, one from a file.
pub trait Inspect {
    /// Shows it, unless it is just being changed.
    fn inspect(&self, see: &mut dyn FnMut(&Snapshot<'_>));
}

impl Origin {
    /// The page that asked.
    pub fn page(&self) -> String {
        self.page.clone().unwrap_or_else(page_origin)
    }

    /// The same for the Doctor, on the page of that origin.
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
    /// What the Doctor says.
    pub fn finding(&self) -> Finding {
        let page = self.origin.page();
        diagnose(self.trace, self.end, self.now, &self.origin.place(&page))
    }
}
