//! `cargo xtask bench`: what everything costs, beside what it may cost.
//!
//! In: flags. Out: tables on the terminal and in `target/bench/`. The map: [`host`] the river on this machine; [`replies`] the page in
//! Chromium, [`openings`] how conversations are opened there, [`guests`] what an element costs somebody's page, [`peers`] what others do beside it; [`table`] and [`picture`] how figures are shown.

mod guests;
mod host;
mod openings;
mod peers;
mod picture;
mod replies;
mod table;

use crate::run::{cargo, output_of};
use crate::{Failure, Outcome, assemble, flags, root};
use std::path::PathBuf;

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Options {
    /// Every bench once, and no judgement of time.
    smoke: bool,
    /// The river.
    host: bool,
    /// The page.
    browser: bool,
    /// What others do, beside the page.
    peers: bool,
}

impl From<flags::Bench> for Options {
    /// What is named; the river and the page, if neither is.
    fn from(flags: flags::Bench) -> Options {
        let browser = flags.browser || flags.peers;
        let neither = !flags.host && !browser;
        Options {
            smoke: flags.smoke,
            host: flags.host || neither,
            browser: browser || neither,
            peers: flags.peers,
        }
    }
}

/// Runs the benches.
pub(crate) fn bench(options: Options) -> Outcome {
    let folder = target()?.join("bench");
    std::fs::create_dir_all(&folder)?;
    if options.smoke {
        if options.host {
            host::smoke()?;
        }
        if options.browser {
            let peers = options.peers.then(peers::build).transpose()?;
            replies::measure(&folder, true, peers.as_deref())?;
            openings::measure(&folder, true)?;
            guests::measure(&assemble::shipped()?, &folder, true)?;
        }
        return Ok(());
    }
    if options.host {
        let measures = host::measure()?;
        let table = host::table(&measures);
        print!("\n{}\n", table.text());
        std::fs::write(folder.join("host.json"), host::json(&measures))?;
        std::fs::write(folder.join("host.md"), table.markdown())?;
    }
    if options.browser {
        // The peers first: a build of minutes must not end in "there is no npm".
        let peers = options.peers.then(peers::build).transpose()?;
        let dist = assemble::shipped()?;
        let runs = replies::measure(&folder, false, peers.as_deref())?;
        let verdicts = replies::verdict_table(&replies::verdicts(&runs));
        let opened = openings::table(&openings::measure(&folder, false)?);
        let guests = guests::table(&guests::measure(&dist, &folder, false)?);
        let mut tables = vec![verdicts, replies::table(&runs), opened, guests];
        let mut loads = Vec::new();
        if let Some(peers) = peers {
            loads = peers::loads(&dist, &peers)?;
            let short = peers::table(&runs, &loads);
            std::fs::write(folder.join("peers.md"), short.markdown())?;
            tables.push(short);
        }
        println!("\n{}", picture::text(&runs));
        for table in &tables {
            println!("{}", table.text());
        }
        let mut figures = replies::json(&runs);
        figures["first_loads"] = peers::json(&loads);
        std::fs::write(folder.join("browser.json"), format!("{figures:#}\n"))?;
        std::fs::write(folder.join("browser.svg"), picture::svg(&runs))?;
        let tables: Vec<String> = tables.iter().map(table::Table::markdown).collect();
        std::fs::write(folder.join("browser.md"), tables.join("\n"))?;
    }
    println!("These figures are in {}", folder.display());
    Ok(())
}

/// The bench of the page that is built, in short: that it can be measured, not what it costs.
pub(crate) fn smoke_page() -> Outcome {
    let folder = target()?.join("bench");
    replies::measure(&folder, true, None)?;
    openings::measure(&folder, true)?;
    guests::measure(&root().join("dist"), &folder, true).map(|_| ())
}

/// Where cargo builds.
fn target() -> Outcome<PathBuf> {
    let mut metadata = cargo();
    metadata
        .args(["metadata", "--no-deps", "--format-version", "1", "--quiet"])
        .current_dir(root());
    let said = output_of(&mut metadata)
        .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
    said.and_then(|said| said["target_directory"].as_str().map(PathBuf::from))
        .ok_or_else(|| Failure::new("cargo metadata does not say where it builds"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::flags::XtaskCmd;

    #[test]
    fn peers_stand_beside_the_page_and_no_flag_is_river_and_page() {
        let options = |line: &str| match XtaskCmd::of(line).unwrap() {
            XtaskCmd::Bench(flags) => Options::from(flags),
            other => panic!("{other:?}"),
        };
        let parts = |line: &str| {
            let options = options(line);
            (options.host, options.browser, options.peers)
        };
        assert!(options("bench --smoke").smoke);
        assert_eq!(parts("bench"), (true, true, false));
        assert_eq!(parts("bench --browser"), (false, true, false));
        assert_eq!(parts("bench --peers"), (false, true, true));
        assert_eq!(parts("bench --host --peers"), (true, true, true));
    }
}
