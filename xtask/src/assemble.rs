//! The page, assembled: compiled, bound to JavaScript, with the files that it names beside it.
//!
//! In: the sources. Out: a folder that any static host can serve: [`local`] soon, for this machine; [`shipped`] small, for all others.

use crate::bind::{Form, bind};
use crate::compile::{Compiled, compile};
use crate::links::{Page, Part, read};
use crate::run::ourselves;
use crate::script::Small;
use crate::{Failure, Outcome, inventory, root, ship, small, split, tools, wasm};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;
use support::files as in_folder;

/// Builds the page for this machine, and gives the folder. It need not be small: it is whole, and made again only where something
/// has changed.
pub(crate) fn local() -> Outcome<PathBuf> {
    tools::wasm_target()?;
    let page = page()?;
    let compiled = compile(
        "compiling the page; next: binding it to JavaScript, and it is there",
        &page.parts,
        "serve",
        |_, _| (),
    )?;
    let folder = root().join("target").join("page");
    let stamp = folder.with_extension("stamp");
    let state = state(&page, &compiled)?;
    if fs::read_to_string(&stamp).is_ok_and(|built| built == state) && folder.is_dir() {
        return Ok(folder);
    }
    assemble(&page, &folder, |bin, form| {
        bind(fs::read(program(&compiled, bin)?)?, bin, form, &folder)
    })?;
    fs::write(stamp, state)?;
    Ok(folder)
}

/// Builds the page to be shipped, in `dist/`, and gives the folder.
pub(crate) fn shipped() -> Outcome<PathBuf> {
    tools::wasm_target()?;
    let page = page()?;
    let compiled = small::compile(&page.parts)?;
    let dist = root().join("dist");
    assemble(&page, &dist, |bin, form| {
        let compiled = program(&compiled, bin)?;
        if bin == split::NAME {
            return split::split(compiled, form, &dist);
        }
        // The linker kept its notes for the page's cut; what is not cut does not need them.
        let whole = wasm::without_relocations(&fs::read(compiled)?)?;
        bind(whole, bin, form, &dist)
    })?;
    small::optimise(&dist)?;
    if let Err(why) = diagrams(&dist) {
        println!("  no library for diagrams ({why}): they stay text");
    }
    inventory::write(&dist, &page.parts)?;
    ship::ship(&dist, &Small::found())?;
    Ok(dist)
}

/// Builds the page as somebody does who has trunk, and gives the folder.
pub(crate) fn trunk() -> Outcome<PathBuf> {
    let folder = root().join("target").join("trunk-page");
    let mut build = Command::new(tools::trunk()?);
    build
        .args(["build", "--offline=true", "--dist"])
        .arg(&folder)
        .current_dir(root())
        .env("PATH", crate::run::path_with(&[tools::wasm_bindgen()?])?)
        // trunk takes it for a switch of its own, and refuses most values.
        .env_remove("NO_COLOR");
    crate::run::step("building the page with trunk", &mut build)?;
    Ok(folder)
}

/// The library for diagrams and its licence, as they are named beside the page.
pub(crate) const LIBRARY: [&str; 2] = ["mermaid.min.js", "mermaid.LICENSE.txt"];

/// Puts the library for diagrams beside the page; says why not, where it cannot be had.
pub(crate) fn diagrams(folder: &Path) -> Result<(), String> {
    let [library, licence] = tools::mermaid()?;
    let put = |file, name| fs::copy(file, folder.join(name)).map_err(|error| error.to_string());
    put(library, LIBRARY[0])?;
    put(licence, LIBRARY[1])?;
    Ok(())
}

fn page() -> Outcome<Page> {
    read(&fs::read_to_string(root().join("index.html"))?)
}

/// Makes the folder anew: the page, its files, and each program as `add` binds it.
fn assemble(page: &Page, folder: &Path, add: impl Fn(&str, Form) -> Outcome) -> Outcome {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    for part in &page.parts {
        match part {
            Part::File(file) => {
                let name = file.file_name().unwrap_or_default();
                fs::copy(root().join(file), folder.join(name))?;
            }
            Part::Folder(from) => {
                let to = folder.join(from.file_name().unwrap_or_default());
                fs::create_dir_all(&to)?;
                for file in in_folder(&root().join(from))? {
                    fs::copy(&file, to.join(file.file_name().unwrap_or_default()))?;
                }
            }
            Part::Program { bin, module, .. } => {
                let form = Form {
                    module: *module,
                    keep_exports: false,
                };
                add(bin, form)?;
            }
        }
    }
    // Last: who finds it finds all that it names.
    fs::write(folder.join("index.html"), &page.html)?;
    Ok(())
}

fn program<'a>(compiled: &'a Compiled, bin: &str) -> Outcome<&'a Path> {
    let found = compiled.get(bin).map(PathBuf::as_path);
    found.ok_or_else(|| Failure::new(format!("cargo does not say where it left {bin}")))
}

/// What the page is made of, with its dates and sizes: the same words, the same page.
fn state(page: &Page, compiled: &Compiled) -> Outcome<String> {
    let mut state = page.html.clone();
    let mut files = vec![ourselves()?];
    for part in &page.parts {
        match part {
            Part::File(file) => files.push(root().join(file)),
            Part::Folder(folder) => files.extend(in_folder(&root().join(folder))?),
            Part::Program { bin, .. } => files.push(program(compiled, bin)?.to_path_buf()),
        }
    }
    for file in files {
        let about = fs::metadata(&file)?;
        let since = about.modified()?.duration_since(SystemTime::UNIX_EPOCH);
        state += &format!(
            "{} {} {:?}\n",
            file.display(),
            about.len(),
            since.unwrap_or_default()
        );
    }
    Ok(state)
}
