//! The proof: every step in order, each with its time; the first that fails ends it, with its output.
//!
//! In: the parts that are wanted (all, if none is named). Out: a verdict.

mod early;
mod parts;

pub(crate) use self::early::prepare;
pub(crate) use self::parts::Parts;

use self::early::Early;
use self::parts::Part;
use crate::model::Model;
use crate::run::{self, cargo, step};
use crate::servers::Servers;
use crate::{
    Failure, Outcome, again, assemble, bare, base, bench, debian, deny, examples, package, paths,
    root, size, surface, tools,
};
use std::process::Command;
use std::time::Instant;

/// Runs them.
pub(crate) fn test(parts: &Parts) -> Outcome {
    let began = Instant::now();
    let early = parts.all.then(early).transpose()?;
    if parts.hold(Part::Host) {
        host()?;
    }
    early.map_or(Ok(()), Early::wait)?;
    if parts.hold(Part::Host) {
        deny::check()?;
    }
    if parts.hold(Part::Browser) {
        in_browser()?;
    }
    let in_chromium = [
        Part::E2e,
        Part::Import,
        Part::Kill,
        Part::Package,
        Part::Model,
        Part::Servers,
        Part::Hosts,
        Part::Examples,
    ]
    .into_iter()
    .any(|part| parts.hold(part));
    let in_others = [Part::Firefox, Part::Webkit, Part::Again];
    if in_chromium || in_others.iter().any(|part| parts.hold(*part)) {
        // Without it the page is bigger, which is said; in CI all is tried.
        if let Err(failure) = tools::with_npm()
            && in_ci()
        {
            return Err(failure);
        }
        let dist = assemble::shipped()?;
        paths::check(&dist)?;
        let sizes = size::sizes(&dist)?;
        if tools::wasm_opt().is_some() {
            size::check(&sizes)?;
        }
        println!(
            "  the first view loads {} bytes (brotli), of {} allowed",
            size::first_load(&sizes),
            size::FIRST_LOAD
        );
        if parts.hold(Part::Again) {
            base::finish(&dist, None)?;
            again::build(&dist)?;
        }
    }
    if in_chromium {
        let chromium = tools::chromium()?;
        if parts.hold(Part::E2e) {
            let mut suite = in_root(["test", "--package", "e2e"]);
            let suite = suite
                .env("RILL_ENGINE", "chromium")
                .env("CHROME", &chromium.browser);
            step("end to end, in Chromium, against the lab", with_axe(suite)?)?;
            bench::smoke_page()?;
        }
        if parts.hold(Part::Import) {
            told(&chromium, "import", "a file of 200 MB", "MB: ")?;
        }
        if parts.hold(Part::Kill) {
            told(&chromium, "kill", "killed while a reply runs", "killed: ")?;
        }
        if parts.hold(Part::Package) {
            packed(&chromium)?;
        }
        if parts.hold(Part::Model) {
            model(&chromium)?;
        }
        if parts.hold(Part::Servers) {
            servers(&chromium, !parts.all)?;
        }
        if parts.hold(Part::Hosts) {
            behind_hosts(&chromium)?;
        }
        if parts.hold(Part::Examples) {
            examples(&chromium)?;
        }
    }
    if parts.hold(Part::Firefox)
        && let Some(firefox) = had("end to end in Firefox", tools::firefox())?
    {
        let mut suite = in_root(["test", "--package", "e2e", "--test", "page"]);
        let suite = suite.env("RILL_ENGINE", "firefox").env("FIREFOX", firefox);
        in_engine("Firefox", with_axe(suite)?)?;
    }
    if parts.hold(Part::Webkit) && had("end to end in WebKit", tools::webkit())?.is_some() {
        let mut smoke = in_root(["test", "--package", "e2e", "--test", "smoke"]);
        in_engine("WebKit", smoke.env("RILL_ENGINE", "webkit"))?;
    }
    if parts.hold(Part::Trunk) {
        trunk()?;
    }
    println!(
        "\nAll is well, after {:.0} s.",
        began.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Begins what the later steps need. First comes what may be installed once at a time; what cannot be is missed, and told, later.
fn early() -> Outcome<Early> {
    let installed = [
        tools::wasm_target(),
        tools::with_npm(),
        tools::chromium().map(drop),
    ];
    let _ = installed.into_iter().collect::<Outcome>();
    Early::begin()
}

/// Runs a long part in Chromium, and tells its figures: the lines in which this mark stands.
fn told(chromium: &tools::Chromium, part: &str, name: &str, mark: &str) -> Outcome {
    let mut cases = against(chromium, part);
    let said = run::output(&format!("end to end, in Chromium, {name}"), &mut cases)?;
    let figures = said.iter().filter(|line| line.contains(mark));
    figures.for_each(|line| println!("  {}", line.trim()));
    Ok(())
}

/// Gives a suite the rules of access, if they can be had; where not, it is told, and in CI it is a failure.
fn with_axe(suite: &mut Command) -> Outcome<&mut Command> {
    let axe = tools::axe().map_err(Failure::new);
    if let Some(axe) = had("end to end against the rules of access", axe)? {
        suite.env("RILL_AXE", axe);
    }
    Ok(suite)
}

fn host() -> Outcome {
    step(
        "the form of the code",
        &mut in_root(["fmt", "--all", "--check"]),
    )?;
    let strict = ["--", "-D", "warnings"];
    step(
        "clippy, for this machine",
        in_root(["clippy", "--workspace", "--all-targets", "--all-features"]).args(strict),
    )?;
    step(
        "tests on this machine, every bench once among them",
        &mut in_root(["test", "--workspace", "--exclude", "e2e"]),
    )?;
    declarations()?;
    documentation()?;
    tools::wasm_target()?;
    let mut clippy = in_root([
        "clippy",
        "--package",
        "rill",
        "--package",
        "rill-annex",
        "--package",
        "rill-import",
        "--package",
        "rill-search",
        "--target",
        tools::WASM,
        "--lib",
        "--bins",
    ]);
    step("clippy, for wasm", clippy.args(page_tests()?).args(strict))
}

/// What is declared of the page for TypeScript, checked by TypeScript itself.
fn declarations() -> Outcome {
    let compiler = tools::typescript().map_err(Failure::new);
    match had("the declarations, by TypeScript", compiler)? {
        Some(compiler) => surface::check(&compiler),
        None => Ok(()),
    }
}

/// The documentation, in which every link leads somewhere: for this machine, and of the page where only wasm has it.
fn documentation() -> Outcome {
    let strict = |name: &str, words: &[&str]| {
        let mut doc = in_root(["doc", "--no-deps"]);
        doc.arg("--document-private-items").args(words);
        // It is for those who work here: they read what is private too, and a link may lead there.
        let flags = "-D warnings -A rustdoc::private_intra_doc_links";
        step(name, doc.env("RUSTDOCFLAGS", flags))
    };
    strict("the documentation, for this machine", &["--workspace"])?;
    tools::wasm_target()?;
    let page = ["--package", "rill", "--lib", "--target", tools::WASM];
    strict("the documentation, for wasm", &page)
}

fn in_browser() -> Outcome {
    let tests = page_tests()?;
    if tests.is_empty() {
        println!("  no tests/page*.rs: nothing to run in the browser");
        return Ok(());
    }
    tools::wasm_target()?;
    let runner = tools::wasm_bindgen()?.join("wasm-bindgen-test-runner");
    let chromium = tools::chromium()?;
    step(
        "tests in Chromium",
        in_root(["test", "--package", "rill", "--target", tools::WASM])
            .args(tests)
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
            .env("CHROMEDRIVER", chromium.driver)
            .env("WASM_BINDGEN_TEST_TIMEOUT", "120"),
    )
}

/// The package of npm, as somebody has it who installed it.
fn packed(chromium: &tools::Chromium) -> Outcome {
    if run::on_path("npm").is_none() && !in_ci() {
        println!("  SKIPPED: the package of npm: npm is not here");
        return Ok(());
    }
    let page = package::installed(&package::make(&root().join("dist"))?)?;
    let mut case = against(chromium, "package");
    step(
        "end to end, in Chromium, the package of npm",
        case.env("RILL_DIST", page),
    )
}

fn model(chromium: &tools::Chromium) -> Outcome {
    let Some(model) = had("end to end against a real llama.cpp server", Model::start())? else {
        return Ok(());
    };
    let mut cases = against(chromium, "model");
    step(
        "end to end, in Chromium, against a real llama.cpp server",
        cases.env("RILL_MODEL", model.address()),
    )
}

/// Against real servers beside llama.cpp, and one that misbehaves on demand: those that can be had.
fn servers(chromium: &tools::Chromium, all: bool) -> Outcome {
    let found = Model::start().and_then(|model| Ok((Servers::start(&model, all)?, model)));
    // Who asks for them alone wants to hear that they cannot be had.
    let found = match all {
        true => Some(found?),
        false => had("end to end against another real server", found)?,
    };
    let Some((servers, _model)) = found else {
        return Ok(());
    };
    let mut cases = against(chromium, "servers");
    step(
        "end to end, in Chromium, against real servers",
        cases.env("RILL_SERVERS", servers.named()),
    )
}

/// The cases that need more than the lab, by the feature that they stand behind. All features are on, so that what the cases share is
/// compiled once for all of them.
fn against(chromium: &tools::Chromium, feature: &str) -> Command {
    let mut cases = in_root(["test", "--package", "e2e", "--all-features"]);
    cases
        .args(["--test", feature])
        .env("RILL_ENGINE", "chromium")
        .env("CHROME", &chromium.browser);
    cases
}

/// End to end in another engine than Chromium, which tells what it was asked and what it was spared.
fn in_engine(name: &str, suite: &mut Command) -> Outcome {
    let said = run::output(&format!("end to end, in {name}, against the lab"), suite)?;
    for line in said.iter().filter(|line| line.contains("ignored")) {
        println!("  {}", line.trim());
    }
    Ok(())
}

/// What a part needs, if it can be had here; if not, that is told, and in CI it is a failure.
fn had<T>(part: &str, found: Outcome<T>) -> Outcome<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Failure(words)) if !in_ci() => {
            println!(
                "  SKIPPED: {part}, which cannot be had here:\n  {}",
                words.trim_end().replace('\n', "\n  ")
            );
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

/// The page on web servers that people have, wherever they can be had.
fn behind_hosts(chromium: &tools::Chromium) -> Outcome {
    let hosts = match debian::hosts() {
        Ok(hosts) => hosts,
        Err(Failure(words)) => {
            println!(
                "  SKIPPED: end to end behind nginx, Caddy, Apache and lighttpd: {}",
                words.trim_end().replace('\n', "\n  ")
            );
            return Ok(());
        }
    };
    let based = base::copy(&root().join("dist"), &base::Base::read("/rill/")?)?;
    let mut cases = against(chromium, "hosts");
    cases
        .env("RILL_HOSTS", hosts)
        .env("RILL_BASED", based)
        .env("RILL_XTASK", run::ourselves()?);
    step(
        "end to end, in Chromium, behind nginx, Caddy, Apache and lighttpd",
        &mut cases,
    )
}

/// The examples that a tool makes, those that can be had, in both engines; the others are in the suite of the page.
fn examples(chromium: &tools::Chromium) -> Outcome {
    let mut made = 0;
    for (name, how) in examples::MADE {
        let part = format!("examples/{name}");
        made += usize::from(had(&part, examples::make(name, how))?.is_some());
    }
    if made == 0 {
        return Ok(());
    }
    let mut cases = against(chromium, "examples");
    step(
        "end to end, in Chromium, the examples that a tool makes",
        cases.env("RILL_EXAMPLES", examples::folder()),
    )?;
    let Some(firefox) = had("examples in Firefox", tools::firefox())? else {
        return Ok(());
    };
    let mut cases = against(chromium, "examples");
    cases
        .env("RILL_ENGINE", "firefox")
        .env("FIREFOX", firefox)
        .env("RILL_EXAMPLES", examples::folder());
    step(
        "end to end, in Firefox, the examples that a tool makes",
        &mut cases,
    )
}

/// The page as those build it who have trunk.
fn trunk() -> Outcome {
    if run::on_path("trunk").is_none() && !in_ci() {
        println!(
            "  SKIPPED: the page as trunk builds it: trunk is not here, and nothing else needs it"
        );
        return Ok(());
    }
    bare::in_chromium("the page as trunk builds it", &assemble::trunk()?)
}

fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

/// The tests that are for the browser only: `--test page --test page_look` ...
fn page_tests() -> Outcome<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root().join("tests"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if let Some(name) = name
            .strip_suffix(".rs")
            .filter(|name| name.starts_with("page"))
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names
        .into_iter()
        .flat_map(|name| ["--test".to_owned(), name])
        .collect())
}

fn in_root<const N: usize>(words: [&str; N]) -> Command {
    let mut command = cargo();
    command.args(words).current_dir(root());
    command
}
