//! Texts and bytes in pieces, as networks and servers cut them.
//!
//! In: the whole. Out: pieces that are the whole again when joined.

use crate::Rng;

/// How pieces are cut; one way for a whole text, as one server has one habit.
fn size(rng: &mut Rng, habit: u8) -> usize {
    match habit {
        0 => 1,
        1 => rng.usize(1..=4),
        2 => rng.usize(1..=24),
        3 => rng.usize(1..=400),
        4 => rng.usize(1..=8192),
        // Mostly small, seldom huge: a model behind a proxy.
        _ if rng.u8(..) < 8 => rng.usize(1..=16384),
        _ => rng.usize(1..=8),
    }
}

/// A text in pieces, cut between characters.
pub fn text<'t>(rng: &mut Rng, mut text: &'t str) -> Vec<&'t str> {
    let habit = rng.u8(0..6);
    let mut pieces = Vec::new();
    while !text.is_empty() {
        let mut at = size(rng, habit).min(text.len());
        while !text.is_char_boundary(at) {
            at += 1;
        }
        let (piece, rest) = text.split_at(at);
        pieces.push(piece);
        text = rest;
    }
    pieces
}

/// Bytes in pieces, cut anywhere.
pub fn bytes<'b>(rng: &mut Rng, mut bytes: &'b [u8]) -> Vec<&'b [u8]> {
    let habit = rng.u8(0..6);
    let mut pieces = Vec::new();
    while !bytes.is_empty() {
        let (piece, rest) = bytes.split_at(size(rng, habit).min(bytes.len()));
        pieces.push(piece);
        bytes = rest;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_whole_again() {
        for seed in 0..40 {
            let rng = &mut Rng::with_seed(seed);
            let whole = "a長ขо🧑‍🚀e\u{301} ".repeat(99);
            assert_eq!(text(rng, &whole).concat(), whole);
            assert_eq!(bytes(rng, whole.as_bytes()).concat(), whole.as_bytes());
        }
    }
}
