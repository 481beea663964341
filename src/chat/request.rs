//! What a person asks, in no server's words. Dialects turn it into calls.

use serde::{Deserialize, Serialize};

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The frame that the conversation stands in.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
}

impl Role {
    /// The name that nearly every wire uses, and `data-role` on the page.
    pub fn word(self) -> &'static str {
        match self {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
        }
    }
}

/// One message of the conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What was said, without the thinking.
    pub text: String,
}

/// Everything that a server needs in order to reply.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatRequest {
    /// The conversation, oldest first; a system prompt, if any, is its first message.
    pub messages: Vec<Message>,
    /// The model's id; `None` lets the server choose.
    pub model: Option<String>,
    /// The last message is the assistant's own, unfinished: go on from its last letter.
    pub continues: bool,
    /// An id that this page made for this reply (`RILL` and digits), for servers whose stop takes one.
    pub generation: String,
    /// How the model picks its words.
    pub sampling: Sampling,
}

/// How the model picks its words; `None` leaves it to the server.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sampling {
    /// 0 always picks the likeliest.
    pub temperature: Option<f64>,
    /// Keeps the likeliest tokens up to this sum of probabilities.
    pub top_p: Option<f64>,
    /// The same number, the same answer, where the server is able to.
    pub seed: Option<u64>,
    /// The most tokens in a reply.
    pub max_tokens: Option<u32>,
    /// Texts that end the reply.
    pub stop: Vec<String>,
}
