//! The union of a conversation that arrives with the one of its name that is here.
//!
//! In: a conversation, out of the person's folder or out of a backup. Out: turns that are missing here, in the database and on the page. What is
//! missing is decided in [`crate::folder::union`].

use leptos::prelude::*;

use super::tabs::is_held;
use super::{Fault, History, of};
use crate::chat::tree::Tree;
use crate::folder::{Arrived, union};
use crate::history::arrival::{added, brought};
use crate::history::{Batch, Head, Outcome};
use crate::page::browser::made_up;
use crate::tabs::Deleted;

/// A conversation that was united with what arrived.
pub(super) struct United {
    /// The conversation as it is now.
    pub tree: Tree,
    /// The conversation's record in the database.
    pub head: Head,
    /// What was done.
    pub done: Done,
}

/// What a union did.
pub(super) enum Done {
    /// Nothing: all that arrived was here.
    Nothing,
    /// The conversation was not here.
    New,
    /// Turns were added to what was here; `None` in the place of the records before, where the conversation is on the page.
    Added(Option<Deleted>),
}

impl History {
    /// Adds what is missing here; `None` where that cannot be done now: the conversation is on its way to the page, its reply runs, or another
    /// tab has it on its page.
    pub(super) async fn unite(&self, arrived: &Arrived) -> Result<Option<United>, Fault> {
        if self.chat.names().0 == arrived.id {
            return self.unite_here(arrived).await;
        }
        if is_held(&arrived.id).await {
            return Ok(None);
        }
        let at = arrived
            .updated
            .map_or_else(js_sys::Date::now, |at| at as f64);
        let by = made_up();
        let known = self.read(&arrived.id).await?;
        let (tree, batches) = match &known {
            // Words of it have gone astray, and are on their way under another name.
            Some(known) if known.head.id != arrived.id => return Ok(None),
            Some(known) => {
                let mut tree = known.tree.clone();
                union::add(&mut tree, &arrived.tree);
                let batches = added(known, &tree, &by, at);
                (tree, batches)
            }
            None => {
                let (title, tree) = (arrived.title.as_deref(), &arrived.tree);
                let batches = brought(&arrived.id, tree, title, &by, at);
                (tree.clone(), batches)
            }
        };
        let done = match (&known, batches.is_empty()) {
            (None, _) => Done::New,
            (Some(_), true) => Done::Nothing,
            (Some(_), false) => {
                let work = self.db.work(false).await?;
                Done::Added(Some(work.copy(&arrived.id).await?))
            }
        };
        if !self.put_all(&batches).await? {
            return Ok(None);
        }
        let written = batches.into_iter().last().map(|last| last.head);
        let head = written.or(known.map(|known| known.head));
        Ok(head.map(|head| United { tree, head, done }))
    }

    /// The same for the conversation on the page.
    async fn unite_here(&self, arrived: &Arrived) -> Result<Option<United>, Fault> {
        let chat = self.chat;
        let is_busy =
            || chat.returning.get_untracked() || chat.live.with_untracked(Option::is_some);
        if is_busy() || self.tabs.follows() {
            return Ok(None);
        }
        let mut tree = chat.tree.get_untracked();
        let done = match union::add(&mut tree, &arrived.tree) {
            0 => Done::Nothing,
            _ => Done::Added(None),
        };
        if !matches!(done, Done::Nothing) {
            chat.fill(tree.clone());
        }
        if let Some(history) = of(chat) {
            history.write().await;
        }
        let head = self.heads(&arrived.id).await?.0;
        Ok(head.map(|head| United { tree, head, done }))
    }

    /// Writes batches; `false` where somebody else has changed the conversation meanwhile.
    async fn put_all(&self, batches: &[Batch]) -> Result<bool, Fault> {
        for batch in batches {
            match self.put(batch).await {
                Outcome::Done => {}
                Outcome::Diverged { .. } => return Ok(false),
                Outcome::Failed(fault) => return Err(fault),
            }
        }
        Ok(true)
    }
}
