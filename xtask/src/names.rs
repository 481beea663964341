//! Short names for what the page's wasm and its JavaScript share: wasm-bindgen ends each import with a hash, so that those of several
//! crates never meet. In one finished page they are known, and two hundred hashes, written on both sides, were 5 KB of the first view.
//!
//! In: the finished wasm, and scripts. Out: the same with other names. It must not know what the imports do.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use wasmparser::{BinaryReaderError, Payload};

use crate::wasm::{broken, sections};
use crate::{Failure, Outcome};

/// How the names of wasm-bindgen's own imports begin.
const STARTS: [&str; 2] = ["__wbg_", "__wbindgen_"];

/// Renames the imports of a wasm file in all of the scripts and in itself.
pub(crate) fn shorten(wasm: &Path, scripts: &[&Path]) -> Outcome {
    let bytes = fs::read(wasm)?;
    let mut names = BTreeMap::new();
    fs::write(wasm, renamed(&bytes, &mut names)?)?;
    for script in scripts {
        fs::write(script, in_script(&fs::read_to_string(script)?, &names))?;
    }
    Ok(())
}

/// The wasm with short names for its imports, which are put into `names`.
fn renamed(wasm: &[u8], names: &mut BTreeMap<String, String>) -> Outcome<Vec<u8>> {
    let cut = || Failure::new("The imports of this wasm file end too early");
    for section in sections(wasm) {
        let (bytes, payload) = section?;
        if let Payload::ImportSection(section) = payload {
            let imports: Result<Vec<_>, BinaryReaderError> =
                section.into_imports_with_offsets().collect();
            let imports = imports.map_err(broken)?;
            let ends = imports.iter().skip(1).map(|(at, _)| place(*at));
            let ends: Vec<usize> = ends.chain([bytes.end]).collect();
            let mut body = number(imports.len());
            for ((at, import), end) in imports.iter().zip(ends) {
                let entry = wasm.get(place(*at)..end).ok_or_else(cut)?;
                // What the import is stands behind its two names.
                let written = |name: &str| number(name.len()).len() + name.len();
                let kind = entry
                    .get(written(import.module) + written(import.name)..)
                    .ok_or_else(cut)?;
                text(&mut body, import.module);
                text(&mut body, &short(import.name, names));
                body.extend_from_slice(kind);
            }
            let mut out = wasm.get(..bytes.start).ok_or_else(cut)?.to_vec();
            out.push(2);
            out.extend(number(body.len()));
            out.extend(body);
            out.extend_from_slice(wasm.get(bytes.end..).ok_or_else(cut)?);
            return Ok(out);
        }
    }
    Ok(wasm.to_vec())
}

/// The short name of an import; the name itself where it is none of wasm-bindgen's.
fn short<'a>(name: &'a str, names: &mut BTreeMap<String, String>) -> Cow<'a, str> {
    if !STARTS.iter().any(|start| name.starts_with(start)) || !has_hash(name) {
        return name.into();
    }
    let next = names.len();
    let short = names.entry(name.to_owned());
    short.or_insert_with(|| format!("_{next}")).clone().into()
}

fn has_hash(name: &str) -> bool {
    let (_, end) = name.rsplit_once('_').unwrap_or_default();
    end.len() == 16 && end.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A script with the short names.
fn in_script(script: &str, names: &BTreeMap<String, String>) -> String {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || "_$".contains(letter);
    let mut out = String::with_capacity(script.len());
    let mut rest = script;
    while !rest.is_empty() {
        let (word, after) =
            rest.split_at(rest.find(|letter| !is_word(letter)).unwrap_or(rest.len()));
        out += names.get(word).map_or(word, String::as_str);
        let (between, after) = after.split_at(after.find(is_word).unwrap_or(after.len()));
        out += between;
        rest = after;
    }
    out
}

fn place(offset: u64) -> usize {
    // A file that is in memory has no place that memory has not.
    usize::try_from(offset).unwrap_or(usize::MAX)
}

/// A number as wasm writes it (LEB128).
fn number(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.extend(number(text.len()));
    out.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const LONG: &str = "__wbg_set_textContent_0177b2a6d9293c2c";
    const OTHER: &str = "__wbg___wbindgen_is_string_fc456fee5d3317de";

    /// A module with one type and imports of functions of it.
    fn module(imports: &[(&str, &str)]) -> Vec<u8> {
        let mut body = number(imports.len());
        for (module, name) in imports {
            text(&mut body, module);
            text(&mut body, name);
            body.extend([0, 0]);
        }
        let mut out = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0".to_vec();
        out.push(2);
        out.extend(number(body.len()));
        out.extend(body);
        // A section behind it: no functions.
        out.extend([3, 1, 0]);
        out
    }

    #[test]
    fn imports_have_short_names_on_both_sides_and_all_else_stays() {
        let many = "m".repeat(200);
        let imports = [
            ("./a.js", LONG),
            (&many, "other"),
            ("./a.js", OTHER),
            ("./a.js", LONG),
        ];
        let mut names = BTreeMap::new();
        let wasm = renamed(&module(&imports), &mut names).unwrap();
        let expect = [
            ("./a.js", "_0"),
            (&many, "other"),
            ("./a.js", "_1"),
            ("./a.js", "_0"),
        ];
        assert_eq!(wasm, module(&expect));
        let script = format!("{LONG}: function(x) {{ wasm.{LONG}x({OTHER}); }},\n");
        assert_eq!(
            in_script(&script, &names),
            format!("_0: function(x) {{ wasm.{LONG}x(_1); }},\n")
        );
        assert_eq!(in_script("$é_ é", &names), "$é_ é");
    }

    #[test]
    fn what_is_no_wasm_file_is_refused_and_without_imports_nothing_changes() {
        assert!(renamed(b"\0asm\x01\0\0\0\x02\x05\x01", &mut BTreeMap::new()).is_err());
        let bare = b"\0asm\x01\0\0\0\x03\x01\0";
        assert_eq!(renamed(bare, &mut BTreeMap::new()).unwrap(), bare);
    }
}
