//! Measures how conversations are opened: `open OUT.json [--smoke]`.

use e2e::bench::{Bench, FEW, LENGTHS, Opening, write};
use e2e::browser::Error;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some(out) = words.iter().find(|word| !word.starts_with("--")) else {
        eprintln!("open OUT.json [--smoke]");
        return ExitCode::FAILURE;
    };
    let lengths = if words.iter().any(|word| word == "--smoke") {
        FEW
    } else {
        LENGTHS
    };
    write(out, measure(&lengths))
}

async fn measure(lengths: &[usize]) -> Result<Vec<Opening>, Error> {
    let bench = Bench::start(None).await?;
    let mut openings = Vec::new();
    for turns in lengths {
        let opened = bench.open(*turns).await?;
        for opening in &opened {
            println!(
                "{} turns, {}: shown after {:.0} ms",
                opening.turns, opening.how, opening.shown
            );
        }
        openings.extend(opened);
    }
    bench.close().await;
    Ok(openings)
}
