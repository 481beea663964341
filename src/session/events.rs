//! Events in a [`Session`]: each is passed on, and changes where the reply stands.
//!
//! In: the decoder's events, and when they came. Out: the same, but for what came behind the end. It must not know any wire.

use super::{Mark, Session, State};
use crate::event::{ChatEvent, End, Millis, Odd, Oddity};

impl Session {
    /// Passes events on, and draws from them what they mean for the reply as a whole.
    pub(super) fn take(&mut self, now: Millis, events: Vec<ChatEvent>, out: &mut Vec<ChatEvent>) {
        for event in events {
            if self.has_ended() {
                return;
            }
            let closing = matches!(self.state, State::Closing { .. });
            if !closing || self.reopens(&event, out) {
                self.take_one(now, event, out);
            }
        }
    }

    /// Tells whether an event behind an end mark counts as any other does. The others are passed on here, or dropped.
    fn reopens(&mut self, event: &ChatEvent, out: &mut Vec<ChatEvent>) -> bool {
        let sure = self.mark.as_ref().is_some_and(|mark| mark.sure);
        match event {
            ChatEvent::Done(_) | ChatEvent::Blocked(_) | ChatEvent::Error(_) => return !sure,
            // A server's last word on the whole text is no text after the end.
            ChatEvent::ReplaceText(_) => {
                self.answered = true;
                out.push(event.clone());
            }
            event if is_text(event) && sure => out.push(after_end(event)),
            // The mark was no end.
            event if is_text(event) => {
                self.went_on |= self.last_text.is_some() || is_answer(event);
                return true;
            }
            event => out.push(event.clone()),
        }
        false
    }

    fn take_one(&mut self, now: Millis, event: ChatEvent, out: &mut Vec<ChatEvent>) {
        if !matches!(event, ChatEvent::Odd(_)) {
            self.sign_of_life(now);
        }
        if is_text(&event) {
            self.state = State::Flowing;
            let last = self.last_text.replace(now).unwrap_or(now);
            self.longest_pause = self.longest_pause.max(now - last);
            self.answered |= is_answer(&event);
            if matches!(event, ChatEvent::TextWasReasoning) {
                self.answered = false;
            }
        }
        match &event {
            ChatEvent::Id(id) => self.id = Some(id.clone()),
            ChatEvent::Done(finish) => {
                self.mark = Some(Mark {
                    reason: finish.word.clone(),
                    sure: finish.sure,
                });
                self.state = State::Closing {
                    until: now + self.quiet_behind(finish.sure),
                };
                self.asking = None;
            }
            ChatEvent::Blocked(reason) => self.finish_with(End::Blocked {
                reason: reason.clone(),
            }),
            ChatEvent::Error(error) => {
                let end = self.failure(error.clone());
                self.finish_with(end);
            }
            _ => {}
        }
        out.push(event);
    }
}

/// Tells whether an event is text, thinking or a tool call, or changes text or thinking.
fn is_text(event: &ChatEvent) -> bool {
    matches!(
        event,
        ChatEvent::Text(_)
            | ChatEvent::ReplaceText(_)
            | ChatEvent::Reasoning(_)
            | ChatEvent::ToolCall(_)
            | ChatEvent::TextWasReasoning
    )
}

/// Tells whether an event is a piece of the answer: text or a tool call.
fn is_answer(event: &ChatEvent) -> bool {
    matches!(
        event,
        ChatEvent::Text(_) | ChatEvent::ReplaceText(_) | ChatEvent::ToolCall(_)
    )
}

fn after_end(event: &ChatEvent) -> ChatEvent {
    let text = match event {
        ChatEvent::Text(text) | ChatEvent::ReplaceText(text) | ChatEvent::Reasoning(text) => text,
        _ => "",
    };
    ChatEvent::Odd(Oddity {
        what: Odd::AfterEnd,
        sample: text.chars().take(200).collect(),
    })
}
