//! Commands with progress: one line when they begin, one when they end, their output only if they fail.
//!
//! In: a command and a name for it. Out: an outcome. Long ones say now and then that they are still at it.

use crate::{Failure, Outcome};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a step is quiet before it says that it is still at it.
const QUIET: Duration = Duration::from_secs(30);

/// Cargo itself, the one that runs this.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a step to its end; its whole output is in the failure.
pub fn step(name: &str, command: &mut Command) -> Outcome {
    let began = Instant::now();
    print!("▸ {name} ... ");
    flush();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| Failure::new(format!("cannot start {command:?}: {error}")))?;
    let output = Output::default();
    let readers = [
        child.stdout.take().map(|from| output.take(from)),
        child.stderr.take().map(|from| output.take(from)),
    ];
    let mut said = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if said.elapsed() > QUIET {
            said = Instant::now();
            print!(
                "\n    {:.0} s: {} ... ",
                began.elapsed().as_secs_f64(),
                output.last()
            );
            flush();
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    for reader in readers.into_iter().flatten() {
        // A reader that panicked has lost its output, nothing more.
        let _ = reader.join();
    }
    if status.success() {
        println!("{:.1} s", began.elapsed().as_secs_f64());
        return Ok(());
    }
    println!("failed after {:.1} s", began.elapsed().as_secs_f64());
    Err(Failure::new(format!(
        "{}\n{name} failed ({status}): {command:?}",
        output.text()
    )))
}

/// The output of a short command, both streams; `None` if it cannot be run or fails.
pub fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    let text = [output.stdout, output.stderr].concat();
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&text).into_owned())
}

/// Finds a program on the path, or where cargo installs programs.
pub fn find(program: &str) -> Option<PathBuf> {
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(cargo_bin())
        .map(|folder| folder.join(&file))
        .find(|place| place.is_file())
}

/// Where `cargo install` puts programs.
pub fn cargo_bin() -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    Some(
        home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))?
            .join("bin"),
    )
}

/// A path variable with these folders before all others.
pub fn path_with(folders: &[PathBuf]) -> Outcome<std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = folders
        .iter()
        .cloned()
        .chain(std::env::split_paths(&path))
        .chain(cargo_bin());
    std::env::join_paths(folders).map_err(|error| Failure::new(error.to_string()))
}

/// Shows what has been printed so far.
pub fn flush() {
    // A closed terminal is no reason to stop.
    let _ = std::io::stdout().flush();
}

#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<String>>>);

impl Output {
    fn take(&self, from: impl Read + Send + 'static) -> std::thread::JoinHandle<()> {
        let lines = Arc::clone(&self.0);
        std::thread::spawn(move || {
            let mut from = BufReader::new(from);
            let mut line = Vec::new();
            while matches!(from.read_until(b'\n', &mut line), Ok(read) if read > 0) {
                let text = String::from_utf8_lossy(&line).into_owned();
                lines
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(text);
                line.clear();
            }
        })
    }

    fn last(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = lines.iter().rev().find(|line| !line.trim().is_empty());
        last.map(|line| line.trim().chars().take(100).collect())
            .unwrap_or_default()
    }

    fn text(&self) -> String {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .concat()
    }
}
