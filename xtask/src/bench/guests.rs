//! What an element takes from the page of somebody else that it stands on: the launcher's size, and points of the score that site owners know.
//!
//! In: the release build, and `guest` of `tests/e2e`, which measures it. Out: a table, each row met or not. The score is counted from
//! Chromium's own metrics as Lighthouse counts it since version 10, on a phone: each metric by a log-normal curve through a median and a tenth
//! percentile, weighed. The speed index, which wants a film, is taken as the first paint: nothing on such a page comes later.

use super::table::Table;
use crate::run::{cargo, step};
use crate::size;
use crate::{Failure, Outcome, root, tools};
use serde_json::Value;
use std::path::Path;

/// The most points that an element may take.
const MOST: f64 = 1.0;

/// The curves: the metric, its tenth percentile and its median, its weight.
const CURVES: [(&str, f64, f64, f64); 5] = [
    ("firstPaint", 1800.0, 3000.0, 0.10),
    ("firstPaint", 3387.0, 5800.0, 0.10),
    ("biggestPaint", 2500.0, 4000.0, 0.25),
    ("blocked", 200.0, 600.0, 0.30),
    ("shift", 0.1, 0.25, 0.25),
];

/// What is told of each visit: the name, the words, the unit, digits behind the point.
const FIGURES: [(&str, &str, usize); 7] = [
    ("task", "main thread, ms", 1),
    ("firstPaint", "first paint, ms", 0),
    ("biggestPaint", "biggest paint, ms", 0),
    ("blocked", "tasks beyond 50 ms, ms", 0),
    ("shift", "layout shift", 3),
    ("bytes", "bytes from the network", 0),
    ("requests", "requests", 0),
];

/// Two visits, without the element and with it, and the launcher's bytes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Guests {
    visits: [Value; 2],
    launcher: usize,
}

/// Measures the built page; with `smoke` only that it can be measured.
pub(crate) fn measure(dist: &Path, folder: &Path, smoke: bool) -> Outcome<Guests> {
    let out = folder.join("guest.json");
    std::fs::create_dir_all(folder)?;
    let mut command = cargo();
    command
        .args(["run", "--package", "e2e", "--bin", "guest", "--"])
        .arg(&out)
        .args(smoke.then_some("--smoke"))
        .env("CHROME", tools::chromium()?.browser)
        .current_dir(root());
    step("somebody's page, with an element and without", &mut command)?;
    let visits = serde_json::from_str(&std::fs::read_to_string(&out)?).ok();
    Ok(Guests {
        visits: visits
            .ok_or_else(|| Failure::new(format!("{} holds no figures", out.display())))?,
        launcher: size::launcher(&size::sizes(dist)?),
    })
}

/// The figures for people.
pub(crate) fn table(guests: &Guests) -> Table {
    let mut table = Table::new(&[
        "somebody's page, on a phone",
        "alone",
        "with <rill-chat>",
        "",
    ]);
    let met = |is_met: bool| if is_met { "met" } else { "NOT MET" }.to_owned();
    table.row(vec![
        format!("the launcher, bytes (brotli) <= {}", size::LAUNCHER),
        String::new(),
        guests.launcher.to_string(),
        met(guests.launcher <= size::LAUNCHER),
    ]);
    let [alone, with] = guests.visits.each_ref().map(score);
    table.row(vec![
        format!("points of the score lost <= {MOST:.0}"),
        format!("{alone:.1}"),
        format!("{with:.1}"),
        met(alone - with <= MOST),
    ]);
    let [alone, with] = guests
        .visits
        .each_ref()
        .map(|visit| visit["idle"].as_f64().unwrap_or_default());
    table.row(vec![
        "once it rests, tasks beyond 50 ms, ms <= alone".to_owned(),
        format!("{alone:.0}"),
        format!("{with:.0}"),
        met(with <= alone),
    ]);
    for (name, words, digits) in FIGURES {
        let of = |visit: &Value| format!("{:.digits$}", visit[name].as_f64().unwrap_or_default());
        let [alone, with] = guests.visits.each_ref().map(of);
        table.row(vec![words.to_owned(), alone, with, String::new()]);
    }
    table
}

/// The score of a visit, of 100.
fn score(visit: &Value) -> f64 {
    let of = |(name, tenth, median, weight): (&str, f64, f64, f64)| {
        100.0 * weight * on_curve(visit[name].as_f64().unwrap_or_default(), tenth, median)
    };
    CURVES.into_iter().map(of).sum()
}

/// How good a value is, from 0 to 1: 0.5 at the median, 0.9 at the tenth percentile.
fn on_curve(value: f64, tenth: f64, median: f64) -> f64 {
    /// The inverse of the complementary error function at a fifth.
    const AT_A_FIFTH: f64 = 0.906_193_802_436_823_2;
    let ratio = |value: f64| (value / median).max(f64::MIN_POSITIVE).ln();
    let at = ratio(value) * AT_A_FIFTH / -ratio(tenth);
    ((1.0 - error_function(at)) / 2.0).clamp(0.0, 1.0)
}

/// The error function, to seven digits (Abramowitz and Stegun, 7.1.26).
fn error_function(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.327_591_1 * x.abs());
    let terms = [
        0.254_829_592,
        -0.284_496_736,
        1.421_413_741,
        -1.453_152_027,
        1.061_405_429,
    ];
    let sum = terms
        .into_iter()
        .rev()
        .fold(0.0, |sum, term| (sum + term) * t);
    (1.0 - sum * (-x * x).exp()).copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn curves_go_through_their_median_and_their_tenth_percentile() {
        for (name, tenth, median, _) in CURVES {
            let near =
                |value: f64, wanted: f64| (on_curve(value, tenth, median) - wanted).abs() < 1e-6;
            assert!(near(median, 0.5) && near(tenth, 0.9), "{name}");
            assert!(near(0.0, 1.0) && near(median * 1e6, 0.0), "{name}");
        }
        let weights: f64 = CURVES.iter().map(|(.., weight)| weight).sum();
        assert!((weights - 1.0).abs() < 1e-9);
    }

    #[test]
    fn what_moves_or_blocks_takes_points() {
        let quiet = json!({ "firstPaint": 400, "biggestPaint": 400, "blocked": 0, "shift": 0 });
        let loud = json!({ "firstPaint": 400, "biggestPaint": 400, "blocked": 200, "shift": 0 });
        assert!(score(&quiet) > 99.9, "{}", score(&quiet));
        assert!((score(&quiet) - score(&loud) - 3.0).abs() < 0.1);
        let guests = |launcher| Guests {
            visits: [quiet.clone(), loud.clone()],
            launcher,
        };
        let text = |launcher| table(&guests(launcher)).text();
        assert_eq!(text(4_096).matches("NOT MET").count(), 1);
        assert_eq!(text(4_097).matches("NOT MET").count(), 2);
    }
}
