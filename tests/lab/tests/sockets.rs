//! The servers that speak over WebSockets, and the fault that one of them keeps from it.
#![allow(clippy::unwrap_used)]

use futures_util::{SinkExt, StreamExt};
use lab::{Dialect, Lab, Way};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

type Socket = WebSocketStream<TcpStream>;

/// So long nothing comes from a socket that stays open. Longer than the lab waits before a reset.
const QUIET: Duration = Duration::from_millis(1500);

async fn open(url: &str, first: Option<&Value>) -> Option<Socket> {
    let url = url.replace("http://", "ws://");
    let host = url.trim_start_matches("ws://").split('/').next().unwrap();
    let stream = TcpStream::connect(host).await.unwrap();
    let (mut socket, _) = client_async(&url, stream).await.ok()?;
    if let Some(first) = first {
        socket.send(Message::text(first.to_string())).await.unwrap();
    }
    Some(socket)
}

/// What came, one line a frame: JSON text, the number of floats in a binary frame, the close and its code, a failure.
async fn heard(mut socket: Socket) -> Vec<String> {
    let mut lines = Vec::new();
    loop {
        let next = tokio::time::timeout(QUIET, socket.next()).await;
        let Ok(next) = next else {
            lines.push("open".to_owned());
            return lines;
        };
        match next {
            Some(Ok(Message::Text(text))) => lines.push(text.as_str().to_owned()),
            Some(Ok(Message::Binary(bytes))) => lines.push(format!("{} floats", bytes.len() / 4)),
            Some(Ok(Message::Close(frame))) => {
                lines.push(format!(
                    "close {}",
                    frame.map_or(0, |frame| frame.code.into())
                ));
            }
            Some(Ok(_)) => {}
            Some(Err(_)) => {
                lines.push("failed".to_owned());
                return lines;
            }
            None => return lines,
        }
    }
}

/// A plain request over a connection of its own: status and body, once the server has closed or `limit` has passed.
async fn ask(url: &str, method: &str, body: &str, limit: u64) -> (u16, String, bool) {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_at(rest.find('/').unwrap());
    let mut stream = TcpStream::connect(host).await.unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://127.0.0.1:1\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes);
    let ended = tokio::time::timeout(Duration::from_millis(limit), read)
        .await
        .is_ok();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let status = text.split(' ').nth(1).unwrap().parse().unwrap();
    let body = text.split_once("\r\n\r\n").unwrap().1.to_owned();
    (status, body, ended)
}

const QUICK: &str = "first=0;delay=0;text=A%20river%20begins";

#[tokio::test]
async fn halo_pairs_each_text_with_a_binary_frame_and_closes() {
    let lab = Lab::start().await.unwrap();
    let url = format!(
        "{}/api/extra/generate/stream/ws",
        lab.url(Dialect::Halo, QUICK)
    );
    let asked = json!({"prompt": "hello there", "output_attentions": true, "request_id": "r1", "stop_sequence": ["</s>"]});
    let lines = heard(open(&url, Some(&asked)).await.unwrap()).await;
    assert_eq!(
        lines[0],
        r#"{"type": "token", "token_id": 1001, "text": "A", "request_id": "r1"}"#
    );
    // None for the first; then a row that grows by one number for each token.
    let rows: Vec<&String> = lines
        .iter()
        .filter(|line| line.ends_with("floats"))
        .collect();
    assert_eq!(rows[..4], ["0 floats", "4 floats", "5 floats", "6 floats"]);
    // In attention mode the stop text comes through.
    assert!(lines.concat().contains("\"text\": \"<\""), "{lines:?}");
    assert_eq!(lines.last().unwrap(), "close 1000");
    let done: Value = serde_json::from_str(&lines[lines.len() - 2]).unwrap();
    assert_eq!(
        (&done["type"], &done["finish_reason"]),
        (&json!("done"), &json!("stop"))
    );
    let entry = &lab.log()[0];
    assert!(entry.is_chat() && entry.status == Some(101) && entry.json()["request_id"] == "r1");
    let way = lab.wait_for("the end", |log| log[0].way).await;
    assert_eq!(way, Way::Whole);

    // A first frame that is no JSON, and a failure inside.
    let mut socket = open(&url, None).await.unwrap();
    socket.send(Message::text("hello")).await.unwrap();
    assert_eq!(heard(socket).await, ["close 1002"]);
    let url = format!(
        "{}/api/extra/generate/stream/ws",
        lab.url(Dialect::Halo, &format!("{QUICK};error=inside"))
    );
    let lines = heard(open(&url, Some(&asked)).await.unwrap()).await;
    assert_eq!(lines.last().unwrap(), "close 1011");
}

#[tokio::test]
async fn halo_tells_attention_in_its_events_in_very_long_lines() {
    let lab = Lab::start().await.unwrap();
    let asked = r#"{"prompt":"hello there","output_attentions":true,"genkey":"RILL1"}"#;
    let url = lab.url(Dialect::Halo, &format!("{QUICK};layers=28"));
    let (status, body, _) = ask(
        &format!("{url}/api/extra/generate/stream"),
        "POST",
        asked,
        5000,
    )
    .await;
    assert_eq!(status, 200);
    let longest = body.lines().map(str::len).max().unwrap();
    assert!(longest > 1_000_000, "{longest}");
    assert!(body.contains(r#""shape": [28, 28, 256]"#) && body.contains(r#""attention": null"#));
    // Without attention the stock frames, with a real null.
    let url = lab.url(Dialect::Halo, QUICK);
    let (_, body, _) = ask(
        &format!("{url}/api/extra/generate/stream"),
        "POST",
        r#"{"prompt":"x"}"#,
        5000,
    )
    .await;
    assert!(
        body.starts_with("event: message\ndata: {\"token\": \"A\", \"finish_reason\": null}\n\n"),
        "{body}"
    );
    let count = ask(
        &format!("{url}/api/v1/tokenize"),
        "POST",
        r#"{"text":"hello there"}"#,
        5000,
    )
    .await;
    let count: Value = serde_json::from_str(&count.1).unwrap();
    assert_eq!(
        (&count["token_count"], &count["tokens"][1]["text"]),
        (&json!(3), &json!("hello"))
    );
    let model = ask(&format!("{url}/api/v1/model"), "GET", "", 5000).await;
    assert!(model.1.contains("\"num_layers\":30"));
}

#[tokio::test]
async fn halos_preflights_end_until_a_socket_was_upgraded_and_never_again() {
    let lab = Lab::start().await.unwrap();
    let url = lab.url(Dialect::Halo, QUICK);
    let tokenize = format!("{url}/api/v1/tokenize");
    let (status, _, ended) = ask(&tokenize, "OPTIONS", "", 3000).await;
    assert_eq!((status, ended), (200, true));
    let socket = format!("{url}/api/extra/generate/stream/ws");
    heard(open(&socket, Some(&json!({"prompt": "x"}))).await.unwrap()).await;
    let (status, _, ended) = ask(&tokenize, "OPTIONS", "", 300).await;
    assert_eq!((status, ended), (200, false));
    // Only those: everything else answers as before.
    let (status, _, ended) = ask(&tokenize, "POST", r#"{"text":"x"}"#, 3000).await;
    assert_eq!((status, ended), (200, true));
}

#[tokio::test]
async fn llama_chat_keeps_the_conversation_and_its_socket_stays_open() {
    let lab = Lab::start().await.unwrap();
    let url = lab.url(Dialect::LlamaChat, QUICK);
    let socket = format!("{url}/ws/chat/stream");
    let asked = json!({"message": "Hi", "conversation_id": null});
    let lines = heard(open(&socket, Some(&asked)).await.unwrap()).await;
    assert_eq!(
        lines[0],
        r#"{"type":"status","message":"Reading the prompt"}"#
    );
    assert_eq!(lines.last().unwrap(), "open");
    let done: Value = serde_json::from_str(&lines[lines.len() - 2]).unwrap();
    assert_eq!(
        (&done["type"], &done["gen_tokens"]),
        (&json!("done"), &json!(3))
    );
    let id = done["conversation_id"].as_str().unwrap().to_owned();
    let asked = json!({"message": "And then?", "conversation_id": id});
    heard(open(&socket, Some(&asked)).await.unwrap()).await;
    let kept = ask(&format!("{url}/api/conversation/{id}"), "GET", "", 300)
        .await
        .1;
    let kept: Value = serde_json::from_str(&kept).unwrap();
    let said: Vec<&str> = kept["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["content"].as_str().unwrap())
        .collect();
    assert_eq!(
        said,
        ["Hi", "A river begins", "And then?", "A river begins"]
    );

    // The older one says less, and forgets what its event stream is told.
    let old = lab.url(Dialect::LlamaChat, &format!("{QUICK};older"));
    let lines = heard(
        open(&format!("{old}/ws/chat/stream"), Some(&asked))
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(
        lines[lines.len() - 2],
        format!(r#"{{"type":"done","conversation_id":"{id}"}}"#)
    );
    let body = ask(
        &format!("{old}/api/chat/stream"),
        "POST",
        &asked.to_string(),
        300,
    )
    .await
    .1;
    assert!(
        body.contains("data: [DONE]") && !body.contains("\"type\""),
        "{body}"
    );
    let (status, ..) = ask(&format!("{old}/api/chat/cancel"), "POST", "{}", 300).await;
    assert_eq!(status, 404);
    let (status, body, _) = ask(&format!("{url}/api/chat"), "POST", "no JSON", 300).await;
    assert_eq!(
        (status, body.as_str()),
        (400, r#"{"error":"Invalid JSON format"}"#)
    );
}

#[tokio::test]
async fn llama_chats_watch_shows_the_whole_conversation_again_and_again() {
    let lab = Lab::start().await.unwrap();
    let url = lab.url(
        Dialect::LlamaChat,
        "first=100;delay=5;text=A%20river%20begins",
    );
    let answer = ask(
        &format!("{url}/api/chat"),
        "POST",
        r#"{"message":"Hi"}"#,
        300,
    )
    .await
    .1;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["message"]["content"], "");
    let id = answer["conversation_id"].as_str().unwrap();
    let second = json!({"message": "And?", "conversation_id": id});
    ask(&format!("{url}/api/chat"), "POST", &second.to_string(), 20).await;
    let socket = open(&format!("{url}/ws/conversation/watch/{id}"), None)
        .await
        .unwrap();
    let lines = heard(socket).await;
    let contents: Vec<String> = lines
        .iter()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .map(|line| line["content"].as_str().unwrap().to_owned())
        .collect();
    let before = "USER:\nHi\n\nASSISTANT:\n\n\nA river begins\n\nUSER:\nAnd?\n\n";
    assert_eq!(contents[0], before);
    assert_eq!(contents[1], format!("{before}ASSISTANT:\n\n\nA"));
    assert_eq!(
        contents.last().unwrap(),
        &format!("{before}ASSISTANT:\n\n\nA river begins")
    );
    assert_eq!(lines.last().unwrap(), "open");
}

#[tokio::test]
async fn sockets_fail_as_the_script_wants() {
    let lab = Lab::start().await.unwrap();
    let asked = json!({"message": "Hi"});
    let try_with = async |options: &str| {
        let url = format!(
            "{}/ws/chat/stream",
            lab.url(Dialect::LlamaChat, &format!("first=0;delay=0;{options}"))
        );
        match open(&url, Some(&asked)).await {
            Some(socket) => heard(socket).await,
            None => vec!["refused".to_owned()],
        }
    };
    assert_eq!(try_with("nosocket").await, ["refused"]);
    assert_eq!(try_with("missing=%2Fws%2Fchat").await, ["refused"]);
    assert_eq!(try_with("error=before:503").await, ["refused"]);
    let cut = try_with("cut=1000").await;
    assert_eq!(cut.last().unwrap(), "close 1000");
    assert!(cut.concat().len() <= 1010 && cut.len() > 5);
    assert_eq!(try_with("reset=1000").await.last().unwrap(), "failed");
    assert_eq!(try_with("stall=1000").await.last().unwrap(), "open");
    assert!(
        try_with("comments=5")
            .await
            .contains(&r#"{"type":"heartbeat"}"#.to_owned())
    );
    let failed = try_with("error=inside").await;
    assert!(failed[failed.len() - 2].starts_with(r#"{"type":"error""#));
    // The seed's bug: every token comes at the end.
    lab.logbook().clear();
    let began = Instant::now();
    let url = format!(
        "{}/ws/chat/stream",
        lab.url(
            Dialect::LlamaChat,
            "first=0;delay=10;tokens=30;burst=100000"
        )
    );
    let mut socket = open(&url, Some(&asked)).await.unwrap();
    socket.next().await.unwrap().unwrap();
    assert!(began.elapsed() > Duration::from_millis(250));
    drop(socket);
    let way = lab.wait_for("the end", |log| log[0].way).await;
    assert_eq!(way, Way::Whole);
}
