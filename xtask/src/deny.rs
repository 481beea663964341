//! What may stand in the tree of crates: licences, sources, what may be there once or not at all; and faults that are known of them.
//!
//! In: `deny.toml`, `Cargo.lock`. Out: a verdict. The list of known faults lies on another host than the crates: where it cannot be had,
//! that is told.

use crate::run::{output_of, step};
use crate::{Outcome, root, tools};
use std::path::Path;
use std::process::Command;

/// Asks cargo-deny.
pub(crate) fn check() -> Outcome {
    let deny = tools::cargo_deny()?;
    let rules = ["check", "licenses", "bans", "sources"];
    step(
        "licences and sources of the crates",
        asking(&deny).args(rules),
    )?;
    if output_of(asking(&deny).args(["fetch", "db"])).is_none() {
        println!("  SKIPPED: known faults of the crates: their list cannot be had here");
        return Ok(());
    }
    let known = ["--offline", "check", "advisories"];
    step("known faults of the crates", asking(&deny).args(known))
}

fn asking(deny: &Path) -> Command {
    let mut command = Command::new(deny);
    command
        .args(["--workspace", "--locked"])
        .current_dir(root());
    command
}
