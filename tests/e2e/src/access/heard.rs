//! What a screen reader hears: a transcript of the live regions as they change, and the names in the accessibility tree.
//!
//! In: a page. Out: what was said, in order, with its time; what stands in the tree. No screen reader runs: what is heard is worked out
//! from what they are given, as ARIA has it.

use crate::page::Page;
use serde::Deserialize;
use serde_json::Value;

/// A text that was said.
#[derive(Debug, Clone, Deserialize, PartialEq)]
pub struct Said {
    /// Time in the page, in milliseconds.
    pub at: f64,
    /// The sort of the region: `log`, `status`, `alert`, or what its `aria-live` says.
    pub kind: String,
    /// The words.
    pub words: String,
}

/// A part of the accessibility tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its role, as the browser calls it.
    pub role: String,
    /// Its name; empty where it has none.
    pub name: String,
    /// Its level, of a heading.
    pub level: Option<i64>,
}

/// Begins to listen. What stands there already is not heard.
pub async fn listen(page: &Page) {
    let script = format!(
        "(() => {{ {}\n return null; }})()",
        include_str!("heard.js")
    );
    let _: Value = page.js(&script).await;
}

/// Returns what was said since then.
pub async fn said(page: &Page) -> Vec<Said> {
    page.js("heard").await
}

/// Returns the words that were said since then.
pub async fn words(page: &Page) -> Vec<String> {
    page.js("heard.map(({ words }) => words)").await
}

/// Returns what stands in the accessibility tree, in its order, without what is ignored there.
pub async fn tree(page: &Page) -> Vec<Part> {
    page.parts().await
}
