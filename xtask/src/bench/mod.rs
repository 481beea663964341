//! `cargo xtask bench`: what everything costs, beside what it may cost.
//!
//! In: flags. Out: tables on the terminal and in `target/bench/`. The map: [`host`] the river on this machine; [`browser`] the page in
//! Chromium, [`open`] how conversations are opened there, [`peers`] what others do beside it; [`table`] and [`picture`] how figures are shown.

mod browser;
mod host;
mod open;
mod peers;
mod picture;
mod table;

use crate::run::{cargo, output_of};
use crate::{Failure, Outcome, page, root};
use std::path::PathBuf;

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Every bench once, and no judgement of time.
    smoke: bool,
    /// The river.
    host: bool,
    /// The page.
    browser: bool,
    /// What others do, beside the page.
    peers: bool,
}

impl Options {
    /// Reads the flags.
    pub fn read(words: &[&str]) -> Outcome<Options> {
        let mut options = Options::default();
        for word in words {
            match *word {
                "--smoke" => options.smoke = true,
                "--host" => options.host = true,
                "--browser" => options.browser = true,
                "--peers" => (options.browser, options.peers) = (true, true),
                other => {
                    return Err(Failure::new(format!(
                        "bench knows --host, --browser, --peers and --smoke, not `{other}`"
                    )));
                }
            }
        }
        if !options.host && !options.browser {
            (options.host, options.browser) = (true, true);
        }
        Ok(options)
    }
}

/// Runs the benches.
pub fn bench(options: Options) -> Outcome {
    let folder = target()?.join("bench");
    std::fs::create_dir_all(&folder)?;
    if options.smoke {
        if options.host {
            host::smoke()?;
        }
        if options.browser {
            let peers = options.peers.then(peers::build).transpose()?;
            browser::measure(&folder, true, peers.as_deref())?;
            open::measure(&folder, true)?;
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
        let dist = page::shipped()?;
        let runs = browser::measure(&folder, false, peers.as_deref())?;
        let verdicts = browser::verdict_table(&browser::verdicts(&runs));
        let opened = open::table(&open::measure(&folder, false)?);
        let mut tables = vec![verdicts, browser::table(&runs), opened];
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
        std::fs::write(folder.join("browser.json"), browser::json(&runs, &loads))?;
        std::fs::write(folder.join("browser.svg"), picture::svg(&runs))?;
        let tables: Vec<String> = tables.iter().map(table::Table::markdown).collect();
        std::fs::write(folder.join("browser.md"), tables.join("\n"))?;
    }
    println!("These figures are in {}", folder.display());
    Ok(())
}

/// Every bench of the river once: that they run, not how long they take.
pub fn smoke() -> Outcome {
    host::smoke()
}

/// The bench of the page that is built, in short: that it can be measured, not what it costs.
pub fn smoke_page() -> Outcome {
    let folder = target()?.join("bench");
    browser::measure(&folder, true, None)?;
    open::measure(&folder, true).map(|_| ())
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
    use super::*;

    #[test]
    fn only_known_flags_are_taken() {
        assert!(Options::read(&["--smoke"]).is_ok_and(|options| options.smoke));
        assert!(Options::read(&[]).is_ok_and(|options| options.host && options.browser));
        assert!(Options::read(&["--browser"]).is_ok_and(|options| !options.host));
        let peers = Options::read(&["--peers"]);
        assert!(peers.is_ok_and(|options| options.peers && options.browser && !options.host));
        assert!(Options::read(&["--fast"]).is_err());
    }
}
