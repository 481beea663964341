//! Bounds, and what must never be kept.
#![allow(clippy::unwrap_used, clippy::field_reassign_with_default)]

use super::*;
use crate::event::{Odd, Oddity};
use crate::session::Chunk;

/// All that a trace may ever hold, in bytes: 2 MiB of raw bytes, 1 MiB of a request, and the rings.
const CEILING: usize = 4 * 1024 * 1024;

fn text(piece: &str) -> ChatEvent {
    ChatEvent::Text(piece.to_owned())
}

fn odd() -> ChatEvent {
    ChatEvent::Odd(Oddity {
        what: Odd::NotJson,
        sample: "x".repeat(200),
    })
}

#[test]
fn the_trace_of_an_endless_reply_is_bounded_and_its_figures_are_not() {
    let mut trace = Trace::default();
    let call = Call::post("/v1", &serde_json::Value::String("x".repeat(3 << 20)));
    trace.sent(0.0, "chat", &call, Media::Plain);
    let reads = 200_000;
    for read in 0..reads {
        let at = f64::from(read);
        trace.saw(at, &Report::Read { bytes: 300 });
        trace.saw(at, &Report::Decoded(Chunk::Bytes(vec![b'x'; 300])));
        trace.saw(at, &Report::Events(vec![text("hello"), odd(), text("you")]));
        trace.paint(at, 4, 0.1);
    }
    assert!(trace.memory() < CEILING, "{}", trace.memory());
    assert_eq!(trace.reads().len(), CAPACITY);
    let totals = trace.totals();
    assert_eq!(
        (totals.reads, totals.texts, totals.odd, totals.dropped),
        (200_000, 400_000, 200_000, 200_000 - CAPACITY)
    );
    assert!(trace.request().unwrap().shortened);
    assert!(trace.raw.is_cut() && trace.raw.bytes().len() <= ROOM);
}

#[test]
fn the_first_facts_and_the_end_stay_however_many_frames_are_odd() {
    let mut trace = Trace::default();
    trace.sent(0.0, "chat", &Call::get("/stream"), Media::Plain);
    for at in 0..10_000 {
        trace.event(f64::from(at), &odd());
        trace.stamp(f64::from(at), Fact::Alive(true));
    }
    trace.stamp(10_001.0, Fact::End(End::Stopped));
    assert!(matches!(trace.stamps()[0].fact, Fact::Sent { .. }));
    assert_eq!(trace.end(), Some(&End::Stopped));
    assert!(trace.stamps().len() <= FACTS + 1);
}

#[test]
fn the_first_token_is_stamped_once_and_no_text_is_among_the_facts() {
    let mut trace = Trace::default();
    trace.read(1.0, 30);
    trace.event(1.0, &ChatEvent::Alive);
    trace.event(2.0, &text("secret"));
    trace.event(3.0, &text("secret"));
    let firsts: Vec<_> = trace
        .stamps()
        .iter()
        .filter(|stamp| stamp.fact == Fact::FirstToken)
        .map(|stamp| stamp.at)
        .collect();
    assert_eq!(firsts, [2.0]);
    assert!(!format!("{trace:?}").contains("secret"));
}

#[test]
fn events_of_one_read_are_counted_with_it() {
    let mut trace = Trace::default();
    trace.read(5.0, 900);
    for _ in 0..3 {
        trace.event(5.0, &text("abc"));
    }
    trace.event(5.0, &ChatEvent::Alive);
    let read = trace.reads()[0];
    assert_eq!((read.bytes, read.events, read.texts), (900, 4, 3));
    let events: Vec<_> = trace
        .events()
        .iter()
        .map(|event| (event.name.word(), event.count, event.bytes))
        .collect();
    assert_eq!(events, [("text", 3, 9), ("alive", 1, 0)]);
}

#[test]
fn what_waits_to_be_shown_is_late_only_beyond_the_promise() {
    let mut lag = Lag::default();
    lag.promise = Some(400.0);
    lag.arrive(0.0, 10);
    lag.arrive(100.0, 10);
    assert_eq!(lag.now(500.0), 500.0);
    lag.show(500.0, 5);
    assert_eq!((lag.all, lag.late), (5, 0));
    lag.show(1600.0, 20);
    assert_eq!((lag.all, lag.late, lag.worst), (20, 15, 1600.0));
    assert_eq!(lag.now(2000.0), 0.0);
    // A replaced text begins to wait when it comes.
    lag.replace(3000.0, 30);
    assert_eq!(lag.now(3100.0), 100.0);
    lag.show(3100.0, 30);
    assert_eq!((lag.all, lag.late), (30, 15));
    // What waited for a slow pace is not late when another one is wished.
    lag.promise(3100.0, 90_000.0);
    lag.arrive(3200.0, 30);
    lag.promise(60_000.0, 400.0);
    lag.show(60_100.0, 60);
    assert_eq!((lag.all, lag.late), (60, 15));
}

#[test]
fn raw_frames_can_be_searched_and_paged_through() {
    let mut raw = Raw::default();
    raw.keep(1.0, &Chunk::Bytes(b"data: {\"a\":1}\n".to_vec()));
    raw.keep(
        2.0,
        &Chunk::Bytes(b"\n: ping\n\nevent: done\ndata: Bye\n\n".to_vec()),
    );
    raw.keep(3.0, &Chunk::Text("{\"type\":\"token\"}".to_owned()));
    raw.keep(4.0, &Chunk::Binary(vec![0, 255]));
    let names = |sought, skip, most| {
        let (frames, count) = raw.frames(sought, skip, most);
        let frames: Vec<(f64, String)> = frames
            .into_iter()
            .map(|frame| (frame.at, format!("{}|{}", frame.name, frame.text.trim())))
            .collect();
        (frames, count)
    };
    let at = |at: f64, text: &str| (at, text.to_owned());
    assert_eq!(
        names("", 0, 9).0,
        [
            at(2.0, "data|{\"a\":1}"),
            at(2.0, "comment|ping"),
            at(2.0, "done|Bye"),
            at(3.0, "text|{\"type\":\"token\"}"),
            at(4.0, "binary|00 ff"),
        ]
    );
    assert_eq!(names("BYE", 0, 9), (vec![at(2.0, "done|Bye")], 1));
    assert_eq!(names("", 1, 1), (vec![at(2.0, "comment|ping")], 5));
    assert_eq!(names("nowhere", 0, 9), (vec![], 0));
}
