//! `*.json` becomes typed words. A word that one language lacks, or has too many, fails the build.

use std::path::Path;
use std::{env, fs};

use leptos_i18n_parser::parse_locales::options::{Config, ParseOptions};
use leptos_i18n_parser::parse_locales::parse_locales;

/// The languages; the first is the one that the others are held against.
const LOCALES: [&str; 2] = ["en", "de"];

fn main() {
    for locale in LOCALES {
        println!("cargo::rerun-if-changed={locale}.json");
    }
    // On the host nothing is built from the words, but they are checked there too.
    if let Err(complaint) = generate() {
        eprintln!("The words in locales/ do not fit together:\n{complaint}");
        std::process::exit(1);
    }
}

fn generate() -> Result<(), String> {
    let options = ParseOptions::new().interpolate_display(true);
    let mut config = Config::new(LOCALES[0])
        .map_err(|error| error.to_string())?
        .parse_options(options);
    for locale in &LOCALES[1..] {
        config = config
            .add_locale(locale)
            .map_err(|error| error.to_string())?;
    }
    let config = config.locales_path(".");
    let here = env::var("CARGO_MANIFEST_DIR").map_err(|error| error.to_string())?;
    let parsed = parse_locales(Some(here.into()), config).map_err(|error| error.to_string())?;
    let mut complaints: Vec<String> = parsed
        .diag
        .errors()
        .iter()
        .map(ToString::to_string)
        .collect();
    complaints.extend(parsed.diag.warnings().iter().map(ToString::to_string));
    if !complaints.is_empty() {
        return Err(complaints.join("\n"));
    }
    let code = leptos_i18n_codegen::gen_code(&parsed, None, false, None, false)
        .map_err(|error| error.to_string())?;
    let out = env::var("OUT_DIR").map_err(|error| error.to_string())?;
    fs::write(Path::new(&out).join("words.rs"), code.to_string()).map_err(|error| error.to_string())
}
