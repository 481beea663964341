//! Server-sent events to frames: long ones, tiny ones, and what is unkind.

use criterion::{BenchmarkGroup, Criterion, measurement::WallTime};
use rill::wire::Framer;
use std::hint::black_box;

use crate::inputs::{each, words};

/// How many bytes a browser hands over at a time, at most.
pub const READ: usize = 64 * 1024;

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sse");
    let long = format!("data: {}\n\n", words(16 * 1024)).repeat(512);
    frames(&mut group, "long", &long, READ);
    let tiny = "data: {\"t\":\"a\"}\n\n".repeat(200_000);
    frames(&mut group, "tiny", &tiny, READ);
    frames(&mut group, "tiny in 16-byte reads", &tiny, 16);
    frames(&mut group, "tiny byte by byte", &tiny, 1);
    let named = "event: delta\r\nid: 7\r\ndata: {\"t\":\"a\"}\r\n\r\n".repeat(100_000);
    frames(&mut group, "named", &named, READ);
    let line = format!("data: {}\n\n", words(5_000_000));
    frames(&mut group, "a 5 MB line", &line, READ);
    frames(&mut group, "a 5 MB line byte by byte", &line, 1);
    group.finish();
}

/// Feeds this body in reads of this size.
pub fn frames(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, body: &str, read: usize) {
    let run = || {
        let mut framer = Framer::new();
        let mut count = 0;
        for piece in body.as_bytes().chunks(read) {
            framer.feed(black_box(piece), &mut |frame| {
                black_box(frame);
                count += 1;
            });
        }
        framer.finish(&mut |_| count += 1);
        count
    };
    group.throughput(each(run(), body.len()));
    group.bench_function(name, |bencher| bencher.iter(run));
}
