//! Tells thinking from answering where a server leaves the model's tags in the text.
//!
//! In: pieces of text, cut anywhere, also inside a tag. Out: [`ChatEvent::Text`], [`ChatEvent::Reasoning`] and, where a closing tag
//! comes whose opening never did (the template had opened it already), [`ChatEvent::TextWasReasoning`].
//! An opening tag counts only before the answer has begun: later it is something that the model writes about.

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
    /// The last character of the answer so far.
    last: Option<char>,
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
            Place::Thinking(_) => push(out, &held, ChatEvent::Reasoning),
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
        if let Some(at) = text.find(close) {
            push(out, text[..at].trim_end(), ChatEvent::Reasoning);
            (self.place, self.after_tag) = (Place::Before, true);
            return &text[at + close.len()..];
        }
        // Blanks before the closing tag belong to it: they wait too.
        let whole = text.len() - begun(text, &[close]);
        let whole = text[..whole].trim_end().len();
        if whole > 0 {
            self.after_tag = false;
        }
        push(out, &text[..whole], ChatEvent::Reasoning);
        self.held.push_str(&text[whole..]);
        ""
    }

    fn answer<'t>(&mut self, text: &'t str, out: &mut Vec<ChatEvent>) -> &'t str {
        // Most pieces hold no tag, and no beginning of one.
        if !self.told && memchr::memchr(ORPHAN, text.as_bytes()).is_some() {
            let found = ORPHANS
                .iter()
                .filter_map(|tag| text.find(tag).map(|at| (at, tag.len())))
                .min();
            if let Some((at, length)) = found {
                if self.is_quoted(text, at) {
                    let (quoted, after) = text.split_at(at + length);
                    self.give(quoted, out);
                    return after;
                }
                self.give(&text[..at], out);
                if self.last.is_some() {
                    out.push(ChatEvent::TextWasReasoning);
                }
                (self.place, self.told, self.after_tag) = (Place::Before, true, true);
                return &text[at + length..];
            }
            let whole = text.len() - begun(text, &ORPHANS);
            self.give(&text[..whole], out);
            self.held.push_str(&text[whole..]);
            return "";
        }
        self.give(text, out);
        ""
    }

    /// The model writes about the tag, rather than to use it.
    fn is_quoted(&self, text: &str, at: usize) -> bool {
        let before = text[..at].chars().next_back().or(self.last);
        matches!(before, Some('`' | '"' | '\'' | '“' | '„' | '«'))
    }

    fn give(&mut self, text: &str, out: &mut Vec<ChatEvent>) {
        self.last = text.chars().next_back().or(self.last);
        push(out, text, ChatEvent::Text);
    }
}

/// How many bytes at the end of `text` may be the beginning of one of `tags`.
fn begun(text: &str, tags: &[&str]) -> usize {
    let longest = |tag: &&str| {
        (1..tag.len().min(text.len() + 1))
            .rev()
            .find(|&length| text.as_bytes().ends_with(&tag.as_bytes()[..length]))
    };
    tags.iter().filter_map(longest).max().unwrap_or(0)
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
        assert!(ORPHANS.iter().all(|tag| tag.as_bytes()[0] == ORPHAN));
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
