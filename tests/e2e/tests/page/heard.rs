//! What a screen reader hears of a reply: a transcript of the live regions.

use e2e::access::heard::{Said, listen, said, words};
use e2e::{Chat, Stage};
use lab::{Dialect, percent_encode};

/// Opens the page, and listens once it has said whom it talks to.
async fn open(stage: &Stage, options: &str, more: &str) -> Chat {
    let chat = stage.chat(Dialect::OpenAi, options, more).await;
    let who =
        "/^(Talking with|A computer program answers)/.test(e2e.every(0, '.who')[0]?.textContent)";
    chat.page.until::<bool>(who).await;
    listen(&chat.page).await;
    chat
}

/// Waits until somebody who listens was told this; returns all that was said.
async fn told(chat: &Chat, end: &str) -> Vec<Said> {
    let end = e2e::page::quote(end);
    chat.page
        .until::<bool>(&format!(
            "heard.some(({{ words }}) => words.includes({end}))"
        ))
        .await;
    let mut all = said(&chat.page).await;
    // Whom it talks to may be said a moment after it is seen.
    all.retain(|said| {
        let mut begins = ["Talking with", "A computer program"].into_iter();
        !begins.any(|begin| said.words.starts_with(begin))
    });
    all
}

#[e2e::case]
async fn a_reply_of_every_kind_is_heard_once_and_to_its_end(stage: Stage) {
    let thought = "Somebody wants to know of rivers. ".repeat(8);
    let text = "# Rivers\n\nA river begins **small**. It goes *far*!\n\n- It is cold.\n- It is quick.\n\n```rust\nlet secret = 1;\n```\n\n| river | sea |\n|---|---|\n| Rhine | North Sea |\n\nRead [the long book](https://example.org/a/b?c=d). It ends in the sea.";
    let options = format!(
        "first=0;delay=25;think={};text={}",
        percent_encode(thought.trim()),
        percent_encode(text)
    );
    let chat = open(&stage, &options, "").await;
    chat.send("Tell me of rivers").await;
    let heard = told(&chat, "Complete").await;
    let all: Vec<&str> = heard.iter().map(|said| said.words.as_str()).collect();
    let whole = all.join("\n");
    for sentence in [
        "Rivers",
        "A river begins small.",
        "It goes far!",
        "It is cold.",
        "It is quick.",
        "river, sea",
        "Rhine, North Sea",
        "Read the long book.",
        "It ends in the sea.",
        "Complete",
    ] {
        let lines = whole.lines().flat_map(|line| [line]);
        let count = lines
            .filter(|line| {
                line == &sentence || line.contains(sentence) && sentence.ends_with(['.', '!'])
            })
            .count();
        assert_eq!(count, 1, "{sentence}: {all:?}");
    }
    // That it thinks is said, what it thinks is not; nor code, nor an address, nor a mark, nor a figure.
    let thinks = all.iter().filter(|words| **words == "Thinking").count();
    assert_eq!(thinks, 1, "{all:?}");
    for unheard in [
        "Somebody wants",
        "secret",
        "example.org",
        "**",
        "|",
        "#",
        "tokens",
    ] {
        assert!(!whole.contains(unheard), "{unheard}: {all:?}");
    }
    assert!(
        !whole.contains(|letter: char| letter.is_ascii_digit()),
        "{all:?}"
    );
    assert!(whole.ends_with("Complete"), "the end comes last: {all:?}");
    // Nothing is said in quick changes of one and the same region.
    assert!(heard.iter().all(|said| said.kind == "log"), "{heard:?}");
}

#[e2e::case]
async fn stop_is_told_within_a_second(stage: Stage) {
    let text = "The river flows on and on. ".repeat(200);
    let options = format!(
        "first=0;delay=20;tokens=4000;text={}",
        percent_encode(&text)
    );
    let chat = open(&stage, &options, "").await;
    chat.send("Go on").await;
    chat.shows(300).await;
    let pressed: f64 = chat.page.js("performance.now()").await;
    chat.button("Stop").await;
    let heard = told(&chat, "Stopped").await;
    let last = heard.last().expect("it was told");
    assert_eq!(last.words, "Stopped", "and nothing else: {heard:?}");
    // The click itself takes its time on a machine that is at work.
    let turn = chat.ended().await;
    assert_eq!(turn.fate(), ("stopped", None));
    assert!(last.at - pressed < 1000.0, "after {} ms", last.at - pressed);
}

#[e2e::case]
async fn who_waits_hears_a_sign_of_life_and_no_figures(stage: Stage) {
    let options = "first=17000;prefill=40;delay=0;tokens=5";
    let chat = stage.chat(Dialect::LlamaCpp, options, "").await;
    chat.page
        .until::<bool>("e2e.every(0, '.who')[0]?.textContent.startsWith('Talking with')")
        .await;
    listen(&chat.page).await;
    chat.send("Hello").await;
    let heard = told(&chat, "Complete").await;
    let signs: Vec<f64> = heard
        .iter()
        .filter(|said| said.words == "Still waiting")
        .map(|said| said.at)
        .collect();
    assert_eq!(signs.len(), 2, "{heard:?}");
    let apart = signs[1] - signs[0];
    assert!(
        (6_500.0..10_000.0).contains(&apart),
        "{apart} ms: {heard:?}"
    );
    let all = words(&chat.page).await.join("\n");
    let before = all.split("Complete").next().unwrap_or_default();
    assert!(!before.contains('%') && !before.contains("token"), "{all}");
}

#[e2e::case]
async fn an_error_is_heard_once_in_words(stage: Stage) {
    for more in ["", "profile=young"] {
        let chat = open(&stage, "error=before:500", more).await;
        chat.ask("Hello").await;
        let after = "heard.length > 0 && e2e.turn(0, -1).end === 'refused'";
        chat.page.until::<bool>(after).await;
        let status: String = chat
            .page
            .until(
                "e2e.every(0, 'article[data-role=assistant] .status span')[0]?.textContent.trim()",
            )
            .await;
        let heard = told(&chat, status.split(" · ").next().unwrap_or_default()).await;
        let logs = heard.iter().filter(|said| said.kind == "log");
        let told = logs.filter(|said| said.words.contains(&status)).count();
        assert_eq!(told, 1, "{status}: {heard:?}");
        chat.page.close().await;
    }
}
