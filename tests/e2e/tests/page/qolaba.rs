//! The Qolaba proxy: a key, JSON and nothing else, errors in the middle in its own words.

use crate::talk::chats;
use e2e::{Chat, Stage};
use lab::{Dialect, Entry, Lab, percent_encode};

const KEY: &str = "qolaba-key-0123456789";

/// A proxy at the root of its own port, so that its key stands in no address.
async fn proxy(stage: &Stage, options: &str) -> (Lab, Chat) {
    let own = Lab::start_root(Dialect::Qolaba, options, 0)
        .await
        .expect("a port");
    let server = percent_encode(&own.origin());
    let chat = stage
        .open(&format!("server={server}&kind=qolaba&pace=instant"))
        .await;
    (own, chat)
}

async fn give_key(own: &Lab, chat: &Chat) {
    chat.button("Server").await;
    chat.page.click(&chat.find("textbox", "API key")).await;
    chat.page.insert(KEY).await;
    chat.page.press("Enter", 0).await;
    own.wait_for("a list of models with the key", |log| {
        let listed = |entry: &&Entry| entry.path == "/v1/models" && entry.status == Some(200);
        log.iter().find(listed).map(drop)
    })
    .await;
    chat.page.press("Escape", 0).await;
    let gone = format!("!{}", chat.find("textbox", "API key"));
    chat.page.until::<bool>(&gone).await;
}

#[e2e::case]
pub async fn qolaba_is_asked_in_json_with_its_key(stage: Stage) {
    let (own, chat) = proxy(&stage, "delay=2").await;
    let refused = chat.ask("hello").await;
    assert_eq!(refused.fate(), ("refused", Some("401")));
    let own_words = "API key is required and must have at least 10 characters";
    assert!(refused.all.contains(own_words), "{}", refused.all);
    give_key(&own, &chat).await;
    for question in ["Where does a river begin?", "And where does it end?"] {
        let turn = chat.ask(question).await;
        assert_eq!(turn.fate(), ("complete", Some("stop")), "{turn:?}");
        assert!(turn.text.contains("It ends in the sea. 🌊"), "{turn:?}");
    }
    let log = own.log();
    for asked in chats(&log) {
        let media = asked.header("content-type").unwrap_or_default();
        assert!(media.starts_with("application/json"), "{asked:?}");
        // What it would refuse is not sent: the reply that was refused left no empty message behind.
        let messages = asked.json()["messages"].clone();
        for message in messages.as_array().into_iter().flatten() {
            let content = message["content"].as_str().unwrap_or_default();
            assert!(!content.trim().is_empty(), "{messages}");
        }
    }
}

#[e2e::case]
pub async fn qolabas_failures_are_told_in_its_own_words(stage: Stage) {
    let (own, chat) = proxy(&stage, "error=inside").await;
    give_key(&own, &chat).await;
    let turn = chat.ask("hello").await;
    assert_eq!(turn.fate(), ("broken", Some("timeout")), "{turn:?}");
    assert!(turn.text.starts_with("A river"), "{turn:?}");
    assert!(turn.all.contains("Request timeout"), "{}", turn.all);
}
