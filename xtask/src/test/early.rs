//! What the later steps need, made beside the first ones: for minutes those leave half of the machine idle, and so does the page's build.
//!
//! In: nothing. Out: programs and a build where those look for them. What it cannot make is asked for again by the step that needs it,
//! and said there.

use crate::{Outcome, assemble, root, tools};
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// The work beside; dropped before it is done, it ends.
pub(super) struct Early {
    child: Child,
    began: Instant,
}

impl Early {
    /// Begins; `None` where that cannot be, which costs time alone.
    pub(super) fn begin() -> Option<Early> {
        let log = log();
        fs::create_dir_all(log.parent()?).ok()?;
        let log = File::create(log).ok()?;
        let child = Command::new(std::env::current_exe().ok()?)
            .arg("prepare")
            .stdin(Stdio::null())
            .stdout(log.try_clone().ok()?)
            .stderr(log)
            .spawn()
            .ok()?;
        Some(Early {
            child,
            began: Instant::now(),
        })
    }

    /// Waits until it is done.
    pub(super) fn wait(mut self) -> Outcome {
        let waits = Instant::now();
        let is_made = self.child.wait()?.success();
        println!(
            "▸ the page and programs, made meanwhile ... {:.1} s, of which {:.1} s were waited for",
            self.began.elapsed().as_secs_f64(),
            waits.elapsed().as_secs_f64()
        );
        if !is_made {
            println!("  not all of it: {}", log().display());
        }
        Ok(())
    }
}

impl Drop for Early {
    fn drop(&mut self) {
        // Cargo ends too, once nobody reads what it says. Over already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn log() -> PathBuf {
    root().join("target").join("prepare.log")
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
