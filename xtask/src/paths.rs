//! That nothing of the machine that built it is in what is shipped: a path of it would name a person or a company, and would make the
//! same sources another page elsewhere.
//!
//! In: `dist`. Out: a verdict. That two builds are the same to the last byte is proved by [`again`](crate::again); this is what can be
//! asked of every build, in a moment.

use crate::{Failure, Outcome, root, ship};
use std::fs;
use std::path::{Path, PathBuf};
use support::files;

/// Fails where a file names a folder of this machine.
pub(crate) fn check(dist: &Path) -> Outcome {
    told(&found(dist, &ours())?)
}

/// The folders of this machine that a compiler sees: the sources, what is compiled, Cargo's and rustup's own, the person's.
pub(crate) fn ours() -> Vec<PathBuf> {
    let named = ["CARGO_TARGET_DIR", "CARGO_HOME", "RUSTUP_HOME"];
    let named = named.iter().filter_map(std::env::var_os).map(PathBuf::from);
    let mut folders: Vec<PathBuf> = named.chain([root()]).collect();
    folders.extend(std::env::home_dir());
    let real: Vec<PathBuf> = folders
        .iter()
        .filter_map(|folder| folder.canonicalize().ok())
        .collect();
    folders.extend(real);
    // A home of `/` is in every path.
    folders.retain(|folder| folder.is_absolute() && folder.components().count() > 1);
    folders.sort();
    folders.dedup();
    folders
}

/// The files that name one of the folders, each with the first that it names.
fn found(dist: &Path, folders: &[PathBuf]) -> Outcome<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for file in files(dist)?.iter().filter(|file| !ship::is_twin(file)) {
        let bytes = fs::read(file)?;
        let names = |folder: &&PathBuf| {
            let path = format!("{}{}", folder.display(), std::path::MAIN_SEPARATOR);
            memchr::memmem::find(&bytes, path.as_bytes()).is_some()
        };
        if let Some(folder) = folders.iter().find(names) {
            found.push((ship::name_in(dist, file), folder.clone()));
        }
    }
    Ok(found)
}

fn told(found: &[(String, PathBuf)]) -> Outcome {
    if found.is_empty() {
        return Ok(());
    }
    let lines = found
        .iter()
        .map(|(name, folder)| format!("{name} names {}\n", folder.display()));
    Err(Failure::new(format!(
        "{}What is shipped must not tell where it was built.",
        lines.collect::<String>()
    )))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_file_that_names_a_folder_of_this_machine_is_told_and_no_other() {
        let dist = std::env::temp_dir().join(format!("rill-paths-{}", std::process::id()));
        fs::create_dir_all(dist.join("app-1")).unwrap();
        let home = PathBuf::from("/home/somebody");
        fs::write(dist.join("app-1/a.wasm"), b"\0\xff/home/somebody/rill/a.rs").unwrap();
        fs::write(dist.join("b.js"), "/home/somebody-else/ and /home/somebody").unwrap();
        let found = found(&dist, std::slice::from_ref(&home)).unwrap();
        fs::remove_dir_all(&dist).unwrap();
        assert_eq!(found, [("app-1/a.wasm".to_owned(), home)]);
        assert!(told(&found).is_err() && told(&[]).is_ok());
    }

    #[test]
    fn the_sources_are_among_the_folders_and_no_root_is() {
        let folders = ours();
        assert!(folders.contains(&root()), "{folders:?}");
        assert!(!folders.contains(&PathBuf::from("/")), "{folders:?}");
    }
}
