//! Any changes in any order, against a model that looks through everything letter by letter.

use std::collections::BTreeMap;

use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

use super::{folded, hits, marked};
use crate::search::letters::has_no_blanks;
use crate::search::{Found, Index, Query};

/// Words that are alike in part, in several scripts.
const WORDS: [&str; 24] = [
    "river",
    "Rivers",
    "driver",
    "RIV",
    "a",
    "an",
    "and",
    "Größe",
    "gross",
    "e\u{301}te\u{301}",
    "été",
    "河流",
    "河",
    "很长的河",
    "แม่น้ำ",
    "น้ำ",
    "नदी",
    "река",
    "Ре\u{301}ка",
    "*emphatic*",
    "`code`",
    "👩\u{200d}👧",
    "한국",
    "ガス",
];

fn text() -> impl Strategy<Value = String> {
    let word = (
        0..WORDS.len(),
        prop::sample::select(vec![" ", "", "\n\n", ", "]),
    );
    prop::collection::vec(word, 0..12).prop_map(|words| {
        let words = words.into_iter();
        words
            .map(|(word, gap)| format!("{}{gap}", WORDS[word]))
            .collect()
    })
}

/// Tells whether a term occurs, letter by letter.
fn occurs(text: &str, term: &str) -> bool {
    let is_short = term.chars().count() <= 2
        && term
            .chars()
            .all(|c| c.is_alphanumeric() && !has_no_blanks(c));
    let letters: Vec<usize> = text.grapheme_indices(true).map(|(at, _)| at).collect();
    letters.iter().any(|&at| {
        let before = text[..at].chars().next_back();
        let begins = before.is_none_or(|before| !before.is_alphanumeric() || has_no_blanks(before));
        text[at..].starts_with(term) && (begins || !is_short)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_found_is_what_is_there(
        changes in prop::collection::vec((0..3_usize, 0..5_usize, prop::option::weighted(0.8, text())), 1..30),
        words in prop::collection::vec(0..WORDS.len(), 1..3),
    ) {
        let mut index = Index::new();
        let mut model: BTreeMap<(String, usize), String> = BTreeMap::new();
        for (conversation, turn, text) in changes {
            let id = conversation.to_string();
            match text {
                Some(text) => {
                    index.set_turn(&id, turn, &text);
                    model.insert((id, turn), text);
                }
                None => {
                    index.remove_turn(&id, turn);
                    model.remove(&(id, turn));
                }
            }
        }
        let query: String = words.iter().map(|word| format!("{} ", WORDS[*word])).collect();
        let terms = folded(&query);
        let is_hit = |text: &String| terms.split_whitespace().all(|term| occurs(&folded(text), term));
        let expect: Vec<_> = model.iter().filter(|(_, text)| is_hit(text)).map(|((id, turn), _)| (id.clone(), Some(*turn))).collect();
        let mut found = hits(&index, &query);
        found.sort();
        prop_assert_eq!(found, expect);
        for hit in index.find(&Query::new(&query), usize::MAX, None).hits {
            let text = &model[&(hit.conversation, hit.turn.unwrap())];
            prop_assert!(!hit.places.is_empty());
            for place in hit.places {
                let part = folded(&text[place]);
                prop_assert!(terms.split_whitespace().any(|term| part.contains(term)), "{}", part);
            }
        }
        // The index that comes of the pieces finds the same.
        let mut again = Index::new();
        for id in index.ids() {
            again.read(&index.write(id).unwrap()).unwrap();
        }
        prop_assert_eq!(index.find(&Query::new(&query), 9, None).hits, again.find(&Query::new(&query), 9, None).hits);
    }

    #[test]
    fn any_part_of_a_text_finds_it(text in text(), from in any::<prop::sample::Index>(), length in 3..9_usize) {
        let letters: Vec<&str> = text.graphemes(true).collect();
        prop_assume!(!letters.is_empty());
        let part: String = letters.iter().skip(from.index(letters.len())).take(length).copied().collect();
        // In a word two letters are too few.
        let term = part.split_whitespace().next().unwrap_or_default();
        prop_assume!(folded(term).chars().count() > 2);
        prop_assert!(!marked(&text, term).is_empty(), "{} in {}", term, text);
        let mut index = Index::new();
        index.set_turn("a", 3, &text);
        prop_assert_eq!(hits(&index, term).len(), 1);
    }

    #[test]
    fn any_letters_are_folded_and_found_without_a_panic(text in ".{0,60}", query in ".{0,9}") {
        marked(&text, &query);
        let mut index = Index::new();
        index.set_head("a", &query, f64::NAN);
        index.set_turn("a", 0, &text);
        let mut before: Option<Found> = None;
        for (at, _) in query.char_indices() {
            let found = index.find(&Query::new(&query[..at]), 3, before.as_ref());
            for hit in &found.hits {
                let of = if hit.turn.is_some() { &text } else { &query };
                prop_assert!(hit.places.iter().all(|place| of.get(place.clone()).is_some()));
            }
            before = Some(found);
        }
    }
}
