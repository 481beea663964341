//! What each browser can do, as README tells it: each cell of its table is asked of the browser itself.

use e2e::Stage;
use e2e::engine::Kind;
use serde_json::Value;
use support::root;

/// The rows of the table, by how they begin, and what tells them in a page.
const PROBES: [(&str, &str); 10] = [
    (
        "reads an answer as it is made",
        "'ReadableStream' in globalThis && 'body' in Response.prototype",
    ),
    ("starts without a network", "'serviceWorker' in navigator"),
    ("tabs know of each other", "!!navigator.locks"),
    (
        "keeps conversations in a folder",
        "'showDirectoryPicker' in globalThis",
    ),
    (
        "offers to install the page",
        "'onbeforeinstallprompt' in globalThis",
    ),
    (
        "takes dictation",
        "'SpeechRecognition' in globalThis || 'webkitSpeechRecognition' in globalThis",
    ),
    ("reads aloud", "'speechSynthesis' in globalThis"),
    (
        "holds scripts to Trusted Types",
        "!!globalThis.trustedTypes",
    ),
    (
        "keeps phrases of Japanese whole",
        "CSS.supports('word-break', 'auto-phrase')",
    ),
    (
        "prepares code before it scrolls into view",
        "'scrollMargin' in IntersectionObserver.prototype",
    ),
];

#[e2e::case]
async fn the_browser_can_what_readme_says_of_it(stage: Stage) {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("README.md");
    let column = match stage.browser.kind() {
        Kind::Chromium => 2,
        Kind::Firefox => 3,
        Kind::WebKit => 4,
    };
    let chat = stage.open("server=demo&pace=instant&lang=en").await;
    let mut wrong = Vec::new();
    for (row, probe) in PROBES {
        let line = readme
            .lines()
            .find(|line| line.starts_with(&format!("| {row}")));
        let said = line
            .and_then(|line| line.split('|').nth(column))
            .map(str::trim);
        let is: Value = chat.page.js(probe).await;
        let is = if is == Value::Bool(true) { "yes" } else { "no" };
        if said != Some(is) {
            wrong.push(format!("{row}: README says {said:?}, the browser {is}"));
        }
    }
    assert!(wrong.is_empty(), "{}: {wrong:#?}", stage.browser.kind());
}
