//! What a reply says to those who listen to the page: that it begins, its sentences a few at a time, and how it ended.
//!
//! In: what is drawn, and the time. Out: one text after the other in the conversation's live region (`ui/turns.rs`): never a token,
//! never a figure, nothing twice. Who hears a page is slower than a model that writes: sentences wait for each other.

use crate::event::{Deadline, Millis};
use crate::page::app::Chat;
use crate::page::painter::Painter;
use crate::page::plain;
use crate::page::sentences::running;
use crate::reply::{Status, spoken};

/// Time for which nothing more is said after a few sentences, in milliseconds: about as long as it takes to say them.
const APART: Millis = 10_000.0;
/// Time from a look that found no finished sentence to the next, in milliseconds.
const AGAIN: Millis = 1000.0;

/// Voice of one reply: what was said of it so far.
#[derive(Default)]
pub struct Voice {
    begun: bool,
    /// Deadline that the person was asked about.
    asked: Option<Deadline>,
    /// Time before which nothing more is said, in milliseconds.
    due: Millis,
    /// Number of the block that is being read; those before it were read whole, and `given` sentences of it.
    block: usize,
    given: usize,
}

impl Voice {
    /// Says what there is to say by now: that the reply begins, the question whether to wait on, the sentences that are done.
    pub fn look(&mut self, chat: Chat, at: Millis, painter: Option<&Painter>, status: &Status) {
        let asks = match status {
            Status::Asking(clock) => Some(*clock),
            _ => None,
        };
        if self.asked != asks {
            self.asked = asks;
            // It does not wait, for the reply ends soon if nobody answers. A question that is answered stands no longer.
            let question = asks.map(|_| running(chat, status));
            return say(chat, &question.unwrap_or_default());
        }
        if at < self.due {
            return;
        }
        let words = painter.map(|painter| self.rest(painter, false));
        match words.filter(|words| !words.is_empty()) {
            Some(words) => {
                self.due = at + APART;
                say(chat, &words);
            }
            None if !self.begun => say(chat, &running(chat, &Status::Waiting)),
            None => self.due = at + AGAIN,
        }
        self.begun = true;
    }

    /// Says what was not said yet, and how the reply ended.
    pub fn end(&mut self, chat: Chat, painter: Option<&Painter>, end: &str) {
        let rest = painter.map(|painter| self.rest(painter, true));
        let rest = rest.unwrap_or_default();
        say(chat, format!("{rest}\n{end}").trim_start());
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

fn say(chat: Chat, words: &str) {
    if let Ok(Some(region)) = chat.shared().root.query_selector(".spoken") {
        region.set_text_content(Some(words));
    }
}
