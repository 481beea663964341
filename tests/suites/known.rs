//! A suite against the list of what is known to deviate in it.
//!
//! In: the outcome of each case, and the list's text. Out: one printed line of counts; a panic where the list is wrong: a case fails
//! that it does not name, a case holds that it names, or it names a case that does not exist.
//!
//! The list: `[policy] reason` (so on purpose) or `[fault] reason` (to be mended) on a line, and below it the names of the cases.
//! `#` begins a comment.

use std::collections::BTreeMap;
use std::io::Write;

/// A case that failed tells how.
pub type Outcome = Result<(), String>;

/// Why a case may deviate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    Policy,
    Fault,
}

/// What the list says of each case that it names.
fn listed(list: &str) -> BTreeMap<&str, Why> {
    let mut names = BTreeMap::new();
    let mut why = None;
    for line in list.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some((word, reason)) = line.strip_prefix('[').and_then(|line| line.split_once(']')) {
            why = match word {
                "policy" => Some(Why::Policy),
                "fault" => Some(Why::Fault),
                _ => panic!("neither a policy nor a fault: {line}"),
            };
            assert!(!reason.trim().is_empty(), "no reason: {line}");
            continue;
        }
        for name in line.split_whitespace() {
            let why = why.unwrap_or_else(|| panic!("{name} stands before the first reason"));
            let before = names.insert(name, why);
            assert!(before.is_none(), "{name} is listed twice");
        }
    }
    names
}

/// How the list fits: the counts to print, and what is wrong with it, if anything.
fn weigh(list: &str, outcomes: &[(String, Outcome)]) -> (String, String) {
    let listed = listed(list);
    let (mut held, mut policy, mut faults) = (0, 0, 0);
    let mut wrong = String::new();
    for (name, outcome) in outcomes {
        match (outcome, listed.get(name.as_str())) {
            (Ok(()), None) => held += 1,
            (Ok(()), Some(_)) => wrong += &format!("{name} holds: take it off the list\n"),
            (Err(_), Some(Why::Policy)) => policy += 1,
            (Err(_), Some(Why::Fault)) => faults += 1,
            (Err(how), None) => wrong += &format!("{name} fails:\n{how}\n"),
        }
    }
    for name in listed.keys() {
        let count = outcomes.iter().filter(|(case, _)| case == name).count();
        if count != 1 {
            wrong += &format!("{name} is listed, and {count} cases have that name\n");
        }
    }
    let counts = format!(
        "{} cases, {held} hold, {policy} deviate by policy, {faults} are known faults",
        outcomes.len()
    );
    (counts, wrong)
}

/// Prints the counts of a suite, and fails where its list is wrong.
pub fn judge(suite: &str, list: &str, outcomes: &[(String, Outcome)]) {
    let (counts, wrong) = weigh(list, outcomes);
    tell(&format!("{suite}: {counts}"));
    assert!(wrong.is_empty(), "{suite}\n{wrong}");
}

/// Not `println`, which the test harness keeps to itself: the counts are for whoever runs the suites.
pub fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

#[test]
fn a_list_that_is_wrong_in_either_direction_is_told() {
    let case = |name: &str, holds: bool| {
        let outcome = if holds { Ok(()) } else { Err("so".to_owned()) };
        (name.to_owned(), outcome)
    };
    let check = |list: &str, cases: &[(String, Outcome)], expect: &str| {
        assert_eq!(weigh(list, cases).1, expect);
    };
    let (a, b) = (case("a", false), case("b", true));
    check("# one\n[fault] why\na", &[a.clone(), b.clone()], "");
    check(
        "[fault] why\na b",
        &[a.clone(), b.clone()],
        "b holds: take it off the list\n",
    );
    check("[policy] why\n", &[a, b.clone()], "a fails:\nso\n");
    check(
        "[policy] why\nc",
        &[b],
        "c is listed, and 0 cases have that name\n",
    );
}
