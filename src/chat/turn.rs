//! One turn of a conversation; a reply grows by events.
//!
//! In: [`ChatEvent`]s. Out: the text, the thinking and the figures so far. Must not know time, pace or page.

use serde::{Deserialize, Serialize};

use super::request::{Image, Message, Role};
use crate::event::{ChatEvent, End, Timings, ToolCallDelta, Usage};

/// The ways in which a person took a turn away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gone {
    /// The turn alone: what stands behind it stays.
    Turn,
    /// The turn and all that stands behind it.
    Branch,
}

/// A summary of the turns up to one turn, which a server is sent in their place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The words; empty where the person wants none here.
    pub text: String,
    /// Number of turns that it sums up, the last of them the turn that it stands behind.
    pub turns: usize,
}

/// A person's notes on a turn, beside its words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Notes {
    /// `true` where the turn is always sent, however long the conversation is.
    #[serde(rename = "pinned", skip_serializing_if = "std::ops::Not::not")]
    pub is_pinned: bool,
    /// Set where the turn was taken away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone: Option<Gone>,
    /// Summary of all turns up to and with this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
}

/// The words of one side, and for a reply its thinking, its figures and its end.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Turn {
    /// The speaker.
    pub role: Role,
    /// The words.
    pub text: String,
    /// Pictures that came with a person's words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
    /// The thinking before the words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reasoning: String,
    /// The tools that the model asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<ToolCallDelta>,
    /// The end of a reply; `None` while it runs, and for a person's turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
    /// Tokens, by the server's count.
    pub usage: Usage,
    /// Times, by the server's clock.
    pub timings: Timings,
    /// The model that answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The time at which it was said, in milliseconds since 1970, where a file told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<i64>,
    /// The person's notes on the turn; `None` where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<Box<Notes>>,
}

impl Turn {
    /// A person's turn.
    pub fn user(text: impl Into<String>) -> Turn {
        Turn::new(Role::User, text.into())
    }

    /// A reply that begins.
    pub fn reply() -> Turn {
        Turn::new(Role::Assistant, String::new())
    }

    fn new(role: Role, text: String) -> Turn {
        Turn {
            role,
            text,
            images: Vec::new(),
            reasoning: String::new(),
            tools: Vec::new(),
            end: None,
            usage: Usage::default(),
            timings: Timings::default(),
            model: None,
            time: None,
            notes: None,
        }
    }

    /// Changes the person's notes on the turn.
    pub fn note(&mut self, change: impl FnOnce(&mut Notes)) {
        let mut notes = self.notes.take().unwrap_or_default();
        change(&mut notes);
        self.notes = Some(notes).filter(|notes| **notes != Notes::default());
    }

    /// Tells whether the turn is always sent.
    pub fn is_pinned(&self) -> bool {
        self.notes.as_ref().is_some_and(|notes| notes.is_pinned)
    }

    /// The way in which the turn was taken away; `None` where it is there.
    pub fn gone(&self) -> Option<Gone> {
        self.notes.as_ref().and_then(|notes| notes.gone)
    }

    /// The summary of all turns up to and with this one, if there is one.
    pub fn summary(&self) -> Option<&Summary> {
        self.notes.as_ref().and_then(|notes| notes.summary.as_ref())
    }

    /// Takes all words out of the turn, for it was taken away for good; its place and its notes stay.
    pub fn empty(&mut self) {
        let notes = self.notes.take();
        *self = Turn {
            end: self.end.clone(),
            notes,
            ..Turn::new(self.role, String::new())
        };
    }

    /// Tells whether there is anything in the turn that [`Turn::empty`] takes out.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
            && self.reasoning.is_empty()
            && self.images.is_empty()
            && self.tools.is_empty()
    }

    /// Takes in an event of the reply.
    pub fn apply(&mut self, event: &ChatEvent) {
        match event {
            ChatEvent::Text(text) => self.text.push_str(text),
            ChatEvent::ReplaceText(text) => self.text.clone_from(text),
            ChatEvent::Reasoning(text) => self.reasoning.push_str(text),
            ChatEvent::TextWasReasoning => {
                let text = std::mem::take(&mut self.text);
                self.reasoning.push_str(&text);
            }
            ChatEvent::ToolCall(piece) => self.tool(piece),
            ChatEvent::Usage(usage) => self.usage.update(usage),
            ChatEvent::Timings(timings) => self.timings.update(timings),
            ChatEvent::Model(model) => self.model = Some(model.clone()),
            ChatEvent::Token(_)
            | ChatEvent::Progress(_)
            | ChatEvent::Alive
            | ChatEvent::Id(_)
            | ChatEvent::Conversation(_)
            | ChatEvent::Context(_)
            | ChatEvent::Done(_)
            | ChatEvent::Blocked(_)
            | ChatEvent::Error(_)
            | ChatEvent::Odd(_) => {}
        }
    }

    fn tool(&mut self, piece: &ToolCallDelta) {
        match self.tools.iter_mut().find(|tool| tool.index == piece.index) {
            Some(tool) => {
                tool.id = tool.id.take().or_else(|| piece.id.clone());
                tool.name = tool.name.take().or_else(|| piece.name.clone());
                tool.arguments.push_str(&piece.arguments);
            }
            None => self.tools.push(piece.clone()),
        }
    }

    /// Tells whether there is nothing to read but the thinking: no answer, and no call of a tool.
    pub fn only_thought(&self) -> bool {
        let is_silent = self.text.trim().is_empty() && self.tools.is_empty();
        is_silent && !self.reasoning.trim().is_empty()
    }

    /// The turn as the server should hear it; `None` where there is nothing to tell (a reply that brought no text).
    pub fn message(&self) -> Option<Message> {
        let nothing = self.role == Role::Assistant && self.text.trim().is_empty();
        (!nothing).then(|| Message {
            role: self.role,
            text: self.text.clone(),
            images: self.images.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(events: &[ChatEvent], text: &str, reasoning: &str) {
        let mut turn = Turn::reply();
        for event in events {
            turn.apply(event);
        }
        assert_eq!(
            (turn.text.as_str(), turn.reasoning.as_str()),
            (text, reasoning)
        );
    }

    #[test]
    fn text_and_thinking_grow_apart() {
        let events = [
            ChatEvent::Reasoning("hm".into()),
            ChatEvent::Text("a".into()),
            ChatEvent::Reasoning("!".into()),
            ChatEvent::Text("b".into()),
        ];
        check(&events, "ab", "hm!");
    }

    #[test]
    fn a_replacement_takes_the_place_of_all_text() {
        check(
            &[
                ChatEvent::Text("teh".into()),
                ChatEvent::ReplaceText("the".into()),
            ],
            "the",
            "",
        );
    }

    #[test]
    fn a_closing_tag_without_an_opening_one_turns_text_into_thinking() {
        let events = [
            ChatEvent::Text("hm".into()),
            ChatEvent::TextWasReasoning,
            ChatEvent::Text("a".into()),
        ];
        check(&events, "a", "hm");
    }

    #[test]
    fn pieces_of_a_tool_call_join_by_their_index() {
        let piece = |index, name: Option<&str>, arguments: &str| {
            ChatEvent::ToolCall(ToolCallDelta {
                index,
                id: None,
                name: name.map(str::to_owned),
                arguments: arguments.to_owned(),
            })
        };
        let mut turn = Turn::reply();
        for event in [
            piece(0, Some("f"), "{"),
            piece(1, Some("g"), "[]"),
            piece(0, None, "}"),
        ] {
            turn.apply(&event);
        }
        let seen: Vec<_> = turn
            .tools
            .iter()
            .map(|tool| (tool.name.as_deref(), tool.arguments.as_str()))
            .collect();
        assert_eq!(seen, [(Some("f"), "{}"), (Some("g"), "[]")]);
    }
}
