//! Cuts the page's wasm in two: what the first view needs, and what comes later (`src/page/second_half.rs`).
//!
//! In: the compiled page, with its relocations. Out: both wasm files and their JavaScript, in `dist`.

use std::fs;
use std::path::Path;

use wasm_split_cli_support::{Options, transform};

use crate::bind::{Form, bind};
use crate::{Failure, Outcome, integrity, late, licences, names, sbom};

/// What the linker must keep so that the cut can be made.
pub(crate) const RUST_FLAGS: [&str; 2] = ["--cfg=rill_split", "-Clink-args=--emit-relocs"];

/// The program that is cut.
pub(crate) const NAME: &str = "rill-page";

/// Starts of the names of what is loaded only when it is needed: the second half of the page, the workers, what draws diagrams; and of what a
/// browser asks for once the page stands: how it is installed, and kept; and of what is for people and programs that look after a page.
const LATER: [&str; 18] = [
    "split_",
    "rill-late.",
    "annex.",
    "rill-annex",
    "import.",
    "rill-import",
    "search.",
    "rill-search",
    "diagram.",
    "mermaid.",
    "icon-",
    "rill.webmanifest",
    "register.",
    "embed.",
    "sw.",
    licences::FILE,
    sbom::FILE,
    integrity::FILE,
];

/// Whether a file of `dist` is not loaded by the first view.
pub(crate) fn comes_later(name: &str) -> bool {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    // What starts an element on other pages is not what starts the page itself.
    name == "rill.js"
        || name.contains("locales/")
        || LATER.iter().any(|start| file.starts_with(start))
}

/// Cuts it, and puts what comes of it into `dist`.
pub(crate) fn split(compiled: &Path, form: Form, dist: &Path) -> Outcome {
    let wasm = fs::read(compiled)?;
    let first = compiled.with_file_name(format!("{NAME}-first.wasm"));
    let main_module = format!("./{NAME}.js");
    let mut options = Options::new(&wasm);
    options.output_dir = dist;
    options.main_out_path = &first;
    options.main_module = &main_module;
    transform(options)
        .map_err(|error| Failure::new(format!("The page could not be cut in two: {error:?}")))?;
    let form = Form {
        // The second file reaches the first one through them.
        keep_exports: true,
        ..form
    };
    let first = fs::read(&first)?;
    bind(first.clone(), NAME, form, dist)?;
    late::part(NAME, &first, dist)?;
    let script = dist.join(format!("{NAME}.js"));
    let wasm = dist.join(format!("{NAME}_bg.wasm"));
    names::shorten(&wasm, &[&script, &dist.join(late::FILE)])
}
