//! What a key stroke costs in the search over all conversations: 10,000 turns, five million characters, most of them English.

use criterion::{BatchSize, Criterion};
use rill::search::{Found, Index, Query};
use std::hint::black_box;

use crate::inputs::{Chance, each};

/// Conversations, and turns in each.
const MANY: (usize, usize) = (250, 40);
/// Characters of a turn.
const LONG: usize = 500;
/// Different words of a language.
const WORDS: usize = 20_000;
/// The most hits that are told.
const MOST: usize = 50;

/// What is typed, and what it is.
const QUERIES: [(&str, &str); 9] = [
    ("a letter", "t"),
    ("two letters", "ri"),
    ("a common word", "river"),
    ("a rare word", "zephyr"),
    ("a word that is nowhere", "quixotry"),
    ("three words", "river bank flood "),
    ("a phrase", "\"the river rose\""),
    ("a character of Chinese", "河"),
    ("accents and capitals", "GRÖSSE"),
];

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("search");
    let turns = turns();
    let bytes = turns.iter().map(|(_, _, text)| text.len()).sum();
    group.throughput(each(turns.len(), bytes));
    let index = build(&turns);
    group.bench_function("all turns taken in", |bencher| {
        bencher.iter_batched(
            || (),
            |()| build(black_box(&turns)),
            BatchSize::PerIteration,
        )
    });
    let pieces: Vec<Vec<u8>> = index.ids().filter_map(|id| index.write(id)).collect();
    group.bench_function("all pieces read", |bencher| {
        bencher.iter(|| {
            let mut index = Index::new();
            for piece in &pieces {
                assert!(index.read(black_box(piece)).is_ok());
            }
            index
        })
    });
    for (name, typed) in QUERIES {
        group.bench_function(name, |bencher| {
            bencher.iter(|| index.find(&Query::new(black_box(typed)), MOST, None))
        });
    }
    group.bench_function("the last of eight letters", |bencher| {
        let before = typed(&index, "riverba");
        bencher.iter(|| index.find(&Query::new(black_box("riverban")), MOST, before.as_ref()))
    });
    group.bench_function("a turn that changes, and a search", |bencher| {
        let mut index = build(&turns);
        let (id, turn, text) = &turns[turns.len() / 2];
        bencher.iter(|| {
            index.set_turn(id, *turn, black_box(text));
            index.find(&Query::new("river"), MOST, None)
        })
    });
    group.finish();
}

/// What was found by the last letter of these.
fn typed(index: &Index, letters: &str) -> Option<Found> {
    let mut before: Option<Found> = None;
    for (at, c) in letters.char_indices() {
        let query = Query::new(&letters[..at + c.len_utf8()]);
        before = Some(index.find(&query, MOST, before.as_ref()));
    }
    before
}

fn build(turns: &[(String, usize, String)]) -> Index {
    let mut index = Index::new();
    for (id, turn, text) in turns {
        if *turn == 0 {
            index.set_head(id, "A conversation about rivers", 1.7e12);
        }
        index.set_turn(id, *turn, text);
    }
    index
}

/// Turns of 250 conversations: seven of ten in English, the others in German, Russian and Chinese.
fn turns() -> Vec<(String, usize, String)> {
    let mut chance = Chance::new(0x5eed_5ea7);
    let english = vocabulary(
        &mut chance,
        &[
            "a", "e", "i", "o", "u", "th", "r", "n", "s", "t", "l", "d", "m", "p", "k",
        ],
    );
    let german = vocabulary(
        &mut chance,
        &[
            "a", "e", "i", "ö", "ü", "sch", "r", "n", "ß", "t", "l", "d", "Ä", "g", "k",
        ],
    );
    let russian = vocabulary(
        &mut chance,
        &[
            "а", "е", "и", "о", "у", "ть", "р", "н", "с", "т", "л", "д", "м", "п", "к",
        ],
    );
    let mut turns = Vec::new();
    for conversation in 0..MANY.0 {
        for turn in 0..MANY.1 {
            let text = match chance.below(10) {
                0 => said(&mut chance, &german),
                1 => said(&mut chance, &russian),
                2 => chinese(&mut chance),
                _ => said(&mut chance, &english),
            };
            turns.push((format!("RILL{conversation:04}"), turn, text));
        }
    }
    turns
}

/// Words of these sounds, the common ones first.
fn vocabulary(chance: &mut Chance, sounds: &[&str]) -> Vec<String> {
    let mut words = [
        "the",
        "river",
        "bank",
        "rose",
        "flood",
        "Größe",
        "riverbank",
    ]
    .map(str::to_owned)
    .to_vec();
    while words.len() < WORDS {
        let length = 2 + chance.below(6);
        words.push(
            (0..length)
                .map(|_| sounds[chance.below(sounds.len())])
                .collect(),
        );
    }
    words[rank(0.98) - 1] = "zephyr".to_owned();
    words
}

/// Words as often as people use them: the tenth a tenth as often as the first.
fn said(chance: &mut Chance, words: &[String]) -> String {
    let mut text = String::new();
    let mut count = 0;
    while count < LONG {
        let word = &words[rank(chance.below(1000) as f64 / 1000.0) - 1];
        text.push_str(word);
        text.push_str([" ", " ", " ", " ", ", ", ".\n\n"][chance.below(6)]);
        count += word.chars().count() + 1;
    }
    text
}

/// The rank, from 1, of the word at this share of all that is said.
fn rank(share: f64) -> usize {
    (WORDS as f64).powf(share) as usize
}

fn chinese(chance: &mut Chance) -> String {
    let letter = |chance: &mut Chance| match chance.below(60) {
        0 => '河',
        1 => '，',
        _ => char::from_u32(0x4e00 + chance.below(3000) as u32).unwrap_or('一'),
    };
    (0..LONG).map(|_| letter(chance)).collect()
}
