//! A conversation in several tabs: one of them writes it, the others follow, and any of them can take over.
//!
//! In: the conversation on the page, who has its lock, what the other tabs say, what the reply brings. Out: [`Act`]s, in order. It
//! must not know a browser: the lock, the channel and the store are the hands' business (`page::history`).
//!
//! ```text
//!            shows, lock is here                       shows, another tab has it
//!                    v                                             v
//!   +---------->  Writer  --- asked to yield, or robbed --->   Follower  <---+
//!   |                                                              |         |
//!   +---- read -- Taking  <---------- the lock comes --------------+    unread
//! ```
//!
//! - Whoever has the lock writes; whoever has not, writes nothing of the conversation. The browser gives the lock of a tab that is gone
//!   to the next in line.
//! - A follower shows what the store holds, and of the reply that runs what its writer says of it, token by token.
//! - Where the writer is gone in the middle of a reply, the reply is over: cut off, as where a page was closed. What a follower has
//!   heard of it beyond the records is kept.
//! - Where there are no locks, each tab is [alone](Role::Alone): whoever writes later goes on with a copy
//!   ([`history`](crate::history)).

mod hearing;
mod message;
mod mirror;
#[cfg(test)]
mod tests;

pub use message::{Deleted, Message};

use mirror::Mirror;

use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::Turn;
use crate::event::{ChatEvent, End, Millis};
use crate::history::{Batch, Head};

/// Milliseconds that a writer has to yield before the lock is taken from it: a tab that the browser has put to sleep does not answer.
pub const GRACE: Millis = 2_000.0;

/// The standing of a tab towards the conversation on its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// The browser has no locks: each tab writes.
    #[default]
    Alone,
    /// This tab writes.
    Writer,
    /// Another tab writes.
    Follower,
    /// The lock is here, and the conversation is being read as the last writer has left it.
    Taking,
    /// Another tab is about to write: what this one has to write goes first.
    Yielding,
}

/// Something that the hands are to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Stand in line for the lock of this conversation; [`Tab::locked`] hears that it is here.
    Request(String),
    /// Take the lock of this conversation from whoever has it.
    Steal(String),
    /// Let go of the lock of this conversation, or of the place in its line.
    Release(String),
    /// Say this to the other tabs.
    Say(Message),
    /// Say the reply that runs, whole, where one does.
    SayRunning,
    /// End the reply that runs, write all that is to be written, then call [`Tab::yielded`].
    Yield(End),
    /// Read the conversation from the store, [mend](Tab::mend) and show it, then call [`Tab::read`] or [`Tab::unread`].
    Read,
    /// Put these records into the conversation on the page, and show these turns though newer ones stand beside them.
    Amend {
        /// New records of turns, each with the turn's number.
        turns: Vec<(TurnId, String)>,
        /// The turns that are shown although a newer one stands beside them.
        aside: Vec<TurnId>,
    },
    /// Show this turn as a reply that runs.
    Begin(TurnId, Box<Turn>),
    /// Let the followed reply take these events.
    Grow(Vec<ChatEvent>),
    /// End the followed reply.
    End(End),
    /// Stop the reply that runs, as a person in another tab wishes.
    Stop,
    /// Do what the person wanted when this tab was a follower: now it writes.
    GoOn,
    /// Take the conversation off the page, for it was deleted; offer to put it back.
    Gone(Deleted),
    /// Take the conversation off the page, for all were deleted.
    Leave,
    /// Show this conversation again, which is back, and offer nothing any more.
    Back(String),
    /// Read the list anew, where it is shown.
    List,
}

/// One tab of those that show a conversation.
#[derive(Debug, Default)]
pub struct Tab {
    /// The name of the conversation on the page; empty for none.
    id: String,
    role: Role,
    /// The version of the conversation that is known: a writer has written it, a follower shows it.
    version: u64,
    /// The newest version that was heard of.
    heard: u64,
    is_reading: bool,
    /// The tab stands in line for the lock.
    waits: bool,
    /// The person has asked to write here.
    wants: bool,
    /// Another tab has asked for the lock: in line it goes first.
    is_polite: bool,
    /// Somebody follows what this tab writes.
    is_followed: bool,
    mirror: Option<Mirror>,
    /// The writer was asked what runs, and has not answered.
    is_asking: bool,
    /// The conversation that was taken off the page since it was deleted.
    gone: Option<String>,
    /// The head that the list was told of last, undated.
    listed: Option<Head>,
}

impl Tab {
    /// The standing of the tab.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The name of the conversation that the tab shows; empty for none.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Tells whether what is said on this page may be written.
    pub fn writes(&self) -> bool {
        matches!(self.role, Role::Alone | Role::Writer | Role::Yielding)
    }

    /// Tells whether another tab writes the conversation.
    pub fn follows(&self) -> bool {
        matches!(self.role, Role::Follower | Role::Taking)
    }

    /// Notes that a conversation has taken the place of another on the page. `has_lock` says whether its lock is here; `None` where
    /// the browser has no locks. One that was read is followed up by [`Tab::read`].
    pub fn shows(&mut self, id: &str, has_lock: Option<bool>) -> Vec<Act> {
        if self.id == id {
            return Vec::new();
        }
        let before = std::mem::replace(
            self,
            Tab {
                id: id.to_owned(),
                role: match has_lock {
                    None => Role::Alone,
                    Some(true) => Role::Writer,
                    Some(false) => Role::Follower,
                },
                // It was asked for before it was known who has it.
                waits: has_lock == Some(false),
                ..Tab::default()
            },
        );
        self.gone = before.gone.filter(|gone| gone != id);
        let is_held = before.role != Role::Alone && !before.id.is_empty();
        let release = is_held.then_some(Act::Release(before.id));
        release.into_iter().collect()
    }

    /// Notes that the lock of a conversation has come.
    pub fn locked(&mut self, id: &str) -> Vec<Act> {
        if id != self.id {
            return vec![Act::Release(id.to_owned())];
        }
        self.waits = false;
        if self.role != Role::Follower {
            return Vec::new();
        }
        if std::mem::take(&mut self.is_polite) && !self.wants {
            self.waits = true;
            return vec![Act::Release(id.to_owned()), Act::Request(id.to_owned())];
        }
        self.role = Role::Taking;
        let mut acts = self.cut();
        acts.extend(self.begin_reading());
        acts
    }

    /// Notes that another tab has taken the lock away.
    pub fn robbed(&mut self, id: &str) -> Vec<Act> {
        if id != self.id || !matches!(self.role, Role::Writer | Role::Taking) {
            return Vec::new();
        }
        self.role = Role::Yielding;
        // Another tab writes by now: what this one would say is no longer so.
        self.is_followed = false;
        vec![Act::Yield(End::Superseded)]
    }

    /// Notes that what was to be done for [`Act::Yield`] is done.
    pub fn yielded(&mut self) -> Vec<Act> {
        if self.role != Role::Yielding {
            return Vec::new();
        }
        self.role = Role::Follower;
        self.is_followed = false;
        self.waits = true;
        let id = self.id.clone();
        let mut acts = vec![Act::Release(id.clone()), Act::Request(id)];
        acts.extend(self.begin_reading());
        acts
    }

    /// Puts what was heard of a reply into the conversation as it was read: its writer may be gone before all of it was written.
    /// Gives the turn that is changed by that.
    pub fn mend(&self, tree: &mut Tree) -> Option<TurnId> {
        let mirror = self.mirror.as_ref()?;
        let turn = tree.turn_mut(mirror.id)?;
        let is_missing = self.role == Role::Taking && mirror.is_longer_than(turn);
        is_missing.then(|| {
            turn.clone_from(&mirror.turn);
            turn.end = Some(End::Cut { page_closed: true });
            mirror.id
        })
    }

    /// Notes that the conversation was read as the store holds it, in this version, and is shown.
    pub fn read(&mut self, version: u64) -> Vec<Act> {
        self.is_reading = false;
        self.version = version;
        if self.role == Role::Taking {
            self.role = Role::Writer;
            self.mirror = None;
            let of = self.id.clone();
            let mut acts = vec![Act::Say(Message::Took { of })];
            acts.extend(std::mem::take(&mut self.wants).then_some(Act::GoOn));
            return acts;
        }
        if self.role != Role::Follower {
            return Vec::new();
        }
        self.mirror = None;
        if self.heard > version {
            return self.begin_reading();
        }
        vec![self.ask()]
    }

    /// Notes that the conversation could not be read. Somebody else may take the lock.
    pub fn unread(&mut self) -> Vec<Act> {
        self.is_reading = false;
        if self.role != Role::Taking {
            return Vec::new();
        }
        self.role = Role::Follower;
        self.wants = false;
        vec![Act::Release(self.id.clone())]
    }

    /// Asks for the lock, for the person wants to write here; the reply that runs elsewhere ends so. Where the writer is silent for
    /// [`GRACE`], call [`Tab::overdue`].
    pub fn take_over(&mut self, end: End) -> Vec<Act> {
        if !self.follows() {
            return Vec::new();
        }
        self.wants = true;
        let stands = std::mem::replace(&mut self.waits, self.role == Role::Follower);
        let request = self.waits && !stands;
        let request = request.then(|| Act::Request(self.id.clone()));
        let of = self.id.clone();
        request
            .into_iter()
            .chain([Act::Say(Message::Yield { of, end })])
            .collect()
    }

    /// Notes that the writer has had its time to yield.
    pub fn overdue(&mut self) -> Vec<Act> {
        let is_due = self.wants && self.role == Role::Follower;
        is_due
            .then(|| Act::Steal(self.id.clone()))
            .into_iter()
            .collect()
    }

    /// Says that a reply begins, or goes on, where somebody follows.
    pub fn began(&self, id: TurnId, turn: &Turn) -> Option<Message> {
        self.is_heard()
            .then(|| Message::running(&self.id, id, turn))
    }

    /// Says what a reply has just taken, where somebody follows; `turn` holds it already.
    pub fn grew(&self, id: TurnId, turn: &Turn, events: &[ChatEvent]) -> Option<Message> {
        if !self.is_heard() {
            return None;
        }
        let (mut text, mut thought) = (String::new(), String::new());
        let mut is_anew = false;
        for event in events {
            match event {
                ChatEvent::Text(piece) => text.push_str(piece),
                ChatEvent::Reasoning(piece) => thought.push_str(piece),
                ChatEvent::ReplaceText(_) | ChatEvent::TextWasReasoning => is_anew = true,
                _ => {}
            }
        }
        let before = |all: &str, new: &str| all.len().checked_sub(new.len());
        let at = before(&turn.text, &text).zip(before(&turn.reasoning, &thought));
        match at {
            Some(_) if text.is_empty() && thought.is_empty() && !is_anew => None,
            Some(at) if !is_anew => Some(Message::Grew {
                of: self.id.clone(),
                id,
                at,
                text,
                thought,
            }),
            _ => self.began(id, turn),
        }
    }

    /// Says that a reply is over, where somebody follows; `turn` has its end.
    pub fn ended(&self, id: TurnId, turn: &Turn) -> Option<Message> {
        let message = self.began(id, turn)?;
        let Message::Running { of, id, record } = message else {
            return None;
        };
        Some(Message::Ended { of, id, record })
    }

    /// Says that the store has confirmed a batch: to those who follow, and to those who show the list.
    pub fn wrote(&mut self, batch: &Batch) -> Vec<Message> {
        let is_here = batch.head.id == self.id;
        let mut said = Vec::new();
        if is_here {
            self.version = batch.head.version;
            if self.is_heard() {
                said.push(Message::Wrote {
                    of: self.id.clone(),
                    expect: batch.expect,
                    head: batch.head.write(),
                    turns: batch.turns.clone(),
                });
            }
        }
        let head = batch.head.clone().undated();
        if self.listed.as_ref() != Some(&head) {
            self.listed = Some(head);
            said.push(Message::Listed);
        }
        said
    }

    fn is_heard(&self) -> bool {
        self.is_followed && matches!(self.role, Role::Writer | Role::Yielding)
    }

    /// Asks the writer what runs.
    fn ask(&mut self) -> Act {
        self.is_asking = true;
        let of = self.id.clone();
        Act::Say(Message::Follow { of })
    }

    fn begin_reading(&mut self) -> Vec<Act> {
        self.is_reading = true;
        if let Some(mirror) = &mut self.mirror {
            // What is read takes the place of what is shown.
            mirror.is_shown = false;
        }
        vec![Act::Read]
    }

    /// Ends the followed reply, whose writer is gone. What came of it is remembered until all is read.
    fn cut(&mut self) -> Vec<Act> {
        let shown = self.mirror.as_mut().filter(|mirror| mirror.is_shown);
        let end = shown.map(|mirror| {
            mirror.is_shown = false;
            Act::End(End::Cut { page_closed: true })
        });
        end.into_iter().collect()
    }
}
