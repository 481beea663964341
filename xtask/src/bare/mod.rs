//! `cargo xtask bare`: that a machine which has nothing but rustup needs nothing but the two commands of the README.
//!
//! In: the sources as git would hand them on. Out: a verdict, and how long a person waits. Whole ([`machine`]): both commands in a
//! fresh Debian. In short ([`here`]): the first one on this machine, as if nothing were on it.

mod here;
mod look;
mod machine;

pub(crate) use here::in_chromium;

use crate::run::{flush, output_of};
use crate::{Failure, Outcome, flags, root};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// What `serve` says when one can go and look.
const READY: &str = "Rill is at ";
/// A page that takes longer will not come.
const PATIENCE: Duration = Duration::from_secs(45 * 60);

/// Runs it.
pub(crate) fn bare(options: &flags::Bare) -> Outcome {
    match (options.serve, options.here) {
        (only_serve, false) => machine::whole(!only_serve),
        (false, true) => here::short(),
        (true, true) => Err(Failure::new(
            "--here is `serve` alone already: name one of --serve and --here",
        )),
    }
}

/// A folder that is gone when this is.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Outcome<Folder> {
        let folder = std::env::temp_dir().join(format!("rill-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Folder(folder.canonicalize()?))
    }

    pub(crate) fn make(&self, name: &str) -> Outcome<PathBuf> {
        let folder = self.0.join(name);
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            println!("  {} could not be taken away: {error}", self.0.display());
        }
    }
}

/// Copies what a clone would hold, with what is not committed yet.
pub(crate) fn sources(to: &Path) -> Outcome {
    let mut list = Command::new("git");
    list.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ])
    .current_dir(root());
    let names = output_of(&mut list)
        .ok_or_else(|| Failure::new("git does not say what belongs to the sources"))?;
    for name in names.split('\0').filter(|name| !name.is_empty()) {
        let from = root().join(name);
        // Deleted, and not committed yet.
        if !from.is_file() {
            continue;
        }
        let to = to.join(name);
        fs::create_dir_all(to.parent().unwrap_or(&to))?;
        fs::copy(from, to)?;
    }
    Ok(())
}

/// What this machine says about its way into the network, which every other program on it needs as well.
fn network() -> impl Iterator<Item = (String, String)> {
    std::env::vars().filter(|(name, _)| {
        let name = name.to_ascii_uppercase();
        let way = [
            "_PROXY",
            "_CERT",
            "_CERTS",
            "CERT_FILE",
            "CERT_DIR",
            "CA_BUNDLE",
            "_CAINFO",
            "INDEX_URL",
            "DIST_SERVER",
        ];
        way.iter().any(|end| name.ends_with(end)) || name == "RUSTUP_UPDATE_ROOT"
    })
}

/// A `serve` that runs, and ends with this.
struct Serving {
    child: Child,
    address: String,
    /// How long a person waited for the page.
    waited: Duration,
}

impl Serving {
    /// Starts it, shows what it says, and waits for the page.
    fn start(command: &mut Command) -> Outcome<Serving> {
        let began = Instant::now();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| Failure::new(format!("cannot start {command:?}: {error}")))?;
        let (tell, hear) = channel();
        if let Some(stdout) = child.stdout.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                    println!("    {line}");
                    if let Some(address) = line.strip_prefix(READY) {
                        // Nobody waits any more after the first.
                        let _ = tell.send(address.to_owned());
                    }
                }
            });
        }
        let mut serving = Serving {
            child,
            address: String::new(),
            waited: Duration::ZERO,
        };
        match hear.recv_timeout(PATIENCE) {
            Ok(address) => {
                serving.address = address;
                serving.waited = began.elapsed();
                Ok(serving)
            }
            Err(RecvTimeoutError::Timeout) => Err(Failure::new(format!(
                "no page after {} min",
                PATIENCE.as_secs() / 60
            ))),
            Err(RecvTimeoutError::Disconnected) => Err(Failure::new(format!(
                "serve ended without a page: {}",
                serving.child.wait()?
            ))),
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves twice, looks at the page, and says how long each took.
fn serve_twice(command: impl Fn() -> Command) -> Outcome {
    println!("▸ cargo xtask serve, for the first time");
    flush();
    let first = Serving::start(&mut command())?;
    println!("  the page came after {:.0} s", first.waited.as_secs_f64());
    look::all_is_there(&first.address)?;
    drop(first);
    println!("▸ cargo xtask serve, once more");
    flush();
    let second = Serving::start(&mut command())?;
    look::all_is_there(&second.address)?;
    println!("  the page came after {:.1} s", second.waited.as_secs_f64());
    Ok(())
}

/// A port that nobody has.
fn free_port() -> Outcome<u16> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
    Ok(listener.local_addr()?.port())
}
