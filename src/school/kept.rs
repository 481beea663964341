//! What became of one's own words: which of them are still there in the text that they became.
//!
//! In: two texts. Out: pieces of the first, each kept or not. It must not know who made one of the other.

use std::collections::BTreeMap;

use unicode_segmentation::UnicodeSegmentation;

/// A text beside another that was made of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept<'t> {
    /// The pieces of the text in their order, and whether each is a word that the other has too.
    pub pieces: Vec<(&'t str, bool)>,
    /// Number of words that the other has too.
    pub kept: usize,
    /// Number of words.
    pub all: usize,
}

/// Compares a text with another that was made of it, word by word, in any case. A word that the other has once is kept once.
pub fn kept<'t>(mine: &'t str, became: &str) -> Kept<'t> {
    let mut there: BTreeMap<String, usize> = BTreeMap::new();
    for word in became.unicode_words() {
        let count = there.entry(word.to_lowercase()).or_default();
        *count += 1;
    }
    let mut found = Kept::default();
    for piece in mine.split_word_bounds() {
        let is_word = piece.chars().any(char::is_alphanumeric);
        let count = there.get_mut(&piece.to_lowercase()).filter(|_| is_word);
        let is_kept = count.is_some_and(|count| match count.checked_sub(1) {
            Some(less) => {
                *count = less;
                true
            }
            None => false,
        });
        found.all += usize::from(is_word);
        found.kept += usize::from(is_kept);
        found.pieces.push((piece, is_kept));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_kept_as_often_as_the_other_text_has_it() {
        let found = kept("A red house, a RED car!", "The house is red.");
        let words: Vec<&str> = found
            .pieces
            .iter()
            .filter_map(|(piece, is_kept)| is_kept.then_some(*piece))
            .collect();
        assert_eq!(words, ["red", "house"]);
        assert_eq!((found.kept, found.all), (2, 6));
        let whole: String = found.pieces.iter().map(|(piece, _)| *piece).collect();
        assert_eq!(whole, "A red house, a RED car!");
    }

    #[test]
    fn nothing_becomes_nothing() {
        assert_eq!(kept("", "much"), Kept::default());
        assert_eq!(kept("Ärger", "kein ärger").kept, 1);
        assert_eq!(kept("... !", "... !").all, 0);
    }
}
