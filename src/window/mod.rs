//! The window: which turns of a conversation are sent where all of them are more than fits into the model's context.
//!
//! In: turns with their tokens, counted or estimated; the size of the context; what the answer needs; the person's rule. Out: the
//! turns that are sent, where the window begins, whether a summary is wanted. It must not know a server, a page or a clock.
//!
//! | file | gives |
//! |---|---|
//! | this one | the cut through a row of turns |
//! | [`talk`] | the cut through a conversation, and its messages |
//! | [`gauge`] | how many tokens a text is, by what the server has counted so far |
//! | [`told`] | the figures in a server's refusal |
//!
//! - The person's newest turn and the system prompt are always sent. Whatever else is sent fits.
//! - A question and its answers go together, sent or not; only a pinned turn may stand alone, where its question is too much.
//! - The window begins further on as a conversation grows, and never goes back. It moves in steps of a quarter of its size: between
//!   two steps a server finds the beginning of the prompt in its cache.

pub mod gauge;
pub mod talk;
pub mod told;

#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::chat::preferences::Overflow;
use crate::chat::request::Role;

/// Number of steps in which the window moves from one end of what fits to the other.
const STEPS: u64 = 4;
/// The part of the context that the answer takes where nobody says how long it may be: one of so many.
const ANSWER: u32 = 4;
/// The most tokens that are kept free for such an answer.
const ANSWER_MOST: u32 = 2048;
/// The part of what fits that pinned turns may take: one of so many.
const PINNED: u64 = 2;
/// The part of what fits that is kept free for a summary: one of so many.
const SUMMARY: u64 = 8;

/// A turn, as far as the window cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// The speaker.
    pub role: Role,
    /// Number of tokens.
    pub tokens: u32,
    /// `true` where the person wants it always sent.
    pub is_pinned: bool,
    /// Tokens of the summary of all turns up to and with this one; `None` where there is none.
    pub summary: Option<u32>,
}

/// Space that there is, in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// Size of the context.
    pub size: u32,
    /// Tokens that the answer may have; `None` where nobody says.
    pub answer: Option<u32>,
    /// Tokens of all that is always sent: the system prompt, marks around the whole.
    pub always: u32,
    /// Tokens by which the figures may be wrong.
    pub margin: u32,
}

impl Space {
    /// Tokens that turns may take.
    fn turns(self) -> u64 {
        let usual = (self.size / ANSWER).min(ANSWER_MOST);
        // An answer as long as the context would leave nothing to be answered.
        let answer = self.answer.map_or(usual, |most| most.min(self.size / 2));
        let taken = [answer, self.always, self.margin].map(u64::from);
        u64::from(self.size).saturating_sub(taken.iter().sum())
    }
}

/// The cut through a row of turns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cut {
    /// Places of the turns that are sent, in order.
    pub sent: Vec<usize>,
    /// Place of the turn at which the window begins: from there on all are sent. 0 where nothing is left out.
    pub begin: usize,
    /// Place of the turn whose summary takes the place of what is left out.
    pub summary: Option<usize>,
    /// Places of the turns before the window of which no summary speaks, where the rule wants one; else empty.
    pub to_sum_up: Range<usize>,
    /// `true` where what must be sent is more than fits.
    pub is_over: bool,
}

/// Turns that go together: a question and its answers.
#[derive(Debug, Clone)]
struct Group {
    places: Range<usize>,
    tokens: u64,
    /// Places of the group that are sent even before the window.
    kept: Vec<usize>,
    kept_tokens: u64,
}

/// Makes the cut through the turns, the newest last. `before` is the place at which the window began before: what is learned of the
/// size of tokens moves it back only where more than half of it would be empty.
pub fn cut(turns: &[Piece], space: Space, rule: Overflow, before: usize) -> Cut {
    let all: u64 = turns.iter().map(|turn| u64::from(turn.tokens)).sum();
    let whole = space.turns();
    let room = match rule {
        Overflow::Summary => whole.saturating_sub(for_summary(turns, whole)),
        Overflow::Unpinned | Overflow::Oldest => whole,
    };
    let mut groups = groups(turns);
    if rule != Overflow::Oldest {
        pin(&mut groups, turns, room / PINNED);
    }
    let begin = match all <= whole {
        true => 0,
        false => first_inside(&groups, all.saturating_sub(room), (room / STEPS).max(1)),
    };
    let begin = begin.max(held(&groups, before, room));
    if begin == 0 && all <= whole {
        return Cut {
            sent: (0..turns.len()).collect(),
            ..Cut::default()
        };
    }
    let sent = sent(&mut groups, begin, room);
    let begin = groups.get(begin).map_or(0, |group| group.places.start);
    let tokens = |place: &usize| turns.get(*place).map_or(0, |turn| u64::from(turn.tokens));
    let is_over = sent.iter().map(tokens).sum::<u64>() > room;
    let is_wanted = rule == Overflow::Summary;
    let mut left_out = turns.iter().take(begin);
    let summary = left_out.rposition(|turn| turn.summary.is_some());
    let summary = summary.filter(|_| is_wanted);
    let summed_up = summary.map_or(0, |place| place.saturating_add(1));
    Cut {
        sent,
        begin,
        summary,
        to_sum_up: match is_wanted {
            true => summed_up..begin,
            false => 0..0,
        },
        is_over,
    }
}

/// The group at which the window began before, where that still fills half of it; else the first.
fn held(groups: &[Group], before: usize, room: u64) -> usize {
    let at = groups.iter().position(|group| group.places.start >= before);
    let at = at.unwrap_or_default();
    let kept: u64 = groups.iter().take(at).map(|group| group.kept_tokens).sum();
    let inside: u64 = groups.iter().skip(at).map(|group| group.tokens).sum();
    match kept + inside >= room / 2 {
        true => at,
        false => 0,
    }
}

/// Tokens that are kept free for a summary: the same whether there is one or not, so that one that is made moves nothing.
fn for_summary(turns: &[Piece], room: u64) -> u64 {
    let longest = turns.iter().filter_map(|turn| turn.summary).max();
    // A person may have written a longer one.
    (room / SUMMARY).max(longest.map_or(0, u64::from).min(room / 2))
}

/// Puts turns together that go together. What stands before the first question is a group of its own.
fn groups(turns: &[Piece]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (place, turn) in turns.iter().enumerate() {
        let tokens = u64::from(turn.tokens);
        match groups.last_mut() {
            Some(group) if turn.role != Role::User => {
                group.places.end = place + 1;
                group.tokens += tokens;
            }
            _ => groups.push(Group {
                places: place..place + 1,
                tokens,
                kept: Vec::new(),
                kept_tokens: 0,
            }),
        }
    }
    groups
}

/// Marks what is sent even before the window: pinned turns with what goes together with them, as far as they fit. The older come
/// first, so that what is kept does not change as the conversation grows.
fn pin(groups: &mut [Group], turns: &[Piece], mut room: u64) {
    for group in groups {
        let pinned: Vec<usize> = group
            .places
            .clone()
            .filter(|place| is_pinned(turns, *place))
            .collect();
        if pinned.is_empty() {
            continue;
        }
        let alone = pinned.iter().filter_map(|place| turns.get(*place));
        let alone: u64 = alone.map(|turn| u64::from(turn.tokens)).sum();
        if group.tokens <= room {
            group.kept = group.places.clone().collect();
            group.kept_tokens = group.tokens;
        } else if alone <= room {
            group.kept = pinned;
            group.kept_tokens = alone;
        }
        room = room.saturating_sub(group.kept_tokens);
    }
}

fn is_pinned(turns: &[Piece], place: usize) -> bool {
    turns.get(place).is_some_and(|turn| turn.is_pinned)
}

/// The first group of the window: before it at least `too_many` tokens are left out, in whole steps where that can be.
fn first_inside(groups: &[Group], too_many: u64, step: u64) -> usize {
    let wanted = too_many.div_ceil(step).saturating_mul(step);
    let last = groups.len().saturating_sub(1);
    let mut left_out = 0;
    for (at, group) in groups.iter().enumerate().take(last) {
        if left_out >= wanted {
            return at;
        }
        left_out += group.tokens.saturating_sub(group.kept_tokens);
    }
    last
}

/// Places of what is sent: the window, and what is kept of what stands before it, the newer first where not all of that fits.
fn sent(groups: &mut [Group], begin: usize, room: u64) -> Vec<usize> {
    let window: u64 = groups.iter().skip(begin).map(|group| group.tokens).sum();
    let mut room = room.saturating_sub(window);
    for group in groups.iter_mut().take(begin).rev() {
        match room.checked_sub(group.kept_tokens) {
            Some(rest) => room = rest,
            None => group.kept.clear(),
        }
    }
    let kept = groups
        .iter()
        .take(begin)
        .flat_map(|group| group.kept.clone());
    let inside = groups
        .iter()
        .skip(begin)
        .flat_map(|group| group.places.clone());
    kept.chain(inside).collect()
}
