//! What of a conversation a request carries: all of it where that fits, else what the window holds; and once less, where a server says
//! that it is still too much.
//!
//! In: the conversation, the server, the person's rule; what the server counts and how it refuses. Out: requests. Which turns are sent
//! is decided in [`crate::window`].

use std::rc::Rc;

use futures_channel::mpsc;
use leptos::prelude::*;

use crate::chat::request::{ChatRequest, Knob, Message, Role, Sampling};
use crate::chat::tree::TurnId;
use crate::chat::turn::{Summary, Turn};
use crate::dialect::{Dialect, Transport};
use crate::event::{End, ErrorCause, Progress};
use crate::page::app::{Chat, Meter};
use crate::page::clock::PageClock;
use crate::page::live::Status;
use crate::page::net::PageWire;
use crate::page::window::{self, Window};
use crate::page::words::say;
use crate::session::{Control, Plan, Report, ask, drive};
use crate::window::talk::{Fit, Words, messages, to_sum_up};
use crate::window::told::told;

use super::Reply;
use super::ask::request;

/// The part of the context from which on a prompt is counted before it is sent, where the server can count.
const NEAR: f64 = 0.6;
/// The part of what was too much that is sent where the server does not say how much fits.
const LESS: f64 = 0.6;
/// The part of the context that a summary may take: one of so many.
const SUMMARY: u32 = 8;

/// A reply that is being asked for.
pub(super) struct Asking<'a> {
    pub(super) reply: &'a Rc<Reply>,
    pub(super) continues: bool,
    pub(super) model: Option<String>,
    /// Context of the page around.
    pub(super) context: Option<String>,
    /// `true` where a key that the server refuses is asked for once more.
    pub(super) may_renew: bool,
    pub(super) dialect: &'a dyn Dialect,
    pub(super) wire: &'a PageWire,
    pub(super) json: &'a dyn Fn(&str) -> bool,
    pub(super) transport: &'static Transport,
    /// `true` where the person chose the transport.
    pub(super) fixed: bool,
}

/// A request, and the cut that it was made with.
pub(super) struct Sending {
    pub(super) request: ChatRequest,
    fit: Fit,
    is_second: bool,
}

impl Sending {
    /// Tells whether a reply that ended like this may be asked for once more, with less.
    pub(super) fn may_shrink(&self, end: &End) -> bool {
        let is_full =
            matches!(end, End::Refused { error, .. } if error.cause == ErrorCause::ContextFull);
        is_full && !self.is_second
    }
}

impl Asking<'_> {
    fn chat(&self) -> Chat {
        self.reply.chat
    }

    fn window(&self) -> Rc<Window> {
        window::of(self.chat())
    }

    /// Makes the first request. `None` where the person stopped the reply meanwhile.
    pub(super) async fn begin(
        &self,
        controls: &mut mpsc::UnboundedReceiver<Control>,
    ) -> Option<Sending> {
        let mut sending = self.sending(None);
        if !sending.fit.to_sum_up.is_empty() {
            if let Some(end) = self.sum_up(&sending.fit, controls).await {
                self.reply.on(Report::End(end));
                return None;
            }
            sending = self.sending(None);
        }
        self.estimated(&sending.fit);
        let window = self.window();
        let size = untrack(|| window.size(self.chat()));
        let about = self.tokens(sending.fit.estimate);
        let is_near = size.is_some_and(|size| f64::from(about) > NEAR * f64::from(size));
        if !is_near {
            self.count_beside(&sending);
        } else if let Some(counted) = self.count(&sending.request).await {
            window.counted(self.chat(), sending.fit.estimate, counted, true);
            let next = self.sending(None);
            let is_same = next.fit.sent == sending.fit.sent;
            if is_same {
                self.chat().measured(Meter {
                    used: counted,
                    exact: true,
                });
            } else {
                sending = next;
                self.estimated(&sending.fit);
            }
        }
        Some(sending)
    }

    /// Makes a request with less than the one that was refused, and notes what the refusal says of how much fits; `None` where
    /// there is nothing that could be left out.
    pub(super) fn again(&self, refused: &Sending, end: &End) -> Option<Sending> {
        let chat = self.chat();
        let window = self.window();
        let told = told(&end.error()?.message);
        let estimate = refused.fit.estimate;
        if let Some(size) = told.size {
            chat.has_context(size);
        }
        let known = untrack(|| window.size(chat));
        let about = self.tokens(estimate);
        match (told.sent, known) {
            (Some(sent), _) => window.counted(chat, estimate, sent, true),
            // It is more than fits: so much is known.
            (None, Some(size)) => window.counted(chat, estimate, size.saturating_add(1), false),
            (None, None) => {}
        }
        let less = (f64::from(about) * LESS) as u32;
        if known.is_none() {
            window.guessed(less);
        }
        let mut next = self.sending(None);
        if next.fit.sent.len() >= refused.fit.sent.len() {
            next = self.sending(Some(less));
        }
        next.is_second = true;
        self.estimated(&next.fit);
        (next.fit.sent.len() < refused.fit.sent.len()).then_some(next)
    }

    /// Makes the request for what fits into the context; with `size`, for what fits into so many tokens.
    fn sending(&self, size: Option<u32>) -> Sending {
        let chat = self.chat();
        let fit = untrack(|| {
            let last = self.last();
            let fit = last.map(|last| self.window().fit(chat, last, size));
            fit.unwrap_or_default()
        });
        let messages = chat.tree.with_untracked(|tree| messages(tree, &fit.sent));
        // A site's own transport gets it beside the messages, every other server within its one system prompt.
        let is_site = matches!(self.wire, PageWire::Host(_));
        let beside = self.context.clone().filter(|_| is_site);
        let within = self.context.clone().filter(|_| !is_site);
        let system = window::with_context(untrack(|| window::system(chat)), within);
        let system = window::with_context(system, untrack(|| summary(chat, &fit)));
        let takes = self.dialect.takes();
        Sending {
            request: ChatRequest {
                context: beside,
                ..request(
                    chat,
                    messages,
                    self.continues,
                    system,
                    self.model.clone(),
                    &takes,
                )
            },
            fit,
            is_second: false,
        }
    }

    /// Returns the last turn that the server is to hear.
    fn last(&self) -> Option<TurnId> {
        let id = self.reply.id;
        match self.continues {
            true => Some(id),
            false => self.chat().tree.with_untracked(|tree| tree.parent(id)),
        }
    }

    fn tokens(&self, estimate: u32) -> u32 {
        untrack(|| self.window().gauge(self.chat())).tokens(estimate)
    }

    /// Shows how much the request is, as far as that can be told before anybody counts.
    fn estimated(&self, fit: &Fit) {
        self.reply.estimate.set(fit.estimate);
        self.chat().measured(Meter {
            used: self.tokens(fit.estimate),
            exact: false,
        });
    }

    /// Asks the server how many tokens a prompt has; `None` where it does not tell.
    async fn count(&self, request: &ChatRequest) -> Option<u32> {
        ask(self.wire, &self.dialect.count(request)?, self.json).await
    }

    /// Asks the server how many tokens the prompt has, beside the reply.
    fn count_beside(&self, sending: &Sending) {
        let chat = self.chat();
        let Some(asked) = self.dialect.count(&sending.request) else {
            return;
        };
        let estimate = sending.fit.estimate;
        let window = self.window();
        let (wire, ..) = super::ask::wire_of(chat);
        let is_json = (self.json)(&asked.call.path);
        chat.spawn(async move {
            let Some(used) = ask(&wire, &asked, &|_| is_json).await else {
                return;
            };
            window.counted(chat, estimate, used, true);
            // By now the reply's own figures may be here; they are newer.
            if chat
                .meter
                .try_get_untracked()
                .flatten()
                .is_some_and(|meter| !meter.exact)
            {
                chat.measured(Meter { used, exact: true });
            }
        });
    }

    /// Has the model sum up what no summary speaks of, and keeps what it says. Gives the end where the person stopped it; without a
    /// summary the reply comes all the same.
    async fn sum_up(
        &self,
        fit: &Fit,
        controls: &mut mpsc::UnboundedReceiver<Control>,
    ) -> Option<End> {
        let chat = self.chat();
        let border = fit.border?;
        let size = untrack(|| self.window().size(chat))?;
        let gauge = untrack(|| self.window().gauge(chat));
        let most = size / SUMMARY;
        let before = fit
            .summary
            .and_then(|id| chat.with_turn(id, |turn| turn.summary().cloned()));
        let (words, count) = untrack(|| {
            let words = Words {
                ask: &say!(chat, summary_ask, words = most / 2),
                before: &say!(chat, summary_before),
                speakers: (&say!(chat, you), &say!(chat, assistant)),
            };
            let room = size.saturating_sub(most).saturating_sub(gauge.margin(size));
            let told = before.as_ref().map_or("", |summary| summary.text.as_str());
            chat.tree
                .with_untracked(|tree| to_sum_up(tree, &fit.to_sum_up, told, words, (gauge, room)))
        });
        if count == 0 {
            return None;
        }
        let stage = untrack(|| say!(chat, summing_up));
        self.reply
            .show_status(Status::Progress(Progress::Stage(stage)));
        let asked = ChatRequest {
            sampling: Sampling {
                knobs: [(Knob::MaxTokens, f64::from(most))].into(),
                ..Sampling::default()
            },
            alternatives: 0,
            attention: false,
            server_conversation: None,
            ..request(
                chat,
                vec![Message::new(Role::User, words)],
                false,
                None,
                self.model.clone(),
                &self.dialect.takes(),
            )
        };
        let (turn, end) = self.hear(&asked, controls).await;
        match end {
            Some(end @ (End::Stopped | End::Superseded)) => Some(end),
            Some(End::Complete { .. }) if !turn.text.trim().is_empty() => {
                let summary = Summary {
                    text: turn.text.trim().to_owned(),
                    turns: count.saturating_add(before.map_or(0, |before| before.turns)),
                };
                chat.sum_up(border, summary);
                None
            }
            _ => None,
        }
    }

    /// Asks something of the model that is no turn of the conversation. Nothing of it is told to anybody.
    async fn hear(
        &self,
        asked: &ChatRequest,
        controls: &mut mpsc::UnboundedReceiver<Control>,
    ) -> (Turn, Option<End>) {
        let chat = self.chat();
        let (mut turn, mut ended) = (Turn::reply(), None);
        let plan = Plan {
            deadlines: chat.options.with_untracked(|options| options.deadlines),
            transport: self.transport,
            fixed: self.fixed,
            json: self.json,
            refusals: chat.shared().store.refusals(&untrack(|| chat.base())),
            ..Plan::new(self.dialect, asked)
        };
        // What the person says now is for this; what is said behind it, for the reply.
        let heard = std::mem::replace(controls, mpsc::unbounded().1);
        drive(
            plan,
            self.wire,
            &PageClock,
            heard,
            &mut |report| match report {
                Report::Events(events) => events.iter().for_each(|event| turn.apply(event)),
                Report::End(end) => ended = Some(end),
                _ => {}
            },
        )
        .await;
        *controls = self.reply.listen();
        (turn, ended)
    }
}

/// Returns the summary that is sent in the place of what is left out, with its heading; `None` where there is none.
fn summary(chat: Chat, fit: &Fit) -> Option<String> {
    let text = chat.with_turn(fit.summary?, |turn| {
        turn.summary().map(|summary| summary.text.clone())
    })?;
    let is_there = !text.trim().is_empty();
    is_there.then(|| format!("{}\n{text}", say!(chat, summary_before)))
}
