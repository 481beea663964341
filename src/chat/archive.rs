//! A conversation as a file: our own versioned JSON, in and out. Keys and addresses are not part of a conversation.

use serde::{Deserialize, Serialize};

use super::tree::Tree;

/// The version that is written.
pub const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct File {
    rill: u32,
    conversation: Tree,
}

/// Why a file cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// Not JSON, or not a conversation of ours.
    NotAConversation,
    /// Written by a newer Rill.
    Newer,
}

/// The conversation as JSON text.
pub fn export(tree: &Tree) -> String {
    let file = File {
        rill: VERSION,
        conversation: tree.settled(),
    };
    // Plain data with string keys: serialising it cannot fail. It goes through plain JSON, which events need as well.
    let file = serde_json::to_value(&file).unwrap_or_default();
    format!("{file:#}")
}

/// Reads what [`export`] wrote.
pub fn import(text: &str) -> Result<Tree, Unreadable> {
    #[derive(Deserialize)]
    struct Version {
        rill: u32,
    }
    let version: Version = serde_json::from_str(text).map_err(|_| Unreadable::NotAConversation)?;
    if version.rill > VERSION {
        return Err(Unreadable::Newer);
    }
    let file: File = serde_json::from_str(text).map_err(|_| Unreadable::NotAConversation)?;
    if file.conversation.is_sound() {
        Ok(file.conversation)
    } else {
        Err(Unreadable::NotAConversation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::turn::Turn;
    use crate::event::End;

    #[test]
    fn what_is_exported_comes_back_the_same() {
        let mut tree = Tree::default();
        let ask = tree.add(None, Turn::user("\u{1F30A} hello"));
        let mut reply = Turn::reply();
        reply.text = "hi".into();
        reply.end = Some(End::Complete {
            reason: "stop".into(),
        });
        tree.add(Some(ask), reply);
        assert_eq!(import(&export(&tree)), Ok(tree));
    }

    #[test]
    fn other_files_are_refused_by_name() {
        let check = |text: &str, expect| assert_eq!(import(text), Err(expect), "{text}");
        check("<html>", Unreadable::NotAConversation);
        check("{}", Unreadable::NotAConversation);
        check(r#"{"rill":99}"#, Unreadable::Newer);
        check(
            r#"{"rill":1,"conversation":{"nodes":[],"roots":[3]}}"#,
            Unreadable::NotAConversation,
        );
    }
}
