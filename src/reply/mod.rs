//! One reply as its reader sees it, from the first sign to the last letter.
//!
//! In: [`Report`]s of the session, what the person does, and the time of each. Out, once a frame: what may be shown, what is told to
//! the page around it, and, once, the end. It must not know a browser, a server or the clock; the page is its hands.
//!
//! - [`Life`] alone says where it stands: an end mark is not the end yet, the end waits for its reason and for its last letter.
//! - What is shown is a beginning of the text that has come, at every frame.
//! - Whoever joins the [`TextChange::Delta`]s and takes a [`TextChange::Replace`] for the whole has exactly the text, at every frame.

mod arrivals;
mod estimate;
mod reader;
pub mod spoken;
mod status;

pub use estimate::about_tokens;
pub use status::{Left, Status};

use arrivals::Arrivals;
use estimate::quarters;

use crate::chat::turn::Turn;
use crate::event::{ChatEvent, End, Millis, Timings, Usage};
use crate::markdown::{Markdown, piece_of};
use crate::pacer::{Manner, Pacer};
use crate::session::Report;
use crate::text;

/// Milliseconds between two changes of the figures in the status line, at least.
const STATUS_EVERY: Millis = 250.0;
/// Bytes that are taken in at a time: between two slices the page looks at its clock.
const SLICE: usize = 4096;

/// Stages of a reply. It only goes forward.
#[derive(Debug, Clone, PartialEq)]
pub enum Life {
    /// The reply is being made.
    Running,
    /// An end mark has come; figures and late text may follow.
    Finishing(End),
    /// The reply has ended; before anything is said, the server is asked why.
    Explaining(End),
    /// The reply has ended; its last letters are still to be shown.
    Showing(End),
    /// The reply is shown to its last letter, and its end is told.
    Over(End),
}

/// Changes of the text, as the page around the reply is told of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextChange {
    /// More text, to be put behind all that was told.
    Delta(String),
    /// The whole text anew: what was told before is no beginning of it.
    Replace(String),
}

/// A reply that runs, or has just ended.
#[derive(Debug)]
pub struct Reply {
    life: Life,
    turn: Turn,
    /// Bytes of the text that were there before: a reply that goes on from an earlier end.
    prefix: usize,
    /// Holds the text behind the prefix.
    pacer: Pacer,
    /// Holds what is shown of the whole text.
    markdown: Markdown,
    /// Set while what is shown may be no beginning of the text any more: it is taken in anew.
    rewrite: bool,
    /// Bytes of the text that were told.
    told: usize,
    /// Set while the bytes that were told are no beginning of the text any more.
    retell: bool,
    /// Set once the person has stopped the reply, or a newer one has taken its place: nothing that still comes belongs to it.
    muted: bool,
    started: Millis,
    first_text: Option<Millis>,
    last_text: Millis,
    status_due: Millis,
    arrivals: Arrivals,
    /// Text and thinking that have come since the reply began, in quarters of a token.
    came: u64,
    /// Tokens that the server told of one by one.
    tokens: u64,
}

impl Reply {
    /// A reply that begins at `now`, with the text, if any, from which it goes on.
    pub fn begin(now: Millis, manner: impl Into<Manner>, mut turn: Turn) -> Reply {
        turn.end = None;
        let mut markdown = Markdown::new();
        markdown.append(&turn.text);
        Reply {
            life: Life::Running,
            prefix: turn.text.len(),
            pacer: Pacer::new(manner),
            markdown,
            rewrite: false,
            told: 0,
            // Whoever listens does not know from where it goes on.
            retell: !turn.text.is_empty(),
            turn,
            muted: false,
            started: now,
            first_text: None,
            last_text: now,
            status_due: f64::NEG_INFINITY,
            arrivals: Arrivals::default(),
            came: 0,
            tokens: 0,
        }
    }

    /// Returns the stage at which the reply is.
    pub fn life(&self) -> &Life {
        &self.life
    }

    /// Returns the end of the reply, once that is settled; its last letters may still be on the way.
    pub fn end(&self) -> Option<&End> {
        match &self.life {
            Life::Showing(end) | Life::Over(end) => Some(end),
            Life::Running | Life::Finishing(_) | Life::Explaining(_) => None,
        }
    }

    /// Tells whether all of the reply is shown and its end is told.
    pub fn is_over(&self) -> bool {
        matches!(self.life, Life::Over(_))
    }

    /// Tells whether what comes still belongs to the reply.
    pub fn listens(&self) -> bool {
        !self.muted && !self.is_over()
    }

    /// Returns the turn with all that has come of the reply.
    pub fn turn(&self) -> &Turn {
        &self.turn
    }

    /// Returns the time at which the reply began.
    pub fn started(&self) -> Millis {
        self.started
    }

    /// Returns the milliseconds from the beginning to the first text or thinking; `None` before that came.
    pub fn first_after(&self) -> Option<Millis> {
        self.first_text.map(|at| at - self.started)
    }

    /// Returns the milliseconds from the beginning to the last text or thinking.
    pub fn last_after(&self) -> Millis {
        self.last_text - self.started
    }

    /// Notes that the page could see nothing for so many milliseconds: what came meanwhile could not be seen coming.
    pub fn held_up(&mut self, span: Millis) {
        self.arrivals.held_up(span);
    }

    /// Tells whether the reply is complete, and nothing of it came until all was made, though there was time to tell.
    pub fn was_held_back(&self) -> bool {
        let first = self.first_after().unwrap_or_default();
        matches!(self.end(), Some(End::Complete { .. }))
            && self.arrivals.were_held_back(first, self.last_after())
    }

    /// Takes a report of what happened; gives the status that it brings, if it brings one.
    pub fn on(&mut self, now: Millis, report: &Report) -> Option<Status> {
        match report {
            Report::Sent { .. } => Some(Status::Connecting),
            Report::Headers { content_type, .. } => {
                self.arrivals.headers(content_type);
                Some(Status::Waiting)
            }
            Report::Events(events) => {
                let take = |status, event| self.take(now, event).or(status);
                events.iter().fold(None, take)
            }
            Report::Finishing(end) => {
                if self.life == Life::Running {
                    self.life = Life::Finishing(end.clone());
                    self.pacer.finish(now);
                }
                None
            }
            Report::Resuming => {
                // Its sentence, which is the page's, stays until more comes.
                self.status_due = Millis::INFINITY;
                None
            }
            Report::Alive(alive) => alive.then_some(Status::Slow),
            Report::Asking(clock, _) => {
                // The question stays until it is answered, or text comes.
                self.status_due = Millis::INFINITY;
                Some(Status::Asking(*clock))
            }
            Report::End(end) => {
                self.over(now, end.clone());
                None
            }
            Report::Read { .. }
            | Report::Decoded(_)
            | Report::StopAnswered(_)
            | Report::Learned(_) => None,
        }
    }

    /// Notes that the reply has ended like this, but why is still to be found out: until [`Reply::explained`] nothing is said.
    pub fn unexplained(&mut self, end: End) {
        if matches!(self.life, Life::Running | Life::Finishing(_)) {
            self.life = Life::Explaining(end);
        }
    }

    /// Notes that what can be known of the end is known; `false` where the reply did not wait for that, or no longer.
    pub fn explained(&mut self, now: Millis) -> bool {
        let Life::Explaining(end) = &self.life else {
            return false;
        };
        let end = end.clone();
        self.over(now, end);
        true
    }

    /// Stops the reply, as the person wishes: all that came is shown, and nothing that still comes belongs to it. The end is the
    /// session's, unless that has ended already and only the reason was being looked for.
    pub fn stop(&mut self, now: Millis) {
        self.pacer.skip();
        self.muted = true;
        self.explained(now);
    }

    /// Ends the reply now, whatever is still on the way: a newer one takes its place.
    pub fn conclude(&mut self, now: Millis) {
        let end = match &self.life {
            Life::Running => End::Superseded,
            Life::Finishing(end) | Life::Explaining(end) | Life::Showing(end) | Life::Over(end) => {
                end.clone()
            }
        };
        self.over(now, end);
        self.muted = true;
        self.pacer.skip();
    }

    /// Takes figures that came beside the stream.
    pub fn late_figures(&mut self, usage: &Usage, timings: &Timings) {
        self.turn.usage.update(usage);
        self.turn.timings.update(timings);
    }

    /// Begins a frame: works out how much may be shown by now. `at_once` where nobody can see the page or less motion is wanted.
    pub fn advance(&mut self, now: Millis, at_once: bool) {
        self.pacer.set_instant(at_once);
        self.pacer.advance(now);
        if std::mem::take(&mut self.rewrite) {
            let mut whole = text::up_to(&self.turn.text, self.prefix).to_owned();
            whole.push_str(self.pacer.shown());
            self.markdown.replace(&whole);
        }
    }

    /// Takes a slice of what may be shown into [`Reply::markdown`]; `true` where nothing is left to take in.
    pub fn take_in(&mut self) -> bool {
        let rest = text::from(self.pacer.shown(), self.shown_of_its_own());
        let slice = piece_of(rest, SLICE);
        self.markdown.append(slice);
        slice.len() == rest.len()
    }

    /// Ends a frame in which all was taken in. Gives the end, once, where this was the reply's last letter; the markdown is
    /// finished then.
    pub fn last_letter(&mut self) -> Option<End> {
        let Life::Showing(end) = &self.life else {
            return None;
        };
        let is_all = !self.rewrite && self.markdown.text().len() == self.turn.text.len();
        if !self.pacer.drained() || !is_all {
            return None;
        }
        let end = end.clone();
        self.markdown.finish();
        self.turn.end = Some(end.clone());
        self.life = Life::Over(end.clone());
        Some(end)
    }

    /// Returns what of the text is new to the page around the reply since the last call; `None` where nothing is.
    pub fn tell(&mut self) -> Option<TextChange> {
        let whole = &self.turn.text;
        let told = std::mem::replace(&mut self.told, whole.len());
        if std::mem::take(&mut self.retell) {
            return Some(TextChange::Replace(whole.clone()));
        }
        let delta = text::from(whole, told);
        (!delta.is_empty()).then(|| TextChange::Delta(delta.to_owned()))
    }

    /// Returns what is shown, as blocks.
    pub fn markdown(&mut self) -> &mut Markdown {
        &mut self.markdown
    }

    /// Bytes of the whole text that are shown.
    pub fn shown(&self) -> usize {
        self.markdown.text().len()
    }

    /// Bytes that are shown of what came since the reply began.
    pub fn shown_of_its_own(&self) -> usize {
        self.shown().saturating_sub(self.prefix)
    }

    /// Tells whether text has come that is not shown.
    pub fn is_behind(&self) -> bool {
        self.pacer.behind() > 0
    }

    /// Returns the time at which more may be shown, if nothing else comes; `None` where all is shown.
    pub fn next_due(&self, now: Millis) -> Option<Millis> {
        self.pacer.next_due(now)
    }

    /// The status that text brings, a few times a second.
    pub fn status(&mut self, now: Millis) -> Option<Status> {
        if !matches!(self.life, Life::Running | Life::Explaining(_)) {
            return self.is_behind().then_some(Status::Showing);
        }
        if self.turn.text.len() <= self.prefix || now < self.status_due {
            return None;
        }
        self.status_due = now + STATUS_EVERY;
        let measured = self.turn.timings.predicted_per_second;
        let measured = measured.map(|speed| (speed.round() as u32, true));
        let seconds = (self.last_text - self.first_text?) / 1000.0;
        let tokens = if self.tokens > 0 {
            self.tokens as f64
        } else {
            self.came as f64 / 4.0
        };
        // Below a second the figure would say nothing.
        let estimate = (seconds > 1.0).then(|| ((tokens / seconds).round() as u32, false));
        Some(Status::Writing(measured.or(estimate)))
    }

    /// Settles the end: the first one wins, and what came of the reply is still to be shown.
    fn over(&mut self, now: Millis, end: End) {
        if self.end().is_none() {
            self.life = Life::Showing(end);
        }
        self.pacer.finish(now);
    }

    /// Takes one event of a [`Report::Events`] into the turn and into what will be shown; gives the status that it brings.
    pub fn take(&mut self, now: Millis, event: &ChatEvent) -> Option<Status> {
        if !self.listens() {
            return None;
        }
        match event {
            ChatEvent::Text(piece) => {
                self.turn.apply(event);
                self.pacer.push(now, piece);
                self.came += quarters(piece);
                self.text_came(now, piece);
                None
            }
            ChatEvent::ReplaceText(own) => {
                // The server speaks of its own part only, not of what was there before it went on.
                let mut whole = text::up_to(&self.turn.text, self.prefix).to_owned();
                whole.push_str(own);
                self.renew(whole);
                self.pacer.replace(now, own);
                self.came = quarters(own) + quarters(&self.turn.reasoning);
                self.text_came(now, own);
                None
            }
            ChatEvent::TextWasReasoning => {
                let told = std::mem::take(&mut self.told);
                self.retell |= told > 0;
                self.turn.apply(event);
                self.pacer.replace(now, "");
                self.prefix = 0;
                self.rewrite = true;
                Some(Status::Thinking)
            }
            ChatEvent::Reasoning(piece) => {
                self.turn.apply(event);
                self.came += quarters(piece);
                self.text_came(now, piece);
                Some(Status::Thinking)
            }
            ChatEvent::Token(_) => {
                self.tokens += 1;
                None
            }
            ChatEvent::Progress(progress) => Some(Status::Progress(progress.clone())),
            _ => {
                self.turn.apply(event);
                None
            }
        }
    }

    /// Takes another whole text in the place of the one so far.
    fn renew(&mut self, whole: String) {
        self.retell |= !whole.starts_with(text::up_to(&self.turn.text, self.told));
        self.rewrite = true;
        self.turn.text = whole;
        self.told = self.told.min(self.turn.text.len());
    }

    fn text_came(&mut self, now: Millis, piece: &str) {
        self.arrivals.piece(piece);
        self.first_text.get_or_insert(now);
        self.last_text = now;
        if self.status_due == Millis::INFINITY {
            self.status_due = now;
        }
    }

    /// Goes on waiting past a deadline, as the person wishes; gives what the reply is doing, as far as can be told.
    pub fn wait_on(&mut self, now: Millis) -> Status {
        self.status_due = now;
        match self.turn.text.len() > self.prefix {
            true => Status::Writing(None),
            false => Status::Waiting,
        }
    }
}

#[cfg(test)]
mod tests;
