//! What comes out of a file: conversations, what was left behind and why, or a refusal by name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::rules::time::Moment;
use crate::chat::archive::Marks;
use crate::chat::tree::Tree;

/// A program's way of writing conversations.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::IntoStaticStr,
    strum::VariantArray,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Format {
    /// Rill's own.
    Rill,
    /// ChatGPT's export.
    #[strum(serialize = "chatgpt")]
    ChatGpt,
    /// Claude's export.
    Claude,
    /// Open WebUI.
    OpenWebui,
    /// LibreChat.
    #[strum(serialize = "librechat")]
    LibreChat,
    /// SillyTavern's chats.
    #[strum(serialize = "sillytavern")]
    SillyTavern,
    /// Character cards.
    Card,
    /// KoboldAI Lite, KoboldCpp and KoboldAI United.
    KoboldLite,
    /// Lists of `from` and `value`, as data sets have them.
    #[strum(serialize = "sharegpt")]
    ShareGpt,
    /// The page of llama.cpp's server.
    LlamaCpp,
    /// llama.ui.
    LlamaUi,
    /// page-assist.
    PageAssist,
    /// NextChat.
    #[strum(serialize = "nextchat")]
    NextChat,
    /// Hollama.
    Hollama,
    /// Jan.
    Jan,
    /// LM Studio.
    LmStudio,
    /// big-AGI.
    BigAgi,
    /// Chatbox.
    Chatbox,
    /// Messages as OpenAI's servers take them, and files for fine-tuning.
    #[strum(serialize = "openai")]
    OpenAi,
}

impl Format {
    /// The format's word, in small letters.
    pub fn word(self) -> &'static str {
        self.into()
    }

    /// The program's own name; `None` for what is no program's.
    pub fn program(self) -> Option<&'static str> {
        Some(match self {
            Format::Rill => "Rill",
            Format::ChatGpt => "ChatGPT",
            Format::Claude => "Claude",
            Format::OpenWebui => "Open WebUI",
            Format::LibreChat => "LibreChat",
            Format::SillyTavern => "SillyTavern",
            Format::Card => return None,
            Format::KoboldLite => "KoboldAI Lite",
            Format::ShareGpt => "ShareGPT",
            Format::LlamaCpp => "llama.cpp",
            Format::LlamaUi => "llama.ui",
            Format::PageAssist => "Page Assist",
            Format::NextChat => "NextChat",
            Format::Hollama => "Hollama",
            Format::Jan => "Jan",
            Format::LmStudio => "LM Studio",
            Format::BigAgi => "big-AGI",
            Format::Chatbox => "Chatbox",
            Format::OpenAi => "OpenAI",
        })
    }
}

/// A reason why something stays behind.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::IntoStaticStr,
    strum::VariantArray,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Why {
    /// A picture that is elsewhere, or no picture by its bytes.
    Picture,
    /// A file that is elsewhere.
    File,
    /// Traffic with a tool.
    Tool,
    /// A text of the system behind the first words.
    System,
    /// A message that is damaged, or without a speaker.
    Message,
    /// A part of a message that nobody here understands.
    Part,
    /// A lorebook: it is not used.
    Lorebook,
    /// A greeting for groups alone.
    Greeting,
    /// A conversation that stands in the import twice: the newer one is taken.
    Twice,
    /// A conversation in which nobody says anything yet: a character without a greeting.
    Silent,
}

/// Counts of what stays behind, by the reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left(BTreeMap<Why, usize>);

impl Left {
    /// Counts some more.
    pub fn add(&mut self, why: Why, count: usize) {
        if count > 0 {
            *self.0.entry(why).or_default() += count;
        }
    }

    /// Counts all that another has.
    pub fn join(&mut self, other: &Left) {
        other.each().for_each(|(why, count)| self.add(why, count));
    }

    /// The count for one reason.
    pub fn count(&self, why: Why) -> usize {
        self.0.get(&why).copied().unwrap_or_default()
    }

    /// The count for all reasons.
    pub fn all(&self) -> usize {
        self.0.values().sum()
    }

    /// The reasons that there are, each with its count.
    pub fn each(&self) -> impl Iterator<Item = (Why, usize)> + '_ {
        self.0.iter().map(|(why, count)| (*why, *count))
    }
}

/// All that a file says of a conversation, beside its turns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// The name that its program knows it by.
    pub id: Option<String>,
    /// The title; `None` where the program has none either.
    pub title: Option<String>,
    /// The system prompt.
    pub system: Option<String>,
    /// The model, where the file names one for the whole conversation.
    pub model: Option<String>,
    /// The time of its first day.
    pub created: Option<Moment>,
    /// The time of its last change.
    pub updated: Option<Moment>,
    /// `true` where the file is Rill's own: it is known by the same name in every store.
    pub is_own: bool,
    /// The person's own marks, in a file of Rill's.
    pub marks: Marks,
}

/// A conversation that was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Conversation {
    /// All but its turns.
    pub about: About,
    /// The turns, shown as the file shows them. Every reply has its end.
    pub tree: Tree,
    /// The time of each turn, by its id.
    pub times: Vec<Option<Moment>>,
    /// What was left behind of it.
    pub left: Left,
}

/// An account of what was read from a file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Report {
    /// The format; `None` where a container has files of several.
    pub format: Option<Format>,
    /// Number of conversations that were read.
    pub conversations: usize,
    /// Number of entries that could have been conversations: empty ones, null, damaged ones.
    pub skipped: usize,
    /// What was left behind of all.
    pub left: Left,
}

/// A reason why a file is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::IntoStaticStr, Serialize, Deserialize)]
#[strum(serialize_all = "kebab-case")]
pub enum Reason {
    /// The file is empty.
    Empty,
    /// A text, or bytes, that are no JSON.
    NotJson,
    /// JSON of no format that is known here.
    Unknown,
    /// A known format, and nobody says anything in it.
    Silent,
    /// Written by a newer Rill.
    Newer,
    /// A backup of big-AGI's whole databases, not its export.
    FlashBackup,
    /// A picture without a character card in it.
    NoCard,
    /// A ZIP without conversations in it.
    NoConversations,
    /// A ZIP that is damaged.
    BadZip,
    /// A ZIP that is locked with a password, or packed in a way that is not known here.
    LockedZip,
    /// One entry is longer than is read here.
    TooLong,
    /// The file could not be read from where it is.
    Unreadable,
    /// Whoever took the conversations wanted no more.
    Cancelled,
}

/// A refusal. Nothing of the file is to be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The name of the file; inside of a ZIP, with that of the entry behind a `/`.
    pub file: String,
    /// The place in the file, in bytes of its text, where one can be told.
    pub place: Option<u64>,
    /// The reason.
    pub reason: Reason,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let reason: &str = self.reason.into();
        match self.place {
            Some(place) => write!(out, "{}, byte {place}: {reason}", self.file),
            None => write!(out, "{}: {reason}", self.file),
        }
    }
}

impl std::error::Error for Refusal {}
