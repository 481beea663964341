//! Several files as one import, so that no conversation is there twice; and one conversation alone.

use std::collections::HashMap;
use std::io::Cursor;
use std::ops::ControlFlow;

use super::container::read;
use super::outcome::{Conversation, Left, Reason, Refusal, Why};

/// Conversations of one import, in the order in which they came. Of two that have one id the newer is taken, of equal ones the later.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The conversations.
    pub conversations: Vec<Conversation>,
    /// Counts of those that were there twice.
    pub left: Left,
    places: HashMap<String, usize>,
}

impl Gathered {
    /// Takes a conversation.
    pub fn take(&mut self, conversation: Conversation) {
        let Some(id) = conversation.about.id.clone() else {
            return self.conversations.push(conversation);
        };
        let next = self.conversations.len();
        let at = *self.places.entry(id).or_insert(next);
        match self.conversations.get_mut(at) {
            None => self.conversations.push(conversation),
            Some(known) => {
                self.left.add(Why::Twice, 1);
                if conversation.about.updated >= known.about.updated {
                    *known = conversation;
                }
            }
        }
    }
}

/// The first conversation of a file in which anybody says anything, and how much of the file is left behind: turns of the others among it.
pub fn first(file: &str, bytes: &[u8]) -> Result<(Conversation, usize), Refusal> {
    let mut found: Option<Conversation> = None;
    let mut left = 0;
    let mut sink = |conversation: Conversation| {
        match &found {
            // A card may have nothing but a prompt.
            None if conversation.tree.is_empty() => {}
            None => found = Some(conversation),
            Some(_) => left += conversation.tree.len(),
        }
        ControlFlow::Continue(())
    };
    let report = read(file, Cursor::new(bytes), &mut sink)?;
    left += report.left.all();
    let silent = || Refusal {
        file: file.to_owned(),
        place: None,
        reason: Reason::Silent,
    };
    Ok((found.ok_or_else(silent)?, left))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::About;

    #[test]
    fn of_two_with_one_id_the_newer_is_taken() {
        let conversation = |id: Option<&str>, title: &str, updated| Conversation {
            about: About {
                id: id.map(str::to_owned),
                title: Some(title.to_owned()),
                updated,
                ..About::default()
            },
            ..Conversation::default()
        };
        let mut gathered = Gathered::default();
        for (id, title, updated) in [
            (Some("a"), "old", Some(1)),
            (None, "x", None),
            (Some("b"), "first", Some(9)),
            (Some("a"), "new", Some(2)),
            (Some("b"), "older", Some(8)),
            (None, "y", None),
            (Some("c"), "one", None),
            (Some("c"), "later", None),
        ] {
            gathered.take(conversation(id, title, updated));
        }
        let titles = gathered
            .conversations
            .iter()
            .filter_map(|one| one.about.title.as_deref());
        assert_eq!(
            titles.collect::<Vec<_>>(),
            ["new", "x", "first", "y", "later"]
        );
        assert_eq!(gathered.left.count(Why::Twice), 3);
    }
}
