//! The pages that are measured: Rill, the least that a page can do, and what others do.
//!
//! In: nothing. Out: names, addresses on the bench's site, and how long each is waited for.

use serde::Serialize;
use std::time::Duration;

/// The longest that one reply may take beyond its own time.
const PATIENCE: Duration = Duration::from_secs(180);
/// The same for a page of others, which may never come to its end.
const PEER_PATIENCE: Duration = Duration::from_secs(60);

/// Who shows the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// The release build.
    #[default]
    Rill,
    /// One text node that grows, no markdown.
    Floor,
    /// Paragraphs, no markdown; finished ones are left alone.
    Append,
    /// React and Streamdown.
    Streamdown,
    /// React and react-markdown.
    ReactMarkdown,
    /// deep-chat's element with its own reader.
    DeepChat,
    /// The same, given the text of each read.
    DeepChatFed,
}

impl Who {
    /// Those that are always measured.
    pub const OWN: [Who; 3] = [Who::Floor, Who::Append, Who::Rill];
    /// What others do, where it is wanted.
    pub const PEERS: [Who; 4] = [
        Who::Streamdown,
        Who::ReactMarkdown,
        Who::DeepChat,
        Who::DeepChatFed,
    ];

    /// Whether it is made by others.
    pub fn is_peer(self) -> bool {
        Who::PEERS.contains(&self)
    }

    /// The name of its files.
    pub fn name(self) -> &'static str {
        match self {
            Who::Rill => "chat",
            Who::Floor | Who::Append => "plain",
            Who::Streamdown => "streamdown",
            Who::ReactMarkdown => "react-markdown",
            Who::DeepChat | Who::DeepChatFed => "deep-chat",
        }
    }

    /// Its address, up to the query's next word, for a reply behind so many turns. Rill has them already: they were said.
    pub(super) fn page(self, earlier: usize) -> String {
        let more = match self {
            Who::Append => format!("append&behind={earlier}&"),
            Who::DeepChatFed => "fed&".to_owned(),
            _ => String::new(),
        };
        format!("{}.html?{more}", self.name())
    }

    /// How long it is waited for, beyond the stream's own time.
    pub(super) fn patience(self) -> Duration {
        if self.is_peer() {
            PEER_PATIENCE
        } else {
            PATIENCE
        }
    }
}
