//! In short: the page from a fresh clone on this machine, with an empty home and a path that holds what a bare machine has.
//!
//! In: this machine. Out: that `serve` needs nothing else of it, and that the page which comes of it works in Chromium.

use super::{Folder, free_port, network, serve_twice, sources};
use crate::run::{cargo, on_path, step};
use crate::{Failure, Outcome, root, tools};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What rustup puts on the path.
const RUST: [&str; 3] = ["cargo", "rustc", "rustup"];
/// What a bare Debian has of its own, as far as anything could ask for it, and the linker that rustup asks for.
const SYSTEM: [&str; 24] = [
    "ar", "as", "bash", "cat", "cc", "chmod", "cp", "dirname", "env", "gcc", "grep", "gzip", "id",
    "ld", "ls", "mkdir", "mv", "rm", "sed", "sh", "sleep", "tar", "true", "uname",
];
/// A whole conversation: the page mounts, sends, reads and ends.
const CASE: &str = "a_conversation_with_llamacpp_makes_no_preflight";

/// Serves from a clone, and talks with the page.
pub(crate) fn short() -> Outcome {
    let folder = Folder::new("bare")?;
    let clone = folder.make("rill")?;
    sources(&clone)?;
    let bin = folder.make("bin")?;
    for program in RUST {
        let found = on_path(program).ok_or_else(|| Failure::new(format!("{program} is not here")));
        match found {
            Ok(found) => link(&found, &bin.join(program))?,
            // A Rust of one's distribution has none, and needs none.
            Err(_) if program == "rustup" => (),
            Err(failure) => return Err(failure),
        }
    }
    for program in SYSTEM {
        if let Some(found) = on_path(program) {
            link(&found, &bin.join(program))?;
        }
    }
    let home = folder.make("home")?;
    let port = free_port()?;
    serve_twice(|| {
        let mut serve = Command::new(bin.join("cargo"));
        serve
            .args(["xtask", "serve", "--port", &port.to_string()])
            .current_dir(&clone)
            .env_clear()
            .envs(network())
            .env("PATH", &bin)
            .env("HOME", &home)
            .env("LANG", "C.UTF-8");
        if let Some(rustup) = rustup_home() {
            serve.env("RUSTUP_HOME", rustup);
        }
        serve
    })?;
    in_chromium("the page of a bare machine", &clone.join("target/page"))
}

/// One conversation with the page in this folder.
pub(crate) fn in_chromium(name: &str, page: &Path) -> Outcome {
    let chromium = tools::chromium()?;
    step(
        &format!("{name}, in Chromium"),
        cargo()
            .args(["test", "--package", "e2e", "--test", "page", "--", CASE])
            .current_dir(root())
            .env("CHROME", chromium.browser)
            .env("RILL_DIST", page),
    )
}

/// Where rustup keeps its toolchains: all that a bare machine has.
pub(crate) fn rustup_home() -> Option<PathBuf> {
    let given = std::env::var_os("RUSTUP_HOME").map(PathBuf::from);
    given
        .or_else(|| Some(std::env::home_dir()?.join(".rustup")))
        .filter(|home| home.is_dir())
}

#[cfg(unix)]
fn link(program: &Path, as_: &Path) -> Outcome {
    Ok(std::os::unix::fs::symlink(program, as_)?)
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> Outcome {
    Err(Failure::new("cargo xtask bare needs a Unix"))
}
