//! A connection that breaks in the middle of a reply: the rest comes by the server's own means, or the end says that it is missing.

use crate::talk::chats;
use e2e::{Chat, Stage};
use lab::{Dialect, Entry, Lab, percent_encode};
use serde_json::Value;

const KEY: &str = "a-key-of-ones-own";

/// Twelve scripts, some of whose letters are several code points.
const SCRIPTS: &str = "River река ποταμός 河川 かわ 강물 نهر נהר แม่น้ำ नदी নদী գետ 👩‍👩‍👧‍👦 é ";

/// A chat with a llama.cpp that wants a key, which the page has.
async fn with_key(stage: &Stage, options: &str) -> Chat {
    let chat = stage.open("server=demo&pace=instant").await;
    let keep = format!(
        "(localStorage.setItem('rill.keys', JSON.stringify({{ '{}': '{KEY}' }})), null)",
        stage.lab.origin()
    );
    let _: Value = chat.page.js(&keep).await;
    let options = format!("key={KEY};first=0;{options}");
    let address = format!("?{}", stage.query(Dialect::LlamaCpp, &options, ""));
    chat.page.goto(&stage.site.url(&address)).await;
    chat.page
        .until::<bool>(&format!("!!{}", chat.find("textbox", "Message")))
        .await;
    chat
}

fn scripts(more: &str) -> String {
    format!("delay=2;tokens=200;text={};{more}", percent_encode(SCRIPTS))
}

/// The requests that ask for the rest of a stream.
fn again(log: &[Entry]) -> Vec<&Entry> {
    let is_again = |entry: &&Entry| entry.path == "/v1/stream" && entry.method != "OPTIONS";
    log.iter().filter(is_again).collect()
}

#[e2e::case]
pub async fn a_reply_of_llamacpp_is_read_on_to_its_last_word(stage: Stage) {
    let chat = with_key(&stage, &scripts("")).await;
    let whole = chat.ask("Tell me.").await;
    assert_eq!(whole.fate(), ("complete", Some("stop")), "{whole:?}");
    chat.page.close().await;
    // In the middle of a letter, mostly; and where the server closes cleanly.
    for broken in ["reset=9001", "cut=7003", "cut=5002"] {
        stage.lab.logbook().clear();
        let chat = with_key(&stage, &scripts(broken)).await;
        let turn = chat.ask("Tell me.").await;
        assert_eq!(turn.fate(), ("complete", Some("stop")), "{broken} {turn:?}");
        assert_eq!(turn.text, whole.text, "{broken}");
        let log = stage.lab.log();
        let chats = chats(&log);
        assert_eq!(chats.len(), 1, "{}", stage.lab.logbook().summary());
        let name = chats[0].header("x-conversation-id").expect("a name");
        let at = broken.split_once('=').map_or("", |(_, at)| at);
        let again = again(&log);
        assert_eq!(again.len(), 1, "{}", stage.lab.logbook().summary());
        assert_eq!(again[0].query, format!("conv_id={name}&from={at}"));
        chat.page.close().await;
    }
}

#[e2e::case]
pub async fn what_koboldcpp_has_of_a_reply_is_taken_to_its_last_word(stage: Stage) {
    let options = |more: &str| format!("first=0;{}", scripts(more));
    let chat = stage.chat(Dialect::KoboldCpp, &options(""), "").await;
    let whole = chat.ask("Tell me.").await;
    chat.page.close().await;
    for broken in ["goeson;reset=9001", "goeson;cut=5002"] {
        stage.lab.logbook().clear();
        let chat = stage.chat(Dialect::KoboldCpp, &options(broken), "").await;
        let turn = chat.ask("Tell me.").await;
        assert_eq!(turn.fate(), ("complete", Some("stop")), "{broken} {turn:?}");
        assert_eq!(turn.text, whole.text, "{broken}");
        let log = stage.lab.log();
        assert_eq!(chats(&log).len(), 1, "{}", stage.lab.logbook().summary());
        let is_check = |entry: &&Entry| entry.path == "/api/extra/generate/check";
        let check = log.iter().find(is_check).expect("a check");
        assert_eq!(check.json()["genkey"], chats(&log)[0].json()["genkey"]);
        assert!(log.iter().all(|entry| entry.method != "OPTIONS"));
        chat.page.close().await;
    }
}

#[e2e::case]
pub async fn a_server_that_knows_nothing_any_more_leaves_the_reply_cut(stage: Stage) {
    let llamacpp = with_key(&stage, &scripts("forgets;cut=7003")).await;
    let koboldcpp = format!("first=0;{}", scripts("cut=7003"));
    let koboldcpp = stage.chat(Dialect::KoboldCpp, &koboldcpp, "").await;
    for chat in [llamacpp, koboldcpp] {
        let turn = chat.ask("Tell me.").await;
        assert_eq!(turn.fate(), ("cut", None), "{turn:?}");
        assert!(turn.text.starts_with("River река"), "{turn:?}");
        chat.page
            .until::<bool>(&format!("!!{}", chat.find("button", "Continue")))
            .await;
        chat.page.close().await;
    }
}

#[e2e::case]
pub async fn nothing_of_this_costs_a_preflight(stage: Stage) {
    let options = format!("first=0;{}", scripts("cut=7003"));
    let chat = stage.chat(Dialect::LlamaCpp, &options, "").await;
    let turn = chat.ask("Tell me.").await;
    assert_eq!(turn.fate(), ("cut", None), "{turn:?}");
    let log = stage.lab.log();
    assert!(log.iter().all(|entry| entry.method != "OPTIONS"));
    assert_eq!(chats(&log)[0].header("x-conversation-id"), None);
}

#[e2e::case]
pub async fn a_stop_is_heard_while_the_server_is_asked_for_the_rest(stage: Stage) {
    let own = Lab::start_root(Dialect::KoboldCpp, "first=0;delay=20;tokens=5000", 0);
    let own = own.await.expect("a port");
    let server = percent_encode(&own.origin());
    let chat = stage
        .open(&format!("server={server}&kind=koboldcpp&pace=instant"))
        .await;
    chat.send("Tell me.").await;
    chat.shows(20).await;
    // Nobody answers any more.
    drop(own);
    chat.page.says("The connection broke").await;
    chat.button("Stop").await;
    let turn = chat.ended().await;
    assert_eq!(turn.fate(), ("stopped", None), "{turn:?}");
    assert!(turn.text.len() >= 20, "{turn:?}");
    chat.page.forgive().await;
}

#[e2e::case]
pub async fn a_stop_ends_a_reply_that_does_not_need_its_connection(stage: Stage) {
    let chat = with_key(&stage, "delay=20;tokens=5000").await;
    chat.send("Tell me.").await;
    chat.shows(20).await;
    chat.button("Stop").await;
    assert_eq!(chat.ended().await.fate(), ("stopped", None));
    let stop = stage.lab.wait_for("the stop", |log| {
        let stop = again(log)
            .into_iter()
            .find(|entry| entry.method == "DELETE");
        stop.filter(|entry| entry.status.is_some()).cloned()
    });
    let stop = stop.await;
    assert_eq!(stop.status, Some(204));
    let log = stage.lab.log();
    let name = chats(&log)[0].header("x-conversation-id").expect("a name");
    assert_eq!(stop.query, format!("conv_id={name}"));
}

#[e2e::case]
pub async fn a_reload_in_the_middle_of_a_reply_brings_the_rest(stage: Stage) {
    let options = "delay=20;tokens=150;text=The%20river%20flows%20on%20";
    let chat = with_key(&stage, options).await;
    chat.send("Tell me.").await;
    chat.shows(100).await;
    chat.page.reload().await;
    let turn = chat.shows(500).await;
    assert!(turn.text.starts_with("The river flows on"), "{turn:?}");
    let turn = chat.ended().await;
    assert_eq!(turn.fate(), ("complete", Some("stop")), "{turn:?}");
    let words: Vec<&str> = turn.text.split_whitespace().collect();
    for four in words.chunks_exact(4) {
        assert_eq!(four, ["The", "river", "flows", "on"], "{turn:?}");
    }
    let log = stage.lab.log();
    assert_eq!(chats(&log).len(), 1, "{}", stage.lab.logbook().summary());
}

#[e2e::case]
pub async fn a_reload_where_the_server_knows_nothing_leaves_the_reply_as_it_was(stage: Stage) {
    let chat = with_key(&stage, "forgets;delay=20;tokens=5000").await;
    chat.send("Tell me.").await;
    let before = chat.shows(100).await;
    chat.page.reload().await;
    stage
        .lab
        .wait_for("the question", |log| {
            again(log)
                .iter()
                .any(|entry| entry.status == Some(404))
                .then_some(())
        })
        .await;
    let turn = chat.ended().await;
    assert_eq!(turn.fate(), ("cut", Some("page-closed")), "{turn:?}");
    let kept: String = turn.text.chars().take(50).collect();
    assert!(before.text.starts_with(&kept), "{turn:?}");
    chat.page
        .until::<bool>(&format!("!!{}", chat.find("button", "Continue")))
        .await;
}
