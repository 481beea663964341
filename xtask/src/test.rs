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
        };
        for word in words {
            match *word {
                "--host" => parts.host = true,
                "--browser" => parts.browser = true,
                "--e2e" => parts.e2e = true,
                "--model" => parts.model = true,
                "--nginx" => parts.nginx = true,
                "--trunk" => parts.trunk = true,
                other => {
                    return Err(Failure::new(format!(
                        "test knows --host, --browser, --e2e, --model, --nginx and --trunk, not `{other}`"
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
    if parts.e2e || parts.model || parts.nginx {
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
        let chromium = tools::chromium()?;
        if parts.e2e {
            step(
                "end to end, in Chromium, against the lab",
                in_root(["test", "--package", "e2e"]).env("CHROME", &chromium.browser),
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
    let model = match Model::start() {
        Ok(model) => model,
        Err(Failure(words)) if !in_ci() => {
            println!(
                "  SKIPPED: end to end against a real llama.cpp server, which cannot be had here:\n  {}",
                words.trim_end().replace('\n', "\n  ")
            );
            return Ok(());
        }
        Err(failure) => return Err(failure),
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
        .env("CHROME", &chromium.browser)
        .env("RILL_MODEL", model.address()),
    )
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
                trunk: false
            }
        );
        assert!(Parts::read(&["--all"]).is_err());
    }
}
