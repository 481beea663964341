//! `cargo xtask bench`: what everything costs, beside what it may cost.
//!
//! In: flags. Out: tables on the terminal and in `target/bench/`. The map: [`host`] the river on this machine; [`table`] how figures are
//! shown.

mod host;
mod table;

use crate::run::{cargo, output_of};
use crate::{Failure, Outcome, root};
use std::path::PathBuf;

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Every bench once, and no judgement of time.
    smoke: bool,
}

impl Options {
    /// Reads the flags.
    pub fn read(words: &[&str]) -> Outcome<Options> {
        let mut options = Options::default();
        for word in words {
            match *word {
                "--smoke" => options.smoke = true,
                other => {
                    return Err(Failure::new(format!("bench knows --smoke, not `{other}`")));
                }
            }
        }
        Ok(options)
    }
}

/// Runs the benches.
pub fn bench(options: Options) -> Outcome {
    if options.smoke {
        return smoke();
    }
    let folder = target()?.join("bench");
    let measures = host::measure()?;
    let table = host::table(&measures);
    print!("\n{}", table.text());
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("host.json"), host::json(&measures))?;
    std::fs::write(folder.join("host.md"), table.markdown())?;
    println!("\nThese figures are in {}", folder.display());
    Ok(())
}

/// Every bench once: that they run, not how long they take.
pub fn smoke() -> Outcome {
    host::smoke()
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
        assert!(Options::read(&[]).is_ok_and(|options| !options.smoke));
        assert!(Options::read(&["--fast"]).is_err());
    }
}
