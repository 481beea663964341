//! Messages that wait while a reply runs.

use crate::talk::chats;
use e2e::{Chat, Stage};
use lab::Dialect;

/// The words of the messages that wait.
const WAITING: &str = "e2e.every(0, '.queue .words').map((one) => one.textContent.trim())";
/// A reply that takes a while.
const SLOW: &str = "first=0;delay=20;tokens=200;text=The%20river%20flows%20on%20";

/// Writes a message while the reply runs, and lets it wait.
async fn queue(chat: &Chat, text: &str, by_key: bool) {
    chat.focus().await;
    chat.page.insert(text).await;
    match by_key {
        // Alt
        true => chat.page.press("Enter", 1).await,
        false => chat.button("Queue").await,
    }
    chat.page
        .until::<bool>(&format!("{WAITING}.includes({})", e2e::page::quote(text)))
        .await;
}

async fn asked(chat: &Chat, count: usize) {
    chat.page
        .until::<bool>(&format!("e2e.turns(0, 'user').length === {count}"))
        .await;
}

#[e2e::case]
pub async fn messages_wait_for_the_reply_and_go_one_after_the_other(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, SLOW, "pace=instant").await;
    chat.send("One").await;
    chat.shows(10).await;
    queue(&chat, "Two", false).await;
    queue(&chat, "Thre", true).await;
    queue(&chat, "Four", true).await;
    // One is edited, one is removed.
    let row = |at: usize, name: &str| {
        format!(
            "[...e2e.every(0, '.queue li')[{at}].querySelectorAll('button')].find((one) => e2e.name(one) === '{name}')"
        )
    };
    chat.page.click(&row(1, "Edit queued message")).await;
    chat.page
        .until::<bool>("!!e2e.find(0, 'textbox', 'Edit')")
        .await;
    chat.put("textbox", "Edit", "Three").await;
    chat.page.press("Enter", 0).await;
    chat.page
        .until::<bool>(&format!("{WAITING}.join() === 'Two,Three,Four'"))
        .await;
    chat.page.click(&row(2, "Remove queued message")).await;
    chat.page
        .until::<bool>(&format!("{WAITING}.join() === 'Two,Three'"))
        .await;
    let first = chat.turn(0).await.map(|turn| turn.end);
    assert_eq!(
        first.flatten().as_deref(),
        Some("running"),
        "nothing of this has ended the reply"
    );
    asked(&chat, 3).await;
    assert_eq!(chat.ended().await.fate(), ("complete", Some("stop")));
    let ends: Vec<_> = chat
        .turns()
        .await
        .into_iter()
        .map(|turn| turn.end)
        .collect();
    assert!(
        ends.iter().all(|end| end.as_deref() == Some("complete")),
        "{ends:?}"
    );
    let log = stage.lab.log();
    let asked = chats(&log);
    assert_eq!(asked.len(), 3);
    for (entry, words) in asked.iter().zip(["One", "Two", "Three"]) {
        let messages = entry.json()["messages"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        assert_eq!(
            messages.last().map(|last| last["content"].clone()),
            Some(words.into())
        );
    }
    chat.page
        .until::<bool>(&format!("{WAITING}.length === 0"))
        .await;
}

#[e2e::case]
pub async fn what_waits_stays_where_a_reply_did_not_end_well(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, SLOW, "pace=instant").await;
    chat.send("One").await;
    chat.shows(10).await;
    queue(&chat, "Two", false).await;
    chat.button("Stop").await;
    assert_eq!(chat.ended().await.fate(), ("stopped", None));
    chat.page.says("The reply did not end well").await;
    assert_eq!(chats(&stage.lab.log()).len(), 1);
    chat.button("Send now").await;
    asked(&chat, 2).await;
    assert_eq!(chat.ended().await.fate(), ("complete", Some("stop")));
}

#[e2e::case]
pub async fn enter_still_sends_at_once_and_what_waits_goes_behind_it(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, SLOW, "pace=instant").await;
    chat.send("One").await;
    chat.shows(10).await;
    queue(&chat, "Three", false).await;
    chat.send("Two").await;
    asked(&chat, 3).await;
    assert_eq!(chat.ended().await.fate(), ("complete", Some("stop")));
    let ends: Vec<_> = chat
        .turns()
        .await
        .into_iter()
        .filter_map(|turn| turn.end)
        .collect();
    assert_eq!(ends, ["superseded", "complete", "complete"]);
}

#[e2e::case]
pub async fn what_waits_does_not_go_into_another_conversation(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, SLOW, "pace=instant").await;
    chat.send("One").await;
    chat.shows(10).await;
    queue(&chat, "Two", false).await;
    chat.button("New chat").await;
    chat.page
        .until::<bool>("e2e.every(0, 'article').length === 0")
        .await;
    assert_eq!(chat.page.js::<Vec<String>>(WAITING).await, ["Two"]);
    chat.page
        .until::<bool>("!!e2e.find(0, 'button', 'Send now')")
        .await;
}
