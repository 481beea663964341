//! Where a sentence stands in the text of the page.
//!
//! In: the text of an answer as it is drawn, and a sentence. Out: the place. Letters and digits are compared, nothing else: marks, blanks
//! and breaks are not where the source has them.

use std::ops::Range;

use super::say::GAP;

/// Returns the place of a sentence, in bytes, at or behind `from`; `None` where it is not there. What stands for its gaps is within
/// the place.
pub fn place(drawn: &str, from: usize, shown: &str) -> Option<Range<usize>> {
    let rest = drawn.get(from..)?;
    let letters = |text: &str| -> Vec<(usize, char)> {
        let all = text.char_indices();
        all.filter(|(_, letter)| letter.is_alphanumeric()).collect()
    };
    let drawn = letters(rest);
    let mut at = 0;
    let mut place: Option<Range<usize>> = None;
    for part in shown.split(GAP) {
        let part = letters(part);
        let Some(((_, first), _)) = part.split_first() else {
            continue;
        };
        let is_here = |start: usize| {
            let there = drawn.get(start..start.saturating_add(part.len()));
            there.is_some_and(|there| there.iter().map(|l| l.1).eq(part.iter().map(|l| l.1)))
        };
        let mut starts = at..drawn.len();
        let start = starts.find(|&start| {
            drawn.get(start).is_some_and(|(_, letter)| letter == first) && is_here(start)
        })?;
        at = start + part.len();
        let (begin, _) = drawn.get(start)?;
        let (last, letter) = drawn.get(at.checked_sub(1)?)?;
        let begin = place.map_or(from + begin, |place| place.start);
        place = Some(begin..from + last + letter.len_utf8());
    }
    place
}
