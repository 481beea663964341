//! How a long conversation is opened, held against a short one.
//!
//! In: the release build, and `open` of `tests/e2e`, which measures it. Out: a table of ratios, each met or not.

use super::table::Table;
use crate::run::{cargo, step};
use crate::{Failure, Outcome, root, tools};
use serde_json::Value;
use std::path::Path;

/// A long conversation may cost so many times what a short one costs.
const MOST: f64 = 1.3;

/// No task may take longer, in milliseconds.
const TASK: f64 = 50.0;

/// What may be waited for at most, in milliseconds, whatever is kept: how it was measured, what a person waits for, how long.
const WAITS: [(&str, &str, f64); 3] = [
    (
        "list",
        "a conversation from the list, newest turn seen",
        200.0,
    ),
    ("many", "the list of all conversations", 300.0),
    ("search", "the search, slowest key stroke", 50.0),
];

/// A conversation, opened; times in milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Opening {
    how: String,
    turns: u64,
    shown: f64,
    longest_task: Option<f64>,
    /// For the first time, and once more.
    scroll: [f64; 2],
}

/// Measures the built page; with `smoke` only that it can be measured.
pub(crate) fn measure(folder: &Path, smoke: bool) -> Outcome<Vec<Opening>> {
    let out = folder.join("open.json");
    std::fs::create_dir_all(folder)?;
    let mut command = cargo();
    command
        .args(["run", "--package", "e2e", "--bin", "open", "--"])
        .arg(&out)
        .args(smoke.then_some("--smoke"))
        .env("CHROME", tools::chromium()?.browser)
        .current_dir(root());
    step("conversations, opened", &mut command)?;
    read(&std::fs::read_to_string(&out)?)
        .ok_or_else(|| Failure::new(format!("{} holds no figures", out.display())))
}

/// The ratios for people.
pub(crate) fn table(openings: &[Opening]) -> Table {
    let mut table = Table::new(&["a conversation", "turns", "ms", "turns", "ms", "ratio", ""]);
    let of =
        |how: &str| -> Vec<&Opening> { openings.iter().filter(|one| one.how == how).collect() };
    let mut row = |what: &str, ends: [&Opening; 2], of: &dyn Fn(&Opening) -> Option<f64>| {
        let (Some(short), Some(long)) = (of(ends[0]), of(ends[1])) else {
            return;
        };
        let ratio = long / short;
        let met = match ends[1].longest_task {
            Some(task) if Some(task) == of(ends[1]) => task <= TASK,
            _ => ratio <= MOST,
        };
        table.row(vec![
            what.to_owned(),
            ends[0].turns.to_string(),
            format!("{short:.0}"),
            ends[1].turns.to_string(),
            format!("{long:.0}"),
            format!("{ratio:.2}"),
            if met { "met" } else { "NOT MET" }.to_owned(),
        ]);
    };
    if let [short, middle, .., long] = of("return")[..] {
        let ends = [short, long];
        row("back in its tab, newest turn seen <= 1.3", ends, &|one| {
            Some(one.shown)
        });
        row(
            "longest task until all turns are there <= 50 ms",
            ends,
            &|one| one.longest_task,
        );
        // A short one is over after a few steps: there is nothing new to be drawn.
        let ends = [middle, long];
        row(
            "scrolled for the first time, main thread <= 1.3",
            ends,
            &|one| Some(one.scroll[0]),
        );
        row("scrolled once more, main thread <= 1.3", ends, &|one| {
            Some(one.scroll[1])
        });
    }
    if let [short, .., long] = of("list")[..] {
        row(
            "opened from the list, newest turn seen <= 1.3",
            [short, long],
            &|one| Some(one.shown),
        );
    }
    for (how, what, most) in WAITS {
        if let Some(one) = of(how).last() {
            table.row(waited(
                &format!("{what} <= {most} ms"),
                one,
                one.shown,
                most,
            ));
        }
    }
    if let Some(index) = of("index").last()
        && let Some(task) = index.longest_task
    {
        let what = "longest task while all is read for the search <= 50 ms";
        table.row(waited(what, index, task, TASK));
    }
    table
}

/// The row of something that is held against a limit, and against nothing shorter.
fn waited(what: &str, of: &Opening, took: f64, most: f64) -> Vec<String> {
    let (none, turns) = (String::new(), of.turns.to_string());
    let met = if took <= most { "met" } else { "NOT MET" };
    let took = format!("{took:.0}");
    vec![
        what.to_owned(),
        none.clone(),
        none.clone(),
        turns,
        took,
        none,
        met.to_owned(),
    ]
}

fn read(text: &str) -> Option<Vec<Opening>> {
    let all: Vec<Value> = serde_json::from_str(text).ok()?;
    let opening = |told: &Value| {
        Some(Opening {
            how: told["how"].as_str()?.to_owned(),
            turns: told["turns"].as_u64()?,
            shown: told["shown"].as_f64()?,
            longest_task: told["longest_task"].as_f64(),
            scroll: [told["scroll"][0].as_f64()?, told["scroll"][1].as_f64()?],
        })
    };
    all.iter().map(opening).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_long_conversation_is_held_against_a_short_one() {
        let told = |turns: u64, shown: f64, task: f64, again: f64| {
            format!(
                r#"{{"how":"return","turns":{turns},"shown":{shown},"longest_task":{task},"scroll":[{shown},{again}]}},
                {{"how":"list","turns":{turns},"shown":{shown},"longest_task":null,"scroll":[1.0,1.0]}}"#
            )
        };
        let text = [
            told(20, 100.0, 10.0, 50.0),
            told(200, 105.0, 10.0, 50.0),
            told(2000, 131.0, 49.0, 70.0),
        ];
        let many = r#"{"how":"many","turns":40000,"shown":301,"longest_task":null,"scroll":[0,0]},
            {"how":"index","turns":40000,"shown":9000,"longest_task":50,"scroll":[0,0]},
            {"how":"search","turns":40000,"shown":50,"longest_task":null,"scroll":[0,0]}"#;
        let table = table(&read(&format!("[{},{many}]", text.join(","))).unwrap()).text();
        let verdicts: Vec<_> = table
            .lines()
            .skip(2)
            .map(|line| line.contains("NOT MET"))
            .collect();
        assert_eq!(
            verdicts,
            [true, false, false, true, true, false, true, false, false],
            "{table}"
        );
        assert!(read("[{}]").is_none());
    }
}
