//! Runs cases: one browser for all of them, a few at a time, each with a limit, each with its own line.
//!
//! In: cases, and from the command line parts of names to run only those. Out: an exit code. Rust's own harness is not used, because
//! the browser must be shared by all cases and ended after the last, whatever became of them.

use crate::browser::{Browser, Error};
use crate::engine::{Kind, Need};
use crate::stage::Stage;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt};
use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The most that one case may take.
const LIMIT: Duration = Duration::from_secs(300);
/// Cases that run at the same time; most of them wait for the clock of a fault.
const AT_ONCE: usize = 3;

/// One case.
pub struct Case {
    /// What it shows, as a sentence with underscores.
    pub name: &'static str,
    /// What it needs that not every engine has.
    pub needs: &'static [Need],
    /// The case.
    pub run: fn(Stage) -> BoxFuture<'static, ()>,
}

/// Names cases, and what they need that not every engine has: `cases![talk::a_sentence, long::another => Costs]`.
#[macro_export]
macro_rules! cases {
    ($($path:path $(=> $need:ident)*),* $(,)?) => {
        &[$($crate::Case {
            name: stringify!($path),
            needs: &[$($crate::engine::Need::$need),*],
            run: |stage| Box::pin($path(stage)),
        }),*]
    };
}

/// Runs those whose names hold one of the words of the command line; all, if there are none.
pub fn main(cases: &[Case]) -> ExitCode {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let wanted: Vec<&Case> = cases
        .iter()
        .filter(|case| {
            words.is_empty() || words.iter().any(|word| case.name.contains(word.as_str()))
        })
        .collect();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("no runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(all(&wanted)) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn all(cases: &[&Case]) -> Result<usize, Error> {
    let began = Instant::now();
    let site = Arc::new(Stage::site().await?);
    let browser = Arc::new(Browser::start().await?);
    let kind = browser.kind();
    let (skipped, cases) = split(cases, kind);
    println!("\nrunning {} cases in {kind}", cases.len());
    for (case, need) in &skipped {
        println!("case {} ... skipped in {kind}: it needs {need}", case.name);
    }
    let verdicts: Vec<(&str, Result<(), String>)> = stream::iter(cases)
        .map(|case| async {
            let began = Instant::now();
            let verdict = match Stage::new(Arc::clone(&browser), Arc::clone(&site)).await {
                Ok(stage) => one(case, stage).await,
                Err(error) => Err(format!("no stage: {error}")),
            };
            let word = if verdict.is_ok() { "ok" } else { "FAILED" };
            println!(
                "case {} ... {word} ({:.1} s)",
                case.name,
                began.elapsed().as_secs_f64()
            );
            (case.name, verdict)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    browser.close().await;
    let mut failed = 0;
    for (name, verdict) in &verdicts {
        if let Err(why) = verdict {
            failed += 1;
            println!("\n---- {name} ----\n{why}");
        }
    }
    println!(
        "\n{} passed, {failed} failed, {} skipped, in {kind}, in {:.0} s",
        verdicts.len() - failed,
        skipped.len(),
        began.elapsed().as_secs_f64()
    );
    Ok(failed)
}

/// Those that need what the engine has not got, the first such thing beside them; and the others.
fn split<'a>(cases: &[&'a Case], kind: Kind) -> (Vec<(&'a Case, Need)>, Vec<&'a Case>) {
    let mut skipped = Vec::new();
    let mut rest = Vec::new();
    for case in cases {
        match case.needs.iter().find(|need| !kind.has(**need)) {
            Some(need) => skipped.push((*case, *need)),
            None => rest.push(*case),
        }
    }
    (skipped, rest)
}

async fn one(case: &Case, stage: Stage) -> Result<(), String> {
    let run = tokio::time::timeout(
        LIMIT,
        AssertUnwindSafe((case.run)(stage.clone())).catch_unwind(),
    );
    let verdict = match run.await {
        Ok(Ok(())) => match careful(stage.complaints()).await {
            Some(complaints) if complaints.is_empty() => Ok(()),
            Some(complaints) => Err(format!("the page complained:\n{}", complaints.join("\n"))),
            None => Err("the page does not answer any more".to_owned()),
        },
        Ok(Err(panic)) => Err(words(&*panic)),
        Err(_) => Err(format!("not done after {} s", LIMIT.as_secs())),
    };
    let verdict = match verdict {
        Ok(()) => Ok(()),
        Err(mut why) => {
            let complaints = careful(stage.complaints()).await.unwrap_or_default();
            if !complaints.is_empty() && !why.contains("complained") {
                why.push_str(&format!(
                    "\nthe page complained:\n{}",
                    complaints.join("\n")
                ));
            }
            let name = case.name.replace([':', ' '], "");
            let pictures = careful(stage.evidence(&name)).await.unwrap_or_default();
            for picture in pictures {
                why.push_str(&format!("\nsee {}", picture.display()));
            }
            Err(format!(
                "{why}\nthe lab's log:\n{}",
                stage.lab.logbook().summary()
            ))
        }
    };
    careful(stage.close()).await;
    verdict
}

/// A page that is stuck or gone must not take the suite with it.
async fn careful<T>(work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(
        Duration::from_secs(15),
        AssertUnwindSafe(work).catch_unwind(),
    )
    .await
    .ok()?
    .ok()
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "it panicked".to_owned())
}
