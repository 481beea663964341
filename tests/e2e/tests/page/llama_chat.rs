//! llama_chat_web: a server that keeps the conversation, over each of its three ways.

use crate::talk::chats;
use e2e::{Chat, Stage};
use lab::{Dialect, percent_encode};
use serde_json::json;

const SOCKET: &str = "/ws/chat/stream";
const STREAM: &str = "/api/chat/stream";
const ANSWER: &str = "/api/chat";

/// Short clocks, for replies that only silence ends.
const SHORT: &str = "deadlines=connect:5,first-token:10,silence:2&grace=1";

async fn open(stage: &Stage, options: &str, missing: &str, more: &str) -> Chat {
    let missing = percent_encode(missing);
    let options = format!("first=200;delay=5;missing={missing};{options}");
    stage.chat(Dialect::LlamaChat, &options, more).await
}

async fn two_turns(stage: &Stage, chat: &Chat, path: &str, fate: (&str, Option<&str>)) {
    for question in ["Where does a river begin?", "And where does it end?"] {
        let turn = chat.ask(question).await;
        assert_eq!(turn.fate(), fate, "{turn:?}");
        assert!(
            turn.text.starts_with("A river begins small.")
                && turn.text.contains("It ends in the sea. 🌊"),
            "{}",
            turn.text
        );
        assert!(!turn.text.contains("USER:"), "{}", turn.text);
    }
    let log = stage.lab.log();
    assert!(
        log.iter().all(|entry| entry.method != "OPTIONS"),
        "{}",
        stage.lab.logbook().summary()
    );
    let asked: Vec<_> = chats(&log)
        .into_iter()
        .filter(|entry| entry.path == path)
        .collect();
    assert_eq!(asked.len(), 2, "{}", stage.lab.logbook().summary());
    // One message goes up, and the server's own name of the conversation: the rest it knows.
    assert_eq!(
        asked[0].json(),
        json!({ "message": "Where does a river begin?", "conversation_id": null })
    );
    let second = asked[1].json();
    assert_eq!(second["message"], "And where does it end?");
    assert_eq!(
        second["conversation_id"],
        "chat_2025-01-31-10-20-30-001.txt"
    );
}

#[e2e::case]
pub async fn llama_chat_talks_over_its_socket(stage: Stage) {
    let chat = open(&stage, "", "/nothing", "").await;
    two_turns(&stage, &chat, SOCKET, ("complete", Some("stop"))).await;
    // It leaves its sockets open; the page does not.
    stage
        .lab
        .wait_for("both sockets to be closed", |log| {
            let open = chats(log)
                .into_iter()
                .filter(|entry| entry.way.is_none())
                .count();
            (open == 0).then_some(())
        })
        .await;
}

#[e2e::case]
pub async fn llama_chat_without_its_socket_streams_events(stage: Stage) {
    let chat = open(&stage, "", "/ws", "").await;
    two_turns(&stage, &chat, STREAM, ("complete", Some("stop"))).await;
    // The size of the context is told beside the text, and nowhere else.
    let meter: String = chat.page.js("e2e.every(0, '.meter')[0].innerText").await;
    assert!(meter.contains("of 4,096 tokens"), "{meter}");
}

#[e2e::case]
pub async fn llama_chat_without_a_stream_is_watched_until_it_is_silent(stage: Stage) {
    let chat = open(&stage, "", "/ws/chat,/api/chat/stream", SHORT).await;
    two_turns(&stage, &chat, ANSWER, ("stalled", Some("silence"))).await;
    let log = stage.lab.log();
    let watched: Vec<_> = log
        .iter()
        .filter(|entry| {
            entry.path.starts_with("/ws/conversation/watch/") && entry.status == Some(101)
        })
        .collect();
    assert_eq!(watched.len(), 2, "{}", stage.lab.logbook().summary());
}

#[e2e::case]
pub async fn llama_chats_ends_are_told_apart(stage: Stage) {
    for (options, fate) in [
        // An older one swallows what went wrong, and says that it is done.
        ("older;empty", ("empty", Some("stop"))),
        ("older", ("complete", Some("stop"))),
        ("finish=length", ("complete", Some("length"))),
        ("nodone;cut=3000", ("cut", None)),
    ] {
        let chat = open(&stage, options, "/nothing", "").await;
        let turn = chat.ask("Hello").await;
        assert_eq!(turn.fate(), fate, "{options}: {turn:?}");
        chat.page.close().await;
    }
    let chat = open(&stage, "error=inside", "/nothing", "").await;
    let turn = chat.ask("Hello").await;
    assert_eq!(turn.end.as_deref(), Some("broken"), "{turn:?}");
    assert!(turn.all.contains("Generation timed out"), "{}", turn.all);
    let chat = open(&stage, "reset=3000", "/nothing", "").await;
    let turn = chat.ask("Hello").await;
    assert_eq!(turn.end.as_deref(), Some("broken"), "{turn:?}");
    assert!(turn.text.starts_with("A river begins"), "{turn:?}");
}

/// It says that a path is missing without the header that would let a page read that: to the page the request only failed.
#[e2e::case]
pub async fn llama_chat_is_known_by_its_health_and_stepped_down_to_what_it_has(stage: Stage) {
    let options = format!(
        "first=200;delay=5;missing={}",
        percent_encode("/ws/chat,/api/chat/stream")
    );
    let server = percent_encode(&stage.lab.url(Dialect::LlamaChat, &options));
    let query = format!("server={server}&kind=auto&pace=instant&{SHORT}");
    let chat = stage.open(&query).await;
    two_turns(&stage, &chat, ANSWER, ("stalled", Some("silence"))).await;
    let log = stage.lab.log();
    let streams = log.iter().filter(|entry| entry.path == STREAM);
    assert_eq!(
        streams.map(|entry| entry.status).collect::<Vec<_>>(),
        [Some(404), Some(404)],
        "once a reply: {}",
        stage.lab.logbook().summary()
    );
}
