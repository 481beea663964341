//! Frames to events, in every dialect: no text is lost, whatever else is odd; what was recorded may be changed at will.

#![allow(missing_docs, clippy::unwrap_used)]

use std::fmt::Write;
use std::path::Path;

use fuzz::scripts::{noise, pick};
use fuzz::{Rng, cuts, rounds, shapes};
use rill::chat::request::ChatRequest;
use rill::dialect::{Dialect, Kind, Transport, read_error};
use rill::event::{ChatEvent, Odd};
use rill::wire::Framer;

fn events(kind: Kind, transport: &Transport, pieces: &[&[u8]]) -> Vec<ChatEvent> {
    let (mut framer, mut out) = (Framer::new(), Vec::new());
    let mut decoder = kind.dialect().decoder(&ChatRequest::default(), transport);
    for piece in pieces {
        framer.feed(piece, &mut |frame| decoder.frame(frame, &mut out));
    }
    framer.finish(&mut |frame| decoder.frame(frame, &mut out));
    decoder.finish(&mut out);
    out
}

/// Answer and thinking, put together as a turn does.
fn said(events: &[ChatEvent]) -> (String, String) {
    let mut turn = rill::chat::turn::Turn::reply();
    events.iter().for_each(|event| turn.apply(event));
    (turn.text, turn.reasoning)
}

/// A text without the tags that tell thinking from answering.
fn plain(rng: &mut Rng, most: usize) -> String {
    let text = shapes::document(rng, most);
    let text = text.replace(['<', '['], "(").replace(char::is_control, " ");
    // These stand in for halves of characters: where one of them is in a frame, halves in it are given up (see `rill::json`).
    let text = text.replace(
        |letter| ('\u{10f800}'..='\u{10ffff}').contains(&letter),
        "?",
    );
    format!("A{text}Z")
}

/// The text as JSON, from its UTF-16 units, as odd as servers write it.
fn quoted(rng: &mut Rng, units: &[u16], odd: bool) -> String {
    let ascii = rng.bool();
    let mut out = String::from("\"");
    for letter in char::decode_utf16(units.iter().copied()) {
        match letter {
            Ok(letter @ ('"' | '\\')) => out.extend(['\\', letter]),
            Ok('\t') if odd => out.push('\t'),
            Ok(letter) if letter < ' ' || (ascii && !letter.is_ascii()) => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}").unwrap();
                }
            }
            Ok(letter) => out.push(letter),
            Err(half) => write!(out, "\\u{:04x}", half.unpaired_surrogate()).unwrap(),
        }
    }
    out + "\""
}

/// A frame of this kind with this text.
fn frame(kind: Kind, text: &str, more: &str) -> String {
    match kind {
        Kind::Ollama => format!(
            "{{\"message\":{{\"role\":\"assistant\",\"content\":{text}}},\"done\":false{more}}}\n"
        ),
        Kind::KoboldCpp => format!(
            "event: message\ndata: {{\"token\": {text}, \"finish_reason\": null{more}}}\n\n"
        ),
        Kind::Halo => {
            format!("data: {{\"type\":\"token\",\"token\":{{\"text\":{text}}}{more}}}\n\n")
        }
        Kind::LlamaChat => format!("data: {{\"type\":\"token\",\"token\":{text}{more}}}\n\n"),
        Kind::Ai4ArtsEd => format!("event: chunk\ndata: {{\"text_chunk\":{text}{more}}}\n\n"),
        Kind::Jarvis => format!("{{\"type\":\"token\",\"content\":{text}{more}}}\n"),
        Kind::LmStudio => format!(
            "event: message.delta\ndata: {{\"type\":\"message.delta\",\"content\":{text}{more}}}\n\n"
        ),
        _ => format!(
            "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":{text}}}{more}}}]}}\n\n"
        ),
    }
}

#[test]
fn no_text_is_lost_in_any_dialect() {
    rounds(120, |rng| {
        let most = pick(rng, &[40, 600, 6_000]);
        let text = plain(rng, most);
        let kind = pick(rng, &Kind::ALL);
        let odd = rng.bool();
        let units: Vec<u16> = text.encode_utf16().collect();
        let mut bytes = Vec::new();
        let mut rest = &units[..];
        while !rest.is_empty() {
            let mut at = rng.usize(1..=40).min(rest.len());
            // Others cut between letters.
            while !odd
                && rest
                    .get(at)
                    .is_some_and(|unit| (0xDC00..0xE000).contains(unit))
            {
                at += 1;
            }
            let piece;
            (piece, rest) = rest.split_at(at);
            let more = match rng.u8(0..4) {
                0 if odd => pick(
                    rng,
                    &[
                        ",\"logprob\":-Infinity",
                        ",\"x\":NaN",
                        ",\"x\":1e400",
                        ",\"x\":[1,]",
                        ",\"x\":None",
                    ],
                ),
                _ => "",
            };
            bytes.extend(frame(kind, &quoted(rng, piece, odd), more).as_bytes());
            if rng.u8(..) < 10 {
                bytes.extend(b"\n: still here\n\n");
            }
        }
        let found = events(
            kind,
            kind.dialect().transport(None),
            &cuts::bytes(rng, &bytes),
        );
        assert_eq!(said(&found), (text, String::new()), "{kind:?}");
        for event in &found {
            assert!(
                !matches!(event, ChatEvent::Odd(odd) if odd.what != Odd::Forgiven),
                "{kind:?}: {event:?}"
            );
        }
    });
}

#[test]
fn thinking_and_answer_are_all_there_wherever_tags_stand() {
    rounds(120, |rng| {
        let most = pick(rng, &[60, 900, 5_000]);
        let tag = [
            "<think>",
            "</think>",
            "`</think>`",
            "\n```\n",
            "\"",
            "</thinking>",
            "[THINK]",
            "[/THINK]",
            "<|channel|>analysis<|message|>",
            "<|end|>",
            "<|im_end|>",
            "<mm:think>",
            "</mm:think>",
            " ",
            "\n",
            "\n</think>\n\n",
            "„",
            "“",
        ];
        let mut text = String::new();
        for _ in 0..rng.usize(1..12) {
            text += pick(rng, &tag);
            text += &plain(rng, most / 8 + 4);
        }
        let whole = |pieces: &[&str]| {
            let frames: String = pieces
                .iter()
                .map(|piece| frame(Kind::OpenAi, &serde_json::json!(piece).to_string(), ""))
                .collect();
            said(&events(
                Kind::OpenAi,
                Kind::OpenAi.dialect().transport(None),
                &[frames.as_bytes()],
            ))
        };
        let (answer, thinking) = whole(&[&text]);
        assert_eq!(
            whole(&cuts::text(rng, &text)),
            (answer.clone(), thinking.clone()),
            "{text:?}"
        );
        // Behind a mark of the template nothing belongs to the answer.
        if text.contains("<|end|>") || text.contains("<|im_end|>") {
            return;
        }
        // All but tags and the blanks beside them.
        let letters = |text: &str| text.chars().filter(|letter| letter.is_alphabetic()).count();
        let mut most_tags = letters(&text);
        most_tags -= letters(&answer) + letters(&thinking);
        let tags: usize = tag
            .iter()
            .map(|tag| letters(tag) * text.matches(tag).count())
            .sum();
        assert!(most_tags <= tags, "{text:?}");
    });
}

/// All recorded bodies.
fn recordings() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let folders = std::fs::read_dir(root)
        .unwrap()
        .map(|folder| folder.unwrap().path());
    let files = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths.retain(|path| path.extension().is_some_and(|end| end == "body"));
    paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

/// Bytes and words where they do not belong.
fn changed(rng: &mut Rng, mut bytes: Vec<u8>) -> Vec<u8> {
    for _ in 0..rng.usize(0..16) {
        let at = rng.usize(0..=bytes.len());
        let to = (at + rng.usize(0..6)).min(bytes.len());
        let other: Vec<u8> = match rng.u8(0..6) {
            0 => vec![rng.u8(..)],
            1 => noise(rng, 4).into_bytes(),
            2 => pick(
                rng,
                &[
                    "\"", "\\", "{", "}", "[", "]", ",", "null", "NaN", "\n", "\r", "\n\n",
                ],
            )
            .into(),
            3 => pick(
                rng,
                &[
                    "\\ud83d",
                    "\\ude00",
                    "<think>",
                    "</think>",
                    "data: ",
                    "[DONE]",
                    "\"error\":",
                    "\"finish_reason\":\"stop\"",
                ],
            )
            .into(),
            4 => bytes[at..].iter().take(200).copied().collect(),
            _ => Vec::new(),
        };
        bytes.splice(at..to, other);
    }
    bytes
}

#[test]
fn what_was_recorded_may_be_changed_at_will() {
    let recordings = recordings();
    rounds(400, |rng| {
        let recorded = recordings[rng.usize(..recordings.len())].clone();
        let bytes = changed(rng, recorded);
        let kind = pick(rng, &Kind::ALL);
        let transport = pick(rng, kind.dialect().transports());
        let whole = events(kind, &transport, &[&bytes]);
        assert_eq!(
            events(kind, &transport, &cuts::bytes(rng, &bytes)),
            whole,
            "{kind:?}"
        );
        // Of end marks that are not sure there may be many.
        let ends = whole.iter().filter(|event| match event {
            ChatEvent::Done(finish) => finish.sure,
            event => matches!(event, ChatEvent::Error(_) | ChatEvent::Blocked(_)),
        });
        assert!(ends.count() <= 1, "{kind:?}");
        let stands_in =
            |text: &str| text.contains(|letter| ('\u{10f800}'..='\u{10ffff}').contains(&letter));
        if !stands_in(&String::from_utf8_lossy(&bytes)) {
            assert!(!stands_in(&format!("{whole:?}")), "{kind:?}");
        }
        others(kind.dialect(), &String::from_utf8_lossy(&bytes));
    });
}

/// All other readers of a family.
fn others(dialect: &dyn Dialect, body: &str) {
    let request = ChatRequest::default();
    let _ = dialect.models().read(body);
    let _ = dialect.context(Some("m")).map(|asked| asked.read(body));
    let _ = dialect.count(&request).map(|asked| asked.read(body));
    let _ = dialect.perf().map(|asked| asked.read(body));
    let _ = dialect.tokens("RILL7").map(|asked| asked.read(body));
    for status in [200, 400, 404, 503] {
        let _ = read_error(status, "text/html", body);
    }
}
