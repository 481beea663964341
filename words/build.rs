//! The words, from `locales/`: English becomes constants, and all other languages are held against it.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

mod check;

use check::{ENGLISH, Sheet};

fn main() {
    let here = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let folder = Path::new(&here).join("../locales");
    // The folder itself: a language more or less is a file more or less.
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rerun-if-changed=check.rs");
    if let Err(complaint) = generate(&folder) {
        eprintln!("The words in locales/ do not fit together:\n{complaint}");
        std::process::exit(1);
    }
}

fn generate(folder: &Path) -> Result<(), String> {
    let sheets = check::read(folder)?;
    let complaints = check::complaints(&sheets)?;
    if !complaints.is_empty() {
        return Err(complaints.join("\n"));
    }
    let english = sheets
        .iter()
        .find(|sheet| sheet.tag == ENGLISH)
        .ok_or("English is not there")?;
    let out = env::var("OUT_DIR").map_err(|error| error.to_string())?;
    let code = languages(&sheets) + &words(english) + &reading(english);
    fs::write(Path::new(&out).join("words.rs"), code).map_err(|error| error.to_string())
}

fn languages(sheets: &[Sheet]) -> String {
    let mut code = "/// The languages that the page speaks, English first.\npub static LANGUAGES: &[Language] = &[".to_owned();
    for (at, sheet) in sheets.iter().enumerate() {
        let name = sheet.text("language_name").unwrap_or_default();
        let from_right = check::is_from_right(&sheet.tag);
        let language = format!(
            "Language {{ tag: {:?}, name: {name:?}, from_right: {from_right} }}",
            sheet.tag
        );
        if at == 0 {
            code = format!("/// English.\npub const ENGLISH: Language = {language};\n{code}");
        }
        code += &language;
        code.push(',');
    }
    code + "];\n"
}

/// A module for each word: the word, and the names of its places, by which the compiler sees that each is given a value.
fn words(english: &Sheet) -> String {
    let mut code =
        "/// The words, each in a module of its name.\n#[allow(missing_docs)]\npub mod word {\n"
            .to_owned();
    for (at, (name, word)) in english.words.iter().enumerate() {
        let places: String = word
            .places()
            .iter()
            .map(|place| format!("pub {place}: (), "))
            .collect();
        let value = match word.counted() {
            Some((one, other)) => format!(
                "crate::Counted = crate::Counted {{ at: {at}, one: {one:?}, other: {other:?} }}"
            ),
            None => format!(
                "crate::Word = crate::Word {{ at: {at}, english: {:?} }}",
                word.text().unwrap_or_default()
            ),
        };
        let _ = writeln!(
            code,
            "pub mod {name} {{ pub struct Places {{ {places}}} pub const WORD: {value}; }}"
        );
    }
    code + "}\n"
}

/// A function that finds a word whose name begins with `reading_`: settings have labels and choices of these names.
fn reading(english: &Sheet) -> String {
    let names = english.words.iter().map(|(name, _)| name);
    let arms: String = names
        .filter(|name| name.starts_with("reading_"))
        .map(|name| format!("{name:?} => word::{name}::WORD,"))
        .collect();
    format!(
        "/// Finds a word by its name, which begins with `reading_`.\n\
         pub fn reading(name: &str) -> Option<Word> {{ Some(match name {{ {arms} _ => return None }}) }}\n"
    )
}
