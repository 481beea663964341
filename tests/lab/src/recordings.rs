//! Bytes of the real servers, as they came over a socket, and when.
//!
//! In: a server's name and a case. Out: the raw body, and the pieces to play it again in its own time.

use crate::plan::{Piece, Plan};

/// One recorded answer.
#[derive(Debug, Clone, Copy)]
pub struct Recording {
    /// The server that was recorded.
    pub server: &'static str,
    /// What was asked of it.
    pub case: &'static str,
    /// The raw body.
    pub body: &'static [u8],
    /// The request, the status, the headers, and for every read when it came and how many bytes, as JSON.
    pub about: &'static str,
}

macro_rules! recordings {
    ($($server:literal: $($case:literal)*;)*) => {
        /// All of them.
        pub const RECORDINGS: &[Recording] = &[$($(Recording {
            server: $server,
            case: $case,
            body: include_bytes!(concat!("../recordings/", $server, "/", $case, ".body")),
            about: include_str!(concat!("../recordings/", $server, "/", $case, ".json")),
        },)*)*];
    };
}

recordings! {
    "koboldcpp": "abort-wrong-key" "check-poll" "context" "error-tokencount" "model" "models" "native-stream" "native-stream-aborted"
        "openai-chat" "perf" "props" "tokencount" "version";
    "llamacpp": "chat" "chat-progress" "completion" "error-too-long" "health" "input-tokens" "models" "props" "tokenize";
    "llama-cpp-python": "chat" "error-content-type" "models";
    "ollama": "chat" "error-no-model" "error-origin" "openai-chat" "ps" "root" "tags" "version";
    "vllm": "chat" "error-content-type" "error-no-model" "models";
}

macro_rules! streams {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../fixtures/crash/", $name, ".sse"))),)*]
    };
}

/// Whole answers in other scripts than English, as streams of events; each has stopped a page that read them.
pub const STREAMS: &[(&str, &str)] =
    streams!["box" "emoji" "ru-para" "ru-quote" "zh-list" "zh-para-bold" "zh-table"];

/// Finds one of them, to be played with a millisecond between two events.
pub fn stream(name: &str) -> Option<Plan> {
    let (_, text) = STREAMS.iter().find(|(known, _)| *known == name)?;
    let events = text.split_inclusive("\n\n");
    let pieces = events.map(|event| Piece::new(1.0, event.as_bytes().to_vec()));
    Some(Plan {
        pieces: pieces.collect(),
        stop: None,
    })
}

/// What a server sent that somebody met (`tests/fixtures/field`), to be played with 20 ms between two events.
pub fn field(name: &str) -> Option<Plan> {
    let simple = name
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/field");
    let path = std::path::Path::new(folder).join(format!("{name}.sse"));
    let bytes = std::fs::read(path).ok().filter(|_| simple)?;
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let pieces =
        lines.map(|line| Piece::new(if line.len() > 1 { 20.0 } else { 0.0 }, line.to_vec()));
    Some(Plan {
        pieces: pieces.collect(),
        stop: None,
    })
}

/// Finds a recording.
pub fn find(server: &str, case: &str) -> Option<&'static Recording> {
    RECORDINGS
        .iter()
        .find(|recording| recording.server == server && recording.case == case)
}

/// The body of a recording that is known to be there; empty if it is not.
pub fn body(server: &str, case: &str) -> &'static [u8] {
    find(server, case)
        .map(|recording| recording.body)
        .unwrap_or_default()
}

/// The status that was recorded; 200 where it cannot be read.
pub fn status(recording: &Recording) -> u16 {
    about(recording)["status"]
        .as_u64()
        .and_then(|status| u16::try_from(status).ok())
        .unwrap_or(200)
}

/// Plays a recording in its own time, `speed` times as fast.
pub fn play(recording: &Recording, speed: f64) -> Plan {
    let about = about(recording);
    let mut pieces = Vec::new();
    let (mut before, mut at) = (about["headers_ms"].as_f64().unwrap_or(0.0), 0);
    for chunk in about["chunks_ms_len"].as_array().into_iter().flatten() {
        let (Some(ms), Some(length)) = (chunk[0].as_f64(), chunk[1].as_u64()) else {
            continue;
        };
        let end = recording
            .body
            .len()
            .min(at + usize::try_from(length).unwrap_or(0));
        pieces.push(Piece::new(
            (ms - before).max(0.0) / speed.max(0.001),
            recording.body[at..end].to_vec(),
        ));
        (before, at) = (ms, end);
    }
    if at < recording.body.len() {
        pieces.push(Piece::new(0.0, recording.body[at..].to_vec()));
    }
    Plan { pieces, stop: None }
}

fn about(recording: &Recording) -> serde_json::Value {
    serde_json::from_str(recording.about).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recording_plays_all_of_its_bytes() {
        for recording in RECORDINGS {
            let bytes: Vec<u8> = play(recording, 1.0)
                .pieces
                .into_iter()
                .flat_map(|piece| piece.bytes)
                .collect();
            assert_eq!(
                bytes, recording.body,
                "{}/{}",
                recording.server, recording.case
            );
            assert!(
                about(recording)["status"].is_u64(),
                "{}/{}",
                recording.server,
                recording.case
            );
        }
    }
}
