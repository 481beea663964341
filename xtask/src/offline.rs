//! The worker of the shipped page, which starts without a network.
//!
//! In: `dist` with the parts in the folder of their build. Out: `sw.js`, which names every part with its hash, and the page's link to what
//! registers it. What the worker does with them stands in `src/page/offline/keep.js`.

use crate::script::Small;
use crate::{Failure, Outcome, hashes, ship};
use serde_json::{Map, Value};
use std::fs;
use std::path::Path;
use support::files;

/// The worker, without its list.
pub(crate) const WORKER: &str = include_str!("../../src/page/offline/keep.js");

/// What registers it; it lies among the parts.
pub(crate) const REGISTER: (&str, &str) = (
    "register.js",
    include_str!("../../src/page/offline/register.js"),
);

/// The end of the page's head, before which the link stands.
const HEAD_END: &str = "</head>";

/// Parts that are not kept: what draws diagrams has more bytes than all others, and its frame, which has no origin, asks no worker. And
/// what speaks in a frame on another site: without a network that site is not there either.
fn stays_away(part: &str) -> bool {
    ["diagram.", "mermaid.", "embed."]
        .iter()
        .any(|start| part.starts_with(start))
}

/// Writes the worker of the build `app` beside the page, and lets the page register it.
pub(crate) fn keep(dist: &Path, app: &str) -> Outcome {
    let page = dist.join("index.html");
    let text = fs::read_to_string(&page)?;
    let (head, rest) = text
        .split_once(HEAD_END)
        .ok_or_else(|| Failure::new("index.html: its head has no end"))?;
    let register = REGISTER.0;
    let link = format!("<script type=\"module\" src=\"{app}/{register}\"></script>");
    fs::write(&page, format!("{head}{link}{HEAD_END}{rest}"))?;
    let parts = Value::Object(parts(&dist.join(app))?);
    let worker = Small::Plain.script(WORKER)?;
    let build = Value::from(app);
    let script = format!("const BUILD = {build};\nconst FILES = {parts:#};\n{worker}");
    fs::write(dist.join("sw.js"), script)?;
    Ok(())
}

/// The parts of a build that are kept, by their names in its folder, each with its hash as browsers take it (Subresource Integrity, 3.5).
fn parts(folder: &Path) -> Outcome<Map<String, Value>> {
    let mut parts = Map::new();
    for file in files(folder)? {
        let name = ship::name_in(folder, &file);
        if !stays_away(&name) {
            parts.insert(name, hashes::sha256(&fs::read(&file)?).into());
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_worker_names_each_part_of_its_build_with_its_hash() {
        let dist = std::env::temp_dir().join(format!("rill-offline-{}", std::process::id()));
        let app = dist.join("app-1");
        fs::create_dir_all(app.join("snippets/a")).unwrap();
        for name in [
            "rill-page.js",
            "snippets/a/element.js",
            "mermaid.min.js",
            "diagram.html",
        ] {
            fs::write(app.join(name), "abc").unwrap();
        }
        fs::write(dist.join("index.html"), "<head></head><body></body>").unwrap();
        keep(&dist, "app-1").unwrap();
        let page = fs::read_to_string(dist.join("index.html")).unwrap();
        let worker = fs::read_to_string(dist.join("sw.js")).unwrap();
        fs::remove_dir_all(&dist).unwrap();
        assert_eq!(
            page,
            "<head><script type=\"module\" src=\"app-1/register.js\"></script></head><body></body>"
        );
        // The hash of `abc` is that of FIPS 180-4, B.1.
        let hash = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
        let list = format!(
            "const BUILD = \"app-1\";\nconst FILES = {{\n  \"rill-page.js\": \"{hash}\",\n  \"snippets/a/element.js\": \"{hash}\"\n}};\n"
        );
        assert!(worker.starts_with(&list), "{worker}");
        assert!(!worker.contains("//"), "{worker}");
    }

    #[test]
    fn every_picture_of_the_manifest_has_the_size_that_it_says() {
        let icons = crate::root().join("style/icons");
        let manifest = fs::read_to_string(icons.join("rill.webmanifest")).unwrap();
        let manifest: Value = serde_json::from_str(&manifest).unwrap();
        let list = manifest["icons"].as_array().unwrap();
        let mut pictures = 0;
        for icon in list.iter().filter(|icon| icon["type"] == "image/png") {
            let bytes = fs::read(icons.join(icon["src"].as_str().unwrap())).unwrap();
            // Width and height stand behind the signature and the name of the first chunk (PNG, 11.2.2).
            let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
            let size = format!("{}x{}", number(16), number(20));
            assert_eq!(icon["sizes"], Value::from(size), "{icon}");
            pictures += 1;
        }
        assert_eq!(pictures, 4);
    }
}
