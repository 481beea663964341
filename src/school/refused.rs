//! Words that are not sent: whole words, in any case, in any script.
//!
//! In: a list of words, a text. Out: the first word of the list that stands in the text, as it stands there. It must not know who made
//! the list.

use crate::text;

/// A text without case, each letter with the place that it has in the text as it was written.
struct Folded {
    letters: Vec<char>,
    /// Bytes at which the letters begin and end.
    places: Vec<(usize, usize)>,
}

impl Folded {
    fn of(text: &str) -> Folded {
        let (mut letters, mut places) = (Vec::new(), Vec::new());
        for (at, letter) in text.char_indices() {
            let place = (at, at + letter.len_utf8());
            let mut push = |letter| {
                letters.push(letter);
                places.push(place);
            };
            if is_unseen(letter) {
                continue;
            }
            if letter.is_whitespace() {
                // However many blanks and lines: they part two words, and no more.
                if letters.last() != Some(&' ') {
                    letters.push(' ');
                    places.push(place);
                }
                continue;
            }
            // Upper case first: it writes ß as SS, and knows one sigma where lower case has two.
            for upper in letter.to_uppercase() {
                upper.to_lowercase().for_each(&mut push);
            }
        }
        Folded { letters, places }
    }
}

/// Finds the first word of a list in a text; the words of the list are parted by commas, semicolons or lines, and may be several words
/// each. Gives the word as it stands in the text.
pub fn refused<'t>(list: &str, text: &'t str) -> Option<&'t str> {
    let folded = Folded::of(text);
    let words = list.split([',', ';', '\n', '、', '，', '؛', '،']);
    let found = words.filter_map(|word| {
        let word = Folded::of(word.trim()).letters;
        place(&folded.letters, &word).map(|at| (at, word.len()))
    });
    let (at, count) = found.min()?;
    let (begin, _) = folded.places.get(at)?;
    let (_, end) = folded.places.get(at + count - 1)?;
    Some(text::part(text, *begin..*end))
}

/// The first place at which a word stands whole among letters; `None` where it does not, and for no word.
fn place(letters: &[char], word: &[char]) -> Option<usize> {
    let (first, last) = (word.first()?, word.last()?);
    letters
        .windows(word.len())
        .enumerate()
        .find_map(|(at, seen)| {
            let is_whole = || {
                let before = at.checked_sub(1).and_then(|at| letters.get(at));
                let behind = letters.get(at + word.len());
                !before.is_some_and(|before| is_one_word(*before, *first))
                    && !behind.is_some_and(|behind| is_one_word(*last, *behind))
            };
            (seen == word && is_whole()).then_some(at)
        })
}

/// Tells whether two letters side by side are of one word.
fn is_one_word(before: char, behind: char) -> bool {
    let is_letter = |letter: char| letter.is_alphanumeric() || is_mark(letter) || letter == '_';
    let is_parted = |letter: char| !has_no_blanks(letter);
    is_letter(before)
        && is_letter(behind)
        && (is_parted(before) && is_parted(behind) || is_mark(behind))
}

/// A mark on the letter before it, which it makes another one.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{3099}' | '\u{309a}')
}

/// Signs that nobody sees, and that tear no word apart: soft hyphens, joiners, marks of direction.
fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// Letters of scripts that put no blanks between words: there a word is whole wherever it stands.
fn has_no_blanks(letter: char) -> bool {
    matches!(letter,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(list: &str, text: &str, expect: Option<&str>) {
        assert_eq!(refused(list, text), expect, "{list:?} in {text:?}");
    }

    #[test]
    fn whole_words_are_found_in_any_case() {
        check(
            "address, phone number",
            "What is your Address?",
            Some("Address"),
        );
        check("address", "He addressed her", None);
        check("address", "preaddress", None);
        check(
            "phone number",
            "my phone\n  NUMBER is",
            Some("phone\n  NUMBER"),
        );
        check("b;a", "a b", Some("a"));
        check("", "anything", None);
        check(" , ;\n", "anything, at all", None);
        check("word", "", None);
    }

    #[test]
    fn letters_are_the_same_in_every_case_that_they_have() {
        check("straße", "Die STRASSE", Some("STRASSE"));
        check("ÄRGER", "kein ärger", Some("ärger"));
        check("όδυσσεύς", "ὈΔΥΣΣΕΎΣ ΌΔΥΣΣΕΎΣ", Some("ΌΔΥΣΣΕΎΣ"));
        check("дом", "Дом и домой", Some("Дом"));
        check("schon", "sehr schön", None);
    }

    #[test]
    fn marks_are_part_of_their_letter_and_signs_nobody_sees_hide_nothing() {
        check("e", "e\u{301}", None);
        check(
            "secret",
            "se\u{ad}cr\u{200b}et!",
            Some("se\u{ad}cr\u{200b}et"),
        );
        check("secret", "s-e-c-r-e-t", None);
    }

    #[test]
    fn where_a_script_has_no_blanks_a_word_is_found_wherever_it_stands() {
        check("地址", "我的地址是什么", Some("地址"));
        check("住所", "私の住所です", Some("住所"));
        check("ที่อยู่", "บ้านที่อยู่ของฉัน", Some("ที่อยู่"));
        check("عنوان", "ما عنوان البيت", Some("عنوان"));
    }
}
