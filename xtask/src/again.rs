//! The whole build twice, in folders that have nothing in common, and every byte compared.
//!
//! In: the page as it was built here. Out: that the same sources come out the same where another person builds them: in a folder of
//! another depth, with another home, another target folder, and another place of Cargo's and rustup's own. What was made smaller or
//! packed before is made anew. `cargo xtask test --again`: minutes.

use crate::bare::{Folder, sources};
use crate::run::{ourselves, output_of, path_with, step};
use crate::{Failure, Outcome, root, ship, tools};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::files;

/// Tools that are fetched; all else among the tools is what builds have left there.
const FETCHED: [&str; 2] = ["binaryen", "mermaid"];
/// What of a toolchain compiles.
const TOOLCHAIN: [&str; 3] = ["bin", "lib", "libexec"];

/// Builds elsewhere, and compares with what is here.
pub(crate) fn build(here: &Path) -> Outcome {
    let folder = Folder::new("again")?;
    let home = folder.make("home/of/another-person-with-a-longer-name")?;
    let clone = home.join("projects/rill-as-it-was-cloned");
    fs::create_dir_all(&clone)?;
    sources(&clone)?;
    let kept = clone.join("target/tools");
    fs::create_dir_all(&kept)?;
    for tool in FETCHED {
        let from = tools::folder().join(tool);
        if from.is_dir() {
            link(&from.canonicalize()?, &kept.join(tool))?;
        }
    }
    let cargo_home = home.join("its-cargo");
    fs::create_dir_all(&cargo_home)?;
    let registry = crate::run::cargo_bin().and_then(|bin| Some(bin.parent()?.join("registry")));
    if let Some(registry) = registry.filter(|registry| registry.is_dir()) {
        link(&registry, &cargo_home.join("registry"))?;
    }
    let mut build = Command::new(ourselves()?);
    build
        .arg("dist")
        .current_dir(&clone)
        .env("CARGO_MANIFEST_DIR", clone.join("xtask"))
        .env("CARGO_TARGET_DIR", home.join("built"))
        .env("CARGO_HOME", &cargo_home)
        .env("HOME", &home);
    if let Some(bin) = toolchain(&home.join("its-rustup/toolchains/one"))? {
        build
            .env("RUSTUP_HOME", home.join("its-rustup"))
            .env("CARGO", bin.join("cargo"))
            .env("PATH", path_with(&[bin])?)
            .env_remove("RUSTUP_TOOLCHAIN");
    }
    step("building the page once more, elsewhere", &mut build)?;
    let there = clone.join("dist");
    let differences = differences(here, &there)?;
    if !differences.is_empty() {
        return Err(Failure::new(format!(
            "{}The same sources came out otherwise elsewhere.",
            differences.concat()
        )));
    }
    let all = files(here)?;
    let bytes: u64 = all
        .iter()
        .filter_map(|file| fs::metadata(file).ok())
        .map(|about| about.len())
        .sum();
    println!("  {} files, {bytes} bytes: all the same", all.len());
    Ok(())
}

/// The toolchain under another path, by links to each file; the folder of its programs. `None` where there can be none: then it is the
/// same one, which is said.
fn toolchain(to: &Path) -> Outcome<Option<PathBuf>> {
    let mut ask = Command::new("rustc");
    ask.args(["--print", "sysroot"]).current_dir(root());
    let from = output_of(&mut ask).map(|said| PathBuf::from(said.trim()));
    let made = from.and_then(|from| {
        let all: Result<(), _> = TOOLCHAIN
            .iter()
            .try_for_each(|part| linked(&from.join(part), &to.join(part)));
        all.ok()
    });
    if made.is_none() {
        println!(
            "  Rust itself is under the same path: its files cannot be linked to another place"
        );
        return Ok(None);
    }
    Ok(Some(to.join("bin")))
}

fn linked(from: &Path, to: &Path) -> std::io::Result<()> {
    for file in files(from)? {
        let to = to.join(file.strip_prefix(from).unwrap_or(&file));
        fs::create_dir_all(to.parent().unwrap_or(&to))?;
        fs::hard_link(file, to)?;
    }
    Ok(())
}

/// What is not the same, a line for each file.
fn differences(here: &Path, there: &Path) -> Outcome<Vec<String>> {
    let names = |folder: &Path| -> Outcome<Vec<String>> {
        Ok(files(folder)?
            .iter()
            .map(|file| ship::name_in(folder, file))
            .collect())
    };
    let (ours, theirs) = (names(here)?, names(there)?);
    let only = |some: &[String], others: &[String], place: &str| {
        let only = some.iter().filter(|name| !others.contains(name));
        only.map(|name| format!("{name} is only {place}\n"))
            .collect::<Vec<_>>()
    };
    let mut found = only(&ours, &theirs, "here");
    found.extend(only(&theirs, &ours, "there"));
    for name in ours.iter().filter(|name| theirs.contains(name)) {
        let (one, other) = (fs::read(here.join(name))?, fs::read(there.join(name))?);
        if one != other {
            let at = one.iter().zip(&other).position(|(one, other)| one != other);
            found.push(format!(
                "{name}: {} and {} bytes, other from byte {} on\n",
                one.len(),
                other.len(),
                at.unwrap_or(one.len().min(other.len()))
            ));
        }
    }
    Ok(found)
}

#[cfg(unix)]
fn link(to: &Path, from: &Path) -> Outcome {
    Ok(std::os::unix::fs::symlink(to, from)?)
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> Outcome {
    Err(Failure::new("cargo xtask test --again wants a Unix"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_difference_is_told_and_the_same_is_none() {
        let folder = std::env::temp_dir().join(format!("rill-same-{}", std::process::id()));
        let [here, there] = ["here", "there"].map(|name| folder.join(name));
        for dist in [&here, &there] {
            fs::create_dir_all(dist.join("app-1")).unwrap();
            fs::write(dist.join("app-1/a.wasm"), "abc").unwrap();
        }
        assert!(differences(&here, &there).unwrap().is_empty());
        fs::write(there.join("app-1/a.wasm"), "abd!").unwrap();
        fs::write(here.join("b.js"), "").unwrap();
        let told = differences(&here, &there).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(
            told,
            [
                "b.js is only here\n",
                "app-1/a.wasm: 3 and 4 bytes, other from byte 2 on\n"
            ]
        );
    }
}
