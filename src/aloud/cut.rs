//! Text to pieces that a voice says in one go.
//!
//! In: a line of text, and how long a piece may be. Out: where each ends: behind a sentence, or within one that is too long. What was cut
//! stays so while the text grows behind it, but for the last piece.

/// Abbreviations that no sentence ends with, though a stop stands behind them; in lower case.
const SHORT: [&str; 44] = [
    "bzw", "ca", "chr", "dr", "etc", "evtl", "ggf", "inkl", "jh", "mr", "mrs", "ms", "nr", "prof",
    "st", "str", "usw", "vgl", "vs", "zzgl", "abb", "bd", "hr", "fr", "sr", "sra", "dra", "ud",
    "uds", "pág", "av", "mme", "mlle", "sig", "dott", "ing", "al", "fig", "no", "vol", "jr", "ул",
    "см", "рис",
];

/// Where the pieces of a line end, in bytes; the last one at its end. `limit` is the weight of the longest one, about the number of
/// Latin letters.
pub fn ends(text: &str, limit: usize) -> Vec<usize> {
    let mut out = Vec::new();
    let mut piece = Piece::default();
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    for (number, &(at, letter)) in letters.iter().enumerate() {
        if piece.is_over(letter, limit) {
            let end = piece.best(at);
            out.push(end);
            piece = Piece::default();
            // What stands behind the cut is in the next piece already.
            let behind = letters.iter().take(number).filter(|(at, _)| *at >= end);
            behind.for_each(|&(at, letter)| piece.take(at, letter));
        }
        piece.take(at, letter);
        let before = letters.get(..number).unwrap_or_default();
        let after = letters.get(number + 1..).unwrap_or_default();
        if let Some(end) = sentence_end(letter, before, after) {
            let end = end.unwrap_or(text.len());
            // A mark that closes the sentence comes along, and ends no other.
            if out.last().is_none_or(|last| *last < end) {
                out.push(end);
                piece = Piece::default();
            }
        }
    }
    if out.last().copied().unwrap_or(0) < text.len() {
        out.push(text.len());
    }
    out
}

/// A piece that grows.
#[derive(Default)]
struct Piece {
    weight: usize,
    /// The end of its last word, and that of its last clause.
    word: Option<usize>,
    clause: Option<usize>,
}

impl Piece {
    fn is_over(&self, letter: char, limit: usize) -> bool {
        self.weight.saturating_add(weight(letter)) > limit
    }

    fn take(&mut self, at: usize, letter: char) {
        self.weight = self.weight.saturating_add(weight(letter));
        let end = at + letter.len_utf8();
        if letter.is_whitespace() {
            self.word = Some(end);
        }
        if matches!(
            letter,
            ',' | ';' | ':' | '–' | '—' | '،' | '؛' | '、' | '，' | '；' | '：'
        ) {
            self.clause = Some(end);
        }
    }

    /// Where it is cut at best: behind a clause, behind a word, or here.
    fn best(&self, here: usize) -> usize {
        self.clause.or(self.word).unwrap_or(here)
    }
}

/// How long a letter is said, in Latin letters: a sign of Chinese is a syllable.
fn weight(letter: char) -> usize {
    match letter as u32 {
        // Marks that are written above or below others.
        0x300..=0x36f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x2e80..=0x9fff | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff => 3,
        _ => 1,
    }
}

/// The end of a sentence that this letter closes; the inner `None` is the end of the text.
fn sentence_end(
    letter: char,
    before: &[(usize, char)],
    after: &[(usize, char)],
) -> Option<Option<usize>> {
    let place = |rest: &[(usize, char)]| rest.first().map(|(at, _)| *at);
    match letter {
        '。' | '！' | '？' | '｡' | '︒' => {
            let rest = behind(after, |next| closes(next) || is_wide_stop(next));
            Some(place(rest))
        }
        '.' | '!' | '?' | '…' | '؟' | '۔' | '।' | '॥' | '።' | '။' => {
            let rest = behind(after, |next| closes(next) || is_stop(next));
            let &(_, next) = rest.first()?;
            let words = behind(rest, char::is_whitespace);
            let first = words.first().map(|(_, letter)| *letter);
            let is_short =
                letter == '.' && rest.len() == after.len() && is_abbreviated(before, first);
            (next.is_whitespace() && !is_short && !first.is_some_and(char::is_lowercase))
                .then(|| place(words))
        }
        _ => None,
    }
}

/// Tells whether a stop behind this text is that of an abbreviation, an initial or a number in a row.
fn is_abbreviated(before: &[(usize, char)], next: Option<char>) -> bool {
    let word: String = {
        let word = before.iter().rev().map(|(_, letter)| *letter);
        let word: Vec<char> = word.take_while(|letter| letter.is_alphanumeric()).collect();
        word.into_iter()
            .rev()
            .flat_map(char::to_lowercase)
            .collect()
    };
    let count = word.chars().count();
    let is_number = count > 0 && count <= 2 && word.chars().all(|letter| letter.is_ascii_digit());
    let is_initial = count == 1 && word.chars().all(char::is_alphabetic);
    // A sentence may end with a single letter or a short number, where what follows begins one: nobody knows. A pause less is the
    // smaller fault.
    (is_number || is_initial) && next.is_some() || SHORT.contains(&word.as_str())
}

fn behind(letters: &[(usize, char)], skips: impl Fn(char) -> bool) -> &[(usize, char)] {
    let from = letters
        .iter()
        .take_while(|(_, letter)| skips(*letter))
        .count();
    letters.get(from..).unwrap_or_default()
}

/// What closes belongs to the sentence.
fn closes(letter: char) -> bool {
    matches!(
        letter,
        ')' | ']' | '"' | '\'' | '”' | '’' | '»' | '“' | '」' | '』' | '）' | '】' | '》'
    )
}

fn is_stop(letter: char) -> bool {
    matches!(letter, '.' | '!' | '?' | '…' | '؟' | '۔' | '।' | '॥')
}

fn is_wide_stop(letter: char) -> bool {
    matches!(letter, '。' | '！' | '？' | '｡' | '︒' | '…')
}
