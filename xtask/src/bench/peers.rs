//! What others do with the same stream: fetched from npm, bundled as their users bundle them, and how much each loads at first.
//!
//! In: `tests/peers`, npm. Out: a folder of bundles for the bench, sizes, the short table of all pages. Nothing of it is ever shipped.

use super::replies::{GIVEN_UP, Run, name, of_the_floor, run_of};
use super::table::Table;
use crate::run::{on_path, step};
use crate::{Failure, Outcome, root, ship, split, tools};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::files;

/// Our entries, one bundle each.
const ENTRIES: [&str; 4] = [
    "deep-chat.js",
    "react-alone.jsx",
    "react-markdown.jsx",
    "streamdown.jsx",
];
/// For the page as its users get it.
const BUNDLE: [&str; 7] = [
    "--bundle",
    "--minify",
    "--format=iife",
    "--target=es2022",
    "--jsx=automatic",
    "--legal-comments=none",
    "--define:process.env.NODE_ENV=\"production\"",
];
/// The columns of the short table: streams, and what is told of each.
const PACED: [&str; 2] = ["4,000 at 200/s", "16,000 at 400/s"];
const AT_ONCE: &str = "8,000 at once";

/// How much a page loads before it can be used, in bytes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Load {
    what: String,
    gzip: u64,
    brotli: u64,
}

/// Fetches the others, and bundles them: the folder of bundles.
pub(crate) fn build() -> Outcome<PathBuf> {
    let project = tools::folder().join("peers");
    fs::create_dir_all(&project)?;
    for entry in fs::read_dir(root().join("tests").join("peers"))? {
        let entry = entry?;
        fs::copy(entry.path(), project.join(entry.file_name()))?;
    }
    fetch(&project)?;
    let bundles = super::target()?.join("bench").join("peers");
    fs::create_dir_all(&bundles)?;
    step(
        "gathering their styles",
        node()?.arg("styles.js").current_dir(&project),
    )?;
    step(
        "bundling the others",
        node()?
            .arg("node_modules/esbuild/bin/esbuild")
            .args(ENTRIES)
            .args(BUNDLE)
            .arg(format!("--outdir={}", bundles.display()))
            .current_dir(&project),
    )?;
    Ok(bundles)
}

/// The packages, exactly as the lock names them; once for each lock. Their scripts are not run: none is needed.
fn fetch(project: &Path) -> Outcome {
    let lock = fs::read(project.join("package-lock.json"))?;
    let fetched = project.join("fetched.lock");
    if fs::read(&fetched).is_ok_and(|before| before == lock) {
        return Ok(());
    }
    let npm = on_path("npm").ok_or_else(|| {
        Failure::new("npm, which fetches the others, is not here (it comes with Node.js); without --peers the bench needs none")
    })?;
    step(
        "fetching the others from npm (once)",
        Command::new(npm)
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(project),
    )?;
    Ok(fs::write(fetched, lock)?)
}

fn node() -> Outcome<Command> {
    let node = on_path("node").ok_or_else(|| Failure::new("node, which npm needs, is not here"))?;
    Ok(Command::new(node))
}

/// What each page loads at first: Rill's first view, then what a conversation fetches beside it, and the bundles.
pub(crate) fn loads(dist: &Path, bundles: &Path) -> Outcome<Vec<Load>> {
    let built: Vec<PathBuf> = files(dist)?;
    let of_rill = |talking: bool| {
        let counts = |file: &&PathBuf| {
            let name = file.to_string_lossy();
            !ship::is_twin(file) && (!split::comes_later(&name) || (talking && is_half(file)))
        };
        built.iter().filter(counts).cloned().collect::<Vec<_>>()
    };
    let mut loads = vec![
        load("rill", &of_rill(false))?,
        load("rill, talking", &of_rill(true))?,
    ];
    for entry in ENTRIES {
        let of_entry = |ending| bundles.join(entry).with_extension(ending);
        let parts: Vec<PathBuf> = ["js", "css"].map(of_entry).into_iter().collect();
        let parts: Vec<PathBuf> = parts.into_iter().filter(|part| part.is_file()).collect();
        for part in &parts {
            ship::compress(part)?;
        }
        loads.push(load(
            entry.trim_end_matches(".jsx").trim_end_matches(".js"),
            &parts,
        )?);
    }
    Ok(loads)
}

/// Whether a file is of the page's second half.
fn is_half(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("split_")
}

/// Files with their twins; what has none is sent as it is.
fn load(what: &str, files: &[PathBuf]) -> Outcome<Load> {
    let sum = |ending: &str| -> Outcome<u64> {
        let sizes = files.iter().map(|file| {
            let twin = fs::metadata(ship::twin(file, ending));
            Ok(twin.or_else(|_| fs::metadata(file))?.len())
        });
        sizes.sum()
    };
    Ok(Load {
        what: what.to_owned(),
        gzip: sum("gz")?,
        brotli: sum("br")?,
    })
}

/// All pages in short, as README shows them.
pub(crate) fn table(runs: &[Run], loads: &[Load]) -> Table {
    let mut head = vec!["main thread, of the text node's".to_owned()];
    head.extend(PACED.map(str::to_owned));
    head.push(format!("{AT_ONCE}: all shown"));
    head.push("longest task".to_owned());
    head.push("first load, gzip".to_owned());
    let mut table = Table::new(&head.iter().map(String::as_str).collect::<Vec<_>>());
    let mut pages: Vec<&str> = Vec::new();
    for run in runs {
        if !pages.contains(&run.who.as_str()) {
            pages.push(&run.who);
        }
    }
    for who in pages {
        let mut cells = vec![plain_name(who).to_owned()];
        let cell = |stream: &str, words: &dyn Fn(&Run) -> String| {
            run_of(runs, stream, who).map_or_else(String::new, |run| match run.given_up {
                Some(_) => GIVEN_UP.to_owned(),
                None => words(run),
            })
        };
        for stream in PACED {
            cells.push(cell(stream, &|run| {
                of_the_floor(runs, run)
                    .map(|ratio| format!("{ratio:.2}"))
                    .unwrap_or_default()
            }));
        }
        cells.push(cell(AT_ONCE, &|run| format!("{:.2} s", run.wall / 1000.0)));
        cells.push(cell(AT_ONCE, &|run| {
            run.longest_task
                .map(|ms| format!("{ms:.0} ms"))
                .unwrap_or_default()
        }));
        cells.push(first_load(who, loads));
        table.row(cells);
    }
    table
}

/// A page's name for readers who do not know the bench.
fn plain_name(who: &str) -> &str {
    match who {
        "floor" => "one text node",
        "append" => "paragraphs",
        "streamdown" => "React and Streamdown",
        "react-markdown" => "React and react-markdown",
        other => name(other),
    }
}

/// A page's load in words; Rill's in two, and of a page with React what of it is React.
fn first_load(who: &str, loads: &[Load]) -> String {
    let kilobytes = |what: &str| {
        let found = loads.iter().find(|load| load.what == what);
        found.map(|load| format!("{:.0}", load.gzip as f64 / 1000.0))
    };
    // Both are the same files.
    let Some(all) = kilobytes(who.trim_end_matches("-fed")) else {
        return String::new();
    };
    let more = match who {
        "rill" => kilobytes("rill, talking").map(|more| format!("; {more} to talk")),
        "deep-chat" | "deep-chat-fed" => None,
        _ => kilobytes("react-alone").map(|react| format!("; React {react} of it")),
    };
    format!("{all} KB{}", more.unwrap_or_default())
}

/// The loads for programs.
pub(crate) fn json(loads: &[Load]) -> Value {
    let one = |load: &Load| json!({ "what": load.what, "gzip": load.gzip, "brotli": load.brotli });
    loads.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_short_table_has_a_row_for_each_page_and_words_where_one_did_not_finish() {
        let load = |what: &str, gzip| Load {
            what: what.to_owned(),
            gzip,
            brotli: gzip / 2,
        };
        let runs = [
            Run::of("4,000 at 200/s", "floor", 100.0),
            Run::of("4,000 at 200/s", "rill", 70.0),
            Run::of("4,000 at 200/s", "streamdown", 200.0),
            Run::of("8,000 at once", "floor", 10.0),
            Run {
                given_up: Some(60_000.0),
                ..Run::of("8,000 at once", "streamdown", 0.0)
            },
        ];
        let loads = [
            load("rill", 120_400),
            load("rill, talking", 200_000),
            load("streamdown", 230_000),
            load("react-alone", 70_000),
        ];
        let table = table(&runs, &loads).markdown();
        let row = |page: &str| {
            let row = table.lines().find(|line| line.contains(page)).unwrap();
            let cells = row.trim_matches('|').split('|').map(str::trim);
            cells.skip(1).collect::<Vec<_>>().join("|")
        };
        assert_eq!(row("one text node"), "1.00||0.00 s||");
        assert_eq!(row("Rill"), "0.70||||120 KB; 200 to talk");
        assert_eq!(
            row("Streamdown"),
            "2.00||did not finish|did not finish|230 KB; React 70 of it"
        );
        assert_eq!(json(&loads)[0]["brotli"], 60_200);
    }

    #[test]
    fn a_page_loads_the_twins_of_its_files_and_what_has_none_as_it_is() {
        let folder = std::env::temp_dir().join(format!("rill-loads-{}", std::process::id()));
        let (dist, bundles) = (folder.join("dist"), folder.join("bundles"));
        for (file, size) in [
            ("dist/index.html", 50),
            ("dist/app/rill-page.wasm", 1000),
            ("dist/app/rill-page.wasm.gz", 400),
            ("dist/app/rill-page.wasm.br", 300),
            ("dist/app/split_later.wasm", 70),
            ("dist/app/annex.js", 9000),
            ("bundles/deep-chat.js", 5000),
            ("bundles/react-alone.js", 10),
            ("bundles/react-markdown.js", 10),
            ("bundles/streamdown.js", 10),
            ("bundles/streamdown.css", 7),
        ] {
            let file = folder.join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "a".repeat(size)).unwrap();
        }
        let loads = loads(&dist, &bundles).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        let of = |what: &str| {
            let found = loads.iter().find(|load| load.what == what).unwrap();
            (found.gzip, found.brotli)
        };
        assert_eq!(of("rill"), (450, 350));
        assert_eq!(of("rill, talking"), (520, 420));
        assert!(of("deep-chat").0 < 200, "{loads:?}");
        assert_eq!(of("streamdown"), (17, 17));
    }
}
