//! What the Doctor costs beside a reply: every report written down, every paint, and a look five times a second.

use criterion::Criterion;
use rill::doctor::verdict;
use rill::event::{ChatEvent, End};
use rill::session::{Chunk, Report};
use rill::trace::{Fact, Trace};
use std::hint::black_box;

use crate::inputs::{each, tokens};

/// Between two events: 200 in a second.
const GAP: f64 = 5.0;
/// Between two frames.
const FRAME: f64 = 16.0;
/// Between two looks of the Doctor.
const LOOK: f64 = 200.0;

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("trace");
    let tokens = tokens(4_000);
    let frames: Vec<Vec<u8>> = tokens
        .iter()
        .map(|token| {
            let frame =
                format!("data: {{\"choices\":[{{\"delta\":{{\"content\":{token:?}}}}}]}}\n\n");
            frame.into_bytes()
        })
        .collect();
    let reports: Vec<[Report; 3]> = tokens
        .iter()
        .zip(&frames)
        .map(|(token, frame)| {
            [
                Report::Read { bytes: frame.len() },
                Report::Decoded(Chunk::Bytes(frame.clone())),
                Report::Events(vec![ChatEvent::Text((*token).to_owned())]),
            ]
        })
        .collect();
    group.throughput(each(reports.len(), frames.iter().map(Vec::len).sum()));
    group.bench_function("4,000 at 200/s", |bencher| {
        bencher.iter(|| {
            let mut trace = Trace::default();
            trace.stamp(0.0, Fact::Promise(400.0));
            let (mut now, mut frame, mut look, mut shown) = (0.0, 0.0, 0.0, 0);
            for (three, token) in reports.iter().zip(&tokens) {
                now += GAP;
                for report in three {
                    trace.saw(now, black_box(report));
                }
                shown += token.len();
                if now >= frame {
                    trace.paint(now, shown, 0.4);
                    frame = now + FRAME;
                }
                if now >= look {
                    black_box(verdict(&trace, None, now));
                    look = now + LOOK;
                }
            }
            let end = End::Complete {
                reason: "stop".into(),
            };
            verdict(&trace, Some(&end), now)
        })
    });
    group.finish();
}
