//! How fast each script is read: one table, and which row of it a character stands in.
//!
//! In: characters, and what stands around them. Out: milliseconds for a character. It must not know the language of the page: the text
//! itself tells its script.
//!
//! The rates are those that subtitles for children are held to, in characters a second: English 17 (Netflix, Timed Text Style Guides,
//! "Reading Speed", programs for children). With six characters to a word, its blank counted, these are 170 words a minute, and so all
//! rates of the table belong to that; a faster wish is faster in each script. It fits what was measured of silent reading with
//! understanding (Spichtig et al. 2016, the 75th percentile: 155 words a minute in grade 3, 193 in grade 8, 225 in grade 12).

use crate::event::Millis;

/// Characters of a word, its blank counted.
pub(super) const WORD: f64 = 6.0;
/// Words a minute that the rates of the table belong to.
const REFERENCE: f64 = 170.0;
/// Number of characters within which kana tell that Han characters are Japanese.
const NEAR: u8 = 48;

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    Alphabet,
    Chinese,
    Japanese,
    Korean,
    Thai,
}

impl Script {
    /// Characters a second at [`REFERENCE`].
    fn rate(self) -> f64 {
        match self {
            // WORD * REFERENCE / 60; Arabic, Hebrew, Cyrillic and the like have words and rates much like Latin ones.
            Script::Alphabet => 17.0,
            // The guides for Chinese, both scripts: 7 for children, 9 for adults.
            Script::Chinese => 7.0,
            // The guide for Japanese: 4. Kana and kanji alike.
            Script::Japanese => 4.0,
            // The guide for Korean: 9 for children, 12 for adults.
            Script::Korean => 9.0,
            // The guide for Thai holds it to the rate of Latin letters. A quarter of its letters are marks above and below, which
            // are no clusters of their own.
            Script::Thai => 13.0,
        }
    }

    /// Milliseconds for a character, where so many words a minute are wished.
    pub(super) fn cost(self, words: f64) -> Millis {
        1000.0 * REFERENCE / (self.rate() * words)
    }
}

/// What a character is, by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Letter,
    /// Chinese or Japanese: others around it tell.
    Han,
    Kana,
    Hangul,
    /// A script of South-East Asia that sets no blanks between words.
    Thai,
    Blank,
    /// A mark that closes or parts what stands before it, in scripts without blanks.
    Closing,
    /// A mark of markdown, which is mostly not seen and never read.
    Mark,
    /// Figures, marks, signs: they belong to the script around them.
    Other,
}

impl Sort {
    pub(super) fn of(letter: char) -> Sort {
        match letter as u32 {
            0x00..=0x7f if letter.is_ascii_alphabetic() => Sort::Letter,
            _ if letter.is_whitespace() => Sort::Blank,
            0x00..=0x7f if "*`#|~".contains(letter) => Sort::Mark,
            0x00..=0x7f => Sort::Other,
            0x3005..=0x3007 | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff => Sort::Han,
            0x2_0000..=0x3_fffd => Sort::Han,
            0x3041..=0x309f | 0x30a1..=0x30ff | 0x31f0..=0x31ff | 0xff66..=0xff9f => Sort::Kana,
            0x1100..=0x11ff | 0x3130..=0x318f | 0xa960..=0xa97f | 0xac00..=0xd7ff => Sort::Hangul,
            // Thai, Lao; Myanmar; Khmer.
            0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff => Sort::Thai,
            _ if "、。，．！？：；…」』）】》〉”’・～".contains(letter) => {
                Sort::Closing
            }
            _ if letter.is_alphabetic() => Sort::Letter,
            _ => Sort::Other,
        }
    }

    /// Tells whether each such character is a step of its own, since no blank tells where its word ends.
    pub(super) fn stands_alone(self) -> bool {
        matches!(self, Sort::Han | Sort::Kana | Sort::Thai)
    }
}

/// What is known of the script from the text so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scripts {
    last: Script,
    /// Characters since the last kana, as far as they count.
    since_kana: u8,
}

impl Default for Scripts {
    fn default() -> Self {
        Scripts {
            last: Script::Alphabet,
            since_kana: NEAR,
        }
    }
}

impl Scripts {
    /// The script of a character, with which `rest` begins: what has come of the text from there on, shown or not.
    pub(super) fn script(&mut self, sort: Sort, rest: &str) -> Script {
        self.since_kana = self.since_kana.saturating_add(1).min(NEAR);
        let script = match sort {
            Sort::Letter => Script::Alphabet,
            Sort::Kana => {
                self.since_kana = 0;
                Script::Japanese
            }
            // A kanji before the first kana is not read at the speed of Chinese.
            Sort::Han if self.since_kana < NEAR || has_kana(rest) => Script::Japanese,
            Sort::Han => Script::Chinese,
            Sort::Hangul => Script::Korean,
            Sort::Thai => Script::Thai,
            Sort::Blank | Sort::Closing | Sort::Mark | Sort::Other => self.last,
        };
        self.last = script;
        script
    }
}

/// Tells whether kana stand near the beginning of a text.
fn has_kana(text: &str) -> bool {
    let mut near = text.chars().take(usize::from(NEAR));
    near.any(|letter| Sort::of(letter) == Sort::Kana)
}
