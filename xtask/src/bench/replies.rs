//! What a reply costs the page in Chromium, held against the targets.
//!
//! In: the release build, and `bench` of `tests/e2e`, which measures it beside the least that a page can do. Out: one [`Run`] for each
//! page and stream, ratios, verdicts. It must not know how a page is measured.

use super::table::Table;
use crate::run::{cargo, step};
use crate::{Failure, Outcome, root, tools};
use serde_json::{Value, json};
use std::path::Path;

/// What one reply cost one page; times in milliseconds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Run {
    /// The stream's name.
    pub(crate) stream: String,
    /// `rill`, `floor`, `append` or one of the others.
    pub(crate) who: String,
    /// The page was given up after so long; no other figure counts then.
    pub(crate) given_up: Option<f64>,
    /// The main thread's own time.
    pub(crate) task: f64,
    pub(super) wall: f64,
    pub(super) quarters: Vec<f64>,
    /// In the main thread's own time.
    pub(super) longest_task: Option<f64>,
    pub(super) long_tasks: u64,
    pub(super) frame: f64,
    pub(super) clicks: u64,
    pub(super) slowest_click: f64,
    pub(super) heap: f64,
    pub(super) nodes: f64,
}

/// What is wanted of one stream.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Target {
    /// At most so much of the floor's main-thread time.
    Cost(f64),
    /// At most so much of an append-only page's main-thread time.
    Append(f64),
    /// Against the same reply in a conversation that has this name: at most so much more than an append-only page behind as many
    /// elements.
    Behind(&'static str, f64),
    /// The last quarter against the first: at most so much more than an append-only page's.
    Growth(f64),
    /// At most so much of the floor's time until all is on screen.
    Wall(f64),
    /// No task longer than so many milliseconds.
    Task(f64),
    /// Every click is answered within so many milliseconds.
    Click(f64),
}

const TARGETS: [(&str, Target); 10] = [
    ("4,000 at 200/s", Target::Cost(0.85)),
    ("4,000 at 200/s", Target::Append(1.1)),
    ("16,000 at 400/s", Target::Cost(0.8)),
    ("16,000 at 400/s", Target::Growth(1.1)),
    ("8,000 at 11,000/s", Target::Wall(1.3)),
    ("8,000 at 11,000/s", Target::Task(50.0)),
    ("8,000 at once", Target::Wall(1.3)),
    ("8,000 at once", Target::Task(50.0)),
    ("200,000 tiny ones at once", Target::Click(100.0)),
    (
        "1,000 at 200/s after 2,000 turns",
        Target::Behind("1,000 at 200/s after 20 turns", 1.1),
    ),
];

/// In the place of figures.
pub(crate) const GIVEN_UP: &str = "did not finish";

/// One target, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Verdict {
    stream: &'static str,
    what: String,
    found: String,
    /// Whether it is so.
    pub(crate) met: bool,
}

/// Measures the built page, and the bundles of others in the folder `peers`; with `smoke` only that it can be measured.
pub(crate) fn measure(folder: &Path, smoke: bool, peers: Option<&Path>) -> Outcome<Vec<Run>> {
    let out = folder.join(if smoke {
        "smoke.json"
    } else {
        "browser.raw.json"
    });
    std::fs::create_dir_all(folder)?;
    let mut command = cargo();
    command
        .args(["run", "--package", "e2e", "--bin", "bench", "--"])
        .arg(&out)
        .args(smoke.then_some("--smoke"))
        .args(peers.map(|peers| format!("--peers={}", peers.display())))
        .env("CHROME", tools::chromium()?.browser)
        .current_dir(root());
    let name = if smoke {
        "the page's bench, in short"
    } else {
        "the page in Chromium, beside the least that a page can do"
    };
    step(name, &mut command)?;
    read(&std::fs::read_to_string(&out)?)
        .ok_or_else(|| Failure::new(format!("{} holds no figures", out.display())))
}

/// All targets.
pub(crate) fn verdicts(runs: &[Run]) -> Vec<Verdict> {
    let verdict = |&(stream, target): &(&'static str, Target)| {
        let of = |who: &str| run_of(runs, stream, who);
        let rill = of("rill")?;
        let (what, found, limit, unit) = match target {
            Target::Cost(most) => (
                "main thread, of the floor's",
                rill.task / of("floor")?.task,
                most,
                "",
            ),
            Target::Append(most) => (
                "main thread, of an append-only page's",
                rill.task / of("append")?.task,
                most,
                "",
            ),
            Target::Behind(short, most) => {
                let ratio = |who| Some(of(who)?.task / run_of(runs, short, who)?.task);
                (
                    "main thread, of a short conversation's, of an append-only page's",
                    ratio("rill")? / ratio("append")?,
                    most,
                    "",
                )
            }
            Target::Growth(most) => (
                "growth, of an append-only page's",
                rill.growth()? / of("append")?.growth()?,
                most,
                "",
            ),
            Target::Wall(most) => (
                "until all is shown, of the floor's",
                rill.wall / of("floor")?.wall,
                most,
                "",
            ),
            Target::Task(most) => ("longest task", rill.longest_task?, most, " ms"),
            Target::Click(most) => ("slowest answer to a click", rill.slowest_click, most, " ms"),
        };
        let digits = if unit.is_empty() { 2 } else { 0 };
        Some(Verdict {
            stream,
            what: format!("{what} <= {limit}{unit}"),
            found: format!("{found:.digits$}{unit}"),
            met: found <= limit,
        })
    };
    TARGETS.iter().filter_map(verdict).collect()
}

/// The verdicts for people.
pub(crate) fn verdict_table(verdicts: &[Verdict]) -> Table {
    let mut table = Table::new(&["target", "stream", "found", ""]);
    for verdict in verdicts {
        table.row(vec![
            verdict.what.clone(),
            verdict.stream.to_owned(),
            verdict.found.clone(),
            if verdict.met { "met" } else { "NOT MET" }.to_owned(),
        ]);
    }
    table
}

/// The figures for people.
pub(crate) fn table(runs: &[Run]) -> Table {
    let mut table = Table::new(&[
        "page",
        "main thread ms",
        "of the floor",
        "growth",
        "wall s",
        "tasks > 50 ms",
        "longest task",
        "frame p99",
        "click",
        "heap MB",
        "nodes",
    ]);
    for run in runs {
        let page = format!("{}, {}", run.stream, name(&run.who));
        if let Some(ms) = run.given_up {
            let wall = format!("> {:.0}", ms / 1000.0);
            table.row(vec![
                page,
                GIVEN_UP.into(),
                String::new(),
                String::new(),
                wall,
            ]);
            continue;
        }
        table.row(vec![
            page,
            format!("{:.0}", run.task),
            of_the_floor(runs, run)
                .map(|ratio| format!("{ratio:.2}"))
                .unwrap_or_default(),
            run.growth()
                .map(|growth| format!("{growth:.2}"))
                .unwrap_or_default(),
            format!("{:.1}", run.wall / 1000.0),
            run.long_tasks.to_string(),
            run.longest_task
                .map(|ms| format!("{ms:.0} ms"))
                .unwrap_or_default(),
            format!("{:.0} ms", run.frame),
            match run.clicks {
                0 => String::new(),
                _ if run.slowest_click > 0.0 => format!("{:.0} ms", run.slowest_click),
                _ => "< 16 ms".to_owned(),
            },
            format!("{:.1}", run.heap),
            format!("{:.0}", run.nodes),
        ]);
    }
    table
}

/// A run's main-thread time against the floor's with the same stream; `None` where the floor was not measured.
pub(crate) fn of_the_floor(runs: &[Run], run: &Run) -> Option<f64> {
    Some(run.task / run_of(runs, &run.stream, "floor")?.task)
}

/// The figures for programs.
pub(crate) fn json(runs: &[Run]) -> Value {
    let one = |run: &Run| match run.given_up {
        Some(ms) => json!({ "stream": run.stream, "page": run.who, "given_up_after_ms": ms }),
        None => json!({
            "stream": run.stream,
            "page": run.who,
            "task_ms": run.task,
            "wall_ms": run.wall,
            "quarters_ms": run.quarters,
            "growth": run.growth(),
            "longest_task_ms": run.longest_task,
            "long_tasks": run.long_tasks,
            "frame_p99_ms": run.frame,
            "clicks": run.clicks,
            "slowest_click_ms": run.slowest_click,
            "heap_mb": run.heap,
            "nodes": run.nodes,
        }),
    };
    let target = |verdict: Verdict| {
        json!({
            "stream": verdict.stream,
            "target": verdict.what,
            "found": verdict.found,
            "met": verdict.met,
        })
    };
    let runs_json: Vec<Value> = runs.iter().map(one).collect();
    let targets: Vec<Value> = verdicts(runs).into_iter().map(target).collect();
    json!({ "runs": runs_json, "targets": targets })
}

/// A page's name, for people.
pub(crate) fn name(who: &str) -> &str {
    match who {
        "rill" => "Rill",
        "floor" => "floor",
        "append" => "append only",
        "streamdown" => "Streamdown",
        "deep-chat-fed" => "deep-chat, fed",
        other => other,
    }
}

impl Run {
    /// The last quarter against the first.
    fn growth(&self) -> Option<f64> {
        let (first, last) = (self.quarters.first()?, self.quarters.last()?);
        (*first > 0.0).then(|| last / first)
    }
}

#[cfg(test)]
impl Run {
    /// A run that took so long, and no other figures.
    pub(crate) fn of(stream: &str, who: &str, task: f64) -> Run {
        Run {
            stream: stream.to_owned(),
            who: who.to_owned(),
            task,
            ..Run::default()
        }
    }
}

/// The run of one page with one stream.
pub(crate) fn run_of<'r>(runs: &'r [Run], stream: &str, who: &str) -> Option<&'r Run> {
    runs.iter()
        .find(|run| run.stream == stream && run.who == who)
}

fn read(text: &str) -> Option<Vec<Run>> {
    let all: Vec<Value> = serde_json::from_str(text).ok()?;
    let run = |told: &Value| {
        let figure = |name: &str| told[name].as_f64();
        Some(Run {
            given_up: figure("given_up"),
            stream: told["stream"].as_str()?.to_owned(),
            who: told["who"].as_str()?.to_owned(),
            task: figure("task")?,
            wall: figure("wall")?,
            quarters: told["quarters"]
                .as_array()?
                .iter()
                .filter_map(Value::as_f64)
                .collect(),
            longest_task: figure("longest_task"),
            long_tasks: told["long_tasks"].as_u64()?,
            frame: figure("frame")?,
            clicks: told["clicks"].as_u64()?,
            slowest_click: figure("slowest_click")?,
            heap: figure("heap")?,
            nodes: figure("nodes")?,
        })
    };
    all.iter().map(run).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn run(stream: &str, who: &str, task: f64) -> Run {
        Run {
            wall: task * 2.0,
            quarters: vec![task * 0.2, 1.0, 1.0, task * 0.3],
            ..Run::of(stream, who, task)
        }
    }

    #[test]
    fn each_target_is_a_ratio_to_the_floor_of_the_same_stream() {
        let check = |target: &str, runs: &[Run], expect: Option<(&str, bool)>| {
            let found = verdicts(runs);
            let found = found
                .iter()
                .find(|verdict| verdict.what.starts_with(target));
            let found = found.map(|verdict| (verdict.found.as_str(), verdict.met));
            assert_eq!(found, expect, "{target}");
        };
        let slow = |stream, most| [run(stream, "floor", 100.0), run(stream, "rill", most)];
        check("main", &slow("4,000 at 200/s", 85.0), Some(("0.85", true)));
        check("main", &slow("4,000 at 200/s", 86.0), Some(("0.86", false)));
        check("until", &slow("8,000 at once", 130.0), Some(("1.30", true)));
        check(
            "until",
            &slow("8,000 at once", 131.0),
            Some(("1.31", false)),
        );
        check("main", &[run("4,000 at 200/s", "rill", 1.0)], None);
        let mut append = slow("4,000 at 200/s", 77.0).to_vec();
        append.push(run("4,000 at 200/s", "append", 70.0));
        check("main thread, of an", &append, Some(("1.10", true)));
        append[1].task = 78.0;
        check("main thread, of an", &append, Some(("1.11", false)));
        let long = "1,000 at 200/s after 2,000 turns";
        let short = "1,000 at 200/s after 20 turns";
        let mut behind = vec![run(long, "rill", 130.0), run(short, "rill", 100.0)];
        check("main thread, of a short", &behind, None);
        behind.extend([run(long, "append", 60.0), run(short, "append", 50.0)]);
        check("main thread, of a short", &behind, Some(("1.08", true)));
        behind[0].task = 144.0;
        check("main thread, of a short", &behind, Some(("1.20", false)));
        let mut task = slow("8,000 at once", 1.0);
        task[1].longest_task = Some(51.0);
        check("longest", &task, Some(("51 ms", false)));
        let mut click = slow("200,000 tiny ones at once", 1.0);
        click[1].slowest_click = 96.0;
        check("slowest", &click, Some(("96 ms", true)));
        let mut growth = slow("16,000 at 400/s", 100.0).to_vec();
        growth.push(run("16,000 at 400/s", "append", 70.0));
        check("growth", &growth, Some(("1.00", true)));
        growth[1].quarters[3] *= 1.2;
        check("growth", &growth, Some(("1.20", false)));
    }

    #[test]
    fn figures_are_read_and_told_again() {
        let told = r#"[{"stream":"4,000 at 200/s","who":"rill","tokens":4000,"wall":20100.0,"task":900.0,"script":1.0,"layout":1.0,
            "quarters":[200.0,200.0,200.0,300.0],"long_tasks":0,"longest_task":null,"frame":17.0,"clicks":0,"slowest_click":0.0,
            "heap":2.5,"nodes":1234.0}]"#;
        let runs = read(told).unwrap();
        assert_eq!((runs[0].growth(), runs[0].given_up), (Some(1.5), None));
        let table = table(&runs).markdown();
        assert!(table.contains("| 4,000 at 200/s, Rill |"), "{table}");
        assert!(table.contains("|   1.50 |"), "{table}");
        let json = json(&runs);
        assert_eq!(json["runs"][0]["nodes"], 1234.0);
        assert!(read("[{}]").is_none());
    }

    #[test]
    fn a_page_that_did_not_finish_has_a_row_and_no_figures() {
        let told = r#"[{"stream":"8,000 at once","who":"floor","tokens":8000,"given_up":null,"wall":700.0,"task":200.0,"quarters":[],
            "long_tasks":0,"longest_task":6.0,"frame":17.0,"clicks":0,"slowest_click":0.0,"heap":2.5,"nodes":34.0},
            {"stream":"8,000 at once","who":"deep-chat","tokens":8000,"given_up":60000.0,"wall":0.0,"task":0.0,"quarters":[],
            "long_tasks":0,"longest_task":null,"frame":0.0,"clicks":0,"slowest_click":0.0,"heap":0.0,"nodes":0.0}]"#;
        let runs = read(told).unwrap();
        let table = table(&runs).text();
        let row: Vec<&str> = table.lines().last().unwrap().split("  ").collect();
        let cells: Vec<&str> = row.iter().map(|cell| cell.trim()).collect();
        let cells: Vec<&str> = cells.into_iter().filter(|cell| !cell.is_empty()).collect();
        assert_eq!(
            cells,
            ["8,000 at once, deep-chat", "did not finish", "> 60"],
            "{table}"
        );
        let json = json(&runs);
        assert_eq!(json["runs"][1]["given_up_after_ms"], 60000.0);
        assert!(json["runs"][1].get("task_ms").is_none(), "{json}");
    }
}
