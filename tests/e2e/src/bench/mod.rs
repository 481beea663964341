//! What a streamed reply costs a page: Rill, and beside it the least that a page can do with the same stream.
//!
//! In: the release build, the lab, Chromium; what others do with the stream, where it is wanted. Out: figures, one [`Run`] for each
//! page and stream. It judges nothing.

mod guest;
mod many;
mod open;
mod stream;
mod tasks;
mod who;

use crate::browser::{Browser, Error};
use crate::page::Page;
use crate::stage::Stage;
pub use guest::{ONCE, TIMES, Visit};
use lab::{Dialect, Lab, StaticSite, percent_encode};
pub use many::{MANY, SOME};
pub use open::{FEW, LENGTHS, Opening};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};
pub use stream::{SMOKE, STREAMS, Stream};
use tasks::Tasks;
use tokio::time::timeout;
pub use who::Who;

/// Between two clicks.
const CLICK_EVERY: Duration = Duration::from_millis(100);

/// What one reply cost one page. Times are milliseconds.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Run {
    /// The stream's name.
    pub stream: &'static str,
    /// The page.
    pub who: Who,
    /// Tokens of the reply.
    pub tokens: usize,
    /// After so long the page had not shown all, and was given up: no other figure counts then.
    pub given_up: Option<f64>,
    /// From the send to the last letter on screen, without the time in which the server made up its reply.
    pub wall: f64,
    /// The main thread's own time.
    pub task: f64,
    /// Of these, in scripts.
    pub script: f64,
    /// Of these, in styles and layout.
    pub layout: f64,
    /// The main thread's time in each quarter of the stream; none where it came at once.
    pub quarters: Vec<f64>,
    /// Tasks over 50 ms by the clock on the wall.
    pub long_tasks: usize,
    /// The longest task in the main thread's own time; of a paced reply it is not recorded.
    pub longest_task: Option<f64>,
    /// The 99th percentile of the gaps between frames; where the reply is paced, of a sample.
    pub frame: f64,
    /// Clicks while it streamed.
    pub clicks: usize,
    /// The slowest answer to a click, to its picture; 0 where all were quicker than 16 ms.
    pub slowest_click: f64,
    /// Million bytes of JavaScript's heap afterwards, what is no longer used taken away.
    pub heap: f64,
    /// DOM nodes afterwards.
    pub nodes: f64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Told {
    wall: f64,
    long_tasks: usize,
    frame: f64,
    clicks: usize,
    slowest_click: f64,
}

/// What is needed to measure.
pub struct Bench {
    browser: Browser,
    site: StaticSite,
}

/// Measures, and writes the figures to this file.
pub fn write<T: Serialize>(out: &str, work: impl Future<Output = Result<T, Error>>) -> ExitCode {
    let measured = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(Error::from)
        .and_then(|runtime| runtime.block_on(work))
        .and_then(|figures| Ok(std::fs::write(out, serde_json::to_vec(&figures)?)?));
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

impl Bench {
    /// Starts the browser and the host of the built page, and of the bundles of others in the folder `peers`.
    pub async fn start(peers: Option<&Path>) -> Result<Bench, Error> {
        // The worker that keeps the page would be at work while the page is measured.
        let mut site = StaticSite::of(Stage::dist()?)
            .page("sw.js", "")
            .page("chat.html", include_str!("chat.html"))
            .page("plain.html", include_str!("plain.html"));
        for (name, script, element) in guest::PAGES {
            let page = include_str!("guest.html").replace("SCRIPT", script);
            site = site.page(name, page.replace("ELEMENT", element));
        }
        for name in peers.iter().flat_map(|_| Who::PEERS).map(Who::name) {
            site = site.page(
                &format!("{name}.html"),
                include_str!("peer.html").replace("PEER", name),
            );
            for file in [format!("{name}.js"), format!("{name}.css")] {
                let text = peers.map(|folder| std::fs::read_to_string(folder.join(&file)));
                // Most have no styles of their own.
                if let Some(Ok(text)) = text {
                    site = site.page(&file, text);
                }
            }
        }
        Ok(Bench {
            browser: Browser::start().await?,
            site: site.start().await?,
        })
    }

    /// Ends the browser.
    pub async fn close(self) {
        self.browser.close().await;
    }

    /// One reply in a page of its own.
    pub async fn run(&mut self, who: Who, stream: &Stream) -> Result<Run, Error> {
        let lab = Lab::start().await?;
        let page = Page::blank(&self.browser).await?;
        page.at_start(include_str!("probe.js")).await;
        page.count_costs().await;
        let server = |options: &str| lab.url(Dialect::OpenAi, options);
        let earlier = stream.earlier_options().filter(|_| who == Who::Rill);
        let first = earlier.clone().unwrap_or_else(|| stream.options());
        let page_of = who.page(stream.earlier);
        let query = format!("{page_of}server={}", percent_encode(&server(&first)));
        page.goto(&self.site.url(&query)).await;
        page.until::<bool>("globalThis.page?.ready()").await;
        if earlier.is_some() {
            // A question of the driver may not take as long as all of them do.
            for _ in 0..stream.earlier.div_ceil(20) {
                page.js::<usize>("bench.talk(10)").await;
            }
            let next = crate::page::quote(&server(&stream.options()));
            page.js::<Option<bool>>(&format!("(page.talkTo({next}), null)"))
                .await;
            page.until::<bool>("page.ready()").await;
        }
        let limit = stream.span() + who.patience();
        let Ok(run) = timeout(limit, self.measure(who, stream, &lab, &page)).await else {
            if !who.is_peer() {
                return Err(format!("{who:?} did not end: {}", stream.name).into());
            }
            // Such a page answers no question, not even to close: its browser ends with it.
            self.browser.close().await;
            self.browser = Browser::start().await?;
            return Ok(Run {
                stream: stream.name,
                who,
                tokens: stream.tokens,
                given_up: Some(limit.as_secs_f64() * 1e3),
                ..Run::default()
            });
        };
        let complaints = page.complaints().await;
        page.close().await;
        if !complaints.is_empty() {
            return Err(format!("the page complained:\n{}", complaints.join("\n")).into());
        }
        run
    }

    async fn measure(
        &self,
        who: Who,
        stream: &Stream,
        lab: &Lab,
        page: &Page,
    ) -> Result<Run, Error> {
        let tasks = match stream.is_paced() {
            true => None,
            false => Some(Tasks::record(page.chromium().page()).await?),
        };
        let before = page.costs().await;
        let mut marks = vec![task(&before)];
        lab.logbook().clear();
        let begin = format!("(bench.begin({}), null)", stream.is_paced());
        let _: Option<bool> = page.js(&begin).await;
        let began = Instant::now();
        if stream.is_paced() {
            for quarter in 1..4 {
                let due = began + stream.span() * quarter / 4;
                tokio::time::sleep_until(due.into()).await;
                marks.push(task(&page.costs().await));
            }
        }
        while !page.ask::<bool>("bench.ended()").await {
            if stream.clicks {
                page.click_at(30.0, 15.0).await;
            }
            tokio::time::sleep(CLICK_EVERY).await;
        }
        let after = page.costs().await;
        marks.push(task(&after));
        let longest_task = match tasks {
            Some(tasks) => Some(tasks.longest().await?),
            None => None,
        };
        let told: Told = page.ask("bench.result()").await;
        page.tidy().await;
        let rest = page.costs().await;
        let thinking = lab.log().iter().find(|entry| entry.is_chat()).map(|entry| {
            let head = entry.head_at.unwrap_or(entry.at);
            head - entry.at
        });
        let cost = |names: &[&str]| -> f64 {
            let of = |all: &HashMap<String, f64>, name: &str| all.get(name).copied().unwrap_or(0.0);
            names
                .iter()
                .map(|name| of(&after, name) - of(&before, name))
                .sum::<f64>()
                * 1000.0
        };
        Ok(Run {
            stream: stream.name,
            who,
            tokens: stream.tokens,
            given_up: None,
            wall: told.wall - thinking.unwrap_or(0.0),
            task: cost(&["TaskDuration"]),
            script: cost(&["ScriptDuration"]),
            layout: cost(&["LayoutDuration", "RecalcStyleDuration"]),
            quarters: if stream.is_paced() {
                marks.windows(2).map(|pair| pair[1] - pair[0]).collect()
            } else {
                Vec::new()
            },
            long_tasks: told.long_tasks,
            longest_task,
            frame: told.frame,
            clicks: told.clicks,
            slowest_click: told.slowest_click,
            heap: rest.get("JSHeapUsedSize").copied().unwrap_or(0.0) / 1e6,
            nodes: rest.get("Nodes").copied().unwrap_or(0.0),
        })
    }
}

fn task(costs: &HashMap<String, f64>) -> f64 {
    costs.get("TaskDuration").copied().unwrap_or(0.0) * 1000.0
}
