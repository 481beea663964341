//! What is told once, or only where it is new: names, figures, stages.
//!
//! In: what a dialect found in a frame. Out: [`ChatEvent`]s, unless the same was told before.

use super::Reply;
use crate::event::{ChatEvent, Progress, Timings, Usage};

impl Reply {
    /// A stage of the server before it has text.
    pub fn progress(&mut self, progress: Progress, out: &mut Vec<ChatEvent>) {
        if !self.ended {
            let own = |words: String| self.own(&words);
            out.push(ChatEvent::Progress(match progress {
                Progress::Queued(words) => Progress::Queued(words.map(own)),
                Progress::Stage(words) => Progress::Stage(own(words)),
                progress => progress,
            }));
        }
    }

    /// Figures, if they are new.
    pub fn usage(&mut self, usage: Usage, out: &mut Vec<ChatEvent>) {
        let mut newer = self.usage;
        newer.update(&usage);
        if newer != self.usage {
            self.usage = newer;
            out.push(ChatEvent::Usage(newer));
        }
    }

    /// Figures, if they are new.
    pub fn timings(&mut self, timings: Timings, out: &mut Vec<ChatEvent>) {
        let mut newer = self.timings;
        newer.update(&timings);
        if newer != self.timings {
            self.timings = newer;
            out.push(ChatEvent::Timings(newer));
        }
    }

    /// The server's id of the reply. Some give every chunk another one: the first is it.
    pub fn id(&mut self, id: Option<&str>, out: &mut Vec<ChatEvent>) {
        if let (false, Some(id)) = (self.has_id, id) {
            self.has_id = true;
            out.push(ChatEvent::Id(self.own(id)));
        }
    }

    /// The model that answers.
    pub fn model(&mut self, model: Option<&str>, out: &mut Vec<ChatEvent>) {
        if let (false, Some(model)) = (self.has_model, model) {
            self.has_model = true;
            out.push(ChatEvent::Model(self.own(model)));
        }
    }

    /// Tokens that fit into the context.
    pub fn context(&mut self, tokens: Option<u32>, out: &mut Vec<ChatEvent>) {
        if let (false, Some(tokens)) = (self.has_context, tokens.filter(|tokens| *tokens > 0)) {
            self.has_context = true;
            out.push(ChatEvent::Context(tokens));
        }
    }

    /// The conversation that the server keeps.
    pub fn conversation(&mut self, id: Option<&str>, out: &mut Vec<ChatEvent>) {
        if let (false, Some(id)) = (self.has_conversation, id) {
            self.has_conversation = true;
            out.push(ChatEvent::Conversation(self.own(id)));
        }
    }
}
