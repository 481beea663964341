//! What it costs to open a conversation, and to scroll in it, by how long it is.
//!
//! In: the release build, Chromium. Out: figures, one [`Opening`] for each length and way. It judges nothing.

use super::Bench;
use super::stream::MIXED;
use super::tasks::Tasks;
use crate::browser::Error;
use crate::page::{Page, quote};
use serde::Serialize;
use serde_json::{Value, json};
use std::time::Duration;

/// The lengths that are held against each other, in turns.
pub const LENGTHS: [usize; 3] = [20, 200, 2_000];
/// The same in short.
pub const FEW: [usize; 3] = [20, 40, 100];
/// So often each is opened; the median counts.
const TIMES: usize = 5;
/// Steps of scrolling, and their height in pixels.
const STEPS: (usize, usize) = (60, 400);
/// The longest that all turns may take to be there.
const PATIENCE: Duration = Duration::from_secs(120);

/// One conversation, opened. Times are milliseconds.
#[derive(Debug, Clone, Serialize)]
pub struct Opening {
    /// `return`: of a tab's own conversation; `list`: of one from the list. Where very many are kept: `many` of the list itself,
    /// `index` of all that is searched, `search` of the slowest key stroke.
    pub how: &'static str,
    /// Its length; the turns of all conversations.
    pub turns: usize,
    /// Until the newest turn was seen: from the navigation, or from the click.
    pub shown: f64,
    /// The longest task until all turns were there, in the main thread's own time; of a return.
    pub longest_task: Option<f64>,
    /// The main thread's own time of scrolling from the end towards the beginning, for the first time and once more.
    pub scroll: [f64; 2],
}

impl Bench {
    /// Opens a conversation of so many turns again and again.
    pub async fn open(&self, turns: usize) -> Result<Vec<Opening>, Error> {
        let page = Page::blank(&self.browser).await?;
        page.at_start(include_str!("open.js")).await;
        page.count_costs().await;
        let address = self.site.url("?server=demo");
        page.goto(&address).await;
        let list = format!("({}?.click(), true)", find("Conversations"));
        page.until::<bool>(&format!("{} && {list}", find("Conversations")))
            .await;
        page.until::<bool>(&format!("opening.give({})", quote(&file(turns))))
            .await;
        page.until::<bool>(&format!("opening.turns() === {turns}"))
            .await;
        page.until::<bool>(&format!(
            "opening.kept().then((kept) => {{ opening.all = kept; }}), opening.all === {turns}"
        ))
        .await;
        let all = format!("opening.turns() === {turns}");
        let whole = async || page.within::<bool>(PATIENCE, &all).await;

        let mut reloads = Vec::new();
        let mut longest = Vec::new();
        let mut scrolls = [Vec::new(), Vec::new()];
        for _ in 0..TIMES {
            // What was there before is gone by then: to take it away is no part of an opening.
            page.goto("about:blank").await;
            let tasks = Tasks::record(page.chromium().page()).await?;
            page.goto(&address).await;
            reloads.push(page.until::<f64>("opening.state.shown").await);
            whole().await.ok_or("the turns were never all there")?;
            longest.push(tasks.longest().await?);
            for scrolls in &mut scrolls {
                scrolls.push(scroll(&page).await);
            }
        }
        let scroll = scrolls.map(median);
        let mut clicks = Vec::new();
        for _ in 0..TIMES {
            page.until::<bool>(&format!("({}.click(), true)", find("New chat")))
                .await;
            page.until::<bool>("opening.turns() === 0").await;
            page.until::<bool>(&list).await;
            page.until::<bool>("!!e2e.every(0, '.kept button.row')[0] && (opening.open(), true)")
                .await;
            clicks.push(page.until::<f64>("opening.state.shown").await);
            whole().await.ok_or("the turns were never all there")?;
        }
        let complaints = page.complaints().await;
        page.close().await;
        if !complaints.is_empty() {
            return Err(format!("the page complained:\n{}", complaints.join("\n")).into());
        }
        Ok(vec![
            Opening {
                how: "return",
                turns,
                shown: median(reloads),
                longest_task: Some(median(longest)),
                scroll,
            },
            Opening {
                how: "list",
                turns,
                shown: median(clicks),
                longest_task: None,
                scroll,
            },
        ])
    }
}

/// The main thread's time of scrolling.
async fn scroll(page: &Page) -> f64 {
    let cost = async || {
        let costs = page.costs().await;
        costs.get("TaskDuration").copied().unwrap_or(0.0) * 1000.0
    };
    let end = "(e2e.every(0, 'main')[0].scrollTop = 1e9, new Promise((resolve) => setTimeout(() => resolve(true), 300)))";
    page.js::<bool>(end).await;
    let before = cost().await;
    let (steps, by) = STEPS;
    page.js::<usize>(&format!("opening.scroll({steps}, {by})"))
        .await;
    cost().await - before
}

pub(super) fn find(button: &str) -> String {
    format!("e2e.find(0, 'button', {})", quote(button))
}

pub(super) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(0.0)
}

/// A conversation of questions and of answers with headings, lists, code.
fn file(turns: usize) -> String {
    let text = |at: usize| match at % 2 {
        0 => format!("Question {at}: what of the rivers?"),
        _ if at + 1 == turns => "The newest.".to_owned(),
        _ => MIXED.chars().take(700).collect(),
    };
    let node = |at: usize| -> Value {
        let role = ["user", "assistant"][at % 2];
        let end = (role == "assistant").then(|| json!({ "end": "complete", "reason": "stop" }));
        json!({ "turn": { "role": role, "text": text(at), "end": end }, "parent": at.checked_sub(1) })
    };
    let nodes: Vec<Value> = (0..turns).map(node).collect();
    json!({ "rill": 1, "conversation": { "nodes": nodes } }).to_string()
}
