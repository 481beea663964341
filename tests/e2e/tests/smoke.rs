//! The whole way, once, in the engine that `RILL_ENGINE` names: for engines that the suite cannot be run in.

#[path = "page/browsers.rs"]
mod browsers;
#[path = "page/phone.rs"]
mod phone;

use e2e::chat::Turn;
use e2e::{Chat, Stage};
use lab::{Dialect, Way};
use serde_json::Value;

fn main() -> std::process::ExitCode {
    e2e::suite::main()
}

#[e2e::case]
async fn the_demo_answers(stage: Stage) {
    let chat = stage.open("server=demo&pace=instant").await;
    let turn = chat.ask("What can you do?").await;
    assert_eq!(turn.end.as_deref(), Some("complete"), "{turn:?}");
    assert!(!turn.text.trim().is_empty());
}

#[e2e::case]
async fn a_reply_streams_and_comes_back_after_a_reload(stage: Stage) {
    let chat = stage
        .chat(Dialect::LlamaCpp, "first=0;delay=10;tokens=400", "")
        .await;
    let _: Value = chat.page.js("(e2e.watch(), null)").await;
    let whole = chat.ask("Tell me of the river.").await;
    assert_eq!(whole.fate(), ("complete", Some("stop")), "{whole:?}");
    // A machine that is at work, and draws without a graphics card, paints a few times a second.
    let steps: usize = chat.page.js("seen.length").await;
    assert!(steps > 3, "it came in {steps} steps");
    comes_back(&chat, &whole).await;
}

#[e2e::case]
async fn a_reply_is_stopped_and_comes_back_after_a_reload(stage: Stage) {
    // It would take two minutes.
    let chat = stage
        .chat(Dialect::LlamaCpp, "first=0;delay=20;tokens=6000", "")
        .await;
    chat.send("Tell me of the river.").await;
    chat.shows(20).await;
    chat.button("Stop").await;
    let stopped = chat.ended().await;
    assert_eq!(stopped.fate(), ("stopped", None), "{stopped:?}");
    let way = stage
        .lab
        .wait_for("the closed connection", |log| {
            log.iter().find(|entry| entry.is_chat())?.way
        })
        .await;
    assert_eq!(way, Way::ClosedByClient);
    comes_back(&chat, &stopped).await;
}

/// A turn is written a moment after it has ended, at the latest when the page goes.
async fn comes_back(chat: &Chat, turn: &Turn) {
    chat.page.reload().await;
    chat.page
        .until::<bool>("e2e.every(0, 'article').length === 2")
        .await;
    let again = chat.turns().await;
    let texts: Vec<&str> = again.iter().map(|turn| turn.text.trim()).collect();
    assert_eq!(texts, [turn.text.trim()]);
    assert_eq!(again[0].fate(), turn.fate());
}
