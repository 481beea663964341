#![allow(clippy::unwrap_used)]
use super::*;
use crate::import::rules::said::Said;

fn speech(role: Role, text: &str) -> Speech {
    let mut said = Said::default();
    said.text(text);
    said.speech(role).unwrap()
}

fn user(text: &str) -> What {
    What::Turn(speech(Role::User, text))
}

fn reply(text: &str) -> What {
    What::Turn(speech(Role::Assistant, text))
}

fn thoughts(text: &str) -> What {
    let mut said = Said::default();
    said.thought(text);
    What::Thoughts(said.speech(Role::Assistant).unwrap())
}

fn node(id: &str, parent: &str, what: What) -> Node {
    let parent = match parent {
        "" => Parent::Root,
        name => Parent::Named(name.to_owned()),
    };
    Node {
        id: Some(id.to_owned()),
        parent,
        children: Vec::new(),
        what,
    }
}

/// The turns in the order of the tree, each as `parent>text(thinking)`, and the path that is shown.
fn drawn(grown: &Grown) -> (Vec<String>, Vec<TurnId>) {
    let tree = &grown.tree;
    let turn = |id: TurnId| {
        let turn = tree.turn(id).unwrap();
        let parent = tree
            .parent(id)
            .map_or(String::new(), |parent| parent.to_string());
        match turn.reasoning.as_str() {
            "" => format!("{parent}>{}", turn.text),
            thinking => format!("{parent}>{}({thinking})", turn.text),
        }
    };
    ((0..tree.len()).map(turn).collect(), tree.path().collect())
}

fn check(nodes: Vec<Node>, current: Option<&str>, join: Join, turns: &[&str], path: &[TurnId]) {
    let grown = grow(nodes, current, join);
    let (all, shown) = drawn(&grown);
    assert_eq!(all, turns);
    assert_eq!(shown, path);
    assert_eq!(grown.times.len(), all.len());
}

#[test]
fn what_is_no_turn_is_lifted() {
    let nodes = vec![
        node("s", "", What::Hidden),
        node("a", "s", user("a")),
        node("h", "a", What::Hidden),
        node("b", "h", reply("b")),
        node("c", "h", reply("c")),
        node("d", "s", user("d")),
    ];
    check(
        nodes,
        Some("b"),
        Join::default(),
        &[">a", "0>b", "0>c", ">d"],
        &[0, 1],
    );
}

#[test]
fn replies_are_one_turn_across_tools_alone() {
    let chain = |middle: Vec<What>, more: bool| {
        let mut nodes = vec![node("a", "", reply("a"))];
        for (at, what) in middle.into_iter().enumerate() {
            let parent = nodes.last().unwrap().id.clone().unwrap();
            nodes.push(node(&format!("m{at}"), &parent, what));
        }
        let parent = nodes.last().unwrap().id.clone().unwrap();
        nodes.push(node("b", &parent, reply("b")));
        if more {
            nodes.push(node("c", "a", user("c")));
        }
        nodes
    };
    let across = Join::AcrossTools;
    check(
        chain(vec![What::Tool, What::Tool], false),
        None,
        across,
        &[">a\n\nb"],
        &[0],
    );
    check(chain(vec![], false), None, across, &[">a", "0>b"], &[0, 1]);
    check(chain(vec![], false), None, Join::Always, &[">a\n\nb"], &[0]);
    check(
        chain(vec![What::Tool, What::Hidden], false),
        None,
        across,
        &[">a", "0>b"],
        &[0, 1],
    );
    check(
        chain(vec![What::Tool], true),
        None,
        across,
        &[">a", "0>b", "0>c"],
        &[0, 2],
    );
}

#[test]
fn thoughts_belong_to_the_reply_below_or_are_one() {
    let nodes = |last: What| {
        vec![
            node("a", "", user("a")),
            node("t", "a", thoughts("t")),
            node("u", "t", thoughts("u")),
            node("r", "u", What::Hidden),
            node("b", "r", last),
        ]
    };
    check(
        nodes(reply("b")),
        Some("t"),
        Join::Always,
        &[">a", "0>b(t\n\nu)"],
        &[0, 1],
    );
    check(
        nodes(What::Hidden),
        Some("b"),
        Join::Always,
        &[">a", "0>(t\n\nu)"],
        &[0, 1],
    );
    check(
        nodes(user("b")),
        None,
        Join::Always,
        &[">a", "0>(t\n\nu)", "1>b"],
        &[0, 1, 2],
    );
}

#[test]
fn circles_lose_nothing() {
    let circle = vec![
        node("x", "b", user("x")),
        node("a", "c", user("a")),
        node("b", "a", reply("b")),
        node("c", "b", user("c")),
        node("d", "d", user("d")),
    ];
    check(
        circle,
        None,
        Join::default(),
        &[">a", "0>b", "1>x", "1>c", ">d"],
        &[4],
    );
}

#[test]
fn a_parent_that_is_not_there_and_a_name_that_stands_twice_lose_nothing() {
    let nodes = vec![
        node("a", "gone", user("a")),
        node("a", "a", reply("b")),
        node("c", "a", reply("c")),
    ];
    check(nodes, None, Join::default(), &[">a", "0>b", "0>c"], &[0, 2]);
}

#[test]
fn siblings_stand_as_their_parent_lists_them() {
    let mut nodes = vec![
        node("a", "", user("a")),
        node("b", "a", reply("b")),
        node("c", "a", reply("c")),
        node("d", "a", reply("d")),
        node("e", "c", user("e")),
    ];
    nodes[0].children = ["d", "gone", "c", "e", "d"].map(str::to_owned).to_vec();
    check(
        nodes,
        None,
        Join::default(),
        &[">a", "0>d", "0>c", "2>e", "0>b"],
        &[0, 4],
    );
}

#[test]
fn the_newest_is_shown_where_the_file_names_none() {
    let timed = |id: &str, time: Option<Moment>| {
        let mut speech = speech(Role::Assistant, id);
        speech.time = time;
        node(id, "a", What::Turn(speech))
    };
    let nodes = |times: [Option<Moment>; 3]| {
        let [b, c, d] = times;
        vec![
            node("a", "", user("a")),
            timed("b", b),
            timed("c", c),
            timed("d", d),
        ]
    };
    let check = |times, expect: TurnId| {
        for current in [None, Some("a"), Some("gone")] {
            let grown = grow(nodes(times), current, Join::default());
            assert_eq!(grown.tree.last(), Some(expect), "{times:?}");
        }
    };
    check([Some(3), Some(9), Some(4)], 2);
    check([Some(3), Some(9), Some(9)], 3);
    check([Some(3), Some(9), None], 3);
}

#[test]
fn the_system_prompt_is_what_stands_before_the_first_words() {
    let system = |text: &str| What::System(text.to_owned());
    let nodes = vec![
        node("s", "", system("")),
        node("t", "s", system("be brief")),
        node("u", "t", system("be long")),
        node("a", "u", user("a")),
        node("v", "a", system("be silent")),
        node("b", "v", reply("b")),
    ];
    let grown = grow(nodes, None, Join::default());
    assert_eq!(grown.system.as_deref(), Some("be brief"));
    assert_eq!((grown.dropped, grown.tree.len()), (2, 2));
}

#[test]
fn long_chains_of_every_sort_are_read_in_a_line() {
    const MANY: usize = 20_000;
    for what in [
        user("a"),
        reply("a"),
        thoughts("t"),
        What::Tool,
        What::Hidden,
    ] {
        for join in [Join::AcrossTools, Join::Always] {
            let nodes = (0..MANY).map(|at| Node {
                id: Some(at.to_string()),
                parent: Parent::Named(at.wrapping_sub(1).to_string()),
                children: vec![(at + 1).to_string()],
                what: what.clone(),
            });
            let mut nodes: Vec<Node> = nodes.collect();
            nodes.push(node("end", &(MANY - 1).to_string(), reply("end")));
            let grown = grow(nodes, Some("end"), join);
            assert!(!grown.tree.is_empty());
        }
    }
}
