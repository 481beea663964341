//! Measures the built page: `bench OUT.json [--smoke] [--peers=FOLDER] [WORD...]`, only the streams whose names hold one of the words;
//! beside it the bundles of others in that folder.

use e2e::bench::{Bench, Run, SMOKE, STREAMS, Stream, Who, write};
use e2e::browser::Error;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (flags, words): (Vec<String>, Vec<String>) =
        words.into_iter().partition(|word| word.starts_with("--"));
    let Some((out, wanted)) = words.split_first() else {
        eprintln!("bench OUT.json [--smoke] [--peers=FOLDER] [WORD...]");
        return ExitCode::FAILURE;
    };
    let streams: &[Stream] = if flags.iter().any(|flag| flag == "--smoke") {
        &SMOKE
    } else {
        &STREAMS
    };
    let peers = flags.iter().find_map(|flag| flag.strip_prefix("--peers="));
    write(out, measure(streams, wanted, peers.map(Path::new)))
}

async fn measure(
    streams: &[Stream],
    wanted: &[String],
    peers: Option<&Path>,
) -> Result<Vec<Run>, Error> {
    let mut bench = Bench::start(peers).await?;
    let wanted = |stream: &&Stream| {
        wanted.is_empty() || wanted.iter().any(|word| stream.name.contains(word))
    };
    let mut runs = Vec::new();
    for stream in streams.iter().filter(wanted) {
        let others = (peers.is_some() && stream.is_for_peers()).then_some(Who::PEERS);
        // One text node has no turns before it.
        let own = Who::OWN
            .into_iter()
            .filter(|who| *who != Who::Floor || stream.earlier == 0);
        for who in own.chain(others.into_iter().flatten()) {
            let run = median(&mut bench, who, stream).await?;
            match run.given_up {
                Some(ms) => println!("{}, {who:?}: not at its end after {ms:.0} ms", stream.name),
                None => println!(
                    "{}, {who:?}: {:.0} ms of {:.0}",
                    stream.name, run.task, run.wall
                ),
            }
            runs.push(run);
        }
    }
    bench.close().await;
    Ok(runs)
}

/// As often as the stream is measured; a page that does not come to its end is not asked again.
async fn median(bench: &mut Bench, who: Who, stream: &Stream) -> Result<Run, Error> {
    let mut same = Vec::new();
    for _ in 0..stream.times {
        let run = bench.run(who, stream).await?;
        if run.given_up.is_some() {
            return Ok(run);
        }
        same.push(run);
    }
    // What the machine did besides shows in the one figure and not in the other: each has its own median.
    same.sort_by(|a, b| a.wall.total_cmp(&b.wall));
    let wall = same[same.len() / 2].wall;
    same.sort_by(|a, b| a.task.total_cmp(&b.task));
    let run = same.swap_remove(same.len() / 2);
    Ok(Run { wall, ..run })
}
