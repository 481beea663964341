//! AI4ArtsEd: replies that answer a GET, the seed's routes and today's, repairs, and an end that waits for the typewriter.

use crate::talk::chats;
use e2e::Stage;
use lab::{Dialect, Entry, Way};

const SEED: &str = "/api/text_stream/stage2/";
const TODAY: &str = "/api/schema/pipeline/interception";

fn no_preflight(log: &[Entry]) {
    let methods: Vec<&str> = log.iter().map(|entry| entry.method.as_str()).collect();
    assert!(!methods.contains(&"OPTIONS"), "{methods:?}");
}

#[e2e::case]
pub async fn ai4artsed_answers_a_get_and_is_asked_once(stage: Stage) {
    let chat = stage
        .chat(Dialect::Ai4ArtsEd, "origins=*;delay=2;first=100", "")
        .await;
    for question in ["Where does a river begin?", "And where does it end?"] {
        let turn = chat.ask(question).await;
        assert_eq!(turn.fate(), ("complete", Some("completed")), "{turn:?}");
        assert!(turn.text.contains("It ends in the sea. 🌊"), "{turn:?}");
    }
    let log = stage.lab.log();
    no_preflight(&log);
    let asked = chats(&log);
    assert_eq!(asked.len(), 2, "{}", stage.lab.logbook().summary());
    assert!(
        asked
            .iter()
            .all(|entry| entry.method == "GET" && entry.path.starts_with(SEED))
    );
    assert_ne!(
        asked[0].path, asked[1].path,
        "each run has an id of its own"
    );
    assert!(
        asked[1].query.contains("prompt=And%20where"),
        "{}",
        asked[1].query
    );
}

#[e2e::case]
pub async fn ai4artseds_routes_of_today_are_taken_where_the_seeds_are_gone(stage: Stage) {
    let options = "origins=*;delay=2;first=100;missing=%2Fapi%2Ftext_stream";
    let chat = stage.chat(Dialect::Ai4ArtsEd, options, "").await;
    for _ in 0..2 {
        let turn = chat.ask("Where does a river begin?").await;
        assert_eq!(turn.fate(), ("complete", Some("stop")), "{turn:?}");
    }
    let log = stage.lab.log();
    no_preflight(&log);
    let paths: Vec<&str> = chats(&log)
        .iter()
        .map(|entry| entry.path.as_str())
        .collect();
    assert_eq!(paths.len(), 3, "{paths:?}: what works is remembered");
    assert!(
        paths[0].starts_with(SEED) && paths[1] == TODAY && paths[2] == TODAY,
        "{paths:?}"
    );
}

#[e2e::case]
pub async fn ai4artseds_lost_pieces_are_repaired_and_its_end_cuts_off_no_typewriter(stage: Stage) {
    let options = "origins=*;delay=0;lose=3;text=One%20two%20three%20four%20five%20six%20seven.";
    let chat = stage.chat(Dialect::Ai4ArtsEd, options, "pace=100").await;
    chat.send("Count.").await;
    stage
        .lab
        .wait_for("the end of the stream", |log| chats(log).first()?.ended_at)
        .await;
    let turn = chat.shows(1).await;
    assert!(
        turn.end.as_deref() == Some("running") && turn.text.len() < 20,
        "all has come, and is still being written: {turn:?}"
    );
    let turn = chat.ended().await;
    assert_eq!(turn.fate(), ("complete", Some("completed")));
    assert_eq!(turn.text.trim(), "One two three four five six seven.");

    let options = "origins=*;delay=2;text=Teh%20river.;final=The%20river.";
    let chat = stage.chat(Dialect::Ai4ArtsEd, options, "").await;
    let turn = chat.ask("Say it.").await;
    assert_eq!(
        turn.text.trim(),
        "The river.",
        "the server's last word counts"
    );
}

#[e2e::case]
pub async fn ai4artsed_may_decline_fail_or_refuse(stage: Stage) {
    let chat = stage
        .chat(Dialect::Ai4ArtsEd, "origins=*;blocked;first=100", "")
        .await;
    let turn = chat.ask("Something bad").await;
    assert_eq!(
        turn.fate(),
        ("blocked", Some("not for children")),
        "{turn:?}"
    );

    let chat = stage
        .chat(Dialect::Ai4ArtsEd, "origins=*;error=inside", "")
        .await;
    let turn = chat.ask("Hello").await;
    assert_eq!(turn.end.as_deref(), Some("broken"), "{turn:?}");
    assert!(
        turn.all.contains("The model ran out of memory"),
        "{}",
        turn.all
    );

    // Not one of its own pages, and nobody added this one to its list.
    let chat = stage.chat(Dialect::Ai4ArtsEd, "", "").await;
    let turn = chat.ask("Hello").await;
    assert_eq!(turn.end.as_deref(), Some("broken"), "{turn:?}");
    assert!(!turn.all.contains("Failed to fetch"), "{}", turn.all);
}

#[e2e::case]
pub async fn ai4artsed_is_stopped_by_closing_and_never_runs_again(stage: Stage) {
    let chat = stage
        .chat(Dialect::Ai4ArtsEd, "origins=*;delay=10;tokens=1500", "")
        .await;
    chat.send("Tell me a long story.").await;
    chat.shows(20).await;
    chat.button("Stop").await;
    assert_eq!(chat.ended().await.fate(), ("stopped", None));
    let way = stage
        .lab
        .wait_for("the closed connection", |log| chats(log).first()?.way)
        .await;
    assert_eq!(way, Way::ClosedByClient);
    // An EventSource would have come back by now.
    let later = chat
        .page
        .within::<bool>(std::time::Duration::from_secs(4), "false");
    assert!(later.await.is_none());
    assert_eq!(chats(&stage.lab.log()).len(), 1);
}

#[e2e::case]
pub async fn the_seeds_256_pieces_play_to_the_last_letter_long_behind_their_end(stage: Stage) {
    // Without a wish for a pace: that of its own page, or the age's.
    for (at, more) in ["", "profile=young", "profile=young&age=17"]
        .into_iter()
        .enumerate()
    {
        let options = "origins=*;first=0;delay=5;tokens=256";
        let query = stage.query(Dialect::Ai4ArtsEd, options, more);
        let chat = stage.open(&query.replace("&pace=instant", "")).await;
        chat.send("Tell me of the river").await;
        let ended = stage.lab.wait_for("the server's end", |log| {
            chats(log).get(at).and_then(|entry| entry.ended_at)
        });
        let ended = ended.await;
        let turn = chat.turn(-1).await.expect("a turn");
        assert_eq!(turn.end.as_deref(), Some("running"), "{more}: {turn:?}");
        let turn = chat.ended().await;
        let behind = stage.lab.logbook().now() - ended;
        assert_eq!(turn.fate(), ("complete", Some("completed")), "{more}");
        assert!(turn.text.chars().count() > 400, "{more}: {turn:?}");
        assert!(behind > 8000.0, "{more}: {behind} ms behind the end");
        chat.page.close().await;
    }
}
