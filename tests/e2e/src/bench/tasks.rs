//! The longest piece of work that a page's main thread does without a pause.
//!
//! In: a tab. Out: milliseconds of the thread's own time: on a busy machine a task is held up by others, and a clock on the
//! wall would tell how busy the machine is.

use crate::browser::Error;
use chromiumoxide::Page;
use chromiumoxide::cdp::browser_protocol::tracing::{
    EndParams, EventDataCollected, EventTracingComplete, StartParams, TraceConfig,
};
use chromiumoxide::listeners::EventStream;
use futures_util::StreamExt;
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use tokio::time::timeout;

/// After so long without another piece all are here.
const QUIET: Duration = Duration::from_millis(500);

/// A recording that runs.
pub(super) struct Tasks {
    tab: Page,
    pieces: EventStream<EventDataCollected>,
    over: EventStream<EventTracingComplete>,
}

impl Tasks {
    /// Begins to record.
    pub(super) async fn record(tab: &Page) -> Result<Tasks, Error> {
        let tasks = Tasks {
            tab: tab.clone(),
            pieces: tab.event_listener().await?,
            over: tab.event_listener().await?,
        };
        let config = TraceConfig {
            included_categories: Some(vec!["toplevel".into(), "__metadata".into()]),
            excluded_categories: Some(vec!["*".into()]),
            ..TraceConfig::default()
        };
        let start = StartParams {
            trace_config: Some(config),
            ..StartParams::default()
        };
        tasks.tab.execute(start).await?;
        Ok(tasks)
    }

    /// Ends the recording: the longest task.
    pub(super) async fn longest(mut self) -> Result<f64, Error> {
        self.tab.execute(EndParams::default()).await?;
        // Pages are on threads of this name; a tab that does nothing has short tasks only.
        let mut pages = HashSet::new();
        let mut longest: HashMap<(u64, u64), f64> = HashMap::new();
        let _ = self.over.next().await;
        // Each piece is handed on by itself, some of them behind the word that all are here.
        let mut pieces = Vec::new();
        while let Ok(Some(piece)) = timeout(QUIET, self.pieces.next()).await {
            pieces.push(piece);
        }
        for piece in pieces {
            for event in &piece.value {
                let number = |name: &str| event[name].as_u64().unwrap_or_default();
                let thread = (number("pid"), number("tid"));
                if event["name"] == "thread_name" && event["args"]["name"] == "CrRendererMain" {
                    pages.insert(thread);
                }
                if event["name"]
                    .as_str()
                    .is_some_and(|name| name.ends_with("RunTask"))
                {
                    let took = event["tdur"].as_f64().unwrap_or_default() / 1000.0;
                    let most = longest.entry(thread).or_default();
                    *most = most.max(took);
                }
            }
        }
        let of_pages = longest.iter().filter(|(thread, _)| pages.contains(thread));
        let found = of_pages
            .map(|(_, took)| *took)
            .fold(None, |most: Option<f64>, took| {
                Some(most.map_or(took, |most| most.max(took)))
            });
        found.ok_or_else(|| format!("no task was recorded among {}", longest.len()).into())
    }
}
