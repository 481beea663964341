//! Halo Weave's patched KoboldCpp, and the bug that started it all: preflights that never end.

use crate::talk::chats;
use e2e::{Chat, Page, Stage};
use lab::{Dialect, Entry, Way};
use serde_json::Value;

const STREAM: &str = "/api/extra/generate/stream";
const SOCKET: &str = "/api/extra/generate/stream/ws";

/// Counts tokens as Halo's own page does, but for the media type: `None` after 5 s, which is its deadline.
async fn count(page: &Page, server: &str, media: &str) -> Option<u64> {
    let ask = format!(
        "Promise.race([
            fetch('{server}/api/v1/tokenize', {{
                method: 'POST',
                headers: {{ 'Content-Type': '{media}' }},
                body: JSON.stringify({{ text: 'Where does a river begin?' }}),
            }}).then((answer) => answer.json()).then((answer) => answer.token_count),
            new Promise((resolve) => setTimeout(() => resolve(null), 4500)),
        ])"
    );
    page.js::<Option<u64>>(&ask).await
}

fn at<'l>(log: &'l [Entry], path: &str) -> Vec<&'l Entry> {
    log.iter().filter(|entry| entry.path == path).collect()
}

#[e2e::case]
pub async fn twenty_turns_over_two_transports_never_hang(stage: Stage) {
    let quick = "first=0;delay=1;tokens=12";
    let over_http = stage.chat(Dialect::Halo, quick, "").await;
    // The same server, whose stream of events does not get through: the page steps down to the socket.
    let over_socket = stage
        .chat(Dialect::Halo, &format!("{quick};nosse"), "")
        .await;
    let server = stage.lab.url(Dialect::Halo, quick);
    for turn in 0..20 {
        let chat: &Chat = if turn % 2 == 0 {
            &over_socket
        } else {
            &over_http
        };
        let before = count(&chat.page, &server, "text/plain").await;
        assert!(before.is_some(), "turn {turn}: counting hangs");
        let reply = chat.ask(&format!("Question {turn}")).await;
        assert_eq!(
            reply.fate(),
            ("complete", Some("stop")),
            "turn {turn}: {reply:?}"
        );
        assert!(reply.text.starts_with("A river begins"), "{reply:?}");
        let after = count(&chat.page, &server, "text/plain").await;
        assert_eq!(after, before, "turn {turn}");
    }
    let log = stage.lab.log();
    assert!(
        log.iter().all(|entry| entry.method != "OPTIONS"),
        "{}",
        stage.lab.logbook().summary()
    );
    assert_eq!(at(&log, SOCKET).len(), 10);
    // The way that worked is remembered: the missing one is asked for once.
    let streams = at(&log, STREAM);
    assert_eq!(streams.len(), 11, "{}", stage.lab.logbook().summary());
    for entry in log.iter().filter(|entry| entry.method == "POST") {
        let media = entry.header("content-type");
        assert!(
            media.is_none_or(|media| media.starts_with("text/plain")),
            "{entry:?}"
        );
    }

    // The proof that the fault is there: a page that calls its bodies JSON loses all of its connections to preflights.
    stage.lab.logbook().clear();
    let page = stage.blank().await;
    page.goto(&stage.site.url("empty.html")).await;
    let _: Value = page
        .js(&format!(
            "(() => {{
                for (let i = 0; i < 8; i++) fetch('{server}/api/v1/tokenize?' + i, {{
                    method: 'POST', headers: {{ 'Content-Type': 'application/json' }}, body: '{{}}',
                }}).catch(() => {{}});
                return null;
            }})()"
        ))
        .await;
    stage
        .lab
        .wait_for("six preflights", |log| {
            let preflights = log.iter().filter(|entry| entry.method == "OPTIONS");
            (preflights.filter(|entry| entry.head_at.is_some()).count() == 6).then_some(())
        })
        .await;
    assert_eq!(
        count(&page, &server, "text/plain").await,
        None,
        "with six preflights open, even a simple request waits for ever"
    );
    // Some of the JSON requests may have found a connection while there was one; the simple one came too late.
    let log = stage.lab.log();
    let (preflights, others): (Vec<_>, Vec<_>) =
        log.iter().partition(|entry| entry.method == "OPTIONS");
    assert_eq!(preflights.len(), 6, "{}", stage.lab.logbook().summary());
    assert!(
        others
            .iter()
            .all(|entry| entry.header("content-type") == Some("application/json")),
        "{}",
        stage.lab.logbook().summary()
    );
    page.close().await;
}

#[e2e::case]
pub async fn stop_reaches_halo_by_its_abort_and_by_closing(stage: Stage) {
    for (options, path, way) in [
        ("", STREAM, Way::Stopped),
        (";nosse", SOCKET, Way::ClosedByClient),
    ] {
        stage.lab.logbook().clear();
        let options = format!("first=0;delay=10;tokens=20000{options}");
        let chat = stage.chat(Dialect::Halo, &options, "").await;
        chat.send("Tell me a long story.").await;
        chat.shows(20).await;
        chat.button("Stop").await;
        assert_eq!(chat.ended().await.fate(), ("stopped", None));
        // While it generates, this server reads nothing from a socket, not even that the page closes it: how long the
        // connection stays is up to the browser's patience. What the page does, it does at once: it closes, and aborts.
        if path == STREAM {
            let ended = stage
                .lab
                .wait_for("the end of the reply", |log| {
                    let reply = log
                        .iter()
                        .rfind(|entry| entry.path == path && entry.is_chat());
                    reply.and_then(|entry| entry.way)
                })
                .await;
            // Abort and close go out together: either may be first where there is an abort.
            assert!(ended == way || ended == Way::ClosedByClient, "{ended:?}");
        }
        let abort = stage
            .lab
            .wait_for("the abort", |log| {
                log.iter()
                    .find(|entry| entry.path == "/api/extra/abort")
                    .cloned()
            })
            .await;
        let log = stage.lab.log();
        let asked = chats(&log)
            .last()
            .map(|entry| entry.json())
            .unwrap_or_default();
        assert_eq!(abort.json()["genkey"], asked["genkey"]);
        assert!(log.iter().all(|entry| entry.method != "OPTIONS"));
        chat.page.close().await;
    }
}

#[e2e::case]
pub async fn where_nothing_streams_halo_is_asked_what_it_has(stage: Stage) {
    let options = "nosse;nosocket;first=0;delay=40;tokens=120";
    let chat = stage.chat(Dialect::Halo, options, "").await;
    chat.send("Where does a river begin?").await;
    // Something is shown long before the whole answer is there.
    let early = chat.shows(10).await;
    assert_eq!(early.end.as_deref(), Some("running"), "{early:?}");
    let turn = chat.ended().await;
    assert_eq!(turn.fate(), ("complete", Some("stop")), "{turn:?}");
    assert!(turn.text.starts_with("A river begins"), "{turn:?}");
    let log = stage.lab.log();
    assert_eq!(at(&log, "/api/v1/generate").len(), 1);
    assert!(at(&log, "/api/extra/generate/check").len() >= 2);
    assert!(log.iter().all(|entry| entry.method != "OPTIONS"));
}

#[e2e::case]
pub async fn a_socket_that_fails_says_so(stage: Stage) {
    for (options, end) in [
        ("error=inside", "broken"),
        ("nodone", "cut"),
        ("reset=2000", "broken"),
    ] {
        let options = format!("nosse;first=0;{options}");
        let chat = stage.chat(Dialect::Halo, &options, "").await;
        let turn = chat.ask("Hello").await;
        assert_eq!(turn.end.as_deref(), Some(end), "{options}: {turn:?}");
        assert!(turn.text.starts_with("A river begins"), "{turn:?}");
        chat.page.close().await;
    }
}
