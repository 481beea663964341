#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::gauge::Gauge;
use super::talk::{Terms, Words, fit, messages, to_sum_up};
use super::*;
use crate::chat::tree::Tree;
use crate::chat::turn::{Summary, Turn};

fn piece() -> impl Strategy<Value = Piece> {
    let role = prop_oneof![Just(Role::User), Just(Role::Assistant)];
    let tokens = prop_oneof![8 => 1..400_u32, 1 => 400..3000_u32];
    (
        role,
        tokens,
        prop::bool::weighted(0.1),
        prop::option::weighted(0.05, 0..500_u32),
    )
        .prop_map(|(role, tokens, is_pinned, summary)| Piece {
            role,
            tokens,
            is_pinned,
            summary,
        })
}

fn space() -> impl Strategy<Value = Space> {
    (
        256..6000_u32,
        prop::option::of(0..4000_u32),
        0..200_u32,
        0..200_u32,
    )
        .prop_map(|(size, answer, always, margin)| Space {
            size,
            answer,
            always,
            margin,
        })
}

fn rule() -> impl Strategy<Value = Overflow> {
    prop::sample::select(Overflow::ALL)
}

fn tokens(turns: &[Piece], places: &[usize]) -> u64 {
    places
        .iter()
        .map(|place| u64::from(turns[*place].tokens))
        .sum()
}

/// The place of the newest question; without one, of the beginning.
fn newest(turns: &[Piece]) -> usize {
    let asked = |turn: &Piece| turn.role == Role::User;
    turns.iter().rposition(asked).unwrap_or(0)
}

/// A conversation in which questions are answered once each.
fn talk(turns: usize, tokens: u32) -> Vec<Piece> {
    let role = |place| [Role::User, Role::Assistant][place % 2];
    let piece = |place| Piece {
        role: role(place),
        tokens,
        is_pinned: false,
        summary: None,
    };
    (0..turns).map(piece).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_sent_fits(turns in prop::collection::vec(piece(), 1..80), space in space(), rule in rule(), before in 0..80_usize) {
        let cut = cut(&turns, space, rule, before);
        let newest = newest(&turns);
        if tokens(&turns, &cut.sent) > space.turns() {
            // No less can be sent.
            prop_assert!(cut.is_over);
            let least: Vec<usize> = (newest..turns.len()).collect();
            prop_assert_eq!(&cut.sent, &least);
        }
        let answer = space.answer.map_or(0, |answer| answer.min(space.size / 2));
        if !cut.is_over {
            let all = tokens(&turns, &cut.sent) + u64::from(space.always) + u64::from(answer);
            prop_assert!(all <= u64::from(space.size));
        }
    }

    #[test]
    fn the_newest_question_and_all_behind_it_are_sent(turns in prop::collection::vec(piece(), 1..80), space in space(), rule in rule(), before in 0..80_usize) {
        let cut = cut(&turns, space, rule, before);
        for place in newest(&turns)..turns.len() {
            prop_assert!(cut.sent.contains(&place));
        }
        for place in cut.begin..turns.len() {
            prop_assert!(cut.sent.contains(&place));
        }
        prop_assert!(cut.sent.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn nothing_is_left_out_that_fits(turns in prop::collection::vec(piece(), 1..20), rule in rule()) {
        let space = Space { size: 1_000_000, answer: None, always: 0, margin: 0 };
        let all = Cut { sent: (0..turns.len()).collect(), ..Cut::default() };
        prop_assert_eq!(cut(&turns, space, rule, 0), all);
    }

    #[test]
    fn a_question_goes_with_its_answers(turns in prop::collection::vec(piece(), 1..80), space in space(), rule in rule()) {
        let cut = cut(&turns, space, rule, 0);
        prop_assert!(cut.begin == 0 || turns[cut.begin].role == Role::User);
        for group in groups(&turns) {
            let sent = group.places.clone().filter(|place| cut.sent.contains(place)).count();
            let pinned = group.places.clone().filter(|place| turns[*place].is_pinned).count();
            prop_assert!(sent == 0 || sent == group.places.len() || sent == pinned);
            // What is sent before the window is pinned, and only where the rule keeps such.
            if group.places.end <= cut.begin && sent > 0 {
                prop_assert!(pinned > 0 && rule != Overflow::Oldest);
            }
        }
    }

    #[test]
    fn the_window_never_goes_back(turns in prop::collection::vec(piece(), 2..80), space in space(), rule in rule()) {
        // A summary of its own would be longer or shorter than the one before; pins come by the person's hand.
        let turns: Vec<Piece> = turns.into_iter().map(|turn| Piece { summary: None, ..turn }).collect();
        let mut begin = 0;
        for count in 1..=turns.len() {
            let next = cut(&turns[..count], space, rule, 0).begin;
            prop_assert!(next >= begin, "{next} after {begin}, with {count} turns");
            begin = next;
        }
    }

    #[test]
    fn another_size_of_tokens_does_not_move_the_window_to_and_fro(turns in prop::collection::vec(piece(), 2..80), space in space(), rule in rule(), factors in prop::collection::vec(0.6..1.6_f64, 1..10)) {
        let mut begin = 0;
        for factor in factors {
            let turns: Vec<Piece> = turns.iter().map(|turn| Piece {
                tokens: (f64::from(turn.tokens) * factor).ceil() as u32,
                summary: None,
                ..*turn
            }).collect();
            let next = cut(&turns, space, rule, begin);
            let inside = tokens(&turns, &next.sent);
            // It goes back only where it would be half empty.
            let from_before: Vec<usize> = (begin..turns.len()).collect();
            prop_assert!(next.begin >= begin || tokens(&turns, &from_before) < space.turns() / 2, "{inside}");
            begin = next.begin;
        }
    }

    #[test]
    fn a_summary_speaks_of_all_that_is_left_out(turns in prop::collection::vec(piece(), 1..80), space in space()) {
        let cut = cut(&turns, space, Overflow::Summary, 0);
        let begin = cut.summary.map_or(0, |place| place + 1);
        prop_assert!(cut.summary.is_none_or(|place| turns[place].summary.is_some() && place < cut.begin));
        prop_assert_eq!(cut.to_sum_up, begin..cut.begin);
    }

    #[test]
    fn any_words_of_a_refusal_can_be_read(words in ".{0,80}", figure: u32) {
        let _ = told::told(&words);
        let _ = told::told(&format!("{words}{figure}{words}"));
    }

    #[test]
    fn more_that_is_counted_is_never_taken_for_less(estimate in 1..10_000_u32, factors in prop::collection::vec(0.1..8.0_f64, 1..20)) {
        let mut gauge = Gauge::default();
        for factor in factors {
            let counted = (f64::from(estimate) * factor).ceil() as u32;
            gauge.counted(estimate, counted);
            prop_assert!(gauge.tokens(estimate) + 1 >= counted);
        }
    }
}

#[test]
fn the_window_moves_in_steps() {
    let space = Space {
        size: 2048,
        answer: None,
        always: 20,
        margin: 64,
    };
    let begins = (1..=200).map(|count| cut(&talk(count, 30), space, Overflow::Unpinned, 0).begin);
    let mut begins: Vec<usize> = begins.collect();
    let longest = 200 - begins.last().unwrap();
    assert!((30..=50).contains(&longest), "{longest} turns are sent");
    begins.dedup();
    // A step is a quarter of what fits: a dozen turns and more.
    assert!(
        begins.windows(2).all(|pair| pair[1] - pair[0] >= 10),
        "{begins:?}"
    );
}

#[test]
fn pinned_turns_are_sent_with_what_goes_together_with_them() {
    let space = Space {
        size: 1000,
        answer: Some(100),
        always: 0,
        margin: 0,
    };
    let mut turns = talk(40, 50);
    turns[5].is_pinned = true;
    let sent = |turns: &[Piece], rule| cut(turns, space, rule, 0).sent;
    assert_eq!(sent(&turns, Overflow::Unpinned)[..2], [4, 5]);
    assert_eq!(sent(&turns, Overflow::Summary)[..2], [4, 5]);
    let begin = cut(&turns, space, Overflow::Oldest, 0).begin;
    assert_eq!(sent(&turns, Overflow::Oldest)[0], begin);
    // Its question is too long to go with it.
    turns[4].tokens = 600;
    assert_eq!(sent(&turns, Overflow::Unpinned)[0], 5);
    // And nothing is kept that would leave no room for what is said now.
    turns[5].tokens = 600;
    assert!(sent(&turns, Overflow::Unpinned)[0] > 5);
}

#[test]
fn a_gauge_follows_the_server_and_does_not_go_to_and_fro() {
    let mut gauge = Gauge::default();
    assert_eq!((gauge.tokens(100), gauge.is_measured()), (100, false));
    assert!(gauge.margin(2048) > 200);
    gauge.counted(100, 150);
    assert_eq!((gauge.tokens(100), gauge.is_measured()), (150, true));
    assert!(gauge.margin(2048) < 100);
    gauge.counted(100, 140);
    assert_eq!(gauge.tokens(100), 150, "a little less is no news");
    gauge.counted(100, 90);
    assert_eq!(gauge.tokens(100), 90);
    gauge.counted(0, 90);
    gauge.counted(100, 0);
    assert_eq!(gauge.tokens(100), 90, "nothing was counted");
}

fn conversation(turns: usize) -> Tree {
    let mut tree = Tree::default();
    for at in 0..turns {
        let turn = match at % 2 {
            0 => Turn::user(format!("Question {at}: {}", "word ".repeat(20))),
            _ => Turn {
                text: format!("Answer {at}: {}", "word ".repeat(20)),
                ..Turn::reply()
            },
        };
        tree.add(at.checked_sub(1), turn);
    }
    tree
}

fn terms(rule: Overflow) -> Terms<'static> {
    Terms {
        size: Some(2048),
        answer: None,
        system: "Be brief.",
        rule,
        gauge: Gauge::default(),
        with_pictures: true,
        border: None,
    }
}

#[test]
fn a_conversation_is_cut_where_the_window_begins() {
    let mut tree = conversation(101);
    let cut = fit(&tree, 100, &terms(Overflow::Unpinned));
    let border = cut.border.unwrap();
    assert_eq!(cut.sent.first(), Some(&(border + 1)));
    assert_eq!(cut.sent.last(), Some(&100));
    assert_eq!(cut.left_out, border + 1);
    assert!(
        cut.estimate < 2048 * 3 / 4 && cut.estimate > 700,
        "{}",
        cut.estimate
    );
    assert_eq!(messages(&tree, &cut.sent).len(), cut.sent.len());
    // Where nobody knows how much fits, all is sent.
    let all = fit(
        &tree,
        100,
        &Terms {
            size: None,
            ..terms(Overflow::Summary)
        },
    );
    assert_eq!((all.sent.len(), all.border, all.left_out), (101, None, 0));
    // What nobody said takes no place.
    tree.add(Some(100), Turn::reply());
    assert_eq!(fit(&tree, 101, &terms(Overflow::Unpinned)), cut);
    // And what is said to be always sent, is.
    tree.turn_mut(1)
        .unwrap()
        .note(|notes| notes.is_pinned = true);
    assert_eq!(
        fit(&tree, 100, &terms(Overflow::Unpinned)).sent[..2],
        [0, 1]
    );
}

#[test]
fn a_summary_is_wanted_of_what_no_summary_speaks_of() {
    let mut tree = conversation(101);
    let cut = fit(&tree, 100, &terms(Overflow::Summary));
    let border = cut.border.unwrap();
    assert_eq!(cut.to_sum_up, (0..=border).collect::<Vec<_>>());
    let summary = Summary {
        text: "They spoke of words.".into(),
        turns: border + 1,
    };
    tree.turn_mut(border)
        .unwrap()
        .note(|notes| notes.summary = Some(summary));
    let summed_up = fit(&tree, 100, &terms(Overflow::Summary));
    assert_eq!(
        (summed_up.summary, summed_up.border),
        (Some(border), Some(border)),
        "it moves nothing"
    );
    assert!(summed_up.to_sum_up.is_empty());
    assert_eq!(summed_up.estimate, cut.estimate + 9);
    assert_eq!(
        fit(&tree, 100, &terms(Overflow::Unpinned)).summary,
        None,
        "another rule sends none"
    );
}

#[test]
fn what_is_to_be_summed_up_fits_too() {
    let tree = conversation(101);
    let words = Words {
        ask: "Sum this up.",
        before: "Until then:",
        speakers: ("Person", "Model"),
    };
    let all: Vec<usize> = (0..60).collect();
    let (text, count) = to_sum_up(&tree, &all, "They met.", words, (Gauge::default(), 100_000));
    assert_eq!(count, 60);
    assert!(
        text.starts_with("Sum this up.\n\nUntil then:\nThey met.\n\nPerson: Question 0:"),
        "{text}"
    );
    assert!(text.contains("\n\nModel: Answer 59:"));
    let (text, count) = to_sum_up(&tree, &all, "", words, (Gauge::default(), 500));
    assert!((5..40).contains(&count), "{count}");
    assert!(text.starts_with("Sum this up.\n\n"));
    assert!(text.contains("Answer 59") && !text.contains("Until then"));
}
