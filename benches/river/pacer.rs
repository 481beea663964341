//! How much is shown by now: tokens in, a frame every 16 ms.

use criterion::Criterion;
use rill::pacer::{Pace, Pacer};
use std::hint::black_box;

use crate::inputs::{each, tokens};

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pacer");
    let tokens = tokens(50_000);
    let bytes = tokens.iter().map(|token| token.len()).sum();
    let paces = [
        ("live", Pace::Live),
        ("30 ms", Pace::PerCharacter(30.0)),
        ("190 words a minute", Pace::Words(190.0)),
    ];
    for (name, pace) in paces {
        group.throughput(each(tokens.len(), bytes));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut pacer = Pacer::new(pace);
                let (mut now, mut frame) = (0.0, 0.0);
                for token in &tokens {
                    pacer.push(now, black_box(token));
                    now += 5.0;
                    if now >= frame {
                        black_box(pacer.advance(now));
                        frame = now + 16.0;
                    }
                }
                pacer.finish(now);
                // A reader who has enough of it: a fixed pace is kept to the last word.
                pacer.skip();
                pacer.advance(now);
                assert!(pacer.drained());
            })
        });
    }
    let zalgo = format!("a{}", "\u{301}".repeat(100_000));
    group.throughput(each(50_000, zalgo.len()));
    group.bench_function("one letter of 100,000 accents", |bencher| {
        bencher.iter(|| {
            let mut pacer = Pacer::new(Pace::Live);
            let (mut now, mut rest) = (0.0, zalgo.as_str());
            while !rest.is_empty() {
                let (piece, after) =
                    rest.split_at(rest.char_indices().nth(2).map_or(rest.len(), |(at, _)| at));
                pacer.push(now, black_box(piece));
                now += 1.0;
                black_box(pacer.advance(now));
                rest = after;
            }
            pacer.shown().len()
        })
    });
    group.finish();
}
