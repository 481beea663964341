//! What a frame does: it takes in what may be shown, paints it, and concludes the reply with its last letter.
//!
//! In: the pacer and the clock. Out: the page, touched at most once a frame.

use std::ops::RangeInclusive;
use std::rc::Rc;

use leptos::prelude::*;

use crate::chat::turn::Turn;
use crate::doctor;
use crate::event::{End, Millis};
use crate::page::app::Meter;
use crate::page::clock::{hidden, is_calm, now};
use crate::page::fault;
use crate::page::history;
use crate::page::idle::Task;
use crate::page::live::{Live, Status};
use crate::page::sentences::{end_words, how_ended};
use crate::page::window;
use crate::reply::about_tokens;
use crate::text;

use super::{Core, Reply};

/// Time for which a frame may take in more text, in milliseconds; what is left is for the next one. A click is answered between
/// them. Where the browser needs long to lay out what is there, a frame takes in more: else it would lay out the same too often.
const WORK: RangeInclusive<Millis> = 16.0..=40.0;

/// Number of new bytes in one frame from which text runs faster than anybody reads: in Latin letters some forty words a second, and no
/// script so few that a reader keeps up.
const FLOOD: usize = 8;
/// Shortest time between two frames of such text, in milliseconds. It comes in words, not in letters, and each frame less is less
/// work for the whole browser.
const WIDE: Millis = 50.0;

impl Reply {
    pub(super) fn show_status(&self, status: Status) {
        let (is_new, before) = self
            .status
            .with_untracked(|shown| (*shown != status, shown.phase()));
        if !is_new {
            return;
        }
        let phase = status.phase();
        self.status.set(status);
        if phase != before {
            self.tell_phase(phase);
        }
    }

    /// Tells the page around what the reply is doing from now on.
    pub(super) fn tell_phase(&self, phase: &str) {
        if !self.follows && self.chat.is_mounted() {
            self.chat.tell("rill-status", &[("phase", &phase.into())]);
        }
    }

    pub(super) fn arm(self: &Rc<Self>, wait: Millis) {
        let reply = self.clone();
        let mut core = self.core.borrow_mut();
        if core.reply.is_over() {
            return;
        }
        if wait == 0.0 {
            // What is new is shown at the next frame, even where a later beat was pending.
            core.beat.hasten();
        }
        core.beat.arm(wait, move || reply.frame(false));
    }

    /// Shows what may be shown by now; with `whole`, all of it in this frame, for it is the last.
    pub(super) fn frame(self: &Rc<Self>, whole: bool) {
        untrack(|| self.show(whole));
    }

    fn show(self: &Rc<Self>, whole: bool) {
        if !self.chat.is_mounted() {
            return;
        }
        let at = now();
        let mut guard = self.core.borrow_mut();
        let core = &mut *guard;
        if core.reply.is_over() {
            return;
        }
        core.reply.advance(at, hidden() || is_calm());
        let before = core.reply.shown() + core.reasoned;
        let all = core.paint(at, whole);
        let fresh = (core.reply.shown() + core.reasoned).saturating_sub(before);
        core.beat
            .set_stride(if fresh >= FLOOD { WIDE } else { 0.0 });
        let end = core.reply.last_letter();
        if end.is_some() {
            core.draw();
            core.beat.disarm();
            core.watch = None;
        }
        let told = core.reply.tell();
        let reasoning = &core.reply.turn().reasoning;
        let thinking = text::from(reasoning, core.netted).to_owned();
        core.netted = reasoning.len();
        let behind = core.reply.is_behind();
        let thinks = !core.reply.turn().reasoning.is_empty();
        let status = core.reply.status(at);
        let due = core.reply.next_due(at);
        let seen = match end {
            Some(_) => usize::MAX,
            None => core.reply.shown(),
        };
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
        let looked = self.insight.tokens.borrow().within(seen);
        if self.insight.shown.get_untracked() != looked {
            self.insight.shown.set(looked);
        }
        if !self.follows {
            fault::grows(self.chat, told, &thinking);
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
        self.look_at_page(at);
        if !all {
            self.arm(0.0);
        } else if let Some(due) = due {
            self.arm((due - at).max(0.1));
        }
    }

    /// Ends the reply once its last letter is shown: the turn becomes part of the conversation, and the page around is told.
    pub(super) fn finished(self: &Rc<Self>, end: End) {
        let chat = self.chat;
        let mut guard = self.core.borrow_mut();
        let core = &mut *guard;
        let turn = core.reply.turn().clone();
        // What takes its place speaks already.
        if end != End::Superseded {
            let words = how_ended(chat, &end, turn.only_thought());
            core.farewell = Some(self.farewell(end.clone(), words));
        }
        let verdict = doctor::verdict(&core.trace, Some(&end), now());
        let first_ms = core.reply.first_after();
        let took_ms = core.reply.last_after();
        drop(guard);
        self.measure(&turn);
        chat.settle_turn(self.id, turn.clone());
        if !self.follows {
            chat.found_out(verdict);
            chat.patient_changed();
            fault::ends(chat, self.id, &turn);
            chat.shared().store.keep_running(None);
            if let Some(history) = history::of(chat) {
                history.ended(self.id, &turn);
            }
        }
        self.status.set(Status::Ended);
        self.end.set(Some(end.clone()));
        let this: Rc<dyn Live> = self.clone();
        chat.over(&this);
        if !self.follows {
            self.tell_phase(Status::Ended.phase());
            self.tell_end(&end, &turn, (first_ms, took_ms));
        }
        chat.follow();
        // Last: the next reply may begin with it.
        chat.reply_ended(&end);
    }

    /// Tells the page around that the reply has ended: first text and last text came so many milliseconds after its beginning.
    fn tell_end(&self, end: &End, turn: &Turn, (first_ms, took_ms): (Option<Millis>, Millis)) {
        let chat = self.chat;
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
            let message = end_words(chat, end);
            chat.tell(
                "rill-error",
                &[
                    ("message", &message.into()),
                    ("code", &error.code.clone().into()),
                ],
            );
        }
    }

    /// Has the voice say the rest and how the reply ended, once all is seen: of a long answer that comes at once, to read it back from
    /// the page takes as long as to draw it.
    fn farewell(self: &Rc<Self>, end: End, words: String) -> Task {
        let reply = self.clone();
        Task::new(true, move || {
            // Of two voices in one region only one would be heard: a newer reply's.
            if reply.chat.is_mounted() && reply.chat.live.with_untracked(Option::is_none) {
                let core = &mut *reply.core.borrow_mut();
                let painter = core.painter.as_ref();
                untrack(|| core.voice.end(reply.chat, painter, &end, &words));
            }
            false
        })
    }

    /// Measures what the conversation takes of the context now, in tokens: by the server's figures where it gave some, else
    /// estimated.
    pub(super) fn measure(&self, turn: &Turn) {
        let before = self.chat.meter.get_untracked();
        if let Some(prompt) = turn.usage.prompt_tokens
            && !self.follows
        {
            // Some count only what they had to read anew.
            window::of(self.chat).counted(self.chat, self.estimate.get(), prompt, false);
        }
        let about = || about_tokens([turn.text.as_str(), &turn.reasoning]);
        let meter = match (
            turn.usage.prompt_tokens,
            turn.usage.completion_tokens,
            before,
        ) {
            (Some(prompt), Some(completion), _) => Meter {
                used: prompt.saturating_add(completion),
                exact: true,
            },
            (None, Some(completion), Some(before)) if before.exact => Meter {
                used: before.used.saturating_add(completion),
                exact: true,
            },
            (_, completion, Some(before)) => Meter {
                used: before.used.saturating_add(completion.unwrap_or_else(about)),
                exact: false,
            },
            (_, completion, None) => Meter {
                used: completion.unwrap_or_else(about),
                exact: false,
            },
        };
        self.chat.measured(meter);
    }
}

impl Core {
    /// Paints what may be shown; `false` where that is more than one frame has time for, and there is more to paint. With
    /// `whole`, all is painted, whatever time it takes.
    fn paint(&mut self, at: Millis, whole: bool) -> bool {
        let frame = self.busy_since.take().map_or(0.0, |began| at - began);
        let due = at + (frame / 2.0).clamp(*WORK.start(), *WORK.end());
        let all = loop {
            let all = self.reply.take_in();
            self.draw();
            // Nobody waits for the frames of a page out of sight.
            if all || now() > due && !whole && !hidden() {
                break all;
            }
        };
        if self.painter.is_some() {
            let shown = self.reply.shown_of_its_own();
            self.trace.paint(at, shown, now() - at);
        }
        if let Some((place, node)) = &self.reasoning {
            let thinking = &self.reply.turn().reasoning;
            if thinking.len() != self.reasoned
                && node.parent_node().is_none()
                && let Some(place) = place
            {
                // A browser that translates the page has put something else there.
                place.set_text_content(None);
                let _ = place.append_child(node);
            }
            if thinking.len() < self.reasoned {
                node.set_data(thinking);
            } else if thinking.len() > self.reasoned {
                // An append: what is there is not touched, so that a selection in it survives.
                let _ = node.append_data(text::from(thinking, self.reasoned));
            }
            self.reasoned = thinking.len();
        }
        all
    }

    fn draw(&mut self) {
        if let Some(painter) = &mut self.painter {
            painter.paint(self.reply.markdown());
        }
    }
}
