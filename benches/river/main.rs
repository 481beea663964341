//! What the river costs on this machine: `cargo bench`, or with a verdict for each target `cargo xtask bench`.
//!
//! One file for each room. Inputs are made from a seed, so that every run reads the same bytes. Each figure is for one whole input;
//! its throughput tells bytes and elements (events, tokens, updates), and `xtask` makes of it MB/s and ns for each.

mod dialect;
mod inputs;
mod markdown;
mod ndjson;
mod pacer;
mod search;
mod sse;
mod trace;

use criterion::Criterion;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    sse::bench(&mut criterion);
    ndjson::bench(&mut criterion);
    dialect::bench(&mut criterion);
    markdown::bench(&mut criterion);
    pacer::bench(&mut criterion);
    trace::bench(&mut criterion);
    search::bench(&mut criterion);
    criterion.final_summary();
}
