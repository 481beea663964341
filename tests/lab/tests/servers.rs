//! The lab answers as the real servers do, and commits each fault exactly.
#![allow(clippy::unwrap_used)]

use lab::{Dialect, Lab, StaticSite, Way};
use serde_json::Value;
use std::io::ErrorKind;
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What came back: the raw head in lower case, the body without the framing of chunks, whether its end was told (or clean), a reset.
struct Got {
    head: String,
    body: String,
    ended: bool,
    reset: bool,
}

impl Got {
    fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }
    fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

async fn send(url: &str, method: &str, headers: &str, body: &str) -> TcpStream {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let mut stream = TcpStream::connect(host).await.unwrap();
    let path = if path.is_empty() { "/" } else { path };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

async fn read(mut stream: TcpStream) -> Got {
    let mut bytes = Vec::new();
    let mut reset = false;
    let mut closed = false;
    loop {
        if let Some((head, body, ended)) = undo(&bytes, closed) {
            if ended || closed {
                return Got {
                    head,
                    body: String::from_utf8_lossy(&body).into_owned(),
                    ended: ended && !reset,
                    reset,
                };
            }
        } else if closed {
            panic!("no head: {:?}", String::from_utf8_lossy(&bytes));
        }
        match stream.read_buf(&mut bytes).await {
            Ok(0) => closed = true,
            Ok(_) => {}
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::ConnectionReset);
                (reset, closed) = (true, true);
            }
        }
    }
}

/// Head, body so far, and whether the body is whole.
fn undo(bytes: &[u8], closed: bool) -> Option<(String, Vec<u8>, bool)> {
    let split = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&bytes[..split]).to_lowercase();
    let mut rest = &bytes[split..];
    if let Some(length) = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
    {
        let length: usize = length.parse().unwrap();
        return Some((head, rest.to_vec(), rest.len() >= length));
    }
    if !head.contains("transfer-encoding: chunked") {
        let bare = head.contains(" 204 ");
        return Some((head, rest.to_vec(), closed || bare));
    }
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            return Some((head, body, true));
        }
        rest = &rest[end + 2..];
        body.extend_from_slice(&rest[..size.min(rest.len())]);
        if rest.len() < size + 2 {
            break;
        }
        rest = &rest[size + 2..];
    }
    Some((head, body, false))
}

const PAGE: &str = "Origin: http://127.0.0.1:7455\r\nContent-Type: text/plain\r\n";

async fn get(url: &str) -> Got {
    read(send(url, "GET", "Origin: http://127.0.0.1:7455\r\n", "").await).await
}

async fn post(url: &str, body: &str) -> Got {
    read(send(url, "POST", PAGE, body).await).await
}

fn chat(dialect: Dialect) -> (&'static str, &'static str) {
    match dialect {
        Dialect::Ollama => (
            "/api/chat",
            r#"{"model":"smollm2","messages":[{"role":"user","content":"hello there"}]}"#,
        ),
        Dialect::KoboldCpp | Dialect::Halo => (
            "/api/extra/generate/stream",
            r#"{"prompt":"hello there","genkey":"RILL1"}"#,
        ),
        Dialect::LlamaChat => ("/api/chat/stream", r#"{"message":"hello there"}"#),
        _ => (
            "/v1/chat/completions",
            r#"{"messages":[{"role":"user","content":"hello there"}],"stream":true,"stream_options":{"include_usage":true}}"#,
        ),
    }
}

async fn reply(lab: &Lab, dialect: Dialect, options: &str) -> Got {
    let (path, body) = chat(dialect);
    post(&format!("{}{path}", lab.url(dialect, options)), body).await
}

#[tokio::test]
async fn each_server_streams_its_own_wire_to_a_plain_text_request() {
    let lab = Lab::start().await.unwrap();
    let expect = [
        (
            Dialect::OpenAi,
            "text/event-stream; charset=utf-8",
            "\"content\":\"hello\"",
            "data: [DONE]\n\n",
            "http/1.1",
        ),
        (
            Dialect::LlamaCpp,
            "text/event-stream",
            "\"delta\":{\"content\":\"hello\"}",
            "data: [DONE]\n\n",
            "http/1.1",
        ),
        (
            Dialect::KoboldCpp,
            "text/event-stream",
            "event: message\ndata: {\"token\": \"hello\", \"finish_reason\": \"null\"}\n\n",
            "\"finish_reason\": \"stop\"}\n\n",
            "http/1.0",
        ),
        (
            Dialect::Ollama,
            "application/x-ndjson",
            "\"message\":{\"role\":\"assistant\",\"content\":\"hello\"},\"done\":false}\n",
            "\n",
            "http/1.1",
        ),
    ];
    for (dialect, media, piece, end, version) in expect {
        let got = reply(&lab, dialect, "echo;first=0").await;
        assert_eq!(got.status(), 200);
        assert_eq!(got.header("content-type"), Some(media));
        assert!(got.head.starts_with(version), "{}", got.head);
        assert!(got.body.contains(piece), "{}", got.body);
        assert!(got.body.ends_with(end) && got.ended, "{}", got.body);
    }
    let kobold = post(
        &format!(
            "{}/v1/chat/completions",
            lab.url(Dialect::KoboldCpp, "echo;first=0")
        ),
        chat(Dialect::OpenAi).1,
    )
    .await;
    assert!(
        kobold.body.ends_with("data: [DONE]\n") && !kobold.body.ends_with("\n\n"),
        "no blank line after it: {}",
        kobold.body
    );
    let ollama = post(
        &format!("{}/v1/chat/completions", lab.url(Dialect::Ollama, "")),
        r#"{"model":"nope","stream":true}"#,
    )
    .await;
    assert_eq!(
        (ollama.status(), ollama.json()["error"]["type"].as_str()),
        (404, Some("not_found_error"))
    );
}

#[tokio::test]
async fn recordings_come_back_byte_by_byte() {
    let lab = Lab::start().await.unwrap();
    let cases = [
        (Dialect::LlamaCpp, "chat-progress"),
        (Dialect::KoboldCpp, "native-stream"),
        (Dialect::Ollama, "chat"),
        (Dialect::OpenAi, "chat"),
    ];
    for (dialect, case) in cases {
        let got = reply(&lab, dialect, &format!("recording={case};speed=100")).await;
        let folder = if dialect == Dialect::OpenAi {
            "vllm"
        } else {
            dialect.word()
        };
        assert_eq!(
            got.body.as_bytes(),
            lab::recordings::body(folder, case),
            "{case}"
        );
    }
}

#[tokio::test]
async fn origins_are_let_in_as_the_real_servers_do() {
    let lab = Lab::start().await.unwrap();
    let check = async |dialect, path: &str, origin: &str, status: u16, allowed: Option<&str>| {
        let headers = if origin.is_empty() {
            String::new()
        } else {
            format!("Origin: {origin}\r\n")
        };
        let got = read(
            send(
                &format!("{}{path}", lab.url(dialect, "")),
                "GET",
                &headers,
                "",
            )
            .await,
        )
        .await;
        assert_eq!(
            (got.status(), got.header("access-control-allow-origin")),
            (status, allowed),
            "{dialect:?} {origin}"
        );
    };
    check(
        Dialect::LlamaCpp,
        "/props",
        "https://example.org",
        200,
        Some("https://example.org"),
    )
    .await;
    check(Dialect::LlamaCpp, "/props", "null", 200, Some("null")).await;
    check(Dialect::LlamaCpp, "/props", "", 200, Some("")).await;
    check(
        Dialect::KoboldCpp,
        "/props",
        "https://example.org",
        404,
        Some("*"),
    )
    .await;
    check(
        Dialect::Ollama,
        "/api/tags",
        "http://localhost:1",
        200,
        Some("http://localhost:1"),
    )
    .await;
    check(
        Dialect::Ollama,
        "/api/tags",
        "https://example.org",
        403,
        None,
    )
    .await;
    check(
        Dialect::Ollama,
        "/api/tags",
        "http://192.168.0.2",
        403,
        None,
    )
    .await;
    check(Dialect::Ollama, "/api/tags", "null", 403, None).await;
    check(
        Dialect::OpenAi,
        "/v1/models",
        "https://example.org",
        200,
        Some("*"),
    )
    .await;
    check(
        Dialect::OpenAi,
        "/nothing",
        "https://example.org",
        404,
        Some("*"),
    )
    .await;
}

#[tokio::test]
async fn preflights_are_answered_as_the_real_servers_do() {
    let lab = Lab::start().await.unwrap();
    let ask = "Origin: http://127.0.0.1:7455\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type,authorization\r\n";
    let check =
        async |dialect, status: u16, headers: &str, age: Option<&str>, length: Option<&str>| {
            let got =
                read(send(&format!("{}/x", lab.url(dialect, "")), "OPTIONS", ask, "").await).await;
            assert_eq!(got.status(), status);
            assert!(
                got.header("access-control-allow-headers")
                    .unwrap()
                    .starts_with(headers),
                "{}",
                got.head
            );
            assert_eq!(
                (
                    got.header("access-control-max-age"),
                    got.header("content-length")
                ),
                (age, length),
                "{dialect:?}"
            );
        };
    check(Dialect::LlamaCpp, 200, "*", None, Some("0")).await;
    check(Dialect::KoboldCpp, 200, "*, accept", None, None).await;
    check(
        Dialect::Ollama,
        204,
        "authorization,content-type",
        Some("43200"),
        None,
    )
    .await;
    check(
        Dialect::OpenAi,
        200,
        "content-type,authorization",
        Some("600"),
        Some("2"),
    )
    .await;
}

#[tokio::test]
async fn a_kobold_that_upgraded_a_socket_never_ends_its_preflights() {
    let lab = Lab::start().await.unwrap();
    let stream = send(
        &format!("{}/x", lab.url(Dialect::KoboldCpp, "preflight=0")),
        "OPTIONS",
        PAGE,
        "",
    )
    .await;
    lab.wait_for("the head", |log| log.iter().find_map(|entry| entry.head_at))
        .await;
    assert!(lab.log()[0].ended_at.is_none());
    drop(stream);
    let way = lab.wait_for("the end", |log| log[0].way).await;
    assert_eq!(way, Way::ClosedByClient);
}

#[tokio::test]
async fn a_cut_is_a_clean_end_at_the_byte_and_a_reset_is_none() {
    let lab = Lab::start().await.unwrap();
    for dialect in Dialect::PLAIN {
        let whole = reply(&lab, dialect, "first=0;delay=0").await.body;
        let cut = reply(&lab, dialect, "first=0;delay=0;cut=500").await;
        assert_eq!(
            (cut.body.as_str(), cut.ended, cut.reset),
            (&whole[..500], true, false),
            "{dialect:?}"
        );
        let reset = reply(&lab, dialect, "first=0;delay=0;reset=500").await;
        assert_eq!(
            (reset.body.as_str(), reset.ended, reset.reset),
            (&whole[..500], false, true),
            "{dialect:?}"
        );
        let ways: Vec<_> = lab.log().iter().filter_map(|entry| entry.way).collect();
        assert_eq!(ways, [Way::Whole, Way::Cut, Way::Reset]);
        lab.logbook().clear();
    }
}

#[tokio::test]
async fn a_stall_stays_open_until_the_client_leaves_and_that_is_seen_at_once() {
    let lab = Lab::start().await.unwrap();
    let (path, body) = chat(Dialect::OpenAi);
    let stream = send(
        &format!("{}{path}", lab.url(Dialect::OpenAi, "stall=300;delay=0")),
        "POST",
        PAGE,
        body,
    )
    .await;
    lab.wait_for("300 bytes", |log| {
        log.iter().find(|entry| entry.sent == 300).map(drop)
    })
    .await;
    assert!(lab.log()[0].way.is_none());
    let left = Instant::now();
    drop(stream);
    assert_eq!(
        lab.wait_for("the end", |log| log[0].way).await,
        Way::ClosedByClient
    );
    assert!(left.elapsed().as_millis() < 500);
}

#[tokio::test]
async fn an_abort_with_the_genkey_ends_that_stream_and_no_other() {
    let lab = Lab::start().await.unwrap();
    let base = lab.url(Dialect::KoboldCpp, "first=0;tokens=10000;delay=5");
    let (path, body) = chat(Dialect::KoboldCpp);
    let running = send(&format!("{base}{path}"), "POST", PAGE, body).await;
    lab.wait_for("some text", |log| {
        log.iter().find(|entry| entry.sent > 500).map(drop)
    })
    .await;
    let wrong = post(&format!("{base}/api/extra/abort"), r#"{"genkey":"RILL2"}"#).await;
    assert_eq!(
        wrong.body.replace(' ', ""),
        r#"{"success":"false","done":"false"}"#
    );
    let check = post(
        &format!("{base}/api/extra/generate/check"),
        r#"{"genkey":"RILL1"}"#,
    )
    .await;
    assert!(
        check.json()["results"][0]["text"]
            .as_str()
            .unwrap()
            .starts_with("A river")
    );
    let right = post(&format!("{base}/api/extra/abort"), r#"{"genkey":"RILL1"}"#).await;
    assert_eq!(right.json()["success"], "true");
    let got = read(running).await;
    assert!(
        got.ended && got.body.contains("\"finish_reason\": \"length\""),
        "{}",
        got.body
    );
    assert_eq!(lab.log()[0].way, Some(Way::Stopped));
    let perf = get(&format!("{base}/api/extra/perf")).await.json();
    assert!(perf["last_token_count"].as_u64().unwrap() > 2);
}

#[tokio::test]
async fn servers_that_want_json_say_so_in_their_own_words() {
    let lab = Lab::start().await.unwrap();
    for (options, status, word) in [
        ("json", 400, "Only 'application/json' is allowed"),
        ("json=415", 415, "media type"),
        ("json=422", 422, "valid dictionary or object"),
        ("json=500", 500, "valid dictionary or object"),
    ] {
        let refused = reply(&lab, Dialect::OpenAi, options).await;
        assert_eq!(refused.status(), status);
        assert!(refused.body.contains(word), "{}", refused.body);
        let url = format!("{}/v1/chat/completions", lab.url(Dialect::OpenAi, options));
        let taken = read(
            send(
                &url,
                "POST",
                "Content-Type: application/json\r\n",
                chat(Dialect::OpenAi).1,
            )
            .await,
        )
        .await;
        assert_eq!(taken.status(), 200);
    }
}

#[tokio::test]
async fn keys_are_asked_for_as_the_real_servers_do() {
    let lab = Lab::start().await.unwrap();
    for (dialect, open, shut) in [
        (Dialect::LlamaCpp, "/v1/models", "/props"),
        (Dialect::KoboldCpp, "/api/extra/version", "/api/extra/perf"),
        (Dialect::OpenAi, "/health", "/v1/models"),
    ] {
        let base = lab.url(dialect, "key=secret;first=0");
        assert_eq!(
            get(&format!("{base}{open}")).await.status(),
            200,
            "{dialect:?}"
        );
        assert_eq!(
            get(&format!("{base}{shut}")).await.status(),
            401,
            "{dialect:?}"
        );
        assert_eq!(
            reply(&lab, dialect, "key=secret").await.status(),
            401,
            "{dialect:?}"
        );
        let with = read(
            send(
                &format!("{base}{shut}"),
                "GET",
                "Authorization: Bearer secret\r\n",
                "",
            )
            .await,
        )
        .await;
        assert_eq!(with.status(), 200, "{dialect:?}");
    }
}

#[tokio::test]
async fn faults_of_meaning_are_in_the_stream() {
    let lab = Lab::start().await.unwrap();
    let openai =
        async |options: &str| reply(&lab, Dialect::OpenAi, &format!("{options};delay=0")).await;
    let got = openai("nodone").await;
    assert!(got.ended && !got.body.contains("[DONE]") && !got.body.contains("\"stop\""));
    let got = openai("error=inside").await;
    assert!(
        got.body.ends_with("\"code\":\"out_of_memory\"}}\n\n"),
        "{}",
        got.body
    );
    assert_eq!(openai("error=before:429").await.status(), 429);
    assert!(
        openai("badframe")
            .await
            .body
            .contains("data: {\"choices\":[{\"delta\":{\"content\":\n\n")
    );
    let got = openai("empty").await;
    assert!(got.body.contains("[DONE]") && !got.body.contains("{\"content\":\"A"));
    assert!(
        openai("comments=1;first=3")
            .await
            .body
            .starts_with(": still here\n\n")
    );
    assert!(openai("huge=100000").await.body.len() > 100_000);
    assert_eq!(
        openai("type=text%2Fplain").await.header("content-type"),
        Some("text/plain")
    );
    assert!(openai("html").await.body.starts_with("<!DOCTYPE html>"));
    assert!(
        openai("crlf")
            .await
            .body
            .contains("\r\n\r\ndata: [DONE]\r\n\r\n")
    );
    assert_eq!(
        openai("whole").await.json()["choices"][0]["finish_reason"],
        "stop"
    );
    assert!(openai("finish=tool_calls").await.body.contains("look_up"));
    assert!(
        openai("think=hm")
            .await
            .body
            .contains("\"reasoning_content\":\"hm\"")
    );
    assert!(openai("nonsense=1").await.body.contains("nonsense=1"));
    assert_eq!(openai("missing=/v1/chat").await.status(), 404);
    let kobold = reply(&lab, Dialect::KoboldCpp, "error=inside;first=0;delay=0").await;
    assert!(
        kobold.ended && kobold.body.ends_with("\"finish_reason\": \"null\"}\n\n"),
        "it just closes"
    );
    assert!(
        reply(&lab, Dialect::Ollama, "error=inside;delay=0")
            .await
            .body
            .contains("\n{\"error\":")
    );
}

#[tokio::test]
async fn time_is_kept() {
    let lab = Lab::start().await.unwrap();
    let timed = async |options: &str| {
        let began = Instant::now();
        reply(&lab, Dialect::OpenAi, options).await;
        began.elapsed().as_millis()
    };
    assert!((190..600).contains(&timed("tokens=21;delay=10").await));
    assert!((150..500).contains(&timed("first=150;delay=0").await));
    assert!((150..500).contains(&timed("headers=150;delay=0").await));
}

#[tokio::test]
async fn llama_tells_its_progress_only_when_asked() {
    let lab = Lab::start().await.unwrap();
    let url = format!(
        "{}/v1/chat/completions",
        lab.url(Dialect::LlamaCpp, "prefill=4;first=20")
    );
    let asked = post(
        &url,
        r#"{"messages":[],"stream":true,"return_progress":true,"timings_per_token":true}"#,
    )
    .await;
    assert_eq!(asked.body.matches("prompt_progress").count(), 5);
    assert!(asked.body.matches("predicted_per_second").count() > 5);
    let not = post(&url, r#"{"messages":[],"stream":true}"#).await;
    assert_eq!(not.body.matches("prompt_progress").count(), 0);
    let long = post(
        &format!(
            "{}/v1/chat/completions",
            lab.url(Dialect::LlamaCpp, "context=2")
        ),
        chat(Dialect::OpenAi).1,
    )
    .await;
    assert_eq!(long.json()["error"]["type"], "exceed_context_size_error");
    let long = post(
        &format!(
            "{}/v1/chat/completions",
            lab.url(Dialect::OpenAi, "context=2")
        ),
        chat(Dialect::OpenAi).1,
    )
    .await;
    assert_eq!(long.json()["error"]["code"], "context_length_exceeded");
}

#[tokio::test]
async fn a_root_server_looks_like_the_real_one() {
    let lab = Lab::start_root(Dialect::Ollama, "models=a:1,b:2", 0)
        .await
        .unwrap();
    assert_eq!(get(&lab.origin()).await.body, "Ollama is running");
    let tags = get(&format!("{}/api/tags", lab.origin())).await.json();
    assert_eq!(tags["models"][1]["name"], "b:2");
    assert_eq!(lab.log()[1].path, "/api/tags");
}

#[tokio::test]
async fn the_log_is_there_for_others_too() {
    let lab = Lab::start().await.unwrap();
    reply(&lab, Dialect::OpenAi, "empty").await;
    let log = get(&format!("{}/log", lab.origin())).await.json();
    assert_eq!(log[0]["path"], "/v1/chat/completions");
    assert_eq!(log[0]["origin"], "http://127.0.0.1:7455");
    assert!(log[0]["body"].as_str().unwrap().contains("hello there"));
    read(send(&format!("{}/log", lab.origin()), "DELETE", "", "").await).await;
    assert_eq!(get(&format!("{}/log", lab.origin())).await.body, "[]");
}

#[tokio::test]
async fn a_site_serves_files_and_nothing_else() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    let site = StaticSite::of(folder)
        .under("/chat")
        .header("X-Policy", "strict")
        .page("two.html", "<p>two</p>")
        .start()
        .await
        .unwrap();
    let got = get(&site.url("two.html?a=b")).await;
    assert_eq!(
        (
            got.body.as_str(),
            got.header("content-type"),
            got.header("x-policy")
        ),
        (
            "<p>two</p>",
            Some("text/html; charset=utf-8"),
            Some("strict")
        )
    );
    assert_eq!(get(&site.url("lab.rs")).await.status(), 200);
    for path in [
        "../Cargo.toml",
        "%2e%2e/Cargo.toml",
        "/etc/passwd",
        "nothing.js",
        "",
    ] {
        assert_eq!(get(&site.url(path)).await.status(), 404, "{path}");
    }
    assert_eq!(
        get(&format!("{}/two.html", site.origin())).await.status(),
        404
    );
    assert_eq!(
        support::media_type(std::path::Path::new("a_bg.wasm")),
        "application/wasm"
    );
}

#[tokio::test]
async fn llamacpp_keeps_a_reply_that_has_a_name_and_goes_on_without_its_connection() {
    let lab = Lab::start().await.unwrap();
    let (path, body) = chat(Dialect::LlamaCpp);
    let named = format!("{PAGE}X-Conversation-Id: c1\r\n");
    let url = |options: &str, path: &str| format!("{}{path}", lab.url(Dialect::LlamaCpp, options));
    let whole = read(send(&url("", path), "POST", &named, body).await).await;
    assert!(whole.ended && whole.body.ends_with("data: [DONE]\n\n"));
    // In the middle of a line, and from its beginning.
    for from in [0, 7, 101] {
        let got = get(&url("", &format!("/v1/stream?conv_id=c1&from={from}"))).await;
        assert_eq!((got.status(), &*got.body), (200, &whole.body[from..]));
    }
    // The fault is the first connection's alone.
    let cut = read(send(&url("cut=500;delay=1", path), "POST", &named, body).await).await;
    assert_eq!(cut.body, whole.body[..500]);
    let rest = get(&url("cut=500", "/v1/stream?conv_id=c1&from=500")).await;
    assert_eq!(rest.body, whole.body[500..]);

    let unknown = get(&url("", "/v1/stream?conv_id=c2&from=0")).await;
    assert_eq!(unknown.status(), 404);
    let look = post(
        &url("", "/v1/streams/lookup"),
        r#"{"conversation_ids":["c1","c2"]}"#,
    )
    .await;
    assert_eq!(look.json().as_array().unwrap().len(), 1);
    assert_eq!(look.json()[0]["total_bytes"], whole.body.len());

    // Stopped by a call of its own: the open stream ends cleanly, without an end mark.
    let slow = send(&url("delay=20;tokens=100000", path), "POST", &named, body).await;
    let reading = tokio::spawn(read(slow));
    lab.wait_for("some of it", |log| {
        log.iter()
            .any(|entry| entry.is_chat() && entry.way.is_none() && entry.sent > 300)
            .then_some(())
    })
    .await;
    for name in ["c1", "c2"] {
        let stop = url("", &format!("/v1/stream?conv_id={name}"));
        assert_eq!(
            read(send(&stop, "DELETE", PAGE, "").await).await.status(),
            204
        );
    }
    let stopped = reading.await.unwrap();
    assert!(stopped.ended && !stopped.body.contains("[DONE]"));
    // Whoever is to forget knows nothing.
    let forgets = format!("{PAGE}X-Conversation-Id: c3\r\n");
    read(send(&url("forgets", path), "POST", &forgets, body).await).await;
    assert_eq!(
        get(&url("forgets", "/v1/stream?conv_id=c3&from=0"))
            .await
            .status(),
        404
    );
}

#[tokio::test]
async fn koboldcpp_tells_what_there_is_of_a_reply_whose_connection_broke() {
    let lab = Lab::start().await.unwrap();
    let url = |path: &str| {
        format!(
            "{}{path}",
            lab.url(Dialect::KoboldCpp, "echo;first=0;goeson;cut=60")
        )
    };
    let (path, body) = chat(Dialect::KoboldCpp);
    let cut = post(&url(path), body).await;
    assert_eq!(cut.body.len(), 60);
    // Until it rests; what is told then is all.
    let mut rests = false;
    while !rests {
        rests = get(&url("/api/extra/perf")).await.json()["idle"] == 1;
    }
    let told = post(&url("/api/extra/generate/check"), r#"{"genkey":"RILL1"}"#).await;
    assert_eq!(told.json()["results"][0]["text"], "hello there");
    assert_eq!(get(&url("/api/extra/perf")).await.json()["stop_reason"], 1);
    let other = post(&url("/api/extra/generate/check"), r#"{"genkey":"RILL2"}"#).await;
    assert_eq!(other.json()["results"][0]["text"], "");
}
