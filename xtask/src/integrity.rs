//! What a site writes beside the address of a script, so that a browser runs these bytes and no others.
//!
//! In: `dist` as it is shipped. Out: `integrity.json` with the hash of every file, and the tags of the scripts that sites include.

use crate::{Outcome, hashes, ship};
use serde_json::{Map, Value};
use std::fs;
use std::path::Path;
use support::files;

/// The file, beside the page.
pub(crate) const FILE: &str = "integrity.json";
/// The scripts that other sites include by name.
const INCLUDED: [&str; 1] = ["rill.js"];

/// Writes the hash of every file but its own and the compressed twins: who builds the same sources compares this one file.
pub(crate) fn write(dist: &Path) -> Outcome {
    let mut hashes = Map::new();
    for file in files(dist)? {
        let name = ship::name_in(dist, &file);
        if name != FILE && !ship::is_twin(&file) {
            hashes.insert(name, hashes::sha384(&fs::read(&file)?).into());
        }
    }
    let text = format!("{:#}\n", Value::Object(hashes));
    Ok(fs::write(dist.join(FILE), text)?)
}

/// Writes it anew, and its twins: some of the files are others by now.
pub(crate) fn seal(dist: &Path) -> Outcome {
    write(dist)?;
    ship::compress(&dist.join(FILE))
}

/// The tags to copy, for the scripts that are there.
pub(crate) fn tags(dist: &Path) -> Outcome<String> {
    let mut tags = String::new();
    for name in INCLUDED {
        if let Ok(bytes) = fs::read(dist.join(name)) {
            let hash = hashes::sha384(&bytes);
            tags += &format!(
                "<script type=\"module\" src=\"https://your.host/{name}\" integrity=\"{hash}\" crossorigin=\"anonymous\"></script>\n"
            );
        }
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_file_has_its_hash_and_a_script_for_sites_its_tag() {
        let dist = std::env::temp_dir().join(format!("rill-integrity-{}", std::process::id()));
        fs::create_dir_all(dist.join("app-1")).unwrap();
        for name in ["rill.js", "rill.js.br", "app-1/rill-page.js", FILE] {
            fs::write(dist.join(name), "abc").unwrap();
        }
        write(&dist).unwrap();
        let text = fs::read_to_string(dist.join(FILE)).unwrap();
        let tags = tags(&dist).unwrap();
        fs::remove_dir_all(&dist).unwrap();
        let hash = hashes::sha384(b"abc");
        let list: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            list,
            serde_json::json!({"app-1/rill-page.js": hash, "rill.js": hash})
        );
        assert_eq!(
            tags,
            format!(
                "<script type=\"module\" src=\"https://your.host/rill.js\" integrity=\"{hash}\" crossorigin=\"anonymous\"></script>\n"
            )
        );
    }
}
