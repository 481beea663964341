//! Rill's own file. How it is written and read is in [`crate::chat::archive`].

use crate::chat::archive::{self, Unreadable};
use crate::import::document::Json;
use crate::import::outcome::{About, Conversation, Left, Reason, Why};
use crate::import::reader::Output;

/// Reads one conversation.
pub fn entry(entry: Json<'_>, out: &mut Output<'_>) {
    match archive::import(entry.raw()) {
        Ok(read) => {
            let mut left = Left::default();
            left.add(Why::Message, read.left);
            let time = |id| read.tree.turn(id).and_then(|turn| turn.time);
            let times: Vec<_> = (0..read.tree.len()).map(time).collect();
            let archive::About {
                id,
                title,
                updated,
                marks,
            } = read.about;
            out.give(Some(Conversation {
                about: About {
                    is_own: id.is_some(),
                    id,
                    title,
                    updated,
                    marks,
                    system: read.tree.system.clone(),
                    ..About::default()
                },
                times,
                tree: read.tree,
                left,
            }));
        }
        Err(Unreadable::Newer) => out.refuse(Reason::Newer),
        Err(Unreadable::NotJson | Unreadable::NotAConversation) => out.give(None),
    }
}
