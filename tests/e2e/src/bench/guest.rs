//! What an element costs the page of somebody else before anybody comes near it: the same page with it and without.
//!
//! In: the release build, Chromium on a phone of the middle: its processor four times slower, its network 150 ms away. Out: figures, one
//! [`Visit`] for each. It judges nothing.

use super::{Bench, open::median};
use crate::browser::Error;
use crate::page::Page;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// So often each page is visited; the median counts.
const TIMES: usize = 7;
/// How much slower than this machine, and how far from the host.
const SLOWER: f64 = 4.0;
const AWAY: Duration = Duration::from_millis(150);

/// The page that has no guest, and the one that has.
pub(super) const PAGES: [(&str, &str, &str); 2] = [
    ("alone.html", "", ""),
    (
        "guest.html",
        "<script type=\"module\" src=\"rill.js\"></script>",
        "<rill-chat server=\"demo\"></rill-chat>",
    ),
];

/// A visit of a page. Times are milliseconds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Visit {
    /// The page has an element.
    pub has_guest: bool,
    /// The main thread's own time until two seconds after the page was loaded.
    pub task: f64,
    /// Until the first words were seen.
    pub first_paint: f64,
    /// Until the biggest of what is seen was seen.
    pub biggest_paint: f64,
    /// By how much tasks were longer than 50 ms, in all.
    pub blocked: f64,
    /// How far things moved, as browsers count it.
    pub shift: f64,
    /// Bytes from the network, as they are sent.
    pub bytes: f64,
    /// Requests, the page's own among them.
    pub requests: f64,
}

impl Bench {
    /// Visits the page with the element or without, again and again; each time as somebody who was never there.
    pub async fn visit(&self, has_guest: bool) -> Result<Visit, Error> {
        let [alone, guest] = PAGES.map(|(name, ..)| self.site.url(name));
        let mut visits = Vec::new();
        for _ in 0..TIMES {
            let page = Page::blank(&self.browser).await?;
            page.at_start(include_str!("guest.js")).await;
            page.count_costs().await;
            page.chromium().slow(SLOWER).await?;
            page.delay(AWAY).await;
            page.goto(if has_guest { &guest } else { &alone }).await;
            let told: Visit = page.js("guest.told()").await;
            let costs = page.costs().await;
            let complaints = page.complaints().await;
            page.close().await;
            if !complaints.is_empty() {
                return Err(format!("the page complained:\n{}", complaints.join("\n")).into());
            }
            visits.push(Visit {
                task: costs.get("TaskDuration").copied().unwrap_or_default() * 1000.0,
                ..told
            });
        }
        let of = |figure: fn(&Visit) -> f64| median(visits.iter().map(figure).collect());
        Ok(Visit {
            has_guest,
            task: of(|one| one.task),
            first_paint: of(|one| one.first_paint),
            biggest_paint: of(|one| one.biggest_paint),
            blocked: of(|one| one.blocked),
            shift: of(|one| one.shift),
            bytes: of(|one| one.bytes),
            requests: of(|one| one.requests),
        })
    }
}
