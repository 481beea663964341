//! The river on this machine: criterion runs the benches, and what it estimates is held against the targets.
//!
//! In: `benches/river`. Out: one [`Measure`] for each bench. It must not know what a bench does, but by its name.

use super::table::Table;
use crate::run::{cargo, step};
use crate::{Failure, Outcome, root};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

/// The same for every run, so that figures can be compared.
const SETTINGS: [&str; 5] = [
    "--noplot",
    "--warm-up-time",
    "0.5",
    "--measurement-time",
    "2",
];

/// The rooms, as the river runs.
const ROOMS: [&str; 7] = [
    "sse", "ndjson", "dialect", "markdown", "pacer", "trace", "search",
];

/// What a bench has to reach.
const TARGETS: [(&str, Target); 11] = [
    ("sse/long", Target::Megabytes(500.0)),
    ("sse/a 5 MB line", Target::Megabytes(500.0)),
    ("sse/tiny", Target::Millions(5.0)),
    ("sse/tiny in 16-byte reads", Target::Millions(5.0)),
    ("sse/tiny byte by byte", Target::Millions(5.0)),
    ("ndjson/long", Target::Megabytes(500.0)),
    ("ndjson/tiny", Target::Millions(5.0)),
    ("markdown/320 KB by token", Target::Milliseconds(60.0)),
    // In Chromium such a reply keeps the page at work for some 2,000 ms, 5 to 7 of them to write it down; a fiftieth is allowed.
    // Here it is far less: what is caught is a cost that grows with the length of the reply.
    ("trace/4,000 at 200/s", Target::Milliseconds(2.0)),
    // A worker needs two to three times as long, and a key stroke is to be answered in 50 ms.
    ("search/a letter", Target::Milliseconds(10.0)),
    ("search/a rare word", Target::Milliseconds(10.0)),
];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Target {
    /// At least so many million bytes in a second.
    Megabytes(f64),
    /// At least so many million elements in a second.
    Millions(f64),
    /// Less than so many milliseconds for all.
    Milliseconds(f64),
}

/// What one bench came to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measure {
    /// Room and input.
    name: String,
    /// The median of one run, in nanoseconds.
    ns: f64,
    /// Events, tokens or updates in one run.
    elements: f64,
    /// Bytes in one run.
    bytes: f64,
}

impl Measure {
    fn ms(&self) -> f64 {
        self.ns / 1e6
    }

    fn megabytes(&self) -> f64 {
        self.bytes / self.ns * 1e3
    }

    fn ns_each(&self) -> f64 {
        self.ns / self.elements
    }

    fn target(&self) -> Option<Target> {
        let found = TARGETS.iter().find(|(name, _)| *name == self.name);
        found.map(|(_, target)| *target)
    }

    /// What is wanted, in words, and whether it is so.
    fn verdict(&self) -> Option<(String, bool)> {
        Some(match self.target()? {
            Target::Megabytes(least) => (format!(">= {least:.0} MB/s"), self.megabytes() >= least),
            Target::Millions(least) => (
                format!(">= {least:.0} M/s"),
                self.elements / self.ns * 1e3 >= least,
            ),
            Target::Milliseconds(most) => (format!("< {most:.0} ms"), self.ms() < most),
        })
    }
}

/// Runs every bench once.
pub(crate) fn smoke() -> Outcome {
    step("every bench once", river().args(["--test"]))
}

/// Runs all benches; what they came to, in the river's order.
pub(crate) fn measure() -> Outcome<Vec<Measure>> {
    let began = SystemTime::now();
    step("the river on this machine", river().args(SETTINGS))?;
    let mut measures = read(&super::target()?.join("criterion"), began)?;
    for (name, _) in TARGETS {
        if !measures.iter().any(|measure| measure.name == name) {
            return Err(Failure::new(format!("there is no bench `{name}`")));
        }
    }
    let room = |measure: &Measure| ROOMS.iter().position(|room| measure.name.starts_with(room));
    measures.sort_by(|a, b| (room(a), &a.name).cmp(&(room(b), &b.name)));
    Ok(measures)
}

/// The figures for people.
pub(crate) fn table(measures: &[Measure]) -> Table {
    let mut table = Table::new(&["host", "ms", "MB/s", "ns each", "target", ""]);
    for measure in measures {
        let (target, verdict) = match measure.verdict() {
            Some((words, met)) => (words, if met { "met" } else { "NOT MET" }),
            None => Default::default(),
        };
        table.row(vec![
            measure.name.clone(),
            format!("{:.2}", measure.ms()),
            format!("{:.1}", measure.megabytes()),
            format!("{:.0}", measure.ns_each()),
            target,
            verdict.to_owned(),
        ]);
    }
    table
}

/// The figures for programs.
pub(crate) fn json(measures: &[Measure]) -> String {
    let one = |measure: &Measure| {
        let verdict = measure.verdict();
        json!({
            "name": measure.name,
            "ms": measure.ms(),
            "megabytes_per_second": measure.megabytes(),
            "ns_each": measure.ns_each(),
            "target": verdict.as_ref().map(|verdict| &verdict.0),
            "met": verdict.as_ref().map(|verdict| verdict.1),
        })
    };
    let all: Vec<Value> = measures.iter().map(one).collect();
    format!("{:#}\n", Value::from(all))
}

fn river() -> Command {
    let mut command = cargo();
    command
        .args(["bench", "--package", "rill", "--bench", "river", "--"])
        .current_dir(root());
    command
}

/// What criterion wrote since then: a folder for each room, in it one for each bench.
fn read(folder: &Path, since: SystemTime) -> Outcome<Vec<Measure>> {
    let mut measures = Vec::new();
    for room in std::fs::read_dir(folder)? {
        let room = room?.path();
        if !room.is_dir() {
            continue;
        }
        for bench in std::fs::read_dir(room)? {
            let newest = bench?.path().join("new");
            let estimates = newest.join("estimates.json");
            let fresh = std::fs::metadata(&estimates)
                .and_then(|about| about.modified())
                .is_ok_and(|written| written >= since);
            if fresh {
                let about = std::fs::read_to_string(newest.join("benchmark.json"))?;
                let estimates = std::fs::read_to_string(&estimates)?;
                measures.extend(measure_of(&about, &estimates));
            }
        }
    }
    Ok(measures)
}

fn measure_of(about: &str, estimates: &str) -> Option<Measure> {
    let about: Value = serde_json::from_str(about).ok()?;
    let estimates: Value = serde_json::from_str(estimates).ok()?;
    let each = &about["throughput"]["ElementsAndBytes"];
    Some(Measure {
        name: about["full_id"].as_str()?.to_owned(),
        ns: estimates["median"]["point_estimate"].as_f64()?,
        elements: each["elements"].as_f64()?,
        bytes: each["bytes"].as_f64()?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn measure(name: &str, ns: f64) -> Measure {
        let about = format!(
            r#"{{"full_id":"{name}","throughput":{{"ElementsAndBytes":{{"elements":1000,"bytes":1000000}}}}}}"#
        );
        let estimates = format!(r#"{{"median":{{"point_estimate":{ns}}}}}"#);
        measure_of(&about, &estimates).unwrap()
    }

    #[test]
    fn a_target_is_met_or_not_by_its_own_measure() {
        let check = |name, ns, expect: Option<(&str, bool)>| {
            let found = measure(name, ns).verdict();
            let expect = expect.map(|(words, met)| (words.to_owned(), met));
            assert_eq!(found, expect, "{name} in {ns} ns");
        };
        check("sse/long", 2e6, Some((">= 500 MB/s", true)));
        check("sse/long", 2.1e6, Some((">= 500 MB/s", false)));
        check("sse/tiny", 2e5, Some((">= 5 M/s", true)));
        check("sse/tiny", 2.1e5, Some((">= 5 M/s", false)));
        check("markdown/320 KB by token", 59e6, Some(("< 60 ms", true)));
        check("markdown/320 KB by token", 60e6, Some(("< 60 ms", false)));
        check("pacer/live", 1.0, None);
    }

    #[test]
    fn figures_are_for_bytes_and_for_each() {
        let measures = [measure("sse/long", 2e6)];
        assert_eq!(
            (measures[0].megabytes(), measures[0].ns_each()),
            (500.0, 2000.0)
        );
        let table = table(&measures).markdown();
        assert!(
            table.contains("| sse/long | 2.00 | 500.0 |    2000 | >= 500 MB/s | met |"),
            "{table}"
        );
        let json: Value = serde_json::from_str(&json(&measures)).unwrap();
        assert_eq!(json[0]["met"], true);
    }
}
