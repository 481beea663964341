//! Measures how conversations are opened: `open OUT.json [--smoke] [--many]`.

use e2e::bench::{Bench, FEW, LENGTHS, MANY, Opening, SOME, write};
use e2e::browser::Error;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some(out) = words.iter().find(|word| !word.starts_with("--")) else {
        eprintln!("open OUT.json [--smoke] [--many]");
        return ExitCode::FAILURE;
    };
    let (lengths, many) = match words.iter().any(|word| word == "--smoke") {
        true => (FEW, SOME),
        false => (LENGTHS, MANY),
    };
    // The long conversations take minutes: what concerns all of them can be had alone.
    let lengths = match words.iter().any(|word| word == "--many") {
        true => &[][..],
        false => &lengths[..],
    };
    write(out, measure(lengths, many))
}

async fn measure(lengths: &[usize], many: (usize, usize)) -> Result<Vec<Opening>, Error> {
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
    for opening in bench.many(many).await? {
        println!(
            "{} turns, {}: {:.0} ms, longest task {:?}",
            opening.turns, opening.how, opening.shown, opening.longest_task
        );
        openings.push(opening);
    }
    bench.close().await;
    Ok(openings)
}
