//! The release build of the page, in `dist/`, made small; and its sizes.
//!
//! In: the sources. Out: files that any static host can serve.

use crate::run::{path_with, step};
use crate::{Failure, Outcome, root, ship, split, tools, wasm};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The most bytes, compressed, that the first view may load. It holds what is reached, with a little room.
pub const FIRST_LOAD: usize = 130_000;

/// What Rust's wasm uses since 1.87; wasm-bindgen takes away the section that would tell.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Builds the page, and gives the folder.
pub fn build() -> Outcome<PathBuf> {
    tools::wasm_target()?;
    let trunk = tools::trunk()?;
    let bindgen = tools::wasm_bindgen()?;
    let optimiser = tools::wasm_opt();
    let dist = root().join("dist");
    let mut build = Command::new(trunk);
    // These stand in the place of those in `.cargo/config.toml`.
    let mut flags = vec!["--cfg=erase_components".to_owned()];
    flags.extend(split::RUST_FLAGS.map(str::to_owned));
    if tools::rust_source() {
        make_small(&mut build, &mut flags);
    } else {
        println!(
            "  without Rust's own source (rustup component add rust-src) the page is about a fifth bigger"
        );
    }
    // One flag may hold blanks; this separator is what Cargo asks for.
    build.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    step(
        "building the page",
        build
            // --offline: what trunk would fetch is here already, in the version that fits.
            .args(["build", "--release", "--offline=true", "--dist"])
            .arg(&dist)
            .current_dir(root())
            .env("PATH", path_with(std::slice::from_ref(&bindgen))?)
            // trunk takes it for a switch of its own, and refuses most values.
            .env_remove("NO_COLOR"),
    )?;
    split::split(&bindgen.join("wasm-bindgen"), &dist)?;
    // The linker kept its notes for the page's cut; the annex is whole.
    let annex = dist.join("rill-annex_bg.wasm");
    fs::write(&annex, wasm::without_relocations(&fs::read(&annex)?)?)?;
    if let Some(optimiser) = optimiser {
        for file in files(&dist)?
            .iter()
            .filter(|file| file.extension().is_some_and(|ending| ending == "wasm"))
        {
            optimise(&optimiser, file)?;
        }
    }
    if let Some([library, licence]) = tools::mermaid() {
        fs::copy(library, dist.join("mermaid.min.js"))?;
        fs::copy(licence, dist.join("mermaid.LICENSE.txt"))?;
    }
    ship::ship(&dist)?;
    Ok(dist)
}

/// Lets the standard library be compiled anew with the page: for size, without the words and the places of panics.
/// A panic stops the page either way (`panic = "abort"`), and its words would be for nobody; they and the code that
/// prints them are a fifth of the download. Cargo and rustc call these settings unstable, and take them from a stable
/// toolchain only where `RUSTC_BOOTSTRAP` says so; they change what is compiled, not what it means.
fn make_small(build: &mut Command, flags: &mut Vec<String>) {
    let home = |name: &str, folder: &str| {
        let given = std::env::var_os(name).map(PathBuf::from);
        given.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(folder)))
    };
    flags.extend(
        [
            "-Zlocation-detail=none",
            "-Zfmt-debug=none",
            "-Zunstable-options",
            "-Cpanic=immediate-abort",
        ]
        .map(str::to_owned),
    );
    // No path of the machine that built it stays in what is shipped. (Our own files have relative paths already.)
    let places = [home("CARGO_HOME", ".cargo"), home("RUSTUP_HOME", ".rustup")];
    let places = places.into_iter().flatten();
    flags.extend(places.map(|place| format!("--remap-path-prefix={}=", place.display())));
    build
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
        .env("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size");
}

/// Makes one wasm file smaller, in its place. What was made once is kept: most builds change nothing.
fn optimise(optimiser: &Path, file: &Path) -> Outcome {
    let mut hasher = DefaultHasher::new();
    (fs::read(file)?, FEATURES, "-Oz", optimiser).hash(&mut hasher);
    let folder = tools::folder().join("optimised");
    let kept = folder.join(format!("{:016x}.wasm", hasher.finish()));
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

/// All files below a folder, in order.
pub fn files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path)
            } else {
                found.push(path)
            }
        }
    }
    found.sort();
    Ok(found)
}

/// One file of the build.
pub struct Size {
    name: String,
    raw: usize,
    brotli: usize,
}

/// The sizes of all files, as they are and as a host sends them.
pub fn sizes(dist: &Path) -> Outcome<Vec<Size>> {
    let size = |file: &PathBuf| {
        let bytes = fs::read(file)?;
        let name = file
            .strip_prefix(dist)
            .unwrap_or(file)
            .display()
            .to_string();
        let twin = fs::metadata(ship::twin(file, "br")).map(|about| about.len() as usize);
        Ok(Size {
            name,
            raw: bytes.len(),
            // Without a twin it is sent as it is.
            brotli: twin.unwrap_or(bytes.len()),
        })
    };
    let all = files(dist)?;
    let whole = all.iter().filter(|file| !ship::is_twin(file));
    whole.map(size).collect()
}

/// The size of what the first view loads, compressed: all but what comes later.
pub fn first_load(sizes: &[Size]) -> usize {
    sizes
        .iter()
        .filter(|size| !split::comes_later(&size.name))
        .map(|size| size.brotli)
        .sum()
}

/// Fails where the first load has grown too big.
pub fn check(sizes: &[Size]) -> Outcome {
    let sum = first_load(sizes);
    if sum <= FIRST_LOAD {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{}The first load is {sum} bytes (brotli); at most {FIRST_LOAD} are allowed.",
        table(sizes)
    )))
}

/// A table for a person.
pub fn table(sizes: &[Size]) -> String {
    let sum = |name: &str, counts: fn(&Size) -> bool| {
        let counted = || sizes.iter().filter(|size| counts(size));
        Size {
            name: name.into(),
            raw: counted().map(|size| size.raw).sum(),
            brotli: counted().map(|size| size.brotli).sum(),
        }
    };
    let sums = [
        sum("first view", |size| !split::comes_later(&size.name)),
        sum("in all", |_| true),
    ];
    let width = sizes
        .iter()
        .map(|size| size.name.len())
        .max()
        .unwrap_or(0)
        .max("first view".len());
    let line = |size: &Size| {
        format!(
            "{:width$}  {:>9}  {:>9}\n",
            size.name, size.raw, size.brotli
        )
    };
    let head = format!("{:width$}  {:>9}  {:>9}\n", "file", "bytes", "brotli");
    head + &sizes.iter().chain(&sums).map(line).collect::<String>()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_table_adds_up_and_a_page_that_is_too_big_fails() {
        let size = |name: &str, raw, brotli| Size {
            name: name.into(),
            raw,
            brotli,
        };
        let small = [
            size("a.wasm", 1000, 300),
            size("b.js", 50, 20),
            size("app-1/split_later.wasm", FIRST_LOAD, FIRST_LOAD),
        ];
        assert!(
            table(&small).contains("first view                   1050        320\n"),
            "{}",
            table(&small)
        );
        assert!(check(&small).is_ok());
        assert!(check(&[size("a.wasm", 1, FIRST_LOAD), size("b.js", 1, 1)]).is_err());
    }
}
