//! What the later steps need, made beside the first ones: for minutes those leave half of the machine idle, and so does the page's build.
//!
//! In: nothing. Out: programs and a build where those look for them; in CI also a verdict on the page of a bare machine, so that nothing is
//! built any more when browsers are timed. What `prepare` cannot make is asked for again by the step that needs it, and said there.

use crate::run::ourselves;
use crate::{Failure, Outcome, assemble, root, tools};
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// The works beside; those that are not done when it is dropped end.
pub(super) struct Early {
    works: Vec<Work>,
    began: Instant,
}

/// A command of ours, which writes into a file of its own.
struct Work {
    name: &'static str,
    log: PathBuf,
    child: Child,
}

impl Early {
    /// Begins; fails where none of our commands can be started.
    pub(super) fn begin() -> Outcome<Early> {
        let mut works = vec![Work::begin("prepare", &["prepare"])?];
        if super::in_ci() {
            works.push(Work::begin("bare", &["bare", "--here"])?);
        }
        Ok(Early {
            works,
            began: Instant::now(),
        })
    }

    /// Waits until all of it is done.
    pub(super) fn wait(mut self) -> Outcome {
        let waits = Instant::now();
        let mut verdict = Ok(());
        for work in &mut self.works {
            let is_done = work.child.wait()?.success();
            let words = match (is_done, work.name) {
                (true, _) => continue,
                // The step that lacks it says what is wrong.
                (false, "prepare") => {
                    println!("  not all could be made beforehand: {}", work.log.display());
                    continue;
                }
                (false, _) => fs::read_to_string(&work.log)?,
            };
            verdict = Err(Failure::new(words));
        }
        println!(
            "▸ the page, programs and in CI a bare machine's page, made meanwhile ... {:.1} s, of which {:.1} s were waited for",
            self.began.elapsed().as_secs_f64(),
            waits.elapsed().as_secs_f64()
        );
        verdict
    }
}

impl Work {
    fn begin(name: &'static str, words: &[&str]) -> Outcome<Work> {
        let target = root().join("target");
        fs::create_dir_all(&target)?;
        let path = target.join(format!("{name}.log"));
        let log = File::create(&path)?;
        let child = Command::new(ourselves()?)
            .args(words)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        Ok(Work {
            name,
            log: path,
            child,
        })
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        // Cargo ends too, once nobody reads what it says. Over already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes all of it, whatever of it fails; the first failure is told at the end.
pub(crate) fn prepare() -> Outcome {
    let in_ci = super::in_ci();
    [
        tools::wasm_bindgen().map(drop),
        assemble::shipped().map(drop),
        tools::cargo_deny().map(drop),
        // Elsewhere nobody builds it who has not got it.
        if in_ci {
            tools::trunk().map(drop)
        } else {
            Ok(())
        },
    ]
    .into_iter()
    .collect()
}
