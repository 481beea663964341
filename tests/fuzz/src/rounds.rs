//! One check over many seeds: a fixed few in the tests, as many as there is time for under `cargo xtask fuzz`.
//!
//! In: a check that panics where something does not hold, and the environment: `RILL_FUZZ_SECONDS` goes on with new seeds for so
//! long, `RILL_FUZZ_SEED` runs this one alone, `RILL_FUZZ_LAST` names a file for the seed of the round that runs, for rounds that
//! never end or take their process with them. Out: nothing, or the panic, with the seed that repeats it.

use std::io::{Seek, Write};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant, SystemTime};

use crate::Rng;

/// Runs `check` with `few` fixed seeds, or as the environment says. Each call gets a generator that its seed alone determines.
pub fn rounds(few: u64, check: impl Fn(&mut Rng)) {
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|value| value.parse::<u64>().ok())
    };
    if let Some(seed) = number("RILL_FUZZ_SEED") {
        return round(seed, &check);
    }
    let Some(seconds) = number("RILL_FUZZ_SECONDS") else {
        return (0..few).for_each(|seed| round(seed, &check));
    };
    let until = Instant::now() + Duration::from_secs(seconds);
    // A clock before 1970 is no reason to stop; it only repeats what was tried.
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let mut seeds = Rng::with_seed(now.as_nanos() as u64);
    let mut count = 0u64;
    let mut last =
        std::env::var_os("RILL_FUZZ_LAST").and_then(|file| std::fs::File::create(file).ok());
    while Instant::now() < until {
        let seed = seeds.u64(..);
        if let Some(file) = &mut last {
            // In the place of the one before. Without it only a round that takes its process along cannot be repeated.
            let _ = file.rewind().and_then(|()| write!(file, "{seed:20}"));
        }
        round(seed, &check);
        count += 1;
    }
    println!("{count} rounds");
}

fn round(seed: u64, check: &impl Fn(&mut Rng)) {
    let run = catch_unwind(AssertUnwindSafe(|| check(&mut Rng::with_seed(seed))));
    if let Err(panic) = run {
        eprintln!("To have it again: RILL_FUZZ_SEED={seed}");
        resume_unwind(panic);
    }
}
