//! What tabs say to each other of a conversation.
//!
//! In: words of this page, or of another version of it. Out: JSON text. It must not know who hears it. What cannot be read is as good
//! as not said.

use serde::{Deserialize, Serialize};

use crate::chat::archive::{add_record, record};
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::Turn;
use crate::event::End;
use crate::history::{Head, Unwritten};

/// A message to all tabs of this browser that show the page. `of` is a conversation's name in the store, `record` a turn as
/// [`archive`](crate::chat::archive) writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "kebab-case")]
pub enum Message {
    /// A tab shows the conversation as the store holds it, and follows whoever writes it.
    Follow {
        /// The conversation.
        of: String,
    },
    /// The answer to [`Message::Follow`]: the writer is here.
    Writes {
        /// The conversation.
        of: String,
        /// The version that the store holds.
        version: u64,
    },
    /// Another tab writes the conversation from now on.
    Took {
        /// The conversation.
        of: String,
    },
    /// The reply that runs, whole.
    Running {
        /// The conversation.
        of: String,
        /// The reply's turn.
        id: TurnId,
        /// All that has come of it.
        record: String,
    },
    /// More of the reply that runs.
    Grew {
        /// The conversation.
        of: String,
        /// The reply's turn.
        id: TurnId,
        /// Bytes of text, and of thinking, that were there before.
        at: (usize, usize),
        /// More text.
        text: String,
        /// More thinking.
        thought: String,
    },
    /// The end of the reply that ran, with all of it.
    Ended {
        /// The conversation.
        of: String,
        /// The reply's turn.
        id: TurnId,
        /// The whole turn, with its end.
        record: String,
    },
    /// Records that the store has confirmed.
    Wrote {
        /// The conversation.
        of: String,
        /// The version on top of which they stand; 0 for none.
        expect: u64,
        /// The conversation's new record.
        head: String,
        /// New records of turns, each with the turn's number.
        turns: Vec<(TurnId, String)>,
    },
    /// The writer is asked to end the reply that runs, to write all, and to let another tab write.
    Yield {
        /// The conversation.
        of: String,
        /// The end of the reply that runs.
        end: End,
    },
    /// The writer is asked to stop the reply that runs.
    Stop {
        /// The conversation.
        of: String,
    },
    /// A conversation was deleted. Its records can be put back.
    Deleted(Deleted),
    /// A deleted conversation is back.
    Restored {
        /// The conversation.
        of: String,
    },
    /// All conversations were deleted.
    Cleared,
    /// The list has changed.
    Listed,
}

/// The records of a conversation that was deleted, as they stood in the store.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Deleted {
    /// The conversation.
    pub of: String,
    /// The conversation's record, where there was one.
    pub head: Option<String>,
    /// Records of turns, each with its name in the store.
    pub turns: Vec<(String, String)>,
    /// The record of what was left unwritten, where there was one.
    pub left: Option<String>,
}

impl Deleted {
    /// The same records under another name. What is no record stays behind.
    pub fn renamed(mut self, id: &str) -> Deleted {
        if id != self.of {
            self.head = self.head.and_then(|head| Head::renamed(&head, id));
            self.left = self.left.and_then(|left| Unwritten::renamed(&left, id));
            for (name, _) in &mut self.turns {
                let number = name.strip_prefix(self.of.as_str());
                *name = format!("{id}{}", number.unwrap_or_default());
            }
            self.of = id.to_owned();
        }
        self
    }

    /// The title of the conversation, or the name that the person gave it; empty for none.
    pub fn title(&self) -> String {
        let head = self.head.as_deref().and_then(Head::read);
        head.map(|head| head.name().to_owned()).unwrap_or_default()
    }
}

impl Message {
    /// The message as text.
    pub fn write(&self) -> String {
        // Plain data with string keys: serialising it cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a message; `None` where the text is none that this version knows.
    pub fn read(text: &str) -> Option<Message> {
        serde_json::from_str(text).ok()
    }

    /// The message that shows a running reply whole.
    pub fn running(of: &str, id: TurnId, turn: &Turn) -> Message {
        Message::Running {
            of: of.to_owned(),
            id,
            record: record(None, turn),
        }
    }
}

/// Reads the turn of a record; `None` where it is none.
pub(super) fn turn_of(record: &str) -> Option<Turn> {
    let mut tree = Tree::default();
    add_record(&mut tree, record);
    tree.turn(0).cloned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_said_is_heard_and_what_is_no_message_is_not() {
        let of = || "RILL1".to_owned();
        for message in [
            Message::Follow { of: of() },
            Message::Wrote {
                of: of(),
                expect: 3,
                head: "{}".to_owned(),
                turns: vec![(7, "Ὁ ποταμός".to_owned())],
            },
            Message::Yield {
                of: of(),
                end: End::Stopped,
            },
            Message::Deleted(Deleted {
                of: of(),
                turns: vec![("RILL1/00000000".to_owned(), "{}".to_owned())],
                ..Deleted::default()
            }),
            Message::Listed,
        ] {
            assert_eq!(Message::read(&message.write()), Some(message));
        }
        for other in ["", "null", "{\"say\":\"sing\"}", "{\"say\":\"grew\"}"] {
            assert_eq!(Message::read(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_put_back_under_another_name_is_all_of_it() {
        let head = Head {
            id: "RILL1".to_owned(),
            title: "Rivers".to_owned(),
            ..Head::default()
        };
        let deleted = Deleted {
            of: "RILL1".to_owned(),
            head: Some(head.write()),
            turns: vec![("RILL1/00000003".to_owned(), "{}".to_owned())],
            left: None,
        };
        assert_eq!(deleted.clone().renamed("RILL1"), deleted);
        let other = deleted.renamed("RILL2");
        assert_eq!(
            (other.of.as_str(), other.title().as_str()),
            ("RILL2", "Rivers")
        );
        assert_eq!(other.turns[0].0, "RILL2/00000003");
        assert_eq!(
            Head::read(other.head.as_deref().unwrap()).unwrap().id,
            "RILL2"
        );
    }
}
