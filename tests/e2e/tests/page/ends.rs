//! Every reply ends exactly once, with the word that the table of ends has for it.

use crate::talk::chats;
use e2e::{Chat, Stage};
use lab::{Dialect, Lab, Way, percent_encode};

/// No question in between, and short clocks.
const QUICK: &str = "grace=0&deadlines=connect:1,first-token:1,silence:1,total:0";

async fn fate(
    stage: &Stage,
    dialect: Dialect,
    options: &str,
    more: &str,
    expect: (&str, Option<&str>),
) -> e2e::chat::Turn {
    let chat = stage.chat(dialect, options, more).await;
    let turn = chat.ask("Hello").await;
    assert_eq!(
        turn.fate(),
        expect,
        "{dialect:?} {options} {more}\n{turn:?}"
    );
    chat.page.close().await;
    turn
}

#[e2e::case]
pub async fn complete(stage: Stage) {
    for dialect in Dialect::PLAIN {
        fate(&stage, dialect, "first=0", "", ("complete", Some("stop"))).await;
        fate(
            &stage,
            dialect,
            "first=0;finish=length",
            "",
            ("complete", Some("length")),
        )
        .await;
    }
    fate(
        &stage,
        Dialect::OpenAi,
        "finish=content_filter",
        "",
        ("complete", Some("content_filter")),
    )
    .await;
    // A tool call is an answer, even without a word.
    fate(
        &stage,
        Dialect::OpenAi,
        "finish=tool_calls;empty",
        "",
        ("complete", Some("tool_calls")),
    )
    .await;
    // One whole answer where a stream was asked for.
    fate(
        &stage,
        Dialect::OpenAi,
        "whole",
        "",
        ("complete", Some("stop")),
    )
    .await;
    // The first end mark wins, text after it is not shown, and a connection left open does not hold the reply.
    let turn = fate(
        &stage,
        Dialect::OpenAi,
        "afterend;linger=60000",
        "",
        ("complete", Some("stop")),
    )
    .await;
    assert!(!turn.text.contains("AFTER THE END"));
}

#[e2e::case]
pub async fn empty(stage: Stage) {
    for dialect in Dialect::PLAIN {
        fate(
            &stage,
            dialect,
            "first=0;empty",
            "",
            ("empty", Some("stop")),
        )
        .await;
    }
    fate(
        &stage,
        Dialect::OpenAi,
        "empty;think=Hm",
        "",
        ("empty", Some("stop")),
    )
    .await;
}

#[e2e::case]
pub async fn stopped(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, "headers=60000", "").await;
    chat.send("Hello").await;
    stage
        .lab
        .wait_for("the request", |log| (!chats(log).is_empty()).then_some(()))
        .await;
    chat.button("Stop").await;
    assert_eq!(chat.ended().await.fate(), ("stopped", None));
    let way = stage.lab.wait_for("the end", |log| chats(log)[0].way).await;
    assert_eq!(way, Way::ClosedByClient);
}

#[e2e::case]
pub async fn superseded(stage: Stage) {
    let chat = stage
        .chat(Dialect::OpenAi, "delay=15;tokens=20000;echo", "")
        .await;
    newer_takes_over(&stage, &chat).await;
}

#[e2e::case]
pub async fn a_flood_of_the_older_leaves_nothing_in_the_newer(stage: Stage) {
    for dialect in [Dialect::OpenAi, Dialect::Ollama, Dialect::LlamaChat] {
        stage.lab.logbook().clear();
        // Both come as fast as they can, and stay open: the older is never done when the newer begins.
        let options = "first=0;delay=0;tokens=60000;echo;stall=2000000";
        let chat = stage.chat(dialect, options, "").await;
        newer_takes_over(&stage, &chat).await;
        chat.page.close().await;
    }
}

/// Asks again while the reply to the first question runs; nothing of either is in the other. Stops it.
async fn newer_takes_over(stage: &Stage, chat: &Chat) {
    chat.send("old").await;
    chat.shows(10).await;
    chat.send("new").await;
    chat.shows(1000).await;
    let turns = chat.turns().await;
    assert_eq!(turns.len(), 2);
    assert_eq!(turns[0].fate(), ("superseded", None));
    assert!(
        turns[0].text.contains("old") && !turns[0].text.contains("new"),
        "{:?}",
        turns[0].text
    );
    assert!(
        turns[1].text.contains("new") && !turns[1].text.contains("old"),
        "{:?}",
        turns[1].text
    );
    let way = stage
        .lab
        .wait_for("the older stream's end", |log| chats(log)[0].way)
        .await;
    assert_eq!(way, Way::ClosedByClient);
    chat.button("Stop").await;
    let stopped = chat.ended().await;
    assert_eq!(stopped.fate(), ("stopped", None));
    assert!(!stopped.text.contains("old"), "{:?}", stopped.text);
}

#[e2e::case]
pub async fn cut(stage: Stage) {
    for dialect in Dialect::PLAIN {
        let turn = fate(&stage, dialect, "first=0;cut=4000", "", ("cut", None)).await;
        assert!(turn.text.starts_with("A river"), "{turn:?}");
    }
    fate(&stage, Dialect::Ollama, "nodone", "", ("cut", None)).await;
    // KoboldCpp just closes when it fails.
    fate(
        &stage,
        Dialect::KoboldCpp,
        "first=0;error=inside",
        "",
        ("cut", None),
    )
    .await;
}

#[e2e::case]
pub async fn stalled(stage: Stage) {
    let turn = fate(
        &stage,
        Dialect::OpenAi,
        "stall=4000",
        QUICK,
        ("stalled", Some("silence")),
    )
    .await;
    assert!(turn.text.starts_with("A river"));
    fate(
        &stage,
        Dialect::LlamaCpp,
        "first=60000",
        QUICK,
        ("stalled", Some("first-token")),
    )
    .await;
    // No headers, and the server does not answer a small GET either.
    fate(
        &stage,
        Dialect::LlamaCpp,
        "headers=60000;all",
        "grace=0&deadlines=connect:1,first-token:30,silence:30,total:0",
        ("stalled", Some("connect")),
    )
    .await;
    fate(
        &stage,
        Dialect::OpenAi,
        "tokens=20000;delay=20",
        "grace=0&deadlines=connect:9,first-token:9,silence:9,total:2",
        ("stalled", Some("total")),
    )
    .await;
    // Signs of life hold the clock back: more and more of a long prompt is read, comments come.
    for (dialect, options) in [
        (Dialect::LlamaCpp, "first=6500;prefill=26"),
        (Dialect::OpenAi, "first=6500;comments=200"),
    ] {
        // Shorter than the wait, and long enough for a busy machine between two signs.
        let clocks = "grace=0&deadlines=connect:3,first-token:3,silence:3,total:0";
        let chat = stage.chat(dialect, options, clocks).await;
        let turn = chat.ask(&"many words ".repeat(40)).await;
        assert_eq!(
            turn.fate(),
            ("complete", Some("stop")),
            "{dialect:?} {options}\n{turn:?}"
        );
    }
    // No headers yet, but the server is alive: it reads the prompt.
    fate(
        &stage,
        Dialect::LlamaCpp,
        "headers=2500",
        "grace=0&deadlines=connect:1,first-token:30,silence:9,total:0",
        ("complete", Some("stop")),
    )
    .await;
    // A stream that is given up is closed, too.
    let log = stage.lab.log();
    let open = chats(&log)
        .into_iter()
        .filter(|entry| entry.way.is_none())
        .count();
    assert_eq!(open, 0, "{}", stage.lab.logbook().summary());
}

#[e2e::case]
pub async fn refused(stage: Stage) {
    for dialect in Dialect::PLAIN {
        fate(
            &stage,
            dialect,
            "first=0;error=before:500",
            "",
            ("refused", Some("500")),
        )
        .await;
        fate(
            &stage,
            dialect,
            "first=0;error=before:503",
            "",
            ("refused", Some("503")),
        )
        .await;
    }
    let turn = fate(
        &stage,
        Dialect::OpenAi,
        "error=before:429",
        "",
        ("refused", Some("429")),
    )
    .await;
    assert!(
        turn.all.contains("The lab was told to fail"),
        "the server's own words are shown: {}",
        turn.all
    );
    let turn = fate(
        &stage,
        Dialect::OpenAi,
        "models=river",
        "model=nope",
        ("refused", Some("404")),
    )
    .await;
    assert!(turn.all.contains("nope"), "{}", turn.all);
    let turn = fate(
        &stage,
        Dialect::LlamaCpp,
        "context=2",
        "",
        ("refused", Some("400")),
    )
    .await;
    assert!(turn.all.to_lowercase().contains("context"), "{}", turn.all);
    // An error as the first frame, under a good status.
    let first = fate_of_end(&stage, Dialect::OpenAi, "error=inside;tokens=1").await;
    assert_eq!(first.end.as_deref(), Some("refused"));
    // An HTML page where a stream should be; its head is not shown as an answer.
    let page = fate_of_end(&stage, Dialect::OpenAi, "html").await;
    assert_eq!(page.end.as_deref(), Some("refused"));
    assert!(
        !page.text.contains("nginx") && !page.text.contains("<html"),
        "{page:?}"
    );
}

async fn fate_of_end(stage: &Stage, dialect: Dialect, options: &str) -> e2e::chat::Turn {
    stage.chat(dialect, options, "").await.ask("Hello").await
}

#[e2e::case]
pub async fn broken(stage: Stage) {
    for dialect in Dialect::PLAIN {
        let turn = fate_of_end(&stage, dialect, "first=0;reset=4000").await;
        assert_eq!(turn.end.as_deref(), Some("broken"), "{dialect:?} {turn:?}");
        assert!(turn.text.starts_with("A river"), "{turn:?}");
    }
    for dialect in [Dialect::OpenAi, Dialect::LlamaCpp, Dialect::Ollama] {
        let turn = fate_of_end(&stage, dialect, "error=inside").await;
        assert_eq!(turn.end.as_deref(), Some("broken"), "{dialect:?} {turn:?}");
    }
    let turn = fate_of_end(&stage, Dialect::LlamaCpp, "error=inside").await;
    assert!(
        turn.all.contains("Context size has been exceeded."),
        "{}",
        turn.all
    );
    // Nothing listens there.
    let nowhere = Lab::nowhere().await.expect("an address");
    let chat = stage
        .open(&format!(
            "server={}&kind=openai&pace=instant",
            percent_encode(&nowhere)
        ))
        .await;
    let turn = chat.ask("Hello").await;
    assert_eq!(turn.end.as_deref(), Some("broken"));
    assert!(
        !turn.all.contains("Failed to fetch"),
        "a sentence that one can act on: {}",
        turn.all
    );
    // The server is there and refuses this page.
    let chat = stage.chat(Dialect::OpenAi, "nocors", "").await;
    let turn = chat.ask("Hello").await;
    assert_eq!(turn.end.as_deref(), Some("broken"));
    assert!(!turn.all.contains("Failed to fetch"), "{}", turn.all);
}

#[e2e::case]
pub async fn no_end_eats_the_text_before_it(stage: Stage) {
    for options in ["cut=2000", "delay=10;reset=2000", "error=inside", "nodone"] {
        let chat = stage.chat(Dialect::OpenAi, options, "pace=30").await;
        let turn = chat.ask("Hello").await;
        let sent: usize = stage
            .lab
            .log()
            .iter()
            .rev()
            .find(|entry| entry.is_chat())
            .map_or(0, |entry| entry.sent);
        // About 190 bytes go over the wire for each token, and a token is a letter or more.
        assert!(
            turn.text.len() >= sent / 190 - 4,
            "{options}: {} letters of {sent} bytes",
            turn.text.len()
        );
        chat.page.close().await;
    }
}
