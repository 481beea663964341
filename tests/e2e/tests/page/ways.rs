//! The ladder: which way is in use, which one is chosen, when the next one is tried; and what a server is, if the guess was wrong.

use crate::talk::chats;
use e2e::{Chat, Stage};
use lab::Dialect;
use serde_json::{Value, json};

/// Chooses in a list by its name (or how that begins: the words of a label are all words in it).
pub async fn choose(chat: &Chat, name: &str, value: &str) {
    let select = format!("e2e.find(0, 'combobox', /^{name}/)");
    let choose = format!(
        "(() => {{ const select = {select}; if (!select) return false; select.value = {}; select.dispatchEvent(new Event('change', {{ bubbles: true }})); return select.value === {}; }})()",
        e2e::page::quote(value),
        e2e::page::quote(value)
    );
    chat.page.until::<bool>(&choose).await;
}

async fn close(chat: &Chat) {
    chat.page.press("Escape", 0).await;
    chat.page
        .until::<bool>("!e2e.every(0, 'dialog[open]').length")
        .await;
}

async fn in_use(chat: &Chat, way: &str) {
    chat.page
        .until::<bool>(&format!(
            "e2e.every(0, '.way-now').some((one) => one.innerText.includes({}))",
            e2e::page::quote(way)
        ))
        .await;
}

fn paths(stage: &Stage, from: usize) -> Vec<String> {
    let log = stage.lab.log();
    let asked = log.iter().filter(|entry| {
        entry.is_chat() || entry.path == "/api/v1/generate" || entry.path.ends_with("/ws")
    });
    asked.skip(from).map(|entry| entry.path.clone()).collect()
}

#[e2e::case]
pub async fn the_way_in_use_is_shown_and_another_can_be_chosen(stage: Stage) {
    let chat = stage
        .chat(Dialect::Halo, "nosse;first=0;delay=0;tokens=12", "")
        .await;
    let socket = "/api/extra/generate/stream/ws";
    chat.ask("Hello").await;
    let title: String = chat.page.js("e2e.every(0, '.status')[0].title").await;
    assert_eq!(title, format!("WebSocket · {socket}"));
    chat.button("Server").await;
    in_use(&chat, &format!("WebSocket · {socket}")).await;
    choose(&chat, "Transport", "/api/v1/generate").await;
    in_use(&chat, "one whole answer").await;
    close(&chat).await;
    chat.ask("Hello").await;
    assert_eq!(
        paths(&stage, 0),
        ["/api/extra/generate/stream", socket, "/api/v1/generate"]
    );
    // It is kept for this server, and no other way is tried where it does not work.
    chat.button("Server").await;
    choose(&chat, "Transport", "/api/extra/generate/stream").await;
    close(&chat).await;
    chat.reload().await;
    assert_eq!(chat.ask("Hello").await.end.as_deref(), Some("refused"));
    assert_eq!(paths(&stage, 3), ["/api/extra/generate/stream"]);
    // Left to itself again, it finds the way anew.
    chat.button("Server").await;
    choose(&chat, "Transport", "").await;
    close(&chat).await;
    assert_eq!(chat.ask("Hello").await.end.as_deref(), Some("complete"));
}

#[e2e::case]
pub async fn where_nothing_comes_until_the_end_the_next_message_goes_another_way(stage: Stage) {
    let chat = stage
        .chat(
            Dialect::KoboldCpp,
            "whole;headers=1600;first=0;delay=30;tokens=60",
            "",
        )
        .await;
    for (next, path) in [
        (Some("stream over HTTP"), "/v1/chat/completions"),
        (Some("asked again and again"), "/api/extra/generate/stream"),
        (None, "/api/v1/generate"),
    ] {
        let turn = chat.ask("Hello").await;
        assert_eq!(turn.fate(), ("complete", Some("stop")), "{turn:?}");
        let all: String = chat
            .page
            .js("new Promise((resolve) => setTimeout(() => resolve(e2e.turn(0, -1).all), 100))")
            .await;
        assert_eq!(
            all.contains("Nothing came until the end"),
            next.is_some(),
            "{path}: {all}"
        );
        assert!(next.is_none_or(|next| all.contains(next)), "{all}");
        assert_eq!(paths(&stage, 0).last().map(String::as_str), Some(path));
    }
    assert_eq!(
        paths(&stage, 0).len(),
        3,
        "nothing is asked twice for one answer"
    );
}

#[e2e::case]
pub async fn a_wrong_guess_of_the_kind_is_put_right_and_kept(stage: Stage) {
    let server = lab::percent_encode(&stage.lab.url(Dialect::OpenAi, "delay=0"));
    let chat = stage.open(&format!("server={server}&pace=instant")).await;
    let now = async |words: &str| {
        chat.page
            .until::<bool>(&format!(
                "e2e.every(0, '.panel .now').some((one) => one.innerText.includes({}))",
                e2e::page::quote(words)
            ))
            .await;
    };
    chat.button("Server").await;
    now("OpenAI-compatible").await;
    choose(&chat, "Kind", "openrouter").await;
    now("OpenRouter").await;
    chat.reload().await;
    chat.button("Server").await;
    now("OpenRouter").await;
    choose(&chat, "Kind", "").await;
    now("OpenAI-compatible").await;
}

#[e2e::case]
pub async fn a_page_that_is_closed_stops_the_reply_by_the_servers_own_id(stage: Stage) {
    let server = stage.lab.url(Dialect::Jarvis, "delay=10;tokens=20000");
    stage.site.proxy("/jarvis-left", &server);
    let chat = stage
        .open("server=/jarvis-left&kind=jarvis&pace=instant")
        .await;
    chat.send("Tell me a long story.").await;
    chat.shows(20).await;
    let _: Value = chat
        .page
        .js("(setTimeout(() => location.assign('about:blank')), null)")
        .await;
    let stop = stage
        .lab
        .wait_for("the stop", |log| {
            log.iter()
                .find(|entry| entry.path == "/v1/chat/stop" && entry.status.is_some())
                .cloned()
        })
        .await;
    assert_eq!(
        (stop.json(), stop.status),
        (json!({"trace_id": "t1"}), Some(200))
    );
    assert_eq!(chats(&stage.lab.log()).len(), 1);
}
