//! Tells thinking from answering where a server leaves the model's tags in the text.
//!
//! In: pieces of text, cut anywhere, also inside a tag. Out: [`ChatEvent::Text`], [`ChatEvent::Reasoning`] and, where a closing tag
//! comes whose opening never did (the template had opened it already), [`ChatEvent::TextWasReasoning`].
//! An opening tag counts before the answer has begun; later where a line begins with it, or where the model has used tags before.
//! A closing tag without its opening counts once. None of them counts in code or quotation marks ([`Lines`] tells), nor where the
//! server itself tells thinking from answering: there they are something that the model writes about.
//! A mark of the model's template that leaks ends the text, unless a sentence goes on around it.

use super::marks::{self, Mark};
use super::mention::{Lines, quotes};
use crate::event::ChatEvent;

/// The splitter of one reply.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    place: Place,
    /// Text that may be the beginning of a tag, or blanks of which it is not known to what they belong.
    held: String,
    /// Thinking was told from answering already, by a tag or by the server: a closing tag now is plain text.
    told: bool,
    /// The server itself told it: no tag means anything.
    by_server: bool,
    /// Something of the answer came.
    answered: bool,
    /// The text so far, as far as it tells whether a tag is one.
    lines: Lines,
    /// A tag was just passed: blanks after it belong to the tag.
    after_tag: bool,
}

#[derive(Debug, Clone, Copy, Default)]
enum Place {
    /// Before the answer, or between thinking and answer.
    #[default]
    Before,
    /// Thinking, until this tag.
    Thinking(&'static str),
    /// The answer.
    Answer,
    /// The place behind a mark that ends a message: another one may begin.
    Between,
    /// The place behind the mark that ends all.
    Over,
}

impl Splitter {
    /// Takes the next piece of text.
    pub fn text(&mut self, piece: &str, out: &mut Vec<ChatEvent>) {
        if piece.is_empty() {
            return;
        }
        if self.held.is_empty() {
            return self.split(piece, out);
        }
        let mut text = std::mem::take(&mut self.held);
        text.push_str(piece);
        self.split(&text, out);
    }

    /// Notes that the server itself told some thinking from the answer.
    pub fn note_reasoning(&mut self) {
        (self.told, self.by_server) = (true, true);
    }

    /// Ends the text: what was held back is what it looks like.
    pub fn finish(&mut self, out: &mut Vec<ChatEvent>) {
        let held = std::mem::take(&mut self.held);
        match self.place {
            // Nothing behind the tag that could be its quotation mark: it is the tag.
            Place::Thinking(close) => {
                let held = held.strip_suffix(close).map_or(&*held, str::trim_end);
                push(out, held, ChatEvent::Reasoning);
            }
            // Nothing behind the mark that could make it part of a sentence.
            Place::Answer if marks::whole(&held).is_some_and(Mark::ends) => {}
            Place::Before if self.after_tag && !self.answered => {
                push(out, held.trim_start(), ChatEvent::Text);
            }
            Place::Before | Place::Answer => push(out, &held, ChatEvent::Text),
            Place::Between | Place::Over => {}
        }
    }

    fn split(&mut self, mut text: &str, out: &mut Vec<ChatEvent>) {
        while !text.is_empty() {
            text = match self.place {
                Place::Before => self.before(text),
                Place::Thinking(close) => self.thinking(text, close, out),
                Place::Answer => self.answer(text, out),
                Place::Between => self.between(text),
                Place::Over => "",
            };
        }
    }

    fn before<'t>(&mut self, text: &'t str) -> &'t str {
        let start = text.trim_start();
        match marks::at(start) {
            Some((Mark::Opens(close), after)) if !self.by_server => {
                self.begin_thinking(close);
                return after;
            }
            Some((Mark::Opens(_), _)) => {}
            // Behind an answer a mark ends what follows.
            Some((mark, _)) if self.answered && mark.ends() => {
                self.place = Place::Over;
                return "";
            }
            // A closing tag with nothing before it closes thinking that was empty.
            Some((_, after)) => {
                self.after_tag = true;
                return after;
            }
            None if marks::may_begin(start) => {
                self.held.push_str(text);
                return "";
            }
            None => {}
        }
        self.place = Place::Answer;
        let trims = self.after_tag && !self.answered;
        self.after_tag = false;
        if trims { start } else { text }
    }

    fn begin_thinking(&mut self, close: &'static str) {
        (self.place, self.told, self.after_tag) = (Place::Thinking(close), true, true);
        self.lines = Lines::default();
    }

    /// Reads on behind a message that has ended: another one may follow; anything else does not belong to the answer.
    fn between<'t>(&mut self, text: &'t str) -> &'t str {
        let start = text.trim_start();
        match marks::at(start) {
            Some((mark, _)) if !mark.ends() => {
                self.place = Place::Before;
                return start;
            }
            None if marks::may_begin(start) => self.held.push_str(text),
            _ => self.place = Place::Over,
        }
        ""
    }

    fn thinking<'t>(
        &mut self,
        mut text: &'t str,
        close: &'static str,
        out: &mut Vec<ChatEvent>,
    ) -> &'t str {
        if self.after_tag {
            text = text.trim_start();
            if text.is_empty() {
                return text;
            }
        }
        if let Some((before, after)) = text.split_once(close) {
            self.lines.add(before);
            match self.is_mentioned(after) {
                Some(true) => {
                    self.after_tag = false;
                    self.lines.add(close);
                    push(out, before, ChatEvent::Reasoning);
                    push(out, close, ChatEvent::Reasoning);
                    return after;
                }
                Some(false) => {
                    push(out, before.trim_end(), ChatEvent::Reasoning);
                    (self.place, self.after_tag) = (Place::Before, true);
                    self.lines = Lines::default();
                    return after;
                }
                // The next character tells.
                None => {
                    self.after_tag = false;
                    push(out, before, ChatEvent::Reasoning);
                    self.held.push_str(close);
                    return "";
                }
            }
        }
        // Blanks before the closing tag belong to it: they wait too.
        let whole = text.len().saturating_sub(begun(text, &[close]));
        let whole = cut(text, whole).0.trim_end().len();
        let (whole, rest) = cut(text, whole);
        if !whole.is_empty() {
            self.after_tag = false;
        }
        self.lines.add(whole);
        push(out, whole, ChatEvent::Reasoning);
        self.held.push_str(rest);
        ""
    }

    /// Tells whether thinking speaks of its closing tag rather than to end; `None` where that cannot be told before more comes.
    /// Only what is sure counts, for a mistake would hide the answer: quotation marks on both sides, or a pair of tags within
    /// code.
    fn is_mentioned(&mut self, after: &str) -> Option<bool> {
        if self.lines.in_code_with_opening() {
            return Some(true);
        }
        match self.lines.last().and_then(quotes) {
            Some(closing) => after.chars().next().map(|next| closing.contains(next)),
            None => Some(false),
        }
    }

    fn answer<'t>(&mut self, text: &'t str, out: &mut Vec<ChatEvent>) -> &'t str {
        // Most pieces hold no mark, and no beginning of one. What was looked at ends at `from`, what the lines know of at `known`.
        let (mut from, mut known) = (0, 0);
        while let Some(at) = marks::next(text, from) {
            let (before, rest) = cut(text, at);
            let Some((mark, after)) = marks::at(rest) else {
                if marks::may_begin(rest) {
                    self.lines.add(cut(before, known).1);
                    self.give(before, out);
                    self.held.push_str(rest);
                    return "";
                }
                from = at + 1;
                continue;
            };
            self.lines.add(cut(before, known).1);
            known = at;
            let is_used = match mark {
                Mark::Opens(_) => Some(!self.by_server && self.opens_here()),
                Mark::Closes => Some(!self.told && !self.is_spoken_of()),
                Mark::Silent => Some(false),
                Mark::EndsMessage | Mark::EndsAll => self.ends_here(after),
            };
            match is_used {
                // The next character tells.
                None => {
                    self.give(before, out);
                    self.held.push_str(rest);
                    return "";
                }
                Some(true) => {
                    self.give(before, out);
                    self.pass(mark, out);
                    return after;
                }
                Some(false) => from = text.len().saturating_sub(after.len()),
            }
        }
        self.lines.add(cut(text, known).1);
        self.give(text, out);
        ""
    }

    /// Does what a mark in the answer is for.
    fn pass(&mut self, mark: Mark, out: &mut Vec<ChatEvent>) {
        match mark {
            Mark::Opens(close) => self.begin_thinking(close),
            Mark::Closes => {
                if self.lines.last().is_some() {
                    out.push(ChatEvent::TextWasReasoning);
                }
                (self.place, self.told, self.after_tag) = (Place::Before, true, true);
                (self.lines, self.answered) = (Lines::default(), false);
            }
            Mark::EndsMessage => self.place = Place::Between,
            Mark::EndsAll => self.place = Place::Over,
            Mark::Silent => {}
        }
    }

    /// Tells whether the answer speaks of a closing tag rather than to end its thinking with it.
    fn is_spoken_of(&mut self) -> bool {
        self.lines.in_code_or_quotes() || self.lines.spoke_of_opening()
    }

    /// Tells whether an opening tag in the answer opens anything.
    fn opens_here(&mut self) -> bool {
        !self.lines.in_code_or_quotes() && (self.told || self.lines.line_is_blank())
    }

    /// Tells whether a mark of the template ends the text: not in code, and not where a sentence goes on around it. `None` where
    /// that cannot be told before more comes.
    fn ends_here(&mut self, after: &str) -> Option<bool> {
        if self.lines.in_code_or_quotes() || self.lines.struck_out() {
            return Some(false);
        }
        let next = after.chars().next()?;
        let in_sentence = self.lines.last().is_some_and(|last| last == ' ')
            && !matches!(next, '\n' | '\r' | '<' | '[')
            && !next.is_alphanumeric();
        Some(!in_sentence)
    }

    /// Gives out answer text of which the lines know already.
    fn give(&mut self, text: &str, out: &mut Vec<ChatEvent>) {
        self.answered |= !text.trim().is_empty();
        push(out, text, ChatEvent::Text);
    }
}

/// Counts the bytes at the end of `text` that may be the beginning of one of `tags`.
fn begun(text: &str, tags: &[&str]) -> usize {
    let text = text.as_bytes();
    let longest = |tag: &&str| {
        let begins = |length: &usize| {
            let begin = tag.as_bytes().get(..*length);
            begin.is_some_and(|begin| text.ends_with(begin))
        };
        (1..tag.len().min(text.len() + 1)).rev().find(begins)
    };
    tags.iter().filter_map(longest).max().unwrap_or(0)
}

/// Cuts a text in two, where both sides are known to be whole: a tag, or the beginning of one, is ASCII.
fn cut(text: &str, at: usize) -> (&str, &str) {
    text.split_at_checked(at).unwrap_or((text, ""))
}

fn push(out: &mut Vec<ChatEvent>, text: &str, event: impl FnOnce(String) -> ChatEvent) {
    if !text.is_empty() {
        out.push(event(text.to_owned()));
    }
}

#[cfg(test)]
mod tests;
