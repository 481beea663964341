//! Text and time to what is shown: whole letters, only forward, all of it in the end.

#![allow(missing_docs, clippy::unwrap_used)]

use fuzz::scripts::pick;
use fuzz::{cuts, rounds, shapes};
use rill::pacer::{LIVE_LAG, Manner, Pace, Pacer, Steps};

#[test]
fn what_is_shown_grows_letter_by_letter_to_the_end() {
    rounds(250, |rng| {
        let pace = pick(
            rng,
            &[
                Pace::Live,
                Pace::Instant,
                Pace::PerCharacter(30.0),
                Pace::PerCharacter(0.5),
                Pace::Words(190.0),
                Pace::Words(90_000.0),
            ],
        );
        let steps = pick(rng, &[Steps::Letters, Steps::Words]);
        let most = pick(rng, &[30, 300, 3_000]);
        let mut text = shapes::document(rng, most);
        let pieces: Vec<String> = cuts::text(rng, &text)
            .into_iter()
            .map(str::to_owned)
            .collect();
        let mut pacer = Pacer::new(Manner { pace, steps });
        let (mut now, mut shown, mut came) = (0.0, 0, String::new());
        for piece in pieces {
            match rng.u8(..) {
                0..4 => {
                    // The whole text anew: what is shown stays as far as both are the same.
                    let keep = text.floor_char_boundary(rng.usize(0..=came.len().min(text.len())));
                    let other = shapes::document(rng, 200);
                    let before = pacer.shown().to_owned();
                    came = came.chars().take(keep).collect::<String>() + &other;
                    pacer.replace(now, &came);
                    assert!(came.starts_with(pacer.shown()));
                    assert!(
                        before.starts_with(pacer.shown()) || pacer.shown().starts_with(&before)
                    );
                    shown = pacer.shown().len();
                    text.clone_from(&came);
                }
                4..8 => {
                    let paces = [Pace::Live, Pace::PerCharacter(12.0), Pace::Words(300.0)];
                    let pace = pick(rng, &paces);
                    pacer.set_pace(now, Manner { pace, steps });
                }
                11..14 => pacer.set_hurried(now, rng.bool()),
                14..17 => pacer.set_held(now, rng.bool()),
                17..19 => pacer.show_here(),
                8..10 => pacer.set_instant(rng.bool()),
                10 => pacer.skip(),
                _ => {}
            }
            pacer.push(now, &piece);
            came += &piece;
            for _ in 0..rng.usize(0..4) {
                now += f64::from(rng.u32(0..60));
                let range = pacer.advance(now);
                assert_eq!(range.start, shown);
                assert!(range.end >= range.start && came.is_char_boundary(range.end));
                shown = range.end;
                assert_eq!(pacer.shown(), &came[..shown]);
                assert_eq!(pacer.text(), came);
                assert!(pacer.next_due(now).is_none_or(|due| due >= now));
                assert!(!pacer.drained());
            }
        }
        pacer.set_instant(false);
        pacer.set_held(now, false);
        pacer.finish(now);
        // The end waits for the last letter, and the last letter comes.
        let mut turns = 0;
        while let Some(due) = pacer.next_due(now) {
            now = due;
            let range = pacer.advance(now);
            assert!(
                range.start == shown && !range.is_empty(),
                "woken for nothing at {now}"
            );
            shown = range.end;
            turns += 1;
            assert!(turns <= came.len() + 2);
        }
        assert!(pacer.drained());
        assert_eq!(pacer.shown(), came);
        assert_eq!(pacer.behind(), 0);
    });
}

#[test]
fn live_is_never_further_behind_than_it_says() {
    rounds(150, |rng| {
        let most = pick(rng, &[60, 2_000]);
        let text = shapes::document(rng, most);
        let mut pacer = Pacer::new(Pace::Live);
        let (mut now, mut end, mut arrivals) = (0.0, 0, Vec::new());
        for piece in cuts::text(rng, &text) {
            pacer.push(now, piece);
            end += piece.len();
            arrivals.push((now, end));
            let to = now + f64::from(rng.u32(0..200));
            while now < to {
                now = (now + 16.0).min(to);
                pacer.advance(now);
                let due = arrivals
                    .iter()
                    .rev()
                    .find(|(came, _)| now - came >= LIVE_LAG);
                assert!(due.is_none_or(|(_, end)| pacer.shown().len() >= *end));
            }
        }
    });
}
