//! What the page weighs, as it is and as a host sends it, and what it may weigh.
//!
//! In: the folder of the release build, with its compressed twins. Out: sizes, a table, a verdict.

use crate::{Failure, Outcome, launcher, ship, split};
use std::fs;
use std::path::{Path, PathBuf};
use support::files;

/// The most bytes, compressed, that the first view may load. It holds what is reached, with a little room. 27,000 of them are the
/// price of views that are written as everybody writes them who knows Leptos: its runtime comes with the first `view!`, and each
/// component costs more than the calls of a builder did. They were paid once; the next thing has to be worth its bytes again.
pub(crate) const FIRST_LOAD: usize = 162_000;

/// The most bytes, compressed, of the launcher: all that another page loads before somebody comes near a chat.
pub(crate) const LAUNCHER: usize = 4_096;

/// One file of the build.
pub(crate) struct Size {
    name: String,
    raw: usize,
    brotli: usize,
}

/// The sizes of all files, as they are and as a host sends them.
pub(crate) fn sizes(dist: &Path) -> Outcome<Vec<Size>> {
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
pub(crate) fn first_load(sizes: &[Size]) -> usize {
    sizes
        .iter()
        .filter(|size| !split::comes_later(&size.name))
        .map(|size| size.brotli)
        .sum()
}

/// The size of what another page loads before somebody comes near a chat, compressed.
pub(crate) fn launcher(sizes: &[Size]) -> usize {
    let mut found = sizes.iter().filter(|size| size.name == launcher::NAME);
    found.next().map_or(0, |size| size.brotli)
}

/// Fails where the first load, or the launcher, has grown too big.
pub(crate) fn check(sizes: &[Size]) -> Outcome {
    let limits = [
        ("first load", first_load(sizes), FIRST_LOAD),
        ("launcher", launcher(sizes), LAUNCHER),
    ];
    match limits.into_iter().find(|(_, sum, most)| sum > most) {
        None => Ok(()),
        Some((what, sum, most)) => Err(Failure::new(format!(
            "{}The {what} is {sum} bytes (brotli); at most {most} are allowed.",
            table(sizes)
        ))),
    }
}

/// A table for a person.
pub(crate) fn table(sizes: &[Size]) -> String {
    let sum = |name: &str, counts: fn(&Size) -> bool| {
        let counted = || sizes.iter().filter(|size| counts(size));
        Size {
            name: name.into(),
            raw: counted().map(|size| size.raw).sum(),
            brotli: counted().map(|size| size.brotli).sum(),
        }
    };
    let sums = [
        sum("launcher", |size| size.name == launcher::NAME),
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
        assert!(check(&[size("rill.js", 1, LAUNCHER)]).is_ok());
        assert!(check(&[size("rill.js", 1, LAUNCHER + 1)]).is_err());
    }
}
