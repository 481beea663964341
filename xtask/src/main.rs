//! The commands of the house: `cargo xtask serve | test | prepare | bench | fuzz | bare | dist | surface | package | lab`.
//!
//! In: what a person types. Out: a page that is served, a verdict, sizes. It needs nothing but Rust on the machine: what is missing it
//! installs, and says so. The map:
//!
//! | rooms | give |
//! |---|---|
//! | [`flags`], [`run`](mod@run), [`tools`], [`debian`] | what can be typed; commands with progress; what must be installed, and what is only unpacked |
//! | [`assemble`], [`links`], [`compile`], [`bind`], [`surface`] | the page assembled: its links, compiled, bound to JavaScript; what is made of the public surface |
//! | [`small`], [`split`], [`wasm`], [`late`], [`names`], [`script`] | what is done to it only when it is shipped: made small, cut in two, without what only the linker needs, its second half's glue, short names, short scripts |
//! | [`ship`], [`base`], [`launcher`], [`offline`], [`paths`], [`size`] | made ready for a host; for one path of it; what other pages load; kept by browsers; without paths of this machine; weighed |
//! | [`inventory`], [`crates`], [`licences`], [`sbom`], [`hashes`], [`integrity`], [`package`](mod@package), [`again`] | what is in it, and its licences; hashes of its files; a package for npm; that it comes out the same elsewhere |
//! | [`serve`](mod@serve), [`proxy`](mod@proxy), [`examples`], [`model`], [`servers`] | static files; a path that leads on to a server; pages with it, made and served; the small real model, and other real servers |
//! | [`test`](mod@test), [`deny`], [`fuzz`], [`bare`], [`bench`](mod@bench) | the steps of the proof; what may stand in the tree of crates; what strangers send; a machine that has nothing; what it costs |

#![warn(unreachable_pub)]

mod again;
mod assemble;
mod bare;
mod base;
mod bench;
mod bind;
mod compile;
mod crates;
mod debian;
mod deny;
mod examples;
mod flags;
mod fuzz;
mod hashes;
mod integrity;
mod inventory;
mod late;
mod launcher;
mod licences;
mod links;
mod model;
mod names;
mod offline;
mod package;
mod paths;
mod proxy;
mod run;
mod sbom;
mod script;
mod serve;
mod servers;
mod ship;
mod size;
mod small;
mod split;
mod surface;
mod test;
mod tools;
mod wasm;

use flags::XtaskCmd;
use std::ffi::OsString;
use std::process::ExitCode;
use support::root;

/// The page's port: R-I-L-L on a telephone.
const PORT: u16 = 7455;

/// Why a command could not be done, in words for a person.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) String);

/// What every part of a command gives back.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// A failure in words.
    pub(crate) fn new(words: impl Into<String>) -> Failure {
        Failure(words.into())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure(error.to_string())
    }
}

fn main() -> ExitCode {
    match run(std::env::args_os().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(words)) => {
            eprintln!("\n{words}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: impl Iterator<Item = OsString>) -> Outcome {
    let Some(command) = flags::read(words)? else {
        return Ok(());
    };
    match command {
        XtaskCmd::Serve(options) => serve(&options),
        XtaskCmd::Test(parts) => test::test(&parts.into()),
        XtaskCmd::Prepare(_) => test::prepare(),
        XtaskCmd::Fuzz(options) => fuzz::fuzz(&options),
        XtaskCmd::Bare(options) => bare::bare(&options),
        XtaskCmd::Bench(options) => bench::bench(options.into()),
        XtaskCmd::Dist(options) => dist(&options),
        XtaskCmd::Surface(_) => surface::write(),
        XtaskCmd::Package(_) => package(),
        XtaskCmd::Lab(options) => lab(options.port),
    }
}

fn serve(options: &flags::Serve) -> Outcome {
    // The port first: a build of minutes must not end in "the port is taken".
    let port = options.port.unwrap_or(PORT);
    let listener = serve::listen(port)?;
    let proxy = options.proxy.as_deref().map(proxy::Proxy::to).transpose()?;
    let model = if options.with_model {
        Some(model::Model::start()?)
    } else {
        None
    };
    let folder = match &options.page {
        Some(folder) => folder.clone(),
        None => assemble::local()?,
    };
    let address = format!("http://127.0.0.1:{port}/");
    println!("\nRill is at {address}");
    if let Some(model) = &model {
        println!(
            "A small real model (SmolLM2, 135M) answers at {}; the page finds it by itself.",
            model.address()
        );
    }
    if let Some(server) = &options.proxy {
        println!(
            "It talks with the server at {server}, as {address}{}.",
            proxy::PATH.trim_start_matches('/')
        );
    }
    println!("Ctrl-C ends it.");
    if options.open {
        serve::show(&address);
    }
    // The page is there already when this comes; without it a diagram stays the text that it is.
    if options.page.is_none() {
        let library = folder.clone();
        std::thread::spawn(move || {
            if let Err(why) = assemble::diagrams(&library) {
                println!("(Diagrams stay text: {why}.)");
            }
        });
    }
    serve::Site::new(folder, proxy).serve(listener)
}

fn dist(options: &flags::Dist) -> Outcome {
    // The path first: a build of minutes must not end in "that is no path".
    let base = options.base.as_deref().map(base::Base::read).transpose()?;
    let dist = assemble::shipped()?;
    let sizes = size::sizes(&dist)?;
    base::finish(&dist, base.as_ref())?;
    print!("\n{}", size::table(&sizes));
    println!(
        "\nFor sites that include it from another host, the tags with the hashes of this build:\n{}",
        integrity::tags(&dist)?
    );
    if let Some(base) = &base {
        let base = base.path();
        println!(
            "\ndist/ is made for the path {base} of a host, and for no other.\nThe page: https://HOST{base}\nAn element: <script type=\"module\" src=\"{base}rill.js\"></script>\nSettings of hosts: docs/hosting.md"
        );
    }
    Ok(())
}

fn package() -> Outcome {
    let folder = package::make(&assemble::shipped()?)?;
    println!(
        "\nThe package is in {}: npm pack makes of it what is published.",
        folder.display()
    );
    Ok(())
}

fn lab(port: Option<u16>) -> Outcome {
    let status = run::cargo()
        .args(["run", "--quiet", "--package", "lab", "--"])
        .args(port.map(|port| port.to_string()))
        .current_dir(root())
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new("the lab ended with a failure"))
    }
}
