//! The bars: what each page's main thread did for each stream, beside the others; in the terminal and as an SVG.
//!
//! In: runs. Out: text. It judges nothing.

use super::replies::{GIVEN_UP, Run, name};

/// The longest bar: cells in the terminal, pixels in the picture.
const CELLS: f64 = 48.0;
const PIXELS: f64 = 420.0;
/// Where bars begin in the picture, behind the longest name.
const BARS: f64 = 112.0;

/// For the terminal.
pub(crate) fn text(runs: &[Run]) -> String {
    let mut out = String::new();
    let names = runs.iter().map(|run| name(&run.who).len());
    let width = names.max().unwrap_or_default();
    for (stream, runs) in streams(runs) {
        out += &format!("{stream}\n");
        for (run, share) in shares(&runs) {
            let bar = "█".repeat((share * CELLS).round().max(1.0) as usize);
            out += &match run.given_up {
                Some(_) => format!("  {:<width$} {GIVEN_UP}\n", name(&run.who)),
                None => format!("  {:<width$} {bar} {:.0} ms\n", name(&run.who), run.task),
            };
        }
    }
    out
}

/// As a picture; dark or light follows the reader.
pub(crate) fn svg(runs: &[Run]) -> String {
    let (mut body, mut y) = (String::new(), 8);
    for (stream, runs) in streams(runs) {
        body += &format!(
            "<text x=\"8\" y=\"{}\" class=\"name\">{stream}</text>\n",
            y + 14
        );
        y += 22;
        for (run, share) in shares(&runs) {
            let (width, words) = match run.given_up {
                Some(_) => (0.0, GIVEN_UP.to_owned()),
                None => ((share * PIXELS).max(1.0), format!("{:.0} ms", run.task)),
            };
            body += &format!(
                "<text x=\"8\" y=\"{}\">{}</text><rect class=\"{}\" x=\"{BARS}\" y=\"{y}\" width=\"{width:.0}\" height=\"14\" rx=\"2\"/>\
                 <text x=\"{:.0}\" y=\"{}\">{words}</text>\n",
                y + 12,
                name(&run.who),
                run.who,
                BARS + width + 6.0,
                y + 12,
            );
            y += 18;
        }
        y += 10;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 600 {y}\" width=\"600\" height=\"{y}\" role=\"img\" \
         aria-label=\"Main-thread time of each page for each stream\">\n<style>\
         text {{ font: 12px system-ui, sans-serif; fill: #444 }} .name {{ font-weight: 600 }} rect {{ fill: #b9c2c6 }} \
         .rill {{ fill: #14808a }} @media (prefers-color-scheme: dark) {{ text {{ fill: #ccc }} rect {{ fill: #59656b }} \
         .rill {{ fill: #4fb7c0 }} }}</style>\n{body}</svg>\n"
    )
}

/// The runs by stream, in their order.
fn streams(runs: &[Run]) -> Vec<(&str, Vec<&Run>)> {
    let mut found: Vec<(&str, Vec<&Run>)> = Vec::new();
    for run in runs {
        match found.iter_mut().find(|(stream, _)| *stream == run.stream) {
            Some((_, same)) => same.push(run),
            None => found.push((&run.stream, vec![run])),
        }
    }
    found
}

/// How long each bar is, of the longest of its stream.
fn shares<'r>(runs: &[&'r Run]) -> Vec<(&'r Run, f64)> {
    let most = runs.iter().map(|run| run.task).fold(1.0, f64::max);
    runs.iter().map(|run| (*run, run.task / most)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dearest_page_of_a_stream_has_the_longest_bar() {
        let runs = [
            Run::of("a", "floor", 200.0),
            Run::of("a", "rill", 50.0),
            Run::of("b", "rill", 10.0),
            Run {
                given_up: Some(60_000.0),
                ..Run::of("b", "deep-chat", 0.0)
            },
        ];
        let bar = |cells: usize| "█".repeat(cells);
        assert_eq!(
            text(&runs),
            format!(
                "a\n  floor     {} 200 ms\n  Rill      {} 50 ms\nb\n  Rill      {} 10 ms\n  deep-chat did not finish\n",
                bar(48),
                bar(12),
                bar(48)
            )
        );
        let svg = svg(&runs);
        assert!(
            svg.contains("class=\"floor\" x=\"112\" y=\"30\" width=\"420\""),
            "{svg}"
        );
        assert!(
            svg.contains("class=\"deep-chat\" x=\"112\" y=\"116\" width=\"0\""),
            "{svg}"
        );
        assert!(
            svg.contains("class=\"rill\" x=\"112\" y=\"48\" width=\"105\""),
            "{svg}"
        );
    }
}
