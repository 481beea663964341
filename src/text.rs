//! Parts of a text at places that nobody vouches for.
//!
//! In: a text, and places in bytes that may lie inside a character, behind the end, or in the wrong order. Out: always a part of
//! that text, cut between characters. Rooms that read from outside cut texts here and nowhere else.

use std::ops::Range;

/// The part of `text` in this range of bytes: places inside a character are moved to its beginning, those behind the end to the
/// end; a range that runs backward is empty.
pub fn part(text: &str, range: Range<usize>) -> &str {
    let (from, to) = (
        text.floor_char_boundary(range.start),
        text.floor_char_boundary(range.end),
    );
    text.get(from..to).unwrap_or_default()
}

/// The part of `text` from this byte on.
pub fn from(text: &str, at: usize) -> &str {
    part(text, at..text.len())
}

/// The part of `text` before this byte.
pub fn up_to(text: &str, at: usize) -> &str {
    part(text, 0..at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_two_places_give_a_part_of_the_text() {
        let text = "aé字🧑‍🚀z";
        for from in 0..text.len() + 3 {
            for to in 0..text.len() + 3 {
                let part = part(text, from..to);
                assert!(text.contains(part));
                assert!(part.len() <= to.saturating_sub(from) + 3);
            }
        }
    }

    #[test]
    fn a_place_inside_a_character_is_its_beginning() {
        assert_eq!(up_to("é字", 1), "");
        assert_eq!(up_to("é字", 4), "é");
        assert_eq!(from("é字", 3), "字");
        assert_eq!(from("é字", 99), "");
        let backward = Range { start: 4, end: 2 };
        assert_eq!(part("river", backward), "");
    }
}
