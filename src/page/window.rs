//! The window of a chat: what is known of its size and of the size of tokens, and the cut through the conversation on the page.
//!
//! In: the conversation, the server, the preferences, what servers count. Out: [`Fit`]s. Which turns are sent is decided in
//! [`crate::window`]; here are the hands.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::prelude::*;

use super::app::Chat;
use super::follow::follow;
use super::history;
use crate::chat::preferences::Overflow;
use crate::chat::request::Knob;
use crate::chat::tree::{Tree, TurnId};
use crate::window::gauge::Gauge;
use crate::window::talk::{Fit, Terms, fit};

/// What is known of the window of a chat.
#[derive(Default)]
pub struct Window {
    /// Gauge of the model of now, with the server and the model that it is of.
    gauge: ArcRwSignal<(String, Gauge)>,
    /// Size of the context in tokens as a refusal lets guess it, where the server tells nothing.
    guess: Cell<Option<u32>>,
    /// Last turn before the window, and the circumstances under which it is: others move the window as they may.
    border: RefCell<(Circumstances, Option<TurnId>)>,
    /// Cut through the conversation on the page.
    shown: ArcRwSignal<Fit>,
}

/// Circumstances under which the window moves on, but not back: the conversation by its number, the size of the context, the most
/// tokens of an answer, the rule.
type Circumstances = (u32, Option<u32>, Option<u32>, Overflow);

/// Returns the window of a chat.
pub fn of(chat: Chat) -> Rc<Window> {
    chat.state::<Window>()
}

/// Follows the conversation on the page with a cut. Call it under an owner: it ends with it.
pub fn watch(chat: Chat) {
    let window = of(chat);
    follow(move || {
        let last = chat.tree.with(Tree::last);
        let fit = last.map_or_else(Fit::default, |last| window.fit(chat, last, None));
        if window.shown.with_untracked(|shown| *shown != fit) {
            window.shown.set(fit);
        }
    });
}

/// Returns the system prompt of the conversation on the page: its own, its folder's, the person's, or that of the page's owner, which
/// nothing else changes where it is locked. Tracked.
pub fn system(chat: Chat) -> Option<String> {
    let is_fixed = chat
        .options
        .with(|options| options.lock && options.system.is_some());
    let own = chat.tree.with(|tree| tree.system.clone());
    let project = || history::of(chat)?.project()?.system;
    let special = own.or_else(project).filter(|_| !is_fixed);
    special.or_else(|| chat.system())
}

/// Puts the context of the page around behind a system prompt.
pub fn with_context(system: Option<String>, context: Option<String>) -> Option<String> {
    match (system, context) {
        (Some(system), Some(context)) => Some(format!("{system}\n\n{context}")),
        (system, context) => system.or(context),
    }
}

impl Window {
    /// Looks at the cut through the conversation on the page. Tracked.
    pub fn with<T>(&self, look: impl FnOnce(&Fit) -> T) -> T {
        self.shown.with(look)
    }

    /// Cuts the turns that lead to `last`. With `size`, as if the context held no more tokens than that. Tracked.
    pub fn fit(&self, chat: Chat, last: TurnId, size: Option<u32>) -> Fit {
        let system = with_context(system(chat), chat.told_context()).unwrap_or_default();
        let takes = chat.takes();
        let known = self.size(chat);
        let rule = match chat.preferences.with(|preferences| preferences.overflow()) {
            // Nobody would hear the summary.
            Overflow::Summary if takes.deaf_to_system => Overflow::Unpinned,
            rule => rule,
        };
        let answer = knob(chat, Knob::MaxTokens);
        let now = (chat.conversation.get(), known, answer, rule);
        let (before, border) = *self.border.borrow();
        let terms = Terms {
            size: match (size, known) {
                (Some(size), Some(known)) => Some(size.min(known)),
                (size, known) => size.or(known),
            },
            answer,
            system: &system,
            rule,
            gauge: self.gauge(chat),
            with_pictures: chat.blind().is_none(),
            border: border.filter(|_| before == now),
        };
        let fit = chat.tree.with(|tree| fit(tree, last, &terms));
        self.border.replace((now, fit.border));
        fit
    }

    /// Returns the size of the context in tokens: the person's own wish, else as the server tells it, else a guess. `None` where
    /// nobody knows, and where the server keeps the conversation itself. Tracked.
    pub fn size(&self, chat: Chat) -> Option<u32> {
        let takes = chat.takes();
        if takes.keeps_history {
            return None;
        }
        let is_taken = takes.knobs.iter().any(|(knob, _)| *knob == Knob::Context);
        let wished = knob(chat, Knob::Context).filter(|_| is_taken);
        wished.or_else(|| chat.context()).or(self.guess.get())
    }

    /// Returns the gauge of the model of now. Tracked.
    pub fn gauge(&self, chat: Chat) -> Gauge {
        let of = model(chat);
        self.gauge.with(|(known, gauge)| match *known == of {
            true => *gauge,
            false => Gauge::default(),
        })
    }

    /// Takes what the server counted for a prompt of so many estimated tokens. Where it is not sure that all of the prompt was
    /// counted, a lower number says nothing.
    pub fn counted(&self, chat: Chat, estimate: u32, tokens: u32, is_all: bool) {
        let mut gauge = untrack(|| self.gauge(chat));
        if is_all || tokens >= gauge.tokens(estimate) {
            gauge.counted(estimate, tokens);
        }
        let known = (untrack(|| model(chat)), gauge);
        if self.gauge.with_untracked(|before| *before != known) {
            self.gauge.set(known);
        }
    }

    /// Takes a size of the context in tokens that no server told, but that a refusal lets guess.
    pub fn guessed(&self, size: u32) {
        self.guess.set(Some(size));
        self.gauge.notify();
    }

    /// Tells whether the cut through the conversation is an estimate: no server has counted anything yet. Tracked.
    pub fn is_estimate(&self, chat: Chat) -> bool {
        !self.gauge(chat).is_measured()
    }
}

/// Returns what the person set a setting of tokens to; `None` for the server's own, and for "without a limit". Tracked.
fn knob(chat: Chat, knob: Knob) -> Option<u32> {
    let value = chat
        .preferences
        .with(|preferences| preferences.sampling.knobs.get(&knob).copied());
    value
        .filter(|value| *value >= 1.0)
        .map(|value| value as u32)
}

/// Returns a name for the server of now and its model. Tracked.
fn model(chat: Chat) -> String {
    let model = chat
        .link
        .with(|link| link.server().and_then(|server| server.model_id()));
    format!("{} {}", chat.base(), model.unwrap_or_default())
}
