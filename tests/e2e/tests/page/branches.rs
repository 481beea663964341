//! Turns that are taken away and put back, conversations that begin in the middle of another, and the map of the branches.

use crate::conversations::kept;
use crate::talk::chats;
use e2e::{Chat, Stage};
use lab::Dialect;

const ECHO: &str = "delay=0;first=0;echo";

/// The words of all turns on the page, oldest first.
const SAID: &str = "e2e.every(0, 'article').map((turn) => e2e.text(turn.querySelector('.said, .answer')).trim()).join(', ')";

/// Opens what else can be done with a turn, and does it.
async fn deed(chat: &Chat, turn: usize, name: &str) {
    let button = format!("e2e.every(0, 'article')[{turn}]?.querySelector('button.more')");
    chat.page.click(&button).await;
    chat.button(name).await;
}

async fn says(chat: &Chat, words: &str) {
    chat.page
        .until::<bool>(&format!("{SAID} === {}", e2e::page::quote(words)))
        .await;
}

#[e2e::case]
pub async fn a_turn_is_deleted_and_comes_back(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, ECHO, "pace=instant").await;
    for words in ["one", "two", "three"] {
        chat.ask(words).await;
    }
    says(&chat, "one, one, two, two, three, three").await;
    deed(&chat, 1, "Delete this message").await;
    says(&chat, "one, two, two, three, three").await;
    chat.page.says("Deleted.").await;
    chat.button("Undo").await;
    says(&chat, "one, one, two, two, three, three").await;
    deed(&chat, 2, "Delete from here on").await;
    says(&chat, "one, one").await;
    chat.button("Undo").await;
    says(&chat, "one, one, two, two, three, three").await;
    // What is gone is not sent, and stays away.
    deed(&chat, 1, "Delete this message").await;
    says(&chat, "one, two, two, three, three").await;
    chat.ask("four").await;
    let log = stage.lab.log();
    let asked = chats(&log);
    let messages = asked.last().map(|entry| entry.json()["messages"].clone());
    let said = messages.unwrap_or_default();
    let said: Vec<_> = said
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| one["content"].clone())
        .collect();
    assert_eq!(said, ["one", "two", "two", "three", "three", "four"]);
    kept(&chat, "one", 7).await;
    chat.reload().await;
    says(&chat, "one, two, two, three, three, four, four").await;
    chat.page.hides("Deleted.").await;
}

#[e2e::case]
pub async fn a_reply_that_runs_ends_where_its_branch_is_deleted(stage: Stage) {
    let chat = stage
        .chat(
            Dialect::OpenAi,
            "first=0;delay=20;tokens=2000",
            "pace=instant",
        )
        .await;
    chat.send("one").await;
    chat.shows(10).await;
    deed(&chat, 0, "Delete from here on").await;
    chat.page
        .until::<bool>("e2e.every(0, 'article').length === 0")
        .await;
    chat.button("Undo").await;
    assert_eq!(chat.ended().await.fate(), ("superseded", None));
}

#[e2e::case]
pub async fn a_conversation_goes_on_from_any_turn_in_another_one(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, ECHO, "pace=instant").await;
    for words in ["one", "two", "three"] {
        chat.ask(words).await;
    }
    deed(&chat, 3, "New conversation from here").await;
    says(&chat, "one, one, two, two").await;
    chat.ask("other").await;
    says(&chat, "one, one, two, two, other, other").await;
    kept(&chat, "one", 6).await;
    // From a question on it is asked anew.
    deed(&chat, 2, "New conversation from here").await;
    says(&chat, "one, one").await;
    let field: String = chat
        .page
        .until("e2e.find(0, 'textbox', 'Message')?.value")
        .await;
    assert_eq!(field, "two");
}

#[e2e::case]
pub async fn many_branches_have_a_map(stage: Stage) {
    let chat = stage
        .chat(Dialect::OpenAi, "delay=0;first=0;tokens=4", "pace=instant")
        .await;
    chat.ask("one").await;
    for count in 2..=4 {
        chat.button("Retry").await;
        let branches =
            format!("e2e.every(0, '.branches')[0]?.innerText.includes('{count} of {count}')");
        chat.page.until::<bool>(&branches).await;
        chat.ended().await;
    }
    deed(&chat, 1, "All branches (4)").await;
    let places = "e2e.every(0, '.map button')";
    chat.page
        .until::<bool>(&format!("{places}.length === 4"))
        .await;
    let current = format!("{places}.findIndex((one) => one.getAttribute('aria-current'))");
    assert_eq!(chat.page.js::<i64>(&current).await, 3);
    chat.page.click(&format!("{places}[1]")).await;
    chat.page
        .until::<bool>("e2e.every(0, '.branches')[0]?.innerText.includes('2 of 4')")
        .await;
}
