//! The commands of the house: `cargo xtask serve | test | bench | fuzz | bare | dist | lab`.
//!
//! In: what a person types. Out: a page that is served, a verdict, sizes. It needs nothing but Rust on the machine: what is missing it
//! installs, and says so. The map: [`run`] commands with progress; [`tools`] what must be installed; [`page`] the page assembled: its
//! [`links`], compiled ([`compile`]), bound to JavaScript ([`bind`]); [`small`] what is done to it only when it is shipped, [`split`] cut in two, [`wasm`] without
//! what only the linker needs, [`ship`] made ready for a host, [`size`] weighed; [`serve`] static files; [`model`] the small real model;
//! [`test`] the steps of the proof; [`fuzz`] what strangers send; [`bare`] a machine that has nothing; [`bench`] what it costs.

mod bare;
mod bench;
mod bind;
mod compile;
mod fuzz;
mod links;
mod model;
mod page;
mod run;
mod serve;
mod servers;
mod ship;
mod size;
mod small;
mod split;
mod test;
mod tools;
mod wasm;

use std::path::PathBuf;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask serve [--with-model] [--port 7455] [--open]
    builds the page and serves it at http://127.0.0.1:7455; with --with-model also fetches and starts a small real model (130 MB, once)
cargo xtask test [--host] [--browser] [--e2e] [--model] [--servers] [--nginx] [--trunk] [--firefox] [--webkit]
    proves that it works; with flags, only those parts (--trunk needs trunk; it is left out where that is not here)
cargo xtask fuzz [MINUTES] [--room NAME] [--seed N]
    texts in twelve scripts, cut at random, on and on: so many minutes for each room that reads what comes from outside; with a
    seed once more what was found
cargo xtask bare [--serve] [--here]
    that both commands need nothing but rustup: runs them in a fresh Debian, made by debootstrap (root only); with --serve only the
    first; with --here only the first, on this machine, as if nothing were on it
cargo xtask bench [--host] [--browser] [--peers] [--smoke]
    what everything costs, beside what it may cost; with --peers the page beside others from npm too; with --smoke every bench
    once, without judging time
cargo xtask dist
    the release build in dist/, and its sizes
cargo xtask lab [PORT]
    the servers that tests talk to, with all their faults, by hand
";

/// Why a command could not be done, in words for a person.
#[derive(Debug)]
pub struct Failure(pub String);

/// What every part of a command gives back.
pub type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// A failure in words.
    pub fn new(words: impl Into<String>) -> Failure {
        Failure(words.into())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure(error.to_string())
    }
}

/// The root of the repository: where cargo runs this from, which is not where it was built, once the folder has moved.
pub fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.ancestors()
        .find(|folder| folder.join("Trunk.toml").is_file())
        .unwrap_or(&here)
        .to_path_buf()
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["serve", options @ ..] => ServeOptions::read(options).and_then(|options| serve(&options)),
        ["test", parts @ ..] => test::Parts::read(parts).and_then(|parts| test::test(&parts)),
        ["bench", flags @ ..] => bench::Options::read(flags).and_then(bench::bench),
        ["fuzz", words @ ..] => fuzz::Options::read(words).and_then(|options| fuzz::fuzz(&options)),
        ["bare", words @ ..] => bare::bare(words),
        ["dist"] => dist(),
        ["lab", port @ ..] => lab(port),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(Failure::new(format!(
            "there is no `{}`:\n\n{HELP}",
            words.join(" ")
        ))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(words)) => {
            eprintln!("\n{words}");
            ExitCode::FAILURE
        }
    }
}

struct ServeOptions {
    with_model: bool,
    open: bool,
    port: u16,
}

impl ServeOptions {
    fn read(mut words: &[&str]) -> Outcome<ServeOptions> {
        let mut options = ServeOptions {
            with_model: false,
            open: false,
            port: 7455,
        };
        while let Some((word, rest)) = words.split_first() {
            words = rest;
            match *word {
                "--with-model" => options.with_model = true,
                "--open" => options.open = true,
                "--port" => {
                    let port = words.first().and_then(|port| port.parse().ok());
                    options.port = port.ok_or_else(|| {
                        Failure::new("--port wants a number: cargo xtask serve --port 7456")
                    })?;
                    words = &words[1..];
                }
                other => {
                    return Err(Failure::new(format!(
                        "serve does not know `{other}`:\n\n{HELP}"
                    )));
                }
            }
        }
        Ok(options)
    }
}

fn serve(options: &ServeOptions) -> Outcome {
    // The port first: a build of minutes must not end in "the port is taken".
    let listener = serve::listen(options.port)?;
    let model = if options.with_model {
        Some(model::Model::start()?)
    } else {
        None
    };
    let folder = page::local()?;
    let address = format!("http://127.0.0.1:{}/", options.port);
    println!("\nRill is at {address}");
    if let Some(model) = &model {
        println!(
            "A small real model (SmolLM2, 135M) answers at {}; the page finds it by itself.",
            model.address()
        );
    }
    println!("Ctrl-C ends it.");
    if options.open {
        serve::open(&address);
    }
    // The page is there already when this comes; without it a diagram stays the text that it is.
    let library = folder.clone();
    std::thread::spawn(move || {
        if let Err(why) = page::diagrams(&library) {
            println!("(Diagrams stay text: {why}.)");
        }
    });
    serve::serve(&listener, &folder);
    Ok(())
}

fn dist() -> Outcome {
    let sizes = size::sizes(&page::shipped()?)?;
    print!("\n{}", size::table(&sizes));
    Ok(())
}

fn lab(port: &[&str]) -> Outcome {
    let status = run::cargo()
        .args(["run", "--quiet", "--package", "lab", "--"])
        .args(port)
        .current_dir(root())
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new("the lab ended with a failure"))
    }
}
