//! What only a page that is shipped needs: everything that makes its wasm small.
//!
//! In: the programs. Out: their wasm, compiled for size, and made smaller still. All of it is a gift: where another Rust refuses a
//! setting, or something cannot be had, that is said, and the page is bigger.

use crate::compile::{Compiled, compile as build};
use crate::links::Part;
use crate::run::{cargo, output_of, step};
use crate::{Failure, Outcome, hashes, root, split, tools};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::files;

/// What makes the standard library small: without the words and the places of panics. A panic stops the page either way
/// (`panic = "abort"`), and its words would be for nobody; they and the code that prints them are a fifth of the download.
const SMALL_STD: [&str; 4] = [
    "-Zlocation-detail=none",
    "-Zfmt-debug=none",
    "-Zunstable-options",
    "-Cpanic=immediate-abort",
];

/// What Rust's wasm uses since 1.87, and the worker that searches; wasm-bindgen takes away the section that would tell.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

/// The program that is to be fast rather than small: it looks through every word that was ever said while somebody types. It may use
/// instructions that do sixteen bytes at once; a browser that has none gets no worker, and the page searches by itself.
const FAST: &str = "rill-search";

/// How cargo says that the page itself has a fault, whatever it is compiled with.
const OUR_FAULT: &str = "could not compile `rill";

/// Compiles the programs with the standard library, for size; without that library where this Rust cannot do it.
pub(crate) fn compile(parts: &[Part]) -> Outcome<Compiled> {
    let name = "compiling the page, to be shipped; next: cutting it, binding it, making it smaller";
    if let Err(why) = standard_library() {
        println!("  Rust's own library stays as it is ({why}): the page is about a fifth bigger");
        return build(name, parts, "release", |build, bin| settle(build, bin, &[]));
    }
    let built = build(name, parts, "release", |build, bin| {
        settle(build, bin, &SMALL_STD);
        // Cargo and rustc call these settings unstable, and take them from a stable toolchain only where this says so; they
        // change what is compiled, not what it means.
        build
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
            .env("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size");
    });
    match built {
        Err(Failure(words)) if !words.contains(OUR_FAULT) => {
            println!(
                "{words}\n  Rust's own library could not be compiled with it: the page is about a fifth bigger"
            );
            build(name, parts, "release", |build, bin| settle(build, bin, &[]))
        }
        done => done,
    }
}

/// Whether the standard library can be compiled here; fetches what that takes.
fn standard_library() -> Result<(), String> {
    if !knows(&SMALL_STD) {
        return Err("this Rust does not know the settings that make it small".to_owned());
    }
    let source = tools::rust_source()
        .ok_or("its source is not here: rustup component add rust-src".to_owned())?;
    // What it stands on comes from the registry like everything else, but from a lock of its own, which nobody else reads.
    let mut fetch = cargo();
    fetch
        .args(["fetch", "--locked", "--manifest-path"])
        .arg(source.join("Cargo.toml"))
        .env("RUSTC_BOOTSTRAP", "1")
        .current_dir(root());
    step("fetching what Rust's own library stands on", &mut fetch)
        .map_err(|_| "what it stands on could not be fetched".to_owned())
}

/// Whether the compiler takes these flags.
fn knows(flags: &[&str]) -> bool {
    let mut ask = Command::new("rustc");
    ask.args(["--print", "cfg", "--target", tools::WASM])
        .args(flags)
        .env("RUSTC_BOOTSTRAP", "1")
        .current_dir(root());
    output_of(&mut ask).is_some()
}

/// Flags for the page's wasm; they stand in the place of those in `.cargo/config.toml`.
fn settle(build: &mut Command, bin: Option<&str>, more: &[&str]) {
    let mut flags = vec!["--cfg=erase_components".to_owned()];
    flags.extend(split::RUST_FLAGS.map(str::to_owned));
    flags.extend(more.iter().map(|flag| (*flag).to_owned()));
    if bin == Some(FAST) {
        flags.push("-Ctarget-feature=+simd128".to_owned());
        build.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "3");
    }
    // No path of the machine that built it stays in what is shipped. (Our own files have relative paths already.)
    for (variable, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
        let given = std::env::var_os(variable).map(PathBuf::from);
        let home = given.or_else(|| Some(std::env::home_dir()?.join(folder)));
        flags.extend(home.map(|home| format!("--remap-path-prefix={}=", home.display())));
    }
    // One flag may hold blanks; this separator is what Cargo asks for.
    build.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
}

/// Makes all wasm files of a folder smaller, where that can be done here.
pub(crate) fn optimise(folder: &Path) -> Outcome {
    let Some(optimiser) = tools::wasm_opt() else {
        return Ok(());
    };
    let is_wasm = |file: &PathBuf| file.extension().is_some_and(|ending| ending == "wasm");
    for file in files(folder)?.iter().filter(|file| is_wasm(file)) {
        optimise_one(&optimiser, file)?;
    }
    Ok(())
}

/// Makes one wasm file smaller, in its place. What was made once is kept: most builds change nothing.
fn optimise_one(optimiser: &Path, file: &Path) -> Outcome {
    let wasm = fs::read(file)?;
    let words = optimiser.display().to_string();
    let asked = FEATURES.iter().copied().chain(["-Oz", &words]);
    let pieces = asked.map(str::as_bytes).chain([wasm.as_slice()]);
    let folder = tools::folder().join("optimised");
    let kept = folder.join(format!("{}.wasm", hashes::name(pieces)));
    if !kept.is_file() {
        fs::create_dir_all(&folder)?;
        let made = kept.with_extension("part");
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        step(
            &format!("making {name} smaller"),
            Command::new(optimiser)
                .arg("-Oz")
                .args(FEATURES)
                .arg(file)
                .arg("-o")
                .arg(&made),
        )?;
        fs::rename(&made, &kept)?;
    }
    fs::copy(&kept, file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiler_that_was_measured_knows_what_makes_a_page_small_and_another_word_it_does_not() {
        assert!(knows(&SMALL_STD));
        assert!(!knows(&["-Cpanic=never-heard-of"]));
        assert!(!knows(&["-Zlocation-detail=nowhere"]));
    }
}
