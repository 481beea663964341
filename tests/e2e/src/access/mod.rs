//! Whether the page shuts anybody out: axe-core's rules on what is drawn, and in [`heard`] what a screen reader is told.
//!
//! In: a page in some state. Out: findings, each a line that names the rule, how grave it is, and the elements. It must not know what is
//! on the page. The library is npm's `axe-core`: `RILL_AXE` names its file, else it is where `cargo xtask test` has put it.

pub mod heard;

use crate::page::Page;
use serde::Deserialize;
use serde_json::Value;
use std::path::PathBuf;
use support::root;

/// The rules that are asked: WCAG 2.0, 2.1 and 2.2, levels A and AA, and what axe-core's makers count as good practice.
const RULES: [&str; 6] = [
    "wcag2a",
    "wcag2aa",
    "wcag21a",
    "wcag21aa",
    "wcag22aa",
    "best-practice",
];

/// How a page is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// The system is light.
    Light,
    /// The system is dark.
    Dark,
    /// The person's own few colours, on a dark system.
    Forced,
}

/// What axe-core found.
#[derive(Debug, Deserialize)]
struct Finding {
    id: String,
    impact: Option<String>,
    help: String,
    nodes: Vec<String>,
}

/// The file of the library; `None` where it is not here.
pub fn library() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("RILL_AXE") {
        return Some(PathBuf::from(named)).filter(|file| file.is_file());
    }
    // The newest of those that were fetched.
    let folder = root().join("target/tools/axe");
    let versions = std::fs::read_dir(folder).ok()?;
    let files =
        versions.filter_map(|version| Some(version.ok()?.path().join("package/axe.min.js")));
    files.filter(|file| file.is_file()).max()
}

/// Puts the library into a page. A page that is loaded anew needs it anew.
///
/// # Panics
/// Where the library is not here: the case must say that it needs it.
async fn inject(page: &Page) {
    if page.ask::<bool>("!!globalThis.axe").await {
        return;
    }
    let source = library().and_then(|file| std::fs::read_to_string(file).ok());
    let Some(source) = source else {
        panic!("axe-core is not here: the case must say that it needs it");
    };
    let put = format!("(() => {{ {source}\n; return !!globalThis.axe; }})()");
    assert!(page.ask::<bool>(&put).await, "axe-core does not start here");
}

/// Looks at the page as it is now, in each of these ways, and returns what is wrong; `state` names it.
pub async fn findings(page: &Page, state: &str, looks: &[Look]) -> Vec<String> {
    inject(page).await;
    let mut all = Vec::new();
    for &look in looks {
        match look {
            Look::Light => page.media(false, true).await,
            Look::Dark => page.media(true, true).await,
            Look::Forced => page.forced_colors(true).await,
        }
        all.extend(run(page, state, look).await);
    }
    page.media(false, true).await;
    all
}

async fn run(page: &Page, state: &str, look: Look) -> Vec<String> {
    // Forced colours are the person's: contrast is theirs to choose.
    let colours = look != Look::Forced;
    // The order of headings inside an answer is its model's. It is begun and then asked for: it may take longer than one question.
    let begin = format!(
        "(() => {{
            const ofAnAnswer = (target) => e2e.every(0, target.flat().at(-1)).every((one) => one.closest('.answer'));
            const words = ({{ target, any, all, none }}) =>
                target.flat().join(' ') + ': ' + [...any, ...all, ...none].map(({{ message }}) => message).join('; ');
            const look = async () => {{
                const found = await axe.run(document, {{
                    runOnly: {{ type: 'tag', values: {RULES:?} }},
                    rules: {{ 'color-contrast': {{ enabled: {colours} }}, 'target-size': {{ enabled: true }} }},
                    resultTypes: ['violations'],
                }});
                globalThis.axed = found.violations
                    .map(({{ id, impact, help, nodes }}) => ({{
                        id, impact, help,
                        nodes: nodes.filter(({{ target }}) => id !== 'heading-order' || !ofAnAnswer(target)).map(words),
                    }}))
                    .filter(({{ nodes }}) => nodes.length > 0);
            }};
            globalThis.axed = null;
            requestAnimationFrame(() => requestAnimationFrame(look));
            return null;
        }})()"
    );
    let _: Value = page.js(&begin).await;
    let found: Vec<Finding> = page.until("globalThis.axed").await;
    let line = |finding: Finding| {
        let impact = finding.impact.unwrap_or_default();
        let nodes = finding.nodes.iter().take(6);
        let nodes: String = nodes.map(|node| format!("\n      {node}")).collect();
        format!(
            "{state}, {look:?}: {} ({impact}): {}, {} times{nodes}",
            finding.id,
            finding.help,
            finding.nodes.len()
        )
    };
    found.into_iter().map(line).collect()
}

/// Passes if nothing was found.
///
/// # Panics
/// With a list of what was.
pub fn clean(findings: &[String]) {
    assert!(
        findings.is_empty(),
        "{} findings\n{}",
        findings.len(),
        findings.join("\n")
    );
}
