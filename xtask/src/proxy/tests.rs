//! The proxy over real sockets, before the lab's servers, one of which allows no page.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::serve::Site;
use lab::{Dialect, Entry, Lab, Way};
use std::net::TcpListener;
use support::root;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// A page of one line, beside it the lab's server behind the path; its port.
fn site(address: &str) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let folder = root().join(format!("target/proxy-test/{port}"));
    std::fs::create_dir_all(&folder).unwrap();
    let page = "<rill-chat data-standalone></rill-chat>";
    std::fs::write(folder.join("index.html"), page).unwrap();
    let site = Site::new(folder, Some(Proxy::to(address).unwrap()));
    // It serves as long as the test runs.
    std::thread::spawn(move || site.serve(listener));
    port
}

async fn send(port: u16, first: &str, headers: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let length = body.len();
    let host = if headers.contains("Host:") {
        String::new()
    } else {
        format!("Host: 127.0.0.1:{port}\r\n")
    };
    let head = format!("{first} HTTP/1.1\r\n{host}{headers}Content-Length: {length}\r\n\r\n{body}");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// Reads until this is there, and gives all that came.
async fn until(stream: &mut TcpStream, mark: &str) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if text.contains(mark) {
            return text;
        }
        let read = stream.read_buf(&mut bytes).await.unwrap();
        assert!(read > 0, "it ended before {mark:?}: {text}");
    }
}

const ASK: &str = "{\"model\":\"smollm2\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"stream\":true}";

fn asked(entries: &[Entry]) -> Option<Entry> {
    let mut entries = entries.iter();
    entries.find(|entry| entry.method == "POST").cloned()
}

#[tokio::test]
async fn the_page_says_where_its_server_is() {
    let lab = Lab::start().await.unwrap();
    let port = site(&lab.url(Dialect::Jarvis, ""));
    let mut page = send(port, "GET /", "", "").await;
    until(&mut page, "<rill-chat data-standalone server=\"/llm\">").await;
}

#[tokio::test]
async fn a_server_that_allows_no_page_streams_to_it_and_sees_no_page() {
    let lab = Lab::start().await.unwrap();
    let port = site(&lab.url(Dialect::Jarvis, "first=0;delay=20;tokens=20000"));
    let headers = format!(
        "Origin: http://127.0.0.1:{port}\r\nSec-Fetch-Site: same-origin\r\nConnection: keep-alive, x-own\r\nX-Own: 1\r\nAccept-Encoding: gzip\r\n\
         Cookie: a=b\r\nContent-Type: text/plain\r\n"
    );
    let mut stream = send(port, "POST /llm/v1/chat/completions?a=b", &headers, ASK).await;
    let head = until(&mut stream, "\"type\"").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    // Words are here, and the server is far from its end.
    let entry = asked(&lab.log()).unwrap();
    assert_eq!((entry.way, entry.origin.as_deref()), (None, None));
    assert_eq!(entry.path, "/v1/chat/completions");
    assert_eq!(entry.query, "a=b");
    assert_eq!(entry.header("host"), lab.origin().strip_prefix("http://"));
    assert_eq!(entry.header("content-type"), Some("text/plain"));
    for name in ["x-own", "sec-fetch-site", "cookie", "accept-encoding"] {
        assert_eq!(entry.header(name), None, "{name}");
    }
    // Who goes away is gone for the server too.
    drop(stream);
    lab.wait_for("the server hears of it", |log| {
        (asked(log)?.way? == Way::ClosedByClient).then_some(())
    })
    .await;
}

#[tokio::test]
async fn who_leaves_before_the_first_word_is_gone_too() {
    let lab = Lab::start().await.unwrap();
    let port = site(&lab.url(Dialect::Ollama, "first=60000"));
    let stream = send(port, "POST /llm/api/chat", "", ASK).await;
    lab.wait_for("the server is asked", asked).await;
    drop(stream);
    lab.wait_for("the server hears of it", |log| {
        (asked(log)?.way? == Way::ClosedByClient).then_some(())
    })
    .await;
}

#[tokio::test]
async fn lines_come_whole_and_with_their_end() {
    let lab = Lab::start().await.unwrap();
    let port = site(&lab.url(Dialect::Ollama, "first=0;delay=1;tokens=20"));
    let mut stream = send(port, "POST /llm/api/chat", "", ASK).await;
    let all = until(&mut stream, "\r\n0\r\n\r\n").await;
    assert!(all.contains("\"done\":true"), "{all}");
}

#[tokio::test]
async fn a_socket_is_passed_on_both_ways() {
    let lab = Lab::start().await.unwrap();
    let port = site(&lab.url(Dialect::LlamaChat, ""));
    let headers = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let mut stream = send(port, "GET /llm/ws/chat/stream", headers, "").await;
    let head = until(&mut stream, "\r\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    // RFC 6455, 1.3: what this key is answered by.
    assert!(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{head}");
    // A frame that asks whether somebody is there (5.5.2), masked with nothing, and what answers it.
    stream
        .write_all(&[0x89, 0x82, 0, 0, 0, 0, b'h', b'i'])
        .await
        .unwrap();
    until(&mut stream, "\u{2}hi").await;
}

#[tokio::test]
async fn pages_of_others_are_not_let_in() {
    let lab = Lab::start().await.unwrap();
    let port = site(&lab.url(Dialect::OpenAi, ""));
    let foreign = [
        "Origin: https://school.example\r\n",
        "Origin: null\r\n",
        "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\n",
        "Host: school.example\r\n",
        "Host: 127.0.0.1.school.example\r\n",
    ];
    for headers in foreign {
        let mut stream = send(port, "POST /llm/v1/chat/completions", headers, ASK).await;
        let head = until(&mut stream, "Only the page").await;
        assert!(head.starts_with("HTTP/1.1 403"), "{headers}: {head}");
    }
    assert!(lab.log().is_empty(), "{}", lab.logbook().summary());
    let mut own = send(
        port,
        "GET /llm/v1/models",
        &format!("Host: localhost:{port}\r\n"),
        "",
    )
    .await;
    assert!(
        until(&mut own, "\r\n\r\n")
            .await
            .starts_with("HTTP/1.1 200")
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said() {
    let nowhere = Lab::nowhere().await.unwrap();
    let port = site(&nowhere);
    let mut stream = send(port, "GET /llm/v1/models", "", "").await;
    let answer = until(&mut stream, "Nothing answers at 127.0.0.1:").await;
    assert!(answer.starts_with("HTTP/1.1 502"), "{answer}");
}

#[test]
fn an_address_is_one_of_a_server_nearby() {
    let to = |address: &str| Proxy::to(address).map(|proxy| (proxy.authority(), proxy.base));
    let found = |host: &str, base: &str| (host.to_owned(), base.to_owned());
    assert_eq!(
        to("http://127.0.0.1:8000").unwrap(),
        found("127.0.0.1:8000", "")
    );
    assert_eq!(to("http://nas/llm/").unwrap(), found("nas:80", "/llm"));
    assert_eq!(to("http://[::1]:8080/").unwrap(), found("[::1]:8080", ""));
    for wrong in [
        "",
        "127.0.0.1:8000",
        "https://a.example",
        "ftp://a",
        "http://",
        "http://me@a",
        "http://a/?b=c",
    ] {
        assert!(to(wrong).is_err(), "{wrong}");
    }
}
