//! What can be copied: the request as a command, the report.

use std::process::Command;

use rill::address::Address;
use rill::dialect::Call;
use rill::doctor::{Place, Report, curl, diagnose, figures};
use rill::session::Media;
use rill::trace::Trace;

use super::script::streaming;

fn command(call: &Call, media: Media, has_key: bool) -> Option<String> {
    let mut trace = Trace::default();
    trace.sent(0.0, "chat", call, media);
    let server = Address::parse("http://127.0.0.1:8080", None).unwrap();
    curl(
        trace.request().unwrap(),
        &server,
        "https://school.example",
        has_key,
    )
}

/// What the shell makes of a command's words, `curl` itself left out.
fn words(command: &str) -> Vec<String> {
    let script = format!(
        "RILL_KEY=secret; set -- {}; printf '%s\\0' \"$@\"",
        command.strip_prefix("curl ").unwrap()
    );
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}

#[test]
fn the_command_sends_the_same_request_however_the_message_is_quoted() {
    for message in [
        "it's \"here\"",
        "'; rm -rf ~; '",
        "$(reboot) `reboot` $HOME \\",
        "two\nlines ü €",
        "@/etc/passwd",
        "",
    ] {
        let body = serde_json::json!({ "stream": true, "prompt": message });
        let call = Call::post("/v1/chat/completions", &body);
        let words = words(&command(&call, Media::Plain, true).unwrap());
        assert_eq!(
            words,
            [
                "-N",
                "-g",
                "-X",
                "POST",
                "http://127.0.0.1:8080/v1/chat/completions",
                "-H",
                "Origin: https://school.example",
                "-H",
                "Authorization: Bearer secret",
                "-H",
                "Content-Type: text/plain;charset=UTF-8",
                "--data-raw",
                &body.to_string(),
            ]
        );
    }
}

#[test]
fn a_get_has_no_body_and_json_is_called_so() {
    let get = command(&Call::get("/stream?prompt=it%27s"), Media::Plain, false).unwrap();
    assert!(
        get.contains("-X GET 'http://127.0.0.1:8080/stream?prompt=it%27s'"),
        "{get}"
    );
    assert!(
        !get.contains("--data") && !get.contains("Authorization"),
        "{get}"
    );
    let post = Call::post("/x", &serde_json::json!({}));
    let json = command(&post, Media::Json, false).unwrap();
    assert!(json.contains("'Content-Type: application/json'"), "{json}");
    assert_eq!(command(&post.clone().socket(), Media::Plain, false), None);
    let long = serde_json::json!("x".repeat(2 << 20));
    assert_eq!(command(&Call::post("/x", &long), Media::Plain, false), None);
}

#[test]
fn the_report_names_figures_and_neither_key_nor_text() {
    let script = streaming().bursts(12, 300.0, 4096, 15).done();
    let address = Address::parse("http://127.0.0.1:8080", None).unwrap();
    let place = Place {
        page: "https://school.example",
        server: Some(&address),
        ..Place::default()
    };
    let finding = diagnose(&script.trace, script.end.as_ref(), script.now, &place);
    let report = Report {
        trace: &script.trace,
        finding: &finding,
        seen: &["In bursts,\nby key-4711 | so".to_owned()],
        figures: &figures(&script.trace, script.now),
        place: &place,
        version: "0.1.0",
        browser: "Chromium 156",
        secrets: &["key-4711"],
    };
    let text = report.markdown();
    for part in [
        "### Rill's Doctor: `buffered` (sure)",
        "- In bursts, by ******** | so\n",
        "| request | POST /v1/chat/completions (chat), 15 bytes as plain text |",
        "| reads, of them with text | 13, 12 |",
        "| longest gap | 300 ms at 320 ms |",
        "| bursts | 12, 180 events in them, 11 near 4096 bytes |",
        "| end | complete (stop) |",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert!(!text.contains("word ") && !text.contains("key-4711"));
}
