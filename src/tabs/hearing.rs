//! What a tab makes of the others' messages.
//!
//! In: a message. Out: what to do. It must not know how it came here.

use super::message::turn_of;
use super::mirror::Mirror;
use super::{Act, Message, Role, Tab};
use crate::chat::tree::TurnId;
use crate::event::End;
use crate::history::Head;

impl Tab {
    /// Takes what another tab says. `turns` is the number of turns on the page.
    pub fn heard(&mut self, message: Message, turns: usize) -> Vec<Act> {
        match message {
            Message::Listed => vec![Act::List],
            Message::Cleared => {
                let leave = (!self.id.is_empty()).then_some(Act::Leave);
                [Act::List].into_iter().chain(leave).collect()
            }
            Message::Deleted(deleted) => {
                let mut acts = vec![Act::List];
                if deleted.of == self.id {
                    self.gone = Some(deleted.of.clone());
                    acts.push(Act::Gone(deleted));
                }
                acts
            }
            Message::Restored { of } => {
                let back = self.gone.take_if(|gone| *gone == of).map(Act::Back);
                [Act::List].into_iter().chain(back).collect()
            }
            Message::Follow { ref of } if *of == self.id => self.is_asked(),
            Message::Yield { of, end } if of == self.id => self.is_to_yield(end),
            Message::Stop { of } if of == self.id => match self.role {
                Role::Writer => vec![Act::Stop],
                _ => Vec::new(),
            },
            Message::Writes { of, version } if of == self.id => self.is_behind(version),
            Message::Took { of } if of == self.id => self.has_new_writer(),
            Message::Running { of, id, record } if of == self.id => {
                self.runs(id, &record, turns, false)
            }
            Message::Ended { of, id, record } if of == self.id => {
                self.runs(id, &record, turns, true)
            }
            Message::Grew {
                of,
                id,
                at,
                text,
                thought,
            } if of == self.id => self.grows(id, at, (&text, &thought)),
            Message::Wrote {
                of,
                expect,
                head,
                turns: records,
            } if of == self.id => match Head::read(&head) {
                Some(head) => self.is_amended(expect, &head, records, turns),
                None => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    fn is_asked(&mut self) -> Vec<Act> {
        if self.role != Role::Writer {
            return Vec::new();
        }
        self.is_followed = true;
        let (of, version) = (self.id.clone(), self.version);
        vec![Act::Say(Message::Writes { of, version }), Act::SayRunning]
    }

    fn is_to_yield(&mut self, end: End) -> Vec<Act> {
        self.is_polite = self.role == Role::Follower;
        if self.role != Role::Writer {
            return Vec::new();
        }
        self.role = Role::Yielding;
        vec![Act::Yield(end)]
    }

    /// Reads anew where the writer has written more than is shown.
    fn is_behind(&mut self, version: u64) -> Vec<Act> {
        self.heard = self.heard.max(version);
        if self.role == Role::Follower && version != self.version && !self.is_reading {
            return self.begin_reading();
        }
        Vec::new()
    }

    /// Reads what the new writer has found: whatever ran before is over.
    fn has_new_writer(&mut self) -> Vec<Act> {
        self.is_polite = false;
        if self.role != Role::Follower {
            return Vec::new();
        }
        let mut acts = self.cut();
        self.mirror = None;
        acts.extend(self.begin_reading());
        acts
    }

    /// Takes the reply that runs, or that `is_over`, whole.
    fn runs(&mut self, id: TurnId, record: &str, turns: usize, is_over: bool) -> Vec<Act> {
        let whole = turn_of(record).filter(|_| self.role == Role::Follower);
        let Some(whole) = whole else {
            return Vec::new();
        };
        self.is_asking = false;
        let known = self.mirror.as_mut();
        let known = known.filter(|mirror| mirror.id == id && mirror.is_shown);
        // One that was begun anew is shown anew.
        let mut acts = match known.and_then(|mirror| mirror.reach(&whole)) {
            Some(events) => vec![Act::Grow(events)],
            None => {
                let mirror = Mirror::new(id, whole.clone(), id < turns && !self.is_reading);
                let begin = Act::Begin(id, Box::new(mirror.turn.clone()));
                let is_shown = mirror.is_shown;
                self.mirror = Some(mirror);
                is_shown.then_some(begin).into_iter().collect()
            }
        };
        if is_over {
            let mirror = self.mirror.take().filter(|mirror| mirror.is_shown);
            acts.extend(mirror.and(whole.end).map(Act::End));
        }
        acts
    }

    /// Takes more of the reply that runs; asks for all of it where something between was missed.
    fn grows(&mut self, id: TurnId, at: (usize, usize), more: (&str, &str)) -> Vec<Act> {
        let mirror = self.mirror.as_mut().filter(|mirror| mirror.id == id);
        let grown = mirror.and_then(|mirror| {
            let events = mirror.grow(at, more.0, more.1)?;
            Some(mirror.is_shown.then_some(Act::Grow(events)))
        });
        match grown {
            Some(act) => act.into_iter().collect(),
            None if self.role == Role::Follower && !self.is_reading && !self.is_asking => {
                vec![self.ask()]
            }
            None => Vec::new(),
        }
    }

    /// Takes records that the store has confirmed.
    fn is_amended(
        &mut self,
        expect: u64,
        head: &Head,
        mut records: Vec<(TurnId, String)>,
        turns: usize,
    ) -> Vec<Act> {
        self.heard = self.heard.max(head.version);
        self.is_asking = false;
        if self.role != Role::Follower || self.is_reading || head.version <= self.version {
            return Vec::new();
        }
        if expect != self.version {
            return self.begin_reading();
        }
        self.version = head.version;
        // Of the reply that runs more is shown than this.
        let shown = self.mirror.as_ref().filter(|mirror| mirror.is_shown);
        let shown = shown.map(|mirror| mirror.id);
        records.retain(|(id, _)| Some(*id) != shown);
        let count = records.iter().map(|(id, _)| id.saturating_add(1)).max();
        let count = count.unwrap_or(0).max(turns);
        let mut acts = vec![Act::Amend {
            turns: records,
            aside: head.aside.clone(),
        }];
        if let Some(mirror) = self.mirror.as_mut().filter(|mirror| !mirror.is_shown) {
            mirror.is_shown = mirror.id < count;
            let begin = || Act::Begin(mirror.id, Box::new(mirror.turn.clone()));
            acts.extend(mirror.is_shown.then(begin));
        }
        acts
    }
}
