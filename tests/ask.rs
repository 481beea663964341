//! The example `ask` holds a conversation with an emulated server, over a real socket.
#![allow(clippy::unwrap_used)]

#[allow(dead_code, missing_docs)]
#[path = "../examples/ask.rs"]
mod example;

use example::Talk;
use lab::{Dialect, Lab};
use rill::address::Address;
use rill::dialect::Kind;
use rill::event::End;

async fn open(lab: &Lab, dialect: Dialect, options: &str, kind: Kind) -> Talk {
    let address = Address::parse(&lab.url(dialect, options), None).unwrap();
    Talk::with(address, kind).await
}

/// Asks twice a server that repeats what it is asked; each answer comes in pieces, and all is kept.
async fn check(dialect: Dialect, kind: Kind) {
    let lab = Lab::start().await.unwrap();
    let mut talk = open(&lab, dialect, "echo", kind).await;
    let questions = ["Which way does a river run?", "And always so?"];
    for question in questions {
        let mut shown = Vec::new();
        let end = talk.ask(question, |text| shown.push(text.to_owned())).await;
        assert!(
            matches!(end, Some(End::Complete { .. })),
            "{kind:?} {end:?}"
        );
        assert_eq!(shown.concat(), question, "{kind:?}");
        assert!(shown.len() > 1, "{kind:?} came at once");
    }
    let path = talk.tree.path().filter_map(|id| talk.tree.turn(id));
    let said: Vec<&str> = path.map(|turn| turn.text.as_str()).collect();
    let [first, second] = questions;
    assert_eq!(said, [first, first, second, second], "{kind:?}");
}

#[tokio::test]
async fn it_talks_to_an_openai_compatible_server() {
    check(Dialect::OpenAi, Kind::OpenAi).await;
}

#[tokio::test]
async fn it_talks_to_ollama_in_lines_of_json() {
    check(Dialect::Ollama, Kind::Ollama).await;
}

#[tokio::test]
async fn where_a_socket_is_first_it_takes_the_next_way() {
    check(Dialect::LlamaChat, Kind::LlamaChat).await;
}

#[tokio::test]
async fn a_reply_that_is_cut_off_is_said_to_be() {
    let lab = Lab::start().await.unwrap();
    let mut talk = open(&lab, Dialect::OpenAi, "cut=900", Kind::OpenAi).await;
    let end = talk.ask("Hi", |_| {}).await;
    assert_eq!(end, Some(End::Cut { page_closed: false }));
}
