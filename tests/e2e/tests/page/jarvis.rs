//! jarvis-agent: no CORS at all, so it lives under a path of the page's own host; two framings in one stream; its own ids.

use crate::talk::chats;
use e2e::{Chat, Stage};
use lab::{Dialect, Way};
use serde_json::json;

const STOP: &str = "/v1/chat/stop";

/// The page with jarvis behind a path of its own host; each case has a path of its own, for the site is everybody's.
async fn open(stage: &Stage, path: &str, options: &str, kind: &str) -> Chat {
    let server = stage.lab.url(Dialect::Jarvis, options);
    stage.site.proxy(path, &server);
    stage
        .open(&format!("server={path}&kind={kind}&pace=instant"))
        .await
}

#[e2e::case]
pub async fn jarvis_works_behind_a_path_of_the_pages_own_host(stage: Stage) {
    let chat = open(&stage, "/jarvis", "delay=2", "jarvis").await;
    for question in ["Where does a river begin?", "And where does it end?"] {
        let turn = chat.ask(question).await;
        assert_eq!(turn.fate(), ("complete", Some("success")), "{turn:?}");
        assert!(
            turn.text.starts_with("A river begins small.")
                && turn.text.contains("It ends in the sea. 🌊"),
            "every piece, in whatever framing it came: {}",
            turn.text
        );
    }
    let log = stage.lab.log();
    assert!(log.iter().all(|entry| entry.method != "OPTIONS"));
    let asked = chats(&log);
    assert_eq!(asked.len(), 2, "{}", stage.lab.logbook().summary());
    let sessions: Vec<Option<&str>> = asked
        .iter()
        .map(|entry| entry.header("x-session-id"))
        .collect();
    assert_eq!(
        sessions,
        [None, Some("s1")],
        "the session that the server named itself"
    );
    for entry in asked {
        let media = entry.header("content-type").unwrap_or_default();
        assert!(media.starts_with("text/plain"), "{entry:?}");
    }
}

#[e2e::case]
pub async fn jarvis_is_found_by_what_it_answers(stage: Stage) {
    let chat = open(&stage, "/jarvis-found", "delay=2", "auto").await;
    let turn = chat.ask("Hello").await;
    assert_eq!(turn.fate(), ("complete", Some("success")), "{turn:?}");
}

#[e2e::case]
pub async fn jarvis_is_stopped_by_the_trace_id_that_it_told(stage: Stage) {
    let chat = open(&stage, "/jarvis-stopped", "delay=10;tokens=20000", "jarvis").await;
    chat.send("Tell me a long story.").await;
    chat.shows(20).await;
    chat.button("Stop").await;
    assert_eq!(chat.ended().await.fate(), ("stopped", None));
    let stop = stage
        .lab
        .wait_for("the stop", |log| {
            let stops = |entry: &&lab::Entry| entry.path == STOP && entry.status.is_some();
            log.iter().find(stops).cloned()
        })
        .await;
    assert_eq!(
        (stop.json(), stop.status),
        (json!({"trace_id": "t1"}), Some(200))
    );
    let way = stage
        .lab
        .wait_for("the end of the stream", |log| chats(log).first()?.way)
        .await;
    assert!(matches!(way, Way::Stopped | Way::ClosedByClient), "{way:?}");
}

#[e2e::case]
pub async fn a_newer_question_to_jarvis_takes_the_place_of_the_older(stage: Stage) {
    let chat = open(&stage, "/jarvis-twice", "delay=5;echo", "jarvis").await;
    chat.send(&"older ".repeat(2000)).await;
    chat.shows(20).await;
    let turn = chat.ask(&"newer ".repeat(20)).await;
    assert_eq!(turn.fate(), ("complete", Some("success")), "{turn:?}");
    assert!(
        !turn.text.contains("older"),
        "nothing of the older in the newer: {}",
        turn.text
    );
    let turns = chat.turns().await;
    assert_eq!(turns[0].fate(), ("superseded", None));
    assert!(!turns[0].text.contains("newer"));
}

#[e2e::case]
pub async fn jarviss_last_word_and_its_failures_are_shown(stage: Stage) {
    let options = "delay=2;text=Teh%20river.;final=The%20river.";
    let chat = open(&stage, "/jarvis-rendered", options, "jarvis").await;
    let turn = chat.ask("Say it.").await;
    assert_eq!(turn.fate(), ("complete", Some("success")));
    assert_eq!(turn.text.trim(), "The river.");

    let chat = open(&stage, "/jarvis-failing", "error=inside", "jarvis").await;
    let turn = chat.ask("Hello").await;
    assert_eq!(turn.fate(), ("broken", Some("AgentError")), "{turn:?}");
    assert!(
        turn.all.contains("The model ran out of memory"),
        "{}",
        turn.all
    );

    let chat = open(&stage, "/jarvis-cut", "nodone", "jarvis").await;
    assert_eq!(chat.ask("Hello").await.fate(), ("cut", None));
}
