//! The examples: those that a tool has to make are made, and all of them can be served beside the page.
//!
//! In: `examples/`, tools that are here or can be fetched. Out: `target/examples/NAME/`, what each tool has made of its example; the files
//! as `serve` gives them out, in which its own address stands in the place of the host that nobody has.

use crate::run::{on_path, output_of, step};
use crate::{Failure, Outcome, debian, model, root, tools};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::StaticFile;

/// How an example is made, in its folder.
pub(crate) type Make = fn(&Path) -> Outcome;

/// Where examples and documents say that Rill is, and the host of it.
const HOSTS: [&str; 2] = ["https://your.host/rill/", "https://your.host/"];
/// PyPI's package that makes a handbook of Markdown.
const MKDOCS: &str = "mkdocs==1.6.1";

/// The examples that a tool makes: name, and how it is made, into a folder that is empty.
pub(crate) const MADE: [(&str, Make); 5] = [
    ("react", |to| bundle("react", to)),
    ("vue", |to| bundle("vue", to)),
    ("mkdocs", handbook),
    ("hugo", blog),
    ("wordpress", post),
];

/// The folder of what is made.
pub(crate) fn folder() -> PathBuf {
    root().join("target").join("examples")
}

/// Makes one of them anew; where that fails nothing of it is left.
pub(crate) fn make(name: &str, how: fn(&Path) -> Outcome) -> Outcome {
    let to = folder().join(name);
    if to.exists() {
        fs::remove_dir_all(&to)?;
    }
    fs::create_dir_all(&to)?;
    let made = how(&to);
    if made.is_err() {
        fs::remove_dir_all(&to)?;
    }
    made
}

/// The file of an example under this path of a request (`/examples/NAME/`), as it was made or else as it is written. `page` is the folder
/// of the page, which one of them has as its own.
pub(crate) fn file(page: &Path, path: &str) -> Option<StaticFile> {
    let inner = path.strip_prefix("/examples/")?;
    if let Some(of_page) = inner.strip_prefix("github-pages/chat/") {
        return support::static_file(page, of_page);
    }
    let index = if inner.is_empty() || inner.ends_with('/') {
        "index.html"
    } else {
        ""
    };
    let inner = format!("{inner}{index}");
    let folders = [folder(), root().join("examples")];
    let mut folders = folders.iter();
    let mut file = folders.find_map(|folder| support::static_file(folder, &inner))?;
    if file.media_type.starts_with("text/") {
        file.bytes = here(&String::from_utf8_lossy(&file.bytes)).into_bytes();
    }
    Some(file)
}

/// A text in which a path of this host stands in the place of the host that nobody has.
fn here(text: &str) -> String {
    let hosts = HOSTS.iter();
    hosts.fold(text.to_owned(), |text, host| text.replace(host, "/"))
}

/// A page that npm's bundler makes. It is made in a folder of ours, so that nothing is left among the sources.
fn bundle(name: &str, to: &Path) -> Outcome {
    let from = root().join("examples").join(name);
    let place = tools::folder().join("examples").join(name);
    let wants = fs::read_to_string(from.join("package.json"))?;
    // It is put there once all that it wants is there.
    let stamp = place.join("installed.json");
    let is_here = fs::read_to_string(&stamp).is_ok_and(|has| has == wants);
    for file in support::files(&from)? {
        let target = place.join(file.strip_prefix(&from).unwrap_or(&file));
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::copy(file, target)?;
    }
    if !is_here {
        let words = ["install", "--no-audit", "--no-fund", "--no-package-lock"];
        tools::npm(&format!("fetching {name} (npm, once)"), &words, &place)
            .map_err(Failure::new)?;
        fs::write(&stamp, wants)?;
    }
    let vite = place.join("node_modules").join(".bin").join("vite");
    let mut build = Command::new(vite);
    build.args(["build", "--emptyOutDir", "--outDir"]).arg(to);
    step(&format!("the example in {name}"), build.current_dir(&place))
}

/// A handbook that MkDocs makes.
fn handbook(to: &Path) -> Outcome {
    let place = tools::folder().join("mkdocs");
    let python = model::environment(&place, "fetching MkDocs (once)", &[MKDOCS], &[])?;
    let mut build = Command::new(python);
    build.args([
        "-m",
        "mkdocs",
        "build",
        "--quiet",
        "--strict",
        "--config-file",
    ]);
    build.arg(root().join("examples/mkdocs/mkdocs.yml"));
    step("the example in MkDocs", build.arg("--site-dir").arg(to))
}

/// A blog that Hugo makes.
fn blog(to: &Path) -> Outcome {
    let mut build = match on_path("hugo") {
        Some(hugo) => Command::new(hugo),
        None => {
            let place = debian::unpacked("hugo", "hugo", &[("hugo", "usr/bin/hugo")])?;
            in_place(&place, &place.join("usr/bin/hugo"))?
        }
    };
    build.args(["--noBuildLock", "--quiet", "--source"]);
    build.arg(root().join("examples/hugo"));
    step("the example in Hugo", build.arg("--destination").arg(to))
}

/// A post in which PHP puts what the plugin prints.
fn post(to: &Path) -> Outcome {
    let mut php = match on_path("php") {
        Some(php) => Command::new(php),
        None => {
            let known = [("php-cli", "usr/share/doc/php-cli")];
            let place = debian::unpacked("php", "php", &known)?;
            in_place(&place, &numbered(&place.join("usr/bin"), "php")?)?
        }
    };
    php.arg("-n")
        .arg(root().join("tests/e2e/tests/examples/site.php"))
        .arg(root().join("examples/wordpress/rill.php"));
    let post = output_of(&mut php);
    let post = post.ok_or_else(|| Failure::new("PHP does not run, or the plugin fails in it"))?;
    Ok(fs::write(to.join("index.html"), post)?)
}

/// The program of this name with a number behind it (`php8.2`).
fn numbered(folder: &Path, name: &str) -> Outcome<PathBuf> {
    let is_it = |path: &PathBuf| {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let rest = file.strip_prefix(name).unwrap_or_default();
        !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit() || c == '.')
    };
    let found = support::files(folder)?.into_iter().find(is_it);
    found.ok_or_else(|| Failure::new(format!("Debian's {name} was fetched, but is not in it")))
}

/// A program that was unpacked in a folder, with the libraries that were unpacked with it.
fn in_place(folder: &Path, program: &Path) -> Outcome<Command> {
    let mut libraries = vec![folder.join("usr/lib")];
    for entry in fs::read_dir(folder.join("usr/lib")).into_iter().flatten() {
        libraries.push(entry?.path());
    }
    let libraries = std::env::join_paths(libraries);
    let libraries = libraries.map_err(|error| Failure::new(error.to_string()))?;
    let mut command = Command::new(program);
    command.env("LD_LIBRARY_PATH", libraries);
    Ok(command)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_example_is_served_with_the_page_that_is_beside_it() {
        let page = root().join("style");
        let text = |path: &str| {
            let file = file(&page, path)?;
            Some(String::from_utf8(file.bytes).unwrap())
        };
        let plain = text("/examples/plain/").unwrap();
        assert!(plain.contains("src=\"/rill.js\""), "{plain}");
        assert!(!plain.contains("your.host"), "{plain}");
        assert!(text("/examples/").unwrap().contains("plain/"));
        assert!(text("/examples/github-pages/chat/rill.svg").is_some());
        for path in [
            "/examples",
            "/examples/none/",
            "/examples/../Cargo.toml",
            "/plain/",
        ] {
            assert_eq!(text(path), None, "{path}");
        }
    }

    #[test]
    fn every_example_that_is_made_is_there() {
        for (name, _) in MADE {
            assert!(root().join("examples").join(name).is_dir(), "{name}");
        }
    }
}
