//! A reply that grows to sentences, each once.
//!
//! In: the text so far, as often as it is asked. Out: the next sentence that is done. Sentences are counted, not their letters: where a
//! mark becomes emphasis a moment later, letters go, and the sentences stay.

use super::cut::ends;
use super::language::language_of;
use super::say::{GAP, Words, lines, spoken};
use crate::markdown::Markdown;
use crate::text;

/// The weight of a piece that a voice says in about twelve seconds at its own pace: Chromium ends longer ones of some voices after
/// fifteen.
const LIMIT: f64 = 180.0;
/// The number of letters from which on a block tells its language.
const TELLING: usize = 24;

/// A sentence, or a part of one that is too long for one breath.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// What is said.
    pub spoken: String,
    /// What it is on the page, with [`GAP`]s.
    pub shown: String,
    /// Its language, a tag; `None` where the text does not tell.
    pub language: Option<&'static str>,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A sentence.
    Say(Sentence),
    /// Nothing yet: the text grows.
    Wait,
    /// Nothing: all is said.
    Over,
}

/// A text that is read aloud.
pub struct Script {
    words: Words,
    limit: usize,
    markdown: Markdown,
    is_whole: bool,
    /// The number of the block that is being read, and how many of its sentences were.
    block: usize,
    given: usize,
    language: Option<&'static str>,
}

impl Script {
    /// A text that is read at this rate; 1 is the voice's own.
    pub fn new(words: Words, rate: f64) -> Script {
        Script {
            words,
            limit: (LIMIT * rate.clamp(0.25, 4.0)) as usize,
            markdown: Markdown::new(),
            is_whole: false,
            block: 0,
            given: 0,
            language: None,
        }
    }

    /// Takes the text so far; `is_whole` once it grows no more. A text that was replaced is read on from the place that was reached.
    pub fn take(&mut self, text: &str, is_whole: bool) {
        let known = self.markdown.text().len();
        if self.is_whole && text.len() == known {
            return;
        }
        if self.is_whole || !text.starts_with(self.markdown.text()) {
            self.markdown = Markdown::new();
        }
        let known = self.markdown.text().len();
        self.markdown.append(text::from(text, known));
        if is_whole {
            self.markdown.finish();
        }
        self.is_whole = is_whole;
        self.markdown.update();
    }

    /// The next sentence.
    pub fn next_step(&mut self) -> Step {
        while let Some(block) = self.markdown.blocks().get(self.block) {
            let is_done = self.is_whole || self.block + 1 < self.markdown.blocks().len();
            let letters = block.node.plain_text();
            if self.given == 0 || self.language.is_none() {
                let tells = letters.chars().filter(|letter| letter.is_alphabetic());
                if tells.take(TELLING).count() >= TELLING || self.language.is_none() {
                    self.language = language_of(&letters).or(self.language);
                }
            }
            let all = self.sentences(&block.node);
            // The last one may go on.
            let count = all.len().saturating_sub(usize::from(!is_done));
            let rest = all.into_iter().take(count).skip(self.given);
            for sentence in rest {
                self.given += 1;
                if !sentence.spoken.is_empty() {
                    return Step::Say(sentence);
                }
            }
            if !is_done {
                return Step::Wait;
            }
            self.block += 1;
            self.given = 0;
        }
        match self.is_whole {
            true => Step::Over,
            false => Step::Wait,
        }
    }

    fn sentences(&self, block: &crate::markdown::Node) -> Vec<Sentence> {
        let mut out = Vec::new();
        for line in lines(block, &self.words) {
            let mut things = line.things.into_iter();
            let mut from = 0;
            for end in ends(&line.text, self.limit) {
                let shown = line.text.get(from..end).unwrap_or_default();
                from = end;
                out.push(Sentence {
                    spoken: spoken(shown, &mut things),
                    shown: shown.trim().to_owned(),
                    language: self.language,
                });
            }
        }
        out
    }
}

impl Sentence {
    /// The parts of it that stand on the page as they are said.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.shown.split(GAP)
    }
}
