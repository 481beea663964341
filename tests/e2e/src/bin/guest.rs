//! Measures what an element costs the page of somebody else: `guest OUT.json`.

use e2e::bench::{Bench, Visit, write};
use e2e::browser::Error;
use std::process::ExitCode;

fn main() -> ExitCode {
    match std::env::args().nth(1) {
        Some(out) => write(&out, measure()),
        None => {
            eprintln!("guest OUT.json");
            ExitCode::FAILURE
        }
    }
}

async fn measure() -> Result<[Visit; 2], Error> {
    let bench = Bench::start(None).await?;
    let visits = bench.visits().await?;
    bench.close().await;
    Ok(visits)
}
