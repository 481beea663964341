//! What it costs to open the list where very many conversations are kept, and to search in all of them.
//!
//! In: the release build, Chromium. Out: figures, one [`Opening`] for each way. It judges nothing.

use super::Bench;
use super::open::{Opening, find, median};
use super::tasks::Tasks;
use crate::browser::Error;
use crate::page::{Page, quote};

/// The number of conversations, and of the turns of each.
pub const MANY: (usize, usize) = (1_000, 40);
/// The same in short.
pub const SOME: (usize, usize) = (30, 10);
/// So often the list is opened; the median counts.
const TIMES: usize = 5;
/// What is typed, a key stroke each: letters that are everywhere, a word that grows, several words, and one that is nowhere.
const TYPED: [&str; 8] = [
    "r",
    "ri",
    "riv",
    "rive",
    "flow",
    "flow s",
    "flow str",
    "wolverine",
];

impl Bench {
    /// Keeps many conversations, and opens the list and the search.
    pub async fn many(
        &self,
        (conversations, turns): (usize, usize),
    ) -> Result<Vec<Opening>, Error> {
        let page = Page::blank(&self.browser).await?;
        page.at_start(include_str!("many.js")).await;
        let address = self.site.url("?server=demo");
        page.goto(&address).await;
        page.ask::<bool>(&format!("many.seed({conversations}, {turns})"))
            .await;
        let button = find("Conversations");
        let mut lists = Vec::new();
        for _ in 0..TIMES {
            page.goto("about:blank").await;
            page.goto(&address).await;
            page.until::<bool>(&format!("!!{button}")).await;
            // The second half is here by then, as it is for whoever has begun to write.
            page.press("End", 0).await;
            page.until::<bool>("!!e2e.every(0, '.notice')[0]").await;
            lists.push(page.js::<f64>(&format!("many.list({button})")).await);
        }
        let tasks = Tasks::record(page.chromium().page()).await?;
        let search = find("Search");
        page.until::<bool>(&format!("({search}.click(), true)"))
            .await;
        page.until::<bool>("!!e2e.every(0, 'input.search')[0]")
            .await;
        let began = std::time::Instant::now();
        page.until::<bool>("e2e.every(0, '.hits')[0]?.ariaBusy === 'true'")
            .await;
        page.until::<bool>("e2e.every(0, '.hits')[0].ariaBusy === 'false'")
            .await;
        let index = began.elapsed().as_secs_f64() * 1000.0;
        let longest = tasks.longest().await?;
        let mut strokes = Vec::new();
        for typed in TYPED {
            let took: f64 = page.js(&format!("many.type({})", quote(typed))).await;
            println!("  {typed:?}: {took:.0} ms");
            strokes.push(took);
        }
        let complaints = page.complaints().await;
        page.close().await;
        if !complaints.is_empty() {
            return Err(format!("the page complained:\n{}", complaints.join("\n")).into());
        }
        let all = conversations * turns;
        let of = |how, shown, longest_task| Opening {
            how,
            turns: all,
            shown,
            longest_task,
            scroll: [0.0; 2],
        };
        Ok(vec![
            of("many", median(lists), None),
            of("index", index, Some(longest)),
            of("search", strokes.into_iter().fold(0.0, f64::max), None),
        ])
    }
}
