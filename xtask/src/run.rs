//! Commands with progress: one line when they begin, one when they end, their output only if they fail.
//!
//! In: a command and a name for it. Out: an outcome. While it runs, its line says how far cargo is (crates done of all); on a
//! terminal the same line anew, elsewhere a line now and then.

use crate::{Failure, Outcome};
use std::io::{BufReader, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often a step says how far it is: on a terminal, and where each time is a line.
const SAYS: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(15)];
/// The most letters of what a step says about itself.
const WIDTH: usize = 100;
/// How cargo's messages for programs begin; no person reads them.
const MESSAGE: &str = "{\"reason\":";
/// What Linux adds to the path of a program whose file was replaced while it runs.
const DELETED: &str = " (deleted)";

/// Cargo itself, the one that runs this.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// This program, by a path at which it can be started again.
///
/// A test of the whole workspace builds it anew while it runs; of a file that was replaced Linux says that it is deleted.
pub(crate) fn ourselves() -> Outcome<PathBuf> {
    Ok(as_it_lies(std::env::current_exe()?))
}

fn as_it_lies(said: PathBuf) -> PathBuf {
    let words = said.to_str();
    let named = words.and_then(|words| words.strip_suffix(DELETED));
    match named {
        Some(named) if !said.exists() => PathBuf::from(named),
        _ => said,
    }
}

/// Runs a step to its end; its whole output is in the failure.
pub(crate) fn step(name: &str, command: &mut Command) -> Outcome {
    output(name, command).map(|_| ())
}

/// Runs a step to its end, and gives its whole output, line by line.
pub(crate) fn output(name: &str, command: &mut Command) -> Outcome<Vec<String>> {
    let began = Instant::now();
    let terminal = std::io::stdout().is_terminal();
    print!("▸ {name} ... ");
    flush();
    let mut child = command
        // Cargo counts what it has done of all that it will do, if it is told that somebody looks.
        .env("CARGO_TERM_PROGRESS_WHEN", "always")
        .env("CARGO_TERM_PROGRESS_WIDTH", "160")
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
        if said.elapsed() > SAYS[usize::from(!terminal)] {
            said = Instant::now();
            let words = output.now();
            if terminal {
                print!("\r\x1b[2K▸ {name} ... {words}");
            } else {
                print!("\n    {:.0} s: {words} ... ", began.elapsed().as_secs_f64());
            }
            flush();
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    for reader in readers.into_iter().flatten() {
        // A reader that panicked has lost its output, nothing more.
        let _ = reader.join();
    }
    if terminal {
        print!("\r\x1b[2K▸ {name} ... ");
    }
    if status.success() {
        println!("{:.1} s", began.elapsed().as_secs_f64());
        return Ok(output.lines());
    }
    println!("failed after {:.1} s", began.elapsed().as_secs_f64());
    Err(Failure::new(format!(
        "{}\n{name} failed ({status}): {command:?}",
        output.text()
    )))
}

/// The output of a short command, both streams; `None` if it cannot be run or fails.
pub(crate) fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    let text = [output.stdout, output.stderr].concat();
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&text).into_owned())
}

/// Finds a program on the path, or where cargo installs programs.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(cargo_bin())
        .map(|folder| folder.join(&file))
        .find(|place| place.is_file())
}

/// Where `cargo install` puts programs.
pub(crate) fn cargo_bin() -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    Some(
        home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))?
            .join("bin"),
    )
}

/// A path variable with these folders before all others.
pub(crate) fn path_with(folders: &[PathBuf]) -> Outcome<std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = folders
        .iter()
        .cloned()
        .chain(std::env::split_paths(&path))
        .chain(cargo_bin());
    std::env::join_paths(folders).map_err(|error| Failure::new(error.to_string()))
}

/// Shows what has been printed so far.
pub(crate) fn flush() {
    // A closed terminal is no reason to stop.
    let _ = std::io::stdout().flush();
}

#[derive(Clone, Default)]
struct Output(Arc<Mutex<Told>>);

/// What a command has said so far.
#[derive(Default)]
struct Told {
    lines: Vec<String>,
    /// How far it is, by its own count.
    progress: Option<String>,
}

impl Output {
    fn take(&self, from: impl Read + Send + 'static) -> std::thread::JoinHandle<()> {
        let told = Arc::clone(&self.0);
        std::thread::spawn(move || {
            let mut line = Vec::new();
            for byte in BufReader::new(from).bytes().map_while(Result::ok) {
                if byte != b'\r' {
                    line.push(byte);
                }
                if matches!(byte, b'\n' | b'\r') {
                    let text = String::from_utf8_lossy(&line).into_owned();
                    told.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .hear(text);
                    line.clear();
                }
            }
            let text = String::from_utf8_lossy(&line).into_owned();
            told.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .hear(text);
        })
    }

    fn now(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).now()
    }

    fn lines(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).lines)
    }

    /// What a person should read of it.
    fn text(&self) -> String {
        let lines = self.lines();
        let for_people = lines.iter().filter(|line| !line.starts_with(MESSAGE));
        for_people.map(String::as_str).collect()
    }
}

impl Told {
    fn hear(&mut self, line: String) {
        if let Some(progress) = progress(&line) {
            self.progress = Some(progress);
        } else if line.ends_with('\n') || !line.trim().is_empty() {
            if line.trim_start().starts_with("Finished") {
                self.progress = None;
            }
            self.lines.push(line);
        }
    }

    fn now(&self) -> String {
        let last = || {
            let mut lines = self.lines.iter().rev();
            let line = lines.find(|line| !line.starts_with(MESSAGE) && !line.trim().is_empty())?;
            Some(line.trim().chars().take(WIDTH).collect())
        };
        let words = self.progress.clone().or_else(last);
        words.unwrap_or_else(|| "at it".to_owned())
    }
}

/// What a line of cargo's own progress says: `Building [==>  ] 7/12: serde, memchr`.
fn progress(line: &str) -> Option<String> {
    let (doing, rest) = line.trim().split_once(" [")?;
    if !matches!(doing, "Building" | "Fetch" | "Downloading" | "Updating") {
        return None;
    }
    let (_, rest) = rest.split_once("] ")?;
    let (count, names) = rest.split_once(':').unwrap_or((rest, ""));
    let Some((done, all)) = count.split_once('/') else {
        return Some(format!("fetching: {}", rest.trim()));
    };
    let names: String = names.trim().chars().take(WIDTH).collect();
    Some(format!(
        "{} of {} crates; now {names}",
        done.trim(),
        all.trim()
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_program_that_was_built_anew_is_started_where_it_lay() {
        let here = std::env::current_exe().unwrap();
        let mut gone = here.clone().into_os_string();
        gone.push(DELETED);
        assert_eq!(as_it_lies(gone.into()), here);
        assert_eq!(as_it_lies(here.clone()), here);
    }

    #[test]
    fn cargo_s_own_count_is_what_a_step_says() {
        let building = "    Building [=====>        ] 112/344: leptos, web-sys           ";
        assert_eq!(
            progress(building).unwrap(),
            "112 of 344 crates; now leptos, web-sys"
        );
        let fetching = "       Fetch [====>          ] 8 complete; 3 pending   ";
        assert_eq!(
            progress(fetching).unwrap(),
            "fetching: 8 complete; 3 pending"
        );
        assert_eq!(progress("   Compiling serde v1.0.229"), None);
        assert_eq!(progress("test [a] ... 1/2: ok"), None);
    }

    #[test]
    fn what_is_for_programs_is_not_told_to_people() {
        let mut told = Told::default();
        for line in ["   Compiling a v1\n", "{\"reason\":\"x\"}\n", "\n"] {
            told.hear(line.to_owned());
        }
        assert_eq!(told.now(), "Compiling a v1");
        let output = Output(Arc::new(Mutex::new(told)));
        assert_eq!(output.text(), "   Compiling a v1\n\n");
    }

    #[test]
    fn lines_and_progress_are_told_apart_in_one_stream() {
        let said =
            b"   Compiling a v1\n    Building [> ] 0/2: a\r    Building [=>] 1/2: b\rwarning: c\n";
        let output = Output::default();
        output.take(&said[..]).join().unwrap();
        assert_eq!(output.now(), "1 of 2 crates; now b");
        assert_eq!(output.lines(), ["   Compiling a v1\n", "warning: c\n"]);
    }
}
