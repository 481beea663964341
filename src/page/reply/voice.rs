//! What a reply says to those who listen to the page: that it begins, that it thinks, its sentences a few at a time, a sign of life
//! where nothing new comes, and how it ended.
//!
//! In: what is drawn, and the time. Out: one text after the other in the conversation's log (`ui/spoken.rs`): never a token, never a
//! figure, nothing twice. Who hears a page is slower than a model that writes: sentences wait for each other.
//!
//! The region is a log, to which whole texts are added. Screen readers drop quick changes of one and the same text, and read what is
//! added to a log to its end (measured with NVDA and VoiceOver: danny-avila/LibreChat, pull request 3570).

use std::cell::Cell;

use leptos::prelude::*;

use crate::event::{Deadline, End, Millis};
use crate::page::app::Chat;
use crate::page::painter::Painter;
use crate::page::plain;
use crate::page::sentences::running;
use crate::page::words::say;
use crate::reply::{Status, spoken};

/// Time for which nothing more is said after a text, in milliseconds: about as long as it takes to say it; and after which there is a
/// sign of life, if there is nothing else to say.
const APART: Millis = 7_000.0;
/// Time from a look that found no finished sentence to the next, in milliseconds.
const AGAIN: Millis = 1000.0;
/// Number of texts that stand in the log: what was read can go, what is being read must stay.
const STAY: usize = 3;

/// Voice of one reply: what was said of it so far.
#[derive(Default)]
pub struct Voice {
    begun: bool,
    /// `true` once it was said that the model thinks.
    thinks: bool,
    /// Deadline that the person was asked about.
    asked: Option<Deadline>,
    /// Time of the last text, in milliseconds.
    said: Millis,
    /// Time before which nothing more is said, in milliseconds.
    due: Millis,
    /// Number of the block that is being read; those before it were read whole, and `given` sentences of it.
    block: usize,
    given: usize,
}

impl Voice {
    /// Says what there is to say by now: that the reply begins, that it thinks, the question whether to wait on, the sentences that
    /// are done, a sign of life.
    pub fn look(&mut self, chat: Chat, at: Millis, painter: Option<&Painter>, status: &Status) {
        let asks = match status {
            Status::Asking(clock) => Some(*clock),
            _ => None,
        };
        if self.asked != asks {
            self.asked = asks;
            // It does not wait, for the reply ends soon if nobody answers.
            if asks.is_some() {
                self.say(chat, at, &running(chat, status));
            }
            return;
        }
        // That it thinks is said once, and at once: what it thinks is not read.
        if matches!(status, Status::Thinking) && !self.thinks {
            (self.thinks, self.begun) = (true, true);
            return self.say(chat, at, &running(chat, status));
        }
        if at < self.due {
            return;
        }
        let words = painter.map(|painter| self.rest(painter, false));
        let words = words.filter(|words| !words.is_empty());
        let sign = || match status {
            Status::Thinking => say!(chat, heard_thinking),
            Status::Writing(_) | Status::Showing => say!(chat, heard_writing),
            _ => say!(chat, heard_waiting),
        };
        match words {
            Some(words) => {
                self.due = at + APART;
                self.say(chat, at, &words);
            }
            None if !self.begun => self.say(chat, at, &running(chat, &Status::Waiting)),
            None if at - self.said >= APART && asks.is_none() => self.say(chat, at, &sign()),
            None => {}
        }
        self.begun = true;
        // Sentences wait for sentences alone: a word on what goes on is short.
        self.due = self.due.max(at + AGAIN);
    }

    /// Says what was not said yet, and how the reply ended. Who stopped it wants to hear no more than that it has stopped.
    pub fn end(&mut self, chat: Chat, painter: Option<&Painter>, end: &End, words: &str) {
        let painter = painter.filter(|_| *end != End::Stopped);
        let rest = painter.map(|painter| self.rest(painter, true));
        let rest = rest.unwrap_or_default();
        add(chat, format!("{rest}\n{words}").trim_start());
    }

    fn say(&mut self, chat: Chat, at: Millis, words: &str) {
        self.said = at;
        add(chat, words);
    }

    /// Takes the sentences that are done and were not said; with `whole`, all that is left.
    fn rest(&mut self, painter: &Painter, whole: bool) -> String {
        let mut out = String::new();
        while let Some(block) = painter.block(self.block) {
            let is_whole = whole || painter.block(self.block + 1).is_some();
            let mut text = String::new();
            plain::words(&block, &mut text);
            let (piece, given) = spoken::rest(&text, self.given, is_whole);
            if !out.is_empty() && !piece.is_empty() {
                out.push('\n');
            }
            out.push_str(piece);
            if !is_whole {
                self.given = given;
                break;
            }
            self.block += 1;
            self.given = 0;
        }
        out
    }
}

/// Texts that are said, the newest last, each with its number: those that may still be being read.
#[derive(Default)]
pub struct Log {
    texts: ArcRwSignal<Vec<(u32, String)>>,
    count: Cell<u32>,
}

impl Log {
    /// Returns the texts; tracked where it is read.
    pub fn texts(&self) -> ArcRwSignal<Vec<(u32, String)>> {
        self.texts.clone()
    }

    /// Forgets what was said.
    pub fn clear(&self) {
        self.texts.set(Vec::new());
    }

    fn add(&self, words: &str) {
        let number = self.count.get();
        self.count.set(number.wrapping_add(1));
        self.texts.update(|texts| {
            texts.push((number, words.to_owned()));
            let surplus = texts.len().saturating_sub(STAY);
            texts.drain(..surplus);
        });
    }
}

fn add(chat: Chat, words: &str) {
    chat.state::<Log>().add(words);
}
