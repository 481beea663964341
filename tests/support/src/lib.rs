//! Support for the tools and the tests of this repository.
//!
//! In: the environment that cargo sets, folders, the paths of requests. Out: the root of the repository, files, media types. It must
//! not know HTTP, and it stands on no crate: `cargo xtask serve` is built with it.

use std::io;
use std::path::{Component, Path, PathBuf};

/// The root of the repository: where cargo runs this from, which is not where it was built, once the folder has moved.
pub fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.ancestors()
        .find(|folder| folder.join("Trunk.toml").is_file())
        .unwrap_or(&here)
        .to_path_buf()
}

/// All files below a folder, in order of their paths.
///
/// # Errors
///
/// A folder that cannot be read.
pub fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// A file as a static host gives it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticFile {
    /// The media type, by the ending of its name.
    pub media_type: &'static str,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// The file that the path of a request (decoded, without its query) names in a folder: `index.html` for the folder itself. `None` where
/// there is none, and for a path that leads out of the folder.
pub fn static_file(folder: &Path, path: &str) -> Option<StaticFile> {
    let path = path.trim_start_matches('/');
    let path = Path::new(if path.is_empty() { "index.html" } else { path });
    let mut parts = path.components();
    if !parts.all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    let bytes = std::fs::read(folder.join(path)).ok()?;
    Some(StaticFile {
        media_type: media_type(path),
        bytes,
    })
}

/// The media type of a file, by the ending of its name; `application/octet-stream` for one that is not known.
pub fn media_type(path: &Path) -> &'static str {
    let ending = path.extension().and_then(|ending| ending.to_str());
    match ending.unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "txt" | "md" => "text/plain; charset=utf-8",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn files_are_given_out_and_nothing_outside_of_the_folder() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let found = |path: &str| static_file(folder, path).map(|file| file.media_type);
        assert_eq!(found("/Cargo.toml"), Some("application/octet-stream"));
        assert_eq!(found("src/lib.rs"), Some("application/octet-stream"));
        for path in ["/../lab/Cargo.toml", "//etc/passwd", "/", "/src", "/none"] {
            assert_eq!(found(path), None, "{path}");
        }
    }

    #[test]
    fn the_files_of_a_folder_are_found_in_order() {
        let folder = root().join("tests/support");
        let found = files(&folder).unwrap();
        let names: Vec<&Path> = found
            .iter()
            .map(|file| file.strip_prefix(&folder).unwrap())
            .collect();
        assert_eq!(names, [Path::new("Cargo.toml"), Path::new("src/lib.rs")]);
        assert!(files(&folder.join("none")).is_err());
    }
}
