use super::*;

fn path(tree: &Tree) -> Vec<TurnId> {
    tree.path().collect()
}

fn asked_twice() -> (Tree, TurnId, TurnId, TurnId) {
    let mut tree = Tree::default();
    let ask = tree.add(None, Turn::user("hello"));
    let first = tree.add(
        Some(ask),
        Turn {
            text: "one".into(),
            ..Turn::reply()
        },
    );
    let second = tree.add(
        Some(ask),
        Turn {
            text: "two".into(),
            ..Turn::reply()
        },
    );
    (tree, ask, first, second)
}

#[test]
fn a_retry_is_shown_and_the_older_reply_is_kept_beside_it() {
    let (mut tree, ask, first, second) = asked_twice();
    assert_eq!(path(&tree), [ask, second]);
    assert_eq!(tree.branch(second), (1, 2));
    tree.switch(second, -1);
    assert_eq!(path(&tree), [ask, first]);
    tree.switch(first, -1);
    assert_eq!(
        path(&tree),
        [ask, first],
        "there is nothing before the first"
    );
}

#[test]
fn a_turn_on_another_branch_is_shown_with_all_that_lead_to_it() {
    let (mut tree, _, first, second) = asked_twice();
    let below = tree.add(Some(first), Turn::user("on"));
    tree.add(None, Turn::user("anew"));
    tree.reveal(below);
    assert_eq!(path(&tree), [0, first, below]);
    tree.reveal(second);
    assert_eq!(path(&tree), [0, second]);
    tree.reveal(99);
    assert_eq!(path(&tree), [0, second], "there is no such turn");
}

#[test]
fn an_edit_of_the_first_turn_begins_another_path() {
    let (mut tree, ask, ..) = asked_twice();
    let edited = tree.add(None, Turn::user("good morning"));
    assert_eq!(path(&tree), [edited]);
    tree.switch(edited, -1);
    assert_eq!(path(&tree)[0], ask);
}

#[test]
fn a_turn_behind_one_that_is_not_there_is_a_first_turn() {
    let mut tree = Tree::default();
    let lost = tree.add(Some(7), Turn::user("hello"));
    assert_eq!((tree.parent(lost), path(&tree)), (None, vec![lost]));
}

#[test]
fn the_server_hears_the_shown_path_without_empty_replies() {
    let (mut tree, _, _, second) = asked_twice();
    let ask = tree.add(Some(second), Turn::user("and now?"));
    let empty = tree.add(Some(ask), Turn::reply());
    let again = tree.add(Some(empty), Turn::user("hm?"));
    let heard: Vec<_> = tree
        .messages(again)
        .into_iter()
        .map(|message| message.text)
        .collect();
    assert_eq!(heard, ["hello", "two", "and now?", "hm?"]);
}

#[test]
fn a_reply_that_ran_when_the_page_closed_is_kept_as_cut() {
    let (tree, _, _, second) = asked_twice();
    let end = tree
        .settled()
        .turn(second)
        .and_then(|turn| turn.end.clone());
    assert_eq!(
        end.and_then(|end| end.reason()).as_deref(),
        Some("page-closed")
    );
}

mod gone {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;

    /// Things that a person does to a conversation.
    #[derive(Debug, Clone)]
    enum Deed {
        Add(Index),
        First,
        TakeAway(Index, Gone),
        PutBack(Index),
        Switch(Index, isize),
    }

    fn deed() -> impl Strategy<Value = Deed> {
        let gone = prop_oneof![Just(Gone::Turn), Just(Gone::Branch)];
        prop_oneof![
            5 => any::<Index>().prop_map(Deed::Add),
            1 => Just(Deed::First),
            2 => (any::<Index>(), gone).prop_map(|(at, how)| Deed::TakeAway(at, how)),
            1 => any::<Index>().prop_map(Deed::PutBack),
            1 => (any::<Index>(), -1..=1_isize).prop_map(|(at, step)| Deed::Switch(at, step)),
        ]
    }

    fn tree() -> impl Strategy<Value = Tree> {
        prop::collection::vec(deed(), 1..40).prop_map(|deeds| {
            let mut tree = Tree::default();
            for deed in deeds {
                let count = tree.len();
                if count == 0 || matches!(deed, Deed::First) {
                    tree.add(None, said(count));
                    continue;
                }
                match deed {
                    Deed::First => {}
                    Deed::Add(at) => {
                        tree.add(Some(at.index(count)), said(count));
                    }
                    Deed::TakeAway(at, how) => {
                        tree.take_away(at.index(count), how);
                    }
                    Deed::PutBack(at) => tree.put_back(at.index(count)),
                    Deed::Switch(at, step) => tree.switch(at.index(count), step),
                }
            }
            tree
        })
    }

    fn said(at: usize) -> Turn {
        Turn::user(format!("turn {at}"))
    }

    /// Tells whether a turn is there: nobody took it away, nor a branch that it stands in.
    fn is_there(tree: &Tree, id: TurnId) -> bool {
        let above = std::iter::successors(tree.parent(id), |id| tree.parent(*id));
        let gone = |id: TurnId| tree.turn(id).and_then(Turn::gone);
        gone(id).is_none() && !above.into_iter().any(|id| gone(id) == Some(Gone::Branch))
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_shown_is_there_and_each_turn_follows_the_one_before_it(tree in tree()) {
            let path = path(&tree);
            let mut before = None;
            for id in &path {
                prop_assert!(is_there(&tree, *id));
                prop_assert_eq!(tree.before(*id), before);
                prop_assert!(tree.after(before).contains(id));
                let (at, count) = tree.branch(*id);
                prop_assert!(at < count);
                before = Some(*id);
            }
            if let Some(last) = path.last() {
                prop_assert_eq!(tree.up(*last), path);
            }
        }

        #[test]
        fn what_is_there_can_be_shown(tree in tree(), at in any::<Index>()) {
            let id = at.index(tree.len());
            let mut shown = tree.clone();
            shown.reveal(id);
            prop_assert_eq!(path(&shown).contains(&id), is_there(&tree, id));
        }

        #[test]
        fn what_is_taken_away_comes_back_as_it_was(tree in tree(), at in any::<Index>(), alone: bool) {
            let before = path(&tree);
            prop_assume!(!before.is_empty());
            let id = before[at.index(before.len())];
            let how = if alone { Gone::Turn } else { Gone::Branch };
            let mut changed = tree.clone();
            prop_assert!(changed.take_away(id, how));
            prop_assert!(!path(&changed).contains(&id));
            prop_assert!(!changed.take_away(id, how), "it is gone already");
            changed.put_back(id);
            prop_assert_eq!(path(&changed), before);
        }

        #[test]
        fn a_turn_that_goes_alone_leaves_the_others(tree in tree(), at in any::<Index>()) {
            let before = path(&tree);
            prop_assume!(before.len() > 1);
            // Where nothing stands behind it, another branch is shown in its place.
            let id = before[at.index(before.len() - 1)];
            let mut changed = tree.clone();
            changed.take_away(id, Gone::Turn);
            let rest: Vec<TurnId> = before.into_iter().filter(|other| *other != id).collect();
            prop_assert_eq!(path(&changed), rest);
        }

        #[test]
        fn every_branch_is_on_the_map_once(tree in tree()) {
            let versions = tree.versions();
            for id in 0..tree.len() {
                let is_version = is_there(&tree, id) && tree.branch(id).1 > 1;
                let listed = versions.iter().filter(|version| version.id == id);
                prop_assert_eq!(listed.count(), usize::from(is_version));
            }
            for version in versions {
                prop_assert_eq!(version.is_shown, tree.path().any(|id| id == version.id));
            }
        }

        #[test]
        fn what_was_taken_away_has_no_words_once_the_page_is_left(tree in tree()) {
            let settled = tree.clone().settled();
            prop_assert!(settled.lost().is_empty());
            prop_assert_eq!(path(&settled), path(&tree));
            for id in 0..tree.len() {
                let words = if is_there(&tree, id) { format!("turn {id}") } else { String::new() };
                prop_assert_eq!(settled.turn(id).map(|turn| &turn.text), Some(&words));
            }
        }

        #[test]
        fn a_copy_holds_what_leads_to_a_turn(tree in tree(), at in any::<Index>()) {
            let id = at.index(tree.len());
            let copy = tree.copy_up_to(id);
            let heard = copy.last().map(|last| copy.messages(last)).unwrap_or_default();
            prop_assert_eq!(heard, tree.messages(id));
            prop_assert_eq!(copy.len(), path(&copy).len());
        }
    }

    #[test]
    fn an_answer_that_goes_gives_way_to_the_one_beside_it() {
        let (mut tree, ask, first, second) = asked_twice();
        assert!(tree.take_away(second, Gone::Branch));
        assert_eq!(path(&tree), [ask, first]);
        assert_eq!(tree.branch(first), (0, 1));
        assert!(tree.take_away(first, Gone::Turn));
        assert_eq!(path(&tree), [ask]);
        tree.put_back(first);
        tree.put_back(second);
        assert_eq!(path(&tree), [ask, second]);
        assert_eq!(tree.branch(second), (1, 2));
    }

    #[test]
    fn what_stands_behind_a_turn_that_went_alone_stands_beside_its_versions() {
        let mut tree = Tree::default();
        let other = tree.add(None, Turn::user("other words"));
        let ask = tree.add(None, Turn::user("hello"));
        let reply = tree.add(Some(ask), Turn::reply());
        tree.take_away(ask, Gone::Turn);
        assert_eq!(path(&tree), [reply]);
        assert_eq!(tree.branch(reply), (1, 2));
        tree.switch(reply, -1);
        assert_eq!(path(&tree), [other]);
        tree.switch(other, 1);
        assert_eq!(path(&tree), [reply]);
    }
}
