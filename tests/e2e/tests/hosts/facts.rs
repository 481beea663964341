//! What a host has to say over HTTP, without a browser.
//!
//! In: a running host, the page that it serves. Out: nothing, or a failed case that names the file.

use crate::host::{Host, Kind};
use crate::settings::policy;
use lab::Dialect;
use reqwest::header::HeaderMap;
use reqwest::{Client, redirect};
use std::io::Read;
use std::path::Path;

/// An answer, all of it.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    /// A header; empty where there is none.
    fn header(&self, name: &str) -> String {
        let all = self.headers.get_all(name).iter();
        let all: Vec<&str> = all.filter_map(|value| value.to_str().ok()).collect();
        all.join(", ")
    }

    /// The body as it was before it was compressed.
    fn plain(&self) -> Vec<u8> {
        let mut plain = Vec::new();
        let read = match self.header("content-encoding").as_str() {
            "" => return self.body.clone(),
            "br" => brotli::BrotliDecompress(&mut &self.body[..], &mut plain).map(|()| 0),
            "gzip" => flate2::read::GzDecoder::new(&self.body[..]).read_to_end(&mut plain),
            other => panic!("{other}"),
        };
        read.expect("a body that can be unpacked");
        plain
    }
}

async fn ask(host: &Host, path: &str, accepts: &str) -> Answer {
    let client = Client::builder().redirect(redirect::Policy::none());
    let client = client.build().expect("a client");
    let mut asked = client.get(format!("{}{path}", host.origin));
    if !accepts.is_empty() {
        asked = asked.header("Accept-Encoding", accepts);
    }
    let answer = asked.send().await.expect("an answer");
    Answer {
        status: answer.status().as_u16(),
        headers: answer.headers().clone(),
        body: answer.bytes().await.expect("a body").to_vec(),
    }
}

/// Where a page of somebody else is from.
pub const PAGE: &str = "https://school.example";

/// Asks as the browser of such a page does.
pub async fn ask_as_a_page(host: &Host, path: &str) {
    let asked = Client::new().get(format!("{}{path}", host.origin));
    let answer = asked.header("Origin", PAGE).send().await;
    answer.expect("an answer");
}

/// A WebSocket of the model server comes about.
pub async fn socket(host: &Host) {
    let address = host.origin.replace("http://", "ws://");
    let address = format!("{address}/llm/{}/ws/chat/stream", Dialect::LlamaChat.word());
    let opened = tokio_tungstenite::connect_async(address).await;
    opened.unwrap_or_else(|error| panic!("{}: {error}", host.origin));
}

/// Asks for the page, its stable files and its parts in every way, and compares.
pub async fn check(kind: Kind, host: &Host, dist: &Path) {
    let bare = ask(host, "/rill?a=b", "").await;
    assert_eq!(bare.status, 308, "{kind:?}");
    assert!(
        bare.header("location").ends_with("/rill/?a=b"),
        "{kind:?}: {}",
        bare.header("location")
    );
    for name in ["", "index.html", "rill.js", "sw.js", "embed.html"] {
        let file = if name.is_empty() { "index.html" } else { name };
        if !dist.join(file).is_file() {
            continue;
        }
        let path = format!("/rill/{name}");
        let answer = all_ways(kind, host, &path, &dist.join(file)).await;
        assert_eq!(
            answer.header("cache-control"),
            "no-cache",
            "{kind:?} {path}"
        );
        // Whom that page may be framed by, nginx' settings say in the place of the other page's policy.
        let expect = match (kind, name) {
            (Kind::Nginx, "embed.html") => "frame-ancestors https://site.example".to_owned(),
            _ => policy(),
        };
        let sent = answer.header("content-security-policy");
        assert_eq!(sent, expect, "{kind:?} {path}");
    }
    let files = support::files(dist).expect("the page");
    let parts = files.iter().filter_map(|file| {
        let path = file.strip_prefix(dist).ok()?.to_str()?;
        (path.starts_with("app-") && !path.ends_with(".br") && !path.ends_with(".gz"))
            .then_some((path, file))
    });
    let mut seen = 0;
    for (path, file) in parts {
        // The library for diagrams is five megabytes of the same.
        if path.contains("mermaid") {
            continue;
        }
        let path = format!("/rill/{path}");
        let answer = all_ways(kind, host, &path, file).await;
        let kept = "public, max-age=31536000, immutable";
        assert_eq!(answer.header("cache-control"), kept, "{kind:?} {path}");
        // What draws diagrams has a policy of its own.
        assert_eq!(
            answer.header("content-security-policy"),
            "",
            "{kind:?} {path}"
        );
        seen += 1;
    }
    assert!(seen > 10, "{seen} parts");
    let none = ask(host, "/rill/none.js", "br").await;
    assert_eq!(none.status, 404, "{kind:?}");
}

/// Asks for a file as browsers of every kind do, and gives the last answer.
async fn all_ways(kind: Kind, host: &Host, path: &str, file: &Path) -> Answer {
    let original = std::fs::read(file).expect("a file of the page");
    let mut last = None;
    for (accepts, ending) in [("", ""), ("gzip", "gz"), ("gzip, deflate, br", "br")] {
        let answer = ask(host, path, accepts).await;
        let what = format!("{kind:?} {path} {accepts:?}: {:?}", answer.headers);
        assert_eq!(answer.status, 200, "{what}");
        assert!(answer.plain() == original, "{what}");
        assert!(is_type_of(file, &answer.header("content-type")), "{what}");
        let encoding = answer.header("content-encoding");
        let twin = file.with_file_name(format!(
            "{}.{ending}",
            file.file_name().unwrap_or_default().display()
        ));
        if ending.is_empty() {
            assert_eq!(encoding, "", "{what}");
        } else if kind != Kind::Lighttpd && twin.is_file() && has_twins(file) {
            let expect = if ending == "gz" { "gzip" } else { "br" };
            assert_eq!(encoding, expect, "{what}");
            assert!(
                answer.body == std::fs::read(twin).expect("a twin"),
                "{what}"
            );
        } else if kind == Kind::Lighttpd && original.len() > 1000 && is_text(file) {
            let expect = if ending == "gz" { "gzip" } else { "br" };
            assert_eq!(encoding, expect, "{what}");
        }
        if !encoding.is_empty() {
            assert!(answer.header("vary").contains("Accept-Encoding"), "{what}");
        }
        last = Some(answer);
    }
    last.expect("three answers")
}

/// Whether the settings send twins of such files.
fn has_twins(file: &Path) -> bool {
    let ending = file.extension().unwrap_or_default();
    ["js", "css", "wasm", "html", "json", "svg", "png"]
        .iter()
        .any(|one| ending == *one)
}

/// Whether lighttpd compresses such files.
fn is_text(file: &Path) -> bool {
    has_twins(file) && file.extension().is_some_and(|ending| ending != "png")
}

/// Whether it is the type of such a file; nginx has an older word for JavaScript.
fn is_type_of(file: &Path, sent: &str) -> bool {
    let sent = sent.split(';').next().unwrap_or_default();
    let ending = file
        .extension()
        .unwrap_or_default()
        .to_str()
        .unwrap_or_default();
    match ending {
        "js" => ["text/javascript", "application/javascript"].contains(&sent),
        "wasm" => sent == "application/wasm",
        "html" => sent == "text/html",
        "css" => sent == "text/css",
        "json" => sent == "application/json",
        "svg" => sent == "image/svg+xml",
        "png" => sent == "image/png",
        _ => true,
    }
}
