//! The browser is killed twenty times at random moments of a reply; what was shown is there again, but for the last second. It takes
//! minutes: `cargo xtask test --kill` runs it, and tells the figures.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use e2e::browser::Browser;
use e2e::{Chat, Page, Stage};
use lab::{Dialect, percent_encode};

/// The number of times that the browser is killed.
const TIMES: usize = 20;
/// The server's time between two tokens, in milliseconds; every token is a word.
const DELAY: usize = 20;
/// The words of the server's reply.
const WORDS: usize = 600;
/// The latest moment of a kill, in milliseconds after the first words are shown.
const LATEST: u64 = 6000;
/// The most that may be missing, in milliseconds of the reply.
const MISSING: usize = 1000;

fn main() -> std::process::ExitCode {
    e2e::suite::main()
}

/// Opens the page in a browser, for a server that talks on and on.
async fn opened(stage: &Stage, browser: &Browser) -> Chat {
    let page = Page::blank(browser).await.expect("a tab");
    let text: Vec<String> = (0..WORDS).map(|at| format!("w{at}")).collect();
    let text = percent_encode(&text.join(" "));
    let options = format!("delay={DELAY};text={text}");
    let query = stage.query(Dialect::LlamaCpp, &options, "");
    page.goto(&stage.site.url(&format!("?{query}"))).await;
    let chat = Chat { page, at: 0 };
    chat.page
        .until::<bool>("e2e.every(0, 'textarea, [role=textbox]').some(e2e.visible)")
        .await;
    chat
}

/// Waits to a moment that is told nobody before.
async fn wait_at_random() -> Duration {
    let wait = Duration::from_millis(RandomState::new().hash_one(Instant::now()) % LATEST);
    tokio::time::sleep(wait).await;
    wait
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

#[e2e::case]
/// Kills it, opens the same profile again, and looks at what is there.
pub async fn a_reply_survives_the_death_of_the_browser(stage: Stage) {
    let profile = tempfile::tempdir().expect("a folder");
    let mut figures = Vec::new();
    for number in 0..TIMES {
        let browser = Browser::lasting(profile.path()).await.expect("Chromium");
        let chat = opened(&stage, &browser).await;
        let question = format!("Question {number}");
        chat.send(&question).await;
        chat.shows(20).await;
        let waited = wait_at_random().await;
        let shown = chat.turn(-1).await.expect("a reply").text;
        browser.kill().await;

        let browser = Browser::lasting(profile.path()).await.expect("Chromium");
        let chat = opened(&stage, &browser).await;
        chat.button("Conversations").await;
        chat.page.click("e2e.every(0, '.kept .title')[0]").await;
        chat.page
            .until::<bool>("e2e.every(0, 'article').length === 2")
            .await;
        let asked: String = chat.page.js("e2e.text(e2e.turns(0, 'user')[0])").await;
        assert!(asked.contains(&question), "{asked}");
        let turn = chat.ended().await;
        assert_eq!(turn.fate(), ("cut", Some("page-closed")), "{number}");
        let (before, kept) = (words(&shown), words(&turn.text));
        assert!(
            shown.starts_with(turn.text.trim_end()) || turn.text.starts_with(shown.trim_end()),
            "{shown:?} and {:?}",
            turn.text
        );
        let missing = before.saturating_sub(kept) * DELAY;
        figures.push(missing);
        assert!(
            missing <= MISSING,
            "killed after {waited:?}: {missing} ms are missing"
        );
        // In its first second a reply may have nothing that goes on.
        let way = if kept > 0 { "Continue" } else { "Retry" };
        chat.button(way).await;
        let more = turn.text.len() + 20;
        chat.page
            .until::<bool>(&format!("e2e.turn(0, -1).text.length > {more}"))
            .await;
        chat.button("Stop").await;
        let on = chat.ended().await;
        assert!(on.text.starts_with(turn.text.trim_end()), "{on:?}");
        browser.close().await;
    }
    figures.sort_unstable();
    println!(
        "killed: {TIMES} times; missing in the middle {} ms, at most {} ms",
        figures[TIMES / 2],
        figures[TIMES - 1]
    );
}
