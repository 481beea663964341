//! Runs cases: one browser for all of them, a few at a time, each with a limit and its own line.
//!
//! In: the functions that are named by `#[e2e::case]` in the program, and the flags of Rust's own harness (a filter, `--exact`,
//! `--list`, `--skip`, `--test-threads`). Out: an exit code. That harness itself is not used, because the browser must be shared by all
//! cases and ended after the last, whatever became of them.

use crate::browser::{Browser, Error};
use crate::engine::{Kind, Need};
use crate::stage::Stage;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use lab::StaticSite;
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

/// The most that one case may take.
const LIMIT: Duration = Duration::from_secs(300);
/// Cases that run at the same time; most of them wait for the clock of a fault.
const AT_ONCE: usize = 3;

/// One case; `#[e2e::case]` makes it.
pub struct Case {
    /// The path of its function, a sentence with underscores.
    pub path: &'static str,
    /// What it needs that not every engine has.
    pub needs: &'static [Need],
    /// The case.
    pub run: fn(Stage) -> BoxFuture<'static, ()>,
}

inventory::collect!(Case);

impl Case {
    /// Its name: the path without the program's.
    pub fn name(&self) -> &'static str {
        self.path
            .split_once("::")
            .map_or(self.path, |(_, name)| name)
    }
}

/// Runs the cases of this program that the command line wants; all, if it says nothing.
pub fn main() -> ExitCode {
    main_of(|_| true)
}

/// Runs those of them that are here at all.
pub fn main_of(is_here: fn(&Case) -> bool) -> ExitCode {
    let suite = match Suite::new() {
        Ok(suite) => Arc::new(suite),
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let mut flags = Arguments::from_args();
    flags.test_threads.get_or_insert(AT_ONCE);
    let cases = inventory::iter::<Case>.into_iter();
    let mut cases: Vec<&'static Case> = cases.filter(|case| is_here(case)).collect();
    cases.sort_by_key(|case| case.path);
    let trial = |case: &'static Case| {
        let suite = Arc::clone(&suite);
        Trial::ignorable_test(case.name(), move || suite.run(case))
    };
    let conclusion = libtest_mimic::run(&flags, cases.into_iter().map(trial).collect());
    suite.close();
    conclusion.exit_code()
}

/// What all cases share.
struct Suite {
    runtime: Runtime,
    kind: Kind,
    /// Started by the first case that runs; why not, if that failed.
    shared: OnceCell<Result<Shared, String>>,
}

struct Shared {
    browser: Arc<Browser>,
    site: Arc<StaticSite>,
}

impl Suite {
    fn new() -> Result<Suite, Error> {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        Ok(Suite {
            runtime: runtime.worker_threads(2).enable_all().build()?,
            kind: Kind::wanted()?,
            shared: OnceCell::new(),
        })
    }

    fn run(&self, case: &Case) -> Result<Completion, Failed> {
        let kind = self.kind;
        if let Some(need) = case.needs.iter().find(|need| !kind.has(**need)) {
            return Ok(Completion::ignored_with(format!(
                "in {kind}: it needs {need}"
            )));
        }
        self.runtime.block_on(async {
            one(case, self.stage().await?).await?;
            Ok(Completion::Completed)
        })
    }

    async fn stage(&self) -> Result<Stage, String> {
        let shared = self.shared.get_or_init(|| async {
            let shared = Shared::start().await;
            shared.map_err(|error| error.to_string())
        });
        let shared = shared.await.as_ref().map_err(String::clone)?;
        Stage::new(Arc::clone(&shared.browser), Arc::clone(&shared.site))
            .await
            .map_err(|error| format!("no stage: {error}"))
    }

    fn close(&self) {
        if let Some(Ok(shared)) = self.shared.get() {
            self.runtime.block_on(shared.browser.close());
        }
    }
}

impl Shared {
    async fn start() -> Result<Shared, Error> {
        Ok(Shared {
            site: Arc::new(Stage::site().await?),
            browser: Arc::new(Browser::start().await?),
        })
    }
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
            let name = case.name().replace(':', "");
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
