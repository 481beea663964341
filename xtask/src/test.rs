//! The proof: every step in order, each with its time; the first that fails ends it, with its output.
//!
//! In: the parts that are wanted (all, if none is named). Out: a verdict.

use crate::model::Model;
use crate::run::{self, cargo, step};
use crate::{Failure, Outcome, bare, bench, page, root, size, tools};
use std::process::Command;
use std::time::Instant;

/// The parts that are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    host: bool,
    browser: bool,
    e2e: bool,
    model: bool,
    nginx: bool,
    trunk: bool,
    firefox: bool,
    webkit: bool,
}

impl Parts {
    /// Reads the flags; none is all.
    pub fn read(words: &[&str]) -> Outcome<Parts> {
        let mut parts = Parts {
            host: false,
            browser: false,
            e2e: false,
            model: false,
            nginx: false,
            trunk: false,
            firefox: false,
            webkit: false,
        };
        for word in words {
            match *word {
                "--host" => parts.host = true,
                "--browser" => parts.browser = true,
                "--e2e" => parts.e2e = true,
                "--model" => parts.model = true,
                "--nginx" => parts.nginx = true,
                "--trunk" => parts.trunk = true,
                "--firefox" => parts.firefox = true,
                "--webkit" => parts.webkit = true,
                other => {
                    return Err(Failure::new(format!(
                        "test knows --host, --browser, --e2e, --model, --nginx, --trunk, --firefox and --webkit, not `{other}`"
                    )));
                }
            }
        }
        if words.is_empty() {
            parts = Parts {
                host: true,
                browser: true,
                e2e: true,
                model: true,
                nginx: true,
                trunk: true,
                firefox: true,
                webkit: true,
            };
        }
        Ok(parts)
    }
}

/// Runs them.
pub fn test(parts: &Parts) -> Outcome {
    let began = Instant::now();
    if parts.host {
        host()?;
    }
    if parts.browser {
        browser()?;
    }
    let in_chromium = parts.e2e || parts.model || parts.nginx;
    if in_chromium || parts.firefox || parts.webkit {
        tools::with_npm()?;
        let sizes = size::sizes(&page::shipped()?)?;
        if tools::wasm_opt().is_some() {
            size::check(&sizes)?;
        }
        println!(
            "  the first view loads {} bytes (brotli), of {} allowed",
            size::first_load(&sizes),
            size::FIRST_LOAD
        );
    }
    if in_chromium {
        let chromium = tools::chromium()?;
        if parts.e2e {
            step(
                "end to end, in Chromium, against the lab",
                in_root(["test", "--package", "e2e"])
                    .env("RILL_ENGINE", "chromium")
                    .env("CHROME", &chromium.browser),
            )?;
            bench::smoke_page()?;
        }
        if parts.model {
            model(&chromium)?;
        }
        if parts.nginx {
            behind_nginx(&chromium)?;
        }
    }
    if parts.firefox
        && let Some(firefox) = had("in Firefox", tools::firefox())?
    {
        let mut suite = in_root(["test", "--package", "e2e", "--test", "page"]);
        let suite = suite.env("RILL_ENGINE", "firefox").env("FIREFOX", firefox);
        in_engine("Firefox", suite)?;
    }
    if parts.webkit && had("in WebKit", tools::webkit())?.is_some() {
        let mut smoke = in_root(["test", "--package", "e2e", "--test", "smoke"]);
        in_engine("WebKit", smoke.env("RILL_ENGINE", "webkit"))?;
    }
    if parts.trunk {
        trunk()?;
    }
    println!(
        "\nAll is well, after {:.0} s.",
        began.elapsed().as_secs_f64()
    );
    Ok(())
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
        "tests on this machine",
        &mut in_root(["test", "--workspace", "--exclude", "e2e"]),
    )?;
    bench::smoke()?;
    tools::wasm_target()?;
    let mut clippy = in_root([
        "clippy",
        "--package",
        "rill",
        "--package",
        "rill-annex",
        "--target",
        tools::WASM,
        "--lib",
        "--bins",
    ]);
    step("clippy, for wasm", clippy.args(page_tests()?).args(strict))
}

fn browser() -> Outcome {
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

fn model(chromium: &tools::Chromium) -> Outcome {
    let Some(model) = had("against a real llama.cpp server", Model::start())? else {
        return Ok(());
    };
    step(
        "end to end, in Chromium, against a real llama.cpp server",
        in_root([
            "test",
            "--package",
            "e2e",
            "--features",
            "model",
            "--test",
            "model",
        ])
        .env("RILL_ENGINE", "chromium")
        .env("CHROME", &chromium.browser)
        .env("RILL_MODEL", model.address()),
    )
}

/// End to end in another engine than Chromium, which tells what it was asked and what it was spared.
fn in_engine(name: &str, suite: &mut Command) -> Outcome {
    let said = run::output(&format!("end to end, in {name}, against the lab"), suite)?;
    for line in said.iter().filter(|line| line.contains("skipped")) {
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
                "  SKIPPED: end to end {part}, which cannot be had here:\n  {}",
                words.trim_end().replace('\n', "\n  ")
            );
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

/// The Doctor behind a real proxy, wherever one can be had.
fn behind_nginx(chromium: &tools::Chromium) -> Outcome {
    let nginx = match tools::nginx() {
        Ok(nginx) => nginx,
        Err(Failure(words)) => {
            println!(
                "  SKIPPED: end to end behind a real nginx: {}",
                words.trim_end().replace('\n', "\n  ")
            );
            return Ok(());
        }
    };
    step(
        "end to end, in Chromium, behind a real nginx",
        in_root([
            "test",
            "--package",
            "e2e",
            "--features",
            "nginx",
            "--test",
            "nginx",
        ])
        .env("RILL_ENGINE", "chromium")
        .env("CHROME", &chromium.browser)
        .env("RILL_NGINX", nginx),
    )
}

/// The page as those build it who have trunk.
fn trunk() -> Outcome {
    if run::find("trunk").is_none() && !in_ci() {
        println!(
            "  SKIPPED: the page as trunk builds it: trunk is not here, and nothing else needs it"
        );
        return Ok(());
    }
    bare::in_chromium("the page as trunk builds it", &page::trunk()?)
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn no_flag_is_every_part() {
        let all = Parts {
            host: true,
            browser: true,
            e2e: true,
            model: true,
            nginx: true,
            trunk: true,
            firefox: true,
            webkit: true,
        };
        assert_eq!(Parts::read(&[]).unwrap(), all);
        assert_eq!(
            Parts::read(&["--e2e"]).unwrap(),
            Parts {
                host: false,
                browser: false,
                e2e: true,
                model: false,
                nginx: false,
                trunk: false,
                firefox: false,
                webkit: false
            }
        );
        assert!(Parts::read(&["--all"]).is_err());
    }
}
