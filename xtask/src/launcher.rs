//! The launcher (`src/page/rill.js`), as it is shipped: twice.
//!
//! In: its source; the parts of the build, in their folder. Out: the one of the page itself, without what only a guest on another page needs;
//! the one that other pages load, which takes of the page's code nothing but what has the hash that stands in it (Subresource Integrity).
//! It must not know what the launcher does with them.

use crate::{Failure, Outcome, hashes, late, split};
use serde_json::{Map, Value};
use std::fs;
use std::path::Path;
use support::files;

/// The launcher's name, in the repository and on a host.
pub(crate) const NAME: &str = "rill.js";

/// Between these lines stands what only a guest needs; and what stands in its place.
const GUEST: [&str; 2] = ["// {\n", "// }\n"];
const NO_GUEST: &str = "const corner = null, CORNER = \"\";\n";

/// Where the hashes go.
const HASHES: &str = "const HASHES = {};";

/// The launcher of the page itself: what it loads lies beside it, and comes from where it came from.
pub(crate) fn own(source: &str) -> Outcome<String> {
    let [begin, end] = GUEST;
    let (before, rest) = source.split_once(begin).ok_or_else(changed)?;
    let (_, after) = rest.split_once(end).ok_or_else(changed)?;
    Ok(bare(&format!("{before}{NO_GUEST}{after}")))
}

/// The launcher for other pages, which leads to the parts in the folder `app` of `dist`.
pub(crate) fn guest(source: &str, dist: &Path, app: &str) -> Outcome<String> {
    if !source.contains(HASHES) {
        return Err(changed());
    }
    let hashes = Value::Object(known(&dist.join(app), app)?);
    let script = source.replace(HASHES, &format!("const HASHES = {hashes};"));
    Ok(bare(&script))
}

/// Writes into what fetches the second half of the page the hash that its wasm has by now.
pub(crate) fn seal(dist: &Path) -> Outcome {
    let loader = dist.join(late::LOADER);
    // A page that was not cut has none.
    if loader.is_file() {
        let hash = hashes::sha256(&fs::read(dist.join("split_later.wasm"))?);
        let script = fs::read_to_string(&loader)?;
        fs::write(
            loader,
            script.replace(late::HASH, &format!("const HASH = \"{hash}\";")),
        )?;
    }
    Ok(())
}

/// Scripts and wasm of the first view by their names beside the launcher, each with its hash; and the script of the second half, for which
/// what imports it then has no word.
fn known(folder: &Path, app: &str) -> Outcome<Map<String, Value>> {
    let mut known = Map::new();
    for file in files(folder)? {
        let name = file.strip_prefix(folder).unwrap_or(&file);
        let names: Vec<_> = name.iter().map(|name| name.to_string_lossy()).collect();
        let name = names.join("/");
        let is_code = name.ends_with(".js") || name.ends_with(".wasm");
        let is_first = is_code && name != NAME && !split::comes_later(&name);
        if is_first || name == late::FILE {
            let hash = hashes::sha256(&fs::read(&file)?);
            known.insert(format!("./{app}/{name}"), hash.into());
        }
    }
    Ok(known)
}

/// A script without its comments and without what sets its lines in; its rules of style, each on a line, without blanks.
fn bare(script: &str) -> String {
    let lines = script.lines().map(str::trim_start);
    let lines = lines.filter(|line| !line.starts_with("//")).map(tight);
    lines.map(|line| format!("{line}\n")).collect()
}

/// A rule of style without blanks that say nothing; another line as it is.
fn tight(line: &str) -> String {
    let blanks = [
        (" { ", "{"),
        (" }", "}"),
        ("; ", ";"),
        (": ", ":"),
        (", ", ","),
    ];
    match line.contains(" { ") && line.ends_with(" }") {
        true => blanks.iter().fold(line.to_owned(), |line, (long, short)| {
            line.replace(long, short)
        }),
        false => line.to_owned(),
    }
}

fn changed() -> Failure {
    Failure::new("rill.js is written otherwise than xtask/src/launcher.rs knows it")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SOURCE: &str = include_str!("../../src/page/rill.js");

    #[test]
    fn the_page_itself_has_no_corner_and_a_guest_has_one() {
        let own = own(SOURCE).unwrap();
        assert!(own.contains("\nconst corner = null, CORNER = \"\";\n") && !own.contains("dialog"));
        assert!(
            own.contains("customElements.define(") && !own.contains("//"),
            "{own}"
        );
        assert!(super::own("class RillChat").is_err());
    }

    #[test]
    fn rules_of_style_lose_their_blanks_and_nothing_else_does() {
        assert_eq!(
            bare(
                "  .a, .b { margin: 0; inline-size: min(1rem, 10vw - 2rem) }\n  if (a) { b }; c: d;\n"
            ),
            ".a,.b{margin:0;inline-size:min(1rem,10vw - 2rem)}\nif (a) { b }; c: d;\n"
        );
    }

    #[test]
    fn a_guest_knows_each_script_of_the_first_view_by_its_hash() {
        let dist = std::env::temp_dir().join(format!("rill-launcher-{}", std::process::id()));
        let app = dist.join("app-1");
        fs::create_dir_all(app.join("snippets/a")).unwrap();
        for name in [
            "rill.js",
            "rill-page.js",
            "rill-page_bg.wasm",
            "rill-late.js",
            "rill-annex.js",
            "register.js",
            "split_later.wasm",
            "first.css",
            "snippets/a/element.js",
        ] {
            fs::write(app.join(name), "abc").unwrap();
        }
        let script = guest(SOURCE, &dist, "app-1").unwrap();
        fs::remove_dir_all(&dist).unwrap();
        let hash = hashes::sha256(b"abc");
        let names = [
            "rill-late.js",
            "rill-page.js",
            "rill-page_bg.wasm",
            "snippets/a/element.js",
        ];
        let hashes = names.map(|name| format!("\"./app-1/{name}\":\"{hash}\""));
        assert!(
            script.contains(&format!("const HASHES = {{{}}};", hashes.join(","))),
            "{script}"
        );
    }
}
