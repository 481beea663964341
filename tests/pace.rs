//! The reader's pace: kept to the last word, in every script, whatever comes and whenever.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use rill::pacer::{Manner, Pace, Pacer, Steps};
use unicode_segmentation::UnicodeSegmentation;

/// Texts, and how many characters of each are read in a second at 170 words a minute.
const TEXTS: &[(&str, f64)] = &[
    (
        "The river is slow here. A boat floats by, and nobody rows it; the current does. ",
        17.0,
    ),
    (
        "Der Fluss ist langsam hier. Ein Ruderboot treibt vorbei, und niemand rudert; die Strömung tut es. ",
        17.0,
    ),
    (
        "النهر بطيء هنا. يمر قارب صغير ولا أحد يجدف؛ التيار يحمله إلى البحر. ",
        17.0,
    ),
    (
        "Ріка тут повільна. Пропливає човен, і ніхто не веслує. ",
        17.0,
    ),
    (
        "河流在这里很慢。一条小船漂过,没有人划桨。水带着它走向大海,鸟儿在岸上歌唱。",
        7.0,
    ),
    (
        "今日は学校で新しい友だちに会いました。川の水はとても静かです。",
        4.0,
    ),
    (
        "강물이 여기서는 느립니다. 작은 배가 지나가고 아무도 노를 젓지 않습니다. ",
        9.0,
    ),
    ("แม่น้ำไหลช้าที่นี่เรือลำเล็กลอยผ่านไปไม่มีใครพาย ", 13.0),
];

/// Milliseconds for a character of a text with this rate.
fn cost(rate: f64, words: f64) -> f64 {
    1000.0 * 170.0 / (rate * words)
}

fn count(text: &str) -> usize {
    text.graphemes(true).count()
}

fn manner(words: f64, steps: Steps) -> Manner {
    Manner {
        pace: Pace::Words(words),
        steps,
    }
}

/// Runs a pacer that has all of its text from the beginning to its end; the time of the last letter.
fn time_to_end(pacer: &mut Pacer) -> f64 {
    let mut now = 0.0;
    while let Some(due) = pacer.next_due(now) {
        now = due;
        assert!(!pacer.advance(now).is_empty(), "woken for nothing at {now}");
    }
    now
}

#[test]
fn three_thousand_characters_take_their_time_from_first_to_last_in_every_script() {
    for (sample, rate) in TEXTS {
        for steps in [Steps::Letters, Steps::Words] {
            for words in [155.0, 190.0, 250.0] {
                let text = sample.repeat(3000 / count(sample) + 1);
                let mut pacer = Pacer::new(manner(words, steps));
                let mut end = 0.0;
                // 160 characters a second, and the server is done long before.
                for piece in text.graphemes(true).collect::<Vec<_>>().chunks(16) {
                    pacer.push(end, &piece.concat());
                    pacer.advance(end);
                    end += 100.0;
                }
                pacer.finish(end);
                let took = time_to_end(&mut pacer);
                let expect = count(&text) as f64 * cost(*rate, words);
                let off = took / expect - 1.0;
                assert!(off.abs() < 0.03, "{sample:?} {words} {steps:?}: {off}");
                assert!(pacer.drained());
            }
        }
    }
}

#[test]
fn a_word_appears_whole() {
    let text = "Ein Boot, klein\nund rot – 2,5 m.";
    let mut pacer = Pacer::new(manner(190.0, Steps::Words));
    for letter in text.chars() {
        pacer.push(0.0, &letter.to_string());
    }
    pacer.finish(0.0);
    let mut now = 0.0;
    let mut seen = Vec::new();
    while let Some(due) = pacer.next_due(now) {
        now = due;
        let range = pacer.advance(now);
        seen.push(pacer.text()[range].to_owned());
    }
    let expect = [
        "Ein ", "Boot, ", "klein\n", "und ", "rot ", "– ", "2,5 ", "m.",
    ];
    assert_eq!(seen, expect);
}

#[test]
fn a_link_appears_whole_where_all_of_it_is_here() {
    let steps = |text: &str| {
        let mut pacer = Pacer::new(manner(190.0, Steps::Words));
        pacer.push(0.0, text);
        pacer.finish(0.0);
        let (mut now, mut seen) = (0.0, Vec::new());
        while let Some(due) = pacer.next_due(now) {
            now = due;
            let range = pacer.advance(now);
            seen.push(pacer.text()[range].to_owned());
        }
        seen
    };
    let whole =
        steps("See [the big map](https://river.test/a) now, ([all](/b)): ![A boat](/c.png)");
    let expect = [
        "See ",
        "[the big map](https://river.test/a) ",
        "now, ",
        "([all](/b)): ",
        "![A boat](/c.png)",
    ];
    assert_eq!(whole, expect);
    assert_eq!(steps("A [b c] d"), ["A ", "[b ", "c] ", "d"]);
}

#[test]
fn half_a_word_waits_for_the_rest_of_it_but_not_for_ever() {
    let mut pacer = Pacer::new(manner(190.0, Steps::Words));
    pacer.push(0.0, "A riv");
    pacer.advance(0.0);
    assert_eq!(pacer.shown(), "A ");
    pacer.push(300.0, "er ");
    pacer.advance(320.0);
    assert_eq!(pacer.shown(), "A river");
    pacer.push(2000.0, "flo");
    assert!(pacer.advance(2300.0).len() <= 1, "the blank");
    assert!(pacer.next_due(2300.0).unwrap() <= 2401.0);
    pacer.advance(2401.0);
    assert!(pacer.shown().ends_with(" fl"), "{:?}", pacer.shown());
}

#[test]
fn a_kanji_before_the_first_kana_is_not_read_as_chinese() {
    let second = |text: &str| {
        let mut pacer = Pacer::new(manner(170.0, Steps::Letters));
        pacer.push(0.0, text);
        pacer.advance(0.0);
        pacer.next_due(0.0).unwrap()
    };
    assert_eq!(second("日本語はたのしい"), 250.0);
    assert_eq!(second("中国很大,河流很长"), 1000.0 / 7.0);
}

#[test]
fn nobody_reads_the_address_of_a_link_the_marks_of_markdown_or_the_rule_of_a_table() {
    let time = |text: &str| {
        let mut pacer = Pacer::new(manner(190.0, Steps::Words));
        pacer.push(0.0, text);
        pacer.finish(0.0);
        time_to_end(&mut pacer)
    };
    let as_long = |text: &str, plain: &str| {
        let (took, expect) = (time(text), time(plain));
        assert!(
            (took - expect).abs() < 120.0,
            "{text:?}: {took}, not {expect}"
        );
    };
    let address = format!("https://river.test/{}", "far/".repeat(60));
    as_long(
        &format!("See [the river]({address}) here and then go on."),
        "See [the river here and then go on.",
    );
    as_long(
        "**Long** and `wide` it ***flows*** on.",
        "Long and wide it flows on.",
    );
    as_long("## The river", " The river");
    as_long("| A | B |\n|------|-----:|\n| c | d |", " A  B \n c  d ");
}

#[test]
fn a_reader_who_hurries_reads_twice_as_fast_and_then_as_before() {
    let mut pacer = Pacer::new(Pace::PerCharacter(100.0));
    pacer.push(0.0, &"x".repeat(1000));
    pacer.advance(10_000.0);
    let at = |pacer: &mut Pacer, now: f64| {
        pacer.advance(now);
        pacer.shown().len()
    };
    assert_eq!(at(&mut pacer, 10_000.0), 101);
    pacer.set_hurried(10_050.0, true);
    assert_eq!(at(&mut pacer, 15_050.0), 201);
    pacer.set_hurried(15_050.0, false);
    assert_eq!(at(&mut pacer, 25_051.0), 301);
}

#[test]
fn what_is_held_stays_until_the_reader_goes_on_and_then_keeps_its_pace() {
    let mut pacer = Pacer::new(Pace::PerCharacter(100.0));
    pacer.push(0.0, &"x".repeat(1000));
    pacer.advance(1_000.0);
    pacer.set_held(1_000.0, true);
    assert!(pacer.advance(60_000.0).is_empty());
    assert_eq!(pacer.next_due(60_000.0), None);
    pacer.set_held(60_000.0, false);
    assert_eq!(pacer.advance(60_000.0).len(), 1);
    assert_eq!(pacer.advance(61_000.0).len(), 10);
    // Stop and a hidden tab show all.
    for how in [Pacer::skip, |pacer: &mut Pacer| pacer.set_instant(true)] {
        let mut held = pacer.clone();
        held.set_held(61_000.0, true);
        how(&mut held);
        held.advance(61_000.0);
        assert_eq!(held.behind(), 0);
    }
}

#[test]
fn a_tap_shows_what_is_here_and_what_comes_later_keeps_the_pace() {
    let mut pacer = Pacer::new(Pace::PerCharacter(100.0));
    pacer.push(0.0, &"x".repeat(500));
    pacer.advance(1_000.0);
    pacer.show_here();
    assert_eq!(pacer.next_due(1_000.0), Some(1_000.0));
    pacer.advance(1_000.0);
    assert!(pacer.behind() <= 1);
    pacer.push(2_000.0, &"y".repeat(100));
    pacer.advance(3_000.0);
    assert!((85..=95).contains(&pacer.behind()), "{}", pacer.behind());
}

#[test]
fn the_time_that_is_left_is_told_before_it_has_passed() {
    for (sample, _) in TEXTS {
        let text = sample.repeat(30);
        let mut pacer = Pacer::new(manner(190.0, Steps::Words));
        pacer.push(0.0, &text);
        pacer.finish(0.0);
        let left = pacer.left().unwrap();
        let took = time_to_end(&mut pacer);
        assert!(
            (left / took - 1.0).abs() < 0.1,
            "{sample:?}: {left}, {took}"
        );
        assert_eq!(pacer.left(), None);
    }
    let mut pacer = Pacer::new(Pace::Live);
    pacer.push(0.0, "some text");
    assert_eq!(pacer.left(), None);
}

#[test]
fn another_pace_counts_from_now_on() {
    let mut pacer = Pacer::new(Pace::PerCharacter(10_000.0));
    pacer.push(0.0, &"word ".repeat(100));
    pacer.advance(0.0);
    pacer.set_pace(500.0, manner(600.0, Steps::Words));
    pacer.advance(60_000.0);
    assert!(pacer.behind() < 2);
}

#[derive(Debug, Clone)]
struct Reading {
    text: usize,
    clusters: usize,
    words: f64,
    steps: Steps,
    /// Clusters of each piece, and the milliseconds before it.
    pieces: Vec<(usize, f64)>,
    frames: Vec<f64>,
}

fn readings() -> impl Strategy<Value = Reading> {
    (
        0..TEXTS.len(),
        200..800usize,
        100.0..600.0f64,
        any::<bool>(),
        prop::collection::vec((1..60usize, 0.0..4000.0f64), 1..20),
        prop::collection::vec(5.0..60.0f64, 1..10),
    )
        .prop_map(|(text, clusters, words, letters, pieces, frames)| Reading {
            text,
            clusters,
            words,
            steps: if letters {
                Steps::Letters
            } else {
                Steps::Words
            },
            pieces,
            frames,
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn while_text_waits_it_is_shown_at_the_pace_whatever_comes_whenever(reading in readings()) {
        let (sample, rate) = TEXTS[reading.text];
        let all: Vec<&str> = sample.graphemes(true).cycle().take(reading.clusters).collect();
        let whole = all.concat();
        let starts: Vec<usize> = whole.grapheme_indices(true).map(|(at, _)| at).chain([whole.len()]).collect();
        let mut pacer = Pacer::new(manner(reading.words, reading.steps));
        let each = cost(rate, reading.words);
        // Sixty words, or as much of another script.
        let stretch = 360.0 * cost(17.0, reading.words);
        let mut pieces = reading.pieces.iter().cycle();
        let mut frames = reading.frames.iter().cycle();
        let (mut now, mut came, mut next) = (0.0, 0, 0.0);
        let (mut shown, mut bytes) = (0, 0);
        let mut since: Option<(f64, usize)> = None;
        while !pacer.drained() {
            while next <= now && came < all.len() {
                let &(size, wait) = pieces.next().unwrap();
                let to = (came + size).min(all.len());
                pacer.push(now, &all[came..to].concat());
                came = to;
                next = now + wait;
            }
            if came == all.len() {
                pacer.finish(now);
            }
            let range = pacer.advance(now);
            prop_assert_eq!(range.start, bytes);
            prop_assert!(range.end >= range.start && whole.is_char_boundary(range.end));
            bytes = range.end;
            let before = shown;
            while starts[shown] < bytes {
                shown += 1;
            }
            prop_assert_eq!(starts[shown], bytes, "a cluster is split");
            // A word and what follows it are here.
            if pacer.behind() < 30 {
                since = None;
            } else if let Some((from, first)) = since {
                let (took, read) = (now - from, (shown - first) as f64 * each);
                if took >= stretch {
                    let off = read / took - 1.0;
                    prop_assert!(off.abs() < 0.1, "{} off in {} s at {}", off, took / 1000.0, now);
                    since = None;
                }
            } else if shown > before {
                // From a step on.
                since = Some((now, shown));
            }
            now += frames.next().unwrap();
        }
        prop_assert_eq!(pacer.shown(), whole.as_str());
    }
}
