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
pub const TIMES: usize = 9;
/// So often, and on this machine as it is, to see that it can be measured.
pub const ONCE: usize = 1;
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
    /// The main thread's own time until three seconds after the page was loaded.
    pub task: f64,
    /// Until the first words were seen.
    pub first_paint: f64,
    /// Until the biggest of what is seen was seen.
    pub biggest_paint: f64,
    /// By how much tasks were longer than 50 ms, in all, while it was loaded and a second longer.
    pub blocked: f64,
    /// The same of the two seconds after that.
    pub idle: f64,
    /// How far things moved, as browsers count it.
    pub shift: f64,
    /// Bytes from the network, as they are sent.
    pub bytes: f64,
    /// Requests, the page's own among them.
    pub requests: f64,
}

impl Bench {
    /// Visits the page without the element and with it, in turns, since what else the machine does is not theirs; each time as somebody who was never there.
    pub async fn visits(&self, times: usize) -> Result<[Visit; 2], Error> {
        let mut visits = [Vec::new(), Vec::new()];
        for _ in 0..times {
            for (of, (name, ..)) in visits.iter_mut().zip(PAGES) {
                of.push(self.visit(name, times > ONCE).await?);
            }
        }
        let [alone, with] = visits.map(|visits| in_the_middle(&visits));
        Ok([
            alone,
            Visit {
                has_guest: true,
                ..with
            },
        ])
    }

    /// Visits this page once, as on a phone or on this machine.
    async fn visit(&self, name: &str, is_phone: bool) -> Result<Visit, Error> {
        let page = Page::blank(&self.browser).await?;
        page.at_start(include_str!("guest.js")).await;
        page.count_costs().await;
        if is_phone {
            page.chromium().slow(SLOWER).await?;
            page.delay(AWAY).await;
        }
        page.goto(&self.site.url(name)).await;
        let told: Visit = page.js("guest.told()").await;
        let costs = page.costs().await;
        let complaints = page.complaints().await;
        page.close().await;
        if !complaints.is_empty() {
            return Err(format!("the page complained:\n{}", complaints.join("\n")).into());
        }
        Ok(Visit {
            task: costs.get("TaskDuration").copied().unwrap_or_default() * 1000.0,
            ..told
        })
    }
}

/// The middle of each figure.
fn in_the_middle(visits: &[Visit]) -> Visit {
    let of = |figure: fn(&Visit) -> f64| median(visits.iter().map(figure).collect());
    Visit {
        has_guest: false,
        task: of(|one| one.task),
        first_paint: of(|one| one.first_paint),
        biggest_paint: of(|one| one.biggest_paint),
        blocked: of(|one| one.blocked),
        idle: of(|one| one.idle),
        shift: of(|one| one.shift),
        bytes: of(|one| one.bytes),
        requests: of(|one| one.requests),
    }
}
