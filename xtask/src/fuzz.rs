//! `cargo xtask fuzz`: what strangers send, on and on, to every room that reads it.
//!
//! In: minutes for each room, or a seed that repeats a finding. Out: rounds for each check, and the seed of each finding. The rooms are the
//! files in `tests/fuzz/tests`; what they share is `tests/fuzz/src`. It must not know what a room is or does.

use crate::run::{cargo, flush, output};
use crate::{Failure, Outcome, flags, root, tools};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long each room is tried, if nobody says.
const MINUTES: u64 = 1;
/// So long may one round last beyond the time of its check; one that takes longer never ends.
const PATIENCE: Duration = Duration::from_secs(120);
/// How the checks say what repeats a finding.
const SEED: &str = "RILL_FUZZ_SEED=";

/// A room, compiled.
struct Room {
    name: String,
    program: PathBuf,
    /// The names of its checks.
    checks: Vec<String>,
}

/// One check of a room, to be run.
struct Job<'a> {
    room: &'a Room,
    check: &'a str,
}

/// What came of a check.
enum Fate {
    Rounds(u64),
    /// Its words, and the seed that repeats it, if it is known.
    Finding(String, Option<String>),
}

/// Runs all rooms, or one.
pub(crate) fn fuzz(options: &flags::Fuzz) -> Outcome {
    if options.seed.is_some() && options.room.is_none() {
        return Err(Failure::new(
            "a seed repeats a finding of one room: --room NAME --seed N",
        ));
    }
    let minutes = options.minutes.unwrap_or(MINUTES);
    let rooms = rooms(options.room.as_deref())?;
    let jobs: Vec<Job> = rooms
        .iter()
        .flat_map(|room| room.checks.iter().map(move |check| Job { room, check }))
        .collect();
    if jobs.is_empty() {
        return Err(Failure::new("there is no such room in tests/fuzz/tests"));
    }
    if let Some(seed) = options.seed {
        return again(&jobs, seed);
    }
    let at_once = std::thread::available_parallelism().map_or(1, usize::from);
    println!(
        "▸ {} checks of {} rooms, {} min for each room, {at_once} at a time",
        jobs.len(),
        rooms.len(),
        minutes
    );
    let waiting = Mutex::new(jobs.iter());
    let findings = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                let next = || {
                    waiting
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .next()
                };
                while let Some(job) = next() {
                    let seconds = minutes * 60 / job.room.checks.len() as u64;
                    if let Some(words) = job.report(seconds.max(1)) {
                        findings
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .push(words);
                    }
                }
            });
        }
    });
    let findings = findings
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    if findings.is_empty() {
        println!("\nNothing was found.");
        return Ok(());
    }
    Err(Failure::new(format!(
        "{}\nFound: {}.",
        findings.join("\n"),
        findings.len()
    )))
}

/// Repeats one round of every check of a room.
fn again(jobs: &[Job], seed: u64) -> Outcome {
    for job in jobs {
        println!("▸ {}: {}, seed {seed}", job.room.name, job.check);
        flush();
        let status = job
            .command()
            .env("RILL_FUZZ_SEED", seed.to_string())
            .status()?;
        if !status.success() {
            return Err(Failure::new("found again"));
        }
    }
    println!("\nNothing was found.");
    Ok(())
}

impl Job<'_> {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.room.program);
        command
            .args(["--exact", self.check, "--nocapture", "--test-threads=1"])
            .env("RUST_BACKTRACE", "0")
            // Where cargo runs tests: they look for their files from here.
            .current_dir(root().join("tests").join("fuzz"));
        command
    }

    /// Runs it for so long, and says what came of it; a finding's words, if there is one.
    fn report(&self, seconds: u64) -> Option<String> {
        let name = format!("{}: {}", self.room.name, self.check);
        match self.run(seconds) {
            Ok(Fate::Rounds(rounds)) => {
                println!("  {name}: {rounds} rounds in {seconds} s");
                None
            }
            Ok(Fate::Finding(words, seed)) => {
                println!("  {name}: FOUND something");
                let again = seed.map_or_else(
                    || "its seed is not known".to_owned(),
                    |seed| {
                        format!(
                            "To have it again: cargo xtask fuzz --room {} --seed {seed}",
                            self.room.name
                        )
                    },
                );
                Some(format!("---- {name} ----\n{words}\n{again}\n"))
            }
            Err(Failure(words)) => Some(format!("---- {name} ----\n{words}\n")),
        }
    }

    fn run(&self, seconds: u64) -> Outcome<Fate> {
        let folder = tools::folder().join("fuzz");
        fs::create_dir_all(&folder)?;
        let place = |ending: &str| {
            let check = self.check.replace("::", "-");
            folder.join(format!("{}-{check}.{ending}", self.room.name))
        };
        let (said, last) = (place("txt"), place("seed"));
        let _ = fs::remove_file(&last);
        let file = fs::File::create(&said)?;
        let mut child = self
            .command()
            .env("RILL_FUZZ_SECONDS", seconds.to_string())
            .env("RILL_FUZZ_LAST", &last)
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()?;
        let until = Instant::now() + Duration::from_secs(seconds) + PATIENCE;
        let ended = loop {
            match child.try_wait()? {
                Some(status) => break Some(status),
                None if Instant::now() > until => {
                    child.kill()?;
                    child.wait()?;
                    break None;
                }
                None => std::thread::sleep(Duration::from_millis(100)),
            }
        };
        let words = String::from_utf8_lossy(&fs::read(&said)?).into_owned();
        if ended.is_some_and(|status| status.success()) {
            return Ok(Fate::Rounds(rounds(&words)));
        }
        let words = match ended {
            Some(status) => format!("{words}\n({status})"),
            None => format!("{words}\nA round that began in time did not end."),
        };
        // A process that was ended, or ended itself (a stack that is full), could not say it any more.
        let seed = seed(&words).or_else(|| Some(fs::read_to_string(&last).ok()?.trim().to_owned()));
        Ok(Fate::Finding(words, seed))
    }
}

fn rounds(words: &str) -> u64 {
    let count = |line: &str| {
        line.strip_suffix(" rounds")?
            .split(' ')
            .next_back()?
            .parse::<u64>()
            .ok()
    };
    words.lines().filter_map(count).sum()
}

fn seed(words: &str) -> Option<String> {
    let (_, rest) = words.rsplit_once(SEED)?;
    Some(rest.chars().take_while(char::is_ascii_digit).collect())
}

/// Compiles the rooms: optimised, and with every check that a debug build has.
fn rooms(only: Option<&str>) -> Outcome<Vec<Room>> {
    let mut build = cargo();
    build
        .args(["test", "--package", "fuzz", "--profile", "fuzz", "--no-run"])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(root());
    match only {
        Some(room) => build.args(["--test", room]),
        None => build.args(["--test", "*"]),
    };
    let messages = output("compiling the rooms", &mut build)?;
    let mut rooms = Vec::new();
    for message in messages
        .iter()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
    {
        let target = &message["target"];
        let (Some(program), Some(name)) = (message["executable"].as_str(), target["name"].as_str())
        else {
            continue;
        };
        if target["kind"] != serde_json::json!(["test"]) {
            continue;
        }
        let program = PathBuf::from(program);
        let mut list = Command::new(&program);
        list.args(["--list", "--format", "terse"]);
        let said = crate::run::output_of(&mut list).ok_or_else(|| {
            Failure::new(format!("{} does not say its checks", program.display()))
        })?;
        let checks = said.lines().filter_map(|line| line.strip_suffix(": test"));
        rooms.push(Room {
            name: name.to_owned(),
            checks: checks.map(str::to_owned).collect(),
            program,
        });
    }
    rooms.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(rooms)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::flags::XtaskCmd;

    #[test]
    fn a_seed_wants_its_room() {
        let XtaskCmd::Fuzz(options) = XtaskCmd::of("fuzz --seed 18446744073709551615").unwrap()
        else {
            panic!("another command")
        };
        assert_eq!(options.seed, Some(u64::MAX));
        let Err(Failure(words)) = fuzz(&options) else {
            panic!("a seed alone is taken")
        };
        assert!(words.contains("--room"), "{words}");
    }

    #[test]
    fn what_a_check_says_is_understood() {
        let well = "running 1 test\ntest a ... 120 rounds\nok\n";
        assert_eq!((rounds(well), seed(well)), (120, None));
        assert_eq!(rounds("\n7 rounds\n5 rounds\n"), 12);
        let badly = "thread panicked\nTo have it again: RILL_FUZZ_SEED=77\nFAILED";
        assert_eq!(seed(badly).unwrap(), "77");
    }
}
