//! What servers really send, as others met it: to the last letter on the page.

use crate::talk::chats;
use e2e::Stage;
use lab::Dialect;

#[e2e::case]
pub async fn what_others_met_is_shown_as_it_was_meant(stage: Stage) {
    for (case, text, reasoning, end) in [
        ("B01", "Reeds bend in the wind.", "", "complete"),
        ("B03", "Whispering reeds answer.", "", "complete"),
        ("B05", "Slow water runs deep.", "", "complete"),
        ("B07", "A duck 🦆 swims.", "", "complete"),
        ("B09-1", "", "", "refused"),
        ("B32-1", "It is 13.", "Six plus seven.", "complete"),
        ("B32-2", "It is 13.", "", "complete"),
        ("B36", "Take the boat.", "Weigh both.", "complete"),
    ] {
        let options = format!("recording=field%2F{case}");
        let chat = stage.chat(Dialect::OpenAi, &options, "").await;
        let turn = chat.ask("hello").await;
        assert_eq!(
            (turn.text.as_str(), turn.reasoning.trim_end()),
            (text, reasoning),
            "{case}"
        );
        assert_eq!(turn.end.as_deref(), Some(end), "{case}");
        if end == "refused" {
            assert!(turn.all.contains("9120 tokens"), "{turn:?}");
        }
        chat.page.close().await;
    }
}

#[e2e::case]
pub async fn a_refused_field_is_left_out_and_never_sent_again(stage: Stage) {
    let chat = stage
        .chat(Dialect::OpenAi, "refuse=stream_options", "")
        .await;
    for question in ["one", "two"] {
        assert_eq!(
            chat.ask(question).await.fate(),
            ("complete", Some("stop")),
            "{question}"
        );
    }
    chat.reload().await;
    assert_eq!(chat.ask("three").await.fate(), ("complete", Some("stop")));
    let log = stage.lab.log();
    let sent: Vec<bool> = chats(&log)
        .iter()
        .map(|entry| entry.json().get("stream_options").is_some())
        .collect();
    assert_eq!(sent, [true, false, false, false]);
}

#[e2e::case]
pub async fn two_of_the_person_in_a_row_are_joined_where_a_template_wants_turns(stage: Stage) {
    let chat = stage.chat(Dialect::OpenAi, "turns;first=3000", "").await;
    // Stopped before a word came: the person speaks twice.
    chat.send("One?").await;
    chat.button("Stop").await;
    assert_eq!(chat.ended().await.fate(), ("stopped", None));
    assert_eq!(chat.ask("Two?").await.fate(), ("complete", Some("stop")));
    assert_eq!(chat.ask("Three?").await.fate(), ("complete", Some("stop")));
    let log = stage.lab.log();
    let asked: Vec<usize> = chats(&log)
        .iter()
        .map(|entry| entry.json()["messages"].as_array().map_or(0, Vec::len))
        .collect();
    assert_eq!(asked, [1, 2, 1, 3], "refused once, and remembered");
    let joined = &chats(&log)[2].json()["messages"][0]["content"];
    assert_eq!(joined, "One?\n\nTwo?");
}
