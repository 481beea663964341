//! The page as a package of npm: `cargo xtask package` makes its folder, from which `npm pack` makes what is published.
//!
//! In: `dist`, and `package/`, which holds what the page itself has not: the package's own description, types. Out: `target/package`;
//! for the proof a folder of somebody who has installed it. It must not know how the page is built.

use crate::run::{on_path, output_of, step};
use crate::{Failure, Outcome, integrity, root, ship};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::files;

/// What only the page of its own has: it is no part of an element.
const PAGE_ONLY: [&str; 8] = [
    "index.html",
    "sw.js",
    "rill.svg",
    "rill.webmanifest",
    "icon-192.png",
    "icon-512.png",
    "icon-maskable-192.png",
    "icon-maskable-512.png",
];
/// The description of the package.
const MANIFEST: &str = "package.json";
/// Files that stand beside it, where they are there.
const BESIDE: [&str; 3] = ["README.md", "custom-elements.json", "rill.d.ts"];
/// The licences of the repository itself.
const LICENCES: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];

/// Puts the package together, and gives its folder.
pub(crate) fn make(dist: &Path) -> Outcome<PathBuf> {
    let folder = root().join("target").join("package");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    for file in files(dist)?.iter().filter(|file| !ship::is_twin(file)) {
        let name = ship::name_in(dist, file);
        if !PAGE_ONLY.contains(&name.as_str()) {
            let to = folder.join(&name);
            fs::create_dir_all(to.parent().unwrap_or(&folder))?;
            fs::copy(file, to)?;
        }
    }
    integrity::write(&folder)?;
    let ours = root().join("package");
    for name in BESIDE.iter().filter(|name| ours.join(name).is_file()) {
        fs::copy(ours.join(name), folder.join(name))?;
    }
    for name in LICENCES {
        fs::copy(root().join(name), folder.join(name))?;
    }
    let manifest = fs::read_to_string(ours.join(MANIFEST))?;
    let mut manifest: Value = serde_json::from_str(&manifest)
        .map_err(|error| Failure::new(format!("package/{MANIFEST}: {error}")))?;
    only_what_is_there(&mut manifest, &folder);
    fs::write(folder.join(MANIFEST), format!("{manifest:#}\n"))?;
    Ok(folder)
}

/// Takes out of a description what names a file that this build has not.
fn only_what_is_there(manifest: &mut Value, folder: &Path) {
    let is_there = |value: &Value| {
        let name = value.as_str().unwrap_or_default();
        name.contains('*') || name == format!("./{MANIFEST}") || folder.join(name).exists()
    };
    for field in ["types", "customElements"] {
        if !is_there(&manifest[field])
            && let Some(all) = manifest.as_object_mut()
        {
            all.remove(field);
        }
    }
    if let Some(exports) = manifest["exports"].as_object_mut() {
        for leads in exports.values_mut() {
            if let Some(conditions) = leads.as_object_mut() {
                conditions.retain(|_, file| is_there(file));
            }
        }
        exports.retain(|_, leads| leads.is_object() || is_there(leads));
    }
    for field in ["files", "sideEffects"] {
        if let Some(names) = manifest[field].as_array_mut() {
            names.retain(is_there);
        }
    }
}

/// Packs the folder as it is published, and installs that where nothing else is; gives the folder of the page that uses it.
pub(crate) fn installed(folder: &Path) -> Outcome<PathBuf> {
    let npm = on_path("npm").ok_or_else(|| Failure::new("npm is not here"))?;
    let work = root().join("target").join("package-installed");
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    fs::create_dir_all(&work)?;
    let mut pack = Command::new(&npm);
    pack.args(["pack", "--silent", "--pack-destination"])
        .arg(&work)
        .current_dir(folder);
    step("packing the page for npm", &mut pack)?;
    let packed = files(&work)?;
    let [packed] = packed.as_slice() else {
        return Err(Failure::new("npm pack made no package, or several"));
    };
    println!("  {} bytes packed", fs::metadata(packed)?.len());
    fs::write(work.join(MANIFEST), "{ \"private\": true }\n")?;
    let mut install = Command::new(&npm);
    install
        .args(["install", "--offline", "--no-audit", "--no-fund"])
        .arg(packed)
        .current_dir(&work);
    step("installing it where nothing else is", &mut install)?;
    let there = work.join("node_modules").join("rill-chat");
    for file in files(folder)? {
        let name = ship::name_in(folder, &file);
        if !there.join(&name).is_file() {
            return Err(Failure::new(format!(
                "{name} is not in the package: package/{MANIFEST} does not name it"
            )));
        }
    }
    let mut ask = Command::new("node");
    ask.args(["--print", "require.resolve('rill-chat')"])
        .current_dir(&work);
    let found = output_of(&mut ask).ok_or_else(|| Failure::new("node does not find rill-chat"))?;
    let start = ship::name_in(&work.canonicalize()?, Path::new(found.trim()));
    fs::write(work.join("index.html"), page(&start))?;
    Ok(work)
}

/// A page that imports the package by its name.
fn page(start: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Somebody's page</title>\n<link rel=\"icon\" href=\"data:,\">\n\
         <script type=\"importmap\">{{ \"imports\": {{ \"rill-chat\": \"/{start}\" }} }}</script>\n\
         <script type=\"module\">import \"rill-chat\";</script>\n<rill-chat server=\"demo\" pace=\"instant\"></rill-chat>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn manifest() -> Value {
        serde_json::from_str(&fs::read_to_string(root().join("package").join(MANIFEST)).unwrap())
            .unwrap()
    }

    #[test]
    fn the_package_has_the_version_and_the_licence_of_the_page() {
        let cargo = fs::read_to_string(root().join("Cargo.toml")).unwrap();
        for (field, name) in [("version", "version"), ("license", "license")] {
            let value = manifest()[field].as_str().unwrap().to_owned();
            assert!(
                cargo.contains(&format!("\n{name} = \"{value}\"\n")),
                "{field}: {value}"
            );
        }
    }

    #[test]
    fn every_file_that_a_site_may_name_is_packed_and_exported() {
        let manifest = manifest();
        let list = |field: &str| {
            let names = manifest[field].as_array().unwrap().iter();
            // A folder is exported as the start of its files' names.
            let plain = |name: &Value| name.as_str().unwrap().trim_end_matches("/**").to_owned();
            names.map(plain).collect::<Vec<_>>()
        };
        let files = list("files");
        for (name, leads) in manifest["exports"].as_object().unwrap() {
            let leads = leads.as_str().or(leads["default"].as_str()).unwrap();
            let file = leads.trim_start_matches("./");
            assert!(
                file == MANIFEST || files.iter().any(|known| known == file),
                "{name}"
            );
        }
        for file in files
            .iter()
            .filter(|file| !LICENCES.contains(&file.as_str()))
        {
            let found = manifest["exports"].as_object().unwrap().values();
            let text: Vec<String> = found.map(Value::to_string).collect();
            assert!(
                text.iter()
                    .any(|leads| leads.contains(&format!("\"./{file}\""))),
                "{file}"
            );
        }
    }

    #[test]
    fn what_this_build_has_not_is_not_named() {
        let folder = std::env::temp_dir().join(format!("rill-package-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("rill.js"), "").unwrap();
        let mut some = manifest();
        only_what_is_there(&mut some, &folder);
        let mut all = manifest();
        let names = manifest()["files"].clone();
        let names = names.as_array().unwrap().iter().filter_map(Value::as_str);
        for name in names.filter(|name| !name.contains('*')) {
            fs::write(folder.join(name), "").unwrap();
        }
        only_what_is_there(&mut all, &folder);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(all, manifest());
        assert!(some.get("types").is_none() && some.get("customElements").is_none());
        assert_eq!(
            some["exports"]["."],
            serde_json::json!({ "default": "./rill.js" })
        );
        assert!(some["exports"].get("./embed.js").is_none());
        assert_eq!(some["files"], serde_json::json!(["rill.js", "app-*/**"]));
    }
}
