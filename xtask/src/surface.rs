//! The public surface: files that are made of it, and its declarations held against TypeScript.
//!
//! In: `src/surface`, by its test, which writes what it else compares; the compiler. Out: tables in `docs/embedding.md`, a manifest and
//! declarations in `package`; a verdict.

use crate::run::{cargo, step};
use crate::{Outcome, root};
use std::path::Path;
use std::process::Command;

/// Writes what is made of the surface.
pub(crate) fn write() -> Outcome {
    let mut test = cargo();
    test.args(["test", "--quiet", "--package", "rill", "--test", "surface"])
        .args(["what_is_made_of_the_surface_is_up_to_date", "--", "--exact"])
        .env("RILL_SURFACE", "write")
        .current_dir(root());
    step("writing what is made of the surface", &mut test)
}

/// Has TypeScript check the declarations, and a site that uses all of them.
pub(crate) fn check(compiler: &Path) -> Outcome {
    let mut node = Command::new("node");
    node.arg(compiler)
        .args(["--project", "tests/declarations"])
        .current_dir(root());
    step("the declarations, by TypeScript", &mut node)
}
