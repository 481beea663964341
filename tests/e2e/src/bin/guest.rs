//! Measures what an element costs the page of somebody else: `guest OUT.json [--smoke]`.

use e2e::bench::{Bench, ONCE, TIMES, Visit, write};
use e2e::browser::Error;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some(out) = words.iter().find(|word| !word.starts_with("--")) else {
        eprintln!("guest OUT.json [--smoke]");
        return ExitCode::FAILURE;
    };
    let is_smoke = words.iter().any(|word| word == "--smoke");
    write(out, measure(if is_smoke { ONCE } else { TIMES }))
}

async fn measure(times: usize) -> Result<[Visit; 2], Error> {
    let bench = Bench::start(None).await?;
    let visits = bench.visits(times).await?;
    bench.close().await;
    Ok(visits)
}
