//! The next step of a text: the cluster or the word that appears next, and how long it is read.
//!
//! In: the text from what is shown on, as far as it has come. Out: a [`Step`]. It must not know of time: what it gives are costs.

use unicode_segmentation::UnicodeSegmentation;

use super::pace::{Manner, Pace, Steps};
use super::script::{Script, Scripts, Sort};
use crate::event::Millis;
use crate::text;

/// The most clusters of a word that appears whole: what is longer is no word, and would be waited for too long.
const LONGEST: usize = 24;
/// The most bytes of a link's words that appear as one.
const LINK: usize = 80;
/// The most bytes of an address that is passed over.
const ADDRESS: usize = 2_000;

/// A part of the text that appears at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// Bytes from what is shown to the end of the step.
    pub(super) end: usize,
    /// The time for which the step is read.
    pub(super) cost: Millis,
    /// A sentence ends with it.
    pub(super) rests: bool,
    /// What is known of the script behind it.
    pub(super) scripts: Scripts,
}

/// A text from what is shown on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ahead<'a> {
    /// All that has come.
    pub(super) text: &'a str,
    /// The first so many bytes are whole clusters.
    pub(super) whole: usize,
    /// No more will come.
    pub(super) closed: bool,
}

impl Ahead<'_> {
    /// The next step; `None` where its word is not whole.
    pub(super) fn step(self, manner: Manner, scripts: Scripts) -> Option<Step> {
        let mut part = Part::begin(self, manner.pace, scripts);
        match manner.steps {
            Steps::Letters => part.letter(),
            Steps::Words => part.word(),
        }
        .then_some(part.step)
    }

    /// All that is whole as one step, whatever it is.
    pub(super) fn all(self, manner: Manner, scripts: Scripts) -> Step {
        let mut part = Part::begin(self, manner.pace, scripts);
        let mut count = 0;
        while let Some(cluster) = part.next().filter(|_| count < LONGEST) {
            part.take(cluster);
            count += 1;
        }
        part.step
    }

    /// All of the text as one step, of which nothing is whole: it is one cluster, and may be long.
    pub(super) fn open(self, manner: Manner, scripts: Scripts) -> Step {
        let first = self.text.chars().next().map_or(0, char::len_utf8);
        let mut part = Part::begin(self, manner.pace, scripts);
        part.take(text::up_to(self.text, first));
        part.step.end = self.text.len();
        part.step
    }
}

/// A step that is being made.
struct Part<'a> {
    ahead: Ahead<'a>,
    pace: Pace,
    step: Step,
}

impl<'a> Part<'a> {
    fn begin(ahead: Ahead<'a>, pace: Pace, scripts: Scripts) -> Self {
        let step = Step {
            end: 0,
            cost: 0.0,
            rests: false,
            scripts,
        };
        Part { ahead, pace, step }
    }

    /// The whole cluster behind what was taken.
    fn next(&self) -> Option<&'a str> {
        let rest = text::part(self.ahead.text, self.step.end..self.ahead.whole);
        rest.graphemes(true).next()
    }

    fn letter(&mut self) -> bool {
        let Some(cluster) = self.next() else {
            return false;
        };
        self.take(cluster);
        true
    }

    /// Takes a word with the blanks around it; `false` where it may go on.
    fn word(&mut self) -> bool {
        let (mut is_alone, mut has_letters, mut has_body, mut is_behind) =
            (false, false, false, false);
        let mut count = 0;
        while let Some(cluster) = self.next() {
            let sort = sort_of(cluster);
            let ends = match sort {
                Sort::Blank => false,
                _ if is_behind => true,
                Sort::Closing => false,
                Sort::Han | Sort::Kana | Sort::Thai => is_alone || has_letters,
                Sort::Letter | Sort::Hangul | Sort::Mark | Sort::Other => is_alone,
            };
            if ends || count >= LONGEST {
                return true;
            }
            if let Some(to) = self.link() {
                // It is a link from its first letter on.
                while self.step.end < to
                    && let Some(cluster) = self.next()
                {
                    self.take(cluster);
                }
                (has_letters, has_body) = (true, true);
                continue;
            }
            is_behind |= sort == Sort::Blank && has_body;
            is_alone |= sort.stands_alone();
            has_letters |= matches!(sort, Sort::Letter | Sort::Hangul);
            has_body |= sort != Sort::Blank;
            count += 1;
            self.take(cluster);
        }
        let rest = text::from(self.ahead.text, self.step.end);
        let is_last = rest.is_empty() && self.ahead.closed;
        // The blank behind it may still be part of a longer cluster; the word is whole.
        let is_cut = has_body && rest.starts_with(char::is_whitespace);
        count > 0 && (is_last || is_alone || is_behind || is_cut)
    }

    /// The end of the link or image that begins behind what was taken, where all of it is here and its words are few.
    fn link(&self) -> Option<usize> {
        let rest = text::from(self.ahead.text, self.step.end);
        let inside = rest.strip_prefix('!').unwrap_or(rest).strip_prefix('[')?;
        let near = text::up_to(inside, inside.floor_char_boundary(LINK));
        let end = near.find(['[', ']', '\n'])?;
        let words = rest.len().saturating_sub(inside.len()) + end;
        let length = words + address(text::from(rest, words))?;
        Some(self.step.end + length).filter(|end| *end <= self.ahead.whole)
    }

    /// Takes one more cluster into the step, and the address of a link whole with it.
    fn take(&mut self, cluster: &str) {
        let rest = text::from(self.ahead.text, self.step.end);
        let behind = text::from(rest, cluster.len());
        if let Pace::Words(_) = self.pace
            && let Some(length) = address(rest).or_else(|| table_rule(rest))
            && self.step.end + length <= self.ahead.whole
        {
            // Nobody reads it.
            self.step.end += length;
            return;
        }
        self.step.cost += match self.pace {
            Pace::Words(words) => match sort_of(cluster) {
                Sort::Mark => 0.0,
                sort => self.step.scripts.script(sort, rest).cost(words),
            },
            Pace::PerCharacter(ms) => ms,
            Pace::Live | Pace::Instant => 0.0,
        };
        self.step.end += cluster.len();
        self.step.rests |= ends_sentence(cluster, behind);
    }
}

/// The time of a rest behind a sentence, where so many words a minute are wished: a little more than a word.
pub(super) fn rest(words: f64) -> Millis {
    1.2 * super::script::WORD * Script::Alphabet.cost(words)
}

fn sort_of(cluster: &str) -> Sort {
    cluster.chars().next().map_or(Sort::Other, Sort::of)
}

/// The length of a link's address, with the mark before it and the one behind it, where the text begins with one.
fn address(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("](")?;
    let near = text::up_to(inside, inside.floor_char_boundary(ADDRESS));
    let end = near.find(|letter: char| letter == ')' || letter.is_whitespace())?;
    near.get(end..)?.starts_with(')').then_some(end + 3)
}

/// The length of the line that makes a table of the one above it, where the text begins with one.
fn table_rule(text: &str) -> Option<usize> {
    let end = memchr::memchr(b'\n', text.as_bytes())?;
    let line = text::up_to(text, end);
    let is_rule = line.starts_with('|')
        && line.contains('-')
        && line
            .trim_ascii_end()
            .bytes()
            .all(|byte| b"|-: ".contains(&byte));
    is_rule.then_some(end + 1)
}

/// Tells whether a sentence ends with this cluster.
fn ends_sentence(cluster: &str, behind: &str) -> bool {
    match cluster.chars().next() {
        Some('。' | '！' | '？' | '।' | '؟' | '۔') => true,
        Some('.' | '!' | '?' | '…') => {
            let next = behind.trim_start_matches(['"', '”', '’', '»', '“', ')', '*', '_']);
            next.starts_with(char::is_whitespace)
        }
        _ => false,
    }
}
