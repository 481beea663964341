//! Unions by cases, and by properties of any trees.

#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn reply(text: &str, end: End) -> Turn {
    Turn {
        text: text.to_owned(),
        end: Some(end),
        ..Turn::reply()
    }
}

fn whole() -> End {
    End::Complete {
        reason: "stop".to_owned(),
    }
}

/// A question and its answer, as both devices have them.
fn common() -> Tree {
    let mut tree = Tree::default();
    tree.add(None, Turn::user("Why?"));
    tree.add(Some(0), reply("So.", whole()));
    tree
}

fn with(parent: Option<TurnId>, turn: Turn) -> Tree {
    let mut tree = common();
    tree.add(parent, turn);
    tree
}

fn shown(tree: &Tree) -> Vec<&str> {
    let path = tree.path().filter_map(|id| tree.turn(id));
    path.map(|turn| turn.text.as_str()).collect()
}

#[test]
fn what_another_device_went_on_with_stands_behind_what_is_here() {
    let mut mine = common();
    assert_eq!(add(&mut mine, &with(Some(1), Turn::user("And?"))), 1);
    assert_eq!(shown(&mine), ["Why?", "So.", "And?"]);
}

#[test]
fn two_devices_that_wrote_at_once_have_two_branches_and_see_their_own() {
    let mut mine = with(Some(1), Turn::user("Mine?"));
    let mut theirs = with(Some(1), Turn::user("Theirs?"));
    let before = theirs.clone();
    assert_eq!(add(&mut theirs, &mine), 1);
    assert_eq!(add(&mut mine, &before), 1);
    assert_eq!(shown(&mine), ["Why?", "So.", "Mine?"]);
    assert_eq!(shown(&theirs), ["Why?", "So.", "Theirs?"]);
    assert_eq!(mine.branch(2), (0, 2));
    assert!(holds(&mine, &theirs) && holds(&theirs, &mine));
}

#[test]
fn a_reply_that_went_on_elsewhere_is_not_there_twice() {
    let cut = with(Some(0), reply("Wat", End::Stopped));
    let mut long = with(Some(0), reply("Water bends.", whole()));
    assert!(holds(&long, &cut), "all of its words are there");
    assert_eq!(add(&mut long, &cut), 0);
    let mut cut = cut;
    assert_eq!(add(&mut cut, &long), 1);
    assert_eq!(add(&mut cut, &long), 0);
    // The same words with an end are the later state.
    let end = with(Some(0), reply("Wat", whole()));
    assert!(holds(&end, &with(Some(0), reply("Wat", End::Stopped))));
    assert!(!holds(&with(Some(0), reply("Wat", End::Stopped)), &end));
    // One that came to its end is another one, whatever it begins with.
    let other = with(Some(0), reply("Water", whole()));
    assert!(!holds(&long, &other));
    // And so is one that somebody went on from.
    let mut asked = with(Some(0), reply("Wat", End::Stopped));
    asked.add(Some(2), Turn::user("What?"));
    assert_eq!(add(&mut long, &asked), 2);
    assert_eq!(add(&mut long, &asked), 0);
}

#[test]
fn two_replies_that_say_the_same_are_one_and_what_follows_either_is_there() {
    let mut twice = with(Some(0), reply("So.", whole()));
    assert!(holds(&common(), &twice));
    assert_eq!(add(&mut twice, &common()), 0);
    twice.add(Some(1), Turn::user("Behind the first"));
    twice.add(Some(2), Turn::user("Behind the second"));
    let mut once = common();
    assert_eq!(add(&mut once, &twice), 2);
    assert!(holds(&once, &twice) && holds(&twice, &once));
    // It goes on where the person looks.
    let on = with(Some(1), Turn::user("And?"));
    let mut twice = with(Some(0), reply("So.", whole()));
    assert_eq!(add(&mut twice, &on), 1);
    assert_eq!(shown(&twice), ["Why?", "So.", "And?"]);
}

#[test]
fn a_system_prompt_comes_along_where_there_is_none() {
    let told = |prompt: &str| {
        let mut tree = common();
        tree.system = Some(prompt.to_owned());
        tree
    };
    let mut mine = common();
    add(&mut mine, &told("Be a river."));
    assert_eq!(mine.system.as_deref(), Some("Be a river."));
    add(&mut mine, &told("Be a brook."));
    assert_eq!(mine.system.as_deref(), Some("Be a river."));
}

#[test]
fn a_long_conversation_and_one_of_many_branches_take_no_long_time() {
    const MANY: usize = 20_000;
    let mut long = Tree::default();
    let mut wide = Tree::default();
    for number in 0..MANY {
        let turn = Turn::user(number.to_string());
        long.add(number.checked_sub(1), turn.clone());
        wide.add(None, turn);
    }
    for tree in [long, wide] {
        let mut mine = Tree::default();
        assert_eq!(add(&mut mine, &tree), MANY);
        assert_eq!(add(&mut mine, &tree), 0);
    }
}

/// Any tree of few words, so that turns are often the same, and replies often begin with others.
fn tree() -> impl Strategy<Value = Tree> {
    let word = prop::sample::select(vec!["", "a", "ab", "abc", "b"]);
    let turn = (word, any::<bool>(), any::<bool>());
    let turns = prop::collection::vec((any::<prop::sample::Index>(), turn), 0..9);
    turns.prop_map(|turns| {
        let mut tree = Tree::default();
        for (at, (below, (word, is_said, is_whole))) in turns.into_iter().enumerate() {
            let parent = below.index(at + 1).checked_sub(1);
            let end = if is_whole { whole() } else { End::Stopped };
            let turn = match is_said {
                true => Turn::user(word),
                false => reply(word, end),
            };
            tree.add(parent, turn);
        }
        tree
    })
}

/// All turns as paths of words, without earlier states of replies: the same for two trees that say the same.
fn said(tree: &Tree) -> Vec<String> {
    let mut all = BTreeMap::new();
    let mut followed = BTreeSet::new();
    let mut paths: Vec<String> = Vec::new();
    for id in 0..tree.len() {
        let turn = tree.turn(id).unwrap();
        let parent = tree.parent(id).map(|id| paths[id].clone());
        let words = format!("{:?} {} {}", turn.role, turn.text, is_whole(turn));
        let path = format!("{} < {words}", parent.clone().unwrap_or_default());
        paths.push(path.clone());
        followed.extend(parent.clone());
        all.insert(path, (parent, turn));
    }
    let is_earlier = |path: &String| {
        let (parent, turn) = &all[path];
        let mut beside = all.values().filter(|(other, _)| other == parent);
        !is_whole(turn) && !followed.contains(path) && beside.any(|(_, later)| goes_on(later, turn))
    };
    all.keys()
        .filter(|path| !is_earlier(path))
        .cloned()
        .collect()
}

fn united(one: &Tree, other: &Tree) -> Tree {
    let mut tree = one.clone();
    add(&mut tree, other);
    tree
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_union_is_the_same_from_both_sides(one in tree(), other in tree()) {
        prop_assert_eq!(said(&united(&one, &other)), said(&united(&other, &one)));
    }

    #[test]
    fn a_union_with_the_same_again_adds_nothing(one in tree(), other in tree()) {
        let mut tree = united(&one, &other);
        let before = tree.clone();
        prop_assert_eq!(add(&mut tree, &other), 0);
        prop_assert_eq!(add(&mut tree, &one), 0);
        let same = tree.clone();
        prop_assert_eq!(add(&mut tree, &same), 0);
        prop_assert_eq!(tree, before);
    }

    #[test]
    fn a_union_loses_no_turn_and_changes_none(one in tree(), other in tree(), third in tree()) {
        let tree = united(&united(&one, &other), &third);
        for part in [&one, &other, &third] {
            prop_assert!(holds(&tree, part));
        }
        for id in 0..one.len() {
            prop_assert_eq!(tree.turn(id), one.turn(id));
            prop_assert_eq!(tree.parent(id), one.parent(id));
        }
    }

    #[test]
    fn devices_that_read_each_other_in_any_order_say_the_same(one in tree(), other in tree(), third in tree()) {
        let first = united(&united(&one, &other), &third);
        let second = united(&third, &united(&other, &one));
        let (first, second) = (united(&first, &second), united(&second, &first));
        prop_assert_eq!(said(&first), said(&second));
    }

    #[test]
    fn what_is_shown_stays(one in tree(), other in tree()) {
        let tree = united(&one, &other);
        let before: Vec<TurnId> = one.path().collect();
        let after: Vec<TurnId> = tree.path().collect();
        prop_assert!(after.starts_with(&before));
    }
}
