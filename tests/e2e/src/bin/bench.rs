//! Measures the built page: `bench OUT.json [--smoke] [WORD...]`, only the streams whose names hold one of the words.

use e2e::bench::{Bench, Run, SMOKE, STREAMS, Stream, Who};
use e2e::browser::Error;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (flags, words): (Vec<String>, Vec<String>) =
        words.into_iter().partition(|word| word.starts_with("--"));
    let Some((out, wanted)) = words.split_first() else {
        eprintln!("bench OUT.json [--smoke] [WORD...]");
        return ExitCode::FAILURE;
    };
    let streams: &[Stream] = if flags.iter().any(|flag| flag == "--smoke") {
        &SMOKE
    } else {
        &STREAMS
    };
    let measured = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(Error::from)
        .and_then(|runtime| runtime.block_on(measure(streams, wanted)))
        .and_then(|runs| Ok(std::fs::write(out, serde_json::to_vec(&runs)?)?));
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(streams: &[Stream], wanted: &[String]) -> Result<Vec<Run>, Error> {
    let bench = Bench::start().await?;
    let wanted = |stream: &&Stream| {
        wanted.is_empty() || wanted.iter().any(|word| stream.name.contains(word))
    };
    let mut runs = Vec::new();
    for stream in streams.iter().filter(wanted) {
        for who in [Who::Floor, Who::Append, Who::Rill] {
            let mut same = Vec::new();
            for _ in 0..stream.times {
                same.push(bench.run(who, stream).await?);
            }
            same.sort_by(|a, b| a.task.total_cmp(&b.task));
            let median = same.swap_remove(same.len() / 2);
            println!(
                "{}, {who:?}: {:.0} ms of {:.0}",
                stream.name, median.task, median.wall
            );
            runs.push(median);
        }
    }
    bench.close().await;
    Ok(runs)
}
