//! The languages, from what lies in this folder: `LANGUAGE.json` becomes typed words, and `demo.LANGUAGE.md` the demo's text. A word
//! that one language lacks, or has too many, fails the build, and so does a demo without a text. Words of the settings of how to read can
//! be asked for by name as well.

use std::path::Path;
use std::{env, fs};

use leptos_i18n_parser::parse_locales::options::{Config, ParseOptions};
use leptos_i18n_parser::parse_locales::parse_locales;

/// The language that the others are held against, and that is taken where a person's is not here.
const DEFAULT: &str = "en";

fn main() {
    // The folder itself: a language more or less is a file more or less.
    println!("cargo::rerun-if-changed=.");
    // On the host nothing is built from the words, but they are checked there too.
    if let Err(complaint) = generate() {
        eprintln!("The words in locales/ do not fit together:\n{complaint}");
        std::process::exit(1);
    }
}

fn generate() -> Result<(), String> {
    let here = env::var("CARGO_MANIFEST_DIR").map_err(|error| error.to_string())?;
    let languages = languages(Path::new(&here))?;
    let words = words(&here, &languages)?;
    let out = env::var("OUT_DIR").map_err(|error| error.to_string())?;
    let code = words + &demo_scripts(&here, &languages) + &reading(&here)?;
    fs::write(Path::new(&out).join("words.rs"), code).map_err(|error| error.to_string())
}

/// The tags of all languages, the default first and the others in order.
fn languages(here: &Path) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(here).map_err(|error| error.to_string())? {
        let name = entry.map_err(|error| error.to_string())?.file_name();
        let name = name.to_string_lossy();
        let Some(language) = name.strip_suffix(".json") else {
            continue;
        };
        if !here.join(format!("demo.{language}.md")).is_file() {
            return Err(format!("{name} is here, demo.{language}.md is not"));
        }
        found.push(language.to_owned());
    }
    found.sort_by_key(|language| (language != DEFAULT, language.clone()));
    Ok(found)
}

/// The typed words of `leptos_i18n`.
fn words(here: &str, languages: &[String]) -> Result<String, String> {
    let options = ParseOptions::new().interpolate_display(true);
    let mut config = Config::new(DEFAULT)
        .map_err(|error| error.to_string())?
        .parse_options(options);
    for language in languages.iter().filter(|language| *language != DEFAULT) {
        config = config
            .add_locale(language)
            .map_err(|error| error.to_string())?;
    }
    let config = config.locales_path(".");
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
    Ok(code.to_string())
}

/// A function that gives the demo's text in a language.
fn demo_scripts(here: &str, languages: &[String]) -> String {
    let arm = |language: &String| {
        let file = Path::new(here).join(format!("demo.{language}.md"));
        let variant = language.replace('-', "_");
        format!("i18n::Locale::{variant} => include_str!({file:?}),")
    };
    let arms: String = languages.iter().map(arm).collect();
    format!(
        "\npub fn demo_script(locale: i18n::Locale) -> &'static str {{ match locale {{ {arms} }} }}\n"
    )
}

/// A function that gives a word whose name begins with `reading_`: settings have labels and choices of these names.
fn reading(here: &str) -> Result<String, String> {
    let file = Path::new(here).join(format!("{DEFAULT}.json"));
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    let words: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let names = words.keys().filter(|name| name.starts_with("reading_"));
    let arm = |name: &String| {
        format!("{name:?} => Some(leptos_i18n::td_string!(locale, {name}).to_string()),")
    };
    let arms: String = names.map(arm).collect();
    Ok(format!(
        "\npub fn reading_word(locale: i18n::Locale, name: &str) -> Option<String> {{ match name {{ {arms} _ => None }} }}\n"
    ))
}
