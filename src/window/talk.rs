//! The cut through a conversation: which of the turns that lead to one are sent, in a server's messages or as places on the page.
//!
//! In: a tree, the turn that is to be answered, the space, the rule, the gauge. Out: messages, and where the window begins. It must not
//! know how a request is made.

use super::gauge::{Gauge, about};
use super::{Piece, Space, cut};
use crate::chat::preferences::Overflow;
use crate::chat::request::{Message, Role};
use crate::chat::tree::{Tree, TurnId};
use crate::chat::turn::Turn;

/// Circumstances of a cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms<'a> {
    /// Size of the context in tokens; `None` where nobody knows, and then all is sent.
    pub size: Option<u32>,
    /// The most tokens of the answer, where that is known.
    pub answer: Option<u32>,
    /// The system prompt; empty for none.
    pub system: &'a str,
    /// The rule by which turns are left out.
    pub rule: Overflow,
    /// How many tokens a text is.
    pub gauge: Gauge,
    /// `true` where pictures are sent.
    pub with_pictures: bool,
    /// The last turn before the window as it was before; `None` where that is of no account.
    pub border: Option<TurnId>,
}

/// The cut through a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fit {
    /// The turns that are sent, oldest first.
    pub sent: Vec<TurnId>,
    /// The last turn before the window; `None` where all turns are sent.
    pub border: Option<TurnId>,
    /// Number of turns that are not sent.
    pub left_out: usize,
    /// The turn whose summary takes the place of what is left out.
    pub summary: Option<TurnId>,
    /// The turns that are to be summed up before the next reply, oldest first; what the summary says is already out of them.
    pub to_sum_up: Vec<TurnId>,
    /// Tokens of what is sent as estimated, before the gauge.
    pub estimate: u32,
    /// `true` where what must be sent is more than fits.
    pub is_over: bool,
}

/// Cuts the turns that lead to `last`, itself among them.
pub fn fit(tree: &Tree, last: TurnId, terms: &Terms) -> Fit {
    let pictures = |count: usize| if terms.with_pictures { count } else { 0 };
    let turns = tree.up(last).into_iter().filter_map(|id| {
        let turn = tree.turn(id)?;
        let is_said = turn.role != Role::Assistant || !turn.text.trim().is_empty();
        let tokens = about(&turn.text, pictures(turn.images.len()));
        let summary = turn
            .summary()
            .map(|summary| terms.gauge.tokens(about(&summary.text, 0)));
        let piece = Piece {
            role: turn.role,
            tokens: terms.gauge.tokens(tokens),
            is_pinned: turn.is_pinned(),
            summary,
        };
        is_said.then_some((id, tokens, piece))
    });
    let turns: Vec<(TurnId, u32, Piece)> = turns.collect();
    let always = match terms.system.trim().is_empty() {
        true => 0,
        false => about(terms.system, 0),
    };
    // Some tokens stand before and behind every conversation.
    let around = about("", 0);
    let always = always.saturating_add(around);
    let pieces: Vec<Piece> = turns.iter().map(|(_, _, piece)| *piece).collect();
    let before = turns.iter().position(|(id, ..)| Some(*id) == terms.border);
    let before = before.map_or(0, |place| place.saturating_add(1));
    let cut = match terms.size {
        Some(size) => cut(
            &pieces,
            Space {
                size,
                answer: terms.answer,
                always: terms.gauge.tokens(always),
                margin: terms.gauge.margin(size),
            },
            terms.rule,
            before,
        ),
        None => super::Cut {
            sent: (0..turns.len()).collect(),
            ..super::Cut::default()
        },
    };
    let id = |place: usize| turns.get(place).map(|(id, ..)| *id);
    let summary = cut.summary.and_then(id);
    let told = summary.and_then(|id| tree.turn(id)?.summary());
    let told = told.map_or(0, |summary| about(&summary.text, 0));
    let tokens = cut
        .sent
        .iter()
        .filter_map(|place| turns.get(*place))
        .map(|(_, tokens, _)| *tokens);
    let estimate = tokens.fold(always.saturating_add(told), u32::saturating_add);
    Fit {
        border: cut.begin.checked_sub(1).and_then(id),
        left_out: turns.len().saturating_sub(cut.sent.len()),
        summary,
        to_sum_up: cut.to_sum_up.clone().filter_map(id).collect(),
        sent: cut.sent.iter().copied().filter_map(id).collect(),
        estimate,
        is_over: cut.is_over,
    }
}

/// The messages of these turns.
pub fn messages(tree: &Tree, turns: &[TurnId]) -> Vec<Message> {
    turns
        .iter()
        .filter_map(|id| tree.turn(*id)?.message())
        .collect()
}

/// Words around the turns that are to be summed up.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    /// What is asked for.
    pub ask: &'a str,
    /// Heading of the summary of what was before.
    pub before: &'a str,
    /// Names of the person and of the model.
    pub speakers: (&'a str, &'a str),
}

/// The words that ask for a summary of these turns, all in one message, since it is no conversation that goes on: `before` is the
/// summary of what stands before them. Of more than `most` tokens, the newest turns are taken; gives their number beside the words.
pub fn to_sum_up(
    tree: &Tree,
    turns: &[TurnId],
    before: &str,
    words: Words,
    (gauge, most): (Gauge, u32),
) -> (String, usize) {
    let mut parts = Vec::new();
    let mut left = most;
    let mut take = |part: &str| {
        let rest = left.checked_sub(gauge.tokens(about(part, 0)));
        left = rest.unwrap_or(left);
        rest.is_some()
    };
    let mut head = vec![words.ask.to_owned()];
    take(words.ask);
    if !before.trim().is_empty() {
        let before = format!("{}\n{before}", words.before);
        if take(&before) {
            head.push(before);
        }
    }
    for id in turns.iter().rev() {
        let Some(message) = tree.turn(*id).and_then(Turn::message) else {
            continue;
        };
        let (person, model) = words.speakers;
        let speaker = match message.role {
            Role::Assistant => model,
            Role::User | Role::System => person,
        };
        let part = format!("{speaker}: {}", message.text);
        if !take(&part) {
            break;
        }
        parts.push(part);
    }
    let count = parts.len();
    parts.reverse();
    head.extend(parts);
    (head.join("\n\n"), count)
}
