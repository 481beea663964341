//! Lines of JSON to frames.

use criterion::Criterion;

use crate::inputs::words;
use crate::sse::{READ, frames};

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ndjson");
    let long = format!("{{\"response\":\"{}\"}}\n", words(16 * 1024)).repeat(512);
    frames(&mut group, "long", &long, READ);
    let tiny = "{\"t\":\"a\"}\n".repeat(200_000);
    frames(&mut group, "tiny", &tiny, READ);
    frames(&mut group, "tiny in 16-byte reads", &tiny, 16);
    frames(&mut group, "tiny byte by byte", &tiny, 1);
    let line = format!("{{\"response\":\"{}\"}}\n", words(5_000_000));
    frames(&mut group, "a 5 MB line", &line, READ);
    frames(&mut group, "a 5 MB line byte by byte", &line, 1);
    group.finish();
}
