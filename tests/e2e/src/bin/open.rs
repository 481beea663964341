//! Measures how conversations are opened: `open OUT.json [--smoke]`.

use e2e::bench::{Bench, FEW, LENGTHS, Opening};
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
    let measured = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(Error::from)
        .and_then(|runtime| runtime.block_on(measure(&lengths)))
        .and_then(|openings| Ok(std::fs::write(out, serde_json::to_vec(&openings)?)?));
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
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
