//! The note on a reply that runs, by which a page that was reloaded, or taken away and brought back, asks its server for the rest.
//!
//! In: the reply's names. Out: a text for the tab, and the names again. It must not know a key: whoever asks has it, or has it not.

use serde::{Deserialize, Serialize};

use crate::chat::tree::TurnId;
use crate::chat::turn::Turn;
use crate::text;

/// The age up to which a note is of use, in milliseconds: llama.cpp keeps the bytes of a reply for five minutes (protocols, 7.6).
const FRESH: f64 = 300_000.0;

/// The names under which a reply that runs is known here and at its server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Running {
    /// The conversation's name in the store.
    pub conversation: String,
    /// The number of the reply's turn.
    pub turn: TurnId,
    /// The server's base address.
    pub server: String,
    /// The name of the transport that the reply takes.
    pub transport: String,
    /// The id that the page made for the reply.
    pub generation: String,
    /// `true` where the request had headers of our own.
    pub free_headers: bool,
    /// Bytes of text and of thinking that were there before the reply began.
    pub before: (usize, usize),
    /// The time at which the reply was last seen to run, in milliseconds since 1970.
    pub at: f64,
}

impl Running {
    /// Reads a note; `None` where the text is none.
    pub fn read(note: &str) -> Option<Running> {
        serde_json::from_str(note).ok()
    }

    /// The note as text.
    pub fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Tells whether the server may still know the reply; `now` is in milliseconds since 1970.
    pub fn is_fresh(&self, now: f64) -> bool {
        (0.0..FRESH).contains(&(now - self.at))
    }

    /// The part of a turn that came with this reply.
    pub fn part_of(&self, turn: &Turn) -> Turn {
        let (text, reasoning) = self.before;
        Turn {
            text: text::from(&turn.text, text).to_owned(),
            reasoning: text::from(&turn.reasoning, reasoning).to_owned(),
            ..Turn::reply()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note() -> Running {
        Running {
            conversation: "RILL1".to_owned(),
            turn: 3,
            server: "http://127.0.0.1:8080".to_owned(),
            transport: "/v1/chat/completions".to_owned(),
            generation: "RILL2".to_owned(),
            free_headers: true,
            before: (3, 0),
            at: 1_000.0,
        }
    }

    #[test]
    fn a_note_is_read_again_and_a_broken_one_is_none() {
        let text = note().write();
        assert_eq!(Running::read(&text), Some(note()));
        let broken = text.replace("generation", "key");
        assert_eq!(Running::read(&broken), None);
        assert_eq!(Running::read(""), None);
    }

    #[test]
    fn a_note_is_of_use_for_some_minutes() {
        let known = |now| note().is_fresh(now);
        assert!(known(1_000.0) && known(300_999.0));
        assert!(!known(301_000.0) && !known(999.0) && !known(f64::NAN));
    }

    #[test]
    fn what_was_there_before_is_no_part_of_the_reply() {
        let turn = Turn {
            text: "One two".to_owned(),
            reasoning: "Hm".to_owned(),
            ..Turn::reply()
        };
        let part = note().part_of(&turn);
        assert_eq!((&*part.text, &*part.reasoning), (" two", "Hm"));
    }
}
