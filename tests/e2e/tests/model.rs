//! The built page in Chromium, against a real llama.cpp server with a real small model. `cargo xtask test --model` starts both.

use e2e::page::PATIENCE;
use e2e::stage::pictures_folder;
use e2e::{Chat, Stage};
use lab::percent_encode;

fn main() -> std::process::ExitCode {
    e2e::suite::main()
}

fn server() -> String {
    match std::env::var("RILL_MODEL") {
        Ok(server) => server,
        Err(_) => {
            panic!("RILL_MODEL must name a llama.cpp server: `cargo xtask test --model` starts one")
        }
    }
}

async fn open(stage: &Stage, more: &str) -> Chat {
    stage
        .open(&format!("server={}&{more}", percent_encode(&server())))
        .await
}

/// The same words every time, and not for ever: a small model that is left to chance goes round in circles.
async fn settle(chat: &Chat, most: usize) {
    chat.button("Settings").await;
    chat.put("textbox", "Temperature", "0").await;
    chat.put("textbox", "Max tokens", &most.to_string()).await;
    chat.put("textbox", "Seed", "7").await;
    chat.close_dialog().await;
}

#[e2e::case]
async fn the_page_finds_the_model_by_itself(stage: Stage) {
    let chat = stage.open("").await;
    let found = chat
        .page
        .within::<bool>(PATIENCE, "/llama\\.cpp/i.test(e2e.root().textContent)")
        .await;
    assert!(
        found.is_some(),
        "the page says:\n{}",
        chat.page.words().await
    );
    settle(&chat, 60).await;
    let turn = chat.ask("Say hello in one short sentence.").await;
    assert_eq!(turn.end.as_deref(), Some("complete"), "{turn:?}");
    assert!(!turn.text.trim().is_empty());
}

#[e2e::case]
async fn a_real_chat_streams_stops_and_continues(stage: Stage) {
    let chat = open(&stage, "pace=live").await;
    settle(&chat, 120).await;
    let _: serde_json::Value = chat.page.js("(e2e.watch(), null)").await;
    let turn = chat
        .ask("Write a short poem about a river, then list three rivers.")
        .await;
    assert_eq!(turn.end.as_deref(), Some("complete"), "{turn:?}");
    let steps: usize = chat.page.js("seen.length").await;
    assert!(steps > 10, "it came in {steps} steps");
    for (dark, name) in [(false, "light"), (true, "dark")] {
        chat.page.look(1280, 800, dark, 1.0).await;
        chat.page
            .screenshot(&pictures_folder().join(format!("real-chat-{name}.png")))
            .await;
    }
    chat.page.look(1000, 800, false, 1.0).await;

    chat.send("Now tell me a very long story about a fish, with many chapters.")
        .await;
    chat.shows(40).await;
    chat.button("Stop").await;
    let stopped = chat.ended().await;
    assert_eq!(stopped.fate(), ("stopped", None));
    chat.button("Continue").await;
    let more = chat.shows(stopped.text.trim_end().len() + 10).await;
    assert!(
        more.text.starts_with(stopped.text.trim_end()),
        "it goes on from where it was:\n{}\n{}",
        stopped.text,
        more.text
    );
    if more.end.as_deref() == Some("running") {
        chat.button("Stop").await;
    }
    chat.ended().await;
}
