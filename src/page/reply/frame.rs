//! What a frame does: it takes in what may be shown, paints it, and concludes the reply with its last letter.
//!
//! In: the pacer and the clock. Out: the page, touched at most once a frame.

use std::rc::Rc;

use leptos::prelude::*;

use crate::chat::turn::Turn;
use crate::doctor;
use crate::event::{End, Millis};
use crate::markdown::piece_of;
use crate::page::app::Meter;
use crate::page::clock::{hidden, is_calm, now};
use crate::page::live::Status;

use super::{Core, Reply};

/// How often the figures in the status line may change, in milliseconds.
const STATUS_EVERY: Millis = 250.0;

/// So long a frame may take in more text, in milliseconds; what is left is for the next one. A click is answered between them.
/// Where the browser needs long to lay out what is there, a frame takes in more: else it would lay out the same too often.
const WORK: [Millis; 2] = [16.0, 40.0];
/// So many bytes it takes in before it looks at the clock.
const SLICE: usize = 4096;

impl Reply {
    pub(super) fn show_status(&self, status: Status) {
        if self.status.with_untracked(|shown| *shown != status) {
            self.status.set(status);
        }
    }

    pub(super) fn arm(self: &Rc<Self>, wait: Millis) {
        let reply = self.clone();
        let mut core = self.core.borrow_mut();
        if core.concluded {
            return;
        }
        if wait == 0.0 {
            // What is new is shown at the next frame, even where a later beat was pending.
            core.beat.hasten();
        }
        core.beat.arm(wait, move || reply.frame());
    }

    /// Shows what may be shown by now.
    pub(super) fn frame(self: &Rc<Self>) {
        if !self.chat.is_mounted() {
            return;
        }
        let at = now();
        let mut guard = self.core.borrow_mut();
        let core = &mut *guard;
        if core.concluded {
            return;
        }
        core.pacer.set_instant(hidden() || is_calm());
        core.pacer.advance(at);
        if std::mem::take(&mut core.rewrite) {
            let text = format!("{}{}", &core.turn.text[..core.prefix], core.pacer.shown());
            core.markdown.replace(&text);
        }
        let all = core.paint(at);
        let over = all && core.end.is_some() && core.pacer.drained();
        if over {
            core.markdown.finish();
            core.draw();
        }
        let delta =
            (core.turn.text.len() > core.told).then(|| core.turn.text[core.told..].to_owned());
        core.told = core.turn.text.len();
        let behind = core.pacer.behind() > 0;
        let thinks = !core.turn.reasoning.is_empty();
        let status = core.status(at);
        let due = core.pacer.next_due(at);
        let seen = if over {
            usize::MAX
        } else {
            core.markdown.text().len()
        };
        let end = if over { core.conclude() } else { None };
        if !all {
            core.beat.hurry();
            core.busy_since = Some(at);
        }
        drop(guard);

        if self.thinks.get_untracked() != thinks {
            self.thinks.set(thinks);
        }
        if self.behind.get_untracked() != behind {
            self.behind.set(behind);
        }
        let looked = self.looks.tokens.borrow().within(seen);
        if self.looks.shown.get_untracked() != looked {
            self.looks.shown.set(looked);
        }
        if let Some(delta) = delta {
            self.chat.tell("rill-delta", &[("text", &delta.into())]);
        }
        if let Some(end) = end {
            self.finished(end);
            return;
        }
        if let Some(status) = status {
            self.show_status(status);
        }
        // Last, for it has the browser lay out the page: what changed after it would be laid out by itself.
        self.chat.follow();
        if !all {
            self.arm(0.0);
        } else if let Some(due) = due {
            self.arm((due - at).max(0.1));
        }
    }

    /// The last letter is shown: the turn becomes part of the conversation.
    pub(super) fn finished(self: &Rc<Self>, end: End) {
        let chat = self.chat;
        let core = self.core.borrow();
        let turn = core.turn.clone();
        let verdict = doctor::verdict(&core.trace, Some(&end), now());
        let first_ms = core.first_text.map(|at| at - core.started);
        let took_ms = core.last_text - core.started;
        drop(core);
        chat.finding.set(Some(verdict));
        self.pulse();
        self.measure(&turn);
        chat.tree.update(|tree| {
            if let Some(kept) = tree.turn_mut(self.id) {
                *kept = turn.clone();
            }
        });
        self.status.set(Status::Ended);
        self.end.set(Some(end.clone()));
        let is_newest = chat.live.with_untracked(|live| {
            live.as_ref()
                .is_some_and(|live| std::ptr::addr_eq(Rc::as_ptr(live), Rc::as_ptr(self)))
        });
        if is_newest {
            chat.live.set(None);
        }
        let detail = serde_json::json!({
            "end": end.word(),
            "reason": end.reason(),
            "text": turn.text,
            "usage": turn.usage,
            "timings": { "first_text_ms": first_ms, "total_ms": took_ms, "server": turn.timings },
        });
        let detail = js_sys::JSON::parse(&detail.to_string()).unwrap_or_default();
        let field = |name: &str| js_sys::Reflect::get(&detail, &name.into()).unwrap_or_default();
        chat.tell(
            "rill-end",
            &[
                ("end", &field("end")),
                ("reason", &field("reason")),
                ("text", &field("text")),
                ("usage", &field("usage")),
                ("timings", &field("timings")),
            ],
        );
        if let Some(error) = end.error() {
            let message = crate::page::words::end_words(chat, &end);
            chat.tell(
                "rill-error",
                &[
                    ("message", &message.into()),
                    ("code", &error.code.clone().into()),
                ],
            );
        }
        chat.follow();
    }

    /// What the conversation takes of the context now.
    pub(super) fn measure(&self, turn: &Turn) {
        let before = self.chat.meter.get_untracked();
        let reply_about = (turn.text.chars().count() + turn.reasoning.chars().count()) as u32 / 4;
        let meter = match (
            turn.usage.prompt_tokens,
            turn.usage.completion_tokens,
            before,
        ) {
            (Some(prompt), Some(completion), _) => Meter {
                used: prompt + completion,
                exact: true,
            },
            (None, Some(completion), Some(before)) if before.exact => Meter {
                used: before.used + completion,
                exact: true,
            },
            (_, completion, Some(before)) => Meter {
                used: before.used + completion.unwrap_or(reply_about),
                exact: false,
            },
            (_, completion, None) => Meter {
                used: completion.unwrap_or(reply_about),
                exact: false,
            },
        };
        self.chat.meter.set(Some(meter));
    }
}

impl Core {
    /// Paints what may be shown; `false` where that is more than one frame has time for, and there is more to paint.
    pub(super) fn paint(&mut self, at: Millis) -> bool {
        let frame = self.busy_since.take().map_or(0.0, |began| at - began);
        let due = at + (frame / 2.0).clamp(WORK[0], WORK[1]);
        let all = loop {
            let from = (self.markdown.text().len() - self.prefix).min(self.pacer.shown().len());
            let rest = &self.pacer.shown()[from..];
            let slice = piece_of(rest, SLICE);
            self.markdown.append(slice);
            let all = slice.len() == rest.len();
            self.draw();
            // Nobody waits for the frames of a page out of sight; and a frame that concludes is the last.
            if all || now() > due && !self.concluding && !hidden() {
                break all;
            }
        };
        if self.painter.is_some() {
            let shown = self.markdown.text().len() - self.prefix;
            self.trace.paint(at, shown, now() - at);
        }
        if let Some(node) = &self.reasoning
            && self.turn.reasoning.len() > self.reasoned
        {
            // An append: what is there is not touched, so that a selection in it survives.
            let _ = node.append_data(&self.turn.reasoning[self.reasoned..]);
            self.reasoned = self.turn.reasoning.len();
        }
        all
    }

    pub(super) fn draw(&mut self) {
        if let Some(painter) = &mut self.painter {
            painter.paint(&mut self.markdown);
        }
    }

    /// The status that text brings, a few times a second.
    pub(super) fn status(&mut self, at: Millis) -> Option<Status> {
        if self.finishing.is_some() || self.end.is_some() {
            return (self.pacer.behind() > 0).then_some(Status::Showing);
        }
        if self.turn.text.len() <= self.prefix || at < self.status_due {
            return None;
        }
        self.status_due = at + STATUS_EVERY;
        let measured = self
            .turn
            .timings
            .predicted_per_second
            .map(|speed| (speed.round() as u32, true));
        let seconds = (self.last_text - self.first_text?) / 1000.0;
        // About four letters to a token; below a second the figure would say nothing.
        let letters = (self.turn.text.len() - self.prefix + self.turn.reasoning.len()) as f64;
        let estimate = (seconds > 1.0).then(|| ((letters / 4.0 / seconds).round() as u32, false));
        Some(Status::Writing(measured.or(estimate)))
    }

    pub(super) fn conclude(&mut self) -> Option<End> {
        self.concluded = true;
        self.beat.disarm();
        self.watch = None;
        self.turn.end.clone_from(&self.end);
        self.end.clone()
    }
}
