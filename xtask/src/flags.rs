//! The commands and their flags: names, values and help in one place.
//!
//! In: what a person types. Out: one structure for each command. It must not know what a command does.

use crate::{Failure, Outcome};
use std::ffi::OsString;
use std::path::PathBuf;

xflags::xflags! {
    /// The commands of the house. It needs nothing but Rust on the machine: what is missing it installs, and says so.
    cmd xtask {
        /// Builds the page and serves it at http://127.0.0.1:7455.
        cmd serve {
            /// Also fetches and starts a small real model (130 MB, once).
            optional --with-model
            /// The port, in place of 7455.
            optional --port port: u16
            /// Leads /llm on to the model's server at this address, and has the page talk with it: for servers that allow no page.
            optional --proxy address: String
            /// Serves the page in this folder as it is, and builds none.
            optional --page folder: PathBuf
            /// Opens the browser there.
            optional --open
        }
        /// Proves that it works; with flags, only those parts.
        cmd test {
            /// The form of the code, lints, documentation, and all tests that need no browser.
            optional --host
            /// The tests of the page's rooms in Chromium.
            optional --browser
            /// Whole conversations in Chromium, against the lab.
            optional --e2e
            /// The same in Firefox.
            optional --firefox
            /// The whole way, once, in WebKit.
            optional --webkit
            /// In Chromium, a file of 200 MB brought along: minutes, and only by this flag.
            optional --import
            /// In Chromium, which is killed twenty times while a reply runs: minutes, and only by this flag.
            optional --kill
            /// The whole build once more in another folder, every byte compared: minutes, and only by this flag.
            optional --again
            /// In Chromium, the package of npm, installed and imported by its name; left out where npm is not here.
            optional --package
            /// In Chromium, against a real llama.cpp server with a small model.
            optional --model
            /// In Chromium, against other real servers: all that can be had (half a gigabyte, once); one of them without any flag.
            optional --servers
            /// In Chromium, behind nginx, Caddy, Apache and lighttpd.
            optional --hosts
            /// In Chromium and Firefox, the examples that a tool makes: React, Vue, MkDocs, Hugo, WordPress.
            optional --examples
            /// The page as trunk builds it; left out where trunk is not here.
            optional --trunk
        }
        /// Makes what the tests need, and they make for themselves: programs that are missing, and the release build.
        cmd prepare {}
        /// Sends texts in twelve scripts, cut at random, on and on, to each room that reads what comes from outside.
        cmd fuzz {
            /// So many minutes for each room; one, if nobody says.
            optional minutes: u64
            /// This room only.
            optional --room name: String
            /// Once more what was found with this seed; it wants the room as well.
            optional --seed number: u64
        }
        /// Proves that both commands of README need nothing but rustup: runs them in a fresh Debian, made by debootstrap (root only).
        cmd bare {
            /// Only `serve`.
            optional --serve
            /// Only `serve`, on this machine, as if nothing were on it.
            optional --here
        }
        /// Tells what everything costs, beside what it may cost.
        cmd bench {
            /// The river, on this machine.
            optional --host
            /// The page, in Chromium.
            optional --browser
            /// The page beside others from npm.
            optional --peers
            /// Every bench once, without judging time.
            optional --smoke
        }
        /// Makes the release build in dist/, and tells its sizes and the tags with the hashes of its scripts.
        cmd dist {
            /// Makes it for this path of a host, `/rill/`, and for no other.
            optional --base path: String
        }
        /// Writes what is made of the public surface (src/surface): tables of docs/embedding.md, and package/'s manifest and declarations.
        cmd surface {}
        /// Makes the release build, and of it the folder of the package of npm: `npm pack target/package`.
        cmd package {}
        /// Starts the servers that tests talk to, with all their faults, by hand.
        cmd lab {
            /// The port, in place of 7460.
            optional port: u16
        }
    }
}

/// The command and its flags among the words behind `cargo xtask`; `None` where help is asked for, which is then on screen.
///
/// # Errors
///
/// A word that is not known, a value that is missing or cannot be read: a sentence, and where the help is.
pub(crate) fn read(words: impl IntoIterator<Item = OsString>) -> Outcome<Option<XtaskCmd>> {
    let mut words: Vec<OsString> = words.into_iter().collect();
    if words.is_empty() || words[0] == "help" {
        words = vec!["--help".into()];
    }
    match Xtask::from_vec(words) {
        Ok(xtask) => Ok(Some(xtask.subcommand)),
        Err(error) if error.is_help() => {
            println!("{error}");
            Ok(None)
        }
        Err(error) => Err(Failure::new(format!(
            "{error}\nAll commands and their flags: cargo xtask --help"
        ))),
    }
}

#[cfg(test)]
impl XtaskCmd {
    /// The command in a line, as tests write it.
    pub(crate) fn of(line: &str) -> Outcome<XtaskCmd> {
        let read = read(line.split_whitespace().map(OsString::from))?;
        read.ok_or_else(|| Failure::new("help"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_command_has_its_flags_and_no_others() {
        let XtaskCmd::Serve(serve) = XtaskCmd::of("serve --port 7456 --with-model").unwrap() else {
            panic!("another command")
        };
        assert_eq!(
            (serve.port, serve.with_model, serve.open),
            (Some(7456), true, false)
        );
        let wrong = |line: &str| match XtaskCmd::of(line) {
            Ok(command) => panic!("{line}: {command:?}"),
            Err(Failure(words)) => words,
        };
        assert!(wrong("serve --proxy").contains("`--proxy`"));
        assert!(wrong("serve --smoke").contains("`--smoke`"));
        assert!(wrong("serve --port").contains("`--port`"));
        assert!(wrong("serve --port x").contains("`--port`"));
        assert!(wrong("dist now").contains("\"now\""));
        assert!(wrong("deploy").contains("cargo xtask --help"));
    }

    #[test]
    fn help_tells_every_command() {
        for line in ["", "help", "--help", "serve --help"] {
            assert!(XtaskCmd::of(line).is_err(), "{line}");
        }
        for command in [
            "serve", "test", "prepare", "fuzz", "bare", "bench", "dist", "surface", "package",
            "lab",
        ] {
            assert!(
                Xtask::HELP_.contains(&format!("xtask {command}")),
                "{command}"
            );
        }
    }
}
