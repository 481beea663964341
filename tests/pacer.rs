//! How much is shown by when: promise 8 of the house, as properties.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use rill::pacer::{LIVE_LAG, OPEN_LAG, Pace, Pacer};
use unicode_segmentation::UnicodeSegmentation;

const SAMPLES: &[&str] = &[
    "plain words, and more of them",
    "👨‍👩‍👧‍👦 and 👩🏽‍💻, 🏴󠁧󠁢󠁥󠁮󠁧󠁿 too",
    "🇩🇪🇫🇷🇯🇵🇧🇷x🇩",
    "e\u{301}a\u{308}\u{323}o\u{30a}z\u{335}\u{321}",
    "क्षत्रिय नमस्ते हिन्दी",
    "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af} 한글",
    "one\r\ntwo\r\n\r\nthree\rfour\n",
    "👍🏿❤️‍🔥1️⃣",
];

fn boundary(text: &str, at: usize) -> bool {
    at == text.len() || text.grapheme_indices(true).any(|(start, _)| start == at)
}

fn check_pace(value: &str, expect: Result<Pace, ()>) {
    let got = value.parse::<Pace>();
    assert_eq!(
        got.clone().map_err(|_| ()),
        expect,
        "{value:?} gave {got:?}"
    );
}

#[test]
fn the_pace_attribute_is_read_or_refused_with_a_clear_word() {
    check_pace("live", Ok(Pace::Live));
    check_pace("instant", Ok(Pace::Instant));
    check_pace("30", Ok(Pace::PerCharacter(30.0)));
    check_pace(" 2.5 ", Ok(Pace::PerCharacter(2.5)));
    check_pace("0", Ok(Pace::Instant));
    check_pace("160wpm", Ok(Pace::Words(160.0)));
    check_pace(" 82.5 wpm ", Ok(Pace::Words(82.5)));
    check_pace("9999999wpm", Ok(Pace::Words(100_000.0)));
    for bad in [
        "",
        "fast",
        "-1",
        "NaN",
        "inf",
        "30ms",
        "wpm",
        "0wpm",
        "-3wpm",
        "infwpm",
        "160 words",
    ] {
        check_pace(bad, Err(()));
    }
    let said = "30ms".parse::<Pace>().unwrap_err().to_string();
    assert!(
        said.contains("\"30ms\"") && said.contains("instant") && said.contains("160wpm"),
        "{said}"
    );
}

#[test]
fn a_pace_is_read_as_it_was_written() {
    let check = |text: &str, expect: &str| {
        let pace = text.parse::<Pace>().unwrap();
        assert_eq!(pace.to_string(), expect);
        assert_eq!(expect.parse(), Ok(pace), "{text}");
    };
    check("live", "live");
    check("instant", "instant");
    check("0", "instant");
    check("0.0001", "instant");
    check("30", "30");
    check("0.1", "0.100");
    check("33.3333", "33.333");
    check("999999999999999", "86400000");
    check("86399999.9994", "86399999.999");
    check("160wpm", "160wpm");
    check("33.3333 wpm", "33.333wpm");
    check("0.5wpm", "1wpm");
    for pace in [f64::NAN, f64::INFINITY, -1.0, 1e300] {
        assert!(Pace::PerCharacter(pace).to_string().parse::<Pace>().is_ok());
        assert!(Pace::Words(pace).to_string().parse::<Pace>().is_ok());
    }
}

/// Feeds `pieces` all at nought, then runs frames of 16 ms; what was shown after each frame.
fn frames(pacer: &mut Pacer, from: f64, to: f64) -> Vec<String> {
    let mut seen = Vec::new();
    let mut now = from;
    while now <= to {
        pacer.advance(now);
        seen.push(pacer.shown().to_owned());
        now += 16.0;
    }
    seen
}

#[test]
fn no_sample_is_ever_split_at_any_cut_and_any_pace() {
    for pace in [
        Pace::Live,
        Pace::PerCharacter(30.0),
        Pace::PerCharacter(1.0),
    ] {
        for sample in SAMPLES {
            for (cut, _) in sample.char_indices() {
                let mut pacer = Pacer::new(pace);
                pacer.push(0.0, &sample[..cut]);
                let mut seen = frames(&mut pacer, 0.0, 300.0);
                pacer.push(310.0, &sample[cut..]);
                seen.extend(frames(&mut pacer, 310.0, 600.0));
                pacer.finish(600.0);
                seen.extend(frames(&mut pacer, 600.0, 3000.0));
                for shown in &seen {
                    assert!(
                        boundary(sample, shown.len()),
                        "{pace}: {sample:?} cut at {cut} was shown as {shown:?}"
                    );
                }
                assert!(pacer.drained(), "{pace}: {sample:?} cut at {cut}");
            }
        }
    }
}

#[test]
fn a_fixed_pace_shows_one_cluster_per_step_and_the_end_waits_for_it() {
    let mut pacer = Pacer::new(Pace::PerCharacter(30.0));
    let text = "👨‍👩‍👧‍👦🇩🇪e\u{301}abc";
    pacer.push(0.0, text);
    pacer.finish(0.0);
    let want: Vec<&str> = text.graphemes(true).collect();
    let mut shown = Vec::new();
    for step in 0..want.len() {
        assert!(!pacer.drained());
        let range = pacer.advance(step as f64 * 30.0);
        shown.push(pacer.text()[range].to_owned());
        assert!(pacer.advance(step as f64 * 30.0 + 29.0).is_empty());
    }
    assert_eq!(shown, want);
    assert!(pacer.drained());
}

#[test]
fn a_fixed_pace_is_kept_to_the_last_letter_however_much_waits() {
    let mut pacer = Pacer::new(Pace::PerCharacter(30.0));
    pacer.push(0.0, &"x".repeat(3000)); // 90 s of text
    pacer.finish(0.0);
    for second in 0..90 {
        pacer.advance(f64::from(second) * 1000.0 + 1.0);
        let due = (f64::from(second) * 1000.0 / 30.0) as usize + 1;
        assert!(pacer.shown().len().abs_diff(due) <= 1, "at {second} s");
    }
    assert!(!pacer.drained());
    pacer.advance(2999.0 * 30.0);
    assert!(pacer.drained());
}

#[test]
fn a_last_letter_is_shown_though_nothing_follows() {
    let mut pacer = Pacer::new(Pace::PerCharacter(30.0));
    pacer.push(0.0, "a");
    assert!(pacer.advance(300.0).is_empty());
    assert_eq!(pacer.advance(pacer.next_due(300.0).unwrap()), 0..1);
    pacer.push(500.0, "🇩");
    assert!(pacer.advance(9_000.0).is_empty());
    assert_eq!(pacer.next_due(9_000.0), Some(500.0 + OPEN_LAG));
    assert_eq!(pacer.advance(500.0 + OPEN_LAG), 1..5);
    let mut pacer = Pacer::new(Pace::Live);
    pacer.push(0.0, "🇩");
    assert!(pacer.advance(300.0).is_empty());
    assert_eq!(pacer.advance(LIVE_LAG), 0..4);
}

#[test]
fn whoever_comes_when_it_is_due_finds_something_whatever_the_fractions_of_a_millisecond() {
    for (pace, text) in [
        (Pace::Live, "🇩"),
        (Pace::PerCharacter(0.5), "🇩"),
        (Pace::PerCharacter(0.5), "a"),
    ] {
        for step in 1..5_000u32 {
            let now = f64::from(step) * 0.137;
            let mut pacer = Pacer::new(pace);
            pacer.push(now, text);
            let due = pacer.next_due(now).unwrap();
            assert!(!pacer.advance(due).is_empty(), "{pace}: {text:?} at {now}");
        }
    }
}

#[test]
fn live_turns_even_bursts_into_an_even_flow() {
    let mut pacer = Pacer::new(Pace::Live);
    let mut steps = Vec::new();
    for frame in 0..500 {
        let now = f64::from(frame) * 16.0;
        if frame % 12 == 0 {
            pacer.push(now, &"word ".repeat(12)); // 60 letters each 192 ms: 5 a frame
        }
        let shown = pacer.advance(now).len();
        if frame > 100 {
            steps.push(shown);
        }
    }
    assert!(steps.iter().all(|step| (3..=7).contains(step)), "{steps:?}");
}

#[test]
fn a_hidden_tab_a_skip_and_instant_show_all_at_once() {
    for how in 0..3 {
        let mut pacer = Pacer::new(if how == 0 {
            Pace::Instant
        } else {
            Pace::PerCharacter(30.0)
        });
        pacer.push(0.0, "hello there");
        match how {
            1 => pacer.set_instant(true),
            2 => pacer.skip(),
            _ => {}
        }
        assert_eq!(pacer.next_due(1.0), Some(1.0));
        assert_eq!(pacer.advance(1.0), 0..11);
        pacer.push(2.0, " again");
        assert_eq!(pacer.advance(2.0), 11..17);
        pacer.set_instant(false);
        pacer.push(3.0, " slowly now");
        pacer.advance(4.0);
        assert_eq!(pacer.behind() > 0, how == 1, "how {how}");
        pacer.finish(5.0);
        pacer.advance(5_000.0);
        assert!(pacer.drained());
    }
}

fn check_replace(first: &str, second: &str, stays: &str) {
    let mut pacer = Pacer::new(Pace::PerCharacter(30.0));
    pacer.push(0.0, first);
    pacer.set_instant(true);
    pacer.advance(0.0);
    pacer.set_instant(false);
    pacer.replace(0.0, second);
    assert_eq!(pacer.text(), second);
    assert_eq!(pacer.shown(), stays, "{first:?} to {second:?}");
    pacer.finish(1.0);
    pacer.advance(1_000_000.0);
    assert_eq!(pacer.shown(), second);
    assert!(pacer.drained());
    assert_eq!(pacer.behind(), 0);
}

#[test]
fn a_replaced_text_keeps_what_both_have_up_to_a_cluster() {
    check_replace("the cat sat", "the cow sat", "the c");
    check_replace("the cat", "the cat sat", "the cat");
    check_replace("the cat sat", "the cat", "the cat");
    check_replace("e", "e\u{301}x", "e"); // it was shown whole, and the text only grew
    check_replace("ab🇩🇪", "ab🇩🇫", "ab");
    check_replace("abé", "abè", "ab");
    check_replace("abc", "", "");
    check_replace("", "abc", "");
}

#[test]
fn nothing_to_show_means_no_timer() {
    let mut pacer = Pacer::new(Pace::Live);
    assert_eq!(pacer.next_due(0.0), None);
    assert!(!pacer.drained());
    pacer.push(0.0, "hi\n");
    pacer.finish(0.0);
    let mut now = 0.0;
    let mut turns = 0;
    while let Some(due) = pacer.next_due(now) {
        now = due;
        assert!(!pacer.advance(now).is_empty(), "woken for nothing at {now}");
        turns += 1;
        assert!(turns < 10);
    }
    assert!(pacer.drained());
}

#[test]
fn two_hundred_thousand_tiny_tokens_are_cheap_even_as_one_cluster_or_one_row_of_flags() {
    for token in ["ab", "\u{301}", "🇩", "\u{94d}क", "\u{200d}👩"] {
        for pace in [Pace::Live, Pace::PerCharacter(1.0)] {
            let started = std::time::Instant::now();
            let mut pacer = Pacer::new(pace);
            for step in 0..200_000u32 {
                let now = f64::from(step) * 0.5;
                pacer.push(now, token);
                if step % 32 == 0 {
                    pacer.advance(now);
                    pacer.next_due(now);
                }
            }
            pacer.finish(100_000.0);
            // Two letters a token at the most, each of them a millisecond.
            pacer.advance(600_000.0);
            assert!(pacer.drained());
            assert!(
                started.elapsed().as_secs() < 10,
                "{token:?} {pace}: {:?}",
                started.elapsed()
            );
        }
    }
}

fn pieces() -> impl Strategy<Value = (Vec<(f64, String)>, Vec<f64>)> {
    let atoms = prop::sample::select(vec![
        "a", "b ", "word", "\r", "\n", "👨", "\u{200d}", "👩", "🏽", "🇩", "🇪", "e", "\u{301}", "क",
        "\u{94d}", "ष", "\u{1112}", "\u{1161}", "\u{11ab}", "한", "❤", "\u{fe0f}",
    ]);
    let piece = prop::collection::vec(atoms, 1..6).prop_map(|atoms| atoms.concat());
    (
        prop::collection::vec((0.0..700.0f64, piece), 0..30),
        prop::collection::vec(1.0..60.0f64, 1..20),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn whatever_comes_whenever_the_lag_is_bounded_and_the_last_letter_is_shown((pushes, steps) in pieces(), ms in 0.5..200.0f64, live in any::<bool>()) {
        // A fixed pace has no bound: all of it may take as long as each letter in turn, and the last cluster of each piece.
        let slowest = pushes.iter().map(|push| push.1.len() as f64 * ms + OPEN_LAG).sum();
        let (pace, lag) = if live { (Pace::Live, LIVE_LAG) } else { (Pace::PerCharacter(ms), slowest) };
        let all: String = pushes.iter().map(|push| push.1.as_str()).collect();
        let mut pacer = Pacer::new(pace);
        let mut now = 0.0;
        let mut arrived: Vec<(f64, usize)> = Vec::new();
        let mut step = steps.iter().cycle();
        let mut shown = 0;
        let mut run_to = |pacer: &mut Pacer, now: &mut f64, to: f64, arrived: &[(f64, usize)]| {
            loop {
                let due = pacer.next_due(*now);
                let range = pacer.advance(*now);
                prop_assert_eq!(range.start, shown);
                prop_assert!(due.is_none_or(|due| due > *now) || !range.is_empty(), "woken for nothing");
                prop_assert!(range.is_empty() || due.is_some_and(|due| due <= *now + 1e-3), "shown at {} before it was due {:?}", now, due);
                shown = range.end;
                let forced = arrived.iter().filter(|(came, _)| *now - came >= lag).map(|(_, end)| *end).max().unwrap_or(0);
                prop_assert!(shown >= forced, "{} behind {} at {}", shown, forced, now);
                let waited = arrived.iter().find(|(_, end)| *end > range.start).map_or(0.0, |(came, _)| *now - came);
                if !range.is_empty() && waited < LIVE_LAG - 50.0 {
                    prop_assert!(boundary(&all, shown), "{:?} is split at {}", all, shown);
                }
                if *now >= to {
                    return Ok(());
                }
                *now = (*now + step.next().unwrap()).min(to);
            }
        };
        let mut end = 0;
        for (wait, piece) in &pushes {
            let to = now + wait;
            run_to(&mut pacer, &mut now, to, &arrived)?;
            pacer.push(now, piece);
            end += piece.len();
            arrived.push((now, end));
        }
        pacer.finish(now);
        let to = now + lag;
        run_to(&mut pacer, &mut now, to, &arrived)?;
        prop_assert!(pacer.drained());
        prop_assert_eq!(pacer.shown(), all.as_str());
        prop_assert_eq!(pacer.behind(), 0);
    }
}
