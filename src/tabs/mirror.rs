//! A reply that another tab makes, as far as it is known here.
//!
//! In: all of it, or more of it. Out: the events that bring what is shown to the same state. It must not know the tabs.

use crate::chat::tree::TurnId;
use crate::chat::turn::Turn;
use crate::event::ChatEvent;

/// The mirror of a reply that runs in another tab.
#[derive(Debug, Clone)]
pub(super) struct Mirror {
    /// The reply's turn.
    pub(super) id: TurnId,
    /// All that has come of it, without an end.
    pub(super) turn: Turn,
    /// Set once it is shown: before, the page may not have the turn.
    pub(super) is_shown: bool,
}

impl Mirror {
    pub(super) fn new(id: TurnId, mut turn: Turn, is_shown: bool) -> Mirror {
        turn.end = None;
        Mirror { id, turn, is_shown }
    }

    /// Takes more of the reply, behind so many bytes of text and thinking. Gives the events that it brings; `None` where something
    /// between is missing.
    pub(super) fn grow(
        &mut self,
        at: (usize, usize),
        text: &str,
        thought: &str,
    ) -> Option<Vec<ChatEvent>> {
        if at != (self.turn.text.len(), self.turn.reasoning.len()) {
            return None;
        }
        let thought = Some(thought).filter(|thought| !thought.is_empty());
        let text = Some(text).filter(|text| !text.is_empty());
        let thought = thought.map(|thought| ChatEvent::Reasoning(thought.to_owned()));
        let text = text.map(|text| ChatEvent::Text(text.to_owned()));
        let events: Vec<ChatEvent> = thought.into_iter().chain(text).collect();
        events.iter().for_each(|event| self.turn.apply(event));
        Some(events)
    }

    /// Takes the whole reply. Gives the events that lead there; `None` where none do, for what is shown is no beginning of it.
    pub(super) fn reach(&mut self, whole: &Turn) -> Option<Vec<ChatEvent>> {
        let at = (self.turn.text.len(), self.turn.reasoning.len());
        let text = whole.text.strip_prefix(self.turn.text.as_str())?;
        let thought = whole.reasoning.strip_prefix(self.turn.reasoning.as_str())?;
        let known = self.turn.tools.len();
        let same = whole.tools.get(..known) == Some(&self.turn.tools);
        let tools = whole.tools.get(known..).filter(|_| same)?;
        let mut events = self.grow(at, text, thought)?;
        events.extend(tools.iter().cloned().map(ChatEvent::ToolCall));
        events.extend(whole.model.clone().map(ChatEvent::Model));
        events.push(ChatEvent::Usage(whole.usage));
        events.push(ChatEvent::Timings(whole.timings));
        events.iter().for_each(|event| match event {
            ChatEvent::Text(_) | ChatEvent::Reasoning(_) => {}
            event => self.turn.apply(event),
        });
        Some(events)
    }

    /// Tells whether more has come of the reply than `other` holds of it.
    pub(super) fn is_longer_than(&self, other: &Turn) -> bool {
        let length = |turn: &Turn| turn.text.len().saturating_add(turn.reasoning.len());
        length(&self.turn) > length(other)
    }
}
