//! Each system's emulation speaks its own wire, with its own refusals.
#![allow(clippy::unwrap_used)]

use lab::{Dialect, Lab, StaticSite, Way, percent_encode};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Status, head in lower case, body as it came (with the framing of chunks).
struct Got {
    status: u16,
    head: String,
    body: String,
}

async fn send(url: &str, method: &str, headers: &str, body: &str) -> TcpStream {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let mut stream = TcpStream::connect(host).await.unwrap();
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://127.0.0.1:7455\r\n{headers}Content-Length: {length}\r\n\r\n"
    );
    stream.write_all((head + body).as_bytes()).await.unwrap();
    stream
}

/// Reads until the body's end is told, or the connection closes.
async fn ask(url: &str, method: &str, headers: &str, body: &str) -> Got {
    let mut stream = send(url, method, headers, body).await;
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let whole = match length {
                Some(length) => body.len() >= length.parse().unwrap(),
                None => body.ends_with("0\r\n\r\n") || head.contains(" 204 "),
            };
            if whole {
                let status = head.split(' ').nth(1).unwrap().parse().unwrap();
                let body = body.to_owned();
                return Got { status, head, body };
            }
        }
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "{text}");
    }
}

const PLAIN: &str = "Content-Type: text/plain\r\n";
const JSON: &str = "Content-Type: application/json\r\n";
const HI: &str = r#"{"model":"smollm2","messages":[{"role":"user","content":"Hi"}],"stream":true}"#;
const V1: &str = "/v1/chat/completions";

fn opens(got: &Got) -> bool {
    got.head.contains("access-control-allow-origin: ")
}

#[tokio::test]
async fn those_that_want_json_refuse_all_else_in_their_own_words() {
    let lab = Lab::start().await.unwrap();
    let key = "Authorization: Bearer long-enough-key\r\n";
    let table = [
        (Dialect::Vllm, 400, "application/json"),
        (Dialect::TextGen, 422, "valid dictionary"),
        (Dialect::LlamaCppPython, 500, "valid dictionary"),
        (Dialect::Qolaba, 400, "messages field is required"),
    ];
    for (dialect, status, words) in table {
        let url = lab.url(dialect, "text=Hello") + V1;
        let got = ask(&url, "POST", &format!("{key}{PLAIN}"), HI).await;
        assert_eq!(got.status, status, "{dialect:?}");
        assert!(got.body.contains(words), "{dialect:?}: {}", got.body);
        let got = ask(&url, "POST", &format!("{key}{JSON}"), HI).await;
        assert!(
            got.status == 200 && got.body.contains("[DONE]"),
            "{dialect:?}"
        );
        assert!(opens(&got), "{dialect:?}");
    }
    for dialect in [Dialect::LiteLlm, Dialect::OpenRouter, Dialect::Jarvis] {
        let url = lab.url(dialect, "") + V1;
        assert_eq!(
            ask(&url, "POST", PLAIN, HI).await.status,
            200,
            "{dialect:?}"
        );
    }
}

#[tokio::test]
async fn a_refused_key_can_be_read_by_a_page_only_where_cors_comes_first() {
    let lab = Lab::start().await.unwrap();
    let table = [
        (Dialect::Vllm, 401, false),
        (Dialect::LiteLlm, 500, false),
        (Dialect::TextGen, 401, true),
        (Dialect::OpenRouter, 401, true),
        (Dialect::LmStudio, 401, true),
        (Dialect::Qolaba, 401, true),
    ];
    for (dialect, status, readable) in table {
        let got = ask(&(lab.url(dialect, "key=secret") + V1), "POST", JSON, HI).await;
        assert_eq!((got.status, opens(&got)), (status, readable), "{dialect:?}");
    }
    let health = ask(
        &(lab.url(Dialect::Vllm, "key=secret") + "/health"),
        "GET",
        "",
        "",
    )
    .await;
    assert_eq!((health.status, opens(&health)), (200, true));
}

#[tokio::test]
async fn qolaba_gives_every_chunk_an_id_line_and_complains_of_what_is_empty() {
    let lab = Lab::start().await.unwrap();
    let url = lab.url(Dialect::Qolaba, "delay=0;text=A%20B") + V1;
    let headers = format!("x-api-key: long-enough-key\r\n{JSON}");
    let got = ask(&url, "POST", &headers, HI).await;
    let ids: Vec<&str> = got
        .body
        .lines()
        .filter_map(|line| line.strip_prefix("id: "))
        .collect();
    assert_eq!(ids.len(), 3);
    assert!(ids[0] != ids[1] && ids[1] != ids[2]);
    let table = [
        (
            r#"{"messages":[{"role":"user","content":" "}]}"#,
            "must not be empty",
        ),
        (
            r#"{"messages":[{"role":"user","content":"a"}],"temperature":3}"#,
            "between 0 and 2",
        ),
        (
            r#"{"messages":[{"role":"user","content":"a"}],"stream":"yes"}"#,
            "boolean",
        ),
    ];
    for (body, words) in table {
        let got = ask(&url, "POST", &headers, body).await;
        assert!(
            got.status == 400 && got.body.contains(words),
            "{body}: {}",
            got.body
        );
    }
}

#[tokio::test]
async fn ai4artsed_streams_to_a_get_and_refuses_in_html() {
    let lab = Lab::start().await.unwrap();
    let base = lab.url(Dialect::Ai4ArtsEd, "delay=0;text=A%20B;origins=*");
    let got = ask(
        &format!("{base}/api/text_stream/stage2/r1?prompt=Hi"),
        "GET",
        "",
        "",
    )
    .await;
    let events: Vec<&str> = got
        .body
        .lines()
        .filter_map(|line| line.strip_prefix("event: "))
        .collect();
    assert_eq!(events, ["connected", "chunk", "chunk", "complete"]);
    assert!(
        got.body.contains(r#""accumulated":"A B""#) && opens(&got),
        "{}",
        got.body
    );
    let pipeline = "/api/schema/pipeline/interception";
    let got = ask(&format!("{base}{pipeline}?prompt=Hi"), "GET", "", "").await;
    assert!(got.body.contains("event: stage_start") && got.body.contains("event: complete"));
    let got = ask(&format!("{base}{pipeline}"), "POST", PLAIN, "{}").await;
    assert!(got.status == 415 && got.body.starts_with("<!doctype html>"));
    let older = lab.url(Dialect::Ai4ArtsEd, "missing=/api/text_stream");
    let got = ask(
        &format!("{older}/api/text_stream/stage2/r1?prompt=Hi"),
        "GET",
        "",
        "",
    )
    .await;
    assert!(got.status == 404 && got.body.starts_with("<!doctype html>"));
    // Not one of its own pages.
    assert!(!opens(&got));
}

#[tokio::test]
async fn jarvis_mixes_framings_and_stops_by_its_own_id_in_json() {
    let lab = Lab::start().await.unwrap();
    let base = lab.url(Dialect::Jarvis, "delay=0;text=One%20two%20three%20four");
    let got = ask(&(base.clone() + V1), "POST", PLAIN, HI).await;
    let has = |begin: &str, part: &str| {
        let mut lines = got.body.lines();
        lines.any(|line| line.starts_with(begin) && line.contains(part))
    };
    for (begin, part) in [
        ("{", r#""status":"thinking""#),
        ("{", r#""content":"One""#),
        ("data: ", r#""delta":{"content":" two"}"#),
        ("data: ", r#""content":" three""#),
        ("event: meta", ""),
        ("data: [DONE]", ""),
    ] {
        assert!(has(begin, part), "{begin} {part}\n{}", got.body);
    }
    assert_eq!(got.body.matches(r#""type":"done""#).count(), 2);
    assert!(!opens(&got));
    assert_eq!(
        ask(&(base.clone() + V1), "OPTIONS", "", "").await.status,
        405
    );
    let strange = format!("X-Session-Id: mine\r\n{PLAIN}");
    let got = ask(&(base.clone() + V1), "POST", &strange, HI).await;
    assert!(got.status == 404 && got.body.contains("SessionNotFound"));

    let slow = lab.url(Dialect::Jarvis, "delay=20;tokens=5000");
    let mut running = send(&(slow.clone() + V1), "POST", PLAIN, HI).await;
    let mut bytes = Vec::new();
    while !String::from_utf8_lossy(&bytes).contains("trace_id") {
        running.read_buf(&mut bytes).await.unwrap();
    }
    let said = String::from_utf8_lossy(&bytes).into_owned();
    let line = said.lines().find(|line| line.contains("trace_id")).unwrap();
    let trace = serde_json::from_str::<Value>(line).unwrap()["trace_id"].clone();
    let stop = format!("{slow}/v1/chat/stop");
    let body = serde_json::json!({"trace_id": trace}).to_string();
    assert_eq!(ask(&stop, "POST", PLAIN, &body).await.status, 422);
    assert!(
        ask(&stop, "POST", JSON, "{}")
            .await
            .body
            .contains("Missing trace_id")
    );
    assert!(
        ask(&stop, "POST", JSON, &body)
            .await
            .body
            .contains(r#""ok":true"#)
    );
    while !String::from_utf8_lossy(&bytes).contains("stream_cancelled") {
        assert!(running.read_buf(&mut bytes).await.unwrap() > 0);
    }
    lab.wait_for("the stopped stream", |log| {
        log.iter()
            .find(|entry| entry.way == Some(Way::Stopped))
            .map(drop)
    })
    .await;
}

#[tokio::test]
async fn lm_studio_tells_of_loading_and_reading_and_knows_no_wrong_path() {
    let lab = Lab::start().await.unwrap();
    let base = lab.url(Dialect::LmStudio, "delay=0;text=A%20B;think=Hm");
    let body = r#"{"model":"m","input":"Hi","stream":true}"#;
    let got = ask(&(base.clone() + "/api/v1/chat"), "POST", JSON, body).await;
    let events: Vec<&str> = got
        .body
        .lines()
        .filter_map(|line| line.strip_prefix("event: "))
        .collect();
    let expect = "chat.start model_load.start model_load.progress model_load.end prompt_processing.start prompt_processing.progress \
        prompt_processing.progress prompt_processing.end reasoning.start reasoning.delta reasoning.end message.start message.delta \
        message.delta message.end chat.end";
    assert_eq!(events, expect.split_whitespace().collect::<Vec<_>>());
    let got = ask(&(base.clone() + "/api/v1/chat"), "POST", JSON, "{}").await;
    assert!(got.status == 400 && got.body.contains("missing_required_parameter"));
    let got = ask(&(base + "/props"), "GET", "", "").await;
    assert!(got.status == 200 && got.body.contains("Unexpected endpoint"));
}

#[tokio::test]
async fn a_path_of_a_site_leads_to_a_server_and_streams_as_it_comes() {
    let lab = Lab::start().await.unwrap();
    let site = StaticSite::start(std::env::temp_dir()).await.unwrap();
    site.proxy(
        "/jarvis",
        &lab.url(Dialect::Jarvis, "delay=30;tokens=6;linger=20000"),
    );
    let status = ask(&format!("{}/jarvis/status", site.origin()), "GET", "", "").await;
    assert!(status.status == 200 && status.body.contains(r#""online":true"#));
    let url = format!("{}/jarvis{V1}", site.origin());
    // The server holds its end back for long: what came before has come through all the same.
    let mut stream = send(&url, "POST", PLAIN, HI).await;
    let mut bytes = Vec::new();
    while !String::from_utf8_lossy(&bytes).contains("[DONE]") {
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0);
    }
    assert!(lab.log().last().unwrap().ended_at.is_none());
    // The client leaves, and the server hears of it.
    drop(stream);
    let way = lab
        .wait_for("the closed connection", |log| log.last().unwrap().way)
        .await;
    assert_eq!(way, Way::ClosedByClient);
    // Two requests over one connection, and what is not under the path is the site's own.
    assert_eq!(
        ask(&format!("{}/jarvisx", site.origin()), "GET", "", "")
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn llama_chat_hides_what_it_lacks_from_pages_elsewhere() {
    let lab = Lab::start().await.unwrap();
    let missing = format!("missing={}", percent_encode("/api/chat/stream"));
    let base = lab.url(Dialect::LlamaChat, &missing);
    let may_read = |got: &Got| got.head.contains("access-control-allow-origin: *");
    let health = ask(&format!("{base}/health"), "GET", "", "").await;
    assert!(health.status == 200 && may_read(&health));
    for (path, method) in [
        ("/api/chat/stream", "POST"),
        ("/api/extra/version", "GET"),
        ("/v1/models", "GET"),
    ] {
        let got = ask(&format!("{base}{path}"), method, "", "{}").await;
        assert_eq!((got.status, may_read(&got)), (404, false), "{path}");
    }
}
