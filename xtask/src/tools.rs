//! What must be on the machine: found where it is, installed where it is not, named where it cannot be installed.
//!
//! In: nothing. Out: paths of programs. Nothing that the person already has is replaced.

use crate::run::{cargo, cargo_bin, on_path, output_of, step};
use crate::{Failure, Outcome, root};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The newest trunk that the project's Rust can build.
const TRUNK: &str = "0.21.14";
/// Judges the tree of crates.
const CARGO_DENY: &str = "0.20.2";
/// Older ones do not know all features that Rust's wasm uses.
const OLDEST_WASM_OPT: u32 = 116;
/// npm's package of wasm-opt.
const BINARYEN: &str = "binaryen@132";
/// npm's package that makes scripts short.
const ESBUILD: &str = "esbuild@0.28.2";
/// npm's package that draws diagrams.
pub(crate) const MERMAID: &str = "mermaid@12.3.0";
/// npm's package that looks for what shuts people out.
const AXE: &str = "axe-core@4.14.1";
/// npm's package that checks declarations for TypeScript; from 7 on it is no JavaScript.
const TYPESCRIPT: &str = "typescript@6.0.3";
/// The target of the page.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// Programs of ours that are no one else's business.
pub(crate) fn folder() -> PathBuf {
    root().join("target").join("tools")
}

/// The standard library for wasm.
pub(crate) fn wasm_target() -> Outcome {
    let libraries = output_of(
        Command::new("rustc")
            .args(["--print", "target-libdir", "--target", WASM])
            .current_dir(root()),
    );
    if libraries.is_some_and(|folder| PathBuf::from(folder.trim()).is_dir()) {
        return Ok(());
    }
    if on_path("rustup").is_none() {
        return Err(Failure::new(format!(
            "Rust's library for {WASM} is missing, and rustup, which could fetch it, is not here: https://rustup.rs"
        )));
    }
    step(
        "fetching Rust's library for wasm (once)",
        Command::new("rustup")
            .args(["target", "add", WASM])
            .current_dir(root()),
    )
}

/// The workspace of Rust's own library, where it is here or can be fetched.
pub(crate) fn rust_source() -> Option<PathBuf> {
    let library = || {
        let mut ask = Command::new("rustc");
        ask.args(["--print", "sysroot"]).current_dir(root());
        let library =
            PathBuf::from(output_of(&mut ask)?.trim()).join("lib/rustlib/src/rust/library");
        library.join("std").is_dir().then_some(library)
    };
    if let Some(library) = library() {
        return Some(library);
    }
    on_path("rustup")?;
    step(
        "fetching Rust's own source (once)",
        Command::new("rustup")
            .args(["component", "add", "rust-src"])
            .current_dir(root()),
    )
    .ok()?;
    library()
}

/// The bundler, for those who have it: nothing of ours needs it but the test that it works. Where it is not here it is built for that test
/// alone, in the folder of our tools, and soon: its own settings would have all of it optimised as one, which is three quarters of the time.
pub(crate) fn trunk() -> Outcome<PathBuf> {
    let ours = folder()
        .join("bin")
        .join(format!("trunk{}", std::env::consts::EXE_SUFFIX));
    if let Some(trunk) = on_path("trunk").or_else(|| ours.is_file().then(|| ours.clone())) {
        return Ok(trunk);
    }
    step(
        &format!("building trunk {TRUNK} (once; some minutes)"),
        cargo()
            .args(["install", "trunk", "--version", TRUNK, "--locked"])
            .args(["--no-default-features", "--features", "rustls", "--debug"])
            .arg("--root")
            .arg(folder())
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .current_dir(std::env::temp_dir()),
    )?;
    Ok(ours)
}

/// The judge of the tree of crates. It runs for seconds: built without its optimisations, it is there sooner.
pub(crate) fn cargo_deny() -> Outcome<PathBuf> {
    if let Some(deny) = on_path("cargo-deny") {
        return Ok(deny);
    }
    step(
        &format!("building cargo-deny {CARGO_DENY} (once; some minutes)"),
        cargo()
            .args(["install", "cargo-deny", "--version", CARGO_DENY])
            .args(["--locked", "--debug"])
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .current_dir(std::env::temp_dir()),
    )?;
    on_path("cargo-deny").ok_or_else(|| {
        Failure::new(
            "cargo-deny was installed, but cannot be found: is cargo's bin folder on the PATH?",
        )
    })
}

/// The folder of a wasm-bindgen that equals the one in Cargo.lock, its test runner beside it. Only tests need it.
pub(crate) fn wasm_bindgen() -> Outcome<PathBuf> {
    let version = locked("wasm-bindgen")?;
    let ours = folder().join("bin");
    let fits = |folder: &PathBuf| {
        let said = output_of(Command::new(folder.join("wasm-bindgen")).arg("--version"));
        said.is_some_and(|said| said.split_whitespace().nth(1) == Some(version.as_str()))
            && folder
                .join(format!(
                    "wasm-bindgen-test-runner{}",
                    std::env::consts::EXE_SUFFIX
                ))
                .is_file()
    };
    let theirs = on_path("wasm-bindgen").and_then(|program| program.parent().map(PathBuf::from));
    if let Some(found) = [Some(ours.clone()), theirs.clone(), cargo_bin()]
        .into_iter()
        .flatten()
        .find(fits)
    {
        return Ok(found);
    }
    // One that is here may be needed, in its version, elsewhere: ours then goes beside it.
    let mut install = cargo();
    install
        .args(["install", "wasm-bindgen-cli", "--version", &version])
        .current_dir(std::env::temp_dir());
    let place = match (theirs, cargo_bin()) {
        (None, Some(bin)) => bin,
        _ => {
            install.arg("--root").arg(folder());
            ours
        }
    };
    step(
        &format!("building wasm-bindgen-cli {version} (once; some minutes)"),
        &mut install,
    )?;
    Ok(place)
}

/// A recent wasm-opt, where one can be had; without it the page is only bigger. It is looked for, and missed, once.
pub(crate) fn wasm_opt() -> Option<PathBuf> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOUND.get_or_init(find_wasm_opt).clone()
}

fn find_wasm_opt() -> Option<PathBuf> {
    let recent = |program: &PathBuf| {
        let said = output_of(Command::new(program).arg("--version")).unwrap_or_default();
        said.split_whitespace()
            .filter_map(|word| word.parse::<u32>().ok())
            .any(|version| version >= OLDEST_WASM_OPT)
    };
    let ours = folder().join("binaryen");
    let script = ours.join("node_modules").join(".bin").join("wasm-opt");
    if let Some(found) = [on_path("wasm-opt"), Some(script.clone())]
        .into_iter()
        .flatten()
        .find(recent)
    {
        return Some(found);
    }
    let what = format!("fetching wasm-opt (npm {BINARYEN}, once)");
    let why = match npm(&what, &just(BINARYEN), &ours) {
        Ok(()) if recent(&script) => return Some(script),
        Ok(()) => "npm's does not run".to_owned(),
        Err(why) => why,
    };
    println!(
        "  no wasm-opt of version {OLDEST_WASM_OPT} or newer ({why}): the page works and is about a fifth bigger"
    );
    None
}

/// What makes scripts short; nothing, where it cannot be had.
pub(crate) fn esbuild() -> Option<PathBuf> {
    let ours = folder().join("esbuild").join(ESBUILD);
    let program = ours.join("node_modules").join(".bin").join("esbuild");
    if runs(&program) {
        return Some(program);
    }
    let what = format!("fetching {ESBUILD} from npm (once)");
    match npm(&what, &just(ESBUILD), &ours) {
        Ok(()) if runs(&program) => return Some(program),
        Ok(()) => println!("  scripts stay longer than they need be: npm's {ESBUILD} does not run"),
        Err(why) => println!("  scripts stay longer than they need be: {why}"),
    }
    None
}

/// The words that have npm install one package, and nothing around it, where it stands.
fn just(package: &str) -> [&str; 7] {
    [
        "install",
        "--no-save",
        "--no-audit",
        "--no-fund",
        "--prefix",
        ".",
        package,
    ]
}

/// Whether a program is there, and tells its version.
fn runs(program: &PathBuf) -> bool {
    program.is_file() && output_of(Command::new(program).arg("--version")).is_some()
}

/// The library that draws diagrams, and its licence; says why they cannot be had.
pub(crate) fn mermaid() -> Result<[PathBuf; 2], String> {
    let files = ["dist/mermaid.min.js", "LICENSE"];
    packed("the library for diagrams", "mermaid", MERMAID, files)
}

/// The library that looks at a page for what shuts people out; says why it cannot be had.
pub(crate) fn axe() -> Result<PathBuf, String> {
    let [library] = packed("the rules of access", "axe", AXE, ["axe.min.js"])?;
    Ok(library)
}

/// The compiler that checks declarations for TypeScript, a script for node; says why it cannot be had.
pub(crate) fn typescript() -> Result<PathBuf, String> {
    let files = ["lib/tsc.js", "lib/lib.dom.d.ts"];
    let [compiler, _] = packed("TypeScript", "typescript", TYPESCRIPT, files)?;
    Ok(compiler)
}

/// Files of npm's package, fetched once into a folder of ours: packed, without what it is made of, for the files hold all of that.
fn packed<const N: usize>(
    what: &str,
    folder_name: &str,
    package: &str,
    files: [&str; N],
) -> Result<[PathBuf; N], String> {
    // Another version has another folder.
    let ours = folder().join(folder_name).join(package);
    let files = files.map(|file| ours.join("package").join(file));
    let here = || files.iter().all(|file| file.is_file());
    if !here() {
        let fetch = format!("fetching {what} (npm {package}, once)");
        npm(&fetch, &["pack", "--silent", package], &ours)?;
        let mut unpack = Command::new("tar");
        unpack
            .args(["xzf", &format!("{}.tgz", package.replace('@', "-"))])
            .current_dir(&ours);
        step("unpacking it", &mut unpack).map_err(last_line)?;
    }
    let missing = || format!("npm's {package} does not hold it");
    here().then_some(files.clone()).ok_or_else(missing)
}

/// npm, which the proof needs: what comes of it (a small wasm, drawn diagrams) is tried as well.
pub(crate) fn with_npm() -> Outcome {
    match on_path("npm") {
        Some(_) => Ok(()),
        None => apt(&["npm"]),
    }
}

/// Runs npm in a folder of ours; says why not.
pub(crate) fn npm(what: &str, words: &[&str], folder: &Path) -> Result<(), String> {
    let Some(npm) = on_path("npm") else {
        return Err("npm, which could fetch it, is not here".to_owned());
    };
    std::fs::create_dir_all(folder)
        .map_err(Failure::from)
        .and_then(|()| step(what, Command::new(npm).args(words).current_dir(folder)))
        .map_err(last_line)
}

fn last_line(Failure(words): Failure) -> String {
    words.lines().last().unwrap_or_default().to_owned()
}

/// The browser and its driver.
pub(crate) struct Chromium {
    /// The browser.
    pub(crate) browser: PathBuf,
    /// Its driver.
    pub(crate) driver: PathBuf,
}

/// Chromium and chromedriver: by `CHROME` and `CHROMEDRIVER`, on the path, or from Debian's packages.
pub(crate) fn chromium() -> Outcome<Chromium> {
    if let Some(found) = find_chromium() {
        return Ok(found);
    }
    apt(&["chromium", "chromium-driver"])?;
    find_chromium().ok_or_else(|| Failure::new("the packages chromium and chromium-driver are installed, yet hold no chromium or no chromedriver"))
}

fn find_chromium() -> Option<Chromium> {
    let named = |variable: &str| {
        std::env::var_os(variable)
            .map(PathBuf::from)
            .filter(|place| place.is_file())
    };
    let names = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "chrome",
    ];
    let browser = named("CHROME").or_else(|| names.iter().find_map(|name| on_path(name)));
    let driver = named("CHROMEDRIVER").or_else(|| on_path("chromedriver"));
    Some(Chromium {
        browser: browser?,
        driver: driver?,
    })
}

/// Firefox: by `FIREFOX`, on the path, or from Debian's package. It needs no driver.
pub(crate) fn firefox() -> Outcome<PathBuf> {
    let known = || {
        let named = std::env::var_os("FIREFOX").map(PathBuf::from);
        let names = ["firefox-esr", "firefox"];
        named
            .filter(|place| place.is_file())
            .or_else(|| names.iter().find_map(|name| on_path(name)))
    };
    if let Some(found) = known() {
        return Ok(found);
    }
    apt(&["firefox-esr"])?;
    known().ok_or_else(|| {
        Failure::new("the package firefox-esr is installed, yet holds no firefox-esr")
    })
}

/// WebKitGTK's driver, and a screen for its browser: on the path, or from Debian's packages.
pub(crate) fn webkit() -> Outcome {
    let here = || {
        ["WebKitWebDriver", "Xvfb", "evilwm"]
            .iter()
            .all(|name| on_path(name).is_some())
    };
    if here() {
        return Ok(());
    }
    apt(&["webkit2gtk-driver", "xvfb", "evilwm"])?;
    here().then_some(()).ok_or_else(|| {
        Failure::new("the packages webkit2gtk-driver, xvfb and evilwm are installed, yet hold no WebKitWebDriver, no Xvfb, or no evilwm")
    })
}

/// Installs Debian packages where that is possible; otherwise says which are wanted.
pub(crate) fn apt(packages: &[&str]) -> Outcome {
    let list = packages.join(" ");
    let root_user = output_of(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0");
    if on_path("apt-get").is_none() {
        let hint = if packages.contains(&"chromium") {
            " (or set CHROME and CHROMEDRIVER to a Chrome and the chromedriver of the same version)"
        } else {
            ""
        };
        return Err(Failure::new(format!(
            "missing: {list}. Install them the way your system does it{hint}"
        )));
    }
    if !root_user {
        return Err(Failure::new(format!(
            "missing: {list}. Please run: sudo apt-get update && sudo apt-get install -y {list}"
        )));
    }
    step("apt-get update", Command::new("apt-get").arg("update"))?;
    step(
        &format!("apt-get install {list}"),
        Command::new("apt-get")
            .args(["install", "-y", "--no-install-recommends"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
}

/// The version of a package in Cargo.lock.
fn locked(package: &str) -> Outcome<String> {
    let lock = std::fs::read_to_string(root().join("Cargo.lock"))?;
    version_in(&lock, package)
        .ok_or_else(|| Failure::new(format!("Cargo.lock does not hold {package}")))
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    let version = lines
        .next()?
        .strip_prefix("version = \"")?
        .strip_suffix('"')?;
    Some(version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_names_the_version_of_that_package_and_of_no_other() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.1\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(version_in(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(version_in(lock, "trunk"), None);
    }
}
