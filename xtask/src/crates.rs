//! The crates of which something is in the shipped wasm, Rust's own library among them.
//!
//! In: the programs of the page, Cargo.lock, what cargo tells of it. Out: each crate once, with its version, its licence, its folder and
//! its hash. It must not know what is written of them.

use crate::links::Part;
use crate::run::cargo;
use crate::{Failure, Outcome, compile, root, tools};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Crate {
    pub(crate) name: String,
    pub(crate) version: String,
    /// Its licences, as SPDX writes them (`MIT OR Apache-2.0`).
    pub(crate) licence: String,
    pub(crate) authors: Vec<String>,
    pub(crate) repository: Option<String>,
    /// Where its source is on this machine.
    pub(crate) folder: PathBuf,
    /// SHA-256 of its package in the registry; a crate of this repository has none.
    pub(crate) checksum: Option<String>,
    /// Those that it names itself and that are among them, as name and version.
    pub(crate) needs: BTreeSet<Key>,
}

/// Name and version.
pub(crate) type Key = (String, String);

/// The name under which Rust's own library stands among them: its crates have no versions of their own.
pub(crate) const LIBRARY: &str = "rust-std";

impl Crate {
    /// Whether it is of this repository.
    pub(crate) fn is_ours(&self) -> bool {
        self.folder.starts_with(root())
    }
}

/// All of them, by name and version.
pub(crate) fn of_page(parts: &[Part]) -> Outcome<BTreeMap<Key, Crate>> {
    let mut roots = Vec::new();
    for part in parts {
        if let Part::Program { manifest, .. } = part {
            roots.extend([
                "--package".to_owned(),
                compile::package(&root().join(manifest))?,
            ]);
        }
    }
    let mut crates = told(&root().join("Cargo.toml"), &roots)?;
    let (library, more) = library()?;
    let needs: BTreeSet<Key> = more.keys().cloned().collect();
    crates.extend(more);
    crates.insert(
        (library.name.clone(), library.version.clone()),
        Crate { needs, ..library },
    );
    Ok(crates)
}

/// Rust's own library, and what of the registry is compiled with it where its source is here; else it came as it was built by its makers.
fn library() -> Outcome<(Crate, BTreeMap<Key, Crate>)> {
    let said = crate::run::output_of(Command::new("rustc").arg("--version").current_dir(root()));
    let version = said.as_deref().and_then(|said| said.split(' ').nth(1));
    let library = Crate {
        name: LIBRARY.to_owned(),
        version: version
            .ok_or_else(|| Failure::new("rustc does not say its version"))?
            .to_owned(),
        licence: "MIT OR Apache-2.0".to_owned(),
        authors: vec!["The Rust Project contributors".to_owned()],
        repository: Some("https://github.com/rust-lang/rust".to_owned()),
        ..Crate::default()
    };
    let Some(source) = tools::rust_source() else {
        return Ok((library, BTreeMap::new()));
    };
    let words = ["--package", "std"].map(str::to_owned);
    let mut crates = told(&source.join("Cargo.toml"), &words)?;
    // Its own crates are one part; what they name of each other is nobody's.
    crates.retain(|_, one| one.checksum.is_some());
    let kept: BTreeSet<Key> = crates.keys().cloned().collect();
    for one in crates.values_mut() {
        one.needs.retain(|need| kept.contains(need));
    }
    Ok((library, crates))
}

/// The crates that are linked into these packages, where they are compiled for the page.
fn told(manifest: &Path, packages: &[String]) -> Outcome<BTreeMap<Key, Crate>> {
    let ask = |words: &[&str], packages: &[String]| {
        let mut ask = cargo();
        ask.args(words)
            .args(["--locked", "--manifest-path"])
            .arg(manifest)
            .args(packages)
            // The manifest of Rust's own library names what only a nightly cargo has.
            .env("RUSTC_BOOTSTRAP", "1")
            .current_dir(root());
        let output = ask.output()?;
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            false => Err(Failure::new(format!(
                "{}\ncargo does not say of what the page is made",
                String::from_utf8_lossy(&output.stderr)
            ))),
        }
    };
    let linked = "normal,no-proc-macro";
    let tree = [
        "tree",
        "--target",
        tools::WASM,
        "--edges",
        linked,
        "--prefix",
        "none",
    ];
    let tree = ask(&tree, packages)?;
    let about = [
        "metadata",
        "--format-version",
        "1",
        "--filter-platform",
        tools::WASM,
    ];
    let about: Value = serde_json::from_str(&ask(&about, &[])?)
        .map_err(|error| Failure::new(format!("cargo metadata: {error}")))?;
    let lock = fs::read_to_string(manifest.with_file_name("Cargo.lock"))?;
    Ok(among(&in_tree(&tree), &about, &checksums(&lock)))
}

/// The crates of a tree: each line begins with name and version.
fn in_tree(tree: &str) -> BTreeSet<Key> {
    let key = |line: &str| {
        let mut words = line.split(' ');
        Some((
            words.next()?.to_owned(),
            words.next()?.strip_prefix('v')?.to_owned(),
        ))
    };
    tree.lines().filter_map(key).collect()
}

/// The hashes of a lock file.
fn checksums(lock: &str) -> BTreeMap<Key, String> {
    let packages = lock.split("[[package]]").skip(1);
    let read = |package: &str| {
        let value = |name: &str| {
            let mut lines = package.lines();
            let line = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \""))?;
            Some(line.strip_suffix('"')?.to_owned())
        };
        Some(((value("name")?, value("version")?), value("checksum")?))
    };
    packages.filter_map(read).collect()
}

/// What cargo tells of the crates that are wanted.
fn among(
    wanted: &BTreeSet<Key>,
    about: &Value,
    checksums: &BTreeMap<Key, String>,
) -> BTreeMap<Key, Crate> {
    let list = |value: &'_ Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let packages = list(&about["packages"]);
    let key = |package: &Value| Some((text(&package["name"])?, text(&package["version"])?));
    let keys: BTreeMap<String, Key> = packages
        .iter()
        .filter_map(|package| Some((text(&package["id"])?, key(package)?)))
        .collect();
    let mut needs: BTreeMap<&Key, BTreeSet<Key>> = BTreeMap::new();
    for node in list(&about["resolve"]["nodes"]) {
        let Some(of) = node["id"].as_str().and_then(|id| keys.get(id)) else {
            continue;
        };
        let named = list(&node["deps"]).into_iter();
        // A dependency without a kind is one that is linked.
        let linked = named.filter(|dep| {
            list(&dep["dep_kinds"])
                .iter()
                .any(|kind| kind["kind"].is_null())
        });
        let linked = linked.filter_map(|dep| keys.get(dep["pkg"].as_str()?).cloned());
        needs.insert(of, linked.filter(|key| wanted.contains(key)).collect());
    }
    let read = |package: &Value| {
        let key = key(package).filter(|key| wanted.contains(key))?;
        let manifest = PathBuf::from(package["manifest_path"].as_str()?);
        let found = Crate {
            name: key.0.clone(),
            version: key.1.clone(),
            licence: expression(package["license"].as_str().unwrap_or_default()),
            authors: list(&package["authors"]).iter().filter_map(text).collect(),
            repository: text(&package["repository"]),
            folder: manifest.parent()?.to_path_buf(),
            checksum: checksums.get(&key).cloned(),
            needs: needs.get(&key).cloned().unwrap_or_default(),
        };
        Some((key, found))
    };
    packages.iter().filter_map(read).collect()
}

/// Licences as SPDX writes them; a slash is what Cargo took before.
fn expression(licence: &str) -> String {
    let parts: Vec<&str> = licence.split('/').map(str::trim).collect();
    parts.join(" OR ")
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::OnceLock;

    /// The crates of the page that this repository makes; asked for once.
    pub(crate) fn ours() -> &'static BTreeMap<Key, Crate> {
        static OURS: OnceLock<BTreeMap<Key, Crate>> = OnceLock::new();
        OURS.get_or_init(|| {
            let page = fs::read_to_string(root().join("index.html")).unwrap();
            of_page(&crate::links::read(&page).unwrap().parts).unwrap()
        })
    }

    #[test]
    fn what_is_linked_is_among_them_and_what_only_builds_or_tests_is_not() {
        let crates = ours();
        let has = |name: &str| crates.keys().any(|(known, _)| known == name);
        for name in [
            "rill",
            "rill-annex",
            "leptos",
            "syntect",
            "wasm-bindgen",
            LIBRARY,
        ] {
            assert!(has(name), "{name}");
        }
        for name in [
            "leptos_macro",
            "serde_derive",
            "proptest",
            "tokio",
            "xtask",
            "icu_plurals",
        ] {
            assert!(!has(name), "{name}");
        }
        for (key, one) in crates {
            assert!(!one.licence.is_empty(), "{key:?} has no licence");
            let of_registry = !one.is_ours() && one.name != LIBRARY;
            assert_eq!(one.checksum.is_some(), of_registry, "{key:?}");
            assert!(
                one.needs.iter().all(|need| crates.contains_key(need)),
                "{key:?}"
            );
        }
    }

    #[test]
    fn a_tree_a_lock_and_an_old_licence_are_read() {
        let tree = "rill v0.1.0 (/x)\nserde v1.0.2\nserde v1.0.2 (*)\n\nlate v2.0.0+a (*)\n";
        let keys: Vec<String> = in_tree(tree)
            .into_iter()
            .map(|(name, version)| name + " " + &version)
            .collect();
        assert_eq!(keys, ["late 2.0.0+a", "rill 0.1.0", "serde 1.0.2"]);
        let lock = "version = 4\n\n[[package]]\nname = \"rill\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"serde\"\nversion = \"1.0.2\"\nchecksum = \"ab\"\ndependencies = [\n \"a\",\n]\n";
        let sums = checksums(lock);
        assert_eq!(sums.len(), 1);
        assert_eq!(sums[&("serde".to_owned(), "1.0.2".to_owned())], "ab");
        assert_eq!(expression("MIT/Apache-2.0"), "MIT OR Apache-2.0");
        assert_eq!(
            expression("(MIT OR Apache-2.0) AND Unicode-3.0"),
            "(MIT OR Apache-2.0) AND Unicode-3.0"
        );
    }
}
