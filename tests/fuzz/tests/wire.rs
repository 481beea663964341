//! Bytes to frames: however they are cut, the frames are the same, and what was said in a whole event arrives.

#![allow(missing_docs, clippy::unwrap_used)]

use fuzz::scripts::{noise, pick};
use fuzz::{Rng, cuts, rounds, shapes};
use rill::wire::{Frame, Framer};

fn frames(pieces: &[&[u8]], ceiling: usize) -> Vec<String> {
    let (mut framer, mut out) = (Framer::with_ceiling(ceiling), Vec::new());
    for piece in pieces {
        framer.feed(piece, &mut |frame| out.push(format!("{frame:?}")));
    }
    framer.finish(&mut |frame| out.push(format!("{frame:?}")));
    framer.finish(&mut |frame| out.push(format!("{frame:?}")));
    out
}

/// A stream of everything that is known to stand in one, and of what is not.
fn stream(rng: &mut Rng, most: usize) -> Vec<u8> {
    let end = pick(rng, &["\n", "\r", "\r\n"]);
    let mut out = Vec::new();
    if rng.u8(..) < 40 {
        out.extend(b"\xef\xbb\xbf");
    }
    while out.len() < most {
        let text = shapes::document(rng, 300);
        let json = serde_json::json!({ "content": text }).to_string();
        let line = match rng.u8(0..12) {
            0 => format!(": {}", noise(rng, 8)),
            1 => format!("event: {}", noise(rng, 5)),
            2 => format!("id: {}", noise(rng, 5)),
            3 => "retry: 300".to_owned(),
            4 => json,
            5 => serde_json::to_string_pretty(&serde_json::json!([{ "text": text }])).unwrap(),
            6 => text,
            7 => "data".to_owned(),
            _ => format!("data: {json}"),
        };
        out.extend(line.as_bytes());
        let ends = if rng.u8(..) < 20 {
            pick(rng, &["\n", "\r", "\r\n", ""])
        } else {
            end
        };
        out.extend(ends.repeat(rng.usize(0..=2)).as_bytes());
    }
    if rng.bool() {
        for _ in 0..rng.usize(0..20) {
            let at = rng.usize(..out.len());
            out[at] = rng.u8(..);
        }
    }
    out
}

#[test]
fn bytes_cut_anywhere_give_the_same_frames() {
    rounds(150, |rng| {
        let most = pick(rng, &[20, 400, 4_000, 20_000]);
        let bytes = stream(rng, most);
        let ceiling = pick(rng, &[1_024, 4_096, 1 << 25]);
        let pieces = cuts::bytes(rng, &bytes);
        assert_eq!(frames(&pieces, ceiling), frames(&[&bytes], ceiling));
    });
}

#[test]
fn the_text_of_every_event_arrives() {
    rounds(150, |rng| {
        let end = pick(rng, &["\n", "\r", "\r\n"]);
        let (mut bytes, mut expect) = (Vec::new(), Vec::new());
        for _ in 0..rng.usize(1..12) {
            let json = serde_json::json!({ "content": shapes::document(rng, 2_000) }).to_string();
            bytes.extend(format!("data: {json}{end}{end}").as_bytes());
            expect.push(json);
        }
        let (mut framer, mut found) = (Framer::new(), Vec::new());
        let mut sink = |frame: Frame<'_>| match frame {
            Frame::Event { data, .. } => found.push(data.to_owned()),
            other => panic!("{other:?}"),
        };
        for piece in cuts::bytes(rng, &bytes) {
            framer.feed(piece, &mut sink);
        }
        framer.finish(&mut sink);
        assert_eq!(found, expect);
        // The cost is flat: each byte is looked at a few times at most.
        assert!(
            framer.work() <= 8 * bytes.len() as u64 + 64,
            "{} for {}",
            framer.work(),
            bytes.len()
        );
    });
}
