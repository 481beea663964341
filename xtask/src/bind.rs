//! Binds a compiled program to JavaScript: what the program `wasm-bindgen` does, without having to install it.
//!
//! In: wasm as rustc leaves it. Out: `NAME.js`, `NAME_bg.wasm` and snippets in a folder. The crate's version is the one that
//! Cargo.lock has of `wasm-bindgen`: they must be equal, and Cargo sees to it that they are.

use crate::run::flush;
use crate::{Failure, Outcome};
use std::path::Path;
use std::time::Instant;
use wasm_bindgen_cli_support::Bindgen;

/// How a program is bound.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Form {
    /// As a module; else as a script.
    pub(crate) module: bool,
    /// Keeps what the linker exports: a file that was cut off reaches the first one through it.
    pub(crate) keep_exports: bool,
}

/// Binds `wasm`, and puts what comes of it into `folder`.
pub(crate) fn bind(wasm: Vec<u8>, name: &str, form: Form, folder: &Path) -> Outcome {
    let began = Instant::now();
    print!("▸ binding {name} to JavaScript ... ");
    flush();
    let mut bindgen = Bindgen::new();
    bindgen
        .input_bytes(name, wasm)
        .typescript(false)
        .omit_default_module_path(false)
        .keep_lld_exports(form.keep_exports);
    let form = if form.module {
        bindgen.web(true)
    } else {
        bindgen.no_modules(true)
    };
    form.and_then(|bindgen| bindgen.generate(folder))
        .map_err(|error| {
            Failure::new(format!("{name} cannot be bound to JavaScript: {error:#}"))
        })?;
    println!("{:.1} s", began.elapsed().as_secs_f64());
    Ok(())
}
