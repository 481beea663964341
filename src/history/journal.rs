//! The journal of one page: what of its conversations is to be written, in which order, and what is not written yet.
//!
//! In: the conversation on the page and the reply that runs in it, as they change; what became of each write. Out: one batch after
//! the other, never two at once. It must not know a store or a clock: the hand writes, waits and says what time it is.
//!
//! ```text
//! changed, leave -> [touched] -> put into words -> [waiting] -> next -> [going] -> written
//!                                                      ^                            | failed
//!                                                      +----------------------------+
//! ```

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use super::fault::{Fault, Trouble};
use super::progress::{AT_ONCE, Conversation, Progress};
use super::reading::Opened;
use super::records::{Batch, Unwritten};
use crate::chat::tree::TurnId;
use crate::chat::turn::Turn;
use crate::event::Millis;

/// The time from a change to its writing, in milliseconds: a send comes first.
pub const SOON: Millis = 100.0;
/// The time between two writes of a reply that runs, in milliseconds.
pub const EVERY: u32 = 1000;
/// The time from a failure to the next try, in milliseconds.
pub const AGAIN: Millis = 5000.0;
/// The rest after a running reply was put into words, as a multiple of the time that it took: so no more than a fiftieth of the
/// time goes into it.
const SHARE: Millis = 50.0;

/// The outcome of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Success: the store has confirmed the batch.
    Done,
    /// Refusal, with nothing written: the store holds another version by now, or the conversation is not there any more.
    Diverged {
        /// `true` where the conversation is still there, in another version.
        is_there: bool,
    },
    /// Failure, with nothing written as far as is known.
    Failed(Fault),
}

/// The next step once a write is over.
#[derive(Debug, Clone, PartialEq)]
pub enum Then {
    /// Ask for the next batch.
    Next,
    /// Call the conversation on the page by this name from now on, and ask for the next batch.
    Renamed(String),
    /// Read this together with the records that it belongs to, and hand what comes of it to [`Journal::copy`].
    Copy(Box<Unwritten>),
    /// Ask for the next batch after [`AGAIN`], where [`Journal::may_pass`].
    Wait,
}

/// The journal of one page: what of its conversations is to be written, in which order, and what is not written yet.
#[derive(Debug)]
pub struct Journal {
    /// The page's name in the records that it writes.
    page: String,
    /// The conversation on the page.
    progress: Progress,
    /// The batches of this and of earlier conversations that wait to be written.
    waiting: VecDeque<Batch>,
    /// The batch that is being written.
    going: Option<Rc<Batch>>,
    /// The batches of a conversation that has diverged, until there is a copy of it.
    astray: VecDeque<Batch>,
    /// The reply that ran when something last changed, whatever conversation is on the page since.
    running: Option<TurnId>,
    /// The fingerprint of the running reply as it was put into words last.
    fingerprint: u64,
    /// The time before which the running reply is not put into words again, in milliseconds.
    rest: Millis,
    /// `true` while this tab holds a text of what was left unwritten.
    is_left: bool,
    /// `true` until [`inherit`](Journal::inherit), where the page before this one has left that text.
    inherits: bool,
    /// A conversation that was first put into words a moment ago.
    begun: Option<String>,
    trouble: Option<Trouble>,
    /// The conversation on the page was read in part.
    is_damaged: bool,
}

impl Journal {
    /// Makes the journal of a page. No other page has the name `page`: records say it.
    pub fn new(page: String) -> Journal {
        Journal {
            page,
            progress: Progress::default(),
            waiting: VecDeque::new(),
            going: None,
            astray: VecDeque::new(),
            running: None,
            fingerprint: 0,
            rest: 0.0,
            is_left: false,
            inherits: false,
            begun: None,
            trouble: None,
            is_damaged: false,
        }
    }

    /// The fault of the history, if there is any.
    pub fn trouble(&self) -> Option<Trouble> {
        let damage = self.is_damaged.then_some(Trouble::Damaged);
        self.trouble.or(damage)
    }

    /// Notes that the conversation of this tab could not be read.
    pub fn unread(&mut self) {
        self.trouble = Some(Trouble::Unread);
    }

    /// Tells whether something could not be written that can be written after [`AGAIN`].
    pub fn may_pass(&self) -> bool {
        matches!(self.trouble, Some(Trouble::Unwritten(fault)) if fault.may_pass())
    }

    /// Notes that the conversation on the page has changed, and which reply runs in it now.
    pub fn changed(&mut self, running: Option<TurnId>) {
        let before = std::mem::replace(&mut self.running, running);
        self.progress
            .touched
            .extend(before.into_iter().chain(running));
    }

    /// Notes that a turn says something else than before, though no reply did it: a person's note on it.
    pub fn touch(&mut self, id: TurnId) {
        self.progress.touched.insert(id);
    }

    /// Tells whether the reply that runs is to be written once more: it says something else than last time, and there is time for
    /// it.
    pub fn is_due(&mut self, now: Millis, (id, turn): (TurnId, &Turn)) -> bool {
        let is_due = now >= self.rest && fingerprint(turn) != self.fingerprint;
        if is_due {
            self.progress.touched.insert(id);
        }
        is_due
    }

    /// Notes that the conversation of this name, of which nothing is put into words yet, begins in a folder.
    pub fn begin_in(&mut self, id: &str, folder: &str) {
        self.progress = Progress::begin(id);
        self.progress.put_into(folder);
        self.is_damaged = false;
    }

    /// Notes that a batch was put into words from `began` to `ended`.
    pub fn worked(&mut self, began: Millis, ended: Millis) {
        self.rest = self.rest.max(ended + (ended - began) * SHARE);
    }

    /// The next batch to be written; `None` where there is none, or before the last one is [written](Journal::written). The
    /// conversation is `None` while it is only on its way to the page; `at` is the time in milliseconds since 1970.
    pub fn next(&mut self, here: Option<&Conversation>, at: f64) -> Option<Rc<Batch>> {
        if self.going.is_some() || !self.astray.is_empty() {
            return None;
        }
        let batch = match self.waiting.pop_front() {
            Some(batch) => batch,
            None => self.word(here?, at)?,
        };
        let batch = Rc::new(batch);
        self.going = Some(batch.clone());
        Some(batch)
    }

    /// Takes a batch back of which nobody waits for the outcome any more; it waits again.
    pub fn take_back(&mut self) {
        let going = self.going.take().map(Rc::unwrap_or_clone);
        let astray = std::mem::take(&mut self.astray);
        for batch in going.into_iter().chain(astray).rev() {
            self.waiting.push_front(batch);
        }
    }

    /// Takes the outcome of the last [`next`](Journal::next). `here` is the name of the conversation on the page, `None` where
    /// another is about to take its place; `fresh` makes a name that no conversation has.
    pub fn written(
        &mut self,
        outcome: Outcome,
        here: Option<&str>,
        fresh: impl FnOnce() -> String,
    ) -> Then {
        let Some(batch) = self.going.take() else {
            return Then::Next;
        };
        // Whatever it says, the store answers.
        self.trouble = None;
        match outcome {
            Outcome::Done => Then::Next,
            Outcome::Failed(fault) => {
                self.waiting.push_front(Rc::unwrap_or_clone(batch));
                self.trouble = Some(Trouble::Unwritten(fault));
                Then::Wait
            }
            Outcome::Diverged { is_there } => {
                let id = batch.head.id.clone();
                let waiting = std::mem::take(&mut self.waiting).into_iter();
                let (of_it, others) = waiting.partition(|batch| batch.head.id == id);
                self.waiting = others;
                if here == Some(id.as_str()) {
                    // All of it is on the page, and is written anew.
                    let own = fresh();
                    self.progress = self.progress.copy(&own);
                    return Then::Renamed(own);
                }
                if !is_there {
                    return Then::Next;
                }
                self.astray = of_it;
                self.astray.push_front(Rc::unwrap_or_clone(batch));
                let astray = self.unwritten(&id).map(Box::new);
                astray.map_or(Then::Next, Then::Copy)
            }
        }
    }

    /// Tells whether what was left unwritten in this tab is written by now, and is to be forgotten; `true` once. To be asked when
    /// there is no [`next`](Journal::next) batch.
    pub fn is_settled(&mut self) -> bool {
        self.batches().next().is_none()
            && !self.progress.is_owing
            && std::mem::take(&mut self.is_left)
    }

    /// Takes what came of [`Then::Copy`]: the conversation, which is written whole under its new name; `None` where it is gone.
    pub fn copy(&mut self, read: Result<Option<Opened>, Fault>, at: f64) -> Then {
        match read {
            Ok(copy) => {
                self.astray.clear();
                if let Some(copy) = copy {
                    let called = copy.head.called.as_ref();
                    let whole = Conversation {
                        id: &copy.head.id,
                        tree: &copy.tree,
                        running: None,
                        called: called.map(|(of, name)| (of.as_str(), name.as_str())),
                    };
                    let mut progress = Progress::of(&copy);
                    while let Some(batch) = progress.batch(&whole, &self.page, at) {
                        self.push(batch);
                    }
                }
                Then::Next
            }
            Err(fault) => {
                // It waits as it did before.
                self.take_back();
                self.trouble = Some(Trouble::Unwritten(fault));
                Then::Wait
            }
        }
    }

    /// Puts all that has changed into words, before the conversation or the page is left: then it waits, and does not need the
    /// tree.
    pub fn leave(&mut self, here: Option<&Conversation>, at: f64) {
        let Some(here) = here else { return };
        // The reply may have ended a moment ago, and nobody was told yet.
        self.changed(here.running.map(|(id, _)| id));
        while let Some(batch) = self.word(here, at) {
            self.push(batch);
        }
    }

    /// Returns all that is not written, one text for each conversation, that on the page last. It is to be left in this tab until
    /// it [is settled](Journal::is_settled).
    pub fn left(&mut self) -> Vec<Unwritten> {
        let mut ids: Vec<&str> = Vec::new();
        for batch in self.batches() {
            ids.retain(|id| *id != batch.head.id);
            ids.push(&batch.head.id);
        }
        let all: Vec<Unwritten> = ids.iter().filter_map(|id| self.unwritten(id)).collect();
        self.is_left |= !all.is_empty();
        all
    }

    /// Hands `keep` what this tab is to hold in the place of what the page before has left in it: all that is not written, in
    /// this page's name; nothing, where all is. What another page has left would be taken for words of its own once this one has
    /// written. Does so once, when the conversation is on the page.
    pub fn inherit(
        &mut self,
        here: Option<&Conversation>,
        at: f64,
        keep: impl FnOnce(Option<&Unwritten>),
    ) {
        let here = here.filter(|here| self.inherits && here.id == self.progress.id);
        if let Some(here) = here {
            self.inherits = false;
            self.leave(Some(here), at);
            keep(self.unwritten(here.id).as_ref());
        }
    }

    /// The part of a conversation that is not written; `None` where all is.
    pub fn unwritten(&self, id: &str) -> Option<Unwritten> {
        Unwritten::of(id, self.batches())
    }

    /// Batches that are not written, all of them, in order.
    fn batches(&self) -> impl Iterator<Item = &Batch> {
        let first = self.astray.iter().chain(self.going.as_deref());
        first.chain(&self.waiting)
    }

    /// The name of a conversation that was first put into words since the last call: it is this tab's from now on.
    pub fn begun(&mut self) -> Option<String> {
        self.begun.take()
    }

    /// Notes that a conversation was put on the page as it was read. What waited of it is part of it.
    pub fn opened(&mut self, opened: &Opened) {
        let id = &opened.head.id;
        self.waiting
            .retain(|batch| batch.head.id != *id && batch.head.id != opened.of);
        self.is_left |= opened.was_left;
        self.inherits = opened.was_left;
        self.is_damaged = opened.is_damaged;
        self.progress = Progress::of(opened);
    }

    /// Drops what waits to be written of conversations that were deleted.
    pub fn forget(&mut self, is_gone: impl Fn(&str) -> bool) {
        self.waiting.retain(|batch| !is_gone(&batch.head.id));
        self.astray.retain(|batch| !is_gone(&batch.head.id));
    }

    /// Puts what has changed on the page into words; `None` where nothing has.
    fn word(&mut self, here: &Conversation, at: f64) -> Option<Batch> {
        if self.progress.id != here.id {
            self.progress = Progress::begin(here.id);
            self.is_damaged = false;
        }
        let batch = self.progress.batch(here, &self.page, at)?;
        if batch.expect == 0 {
            self.begun = Some(batch.head.id.clone());
        }
        self.fingerprint = here.running.map_or(0, |(_, turn)| fingerprint(turn));
        Some(batch)
    }

    /// Lets a batch wait behind the others; together with the last of them, where that is of the same conversation and both fit
    /// into one.
    fn push(&mut self, batch: Batch) {
        let alone = match self.waiting.back_mut() {
            Some(last) => last.join(batch, AT_ONCE.1),
            None => Some(batch),
        };
        self.waiting.extend(alone);
    }
}

/// A number that is another for another reply: made of what has come of it by now, not of how much.
fn fingerprint(turn: &Turn) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&turn.text, &turn.reasoning).hash(&mut hasher);
    for tool in &turn.tools {
        (tool.index, &tool.name, &tool.arguments).hash(&mut hasher);
    }
    hasher.finish()
}
