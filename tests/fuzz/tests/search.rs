//! Search in long texts of any script: any part of a text finds it, places are those of the text as it was written, and no piece is
//! trusted.

#![allow(missing_docs, clippy::unwrap_used)]

use fuzz::scripts::noise;
use fuzz::{Rng, cuts, rounds, shapes};
use rill::search::{Found, Index, Query, excerpt};

/// Texts of a few conversations, each with its name and its turn's number.
fn texts(rng: &mut Rng) -> Vec<(String, usize, String)> {
    let mut texts = Vec::new();
    for id in 0..rng.usize(1..4) {
        for turn in 0..rng.usize(1..5) {
            let mut text = shapes::document(rng, 3000);
            if rng.bool() {
                text += &noise(rng, 40);
            }
            texts.push((id.to_string(), turn, text));
        }
    }
    texts
}

fn index(texts: &[(String, usize, String)]) -> Index {
    let mut index = Index::new();
    for (id, turn, text) in texts {
        index.set_turn(id, *turn, text);
    }
    index
}

#[test]
fn any_part_of_a_text_finds_it_at_its_place() {
    rounds(60, |rng| {
        let texts = texts(rng);
        let index = index(&texts);
        let (id, turn, text) = &texts[rng.usize(..texts.len())];
        let pieces = cuts::text(rng, text);
        if pieces.is_empty() {
            return;
        }
        let piece = pieces[rng.usize(..pieces.len())];
        // A part that begins within a letter is another letter.
        let at = piece.as_ptr() as usize - text.as_ptr() as usize;
        let query = Query::new(&format!("{piece} "));
        let found = index.find(&query, usize::MAX, None);
        for hit in &found.hits {
            let (.., text) = texts
                .iter()
                .find(|(id, turn, _)| *id == hit.conversation && Some(*turn) == hit.turn)
                .unwrap();
            assert!(!hit.places.is_empty());
            assert!(
                hit.places
                    .iter()
                    .all(|place| text.get(place.clone()).is_some_and(|part| !part.is_empty()))
            );
            assert!(hit.places.is_sorted_by(|one, other| one.end <= other.start));
            let shown = excerpt(text, &hit.places, 80);
            assert!(text[shown.start..].starts_with(shown.text));
            assert!(
                shown
                    .places
                    .iter()
                    .all(|place| shown.text.get(place.clone()).is_some())
            );
            assert!(!shown.places.is_empty());
            assert!(!query.places(text).is_empty());
        }
        // Whole words of at least three letters that stand by themselves in the text are always found.
        let is_plain = |c: char| c.is_ascii_lowercase();
        let word = text[at..]
            .split(|c: char| !is_plain(c))
            .nth(1)
            .unwrap_or_default();
        let stands = text.match_indices(word).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let behind = text[at + word.len()..].chars().next();
            before.is_none_or(|c| c == ' ') && behind.is_none_or(|c| c == ' ')
        });
        if word.len() > 2 && stands {
            let found = index.find(&Query::new(word), usize::MAX, None);
            assert!(
                found
                    .hits
                    .iter()
                    .any(|hit| hit.conversation == *id && hit.turn == Some(*turn)),
                "{word}"
            );
        }
    });
}

#[test]
fn typing_letter_by_letter_finds_what_a_whole_search_finds() {
    rounds(40, |rng| {
        let texts = texts(rng);
        let mut index = index(&texts);
        let (.., text) = &texts[rng.usize(..texts.len())];
        let from = text.floor_char_boundary(rng.usize(0..=text.len()));
        let typed: String = text[from..].chars().take(rng.usize(1..24)).collect();
        let mut before: Option<Found> = None;
        for (at, c) in typed.char_indices() {
            let query = Query::new(&typed[..at + c.len_utf8()]);
            let whole = index.find(&query, 9, None);
            let next = index.find(&query, 9, before.as_ref());
            assert_eq!(
                (next.hits, next.count),
                (whole.hits.clone(), whole.count),
                "{typed} at {at}"
            );
            before = Some(whole);
            if rng.u8(..) < 20 {
                index.set_turn("0", 1, &noise(rng, 30));
            }
        }
    });
}

#[test]
fn changes_in_any_order_leave_what_was_handed_in_last() {
    rounds(40, |rng| {
        let texts = texts(rng);
        let mut changed = Index::new();
        for _ in 0..rng.usize(0..20) {
            let (id, turn) = (rng.usize(0..4).to_string(), rng.usize(0..6));
            match rng.u8(0..6) {
                0 => changed.remove(&id),
                1 => changed.remove_turn(&id, turn),
                _ => changed.set_turn(&id, turn, &shapes::document(rng, 300)),
            }
        }
        let stale: Vec<String> = changed.ids().map(str::to_owned).collect();
        stale.iter().for_each(|id| changed.remove(id));
        let mut order: Vec<usize> = (0..texts.len()).collect();
        rng.shuffle(&mut order);
        for at in order {
            let (id, turn, text) = &texts[at];
            changed.set_turn(id, *turn, &noise(rng, 20));
            changed.set_turn(id, *turn, text);
        }
        let plain = index(&texts);
        for id in plain.ids() {
            assert_eq!(plain.write(id), changed.write(id));
        }
        assert!(plain.ids().eq(changed.ids()));
    });
}

#[test]
fn a_piece_is_taken_in_whole_or_not_at_all() {
    rounds(80, |rng| {
        let texts = texts(rng);
        let plain = index(&texts);
        let mut piece = plain.write("0").unwrap();
        let mut other = Index::new();
        assert_eq!(other.read(&piece).as_deref(), Ok("0"));
        assert_eq!(other.write("0"), Some(piece.clone()));
        let kept = other.write("0");
        for _ in 0..rng.usize(1..5) {
            let at = rng.usize(..piece.len());
            piece[at] = rng.u8(..);
        }
        piece.truncate(rng.usize(0..=piece.len()));
        if Some(&piece) != kept.as_ref() {
            assert!(other.read(&piece).is_err());
        }
        assert_eq!(other.write("0"), kept, "nothing of it is taken in");
    });
}
