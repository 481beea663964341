//! Cuts the page's wasm in two: what the first view needs, and what comes later (`src/page/later.rs`).
//!
//! In: the compiled page, with its relocations. Out: both wasm files and their JavaScript, in `dist`, in the place of what
//! Trunk has put there: Trunk knows nothing of cuts yet (trunk-rs/trunk#1022).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wasm_split_cli_support::{Options, transform};

use crate::run::step;
use crate::tools::WASM;
use crate::{Failure, Outcome, root};

/// What the linker must keep so that the cut can be made.
pub const RUST_FLAGS: [&str; 2] = ["--cfg=rill_split", "-Clink-args=--emit-relocs"];

/// The page's name in `dist`.
const NAME: &str = "rill-page";

/// Whether a file of `dist` is loaded only when it is needed.
pub fn comes_later(name: &str) -> bool {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    // The second half of the page, the annex, and what draws diagrams.
    ["split_", "annex.", "rill-annex", "diagram.", "mermaid."]
        .iter()
        .any(|start| file.starts_with(start))
}

/// Cuts what was compiled last, and puts what comes of it into `dist`.
pub fn split(bindgen: &Path, dist: &Path) -> Outcome {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let compiled = target
        .join(WASM)
        .join("release")
        .join(format!("{NAME}.wasm"));
    let folder = compiled.with_file_name("rill-split");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let wasm = fs::read(&compiled)?;
    let first = folder.join(format!("{NAME}.wasm"));
    let main_module = format!("./{NAME}.js");
    let mut options = Options::new(&wasm);
    options.output_dir = dist;
    options.main_out_path = &first;
    options.main_module = &main_module;
    transform(options)
        .map_err(|error| Failure::new(format!("The page could not be cut in two: {error:?}")))?;
    step(
        "cutting the page in two",
        Command::new(bindgen)
            .args([
                "--target",
                "web",
                "--no-typescript",
                // The second file reaches the first one through them.
                "--keep-lld-exports",
                "--out-name",
                NAME,
                "--out-dir",
            ])
            .arg(dist)
            .arg(&first),
    )
}
