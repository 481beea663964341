//! The table: name, script, verdict.

use rill::doctor::verdict;

use super::script::Case;
use super::{arrivals, failures};

fn all() -> Vec<Case> {
    [
        arrivals::flowing(),
        arrivals::held_back(),
        arrivals::whole(),
        arrivals::late(),
        failures::waiting(),
        failures::ended(),
        failures::not_reached(),
        failures::refused(),
        failures::founding(),
    ]
    .concat()
}

#[test]
fn every_scenario_gets_its_verdict() {
    let cases = all();
    assert!(cases.len() >= 40, "{} scenarios", cases.len());
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(name, script, expect)| {
            let found = verdict(&script.trace, script.end.as_ref(), script.now).word();
            (found != *expect).then(|| {
                format!(
                    "{name}: {found}, not {expect}; {:?}",
                    script.trace.rhythm.bursts()
                )
            })
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_verdict_has_a_scenario() {
    let cases = all();
    for verdict in rill::doctor::Verdict::ALL {
        assert!(
            cases.iter().any(|(_, _, expect)| *expect == verdict.word()),
            "{}",
            verdict.word()
        );
    }
}
