//! Whole conversations with each server, and what went over the wire for them.

use e2e::{Chat, Stage};
use lab::{Dialect, Entry, Lab, Way, percent_encode};
use std::time::Duration;

/// A long answer of plain words: wherever it is cut, its beginning reads as it did, with no mark left open.
pub const STORY: &str = "first=0;delay=20;tokens=2000;text=The%20river%20flows%20on%20and%20on%20";

/// The requests for replies.
pub fn chats(log: &[Entry]) -> Vec<&Entry> {
    log.iter().filter(|entry| entry.is_chat()).collect()
}

async fn conversation(stage: Stage, dialect: Dialect) {
    let chat = stage.chat(dialect, "first=0;delay=2", "").await;
    let first = chat.ask("Where does a river begin?").await;
    assert_eq!(first.fate(), ("complete", Some("stop")), "{first:?}");
    assert!(
        first.text.starts_with("A river begins small.")
            && first.text.contains("It ends in the sea. 🌊"),
        "{}",
        first.text
    );
    let second = chat.ask("And where does it end?").await;
    assert_eq!(second.fate(), ("complete", Some("stop")));

    let log = stage.lab.log();
    assert!(
        log.iter().all(|entry| entry.method != "OPTIONS"),
        "{}",
        stage.lab.logbook().summary()
    );
    for entry in log.iter().filter(|entry| entry.method == "POST") {
        assert!(
            entry
                .header("content-type")
                .is_none_or(|media| media.starts_with("text/plain")),
            "{entry:?}"
        );
        assert_eq!(entry.header("authorization"), None);
    }
    let chats = chats(&log);
    assert_eq!(
        chats.len(),
        2,
        "one request for each send: {}",
        stage.lab.logbook().summary()
    );
    // The model is told what was said before.
    let body = &chats[1].body;
    for said in [
        "Where does a river begin?",
        "A river begins small.",
        "And where does it end?",
    ] {
        assert!(body.contains(said), "{said} is not in {body}");
    }
    let connections: std::collections::HashSet<usize> =
        log.iter().map(|entry| entry.connection).collect();
    let at_once = |entry: &Entry| {
        log.iter()
            .filter(|other| other.at <= entry.at && other.ended_at.is_none_or(|end| end > entry.at))
            .count()
    };
    let most = log.iter().map(at_once).max().unwrap_or(0);
    assert!(
        most <= 5,
        "{most} requests at once over {} connections: one must stay free for Stop",
        connections.len()
    );
}

#[e2e::case]
pub async fn a_conversation_with_koboldcpp_makes_no_preflight(stage: Stage) {
    conversation(stage, Dialect::KoboldCpp).await;
}

#[e2e::case]
pub async fn a_conversation_with_llamacpp_makes_no_preflight(stage: Stage) {
    conversation(stage, Dialect::LlamaCpp).await;
}

#[e2e::case]
pub async fn a_conversation_with_ollama_makes_no_preflight(stage: Stage) {
    conversation(stage, Dialect::Ollama).await;
}

async fn stop_while_running(chat: &Chat) {
    chat.send("Tell me a long story.").await;
    chat.shows(20).await;
    chat.button("Stop").await;
}

#[e2e::case]
pub async fn stop_reaches_koboldcpp_by_its_abort_with_the_genkey(stage: Stage) {
    let chat = stage
        .chat(Dialect::KoboldCpp, "first=0;delay=10;tokens=20000", "")
        .await;
    stop_while_running(&chat).await;
    let turn = chat.ended().await;
    assert_eq!(turn.fate(), ("stopped", None));
    assert!(turn.text.len() >= 20);
    let abort = stage
        .lab
        .wait_for("the abort", |log| {
            log.iter()
                .find(|entry| entry.path == "/api/extra/abort")
                .cloned()
        })
        .await;
    let log = stage.lab.log();
    let asked = chats(&log)[0].json()["genkey"].clone();
    assert!(
        asked.as_str().is_some_and(|key| !key.is_empty()),
        "{}",
        chats(&log)[0].body
    );
    assert_eq!(abort.json()["genkey"], asked);
    assert!(
        abort
            .header("content-type")
            .is_none_or(|media| media.starts_with("text/plain"))
    );
    let end = stage
        .lab
        .wait_for("the end of the stream", |log| chats(log)[0].ended_at)
        .await;
    assert!((end - abort.at).abs() < 1000.0);
    assert!(log.iter().all(|entry| entry.method != "OPTIONS"));
}

#[e2e::case]
pub async fn stop_reaches_the_others_by_the_closed_connection(stage: Stage) {
    for dialect in [Dialect::LlamaCpp, Dialect::Ollama, Dialect::OpenAi] {
        stage.lab.logbook().clear();
        let chat = stage.chat(dialect, "delay=10;tokens=20000", "").await;
        stop_while_running(&chat).await;
        let clicked = stage.lab.logbook().now();
        let (way, end) = stage
            .lab
            .wait_for("the closed connection", |log| {
                let asked = *chats(log).first()?;
                Some((asked.way?, asked.ended_at?))
            })
            .await;
        assert_eq!(way, Way::ClosedByClient, "{dialect:?}");
        assert!(end - clicked < 1000.0, "{dialect:?}: {} ms", end - clicked);
        assert_eq!(chat.ended().await.fate(), ("stopped", None));
    }
}

#[e2e::case]
pub async fn a_server_that_wants_json_is_asked_in_plain_text_only_once(stage: Stage) {
    for options in ["json", "json=415", "json=422", "json=500"] {
        stage.lab.logbook().clear();
        let chat = stage.chat(Dialect::OpenAi, options, "").await;
        assert_eq!(
            chat.ask("one").await.fate(),
            ("complete", Some("stop")),
            "{options}"
        );
        assert_eq!(
            chat.ask("two").await.fate(),
            ("complete", Some("stop")),
            "{options}"
        );
        chat.reload().await;
        assert_eq!(
            chat.ask("three").await.fate(),
            ("complete", Some("stop")),
            "{options}"
        );
        let log = stage.lab.log();
        let media: Vec<&str> = chats(&log)
            .iter()
            .map(|entry| entry.header("content-type").unwrap_or(""))
            .map(|media| media.split(';').next().unwrap_or(""))
            .collect();
        assert_eq!(
            media,
            [
                "text/plain",
                "application/json",
                "application/json",
                "application/json"
            ],
            "{options}"
        );
    }
}

#[e2e::case]
pub async fn a_key_goes_to_its_own_server_and_to_no_other(stage: Stage) {
    let secret = "sk-river-0123456789";
    // On a port of its own: the key must not stand in the address.
    let own = Lab::start_root(Dialect::OpenAi, &format!("key={secret}"), 0)
        .await
        .expect("a port");
    let server = percent_encode(&own.origin());
    let chat = stage
        .open(&format!("server={server}&kind=openai&pace=instant"))
        .await;
    let refused = chat.ask("hello").await;
    assert_eq!(refused.fate(), ("refused", Some("401")));
    chat.button("Server").await;
    chat.page.click(&chat.find("textbox", "API key")).await;
    chat.page.insert(secret).await;
    chat.page.press("Enter", 0).await;
    own.wait_for("a list of models with the key", |log| {
        let listed = |entry: &&Entry| entry.path == "/v1/models" && entry.status == Some(200);
        log.iter().find(listed).map(drop)
    })
    .await;
    chat.page.press("Escape", 0).await;
    chat.page
        .until::<bool>(&format!("!{}", chat.find("textbox", "API key")))
        .await;
    let turn = chat.ask("hello again").await;
    assert_eq!(turn.fate(), ("complete", Some("stop")));
    let log = own.log();
    let bearer = format!("Bearer {secret}");
    assert!(
        chats(&log)
            .iter()
            .any(|entry| entry.header("authorization") == Some(bearer.as_str()))
    );
    let keys: Vec<&str> = log
        .iter()
        .filter_map(|entry| entry.header("authorization"))
        .collect();
    assert!(
        keys.iter().all(|key| *key == bearer),
        "no piece of a key goes out: {keys:?}"
    );

    // The same person, the same browser, another server (another port is another origin).
    let other = Lab::start_root(Dialect::OpenAi, "", 0)
        .await
        .expect("a port");
    let server = percent_encode(&other.origin());
    chat.page
        .goto(&stage.site.url(&format!("?server={server}&kind=openai")))
        .await;
    assert_eq!(
        chat.ask("hello there").await.fate(),
        ("complete", Some("stop"))
    );
    for entry in other.log() {
        assert!(!format!("{entry:?}").contains(secret), "{entry:?}");
    }
    assert!(!chat.page.address().await.contains(secret));
    assert!(stage.site.asked().iter().all(|path| !path.contains(secret)));
}

#[e2e::case]
pub async fn recorded_servers_are_shown_as_they_spoke(stage: Stage) {
    let cases = [
        (
            Dialect::LlamaCpp,
            "recording=chat-progress;speed=4",
            "The river",
        ),
        (
            Dialect::KoboldCpp,
            "recording=openai-chat;speed=4",
            "The river is a symbol of life and the earth.",
        ),
        (
            Dialect::Ollama,
            "recording=chat;speed=8",
            "1. The River of E",
        ),
        (Dialect::OpenAi, "recording=chat;speed=4", "The"),
    ];
    for (dialect, options, begin) in cases {
        let chat = stage.chat(dialect, options, "").await;
        let turn = chat
            .ask("Write a short poem about a river, then list three rivers.")
            .await;
        assert_eq!(turn.fate(), ("complete", Some("length")), "{dialect:?}");
        // The "1." of a list is not text of the page.
        let begin = begin.trim_start_matches("1. ");
        assert!(
            turn.text
                .trim_start_matches(['1', '.', ' '])
                .starts_with(begin),
            "{dialect:?}: {}",
            turn.text
        );
    }
}

#[e2e::case]
pub async fn however_the_bytes_come_the_text_is_the_same(stage: Stage) {
    let text = percent_encode("Größe, 日本, 👩‍👩‍👧‍👦 und é — alles *da*.");
    let mut seen = Vec::new();
    for options in [
        "",
        "chunk=1",
        "chunk=7",
        "burst=4096",
        "crlf",
        "badframe",
        "comments",
        "type=text%2Fplain",
        "type=application%2Fjson",
        "linger=800",
        "afterend",
    ] {
        // Only behind `[DONE]` nothing belongs to the answer.
        let all = [Dialect::OpenAi, Dialect::Ollama];
        for dialect in all
            .into_iter()
            .take(if options == "afterend" { 1 } else { 2 })
        {
            let chat = stage
                .chat(dialect, &format!("{options};delay=0;text={text}"), "")
                .await;
            let turn = chat.ask("hello").await;
            assert_eq!(
                turn.fate(),
                ("complete", Some("stop")),
                "{dialect:?} {options}"
            );
            seen.push((
                format!("{dialect:?} {options}"),
                turn.text.trim().to_owned(),
            ));
            chat.page.close().await;
        }
    }
    for (how, text) in seen {
        assert_eq!(text, "Größe, 日本, 👩‍👩‍👧‍👦 und é — alles da.", "{how}");
    }
}

#[e2e::case]
pub async fn thinking_is_apart_from_the_answer(stage: Stage) {
    let options = format!(
        "think={};text={}",
        percent_encode("Let me see."),
        percent_encode("It is blue.")
    );
    for dialect in [Dialect::OpenAi, Dialect::LlamaCpp, Dialect::Ollama] {
        let chat = stage.chat(dialect, &options, "").await;
        let turn = chat.ask("What colour is it?").await;
        assert_eq!(turn.text.trim(), "It is blue.", "{dialect:?}");
        assert!(
            turn.reasoning.contains("Let me see."),
            "{dialect:?}: {turn:?}"
        );
    }
    // In tags within the text, which is all that KoboldCpp has.
    let tagged = format!(
        "first=0;text={}",
        percent_encode("<think>Let me see.</think>It is blue.")
    );
    let chat = stage.chat(Dialect::KoboldCpp, &tagged, "").await;
    let turn = chat.ask("What colour is it?").await;
    assert_eq!(turn.text.trim(), "It is blue.");
    assert!(turn.reasoning.contains("Let me see."));
}

#[e2e::case]
pub async fn retry_asks_again_and_continue_goes_on(stage: Stage) {
    let chat = stage
        .chat(
            Dialect::LlamaCpp,
            "tokens=2;finish=length;text=One%20two%20three%20four",
            "",
        )
        .await;
    assert_eq!(
        chat.ask("Count.").await.fate(),
        ("complete", Some("length"))
    );
    chat.button("Continue").await;
    stage
        .lab
        .wait_for("the second request", |log| {
            (chats(log).len() == 2).then_some(())
        })
        .await;
    let whole = "(() => { const turn = e2e.turn(0, -1); return turn.end === 'complete' && turn.text.trim() === 'One two three four'; })()";
    let goes_on = chat
        .page
        .within::<bool>(Duration::from_secs(10), whole)
        .await;
    assert!(
        goes_on.is_some(),
        "the same reply goes on from its last letter: {:?}",
        chat.turns().await
    );
    let log = stage.lab.log();
    let messages = chats(&log)[1].json()["messages"].clone();
    let last = messages
        .as_array()
        .and_then(|messages| messages.last())
        .cloned()
        .unwrap_or_default();
    assert_eq!(
        (last["role"].as_str(), last["content"].as_str()),
        (Some("assistant"), Some("One two"))
    );

    chat.button("Retry").await;
    stage
        .lab
        .wait_for("the third request", |log| {
            (chats(log).len() == 3).then_some(())
        })
        .await;
    assert_eq!(chat.ended().await.text.trim(), "One two");
    let log = stage.lab.log();
    assert_eq!(
        chats(&log)[2].json()["messages"]
            .as_array()
            .and_then(|messages| messages.last())
            .map(|last| last["role"].clone()),
        Some("user".into())
    );
}
