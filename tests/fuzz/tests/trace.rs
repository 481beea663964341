//! Traces of strangers: random and changed files, secrets in broken recordings.
//!
//! In: recordings, made by chance or written on a server. Out: a panic where a file stops anything on its way from the import to a
//! replay, the Doctor and a new export, or where a text is found in an export that shall hold none.
#![allow(clippy::unwrap_used)]

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use fuzz::scripts::{any, noise, pick};
use fuzz::{Rng, cuts, rounds};
use rill::chat::request::ChatRequest;
use rill::dialect::{Call, Kind, Transport};
use rill::doctor::{self, Place, verdict};
use rill::event::{ChatEvent, Deadline, End, Millis, Odd, Oddity, ServerError};
use rill::session::{Chunk, Clock, Deadlines, Media, Plan, Report, drive};
use rill::trace::{BadTrace, Export, Fact, Imported, Replay, Trace};

/// Bodies as servers sent them.
fn recordings() -> Vec<Vec<u8>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures");
    let mut found = Vec::new();
    let mut open = vec![std::path::PathBuf::from(root)];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "body") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .filter(|body| body.len() < 64 * 1024)
        .collect()
}

fn time(rng: &mut Rng) -> Millis {
    match rng.u8(0..8) {
        0 => 0.0,
        1 => -1e9,
        2 => 1e12,
        _ => rng.f64() * 1e5,
    }
}

fn size(rng: &mut Rng) -> usize {
    match rng.u8(0..8) {
        0 => 0,
        1 => usize::MAX,
        2 => usize::MAX / 2 + 1,
        3 => u32::MAX as usize,
        _ => rng.usize(0..5000),
    }
}

/// A trace of anything, in any order.
fn made(rng: &mut Rng, bodies: &[Vec<u8>]) -> Trace {
    let mut trace = Trace::default();
    let said = |rng: &mut Rng| {
        let script = any(rng);
        format!("{}{}", script.sentence(rng), noise(rng, 6))
    };
    for _ in 0..rng.usize(0..60) {
        let at = time(rng);
        match rng.u8(0..12) {
            0 => {
                let call = Call::get(format!("/v1?prompt={}", said(rng)));
                trace.sent(at, "chat", &call, Media::Plain);
            }
            1 => trace.stamp(
                at,
                Fact::Headers {
                    status: rng.u16(..),
                    content_type: said(rng),
                    told: vec![("server".into(), said(rng))],
                },
            ),
            2 => trace.read(at, size(rng)),
            3 => {
                let text = said(rng);
                let event = match rng.u8(0..6) {
                    0 => ChatEvent::ReplaceText(text),
                    1 => ChatEvent::Reasoning(text),
                    2 => ChatEvent::Alive,
                    3 => ChatEvent::Odd(Oddity {
                        what: Odd::NotJson,
                        sample: text,
                    }),
                    _ => ChatEvent::Text(text),
                };
                trace.event(at, &event);
            }
            4 => trace.paint(at, size(rng), time(rng)),
            5 => trace.stamp(at, Fact::Busy(time(rng))),
            6 => trace.stamp(at, Fact::Hidden(rng.bool())),
            7 => trace.stamp(at, Fact::Promise(time(rng))),
            8 => trace.stamp(at, Fact::Asked(Deadline::Silence)),
            9 => {
                let error = ServerError {
                    message: said(rng),
                    code: rng.bool().then(|| said(rng)),
                    ..ServerError::default()
                };
                let end = match rng.u8(0..5) {
                    0 => End::Stopped,
                    1 => End::Blocked { reason: said(rng) },
                    2 => End::Refused {
                        status: Some(rng.u16(..)),
                        error,
                    },
                    3 => End::Broken {
                        error,
                        before_headers: rng.bool(),
                    },
                    _ => End::Complete { reason: said(rng) },
                };
                trace.stamp(at, Fact::End(end));
            }
            _ => {
                let body = &bodies[rng.usize(..bodies.len())];
                for piece in cuts::bytes(rng, body).into_iter().take(40) {
                    let chunk = match rng.u8(0..4) {
                        0 => Chunk::Text(String::from_utf8_lossy(piece).into_owned()),
                        1 => Chunk::Binary(piece.to_vec()),
                        _ => Chunk::Bytes(piece.to_vec()),
                    };
                    trace.saw(at, &Report::Read { bytes: piece.len() });
                    trace.saw(at, &Report::Decoded(chunk));
                }
            }
        }
    }
    trace
}

/// Changes a file here and there: numbers, letters, whole parts.
fn changed(rng: &mut Rng, file: &str) -> String {
    const PARTS: [&str; 16] = [
        "18446744073709551615",
        "-9223372036854775808",
        "1e400",
        "0",
        "[",
        "]",
        "{}",
        "null",
        "\"",
        ",",
        "[1,18446744073709551615],",
        "[2,18446744073709551615,0],",
        "[3,\"text\",65535,18446744073709551615],",
        "{\"at\":1,\"fact\":\"end\",\"end\":{\"end\":\"stopped\"}},",
        "\\ud83d",
        "\u{1f980}",
    ];
    let mut file = file.to_owned();
    for _ in 0..rng.usize(1..12) {
        let from = file.floor_char_boundary(rng.usize(..file.len().max(1)));
        let to = file.floor_char_boundary(from + rng.usize(..8));
        // Numbers are the likeliest to be believed.
        let digits = file
            .get(from..)
            .and_then(|rest| rest.find(|char: char| char.is_ascii_digit()))
            .map(|at| {
                let from = from + at;
                let end = file[from..].find(|char: char| !char.is_ascii_digit());
                from..end.map_or(file.len(), |end| from + end)
            });
        match (rng.u8(0..4), digits) {
            (0 | 1, Some(number)) => file.replace_range(number, pick(rng, &PARTS)),
            (2, _) => file.insert_str(from, pick(rng, &PARTS)),
            _ => file.replace_range(from..to.max(from), pick(rng, &PARTS)),
        }
    }
    file
}

/// A clock that jumps to what is waited for next.
#[derive(Clone, Default)]
struct Jumping {
    now: Rc<Cell<Millis>>,
    next: Rc<RefCell<Vec<Millis>>>,
}

impl Clock for Jumping {
    fn now(&self) -> Millis {
        self.now.get()
    }

    async fn until(&self, due: Millis) {
        std::future::poll_fn(|_| {
            if self.now.get() >= due {
                return Poll::Ready(());
            }
            self.next.borrow_mut().push(due);
            Poll::Pending
        })
        .await;
    }
}

/// Plays a trace through the session, as the page does.
fn played(trace: &Trace, kind: Kind, transport: &'static Transport) -> Trace {
    let clock = Jumping::default();
    let wire = Replay::new(trace, clock.clone());
    let dialect = kind.dialect();
    let request = ChatRequest::default();
    let plan = Plan {
        dialect,
        request: &request,
        deadlines: Deadlines::parse("connect:1,first-token:60,silence:5").unwrap(),
        transport,
        fixed: transport == dialect.transport(None),
        json: &|_| false,
        refusals: rill::session::Refusals::default(),
    };
    let mut seen = Trace::default();
    {
        let at = clock.clone();
        let (_person, controls) = futures_channel::mpsc::unbounded();
        let mut report = |report: Report| seen.saw(at.now(), &report);
        let mut work = pin!(drive(plan, &wire, &clock, controls, &mut report));
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..20_000 {
            clock.next.borrow_mut().clear();
            if work.as_mut().poll(&mut context).is_ready() {
                break;
            }
            let next = clock.next.borrow().iter().copied().reduce(f64::min);
            // Nothing but the person could end it now.
            let Some(next) = next else { break };
            clock.now.set(next.max(clock.now.get()));
        }
    }
    seen
}

/// Everything that the page does with a trace.
fn looked_at(trace: &Trace, now: Millis) {
    let end = trace.end();
    let place = Place::default();
    let _ = verdict(trace, end, now);
    let _ = verdict(trace, None, now);
    let finding = doctor::diagnose(trace, end, now, &place);
    let figures = doctor::figures(trace, now);
    let _ = figures.rows();
    let _ = figures.path(600, 90, |column| column.events_so_far);
    let _ = figures.bars(600, 90, |column| column.bytes);
    let _ = (figures.gap_bars(600, 90), figures.rate_path(600, 90));
    let _ = (figures.gap_boxes(600, 90), figures.mark_lines(600, 90));
    let _ = figures.labels(600, 70);
    let _ = trace.raw.frames("a", 1, 20);
    let _ = (trace.memory(), trace.lag.now(now));
    let report = doctor::Report {
        trace,
        finding: &finding,
        seen: &[],
        figures: &figures,
        place: &place,
        version: "",
        browser: "",
        secrets: &[],
    };
    let _ = report.markdown();
}

#[test]
fn no_file_stops_the_way_from_the_import_to_a_new_export() {
    let bodies = recordings();
    rounds(60, |rng| {
        let trace = made(rng, &bodies);
        let kind = pick(rng, &Kind::ALL);
        let export = Export {
            kind: Some(kind),
            texts: rng.bool(),
            ..Export::default()
        };
        let written = export.write(&trace, time(rng));
        looked_at(&trace, time(rng));
        // What was written is read, and is written again as it is.
        let first = Imported::read(&written).unwrap();
        let again = export.write(&first.trace, first.now);
        let second = Imported::read(&again).unwrap();
        assert_eq!(export.write(&second.trace, second.now), again);
        let kept = |trace: &Trace| {
            let pieces = trace.raw.pieces();
            pieces
                .map(|(piece, bytes)| (piece.carried, bytes.len()))
                .collect::<Vec<_>>()
        };
        assert_eq!(kept(&second.trace), kept(&first.trace));
        if export.texts {
            assert_eq!(first.trace.raw.bytes(), second.trace.raw.bytes());
        }
        // And what somebody has changed is refused, or goes the same way.
        let odd = changed(rng, &written);
        if let Ok(odd) = Imported::read(&odd) {
            looked_at(&odd.trace, odd.now);
            let _ = Export::default().write(&odd.trace, odd.now);
            let replayed = played(&odd.trace, odd.kind.unwrap_or(kind), odd.transport());
            looked_at(&replayed, odd.now);
        }
        let _ = Imported::read(&noise(rng, 200));
    });
}

#[test]
fn a_file_of_very_many_values_is_refused_before_it_is_read() {
    let file = format!(
        "{{\"rill_trace\":1,\"reads\":[{}[]]}}",
        "[],".repeat(1_000_000)
    );
    assert_eq!(Imported::read(&file).err(), Some(BadTrace::TooLarge));
    // What stands inside a string is no value.
    let file = format!(
        "{{\"rill_trace\":1,\"raw\":{{\"text\":\"{}\"}}}}",
        "[\\\",{".repeat(1_000_000)
    );
    assert!(Imported::read(&file).is_ok());
}

#[test]
fn every_sum_of_a_file_ends_at_its_limit() {
    let row = "18446744073709551615";
    let file = format!(
        "{{\"rill_trace\":1,\"longest_text\":{row},\"facts\":[{{\"at\":0,\"fact\":\"sent\"}},{{\"at\":0,\"fact\":\"promise\",\"span\":1}}],\"reads\":[{reads}],\"events\":[{events}],\"paints\":[[9,{row},1]],\"raw\":{{\"pieces\":[[1,5,0],[2,{row},0],[3,{row},0]],\"text\":\"hello world\"}}}}",
        reads = vec![format!("[1,{row}]"); 40].join(","),
        events = vec![format!("[1,\"text\",65535,{row}]"); 4000].join(","),
    );
    let imported = Imported::read(&file).unwrap();
    assert_eq!(imported.trace.totals().bytes, usize::MAX);
    assert_eq!(imported.trace.totals().texts, 65535 * 4000);
    assert_eq!(imported.trace.raw.bytes(), b"hello world");
    looked_at(&imported.trace, 5.0);
    // A whole answer in one event, longer than any.
    let file = format!(
        "{{\"rill_trace\":1,\"longest_text\":{row},\"facts\":[{{\"at\":0,\"fact\":\"sent\"}},{{\"at\":9,\"fact\":\"end\",\"end\":{{\"end\":\"complete\",\"reason\":\"stop\"}}}}],\"reads\":[[1,9]],\"events\":[[1,\"text\",1,{row}]]}}"
    );
    let imported = Imported::read(&file).unwrap();
    assert_eq!(imported.trace.end().map(End::word), Some("complete"));
    looked_at(&imported.trace, 5.0);
}

/// All strings of a file; its numbers are times and lengths.
fn words(file: &str) -> String {
    fn collect(value: &serde_json::Value, words: &mut String) {
        match value {
            serde_json::Value::String(text) => {
                words.push_str(text);
                words.push('\n');
            }
            serde_json::Value::Array(list) => list.iter().for_each(|value| collect(value, words)),
            serde_json::Value::Object(map) => map.values().for_each(|value| collect(value, words)),
            _ => {}
        }
    }
    let mut words = String::new();
    collect(&serde_json::from_str(file).unwrap(), &mut words);
    words
}

/// Runs of four letters of a text.
fn runs(text: &str) -> impl Iterator<Item = String> {
    // An escape is no letter.
    let letters: Vec<char> = text.replace("\\n", " ").chars().collect();
    let runs: Vec<String> = letters
        .windows(4)
        .filter(|run| run.iter().all(|char| char.is_alphanumeric()))
        .map(|run| run.iter().collect())
        .collect();
    runs.into_iter()
}

/// What stands around a place.
fn text_around(text: &str, at: usize) -> &str {
    let from = text.floor_char_boundary(at.saturating_sub(40));
    &text[from..text.floor_char_boundary(at + 40)]
}

/// A text that nobody shall read, of letters alone, and of letters that JSON escapes.
fn secret(rng: &mut Rng) -> String {
    let script = any(rng);
    let prose = script.prose(rng, 40);
    match rng.u8(0..6) {
        0 => format!("{prose}{}", rng.u64(10_000_000..)),
        1 => prose.replace(' ', "\\n"),
        2 => format!("\"{prose}"),
        3 => format!("{{\"{prose}\": 1}}"),
        _ => prose,
    }
}

#[test]
fn an_export_without_texts_holds_no_run_of_a_secret() {
    let bodies = recordings();
    // What a file says without any secret: words of ours, and of the servers' protocols.
    let known: HashSet<String> = runs(&words_of_ours(&bodies)).collect();
    rounds(120, |rng| {
        let body = &bodies[rng.usize(..bodies.len())];
        let mut broken = String::from_utf8_lossy(body).into_owned();
        let mut secrets = Vec::new();
        for _ in 0..rng.usize(1..5) {
            let secret = secret(rng);
            let mut at = broken.floor_char_boundary(rng.usize(..=broken.len()));
            // Inside a string or a key as often as anywhere.
            if rng.bool() {
                at = broken[at..].find('"').map_or(at, |found| at + found + 1);
            }
            broken.insert_str(at, &secret);
            secrets.push(secret);
        }
        // Cut, glued, begun in the middle.
        for _ in 0..rng.usize(0..3) {
            let from = broken.floor_char_boundary(rng.usize(..=broken.len()));
            let to = broken.floor_char_boundary(from + rng.usize(..300));
            broken.replace_range(
                from..to.max(from),
                pick(rng, &["", "data: ", "\"", "\n", "\\"]),
            );
        }
        let mut trace = Trace::default();
        let mut call = Call::post(
            "/v1/chat",
            &serde_json::json!({"messages": secrets.clone()}),
        );
        if rng.bool() {
            call.path += &format!("?{}", secrets[0]);
        }
        trace.sent(0.0, "chat", &call, Media::Json);
        for (at, piece) in cuts::bytes(rng, broken.as_bytes()).into_iter().enumerate() {
            trace.saw(at as f64, &Report::Read { bytes: piece.len() });
            trace.saw(at as f64, &Report::Decoded(Chunk::Bytes(piece.to_vec())));
        }
        trace.event(
            9.0,
            &ChatEvent::Odd(Oddity {
                what: Odd::NotJson,
                sample: broken.chars().skip(rng.usize(..200)).take(200).collect(),
            }),
        );
        trace.stamp(
            10.0,
            Fact::End(End::Broken {
                error: ServerError {
                    message: secrets[0].clone(),
                    code: secrets.get(1).cloned(),
                    ..ServerError::default()
                },
                before_headers: false,
            }),
        );
        let file = Export::default().write(&trace, 20.0);
        let words = words(&file);
        for secret in &secrets {
            for run in runs(secret) {
                assert!(
                    known.contains(&run) || !words.contains(&run),
                    "{run:?} of {secret:?}: {:?}",
                    words.find(&run).map(|at| text_around(&words, at))
                );
            }
        }
        // Byte for byte as long.
        let imported = Imported::read(&file).unwrap();
        let lengths = |trace: &Trace| {
            trace
                .raw
                .pieces()
                .map(|(_, bytes)| bytes.len())
                .collect::<Vec<_>>()
        };
        assert_eq!(lengths(&imported.trace), lengths(&trace));
    });
}

/// All that an export may say: one of every recording, without anything of ours in it.
fn words_of_ours(bodies: &[Vec<u8>]) -> String {
    let mut trace = Trace::default();
    trace.sent(0.0, "chat", &Call::get("/v1/chat"), Media::Json);
    for body in bodies {
        let text = String::from_utf8_lossy(body).into_owned();
        trace.saw(0.0, &Report::Read { bytes: body.len() });
        trace.saw(0.0, &Report::Decoded(Chunk::Text(text)));
    }
    trace.stamp(1.0, Fact::End(End::Stopped));
    words(&Export::default().write(&trace, 2.0))
}
