//! Tells thinking from answering where a server leaves the model's tags in the text.
//!
//! In: pieces of text, cut anywhere, also inside a tag. Out: [`ChatEvent::Text`], [`ChatEvent::Reasoning`] and, where a closing tag
//! comes whose opening never did (the template had opened it already), [`ChatEvent::TextWasReasoning`].
//! An opening tag counts only before the answer has begun: later it is something that the model writes about. So is a closing tag
//! in code or quotation marks, one behind an opening tag in the answer, and every one after the first ([`Lines`] tells).

use super::mention::{Lines, quotes};
use crate::event::ChatEvent;

/// Opening and closing tags of the families in use: most; some; Seed; Mistral; Cohere; and the harmony format of gpt-oss.
pub(crate) const TAGS: [(&str, &str); 6] = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|channel|>analysis<|message|>", "<|end|>"),
];

/// Marks before an answer that say nothing to a reader.
pub(crate) const SILENT: [&str; 2] = ["<|start|>assistant", "<|channel|>final<|message|>"];

/// Closing tags that are taken as such though nothing was opened.
const ORPHANS: [&str; 3] = ["</think>", "</thinking>", "</seed:think>"];
/// With this begin all of them.
const ORPHAN: u8 = b'<';

/// The splitter of one reply.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    place: Place,
    /// Text that may be the beginning of a tag, or blanks of which it is not known to what they belong.
    held: String,
    /// Thinking was told from answering already, by a tag or by the server: a closing tag now is plain text.
    told: bool,
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
    /// In the answer.
    Answer,
}

impl Splitter {
    /// The next piece of text.
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

    /// The server itself told some thinking from the answer.
    pub fn note_reasoning(&mut self) {
        self.told = true;
    }

    /// The text is over: what was held back is what it looks like.
    pub fn finish(&mut self, out: &mut Vec<ChatEvent>) {
        let held = std::mem::take(&mut self.held);
        match self.place {
            // Nothing behind the tag that could be its quotation mark: it is the tag.
            Place::Thinking(close) => {
                let held = held.strip_suffix(close).map_or(&*held, str::trim_end);
                push(out, held, ChatEvent::Reasoning);
            }
            Place::Before if self.after_tag => push(out, held.trim_start(), ChatEvent::Text),
            Place::Before | Place::Answer => push(out, &held, ChatEvent::Text),
        }
    }

    fn split(&mut self, mut text: &str, out: &mut Vec<ChatEvent>) {
        while !text.is_empty() {
            text = match self.place {
                Place::Before => self.before(text),
                Place::Thinking(close) => self.thinking(text, close, out),
                Place::Answer => self.answer(text, out),
            };
        }
    }

    fn before<'t>(&mut self, text: &'t str) -> &'t str {
        let start = text.trim_start();
        for (open, close) in TAGS {
            if let Some(after) = start.strip_prefix(open) {
                (self.place, self.told, self.after_tag) = (Place::Thinking(close), true, true);
                self.lines = Lines::default();
                return after;
            }
        }
        // An orphan with nothing before it closes thinking that was empty.
        for silent in SILENT.into_iter().chain(ORPHANS) {
            if let Some(after) = start.strip_prefix(silent) {
                self.after_tag = true;
                return after;
            }
        }
        let mut marks = TAGS.iter().map(|tag| tag.0).chain(SILENT).chain(ORPHANS);
        if marks.any(|mark| mark.starts_with(start)) {
            self.held.push_str(text);
            return "";
        }
        self.place = Place::Answer;
        if self.after_tag { start } else { text }
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

    /// Whether thinking speaks of its closing tag rather than to end; `None` where that cannot be told before more comes. Only what
    /// is sure counts, for a mistake would hide the answer: quotation marks on both sides, or a pair of tags within code.
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
        if self.told {
            push(out, text, ChatEvent::Text);
            return "";
        }
        // Most pieces hold no tag, and no beginning of one.
        if memchr::memchr(ORPHAN, text.as_bytes()).is_none() {
            self.give(text, out);
            return "";
        }
        let found = ORPHANS
            .iter()
            .filter_map(|tag| text.find(tag).map(|at| (at, tag.len())))
            .min();
        let Some((at, length)) = found else {
            let (whole, rest) = cut(text, text.len().saturating_sub(begun(text, &ORPHANS)));
            self.give(whole, out);
            self.held.push_str(rest);
            return "";
        };
        let (before, tag) = cut(text, at);
        let (tag, after) = cut(tag, length);
        self.give(before, out);
        if self.lines.in_code_or_quotes() || self.lines.spoke_of_opening() {
            self.give(tag, out);
            return after;
        }
        if self.lines.last().is_some() {
            out.push(ChatEvent::TextWasReasoning);
        }
        (self.place, self.told, self.after_tag) = (Place::Before, true, true);
        after
    }

    fn give(&mut self, text: &str, out: &mut Vec<ChatEvent>) {
        self.lines.add(text);
        push(out, text, ChatEvent::Text);
    }
}

/// How many bytes at the end of `text` may be the beginning of one of `tags`.
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

/// A text in two, where both sides are known to be whole: a tag, or the beginning of one, is ASCII.
fn cut(text: &str, at: usize) -> (&str, &str) {
    text.split_at_checked(at).unwrap_or((text, ""))
}

fn push(out: &mut Vec<ChatEvent>, text: &str, event: impl FnOnce(String) -> ChatEvent) {
    if !text.is_empty() {
        out.push(event(text.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answer and thinking after the whole input, however it is cut; `was` counts the corrections.
    fn check(input: &str, thinking: &str, answer: &str) {
        let cuts: Vec<usize> = input
            .char_indices()
            .map(|(at, _)| at)
            .chain([input.len()])
            .collect();
        for step in [cuts.len(), 1, 2, 3, 5] {
            let mut splitter = Splitter::default();
            let mut out = Vec::new();
            let mut from = 0;
            for &to in cuts.iter().skip(step).step_by(step).chain([&input.len()]) {
                splitter.text(&input[from..to], &mut out);
                from = to;
            }
            splitter.finish(&mut out);
            let (mut found_thinking, mut found_answer) = (String::new(), String::new());
            for event in out {
                match event {
                    ChatEvent::Text(text) => found_answer += &text,
                    ChatEvent::Reasoning(text) => found_thinking += &text,
                    ChatEvent::TextWasReasoning => {
                        found_thinking += &std::mem::take(&mut found_answer)
                    }
                    other => panic!("{other:?}"),
                }
            }
            assert_eq!(
                (&*found_thinking, &*found_answer),
                (thinking, answer),
                "in steps of {step}: {input:?}"
            );
        }
    }

    #[test]
    fn all_tags_that_are_looked_for_in_an_answer_begin_alike() {
        assert!(
            ORPHANS
                .iter()
                .all(|tag| tag.as_bytes().first() == Some(&ORPHAN))
        );
    }

    #[test]
    fn text_without_tags_is_the_answer_to_the_last_blank() {
        check(" and so it flows\n", "", " and so it flows\n");
        check("a < b </ c <thin", "", "a < b </ c <thin");
        check("\n \n", "", "\n \n");
        check("<", "", "<");
    }

    #[test]
    fn tags_at_the_start_hold_the_thinking() {
        check("<think>one\ntwo</think>three", "one\ntwo", "three");
        check("\n<think>\none \n</think>\n\nthree\n", "one", "three\n");
        check("<thinking>one</thinking>two", "one", "two");
        check("<seed:think>one</seed:think>two", "one", "two");
        check("[THINK]one[/THINK]two", "one", "two");
        check("<|START_THINKING|>one<|END_THINKING|>two", "one", "two");
        check("<think>\n\n</think>\n\ntwo", "", "two");
        check("<think>a</think>\n<think>b</think>c", "ab", "c");
        check("<think>a < b </thin", "a < b </thin", "");
    }

    #[test]
    fn a_tag_in_the_answer_is_text() {
        check(
            "Write <think> here and </b> there",
            "",
            "Write <think> here and </b> there",
        );
        check("<think>a</think>b </think> c", "a", "b </think> c");
        check(
            "The tag `</think>` closes it, \"</think>\" too",
            "",
            "The tag `</think>` closes it, \"</think>\" too",
        );
        for text in [
            "Use this:\n```\n<think>x\n</think>\n```\n",
            "Use this:\n\n```xml\n</think>\n```\nand that.",
            "> ```\n> </think>\n> ```\n",
            "- ~~~\n  </think>\n  ~~~\n",
            "````\n```\n</think>\n````",
            "The line `x = </think>` ends it.",
            "He said: \"write </think> here\" and left.",
            "Er schrieb: „das Ende ist </think>“ und ging.",
            "她说：「用 </think> 结束」。",
            "A <think> comes first and a </think> last.",
            "`<think>` opens, `</think>` closes, </b> does not.\nSo: <think>hm</think>",
        ] {
            check(text, "", text);
        }
    }

    #[test]
    fn thinking_may_speak_of_its_tag() {
        check(
            "<think>They ask for `</think>` and \"</think>\".</think>It closes.",
            "They ask for `</think>` and \"</think>\".",
            "It closes.",
        );
        check(
            "<think>As in\n```\n<think>x</think>\n```\nso.\n</think>\nYes",
            "As in\n```\n<think>x</think>\n```\nso.",
            "Yes",
        );
        check("<think>a `</think>", "a `", "");
        // What is not sure to be spoken of ends the thinking: or else the answer would be hidden.
        check("<think>```\ncode\n</think>\nYes", "```\ncode", "Yes");
        check("<think>a ` b</think>Yes", "a ` b", "Yes");
        check("<think><think>a</think>Yes", "<think>a", "Yes");
    }

    #[test]
    fn code_and_quotes_before_it_do_not_hide_a_closing_tag() {
        for thinking in [
            "It's 5\" long\n",
            "a ` b\n",
            "```\ncode\n```\n",
            "``` ` `` \n",
            "Is `x` \"y\" „z“ «w»? ",
            "don't ",
        ] {
            check(&format!("{thinking}</think>\n\nYes"), thinking, "Yes");
        }
    }

    #[test]
    fn a_line_of_many_tags_is_read_once() {
        let mut splitter = Splitter::default();
        let (mut out, text) = (Vec::new(), "x `</think>` ".repeat(4000));
        splitter.text(&text, &mut out);
        splitter.finish(&mut out);
        let steps = splitter.lines.steps;
        assert!(steps <= 2 * text.len(), "{steps} for {}", text.len());
    }

    #[test]
    fn a_closing_tag_without_its_opening_turns_the_text_into_thinking() {
        check("one\ntwo\n</think>\n\nthree", "one\ntwo\n", "three");
        check("one</thinking>two", "one", "two");
        check("</think>\n\ntwo", "", "two");
        check("one</think>two</think>three", "one", "two</think>three");
    }

    #[test]
    fn thinking_told_by_the_server_leaves_closing_tags_alone() {
        let (mut splitter, mut out) = (Splitter::default(), Vec::new());
        splitter.note_reasoning();
        splitter.text("a </think> b", &mut out);
        splitter.finish(&mut out);
        assert_eq!(out, [ChatEvent::Text("a </think> b".to_owned())]);
    }

    #[test]
    fn harmony_channels_are_told_apart() {
        check(
            "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Hi",
            "hm",
            "Hi",
        );
        check("<|channel|>final<|message|>Hi", "", "Hi");
    }
}
