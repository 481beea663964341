//! Compiles the page's programs to wasm.
//!
//! In: which programs, and with which settings. Out: where cargo left each of them. It must not know what becomes of them.

use crate::links::Part;
use crate::run::{cargo, output};
use crate::tools::WASM;
use crate::{Failure, Outcome, root};
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The wasm of each program, by its name.
pub(crate) type Compiled = HashMap<String, PathBuf>;

/// Compiles all programs among the parts with one of the profiles of Cargo.toml; `settle` adds what else cargo should know, and
/// hears the name of a program that stands alone. Those are compiled after the others: in one build each would have the features of all.
pub(crate) fn compile(
    name: &str,
    parts: &[Part],
    profile: &str,
    settle: impl Fn(&mut Command, Option<&str>),
) -> Outcome<Compiled> {
    let (mut together, mut apart) = (Vec::new(), Vec::new());
    for part in parts {
        if let Part::Program {
            manifest,
            bin,
            alone,
            ..
        } = part
        {
            let package = package(&root().join(manifest))?;
            let words = [
                "--package".to_owned(),
                package,
                "--bin".to_owned(),
                bin.clone(),
            ];
            match alone {
                true => apart.push((
                    Some(bin.as_str()),
                    [&words[..], &["--no-default-features".to_owned()]].concat(),
                )),
                false => together.extend(words),
            }
        }
    }
    let mut compiled = Compiled::new();
    for (bin, words) in [(None, together)].into_iter().chain(apart) {
        let mut build = cargo();
        build
            .args(["build", "--locked", "--profile", profile, "--target", WASM])
            .arg("--message-format=json-render-diagnostics")
            .args(words)
            .current_dir(root());
        settle(&mut build, bin);
        compiled.extend(programs(&output(name, &mut build)?));
    }
    Ok(compiled)
}

/// The name of a manifest's package.
pub(crate) fn package(manifest: &Path) -> Outcome<String> {
    let text = fs::read_to_string(manifest)?;
    let mut lines = text.lines().skip_while(|line| *line != "[package]");
    let name = lines.find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    name.map(str::to_owned)
        .ok_or_else(|| Failure::new(format!("{} names no package", manifest.display())))
}

/// The wasm files of programs among cargo's messages: <https://doc.rust-lang.org/cargo/reference/external-tools.html>.
fn programs(messages: &[String]) -> Compiled {
    let program = |line: &String| {
        let message: Value = serde_json::from_str(line).ok()?;
        let target = &message["target"];
        if message["reason"] != "compiler-artifact" || target["kind"] != serde_json::json!(["bin"])
        {
            return None;
        }
        let mut files = message["filenames"].as_array()?.iter();
        let wasm = files.find_map(|file| file.as_str().filter(|file| file.ends_with(".wasm")))?;
        Some((target["name"].as_str()?.to_owned(), PathBuf::from(wasm)))
    };
    messages.iter().filter_map(program).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn cargo_says_where_it_left_a_program() {
        let lines = [
            "   Compiling page v0.1.0\n",
            "{\"reason\":\"compiler-artifact\",\"target\":{\"kind\":[\"lib\"],\"name\":\"page\"},\"filenames\":[\"/t/libpage.rlib\"]}\n",
            "{\"reason\":\"compiler-artifact\",\"target\":{\"kind\":[\"bin\"],\"name\":\"page\"},\"filenames\":[\"/t/page.d\",\"/t/page.wasm\"]}\n",
            "{\"reason\":\"build-finished\",\"success\":true}\n",
        ]
        .map(str::to_owned);
        let programs = programs(&lines);
        assert_eq!(programs.len(), 1);
        assert_eq!(programs["page"], Path::new("/t/page.wasm"));
    }

    #[test]
    fn a_program_s_package_is_what_its_manifest_says() {
        assert_eq!(package(&root().join("Cargo.toml")).unwrap(), "rill");
        assert_eq!(
            package(&root().join("annex/Cargo.toml")).unwrap(),
            "rill-annex"
        );
        assert!(package(&root().join("Trunk.toml")).is_err());
    }
}
