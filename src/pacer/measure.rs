//! How fast a person reads, by lines that they read and the time that each took.

use unicode_segmentation::UnicodeSegmentation;

use super::script::{Scripts, Sort};
use crate::event::Millis;
use crate::text;

/// Faster than this nobody reads with understanding, in words a minute: the line was not read.
const FASTEST: f64 = 900.0;
/// The slowest pace that a measure gives, in words a minute: who took longer did something else.
const SLOWEST: f64 = 40.0;
/// A measure is told in steps of so many words a minute: it is no finer.
const STEP: f64 = 5.0;

/// Returns the words a minute at which these lines were read, each in so many milliseconds; `None` where they were not. One line that
/// was interrupted does not count: it is the one in the middle that does.
pub fn measured(lines: &[(&str, Millis)]) -> Option<f64> {
    let mut all: Vec<f64> = lines
        .iter()
        .map(|(line, took)| minutes(line) / took.max(1.0))
        .collect();
    all.sort_by(f64::total_cmp);
    let middle = all.get(all.len() / 2).copied()?;
    let steps = (middle / STEP).round() * STEP;
    (middle <= FASTEST).then_some(steps.max(SLOWEST))
}

/// Milliseconds that a line takes at one word a minute.
fn minutes(line: &str) -> Millis {
    let mut scripts = Scripts::default();
    let cost = |(at, cluster): (usize, &str)| {
        let sort = cluster.chars().next().map_or(Sort::Other, Sort::of);
        scripts.script(sort, text::from(line, at)).cost(1.0)
    };
    line.grapheme_indices(true).map(cost).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_three_lines_tells() {
        let line = "six by six words are 36 letters long";
        // 36 letters are 6 words.
        assert_eq!(line.len(), 36);
        let at = |took: [Millis; 3]| measured(&took.map(|took| (line, took)));
        assert_eq!(at([2000.0, 2000.0, 2000.0]), Some(180.0));
        assert_eq!(at([2000.0, 90_000.0, 1900.0]), Some(180.0));
        assert_eq!(at([300.0, 200.0, 2000.0]), None);
        assert_eq!(at([1e9, 1e9, 1e9]), Some(40.0));
        assert_eq!(measured(&[]), None);
    }

    #[test]
    fn a_line_in_a_script_without_blanks_is_as_long_as_it_takes() {
        // 7 a second are 170 words a minute.
        assert_eq!(measured(&[("河水慢慢流向海", 1000.0)]), Some(170.0));
    }
}
