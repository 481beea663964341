//! A few words around a place in a text.
//!
//! In: a text as it was written, the places of a hit. Out: a part of it that can be shown on a line or two. It must not know how that is
//! drawn.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::text;

/// A part of a text that is shown for a hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt<'t> {
    /// The part.
    pub text: &'t str,
    /// The beginning of the part in the text, in bytes: 0 where nothing is left out before it.
    pub start: usize,
    /// The places in the part, as far as they are in it.
    pub places: Vec<Range<usize>>,
}

/// The part of a text around its first place: about `most` letters, a quarter of them before the place. It begins and ends with a
/// whole word where one ends nearby, with a whole letter else.
pub fn excerpt<'t>(text: &'t str, places: &[Range<usize>], most: usize) -> Excerpt<'t> {
    let first = places.first().map_or(0, |place| place.start);
    let start = beginning(text::up_to(text, first), most / 4);
    let rest = text::from(text, start);
    let letters = rest.grapheme_indices(true).nth(most);
    let end = letters.map_or(rest.len(), |(end, _)| end);
    // At least the first place is shown whole.
    let least = places.first().map_or(0, |place| place.end);
    let least = least.saturating_sub(start);
    let kept = text::up_to(rest, end.max(least));
    let word = match kept.len() == rest.len() {
        true => kept.len(),
        false => kept.rfind(char::is_whitespace).unwrap_or(0),
    };
    let is_near = word >= least && word > kept.len() / 2;
    let part = text::up_to(kept, if is_near { word } else { kept.len() });
    let shown = places.iter().map(|place| {
        let end = place.end.saturating_sub(start).min(part.len());
        place.start.saturating_sub(start).min(end)..end
    });
    Excerpt {
        text: part,
        start,
        places: shown.filter(|place| !place.is_empty()).collect(),
    }
}

/// The byte at which about `most` letters before the end of this text begin.
fn beginning(before: &str, most: usize) -> usize {
    let letters = before.grapheme_indices(true).rev().take(most).last();
    let Some((start, _)) = letters.filter(|(start, _)| *start > 0) else {
        return match most {
            0 => before.len(),
            _ => 0,
        };
    };
    let word = text::from(before, start).find(char::is_whitespace);
    let behind = word.map(|blank| {
        let rest = text::from(before, start + blank);
        before.len().saturating_sub(rest.trim_start().len())
    });
    behind.unwrap_or(start)
}
